"""Charts of a simulation; each takes a tidy frame and an Axes, draws, and returns the Axes. ``lang``: zh or en.

Frames are those of :mod:`frames`. Drawn for the settings of ``report.style``, whose colours of tiers are handed in.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import catalogue, say
from credit_score.scorecard.plots import ALERT, GUIDE, INK, NEUTRAL, QUIET

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Patch

BAR, GAP = 0.06, 0.03
EMPTY, FULL, PALE = "#f0f4f8", "#243b53", "#9fb3c8"
OVER = {"facecolor": "#fbd5cf", "edgecolor": ALERT, "hatch": "///", "linewidth": 0}
NAME = 0.07  # of the height of an axis: what the name of a tier takes
LEAST_SPAN = 0.1  # of an axis, as a share of what it shows: less would make much of rounding


def plot_fan(frame: "pd.DataFrame", ax: "Axes", *, measure: str, per_year: int, lang: str) -> "Axes":
    """A measure by period: its mean, and bands that hold shares of the replications. ``frame``: of :func:`fan`."""
    for i, (level, part) in enumerate(sorted(frame.groupby("level"), reverse=True)):
        if part["low"].notna().all():
            ax.fill_between(part["period"], part["low"], part["high"], color=NEUTRAL, alpha=(0.18, 0.32)[min(i, 1)],
                            linewidth=0, label=say("simulate.band", lang, level=level))  # fmt: skip
    mean = frame.drop_duplicates("period")
    ax.plot(mean["period"], mean["mean"], color=NEUTRAL, linewidth=1.8, label=say("simulate.mean", lang))
    ax.set_ylabel(say(f"simulate.{measure}", lang))
    _widen(ax)
    ax.grid(visible=True, axis="both")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return _by_period(ax, int(frame["period"].max()), per_year, lang)


def plot_load(frame: "pd.DataFrame", ax: "Axes", *, per_year: int, lang: str) -> "Axes":
    """Load against capacity, a row a department, a cell a period, darker the fuller; hatched where visits are put off.

    ``frame``: of :func:`load`. Beside a row: what is used on average, and in how many periods visits are put off.
    """
    names, last = list(frame["department"].unique()), int(frame["period"].max())
    use, over = (frame.pivot(index="department", columns="period", values=v).loc[names] for v in ("use", "over"))
    cells = ax.pcolormesh(np.arange(last + 1) + 0.5, np.arange(len(names) + 1) - 0.5, use * 100, cmap=_shades(),
                          vmin=0, vmax=100, rasterized=True)  # fmt: skip
    for place, name in enumerate(names):
        hit = over.loc[name].to_numpy(bool)
        ax.broken_barh(_runs(hit), (place - 0.5, 1), **OVER)
        ax.annotate(_beside(use.loc[name], hit, lang), (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
                    textcoords="offset points", va="center", fontsize=9,
                    color=ALERT if hit.any() else QUIET)  # fmt: skip
    ax.hlines(np.arange(1, len(names)) - 0.5, 0.5, last + 0.5, color="white", linewidth=3)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(cells, ax=ax, location="top", aspect=40, shrink=0.5, anchor=(1, 0), pad=0.03)
    bar.outline.set_visible(False)
    bar.set_label(say("simulate.use_axis", lang))
    if over.to_numpy().any():
        ax.legend([_patch()], [say("simulate.over", lang)], loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
    return _by_period(ax, last, per_year, lang)


def plot_front(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """What goes undetected at each load: schedules looked at, the best of them, and the present one.

    ``frame``: of :func:`front`.
    """
    now, best = frame[frame["present"]].iloc[0], frame[frame["best"]]
    ax.plot(frame["days"], frame["undetected"], "o", color=PALE, markersize=3, label=say("simulate.looked_at", lang))
    ax.plot(best["days"], best["undetected"], color=NEUTRAL, label=say("simulate.best", lang))
    ax.plot(now["days"], now["undetected"], "D", color=ALERT, markersize=7, label=say("simulate.present", lang))
    ax.set_xlabel(say("axis.days", lang))
    ax.set_ylabel(say("simulate.undetected", lang))
    _widen(ax)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda x, _: f"{x:,.6g}")
    ax.grid(visible=True, axis="both")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return ax


def plot_migration(frame: "pd.DataFrame", ax: "Axes", *, colours: Sequence[str], lang: str) -> "Axes":
    """Firms from their tier at the start of a year, on the left, to that at its end, as bands.

    ``frame``: of :func:`flow`, tiers best first; ``colours``: of the tiers. A thin tier is drawn as thick as can be
    seen; beside each stands its share.
    """
    table = frame.pivot_table("firms", "from", "to", sort=False)
    tiers, pairs = list(table.index), table[list(table.index)].to_numpy()
    ends = [_stacked(pairs.sum(axis=axis)) for axis in (1, 0)]
    for x, (bottom, height), firms in zip((0, 1 - BAR), ends, (pairs.sum(axis=1), pairs.sum(axis=0)), strict=True):
        ax.bar([x] * len(tiers), height, BAR, bottom, align="edge", color=colours, edgecolor=INK, linewidth=0.5)
        named = [f"{t}  {s:.1%}" for t, s in zip(tiers, _shares(firms), strict=True)]
        _label_tiers(ax, x, bottom + height / 2, named)
    _bands(ax, pairs, ends, colours)
    ax.set_xlim(-0.25, 1.25)
    ax.set_ylim(1 + GAP * len(tiers), -GAP)
    ax.set_xticks([BAR / 2, 1 - BAR / 2], [say("simulate.year_start", lang), say("simulate.year_end", lang)])
    ax.tick_params(axis="x", length=0)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def plot_tornado(frame: "pd.DataFrame", ax: "Axes", *, measure: str, at_value: float, lang: str) -> "Axes":
    """What a measure becomes at the ends of the range of each unknown, the widest on top.

    ``frame``: of :func:`swings`, or ``swings`` of :func:`sensitivity`; ``at_value``: the measure with every number at
    its value. The low end is white and the high end dark.
    """
    places = np.arange(len(frame))
    for end, colour in (("at_low", "white"), ("at_high", NEUTRAL)):
        ax.barh(places, frame[end] - at_value, 0.62, left=at_value, color=colour, edgecolor=INK, linewidth=0.8,
                label=say(f"simulate.{end}", lang))  # fmt: skip
    ax.axvline(at_value, **GUIDE)
    ax.set_yticks(places, [_named(label, lang) for label in frame["label"]])
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


def _named(label: str, lang: str) -> str:
    """A kind of number in words, and what it is of: ``onset shops``; another name as its writer has it."""
    kind, _, of = label.partition(" ")
    if f"number.{kind}" not in catalogue():
        return label
    words = say(f"number.{kind}", lang)
    return f"{words} ({of})" if of else words


def _widen(ax: "Axes") -> None:
    """An axis that shows little makes little of it."""
    low, high = ax.get_ylim()
    short = LEAST_SPAN * abs(low + high) / 2 - (high - low)
    if short > 0:
        ax.set_ylim(low - short / 2, high + short / 2)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.6g}")


def _shades() -> "LinearSegmentedColormap":
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("use", [EMPTY, FULL])


def _patch() -> "Patch":
    from matplotlib.patches import Patch

    return Patch(**OVER)


def _runs(hit: np.ndarray) -> list[tuple[float, int]]:
    """First period less a half, and length, of each run of periods."""
    turns = np.flatnonzero(np.diff(hit, prepend=False, append=False))
    return [(begin + 0.5, end - begin) for begin, end in zip(turns[::2], turns[1::2], strict=True)]


def _beside(use: "pd.Series", hit: np.ndarray, lang: str) -> str:
    told = say("simulate.no_bound", lang) if use.isna().all() else f"{use.mean():.0%}"
    return f"{told}; {say('simulate.put_off', lang, n=hit.sum(), of=len(hit))}" if hit.any() else told


def _stacked(firms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tops and heights of blocks, best first, with a gap between; none so thin that it is not seen."""
    height = _shares(np.maximum(_shares(firms), np.where(firms > 0, 0.008, 0.0)))
    return np.cumsum(height) - height + GAP * np.arange(len(firms)), height


def _shares(firms: np.ndarray) -> np.ndarray:
    """Of all, 0 where there are none."""
    return firms / max(firms.sum(), 1e-300)


def _apart(middle: np.ndarray) -> np.ndarray:
    """Places of names, as near to the middles of their blocks as lets each be read."""
    from scipy.optimize import isotonic_regression

    n = len(middle)
    step = NAME * (1 + GAP * (n + 1))
    rank = step * np.arange(n)
    return np.clip(isotonic_regression(middle - rank).x, step / 2 - GAP, 1 + GAP * n - step / 2 - rank[-1]) + rank


def _label_tiers(ax: "Axes", x: float, middle: np.ndarray, texts: list[str]) -> None:
    """Names beside blocks, with a line to the block where they had to be moved."""
    edge, aside, align, near = (x, -0.03, "right", 1) if x == 0 else (x + BAR, 0.03, "left", 0)
    line = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0, "relpos": (near, 0.5)}
    for block, place, text in zip(middle, _apart(middle), texts, strict=True):
        ax.annotate(text, (edge, block), (edge + aside, place), ha=align, va="center",
                    arrowprops=line if abs(place - block) > 0.01 else None)  # fmt: skip


def _bands(ax: "Axes", pairs: np.ndarray, ends: list[tuple[np.ndarray, np.ndarray]], colours: Sequence[str]) -> None:
    """A band from each tier to each, in the colour it comes from; those of firms that move lie over the others."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (left, tall), (right, wide) = ends
    out, into = (
        pairs / np.where(total > 0, total, 1) for total in (pairs.sum(axis=1, keepdims=True), pairs.sum(axis=0))
    )
    start = left[:, None] + tall[:, None] * (np.cumsum(out, axis=1) - out)
    end = right + wide * (np.cumsum(into, axis=0) - into)
    a, b, codes = BAR, 1 - BAR, [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for i, j in sorted(np.ndindex(pairs.shape), key=lambda pair: pair[0] != pair[1]):
        top, low = start[i, j], start[i, j] + tall[i] * out[i, j]
        to, under = end[i, j], end[i, j] + wide[j] * into[i, j]
        turns = [(a, top), (0.5, top), (0.5, to), (b, to), (b, under), (0.5, under), (0.5, low), (a, low), (a, top)]
        if pairs[i, j] > 0:
            ax.add_patch(
                PathPatch(Path(turns, codes), facecolor=colours[i], alpha=0.35 if i == j else 0.75, linewidth=0)
            )
