"""How well a score tells bad from good, and how true a PD is: pure functions of rows.

Higher scores are safer; bad is 1. ``sample_weight`` is at least 0, all 1 where None; a row of weight 2 is as good as
two rows. Every function raises FitError for rows of one class, lengths that differ, what is not finite, and weights
below 0. Where scikit-learn has the measure, it is scikit-learn's.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.logistic import Bounds, fit_logistic
from credit_score.scorecard.sample import Sample, equal_groups, open_probabilities, sample

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KS:
    """The widest gap of two cumulative shares, in [0, 1], and the score at or below which they are that far apart."""

    statistic: float
    at: float

    def __float__(self) -> float:
        return self.statistic


@dataclass(frozen=True)
class Calibration:
    """logit P(bad) = intercept + slope · logit PD, with standard errors; slope 1 and intercept 0 are a true PD.

    ``in_the_large``: the intercept at slope 1; above 0 where more is bad than the PD says.
    """

    slope: float
    intercept: float
    slope_error: float
    intercept_error: float
    in_the_large: float


@dataclass(frozen=True)
class HosmerLemeshow:
    """The statistic, its degrees of freedom, and the chance of one as great where every PD is true."""

    statistic: float
    df: int
    p_value: float


def auc(bad: "ArrayLike", score: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> float:
    """P(score of a good > score of a bad) + ½ P(they are equal), in [0, 1]; exact, in O(n log n)."""
    from sklearn.metrics import roc_auc_score

    s = sample(bad, score, sample_weight)
    return float(roc_auc_score(s.bad, -s.values, sample_weight=s.weight))


def gini(bad: "ArrayLike", score: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> float:
    """2 AUC − 1, in [−1, 1]: 0 of a score that tells nothing."""
    return 2 * auc(bad, score, sample_weight=sample_weight) - 1


def ks(bad: "ArrayLike", score: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> KS:
    """The most, over scores s, of |share of bad ≤ s − share of good ≤ s|, and the first s that has it."""
    at, good_share, bad_share = (x[1:] for x in cumulative_shares(sample(bad, score, sample_weight)))
    gap = np.abs(bad_share - good_share)
    widest = int(np.argmax(gap >= gap.max() - 1e-12))
    return KS(float(gap[widest]), float(at[widest]))


def cumulative_shares(
    s: Sample,
) -> "tuple[Floats, Floats, Floats]":
    """Each score, ascending from −∞, with the share of good and the share of bad at or below it."""
    from sklearn.metrics import roc_curve

    good, bad, negated = roc_curve(s.bad, -s.values, sample_weight=s.weight, drop_intermediate=False)
    return 0.0 - negated, good, bad


def brier(bad: "ArrayLike", pd: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> float:
    """The mean of (PD − bad)², in [0, 1]; lower is better."""
    from sklearn.metrics import brier_score_loss

    s = sample(bad, pd, sample_weight, of="PD")
    return float(brier_score_loss(s.bad, s.values, sample_weight=s.weight))


def log_loss(bad: "ArrayLike", pd: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> float:
    """The mean of −ln P(what came), at least 0; lower is better.

    scikit-learn's, which takes a PD of 0 or 1 as 2.2e−16 away from it: a bad row of PD 0 costs 36.
    """
    from sklearn import metrics

    s = sample(bad, pd, sample_weight, of="PD")
    return float(metrics.log_loss(s.bad, s.values, sample_weight=s.weight))


def calibration(bad: "ArrayLike", pd: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> Calibration:
    """The logistic regression of bad on logit PD (Cox 1958). A slope below 1: the PDs are too far apart.

    Standard errors take weights as numbers of cases. Raises FitError for a PD of 0 or 1, PDs that are all alike, and
    PDs that part good from bad without overlap, where the slope has no end.
    """
    s = open_probabilities(bad, pd, sample_weight)
    logit = np.log(s.values) - np.log1p(-s.values)
    _check_overlap(s)
    centre, spread = float(np.average(logit, weights=s.weight)), float(np.std(logit))
    z = (logit - centre) / spread  # settles at once, however close together PDs are
    free, one = _recalibrated(s, z, -np.inf, np.inf), _recalibrated(s, z, spread, spread)
    slope, intercept = free[1] / spread, free[0] - free[1] * centre / spread
    return Calibration(slope, intercept, *_errors(s, logit, intercept + slope * logit), one[0] - centre)


def hosmer_lemeshow(
    bad: "ArrayLike",
    pd: "ArrayLike",
    *,
    n_groups: int = 10,
    fitted: bool = True,
    sample_weight: "ArrayLike | None" = None,
) -> HosmerLemeshow:
    """Σ (bad − expected)² / (expected · (1 − mean PD)) over groups of rising PD and equal weight, against χ².

    ``fitted``: whether the PDs were fitted on these rows: degrees of freedom are groups − 2, else groups. Equal PDs
    stay in one group, so there may be fewer. Weights are numbers of cases. With many rows the smallest error is
    significant, with few a great one is not: read the calibration table first. Raises FitError for a PD of 0 or 1,
    and for too few groups. Hosmer and Lemeshow 1980.
    """
    from scipy.stats import chi2

    s = open_probabilities(bad, pd, sample_weight)
    group = equal_groups(s.values, s.weight, n_groups)
    size, found, expected = (np.bincount(group, s.weight * x) for x in (np.ones(len(group)), s.bad, s.values))
    df = len(size) - 2 if fitted else len(size)
    if df < 1:
        what = f"{len(size)} groups of different PD, and 2 of them are spent on the fit"
        raise FitError(what, remedy="ask for more groups, or give PDs that differ more")
    statistic = float(np.sum((found - expected) ** 2 / (expected * (1 - expected / size))))
    return HosmerLemeshow(statistic, df, float(chi2.sf(statistic, df)))


def _recalibrated(s: Sample, z: "Floats", low: float, high: float) -> tuple[float, float]:
    """Constant and coefficient of bad on one column, the latter within bounds."""
    with np.errstate(over="ignore"):  # of a PD within 1e−300 of 1
        bounds = Bounds(np.array([low]), np.array([high]))
        fit = fit_logistic(z[:, None], s.bad.astype(np.float64), s.weight, bounds)
    return float(fit.coefficients[0]), float(fit.coefficients[1])


def _errors(s: Sample, x: "Floats", logit: "Floats") -> tuple[float, float]:
    """Standard errors of slope and intercept, from the information about the mean that has no covariance."""
    p = 1 / (1 + np.exp(-logit))
    curve = s.weight * p * (1 - p)
    middle = np.average(x, weights=curve)
    of_slope = 1 / float(curve @ (x - middle) ** 2)
    return float(np.sqrt(of_slope)), float(np.sqrt(1 / curve.sum() + middle**2 * of_slope))


def _check_overlap(s: Sample) -> None:
    good, bad = s.values[~s.bad], s.values[s.bad]
    if s.values.min() == s.values.max():
        raise FitError(f"every PD is {s.values[0]:.15g}", remedy="a slope needs PDs that differ")
    if good.max() <= bad.min() or bad.max() <= good.min():
        ends = f"({good.min():.6g} to {good.max():.6g}) and bad ({bad.min():.6g} to {bad.max():.6g})"
        what = f"PDs of good {ends} do not overlap"
        raise FitError(what, remedy="the slope has no end; give more rows, or another sample than the one fitted on")
