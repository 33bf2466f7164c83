"""The ends of a rate by design: Wilson's at the number of visits that the draw is worth.

As many visits of a simple random sample with replacement tell as much as those of the draw: R(1 − R) ÷ variance, less
what few degrees of freedom cost (Korn and Graubard 1998, Survey Methodology 24). Classes that were visited wholly add
nothing to the variance.
"""

from typing import NamedTuple

import numpy as np


class Drawn(NamedTuple):
    """Visits that a draw chose: ``bad`` (0 or 1), ``weight`` (firms each stands for), ``of`` (place of the class).

    All (n,); a class is of firms of a stratum with about the same chance. ``left`` (H,): the finite-population
    correction of each class, (N − n) ÷ (N − 1), 0 where all of it were visited.
    """

    bad: np.ndarray
    weight: np.ndarray
    of: np.ndarray
    left: np.ndarray

    def by_stratum(self, values: np.ndarray) -> np.ndarray:
        """Sums of values of visits, (H,)."""
        return np.bincount(self.of, values, len(self.left))


def rate_ends(drawn: Drawn, inside: np.ndarray, level: float) -> tuple[float, float]:
    """The ends of the rate of a domain, ``inside`` (n,) being its visits; the rate itself where all were visited."""
    from scipy.stats import norm
    from scipy.stats import t as student

    weight = drawn.weight * inside
    rate = min(float(weight @ drawn.bad / weight.sum()), 1.0)
    if not (weight * drawn.left[drawn.of]).any():
        return rate, rate
    likely, variance, freedom = _variance(drawn, weight, rate)
    z = float(norm.ppf(0.5 + level / 2))
    n = likely * (1 - likely) / variance * (z / student.ppf(0.5 + level / 2, freedom)) ** 2
    return wilson(rate, n, z)


def wilson(rate: float, n: float, z: float) -> tuple[float, float]:
    """The rates that lie within z standard errors, their own, of a rate found in n visits (Wilson 1927)."""
    centre = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return float(max(min(centre - half, rate), 0.0)), float(min(max(centre + half, rate), 1.0))


def _variance(drawn: Drawn, weight: np.ndarray, rate: float) -> tuple[float, float, float]:
    """The likely rate of a domain, the variance of what is found, and its freedom (Satterthwaite's).

    The rate of a class is taken midway between its own and the domain's, and that with half a violation of one visit
    more: where few visits stand for many firms and find nothing, or nothing else, a class's own spread says that it is
    known for sure. Residuals of the domain are about the mean of their class, as its weights sum to its firms; so
    they hold that a domain's number of firms among those visited is by chance.
    """
    inside = weight > 0
    worth = weight.sum() ** 2 / ((drawn.left[drawn.of] * weight) @ weight)
    wide = (rate * worth + 0.5) / (worth + 1)
    own = _mean(drawn.by_stratum(weight * drawn.bad), drawn.by_stratum(weight))
    q, likely = (own[drawn.of] + wide) / 2, (rate + wide) / 2
    apart = np.where(inside, q - likely, 0.0)
    about = _mean(drawn.by_stratum(drawn.weight * apart), drawn.by_stratum(drawn.weight))
    square = (apart - about[drawn.of]) ** 2 + np.where(inside, q * (1 - q), 0.0)
    parts = drawn.left * drawn.by_stratum(drawn.weight**2 * square) / weight.sum() ** 2
    n = drawn.by_stratum(np.ones(len(drawn.of)))
    freedom = parts.sum() ** 2 / (parts**2 / np.maximum(n - 1, 1)).sum()
    return likely, float(parts.sum()), max(float(freedom), 1.0)


def _mean(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """0 where there is nothing to take the mean of."""
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
