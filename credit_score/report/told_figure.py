"""A figure of counts as they are told: what is withheld is hatched, with what a reader can still work out."""

from typing import TYPE_CHECKING

from credit_score.language import say
from credit_score.report.style import GRID, INK, NEUTRAL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle


def plot_told(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """A table of two dimensions, a square a group.

    ``frame``: ``row, column`` (texts, in their order), ``count`` (empty where it is withheld), ``low, high`` (what a
    reader can work out of a withheld count; the same two values where it is given away).
    """
    import pandas as pd

    rows, columns = (list(dict.fromkeys(frame[name])) for name in ("row", "column"))
    for group in frame.itertuples():
        x, y = columns.index(group.column), rows.index(group.row)
        withheld = bool(pd.isna(group.count))
        ax.add_patch(_square(x, y, withheld=withheld))
        text = f"{group.low:.0f}–{group.high:.0f}" if withheld else f"{group.count:,.0f}"
        text = f"{group.low:.0f}" if withheld and group.low == group.high else text
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if withheld else None
        ax.text(x, y, text, ha="center", va="center", color=INK, bbox=behind)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xlabel(say("publish.axis", lang))
    return ax


def _square(x: int, y: int, *, withheld: bool) -> "Rectangle":
    from matplotlib.patches import Rectangle

    look = {"facecolor": "white", "hatch": "////"} if withheld else {"facecolor": GRID}
    return Rectangle((x - 0.5, y - 0.5), 1, 1, edgecolor=NEUTRAL, linewidth=0.8, clip_on=False, **look)
