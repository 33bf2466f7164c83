"""Each figure of a dossier draws what it is given, in both languages, and returns the Axes."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from credit_score.language import LANGUAGES, say
from credit_score.report.dossier import figures

FIRMS = pd.DataFrame({"tier": list("ABC"), "before": [1200, 30, 4], "after": [1100, 120, 14]})
RATES = pd.DataFrame({"tier": list("AB"), "rate": [0.05, 0.2], "low": [0.02, 0.1], "high": [0.1, 0.4]})
FOUND = pd.DataFrame(
    {"label": ["x", "y"], "found": [3.0, 1.0], "missed": [5.0, 9.0], "low": [2.0, 0], "high": [4.0, 2]}
)
BORNE = pd.DataFrame({"label": ["x", "y"], "before": [0.5, 0.25], "after": [0.4, np.nan]})
SWINGS = pd.DataFrame({"label": ["x", "y"], "low": [8.0, 14.0], "high": [13.0, 11.0]})
UNKNOWN = {"low": np.nan, "high": np.nan}

DRAWN = {
    "firms": lambda ax, lang: figures.plot_firms(FIRMS, ax, lang=lang),
    "rates": lambda ax, lang: figures.plot_rates(RATES, ax, level=0.9, lang=lang),
    "found": lambda ax, lang: figures.plot_found(FOUND, ax, level=0.9, lang=lang),
    "borne": lambda ax, lang: figures.plot_borne(BORNE, ax, mean=0.3, lang=lang),
    "tornado": lambda ax, lang: figures.plot_tornado(SWINGS, ax, base=10.0, axis="days", lang=lang),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_returns_its_axes_with_a_title_of_the_axis_and_a_legend(ax, texts, name, lang):
    assert DRAWN[name](ax, lang) is ax
    assert ax.get_xlabel()
    assert {t.get_text() for t in ax.get_legend().get_texts()} <= set(texts(ax))


def ends(ax):
    """Where bars begin and end, from left to right."""
    reached = ([p.get_x(), p.get_x() + p.get_width()] for p in ax.patches)
    return sorted(tuple(round(x, 9) for x in sorted(both)) for both in reached)


def test_firms_have_a_bar_before_and_one_after_with_their_counts(ax, texts):
    DRAWN["firms"](ax, "en")
    assert ends(ax) == sorted((0, n) for n in [1200, 30, 4, 1100, 120, 14])
    assert {"1,200", "1,100", "14"} <= set(texts(ax))


def test_missed_begins_where_found_ends(ax):
    DRAWN["found"](ax, "zh")
    assert ends(ax) == [(0, 1), (0, 3), (1, 10), (3, 8)]


def test_swings_begin_at_the_decision_and_the_longer_one_lies_behind(ax):
    DRAWN["tornado"](ax, "en")
    assert ends(ax) == [(8, 10), (10, 11), (10, 13), (10, 14)]
    behind = {round(p.get_width(), 9): p.get_zorder() for p in ax.patches}
    assert behind[4] < behind[1]


def test_an_interval_is_a_line_from_low_to_high(ax):
    DRAWN["rates"](ax, "en")
    lines = next(c for c in ax.collections if isinstance(c, LineCollection)).get_segments()
    assert [x for line in lines for x, _ in line] == pytest.approx([2, 10, 10, 40])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_intervals_none_is_drawn_nor_named(ax, texts, lang):
    figures.plot_found(FOUND.assign(**UNKNOWN), ax, level=0.9, lang=lang)
    assert say("dossier.found_interval", lang, level=0.9) not in texts(ax)
    assert not ax.collections


def test_a_group_without_firms_has_no_number(ax, texts):
    DRAWN["borne"](ax, "en")
    assert "0.40" in texts(ax)
    assert "nan" not in " ".join(texts(ax))
