"""Each figure draws what it is given, in both languages, with units, and returns the Axes."""

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from credit_score.report import figures
from credit_score.report.style import ALERT, settings

LABELS = {"zh": ["市场监管局", "消防大队"], "en": ["Market supervision", "Fire brigade"]}


def scores():
    return pd.DataFrame({"score": [700.0, 900.0, 960.0, 1010.0], "tier": list("DCBA"), "n": [1, 5, 20, 300]})


def load(lang):
    return pd.DataFrame(
        {
            "label": LABELS[lang],
            "days": [90.0, 10.0],
            "capacity_days": [60.0, 40.0],
            "out_of_plan_days": [9.0, 2.0],
            "utilisation_in_all": [1.65, 0.3],
        }
    )


def bars(lang, **columns):
    return pd.DataFrame({"label": LABELS[lang]} | columns)


DRAWN = {
    "scores": lambda ax, lang: figures.plot_scores_by_tier(
        scores(), ax, cutoffs=[1000, 950, 850], tiers=list("ABCD"), lang=lang
    ),
    "points": lambda ax, lang: figures.plot_points(
        pd.DataFrame({"score": [500.0, 505.0], "n": [90, 7]}), ax, base=500, lang=lang
    ),
    "shares": lambda ax, lang: figures.plot_shares(
        pd.DataFrame({"tier": list("ABC"), "firms": [70, 20, 10], "share": [0.7, 0.2, 0.1]}), ax, lang=lang
    ),
    "visits": lambda ax, lang: figures.plot_visits(
        bars(lang, A=[1, 2], B=[3, 4], C=[0, 1]), ax, tiers=list("ABC"), lang=lang
    ),
    "workload": lambda ax, lang: figures.plot_workload(load(lang), ax, lang=lang),
    "burden": lambda ax, lang: figures.plot_burden(
        bars(lang, firms=[10, 20], visits_per_firm=[0.5, 1.25]), ax, mean=1.0, lang=lang
    ),
    "reasons": lambda ax, lang: figures.plot_reasons(bars(lang, n=[12, 1]), ax, lang=lang),
}


@pytest.fixture
def ax():
    with mpl.rc_context(settings()):
        yield Figure().add_subplot()


def texts(ax):
    ax.figure.draw_without_rendering()
    return [t.get_text() for t in ax.findobj(mpl.text.Text) if t.get_text()]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_drawn_on_the_axes_it_is_given_with_a_titled_axis(ax, name, lang):
    assert DRAWN[name](ax, lang) is ax
    assert ax.get_xlabel()
    if lang == "en":
        assert not [t for t in texts(ax) if any("一" <= c <= "鿿" for c in t)]
    else:
        assert any("一" <= c <= "鿿" for c in ax.get_xlabel())


def test_a_department_over_capacity_is_hatched_and_said_so(ax):
    DRAWN["workload"](ax, "en")
    over, within = ax.containers[0].patches
    assert (over.get_hatch(), within.get_hatch()) == ("///", None)
    assert mpl.colors.to_hex(over.get_edgecolor()) == ALERT
    assert {"165%, over capacity", "30%", "Planned", "Out of plan"} <= set(texts(ax))


def test_cut_offs_and_tiers_are_named_in_words_not_by_colour_alone(ax):
    DRAWN["scores"](ax, "en")
    assert {"A ≥ 1000", "B ≥ 950", "C ≥ 850"} <= set(texts(ax))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["A", "B", "C", "D"]
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1 - 1


@pytest.mark.parametrize(("lang", "word"), [("zh", "对数刻度"), ("en", "log scale")])
@pytest.mark.parametrize("name", ["scores", "points"])
def test_an_axis_of_counts_says_that_it_is_logarithmic(ax, name, lang, word):
    DRAWN[name](ax, lang)
    assert word in ax.get_ylabel()


def test_a_cut_off_is_written_to_its_last_digit(ax):
    figures.plot_scores_by_tier(scores(), ax, cutoffs=[1004.996, 1234567.5, -30.001], tiers=list("ABCD"), lang="en")
    assert {"A ≥ 1004.996", "B ≥ 1234567.5", "C ≥ -30.001"} <= set(texts(ax))


def test_shares_tell_their_counts(ax):
    DRAWN["shares"](ax, "en")
    assert {"70.0%  (70)", "20.0%  (20)", "10.0%  (10)"} <= set(texts(ax))


def trend(values):
    months = [f"2023-{month:02}" for month in range(1, len(values) + 1)]
    return pd.DataFrame({"month": months, "value": values})


def test_a_trend_has_its_line_its_target_and_its_first_and_last_month(ax):
    assert figures.plot_trend(trend([0.1, None, 0.3]), ax, target=0.2) is ax
    target, line, last = ax.lines
    assert set(target.get_ydata()) == {0.2}
    assert target.get_linestyle() == "--"
    assert list(line.get_ydata())[::2] == [0.1, 0.3]
    assert list(last.get_ydata()) == [0.3]
    assert set(texts(ax)) == {"2023-01", "2023-03"}


def test_a_trend_of_one_month_tells_it_once(ax):
    figures.plot_trend(trend([3.0]), ax, target=5)
    assert set(texts(ax)) == {"2023-01"}


def test_the_bars_of_scores_hold_every_firm_once(ax):
    DRAWN["scores"](ax, "en")
    assert sum(p.get_height() for p in ax.patches if p.get_height() > 0) == scores()["n"].sum()


def test_the_bars_of_visits_end_where_their_sum_does(ax):
    DRAWN["visits"](ax, "en")
    ends = {p.get_y(): 0.0 for p in ax.patches}
    for p in ax.patches:
        ends[p.get_y()] = max(ends[p.get_y()], p.get_x() + p.get_width())
    assert list(ends.values()) == [4, 7]


def test_scores_all_alike_or_far_apart_are_drawn(ax):
    for spread in ([1000.0] * 4, [-50_000.0, 900.0, 960.0, 1010.0]):
        frame = scores().assign(score=spread)
        figures.plot_scores_by_tier(frame, ax, cutoffs=[1000, 950, 850], tiers=list("ABCD"), lang="en")
    assert texts(ax)
