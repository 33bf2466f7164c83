"""The two figures of the notebook: each takes a tidy frame and an Axes, draws, and returns the Axes."""

import pandas as pd
from matplotlib.axes import Axes

from credit_score.report.style import INK, QUIET, tier_colours

ORDERS = {
    "actual": "as the visits were made",
    "score": "by the city's score",
    "tiers": "by our points",
    "inspector": "by the inspector alone",
}


def plot_orders(frame: pd.DataFrame, ax: Axes, *, chance: float) -> Axes:
    """Share found in the first half by order, over all visits and within each inspector's own, with 95 % intervals.

    ``frame``: ``order, within, value, low, high``; ``chance``: the share that a random order finds.
    """
    for shift, (within, rows) in zip((-0.14, 0.14), frame.groupby("within"), strict=True):
        y = [list(ORDERS).index(order) + shift for order in rows["order"]]
        label, marker = ("within each inspector's visits", "D") if within else ("over all visits", "o")
        bars = [(rows["value"] - rows["low"]) * 100, (rows["high"] - rows["value"]) * 100]
        style = {"marker": marker, "markerfacecolor": "white" if within else INK, "color": QUIET if within else INK}
        ax.errorbar(rows["value"] * 100, y, xerr=bars, linestyle="none", capsize=3, label=label, **style)
    ax.axvline(chance * 100, color=QUIET, linestyle=":", label="chance")
    ax.set_yticks(range(len(ORDERS)), list(ORDERS.values()))
    ax.invert_yaxis()
    ax.set_xlabel("critical violations found in the first 810 of 1,637 visits (%)")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=3, fontsize=8)
    return ax


def plot_tiers(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Hit rate by tier as it was (filled) and under the same mix of inspectors (open), with 95 % intervals.

    ``frame``: ``tier, rate, low, high, same_mix_rate, same_mix_low, same_mix_high, visits``, best tier first.
    """
    for place, (row, colour) in enumerate(zip(frame.to_dict("records"), tier_colours(len(frame)), strict=True)):
        for shift, prefix, marker, fill in ((-0.12, "", "o", colour), (0.12, "same_mix_", "D", "white")):
            value, low, high = (row[f"{prefix}{name}"] * 100 for name in ("rate", "low", "high"))
            label = ("under the same mix of inspectors" if prefix else "as it was") if place == 0 else None
            style = {"marker": marker, "color": colour, "markerfacecolor": fill, "label": label}
            ax.errorbar(
                place + shift, value, yerr=[[value - low], [high - value]], linestyle="none", capsize=3, **style
            )
    ax.set_xticks(range(len(frame)), [f"{t}\n{n} visits" for t, n in zip(frame["tier"], frame["visits"], strict=True)])
    ax.set_ylim(bottom=0)
    ax.set_ylabel("visits that found a critical violation (%)")
    ax.set_xlabel("tier before the visit")
    ax.grid(visible=True, axis="y")
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower right", fontsize=8)
    return ax
