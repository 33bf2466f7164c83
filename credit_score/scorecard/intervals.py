"""How far a measure is known: DeLong's interval and paired test of AUC, and the bootstrap for any measure.

Here weights are of rows that were drawn (one over the chance of being drawn), not copies: their scale says nothing,
and a row twice is two rows. Higher scores are safer; bad is 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.rates import check_level, z_of
from credit_score.scorecard.sample import Sample, finite, sample
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A measure, the ends of its interval of some level, and its standard error."""

    value: float
    low: float
    high: float
    error: float
    level: float


@dataclass(frozen=True)
class Difference(Interval):
    """The AUC of one score less that of another, with the two-sided p-value of their being equal."""

    p_value: float


@dataclass(frozen=True)
class Resampling:
    """How a bootstrap draws: ``seed``, ``n`` replications, ``level``; ``groups`` (n_rows,): rows drawn only together.

    Groups are any values; None draws rows one by one.
    """

    seed: int
    n: int = 1000
    level: float = 0.95
    groups: "ArrayLike | None" = None


def auc_interval(
    bad: "ArrayLike", score: "ArrayLike", *, level: float = 0.95, sample_weight: "ArrayLike | None" = None
) -> Interval:
    """AUC with DeLong's standard error, and an interval on the log-odds of AUC, so that it stays in [0, 1].

    O(n log n) by mid-ranks (Sun and Xu 2014), with weights. Where the score parts good from bad without an error, the
    components do not vary and the ends are NaN: not known. Raises FitError as :func:`auc` does, and for a class of one
    row.
    """
    check_level(level)
    s = sample(bad, score, sample_weight)
    value, influence = _influence(s)
    error = float(np.sqrt(influence @ influence))
    if min(value, 1 - value) < 1e-12:
        return Interval(value, np.nan, np.nan, error, level)
    centre = np.log(value / (1 - value))
    step = z_of(level) * error / (value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-end))) for end in (centre - step, centre + step))
    return Interval(value, low, high, error, level)


def auc_difference(
    bad: "ArrayLike",
    score: "ArrayLike",
    other: "ArrayLike",
    *,
    level: float = 0.95,
    sample_weight: "ArrayLike | None" = None,
) -> Difference:
    """AUC of ``score`` less AUC of ``other`` on the same rows, by DeLong's paired test; 0 and p = 1 for equal orders.

    Both scores are safer when higher. The p-value is NaN where neither varies and they differ. Raises FitError as
    :func:`auc_interval` does. DeLong, DeLong and Clarke-Pearson 1988.
    """
    from scipy.stats import norm

    check_level(level)
    (a, first), (b, second) = (_influence(sample(bad, x, sample_weight)) for x in (score, other))
    value, apart = a - b, first - second
    error = float(np.sqrt(apart @ apart))
    step = z_of(level) * error
    p_value = float(2 * norm.sf(abs(value) / error)) if error > 0 else 1.0 if value == 0 else np.nan
    return Difference(value, value - step, value + step, error, level, p_value)


def bootstrap_interval(
    metric: Callable[..., Any],
    bad: "ArrayLike",
    score: "ArrayLike",
    resampling: Resampling,
    *,
    sample_weight: "ArrayLike | None" = None,
) -> Interval:
    """A metric with the percentile interval and standard error of its bootstrap; the same seed gives the same.

    ``metric(bad, score, sample_weight=…)`` gives what ``float`` reads, as all of :mod:`metrics` but two do. Good and
    bad are drawn apart, each as many as there are; with groups, those of good alone, of bad alone and of both. The
    metric is told by weights: how often a row was drawn, times its own. Raises FitError for fewer than 100
    replications, groups that are not one a row and a metric that gives no number, and what the metric raises.
    """
    check_level(resampling.level)
    check_number("replications", resampling.n, least=100, whole=True)
    check_number("seed", resampling.seed, least=0, whole=True)
    labels, scores = finite(bad, "label"), finite(score, "score")
    weight = np.ones(len(labels)) if sample_weight is None else finite(sample_weight, "weight")
    value = _number(metric, metric(labels, scores, sample_weight=weight))
    group, strata = _strata(labels, resampling.groups)
    draw = np.random.default_rng(resampling.seed)
    found = np.empty(resampling.n)
    for i in range(resampling.n):
        times = _times(strata, draw)[group] * weight
        found[i] = float(metric(labels, scores, sample_weight=times))
    tail = (1 - resampling.level) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return Interval(value, float(low), float(high), float(found.std(ddof=1)), resampling.level)


def _number(metric: Callable[..., Any], found: Any) -> float:
    try:
        return float(found)
    except (TypeError, ValueError):
        what = f"metric {getattr(metric, '__name__', metric)!r} gives {type(found).__name__}, not one number"
        raise FitError(what, remedy="give one that does, as the slope of a calibration") from None


def _influence(s: Sample) -> "tuple[float, Floats]":
    """AUC, and of each row its part in the error of it: the sum of squares is DeLong's variance.

    The component of a bad row is the share of good above it, of a good row the share of bad below it, halves for ties.
    """
    _, place = np.unique(s.values, return_inverse=True)
    good, bad = (np.bincount(place, s.weight * x) for x in (~s.bad, s.bad))
    above = (np.cumsum(good[::-1])[::-1] - good / 2) / good.sum()
    below = (np.cumsum(bad) - bad / 2) / bad.sum()
    component = np.where(s.bad, above[place], below[place])
    value = float(np.average(component[s.bad], weights=s.weight[s.bad]))
    influence = np.where(s.bad, 1.0, -1.0)
    for name, rows in (("bad", s.bad), ("good", ~s.bad)):
        n = int(rows.sum())
        if n < 2:
            raise FitError(f"1 {name} row", remedy="an error of AUC needs at least 2 good and 2 bad rows")
        share = s.weight[rows] / s.weight[rows].sum()
        influence[rows] *= share * (component[rows] - value) * np.sqrt(n / (n - 1))
    return value, influence


def _strata(labels: "Floats", groups: "ArrayLike | None") -> "tuple[NDArray[np.int64], list[NDArray[np.int64]]]":
    """The group of each row, and the groups of good alone, of bad alone and of both."""
    if groups is None:
        group = np.arange(len(labels))
    else:
        if np.shape(groups) != labels.shape:
            raise FitError(f"groups of shape {np.shape(groups)} for {len(labels)} rows", remedy="give one a row")
        import pandas as pd

        group = pd.factorize(np.asarray(groups), use_na_sentinel=False)[0]
    rows, bad = np.bincount(group), np.bincount(group, labels)
    kind = np.where(bad == 0, 0, np.where(bad == rows, 1, 2))
    return group, [at for k in range(3) if len(at := np.flatnonzero(kind == k))]


def _times(strata: "list[NDArray[np.int64]]", draw: np.random.Generator) -> "Floats":
    """How often each group is drawn, as many of each stratum as there are."""
    times = np.empty(sum(map(len, strata)))
    for at in strata:
        times[at] = np.bincount(draw.integers(len(at), size=len(at)), minlength=len(at))
    return times
