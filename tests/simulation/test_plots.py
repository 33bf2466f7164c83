"""Figures of a simulation: what is drawn is what the frame holds, in both languages, by more than colour."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from credit_score.language import LANGUAGES
from credit_score.report.style import tier_colours
from credit_score.simulation import plots

MONTHS = np.arange(1, 25)
FAN = pd.concat([
    pd.DataFrame({"period": MONTHS, "mean": 100.0 + MONTHS, "level": level, "low": 100 + MONTHS - wide,
                  "high": 100 + MONTHS + wide}) for level, wide in ((0.5, 5.0), (0.9, 12.0))
])  # fmt: skip
LOAD = pd.concat([
    pd.DataFrame({"department": "market", "period": MONTHS, "use": 0.6, "over": False}),
    pd.DataFrame({"department": "ecology", "period": MONTHS, "use": 1.0, "over": (MONTHS > 6) & (MONTHS <= 10)}),
    pd.DataFrame({"department": "fire", "period": MONTHS, "use": np.nan, "over": False}),
])  # fmt: skip
FRONT = pd.DataFrame({
    "days": [0.0, 10.0, 15.0, 20.0], "undetected": [100.0, 60.0, 80.0, 40.0],
    "best": [True, True, False, True], "present": [False, False, True, False],
})  # fmt: skip
FLOW = pd.DataFrame({"from": list("AABB"), "to": list("ABAB"), "firms": [90.0, 10.0, 4.0, 16.0]})
SWINGS = pd.DataFrame({
    "label": ["onset", "release", "violating A", "how long"], "at_low": [50.0, 101.0, 98.0, 99.5],
    "at_high": [180.0, 99.0, 101.0, 100.5],
})  # fmt: skip
DRAWN = {
    "fan": lambda ax, lang: plots.plot_fan(FAN, ax, measure="undetected", per_year=12, lang=lang),
    "load": lambda ax, lang: plots.plot_load(LOAD, ax, per_year=12, lang=lang),
    "front": lambda ax, lang: plots.plot_front(FRONT, ax, lang=lang),
    "migration": lambda ax, lang: plots.plot_migration(FLOW, ax, colours=tier_colours(2), lang=lang),
    "tornado": lambda ax, lang: plots.plot_tornado(SWINGS, ax, measure="undetected", at_value=100.0, lang=lang),
}
WORDS = {
    ("fan", "zh"): {"90% 的重复在此之间", "均值", "月", "违法而未被发现的企业（家）"},
    ("fan", "en"): {"90% of replications", "mean", "Month", "Firms in violation, undetected"},
    ("load", "zh"): {"超负荷：检查被推迟", "100%; 24 期中 4 期推迟", "60%", "不限"},
    ("load", "en"): {"over capacity: visits are put off", "100%; put off in 4 of 24", "60%", "no bound"},
    ("front", "zh"): {"现行计划", "其中最优", "检查人天（一年）"},
    ("front", "en"): {"the present schedule", "the best of them", "Inspector-days a year"},
    ("migration", "zh"): {"年初", "年末", "A  83.3%", "A  78.3%"},
    ("migration", "en"): {"Start of the year", "End of the year", "B  16.7%", "B  21.7%"},
    ("tornado", "zh"): {"违法发生", "起始违法占比 (A)", "how long", "取范围下限"},
    ("tornado", "en"): {
        "Onset of violations",
        "In violation at the start (A)",
        "how long",
        "at the low end of its range",
    },
}


def test_every_figure_is_drawn_here():
    assert {f"plot_{name}" for name in DRAWN} == {name for name in vars(plots) if name.startswith("plot_")}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_speaks_its_language(ax, texts, name, lang):
    assert DRAWN[name](ax, lang) is ax
    said = [text for axes in ax.figure.axes for text in texts(axes)]
    assert WORDS[name, lang] - set(said) == set()


def test_a_fan_has_its_bands_and_its_mean(ax):
    DRAWN["fan"](ax, "en")
    wide, narrow = (band.get_paths()[0].vertices for band in ax.collections)
    assert (wide[:, 1].min(), wide[:, 1].max()) == (89, 136)
    assert (narrow[:, 1].min(), narrow[:, 1].max()) == (96, 129)
    assert ax.lines[0].get_ydata() == pytest.approx(100 + MONTHS)


def test_means_alone_have_no_band(ax, texts):
    plots.plot_fan(FAN.assign(low=np.nan, high=np.nan), ax, measure="detections", per_year=4, lang="en")
    assert len(ax.collections) == 0
    assert "Period" in texts(ax)


def test_an_axis_makes_little_of_little(ax):
    flat = FAN.assign(mean=1000.0, low=999.0, high=1001.0)
    plots.plot_fan(flat, ax, measure="inspections", per_year=12, lang="en")
    low, high = ax.get_ylim()
    assert high - low == pytest.approx(100)


def test_months_over_capacity_are_hatched(ax):
    DRAWN["load"](ax, "en")
    hatched = [c for c in ax.collections if c.get_hatch()]
    spans = [path.vertices for c in hatched for path in c.get_paths()]
    assert len(spans) == 1
    assert (spans[0][:, 0].min(), spans[0][:, 0].max()) == (6.5, 10.5)
    assert (spans[0][:, 1].min(), spans[0][:, 1].max()) == (0.5, 1.5)


def test_the_front_runs_through_the_best_and_marks_the_present(ax):
    DRAWN["front"](ax, "en")
    _, best, now = ax.lines
    assert best.get_ydata().tolist() == [100, 60, 40]
    assert (now.get_xdata(), now.get_ydata(), now.get_marker()) == ([15], [80], "D")


def test_bands_of_firms_are_as_thick_as_their_share(ax):
    DRAWN["migration"](ax, "en")
    blocks = [p for p in ax.patches if hasattr(p, "get_height")]
    assert [b.get_height() for b in blocks] == pytest.approx([100 / 120, 20 / 120, 94 / 120, 26 / 120])
    bands = [p.get_path().vertices for p in ax.patches if not hasattr(p, "get_height")]
    ends = sorted(round(v[6, 1] - v[0, 1] if v[7, 0] < 0.5 else 0, 6) for v in bands)
    assert ends == sorted(round(f / 120, 6) for f in FLOW["firms"])


@pytest.mark.parametrize("shares", [
    [0.5, 0, 0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0.1], [0] * 11 + [1], [1] + [0] * 11, [0.001] * 11 + [0.989], [0] * 12,
])  # fmt: skip
def test_names_of_thin_tiers_stand_apart_and_within_the_figure(ax, shares):
    names = [f"T{i}" for i in range(12)]
    rows = [
        {"from": a, "to": b, "firms": 1000 * s * (a == b)} for a, s in zip(names, shares, strict=True) for b in names
    ]
    plots.plot_migration(pd.DataFrame(rows), ax, colours=tier_colours(12), lang="en")
    ax.figure.set_size_inches(7.6, 3.8)
    ax.figure.canvas.draw()
    told = [t for t in ax.texts if t.get_text().startswith("T")]
    assert len(told) == 24
    height = Text.get_window_extent(told[0]).height
    middles = np.array([ax.transData.transform((0, t.get_position()[1]))[1] for t in told]).reshape(2, 12)
    assert (-np.diff(middles, axis=1) >= height).all()
    assert (middles[:, -1] - height / 2 >= ax.get_window_extent().y0).all()


def test_a_tornado_runs_from_the_low_to_the_high_end(ax):
    DRAWN["tornado"](ax, "en")
    low, high = ([(b.get_x(), b.get_x() + b.get_width()) for b in c] for c in ax.containers)
    assert low == [(100, 50), (100, 101), (100, 98), (100, 99.5)]
    assert high == [(100, 180), (100, 99), (100, 101), (100, 100.5)]
    assert ax.containers[0][0].get_facecolor() != ax.containers[1][0].get_facecolor()


@pytest.mark.parametrize("n", range(1, 13))
def test_any_number_of_tiers_has_colours_of_its_own(n):
    assert len(set(tier_colours(n))) == n
