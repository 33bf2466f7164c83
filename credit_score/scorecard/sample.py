"""What every measure reads: rows with a label, a number (score or PD) and a weight, checked once.

Rows without weight are left out. Higher scores are safer; bad is 1.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Of = Literal["score", "PD"]


@dataclass(frozen=True)
class Sample:
    """Rows of both classes, each of weight above 0: ``bad`` (booleans), ``values``, ``weight``, shape (n,)."""

    bad: "NDArray[np.bool_]"
    values: "NDArray[np.float64]"
    weight: "NDArray[np.float64]"

    @property
    def bad_weight(self) -> float:
        """The weight of all bad rows."""
        return float(self.weight @ self.bad)


def sample(bad: "ArrayLike", values: "ArrayLike", weight: "ArrayLike | None" = None, *, of: Of = "score") -> Sample:
    """The rows of some labels, scores or PDs, and weights (all 1 where None).

    Raises FitError for lengths that differ, labels that are not 0 or 1, what is not a finite number, PDs outside
    [0, 1], weights below 0, and rows of one class.
    """
    labels, numbers = finite(bad, "label"), finite(values, of)
    weights = np.ones(len(labels)) if weight is None else finite(weight, "weight")
    for name, array in ((of, numbers), ("weight", weights)):
        if len(array) != len(labels):
            raise FitError(f"{len(labels)} labels and {len(array)} {name}s", remedy=f"give one {name} a row")
    _check(~np.isin(labels, (0, 1)), labels, "label", "give 1 for bad and 0 for good")
    _check(weights < 0, weights, "weight", "give weights of at least 0")
    if of == "PD":
        _check((numbers < 0) | (numbers > 1), numbers, "PD", "give the probability of bad, in [0, 1]")
    kept = weights > 0
    made = Sample(labels[kept] == 1, numbers[kept], weights[kept])
    _check_classes(made.bad)
    return made


def open_probabilities(bad: "ArrayLike", pd: "ArrayLike", weight: "ArrayLike | None") -> Sample:
    """Rows with their PD, of which none may be 0 or 1; raises FitError as :func:`sample` does, and for those."""
    found = sample(bad, pd, weight, of="PD")
    closed = (found.values == 0) | (found.values == 1)
    _check(closed, found.values, "PD", "its log-odds are infinite; give PDs between 0 and 1")
    return found


def finite(values: "ArrayLike", name: str) -> "NDArray[np.float64]":
    """Finite numbers as float64 of shape (n,), n at least 1; raises FitError for all else, with its row from 0."""
    array = _numbers(values, name)
    if array.ndim != 1:
        raise FitError(f"{name}s of shape {array.shape}", remedy=f"give one {name} a row, shape (n,)")
    if not len(array):
        raise FitError(f"no {name}s", remedy="give at least one row")
    _check(~np.isfinite(array), array, name, "leave these rows out, or fill them")
    return array


def equal_groups(values: "NDArray[np.float64]", weight: "NDArray[np.float64]", n_groups: int) -> "NDArray[np.int64]":
    """The group of each row, 0 … at most n_groups − 1 by ascending value, of about equal weight; equals stay together.

    A value goes where the middle of its weight falls, so copies of a row are as good as its weight (ours).
    """
    check_number("groups", n_groups, least=1, whole=True)
    _, place = np.unique(values, return_inverse=True)
    held = np.bincount(place, weight)
    middle = (np.cumsum(held) - held / 2) / held.sum()
    # A nudge against rounding: an edge that is met exactly belongs to the group above.
    group = np.minimum((middle * n_groups * (1 + 1e-12)).astype(np.int64), n_groups - 1)
    return np.asarray(np.unique(group, return_inverse=True)[1][place], np.int64)


def _numbers(values: "ArrayLike", name: str) -> "NDArray[np.float64]":
    to_numpy: Any = getattr(values, "to_numpy", None)
    array = np.asarray(to_numpy() if to_numpy else values)
    if array.dtype.kind == "O":
        array = np.array([np.nan if v is None or type(v).__name__ == "NAType" else v for v in array.ravel()])
    if array.dtype.kind not in "biuf":
        kind = "text" if array.dtype.kind in "USTO" else str(array.dtype)
        raise FitError(f"{name}s are {kind}, not numbers", remedy="give numbers")
    return array.astype(np.float64)


def _check(wrong: "NDArray[np.bool_]", values: "NDArray[np.float64]", name: str, remedy: str) -> None:
    if wrong.any():
        at = np.flatnonzero(wrong)
        found = first_five(f"{values[i]:.15g} (row {i})" for i in at)
        raise FitError(f"{name} {found}", remedy=remedy)


def _check_classes(bad: "NDArray[np.bool_]") -> None:
    if not len(bad) or bad.all() or not bad.any():
        held = "no row has weight" if not len(bad) else f"all {len(bad)} rows are {'bad' if bad.all() else 'good'}"
        raise FitError(held, remedy="give rows of both classes with weight; a measure compares them")
