"""Charts of a card: the points of its attributes, and its weights along a penalty; see :mod:`plots` for the manner."""

from collections.abc import Mapping
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.scorecard.plots import ALERT, INK, NEUTRAL, QUIET, log_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BESIDE = {"textcoords": "offset points", "va": "center", "color": QUIET, "fontsize": 8}
HEADING = {
    "xytext": (-6, 0), "textcoords": "offset points", "ha": "right", "va": "center", "color": INK, "fontsize": 9,
}  # fmt: skip
MARKS = "osD^vP*Xhd<>"


def plot_card(frame: "pd.DataFrame", ax: "Axes", *, names: Mapping[str, str] | None = None, lang: str) -> "Axes":
    """Bars of the points of each attribute, by characteristic. ``frame``: of :meth:`Card.table`.

    Attributes that no row had and that have no points are left out. ``names``: of characteristics and of the values of
    attributes, for readers. An inch of height for four to six bars is enough.
    """
    names = names or {}
    shown = frame[(frame["count"] > 0) | (frame["points"] != 0)].reset_index(drop=True)
    first = shown["characteristic"].ne(shown["characteristic"].shift())
    places = np.arange(len(shown)) + 0.8 * first.cumsum().to_numpy()  # a gap before each characteristic
    colours = np.where(shown["points"] < 0, ALERT, NEUTRAL)
    ax.barh(places, shown["points"], 0.7, color=colours)
    for place, points in zip(places, shown["points"], strict=True):
        side = {"xytext": (4 if points >= 0 else -4, 0), "ha": "left" if points >= 0 else "right"}
        ax.annotate(f"{points:+d}" if points else "0", (points, place), **BESIDE, **side)
    for place, name in zip(places[first], shown["characteristic"][first], strict=True):
        ax.annotate(names.get(name, name), (0, place - 0.75), xycoords=ax.get_yaxis_transform(), **HEADING)
    ax.axvline(0, color=INK, linewidth=0.8)
    texts = [", ".join(names.get(value, value) for value in text.split(", ")) for text in shown["attribute"]]
    ax.set_yticks(places, [shorten(text, 44, placeholder=" …") for text in texts], fontsize=8)
    ax.set_ylim(places[-1] + 0.6, places[0] - 1.3)
    ax.margins(x=0.18)
    ax.set_xlabel(say("axis.points_on_card", lang))
    return ax


def plot_path(frame: "pd.DataFrame", ax: "Axes", *, names: Mapping[str, str] | None = None, lang: str) -> "Axes":
    """The weight of each characteristic against the strength of a penalty, falling to the right.

    ``frame``: of :func:`penalty_path`; a strength of 0 has no place on the axis and is left out. ``names``: as above.
    """
    shown = frame[frame.index > 0]
    kept = [c for c in shown.columns if c not in ("characteristics", "log_loss") and (shown[c] != 0).any()]
    colours = [NEUTRAL, ALERT, QUIET, INK]
    for i, name in enumerate(sorted(kept, key=lambda n: -shown[n].iloc[-1])):
        ax.plot(shown.index, shown[name], color=colours[i % 4], linewidth=1.3, label=(names or {}).get(name, name),
                marker=MARKS[i % len(MARKS)], markevery=5, markersize=5)  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)
    log_axis(ax, "x")
    ax.invert_xaxis()
    ax.set_xlabel(say("axis.penalty", lang, penalty=frame.index.name.upper()))
    ax.set_ylabel(say("axis.weight", lang))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax
