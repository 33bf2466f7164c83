"""The funnel as it is drawn: a bar a step, its target, and a hatch where it is not met."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from credit_score.report.finance_figure import TARGETS, funnel_today, plot_funnel
from credit_score.report.style import ALERT

FUNNEL = pd.DataFrame(
    {
        "step": ["platform", "real_name", "authorised", "banks_joined"],
        "n": pd.array([113, 60, None, 5], dtype="Int64"), "of": [1000, 1000, 1000, 9],
        "share": pd.array([0.113, 0.06, None, 5 / 9], dtype="Float64").to_numpy("float64", na_value=float("nan")),
        "target": [0.2, 0.1, 0.1, 0.5], "met": [False, False, False, True],
    }
)  # fmt: skip
WORDS = {
    "zh": ("入驻平台", "目标", "无数据，无法计量", "占存续经营主体"),
    "en": ("on the platform", "target", "not measurable: no file", "Share of registered firms"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_funnel_says_each_share_with_its_counts_and_what_is_not_measured(ax, texts, lang):
    assert plot_funnel(FUNNEL, ax, lang=lang) is ax
    written = " | ".join(texts(ax))
    assert [word for word in WORDS[lang] if word not in written] == []
    assert "11.3%  (113 / 1,000)" in written
    assert "55.6%  (5 / 9)" in written


def test_a_bar_below_its_target_is_hatched_and_one_that_meets_it_is_not(ax):
    plot_funnel(FUNNEL, ax, lang="en")
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([11.3, 6, 0, 100 * 5 / 9])
    assert [bar.get_hatch() for bar in ax.patches] == ["///", "///", "///", None]
    assert to_hex(ax.patches[0].get_edgecolor()) == ALERT
    assert sorted(segment[0][0] for segment in ax.collections[0].get_segments()) == [10, 10, 20, 50]


def test_without_targets_nothing_is_hatched_and_no_target_is_named(ax, texts):
    plot_funnel(FUNNEL.assign(target=float("nan")), ax, lang="en")
    assert not any(bar.get_hatch() for bar in ax.patches)
    assert "target" not in texts(ax)


def test_the_figure_of_today_is_of_the_last_month_with_the_targets_of_the_plan():
    months = pd.concat(
        [
            FUNNEL[["step", "n", "of", "share"]].assign(month="2023-05-31", n=0, share=0.0),
            FUNNEL[["step", "n", "of"]].assign(month="2023-06-30", share=[None, None, None, 0.5]),
        ]
    ).astype({"share": object})
    lights = ["red", "not_measurable", "green", "green"]
    board = pd.DataFrame({"indicator": [*TARGETS.values()], "target": [0.2, 0.1, 0.1, 0.5], "light": lights})
    today = funnel_today(months, board)
    assert today["share"].dtype == float
    assert today["share"].isna().tolist() == [True, True, True, False]
    assert today["target"].tolist() == [0.2, 0.1, 0.1, 0.5]
    assert today["met"].tolist() == [False, False, True, True]
