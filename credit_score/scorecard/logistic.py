"""Logistic regression of bad on a few columns, with signs, weights set by hand, and an L1 and L2 penalty.

Minimises mean log-loss + l1 Σ|b| + l2/2 Σ b² over low ≤ b ≤ high, the constant free, by Newton steps each of which
solves its bounded quadratic by coordinate descent. Each step reads the rows once, in blocks that a cache holds (ours).
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from credit_score.errors import FitError
from credit_score.scorecard import kernels

TOLERANCE, MOST_STEPS, FEW, BLOCK = 1e-9, 100, 20_000, 8192


@dataclass(frozen=True)
class Fit:
    """Coefficients of shape (p + 1,), the constant first, and their standard errors (NaN where held at a bound).

    The errors are from the information matrix of the coefficients that are free, the weights taken as numbers of cases.
    """

    coefficients: np.ndarray
    errors: np.ndarray
    loss: float
    n_steps: int


@dataclass(frozen=True)
class Bounds:
    """Least and most of each coefficient but the constant, shape (p,); equal where set by hand."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def signs(cls, n: int) -> "Bounds":
        """All at least 0."""
        return cls(np.zeros(n), np.full(n, np.inf))


def fit_logistic(
    columns: np.ndarray,
    bad: np.ndarray,
    weight: np.ndarray,
    bounds: Bounds,
    *,
    l1: float = 0.0,
    l2: float = 0.0,
    start: np.ndarray | None = None,
) -> Fit:
    """The constrained fit of bad (n,) on columns (n, p), from ``start`` (p + 1,) where one is known to be near.

    Raises FitError where it does not settle.
    """
    total = float(weight.sum())
    b = _start(columns, bad, weight, bounds, l1, l2) if start is None else start
    low, high = np.concatenate([[-np.inf], bounds.low]), np.concatenate([[np.inf], bounds.high])
    penalty = _Penalty(np.r_[0.0, np.full(columns.shape[1], l1)], np.r_[0.0, np.full(columns.shape[1], l2)])
    loss, gradient, hessian = moments(columns, bad, weight, b, total)
    for step in range(MOST_STEPS):
        target = _quadratic(b, gradient, hessian, penalty, low, high)
        if np.abs(target - b).max() <= TOLERANCE * (1 + np.abs(b).max()):
            return Fit(target, _errors(hessian, target, low, high, total), loss, step)
        b, loss, gradient, hessian = _step(columns, bad, weight, b, target, loss, penalty, total)
    raise FitError(f"the regression did not settle in {MOST_STEPS} steps", remedy="raise l2, or use fewer bins")


def _start(
    columns: np.ndarray, bad: np.ndarray, weight: np.ndarray, bounds: Bounds, l1: float, l2: float
) -> np.ndarray:
    """Where to begin: the fit of one row in many where there are many and it settles, else the mean rate."""
    few = slice(None, None, len(bad) // FEW)
    if len(bad) > 10 * FEW and 0 < weight[few] @ bad[few] < weight[few].sum():
        near = np.ascontiguousarray(columns[few])
        with suppress(FitError):  # a column may part good from bad among few rows, and not among all
            return fit_logistic(near, bad[few], weight[few], bounds, l1=l1, l2=l2).coefficients
    rate = float(weight @ bad) / float(weight.sum())
    return np.concatenate([[np.log(rate / (1 - rate))], np.clip(0.0, bounds.low, bounds.high)])


def robust_errors(columns: np.ndarray, bad: np.ndarray, weight: np.ndarray, fit: Fit) -> np.ndarray:
    """Standard errors (p + 1,) that hold where weights are of rows drawn, not copies; NaN where held at a bound.

    H⁻¹ (Σ w² e² x xᵀ) H⁻¹ over the free coefficients, e the residual (Huber 1967, White 1982).
    """
    free = np.isfinite(fit.errors)
    _, _, hessian = moments(columns, bad, weight, fit.coefficients)
    residual = weight * (expit(fit.coefficients[0] + columns @ fit.coefficients[1:]) - bad)
    rows = np.column_stack([residual, columns * residual[:, None]])[:, free]
    inverse = np.linalg.pinv(hessian[np.ix_(free, free)])
    errors = np.full(len(fit.errors), np.nan)
    errors[free] = np.sqrt(np.diag(inverse @ (rows.T @ rows) @ inverse))
    return errors


@dataclass(frozen=True)
class _Penalty:
    l1: np.ndarray
    l2: np.ndarray

    def of(self, b: np.ndarray) -> float:
        return float(self.l1 @ np.abs(b) + self.l2 @ b**2 / 2)


def moments(
    columns: np.ndarray, bad: np.ndarray, weight: np.ndarray, b: np.ndarray, total: float = 1.0
) -> tuple[float, np.ndarray, np.ndarray]:
    """Weighted log-loss of log-odds b₀ + columns · b, its gradient and second derivative, all over ``total``."""
    loss, gradient, hessian = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
    for begin in range(0, len(columns), BLOCK):
        rows = slice(begin, begin + BLOCK)
        x, y, w = columns[rows], bad[rows], weight[rows]
        logit = b[0] + x @ b[1:]
        p = expit(logit)
        loss += float(w @ ((1 - y) * logit - log_expit(logit)))
        slope, root = w * (p - y), np.sqrt(w * p * (1 - p))
        rooted = x * root[:, None]
        gradient += np.append(slope.sum(), slope @ x)
        hessian[0] += np.append(root @ root, root @ rooted)
        hessian[1:, 1:] += rooted.T @ rooted
    hessian[1:, 0] = hessian[0, 1:]
    return loss / total, gradient / total, hessian / total


def _quadratic(
    b: np.ndarray, gradient: np.ndarray, hessian: np.ndarray, penalty: _Penalty, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """The minimum of the quadratic about b plus the penalty, within the bounds."""
    return kernels.bounded_quadratic(b, gradient, hessian, penalty.l1, penalty.l2, low, high, TOLERANCE / 100)


def _step(
    columns: np.ndarray,
    bad: np.ndarray,
    weight: np.ndarray,
    b: np.ndarray,
    target: np.ndarray,
    loss: float,
    penalty: _Penalty,
    total: float,
) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """A step towards the target, halved until it does not make things worse."""
    before, share = loss + penalty.of(b), 1.0
    while True:
        tried = b + share * (target - b)
        found = moments(columns, bad, weight, tried, total)
        if found[0] + penalty.of(tried) <= before + 1e-12 * abs(before) or share < 1e-6:
            return (tried, *found)
        share /= 2


def _errors(hessian: np.ndarray, b: np.ndarray, low: np.ndarray, high: np.ndarray, total: float) -> np.ndarray:
    free = np.flatnonzero((b > low) & (b < high))
    errors = np.full(len(b), np.nan)
    inverse = np.linalg.pinv(hessian[np.ix_(free, free)] * total)
    errors[free] = np.sqrt(np.maximum(np.diag(inverse), 0))
    return errors
