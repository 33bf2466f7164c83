"""Figures of the pilot: each takes a tidy frame and an Axes, draws, and returns the Axes; it computes nothing."""

from typing import TYPE_CHECKING

from credit_score.language import say
from credit_score.report.number import rounded_percent
from credit_score.report.style import ALERT, NEUTRAL, PLATE, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SOON = "#f5bd6b"


def plot_late(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Items by unit: its own that are late, those it shares that are late, and those soon due.

    ``frame``: ``label, late, late_shared, soon``, in the order of the league.
    """
    shared = frame["late"] + frame["late_shared"]
    ax.barh(frame["label"], frame["late"], color=ALERT, height=0.6, label=say("sheet.late_own", lang))
    ax.barh(frame["label"], frame["late_shared"], left=frame["late"], color="white", edgecolor=ALERT, hatch="///",
            height=0.6, label=say("sheet.late_shared", lang))  # fmt: skip
    bars = ax.barh(frame["label"], frame["soon"], left=shared, color=SOON, height=0.6, label=say("sheet.soon", lang))
    texts = [f"{own} + {both} + {soon}" for own, both, soon in
             zip(frame["late"], frame["late_shared"], frame["soon"], strict=True)]  # fmt: skip
    ax.bar_label(bars, texts, padding=4, fontsize=9, color=QUIET, bbox=PLATE)
    ax.invert_yaxis()
    # A bar without length would hold the axis to its place, and numbers would stand outside it.
    ax.use_sticky_edges = False
    ax.margins(x=0.15, y=0.02)
    ax.set_xlim(left=0)
    ax.set_xlabel(say("sheet.axis_items", lang))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return ax


def plot_gaps(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """The largest gap of each unit, as the share of the way to the target that is still to go.

    ``frame``: ``label, gap_share`` in (0, 1] and ``gap_label``, the indicator.
    """
    bars = ax.barh(frame["label"], frame["gap_share"] * 100, color=NEUTRAL, height=0.6)
    texts = [f"{rounded_percent(share, 0)}  {label}" for share, label in
             zip(frame["gap_share"], frame["gap_label"], strict=True)]  # fmt: skip
    ax.bar_label(bars, texts, padding=4, fontsize=9, color=QUIET, bbox=PLATE)
    ax.invert_yaxis()
    ax.set_xlim(0, 180)
    ax.margins(y=0.02)
    ax.set_xticks([0, 25, 50, 75, 100])
    ax.spines["bottom"].set_bounds(0, 100)
    ax.set_xlabel(say("sheet.axis_gap", lang), loc="left")
    return ax
