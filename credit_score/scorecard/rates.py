"""Shares with their intervals: of bad in a group, of a class below a score, of rows in a part.

Weighted rows tell less than their number: of weights w as many as (Σw)² / Σw² rows of equal weight (Kish 1965). A row
twice is two rows, a row of weight 2 is one.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.sample import Sample

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def jeffreys_interval(share: "ArrayLike", n: "ArrayLike", *, level: float = 0.95) -> "tuple[Floats, Floats]":
    """Low and high of shares found in n rows each: quantiles of Beta(½ + n·share, ½ + n·(1 − share)).

    The low end is 0 where the share is 0, the high end 1 where it is 1 (Brown, Cai and DasGupta 2001).
    """
    from scipy.stats import beta

    check_level(level)
    p, rows = np.asarray(share, np.float64), np.asarray(n, np.float64)
    a, b, tail = 0.5 + rows * p, 0.5 + rows * (1 - p), (1 - level) / 2
    return np.where(p <= 0, 0.0, beta.ppf(tail, a, b)), np.where(p >= 1, 1.0, beta.isf(tail, a, b))


def check_level(level: Any) -> None:
    """Raise FitError unless a level is between 0 and 1."""
    if not isinstance(level, (int, float, np.floating)) or not 0 < level < 1:
        raise FitError(f"level {level!r:.60}", remedy="give one between 0 and 1, such as 0.95")


def z_of(level: float) -> float:
    """How many standard errors lie on each side of a normal interval of a level. Raises FitError for no level."""
    from scipy.stats import norm

    check_level(level)
    return float(norm.ppf(0.5 + level / 2))


def effective_rows(weight: "Floats") -> float:
    """How many rows of equal weight tell as much."""
    return float(weight.sum() ** 2 / (weight @ weight))


def as_rows(weight: "Floats") -> "Floats":
    """Weights scaled to sum to as many rows as they are worth."""
    return np.asarray(weight * weight.sum() / (weight @ weight))


def bad_rates(s: Sample, group: "NDArray[np.int64]", *, level: float = 0.95) -> "pd.DataFrame":
    """A row a group: ``rows``, ``share`` of all weight, ``bad`` (weight), ``bad_rate`` and its ``low`` and ``high``."""
    import pandas as pd

    weight, squares = np.bincount(group, s.weight), np.bincount(group, s.weight**2)
    bad = np.bincount(group, s.weight * s.bad)
    rate = np.minimum(bad / weight, 1.0)
    low, high = jeffreys_interval(rate, weight**2 / squares, level=level)
    columns = {"rows": np.bincount(group), "share": weight / weight.sum(), "bad": bad, "bad_rate": rate}
    return pd.DataFrame(columns | {"low": low, "high": high})
