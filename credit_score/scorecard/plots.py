"""Charts of a score: each takes a tidy frame and an Axes, draws, and returns the Axes; it computes nothing.

Frames are those of :mod:`curves` and :mod:`stability`; bands and whiskers are their intervals of level .95. Drawn for
the settings of ``report.style``, whose colours these are: this room may not import it. ``lang``: zh or en.
"""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from credit_score.scorecard.intervals import Interval
    from credit_score.scorecard.metrics import KS

INK, QUIET, GRID, NEUTRAL, ALERT = "#1f2933", "#616e7c", "#d9e2ec", "#486581", "#b42318"
BAND = {"alpha": 0.2, "linewidth": 0}
WHISKER = {"color": INK, "linewidth": 1, "capsize": 3, "linestyle": "none"}
GUIDE = {"color": QUIET, "linewidth": 1, "linestyle": (0, (4, 3))}


def plot_roc(frame: "pd.DataFrame", ax: "Axes", *, lang: str, auc: "Interval | None" = None) -> "Axes":
    """Share of bad found against share of good called bad, with a band. ``frame``: of :func:`roc_points`."""
    _curve(ax, frame["good"], frame["bad"], (frame["bad_low"], frame["bad_high"]), lang)
    if auc is not None:
        key = "figure.auc_alone" if np.isnan(auc.low) else "figure.auc"
        _title(ax, say(key, lang, value=auc.value, low=auc.low, high=auc.high, level=auc.level))
    ax.set_xlabel(say("axis.good_found", lang))
    ax.set_ylabel(say("axis.bad_found", lang))
    return ax


def plot_capture(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Share of bad found against share of rows looked at, with a band. ``frame``: of :func:`capture_curve`."""
    _curve(ax, frame["rows"], frame["bad"], (frame["low"], frame["high"]), lang)
    ax.set_xlabel(say("axis.rows_looked_at", lang))
    ax.set_ylabel(say("axis.bad_found", lang))
    return ax


def plot_ks(frame: "pd.DataFrame", ax: "Axes", *, ks: "KS", lang: str) -> "Axes":
    """The shares of good and of bad at or below each score, with bands, and their gap where it is widest.

    ``frame``: of :func:`roc_points`; its first row, at −∞, is left out.
    """
    shown = frame.iloc[1:]
    _two_classes(ax, shown, shown["score"], "steps-post", lang)
    low, high = sorted(frame.loc[frame["score"] == ks.at, ["good", "bad"]].to_numpy()[0] * 100)
    ax.plot([ks.at, ks.at], [low, high], color=INK, linewidth=1.4, marker="_", markersize=9)
    _title(ax, say("figure.ks", lang, statistic=ks.statistic, at=ks.at))
    ax.set_xlabel(say("axis.score", lang))
    ax.set_ylabel(say("axis.at_or_below", lang))
    return ax


def plot_lift(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Bars of lift by bin with whiskers, and the line of no lift. ``frame``: of :func:`lift_table`."""
    ax.bar(frame["bin"], frame["lift"], color=GRID, edgecolor=NEUTRAL)
    _whiskers(ax, frame["bin"], frame["lift"], (frame["lift_low"], frame["lift_high"]),
              label=say("figure.interval", lang, level=0.95))  # fmt: skip
    ax.axhline(1, **GUIDE, label=say("figure.mean_rate", lang))
    ax.set_xticks(frame["bin"])
    ax.grid(visible=False, axis="x")
    ax.grid(visible=True, axis="y")
    ax.set_xlabel(say("axis.bin", lang))
    ax.set_ylabel(say("axis.lift", lang))
    ax.legend()
    return ax


def plot_calibration(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Bad rate found against mean PD by bin, with whiskers, and the line of a true PD.

    ``frame``: of :func:`calibration_table`.
    """
    most = 100 * max(frame["mean_pd"].max(), frame["high"].max()) * 1.03
    ax.plot([0, most], [0, most], **GUIDE, label=say("figure.true_pd", lang))
    ends = (frame["low"] * 100, frame["high"] * 100)
    _whiskers(ax, frame["mean_pd"] * 100, frame["bad_rate"] * 100, ends, label=say("figure.interval", lang, level=0.95))
    ax.plot(frame["mean_pd"] * 100, frame["bad_rate"] * 100, "o", color=NEUTRAL, markersize=5)
    ax.set(xlim=(0, most), ylim=(0, most))
    ax.grid(visible=True, axis="both")
    ax.set_xlabel(say("axis.mean_pd", lang))
    ax.set_ylabel(say("axis.bad_rate", lang))
    ax.legend(loc="upper left")
    return ax


def plot_psi(frame: "pd.DataFrame", ax: "Axes", *, psi: float, lang: str) -> "Axes":
    """Bars of the expected and the actual share of each part, with whiskers on the actual one.

    ``frame``: of :func:`psi_table`; ``psi``: the sum of its column. Each part tells what it adds to it.
    """
    places = np.arange(len(frame))
    ax.barh(places - 0.2, frame["expected"] * 100, 0.38, color="none", edgecolor=INK, label=say("word.expected", lang))
    ax.barh(places + 0.2, frame["actual"] * 100, 0.38, color=NEUTRAL, label=say("word.actual", lang))
    ends = np.maximum(frame["expected"], frame["high"]) * 100
    off = [frame["actual"] - frame["low"], frame["high"] - frame["actual"]]
    ax.errorbar(frame["actual"] * 100, places + 0.2, xerr=np.array(off) * 100, **WHISKER,
                label=say("figure.interval", lang, level=0.95))  # fmt: skip
    for place, end, part in zip(places, ends, frame["psi"], strict=True):
        ax.annotate(f"{part:.3f}", (end, place), xytext=(6, 0), textcoords="offset points", va="center", color=QUIET,
                    fontsize=9)  # fmt: skip
    ax.set_yticks(places, frame["part"])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    _title(ax, say("figure.psi", lang, psi=psi))
    ax.set_xlabel(say("axis.share_of_rows", lang))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_csi(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Bars of CSI by characteristic, each against what chance alone would bring. ``frame``: of :func:`csi`."""
    places = np.arange(len(frame))
    bars = ax.barh(places, frame["csi"], 0.6, color=NEUTRAL)
    ax.vlines(frame["by_chance"], places - 0.42, places + 0.42, color=INK, linewidth=2,
              label=say("figure.by_chance", lang))  # fmt: skip
    for bar, end, value in zip(bars, np.maximum(frame["csi"], frame["by_chance"]), frame["csi"], strict=True):
        ax.annotate(f"{value:.3f}", (end, bar.get_y() + bar.get_height() / 2), xytext=(6, 0),
                    textcoords="offset points", va="center", color=QUIET, fontsize=9)  # fmt: skip
    ax.set_yticks(places, frame["characteristic"])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(say("axis.csi", lang))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return ax


def plot_score_distribution(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Outlines of the scores of good and of bad, each class by its own total, with bands.

    ``frame``: of :func:`score_distribution`.
    """
    ends = np.r_[frame["score_low"], frame["score_high"].iloc[-1:]]
    closed = frame.iloc[[*range(len(frame)), len(frame) - 1]]  # the last step reaches the end of its bin
    _two_classes(ax, closed, ends, "steps-post", lang)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(say("axis.score", lang))
    ax.set_ylabel(say("axis.share_of_class", lang))
    return ax


def _curve(ax, x, y, ends, lang):
    """A curve of shares with its band, against the line of a random order."""
    ax.plot([0, 100], [0, 100], **GUIDE, label=say("figure.no_use", lang))
    ax.fill_between(x * 100, ends[0] * 100, ends[1] * 100, color=NEUTRAL, **BAND,
                    label=say("figure.interval", lang, level=0.95))  # fmt: skip
    ax.plot(x * 100, y * 100, color=NEUTRAL, linewidth=1.6)
    ax.set(xlim=(0, 100), ylim=(0, 100.5), aspect="equal")
    ax.grid(visible=True, axis="both")
    ax.legend(loc="lower right")


def _two_classes(ax, frame, x, steps, lang):
    """Good and bad over the score, told apart by colour, by dashes and by name."""
    for name, colour, dashes in (("good", NEUTRAL, "solid"), ("bad", ALERT, (0, (5, 2)))):
        word = say("word.good" if name == "good" else "word.bad", lang)
        ax.fill_between(x, frame[f"{name}_low"] * 100, frame[f"{name}_high"] * 100, step="post", color=colour, **BAND)
        ax.plot(x, frame[name] * 100, drawstyle=steps, color=colour, linestyle=dashes, linewidth=1.6, label=word)
    ax.grid(visible=True, axis="both")
    ax.legend(title=say("figure.bands", lang, level=0.95), loc="center left", bbox_to_anchor=(1, 0.5))


def log_axis(ax: "Axes", axis: str) -> None:
    """A logarithmic axis, ``x`` or ``y``, whose numbers are written out: the house's font has no raised ones."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set(**{f"{axis}scale": "log"})
    drawn = getattr(ax, f"{axis}axis")
    low, high = sorted(getattr(ax, f"get_{axis}lim")())
    steps = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if high / low < 30 else (1.0, 2.0, 5.0) if high / low < 300 else (1.0,)
    drawn.set_major_locator(LogLocator(subs=steps))
    drawn.set_major_formatter("{x:g}")
    drawn.set_minor_formatter(NullFormatter())


def _title(ax, text):
    ax.set_title(text, fontsize=10, loc="left")


def _whiskers(ax, x, y, ends, **more):
    ax.errorbar(x, y, yerr=np.array([y - ends[0], ends[1] - y]), **WHISKER, **more)
