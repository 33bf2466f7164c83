"""Each chart draws what it is given, in both languages, with units and uncertainty, in the house's colours."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.container import ErrorbarContainer

from credit_score.report import style
from credit_score.scorecard import plots
from credit_score.scorecard.curves import calibration_table, capture_curve, lift_table, roc_points, score_distribution
from credit_score.scorecard.intervals import Interval, auc_interval
from credit_score.scorecard.metrics import ks
from credit_score.scorecard.stability import psi_table

DRAWS = np.random.default_rng(1)
PD = DRAWS.uniform(0.02, 0.6, 300)
BAD = (DRAWS.random(300) < PD).astype(int)
SCORE = np.round(-50 * np.log(PD / (1 - PD)))
PARTS = psi_table([50, 30, 20], [40, 30, 30], ["(−∞, 5)", "[5, ∞)", "–"])
CSI = pd.DataFrame({"characteristic": ["age", "size"], "csi": [0.2, 0.01], "by_chance": [0.05, 0.03]})
BANDS = {"roc", "ks", "capture", "distribution"}
DRAWN = {
    "roc": lambda ax, lang: plots.plot_roc(roc_points(BAD, SCORE), ax, lang=lang, auc=auc_interval(BAD, SCORE)),
    "ks": lambda ax, lang: plots.plot_ks(roc_points(BAD, SCORE), ax, ks=ks(BAD, SCORE), lang=lang),
    "capture": lambda ax, lang: plots.plot_capture(capture_curve(BAD, SCORE), ax, lang=lang),
    "lift": lambda ax, lang: plots.plot_lift(lift_table(BAD, SCORE), ax, lang=lang),
    "calibration": lambda ax, lang: plots.plot_calibration(calibration_table(BAD, PD), ax, lang=lang),
    "psi": lambda ax, lang: plots.plot_psi(PARTS, ax, psi=0.063, lang=lang),
    "csi": lambda ax, lang: plots.plot_csi(CSI, ax, lang=lang),
    "distribution": lambda ax, lang: plots.plot_score_distribution(score_distribution(BAD, SCORE), ax, lang=lang),
}


def test_every_chart_of_the_module_is_tried():
    assert len(DRAWN) == len([name for name in vars(plots) if name.startswith("plot_")])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_drawn_on_the_axes_it_is_given_in_one_language(ax, texts, name, lang):
    assert DRAWN[name](ax, lang) is ax
    said = texts(ax)
    chinese = [t for t in said if any("一" <= c <= "鿿" for c in t)]
    assert ax.get_xlabel() in said
    assert ax.get_legend()
    assert (len(chinese) >= 2) if lang == "zh" else not chinese


@pytest.mark.parametrize("name", DRAWN)
def test_uncertainty_is_drawn_and_said(ax, texts, name):
    DRAWN[name](ax, "en")
    if name in BANDS:
        assert ax.findobj(mpl.collections.PolyCollection)
    elif name == "csi":
        assert ax.findobj(mpl.collections.LineCollection)
    else:
        assert any(isinstance(c, ErrorbarContainer) for c in ax.containers)
    assert any("95%" in t for t in texts(ax))


def test_charts_have_the_colours_of_the_house():
    names = ("INK", "QUIET", "GRID", "NEUTRAL", "ALERT")
    assert [getattr(plots, n) for n in names] == [getattr(style, n) for n in names]


@pytest.mark.parametrize("name", ["ks", "distribution"])
def test_good_and_bad_are_told_apart_by_dashes_and_names_too(ax, name):
    DRAWN[name](ax, "en")
    good, bad = ax.get_lines()[:2]
    assert (good.get_label(), bad.get_label()) == ("good", "bad")
    assert good.get_linestyle() != bad.get_linestyle()


def test_the_title_says_auc_with_its_interval_or_that_there_is_none(ax):
    frame = roc_points(BAD, SCORE)
    plots.plot_roc(frame, ax, lang="en", auc=Interval(0.75, 0.7, 0.8, 0.025, 0.95))
    assert ax.get_title(loc="left") == "AUC 0.750 (95% interval 0.700–0.800)"
    plots.plot_roc(frame, ax, lang="en", auc=Interval(1.0, np.nan, np.nan, 0, 0.95))
    assert ax.get_title(loc="left") == "AUC 1.000 (interval not known)"


def test_the_gap_of_ks_is_drawn_where_it_is(ax):
    found = ks(BAD, SCORE)
    plots.plot_ks(roc_points(BAD, SCORE), ax, ks=found, lang="en")
    gap = ax.get_lines()[-1]
    assert set(gap.get_xdata()) == {found.at}
    assert np.diff(gap.get_ydata())[0] == pytest.approx(100 * found.statistic)


def test_bars_and_points_stand_where_the_frame_says(ax):
    table = lift_table(BAD, SCORE)
    plots.plot_lift(table, ax, lang="en")
    assert [p.get_height() for p in ax.patches] == pytest.approx(list(table["lift"]))


@pytest.mark.parametrize("name", DRAWN)
def test_a_score_without_an_error_or_with_one_value_is_drawn(ax, name):
    perfect, flat = np.where(BAD, 400.0, 600.0), np.full(300, 5.0)
    for score in (perfect, flat):
        frame = {"roc": roc_points, "ks": roc_points, "capture": capture_curve, "lift": lift_table,
                 "distribution": score_distribution}.get(name)  # fmt: skip
        if frame is not None:
            more = {"ks": ks(BAD, score)} if name == "ks" else {}
            plotted = getattr(plots, "plot_score_distribution" if name == "distribution" else f"plot_{name}")
            assert plotted(frame(BAD, score), ax, lang="zh", **more) is ax
    ax.figure.draw_without_rendering()
