"""The funnel of the financing platform as a figure: it draws what it is given and computes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.report.style import ALERT, INK, NEUTRAL, PLATE, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STEPS = {
    "platform": "finance.platform", "real_name": "finance.real_name", "authorised": "finance.authorised",
    "banks_joined": "finance.banks_joined",
}  # fmt: skip
# Step → the indicator of the plan that sets its target.
TARGETS = {"platform": "platform", "real_name": "real_name", "authorised": "authorised", "banks_joined": "banks"}


def funnel_today(months: "pd.DataFrame", indicators: "pd.DataFrame") -> "pd.DataFrame":
    """What :func:`plot_funnel` draws of the tables ``finance_funnel`` and ``indicators``: the last month's steps."""
    board = indicators.set_index("indicator").reindex(list(TARGETS.values()))
    last = months[months["month"] == months["month"].max()]
    aims = board.loc[[TARGETS[step] for step in last["step"]]]
    return last.assign(
        share=last["share"].astype("float64"),  # all empty, a column read from CSV holds no numbers
        target=aims["target"].to_numpy(float),
        met=(aims["light"] == "green").to_numpy(),
    )


def plot_funnel(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Share of firms and of banks that have taken each step, against its target; a share below it is hatched.

    ``frame``: ``step`` (of ``STEPS``, the first on top), ``n``, ``of``, ``share`` and ``target`` (in [0, 1], empty
    where there is none), ``met`` (whether it is met). A step that nobody can measure has no share, and says so.
    """
    places, percent = np.arange(len(frame)), frame["share"].astype("float64").fillna(0) * 100
    bars = ax.barh(places, percent, color=NEUTRAL, height=0.6)
    for bar, short in zip(bars, frame["target"].notna() & ~frame["met"], strict=True):
        if short:
            bar.set(facecolor="#fbd5cf", edgecolor=ALERT, hatch="///")
    targets = frame["target"].astype("float64") * 100
    ax.vlines(targets, places - 0.42, places + 0.42, color=INK, linewidth=2, label=say("figure.target", lang))
    ends = np.fmax(percent, targets.fillna(0))
    for place, end, row in zip(places, ends, frame.to_dict("records"), strict=True):
        ax.annotate(_told(row, lang), (end, place), xytext=(6, 0), textcoords="offset points", va="center",
                    color=QUIET, fontsize=9, bbox=PLATE)  # fmt: skip
    ax.set_yticks(places, [say(STEPS[step], lang) for step in frame["step"]])
    ax.invert_yaxis()
    ax.margins(x=0.25)
    ax.set_xlim(left=0)
    ax.set_xlabel(say("axis.share_of_register", lang))
    if targets.notna().any():
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1))
    return ax


def _told(row: dict[str, float], lang: str) -> str:
    if np.isnan(row["share"]):
        return say("figure.not_measured", lang)
    return f"{row['share']:.1%}  ({row['n']:,.0f} / {row['of']:,.0f})"
