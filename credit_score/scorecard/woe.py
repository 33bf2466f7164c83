"""Weight of evidence and information value, by their definitions.

y = 1 is bad. WOE = ln(share of all good / share of all bad), so it rises as risk falls; IV = Σ (good share − bad share)
· WOE. A part without good or without bad gets half a case of each, so that every WOE is finite.
"""

import numpy as np


def woe(good: np.ndarray, bad: np.ndarray, all_good: float, all_bad: float) -> np.ndarray:
    """Weight of evidence of parts, from sums of weight of any shape; 0 where a part is empty."""
    empty, lacks = (good + bad) <= 0, (good <= 0) | (bad <= 0)
    half = np.where(lacks, 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = np.log((good + half) / all_good) - np.log((bad + half) / all_bad)
    return np.where(empty, 0.0, evidence)


def information_value(good: np.ndarray, bad: np.ndarray) -> float:
    """IV of a split into parts: how far apart it sets good and bad; half a case where a part lacks one of them."""
    all_good, all_bad = float(good.sum()), float(bad.sum())
    return float(np.sum((good / all_good - bad / all_bad) * woe(good, bad, all_good, all_bad)))
