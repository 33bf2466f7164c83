"""Charts of tiers; each takes a tidy frame and an Axes, draws, and returns the Axes. ``lang``: zh or en."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.scorecard.plots import ALERT, GUIDE, INK, NEUTRAL, QUIET, WHISKER, log_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_tier_rates(frame: "pd.DataFrame", ax: "Axes", *, level: float = 0.95, lang: str) -> "Axes":
    """Bad rate of each tier with its interval, and its share of firms. ``frame``: of :func:`tier_table`.

    A tier whose rate is not identified has no point, and says so.
    """
    places = np.arange(len(frame))
    known = frame["rate"].notna().to_numpy()
    rate, low, high = (frame[c].to_numpy() * 100 for c in ("rate", "rate_low", "rate_high"))
    ax.errorbar(rate[known], places[known], xerr=np.vstack([rate - low, high - rate])[:, known].clip(min=0), **WHISKER,
                label=say("figure.interval", lang, level=level))  # fmt: skip
    ax.plot(rate[known], places[known], "o", color=NEUTRAL, markersize=6)
    for place, share, end in zip(places, frame["share"], np.where(known, high, 0), strict=True):
        told = say("figure.share_of_firms", lang, share=share)
        told = told if known[place] else f"{say('figure.not_identified', lang)}; {told}"
        ax.annotate(told, (end, place), xytext=(8, 0), textcoords="offset points", va="center", color=QUIET, fontsize=9)
    ax.set_yticks(places, frame["name"])
    ax.invert_yaxis()
    ax.margins(y=0.15)
    ax.set_xlim(0, max(float(np.nanmax(high[known])) if known.any() else 100, 1) * 1.5)
    ax.set_xlabel(say("axis.bad_rate", lang))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_gradient(frame: "pd.DataFrame", ax: "Axes", *, tiers: str = "ABCDEF", lang: str) -> "Axes":
    """Odds of bad between neighbouring tiers, in all and within groups. ``frame``: of :func:`gradient_table`."""
    places = np.arange(len(frame))
    crude, within = ("odds_ratio", "low", "high"), ("within", "within_low", "within_high")
    _odds(ax, frame[list(crude)], places - 0.12, color=NEUTRAL, fmt="o", label=say("figure.crude", lang))
    _odds(ax, frame[list(within)], places + 0.12, color=ALERT, fmt="D", label=say("figure.within", lang))
    ax.axvline(1, **GUIDE)
    log_axis(ax, "x")
    ax.set_yticks(places, [f"{tiers[w]} : {tiers[b]}" for b, w in zip(frame["better"], frame["worse"], strict=True)])
    ax.invert_yaxis()
    ax.margins(y=0.25)
    ax.tick_params(axis="y", colors=INK)
    ax.set_xlabel(say("axis.odds_ratio", lang))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def _odds(ax, columns, places, **style):
    """Odds ratios with their intervals: columns of the value and its ends."""
    value, low, high = columns.to_numpy().T
    ax.errorbar(value, places, xerr=[value - low, high - value], markersize=5, capsize=3, linewidth=1, **style)
