"""Figures of scenes: each takes a tidy frame and an Axes, draws, and returns the Axes; it computes nothing."""

from typing import TYPE_CHECKING

from credit_score.language import say
from credit_score.report.number import exact, rounded_percent
from credit_score.report.style import ALERT, INK, NEUTRAL, PLATE, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from credit_score.pilot.levels import Levels


def plot_reach(frame: "pd.DataFrame", ax: "Axes", *, county: float, lang: str) -> "Axes":
    """Share of members who qualify by group, against the county's; a group that may not be told is told to be so.

    ``frame``: ``label, share`` in [0, 1], not a number where it is withheld; ``county``: the county's share.
    """
    bars = ax.barh(frame["label"], frame["share"].fillna(0) * 100, color=NEUTRAL, height=0.6)
    withheld = say("cell_withheld", lang)
    texts = frame["share"].map(rounded_percent).where(frame["share"].notna(), withheld)
    ax.bar_label(bars, texts, padding=4, fontsize=9, color=QUIET,
                 bbox=PLATE)  # fmt: skip
    ax.axvline(county * 100, color=ALERT, linewidth=1, linestyle="--")
    ax.annotate(say("figure.county_share", lang, share=rounded_percent(county)), (county * 100, 1), xytext=(0, 3),
                xycoords=("data", "axes fraction"), textcoords="offset points", ha="center", fontsize=9,
                color=ALERT)  # fmt: skip
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(say("axis.member_share", lang))
    return ax


def plot_levels(counts: "pd.DataFrame", ax: "Axes", *, found: "Levels", lang: str) -> "Axes":
    """Members by score with the thresholds of levels, and over them what each lowest threshold costs a month.

    ``counts``: ``from_score`` (points), ``members``, of scores above the base. The cost is drawn up to the upper end
    of its 95 % interval, on the axis on the right, with the budget.
    """
    ax.bar(counts["from_score"], counts["members"], color=NEUTRAL, alpha=0.55)
    marks = zip(found.table["level"], found.table["from_score"], strict=True)
    for row, (level, start) in enumerate(marks):
        ax.axvline(start, color=INK, linewidth=1)
        ax.annotate(f"{level * 100:g}% ≥ {exact(start)}", (start, 1), xytext=(2, 3 + 11 * (row % 3)), fontsize=8,
                    xycoords=("data", "axes fraction"), textcoords="offset points", color=INK)  # fmt: skip
    ax.set_xlabel(say("axis.points", lang))
    ax.set_ylabel(say("axis.members", lang))
    ax.yaxis.set_major_formatter("{x:,.6g}")
    ax.grid(visible=False)
    _costs(ax.twinx(), found, lang)
    return ax


def _costs(beside: "Axes", found: "Levels", lang: str) -> None:
    """Cost of a month by lowest threshold, on an axis of its own."""
    scores, cost, high = (found.front[name] for name in ("from_score", "cost", "cost_high"))
    beside.plot(scores, cost, color=ALERT, marker="o", markersize=3, label=say("figure.cost_from", lang))
    beside.fill_between(scores, cost, high, color=ALERT, alpha=0.15, linewidth=0)
    beside.axhline(found.asked.budget, color=ALERT, linewidth=1, linestyle="--", label=say("figure.month_budget", lang))
    beside.set_ylabel(say("axis.month_cost", lang))
    beside.yaxis.set_major_formatter("{x:,.6g}")
    beside.set_ylim(bottom=0)
    beside.spines["right"].set_visible(True)
    beside.grid(visible=False)
    beside.legend(loc="upper right")
