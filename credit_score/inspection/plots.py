"""Charts of schedules; each takes a tidy frame and an Axes, draws, and returns the Axes. ``lang``: zh or en."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.scorecard.plots import ALERT, GUIDE, INK, NEUTRAL, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MARKERS = ("o", "D", "s", "^", "v", "P")


def plot_front(frame: "pd.DataFrame", ax: "Axes", *, here: dict[str, tuple[float, float]], lang: str) -> "Axes":
    """What goes undetected at each load at best, and where schedules stand.

    ``frame``: ``days, undetected`` of :func:`pareto_front`; ``here``: name → days and undetected of a schedule.
    """
    ax.plot(frame["days"], frame["undetected"], color=NEUTRAL, label=say("figure.front", lang))
    for marker, (name, (days, missed)) in zip(MARKERS, here.items(), strict=False):
        at_best = float(np.interp(days, frame["days"], frame["undetected"]))
        ax.plot([days, days], [missed, at_best], **GUIDE)
        ax.plot(days, missed, marker, color=ALERT, markersize=7, label=name, linestyle="none")
    ax.set_xlabel(say("axis.days", lang))
    ax.set_ylabel(say("axis.undetected", lang))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:,.6g}")
    ax.grid(visible=True, axis="both")
    ax.legend(loc="upper right")
    return ax


def plot_ratios(ratios: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Inspection ratios of tiers, a group of bars a tier, a bar a schedule. ``ratios``: tiers × schedules, shares."""
    width, places = 0.8 / ratios.shape[1], np.arange(len(ratios))
    hatches = ("", "///", "...", "xx")
    shades = (NEUTRAL, "white", "#9fb3c8", "white")
    for i, name in enumerate(ratios.columns):
        at = places + (i - (ratios.shape[1] - 1) / 2) * width
        bars = ax.bar(
            at, ratios[name] * 100, width, color=shades[i % 4], edgecolor=INK, hatch=hatches[i % 4], label=name
        )
        ax.bar_label(bars, [f"{r * 100:.3g}" for r in ratios[name]], fontsize=8, color=QUIET, padding=2)
    ax.set_xticks(places, ratios.index)
    ax.margins(y=0.1)
    ax.grid(visible=True, axis="y")
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(say("column.tier", lang))
    ax.set_ylabel(say("axis.ratio", lang))
    ax.legend(loc="upper left")
    return ax
