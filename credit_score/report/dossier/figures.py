"""Figures of a dossier: each takes a tidy frame and an Axes, draws, and returns the Axes; it computes nothing."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.language import say
from credit_score.report.style import ALERT, INK, NEUTRAL, PLATE, QUIET, tier_colours

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PALE = "#bcccdc"


def plot_firms(frame: "pd.DataFrame", ax: "Axes", *, lang: str) -> "Axes":
    """Registered firms by tier under the rules before and after. ``frame``: ``tier, before, after``, best first."""
    places, colours = np.arange(len(frame)), list(tier_colours(len(frame)))
    was = ax.barh(
        places - 0.2, frame["before"], 0.36, color="white", edgecolor=QUIET, label=say("dossier.before", lang)
    )
    now = ax.barh(places + 0.2, frame["after"], 0.36, color=colours, label=say("dossier.after", lang))
    for bars, column in ((was, "before"), (now, "after")):
        ax.bar_label(bars, [f"{n:,}" for n in frame[column]], padding=4, fontsize=9, color=QUIET)
    ax.set_yticks(places, frame["tier"])
    ax.invert_yaxis()
    ax.margins(x=0.1)
    ax.set_xlabel(say("dossier.axis_firms", lang))
    ax.xaxis.set_major_formatter("{x:,.6g}")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return ax


def plot_rates(frame: "pd.DataFrame", ax: "Axes", *, level: float, lang: str) -> "Axes":
    """Rates of violations by tier, with intervals where there are. ``frame``: ``tier, rate, low, high``, shares."""
    places = np.arange(len(frame))
    ax.hlines(places, frame["low"] * 100, frame["high"] * 100, color=QUIET, linewidth=2,
              label=say("figure.interval", lang, level=level))  # fmt: skip
    ax.scatter(frame["rate"] * 100, places, s=60, zorder=3, color=list(tier_colours(len(frame))), edgecolors=INK)
    for place, rate, high in zip(places, frame["rate"], frame["high"], strict=True):
        if np.isfinite(rate):
            ax.annotate(f"{rate:.1%}", (np.fmax(rate, high) * 100, place), xytext=(8, 0), textcoords="offset points",
                        va="center", fontsize=9, color=QUIET)  # fmt: skip
    ax.set_yticks(places, frame["tier"])
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.margins(x=0.12)
    ax.set_xlabel(say("dossier.axis_rate", lang))
    if frame["low"].notna().any():
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1))
    return ax


def plot_found(frame: "pd.DataFrame", ax: "Axes", *, level: float, lang: str) -> "Axes":
    """What departments find and miss in a year. ``frame``: ``label, found, missed, low, high`` (ends of found)."""
    ax.barh(frame["label"], frame["found"], height=0.6, color=NEUTRAL, label=say("dossier.found_word", lang))
    ax.barh(frame["label"], frame["missed"], left=frame["found"], height=0.6, color="white", edgecolor=QUIET,
            hatch="...", label=say("dossier.missed_word", lang))  # fmt: skip
    if frame["low"].notna().any():
        ax.hlines(np.arange(len(frame)), frame["low"], frame["high"], color=INK, linewidth=1.6,
                  label=say("dossier.found_interval", lang, level=level))  # fmt: skip
    ax.invert_yaxis()
    ax.set_xlabel(say("dossier.axis_violations", lang))
    ax.xaxis.set_major_formatter("{x:,.6g}")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return ax


def plot_borne(frame: "pd.DataFrame", ax: "Axes", *, mean: float, lang: str) -> "Axes":
    """Visits per firm and year by group, before and after. ``frame``: ``label, before, after``."""
    places = np.arange(len(frame))
    ax.barh(places, frame["after"], height=0.6, color=NEUTRAL, label=say("dossier.after", lang))
    ax.plot(frame["before"], places, "D", color="white", markeredgecolor=INK, markersize=6,
            label=say("dossier.before", lang))  # fmt: skip
    ax.axvline(
        mean, color=ALERT, linewidth=1, linestyle="--", label=say("figure.county_mean", lang, mean=f"{mean:.2f}")
    )
    ends = np.fmax(frame["before"], frame["after"])
    for place, end, after in zip(places, ends, frame["after"], strict=True):
        if np.isfinite(after):
            ax.annotate(f"{after:.2f}", (end, place), xytext=(8, 0), textcoords="offset points", va="center",
                        color=QUIET, fontsize=9, bbox=PLATE)  # fmt: skip
    ax.set_yticks(places, frame["label"])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(say("axis.visits_per_firm", lang))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return ax


def plot_tornado(frame: "pd.DataFrame", ax: "Axes", *, base: float, axis: str, lang: str) -> "Axes":
    """A figure of the year at either end of each thing that may be another, the widest first.

    ``frame``: ``label, low, high`` (the figure at the low and the high setting); ``base``: as decided; ``axis``: title.
    """
    for name, key, colour, hatch in (("low", "dossier.at_low", PALE, ""), ("high", "dossier.at_high", NEUTRAL, "///")):
        other = frame["high" if name == "low" else "low"]
        order = np.where((frame[name] - base).abs() > (other - base).abs(), 1, 2)  # the longer one behind
        for place, (end, behind) in enumerate(zip(frame[name], order, strict=True)):
            ax.barh(place, end - base, left=base, height=0.62, color=colour, edgecolor="white", hatch=hatch,
                    zorder=behind, label="" if place else say(key, lang))  # fmt: skip
    told = say("dossier.as_decided", lang, value=f"{base:,.1f}")
    ax.axvline(base, color=INK, linewidth=1.4, zorder=3, label=told)
    ax.set_yticks(np.arange(len(frame)), frame["label"])
    ax.invert_yaxis()
    ax.set_xlabel(axis)
    ax.xaxis.set_major_formatter("{x:,.6g}")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    return ax
