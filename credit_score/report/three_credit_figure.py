"""The figure of credit villages by town, and the frame that it draws."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.language import say
from credit_score.report.number import exact
from credit_score.report.style import ALERT, INK, NEUTRAL, PLATE, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def shares_by_town(towns: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    """What :func:`plot_three_credit` draws of the table ``towns``: ``label``, ``share`` in [0, 1], ``text``.

    ``share`` is empty where no village of a town may be told by itself.
    """
    texts = [_text(row, lang) for row in towns.to_dict("records")]
    return towns[["town", "credit_share"]].set_axis(["label", "share"], axis="columns").assign(text=texts)


def _text(row: dict[Hashable, Any], lang: str) -> str:
    if not row["villages"]:
        return say("figure.not_told", lang)
    counts = {"n": f"{row['credit_villages']:,}", "of": f"{row['villages']:,}"}
    return say("figure.villages", lang, **counts, share=f"{row['credit_share']:.0%}")


def plot_three_credit(frame: "pd.DataFrame", ax: "Axes", *, criterion: float, lang: str) -> "Axes":
    """Share of credit villages by town against what makes a credit town; what may not be told is hatched and says so.

    ``frame``: of :func:`shares_by_town`; ``criterion``: the share in [0, 1] from which a town is a credit town.
    """
    shares, places = frame["share"].astype("float64").to_numpy(), np.arange(len(frame))
    told = ~np.isnan(shares)
    ax.barh(places[told], shares[told] * 100, color=NEUTRAL, height=0.6)
    ax.barh(places[~told], 100, color="white", edgecolor=QUIET, hatch="...", height=0.6, linewidth=0.6)
    for place, share, is_told, text in zip(places, shares, told, frame["text"], strict=True):
        end = share * 100 if is_told else 0
        ax.annotate(text, (end, place), xytext=(5, 0), textcoords="offset points", va="center", color=INK, fontsize=9,
                    bbox=PLATE)  # fmt: skip
    label = say("figure.criterion", lang, share=f"{exact(criterion * 100)}%")
    ax.axvline(criterion * 100, color=ALERT, linewidth=1.2, linestyle="--", label=label)
    ax.set_yticks(places, frame["label"])
    ax.invert_yaxis()
    ax.set_xlim(0, 130)
    ax.set_xticks(range(0, 101, 20))
    ax.spines["bottom"].set_bounds(0, 100)
    ax.set_xlabel(say("axis.credit_villages", lang))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1))
    return ax
