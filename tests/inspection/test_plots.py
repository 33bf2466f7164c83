"""Charts of schedules: the front with where schedules stand, and ratios by tier."""

import pandas as pd
import pytest

from credit_score.inspection.plots import plot_front, plot_ratios

FRONT = pd.DataFrame({"days": [0.0, 10.0, 20.0], "undetected": [100.0, 60.0, 40.0]})


@pytest.mark.parametrize(("lang", "told"), [("zh", "各工作量下的最优"), ("en", "The best at each load")])
def test_a_schedule_stands_above_the_front_and_a_line_shows_how_far(ax, texts, lang, told):
    assert plot_front(FRONT, ax, here={"now": (5.0, 90.0)}, lang=lang) is ax
    curve, gap, point = ax.lines
    assert curve.get_ydata().tolist() == [100, 60, 40]
    assert gap.get_ydata() == pytest.approx([90, 80])
    assert (point.get_xdata(), point.get_ydata()) == ([5.0], [90.0])
    assert {told, "now"} <= set(texts(ax))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ratios_are_bars_with_their_percent_and_no_colour_alone(ax, texts, lang):
    shares = pd.DataFrame({"now": [0.01, 0.5], "then": [0.02, 0.25]}, index=["A", "B"])
    assert plot_ratios(shares, ax, lang=lang) is ax
    assert [p.get_height() for p in ax.patches] == pytest.approx([1, 50, 2, 25])
    assert {"1", "50", "2", "25", "A", "B", "now", "then"} <= set(texts(ax))
    assert len({c.patches[0].get_hatch() for c in ax.containers}) == 2
