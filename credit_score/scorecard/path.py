"""The weights of a card along a penalty: in which order characteristics enter, and what each costs to leave out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.scorecard.learned import Evidence, Weighing, bounds_of, evidence_matrix
from credit_score.scorecard.logistic import fit_logistic, moments
from credit_score.scorecard.prebins import Target

if TYPE_CHECKING:
    import pandas as pd

STEPS, LEAST = 40, 1e-3


def penalty_path(
    evidence: Sequence[Evidence],
    target: Target,
    how: Weighing,
    penalty: str = "l1",
    strengths: Sequence[float] | None = None,
) -> "pd.DataFrame":
    """A row a strength of the penalty, the strongest first, which is the index; the other penalty stays as set.

    ``characteristics`` (with a weight that is not 0), ``log_loss`` (mean, without the penalty), then the weight of
    each characteristic by name. Without ``strengths``: 40 in equal ratios from where the first weight leaves 0 (l1),
    or from 10 (l2), down to a thousandth of it. The losses are of the rows fitted: choose among a few by
    :func:`validate`. Raises FitError for another penalty, for strengths below 0, and where nothing is to be weighed.
    """
    import pandas as pd

    if penalty not in ("l1", "l2"):
        raise FitError(f"penalty {penalty!r}", remedy="use 'l1' or 'l2'")
    if not evidence:
        raise FitError("no characteristic tells good from bad", remedy="give other columns")
    names, matrix = [e.characteristic.name for e in evidence], evidence_matrix(evidence, len(target.bad))
    bounds, start, rows = bounds_of(names, how.by_hand), None, {}
    for strength in _strengths(matrix, target, how, penalty, strengths):
        penalties = {"l1": how.l1, "l2": how.l2} | {penalty: float(strength)}
        fit = fit_logistic(matrix, target.bad, target.weight, bounds, **penalties, start=start)
        start, weights = fit.coefficients, fit.coefficients[1:]
        rows[float(strength)] = [np.count_nonzero(weights), fit.loss, *weights]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["characteristics", "log_loss", *names])
    return found.astype({"characteristics": int}).rename_axis(penalty)


def _strengths(
    matrix: np.ndarray, target: Target, how: Weighing, penalty: str, given: Sequence[float] | None
) -> np.ndarray:
    """The strengths asked for, or the usual ones, descending."""
    if given is None:
        top = _first_to_leave(matrix, target, how) if penalty == "l1" else 10.0
        return np.geomspace(top, top * LEAST, STEPS)
    told = np.unique(np.asarray(given, np.float64))[::-1]
    if not len(told) or not (np.isfinite(told) & (told >= 0)).all():
        raise FitError(f"strengths {first_five(told)}", remedy="give numbers of 0 or more")
    return told


def _first_to_leave(matrix: np.ndarray, target: Target, how: Weighing) -> float:
    """The least L1 penalty under which no learned weight is above 0: the steepest slope where all are 0."""
    total = target.weight.sum()
    rate = float(target.weight @ target.bad) / total
    nothing = np.concatenate([[np.log(rate / (1 - rate))], np.zeros(matrix.shape[1])])
    _, gradient, _ = moments(matrix, target.bad, target.weight, nothing)
    return max(float(-gradient[1:].min() / total), 1e-6) * (1 + 1e-9)  # sums of rows lie off by rounding
