"""Charts of a simulation; each takes a tidy frame and an Axes, draws, and returns the Axes. ``lang``: zh or en.

Frames are those of :mod:`frames`. Drawn for the settings of ``report.style``, whose colours of tiers are handed in.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from credit_score.inspection.plots import plot_front as plot_best
from credit_score.language import say
from credit_score.scorecard.plots import ALERT, GUIDE, INK, NEUTRAL, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BAR, GAP = 0.06, 0.03
FIRST_SHADE, SHADES = "#f0f4f8", "#243b53"


def plot_fan(frame: "pd.DataFrame", ax: "Axes", *, measure: str, per_year: int, lang: str) -> "Axes":
    """A measure by period: its mean, and bands that hold shares of the replications. ``frame``: of :func:`fan`."""
    for i, (level, part) in enumerate(sorted(frame.groupby("level"), reverse=True)):
        if part["low"].notna().all():
            ax.fill_between(part["period"], part["low"], part["high"], color=NEUTRAL, alpha=(0.18, 0.32)[min(i, 1)],
                            linewidth=0, label=say("simulate.band", lang, level=level))  # fmt: skip
    mean = frame.drop_duplicates("period")
    ax.plot(mean["period"], mean["mean"], color=NEUTRAL, linewidth=1.8, label=say("simulate.mean", lang))
    ax.set_ylabel(say(f"simulate.{measure}", lang))
    ax.grid(visible=True, axis="both")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return _by_period(ax, int(frame["period"].max()), per_year, lang)


def plot_load(frame: "pd.DataFrame", ax: "Axes", *, per_year: int, lang: str) -> "Axes":
    """Load against capacity, a row a department, a cell a period, darker the fuller; × where visits are put off.

    ``frame``: of :func:`load`. Beside a row: what is used on average, and of how many periods visits are put off.
    """
    use = frame.pivot_table("use", "department", "period", sort=False).clip(upper=1.0)
    over = frame.pivot_table("over", "department", "period", sort=False) > 0
    n, last = use.shape
    cells = ax.pcolormesh(np.arange(last + 1) + 0.5, np.arange(n + 1) - 0.5, use * 100, cmap=_shades(), vmin=0, vmax=100)
    row, column = np.nonzero(over.to_numpy())
    ax.plot(column + 1, row, "x", color=ALERT, markersize=5 if last <= 60 else 3.5, label=say("simulate.over", lang))
    for place, name in enumerate(use.index):
        ax.annotate(_told(use.loc[name], over.loc[name], lang), (1, place), xycoords=("axes fraction", "data"),
                    xytext=(6, 0), textcoords="offset points", va="center", fontsize=9,
                    color=ALERT if over.loc[name].any() else QUIET)  # fmt: skip
    ax.set_yticks(range(n), use.index)
    ax.set_ylim(n - 0.5, -0.5)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(cells, ax=ax, location="top", aspect=40, shrink=0.5, anchor=(1, 0), pad=0.03)
    bar.outline.set_visible(False)
    bar.set_label(say("simulate.use_axis", lang))
    if len(row):
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
    return _by_period(ax, last, per_year, lang)


def plot_front(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """What goes undetected at each load: schedules looked at, the best of them, and the present one.

    ``frame``: of :func:`front`.
    """
    now, best = frame[frame["present"]].iloc[0], frame[frame["best"]]
    ax.plot(frame["days"], frame["undetected"], "o", color="#9fb3c8", markersize=3, label=say("simulate.looked_at", lang))
    plot_best(best, ax, here={say("simulate.present", lang): (now["days"], now["undetected"])}, lang=lang)
    ax.set_ylabel(say("simulate.undetected", lang))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def plot_migration(frame: "pd.DataFrame", ax: "Axes", *, colours: Sequence[str], lang: str) -> "Axes":
    """Firms from their tier at the start of a year, on the left, to that at its end, as bands.

    ``frame``: of :func:`flow`, tiers best first; ``colours``: of the tiers. A thin tier is drawn as thick as can be
    seen; beside each stands its share.
    """
    table = frame.pivot_table("firms", "from", "to", sort=False)
    tiers, pairs = list(table.index), table[list(table.index)].to_numpy()
    ends = [_stacked(pairs.sum(axis=axis)) for axis in (1, 0)]
    for x, (bottom, height), share in zip((0, 1 - BAR), ends, (pairs.sum(axis=1), pairs.sum(axis=0)), strict=True):
        ax.bar([x] * len(tiers), height, BAR, bottom, align="edge", color=colours, edgecolor=INK, linewidth=0.5)
        _label_tiers(ax, x, bottom + height / 2, [f"{t}  {s:.1%}" for t, s in zip(tiers, share / pairs.sum(), strict=True)])
    _bands(ax, pairs, ends, colours)
    ax.set_xlim(-0.25, 1.25)
    ax.set_ylim(1 + GAP * len(tiers), -GAP)
    ax.set_xticks([BAR / 2, 1 - BAR / 2], [say("simulate.year_start", lang), say("simulate.year_end", lang)])
    ax.tick_params(axis="x", length=0)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def plot_tornado(frame: "pd.DataFrame", ax: "Axes", *, measure: str, lang: str) -> "Axes":
    """What a measure becomes at the ends of the range of each number, the widest on top. ``frame``: of :func:`swings`.

    The low end is white and the high end dark.
    """
    middle, places = float(frame["middle"].iloc[0]), np.arange(len(frame))
    for end, colour in (("at_low", "white"), ("at_high", NEUTRAL)):
        ax.barh(places, frame[end] - middle, 0.62, left=middle, color=colour, edgecolor=INK, linewidth=0.8,
                label=say(f"simulate.{end}", lang))  # fmt: skip
    ax.axvline(middle, **GUIDE)
    ax.set_yticks(places, [say(f"number.{name}", lang) for name in frame["number"]])
    ax.invert_yaxis()
    ax.set_xlabel(say(f"simulate.{measure}", lang))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.6g}")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return ax


def _by_period(ax: "Axes", last: int, per_year: int, lang: str) -> "Axes":
    """An axis of periods with a tick at the end of years, not more than ten of them."""
    every = per_year * max(-(-last // (10 * per_year)), 1) if last > per_year else max(last // 6, 1)
    ax.set_xticks(np.arange(every, last + 1, every))
    ax.set_xlim(0.5, last + 0.5)
    ax.set_xlabel(say("simulate.month" if per_year == 12 else "simulate.period", lang))
    return ax


def _shades() -> "object":
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("use", [FIRST_SHADE, SHADES])


def _told(use: "pd.Series", over: "pd.Series", lang: str) -> str:
    mean = say("simulate.no_bound", lang) if not use.any() else f"{use.mean():.0%}"
    return f"{mean}; {int(over.sum())} / {len(over)} ×" if over.any() else mean


def _stacked(firms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tops and heights of blocks, best first, with a gap between; none so thin that it is not seen."""
    height = np.maximum(firms / firms.sum(), np.where(firms > 0, 0.008, 0.0))
    height = height / height.sum()
    return np.cumsum(height) - height + GAP * np.arange(len(firms)), height


def _label_tiers(ax: "Axes", x: float, middle: np.ndarray, texts: list[str]) -> None:
    left = x == 0
    at, aside, align = (x, -6, "right") if left else (x + BAR, 6, "left")
    for place, text in zip(middle, texts, strict=True):
        ax.annotate(text, (at, place), xytext=(aside, 0), textcoords="offset points", ha=align, va="center")


def _bands(ax: "Axes", pairs: np.ndarray, ends: list[tuple[np.ndarray, np.ndarray]], colours: Sequence[str]) -> None:
    """A band from each tier to each, in the colour it comes from; those of firms that move are drawn over the others."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (left, tall), (right, wide) = ends
    out = np.divide(pairs, pairs.sum(axis=1, keepdims=True), out=np.zeros_like(pairs), where=pairs.sum(axis=1, keepdims=True) > 0)
    into = np.divide(pairs, pairs.sum(axis=0), out=np.zeros_like(pairs), where=pairs.sum(axis=0) > 0)
    start = left[:, None] + tall[:, None] * (np.cumsum(out, axis=1) - out)
    end = right + wide * (np.cumsum(into, axis=0) - into)
    a, b, codes = BAR, 1 - BAR, [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for i, j in sorted(np.ndindex(pairs.shape), key=lambda pair: pair[0] != pair[1]):
        top, low = start[i, j], start[i, j] + tall[i] * out[i, j]
        to, under = end[i, j], end[i, j] + wide[j] * into[i, j]
        turns = [(a, top), (0.5, top), (0.5, to), (b, to), (b, under), (0.5, under), (0.5, low), (a, low), (a, top)]
        if pairs[i, j] > 0:
            ax.add_patch(PathPatch(Path(turns, codes), facecolor=colours[i], alpha=0.35 if i == j else 0.75, linewidth=0))
