"""Figures: each takes a tidy frame and an Axes, draws, and returns the Axes; it computes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.report.number import exact, rounded_percent
from credit_score.report.style import ALERT, INK, NEUTRAL, PLATE, QUIET, tier_colours

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_scores_by_tier(
    frame: "pd.DataFrame", ax: "Axes", *, cutoffs: list[float], tiers: list[str], lang: str
) -> "Axes":
    """Histogram of enterprise scores, coloured by tier, with the cut-offs.

    ``frame``: ``score`` (points), ``tier``, ``n`` (firms); ``cutoffs``: lowest score of each tier but the last.
    """
    low, high = float(frame["score"].min()), float(frame["score"].max())
    edges = np.arange(np.floor(low / 5) * 5, high + 10, 5) if high - low < 1000 else np.linspace(low, high, 200)
    groups = [frame[frame["tier"] == t] for t in tiers]
    ax.hist([g["score"] for g in groups], bins=edges, weights=[g["n"] for g in groups], stacked=True,
            color=list(tier_colours(len(tiers))), label=tiers)  # fmt: skip
    for i, (cutoff, tier) in enumerate(zip(cutoffs, tiers, strict=False)):
        ax.axvline(cutoff, color=INK, linewidth=1)
        _above(ax, cutoff, f"{tier} ≥ {exact(cutoff)}", line=i % 2)
    ax.set_xlabel(say("axis.score", lang))
    ax.set_ylabel(say("axis.firms", lang))
    _count_axis(ax)
    ax.legend(title=say("column.tier", lang), loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_points(frame: "pd.DataFrame", ax: "Axes", *, base: float, lang: str) -> "Axes":
    """Histogram of persons' points with the base, below which nobody stands. ``frame``: ``score, n``."""
    edges = np.arange(base, max(float(frame["score"].max()), base + 10) + 2, 1)
    ax.hist(frame["score"], bins=edges, weights=frame["n"], color=NEUTRAL)
    ax.axvline(base, color=INK, linewidth=1)
    _above(ax, base, say("figure.base", lang, base=exact(base)))
    ax.set_xlabel(say("axis.points", lang))
    ax.set_ylabel(say("axis.people", lang))
    _count_axis(ax)
    return ax


def plot_shares(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Bars of tier shares with counts. ``frame``: ``tier, firms, share``, best tier first."""
    bars = ax.barh(frame["tier"], frame["share"] * 100, color=list(tier_colours(len(frame))))
    ax.bar_label(bars, [f"{s:.1%}  ({n:,})" for s, n in zip(frame["share"], frame["firms"], strict=True)], padding=4)
    ax.invert_yaxis()
    ax.margins(x=0.2)
    ax.set_xlabel(say("axis.share", lang))
    return ax


def plot_visits(frame: "pd.DataFrame", ax: "Axes", *, tiers: list[str], lang: str) -> "Axes":
    """Visits by department, stacked by tier. ``frame``: ``label`` and one column of visits a tier."""
    left = np.zeros(len(frame))
    for tier, colour in zip(tiers, tier_colours(len(tiers)), strict=True):
        ax.barh(frame["label"], frame[tier], left=left, color=colour, label=tier)
        left = left + frame[tier].to_numpy()
    ax.invert_yaxis()
    ax.set_xlabel(say("axis.visits", lang))
    ax.xaxis.set_major_formatter("{x:,.6g}")
    ax.legend(title=say("column.tier", lang), loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_workload(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Inspector-days, planned and out of plan, against capacity; departments over capacity are hatched and said so.

    ``frame``: ``label, days, out_of_plan_days, capacity_days, utilisation_in_all``.
    """
    over = frame["utilisation_in_all"] > 1
    bars = ax.barh(frame["label"], frame["days"], color=NEUTRAL, height=0.6, label=say("figure.planned", lang))
    ax.barh(frame["label"], frame["out_of_plan_days"], left=frame["days"], color="white", edgecolor=QUIET, height=0.6,
            label=say("figure.out_of_plan", lang))  # fmt: skip
    for bar, hit in zip(bars, over, strict=True):
        if hit:
            bar.set(facecolor="#fbd5cf", edgecolor=ALERT, hatch="///")
    places = np.arange(len(frame))
    ax.vlines(frame["capacity_days"], places - 0.42, places + 0.42, color=INK, linewidth=2,
              label=say("figure.capacity", lang))  # fmt: skip
    word = say("figure.overloaded", lang)
    texts = [
        f"{u}, {word}" if hit else u
        for u, hit in zip((rounded_percent(u, 0) for u in frame["utilisation_in_all"]), over, strict=True)
    ]
    ends = np.maximum(frame["days"] + frame["out_of_plan_days"], frame["capacity_days"])
    for place, end, text, hit in zip(places, ends, texts, over, strict=True):
        ax.annotate(text, (end, place), xytext=(6, 0), textcoords="offset points", va="center",
                    color=ALERT if hit else QUIET, fontsize=9)  # fmt: skip
    ax.invert_yaxis()
    ax.margins(x=0.18)
    ax.set_xlabel(say("axis.days", lang))
    ax.xaxis.set_major_formatter("{x:,.6g}")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return ax


def plot_burden(frame: "pd.DataFrame", ax: "Axes", *, mean: float, lang: str) -> "Axes":
    """Expected visits per firm and year by group, against the county's mean.

    ``frame``: ``label, firms, visits_per_firm``.
    """
    bars = ax.barh(frame["label"], frame["visits_per_firm"], color=NEUTRAL, height=0.6)
    ax.axvline(mean, color=ALERT, linewidth=1, linestyle="--")
    _above(ax, mean, say("figure.county_mean", lang, mean=f"{mean:.2f}"))
    ax.bar_label(bars, [f"{v:.2f}" for v in frame["visits_per_firm"]], padding=4, fontsize=9, color=QUIET,
                 bbox=PLATE)  # fmt: skip
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(say("axis.visits_per_firm", lang))
    return ax


def plot_reasons(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Rejected rows by reason. ``frame``: ``label, n``."""
    bars = ax.barh(frame["label"], frame["n"], color=NEUTRAL, height=0.6)
    ax.bar_label(bars, [f"{n:,}" for n in frame["n"]], padding=4, fontsize=9, color=QUIET)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(say("axis.rows", lang))
    ax.xaxis.set_major_formatter("{x:,.6g}")
    return ax


def plot_trend(frame: "pd.DataFrame", ax: "Axes", *, target: float) -> "Axes":
    """Small line of an indicator by month with its target, dashed, to stand beside the numbers that tell its units.

    ``frame``: ``month`` (2023-06) and ``value``, ascending; without a value, as where nothing was there to divide by,
    the line has a gap. The last point is marked.
    """
    places = np.arange(len(frame))
    ax.axhline(target, color=ALERT, linewidth=0.8, linestyle="--")
    ax.plot(places, frame["value"], color=NEUTRAL, linewidth=1.4, marker=".", markersize=2)
    ax.plot(places[-1:], frame["value"].iloc[-1:], color=INK, marker="o", markersize=3)
    ends = sorted({0, len(frame) - 1})
    ax.set_xticks(ends, [frame["month"].iloc[end] for end in ends], fontsize=7)
    ax.tick_params(length=0, pad=2)
    ax.set_yticks([])
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.margins(y=0.18)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    return ax


def _above(ax: "Axes", x: float, text: str, *, line: int = 0) -> None:
    """A word over a vertical line, outside the plot, where it covers nothing; neighbours on lines 0 and 1."""
    ax.annotate(text, (x, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + 12 * line),
                textcoords="offset points", ha="center", va="bottom", fontsize=9)  # fmt: skip


def _count_axis(ax: "Axes") -> None:
    """Counts from one to millions on one axis: linear up to ten, logarithmic above."""
    ax.set_yscale("symlog", linthresh=10)
    ax.yaxis.set_major_formatter(lambda count, _: f"{count:,.0f}")
