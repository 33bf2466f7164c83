"""``TierCalibrator``: cut-offs of a score, as an estimator in the manner of scikit-learn.

Tiers are of enterprises and internal: priors for where to look, not ratings. The calibrator proposes cut-offs; the
policy decides.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from credit_score.errors import FitError, first_five
from credit_score.partition import Limits
from credit_score.scorecard.labels import effective_weights
from credit_score.scorecard.rates import check_level
from credit_score.scorecard.settings import check_number
from credit_score.tiers.aim import OBJECTIVES, Aim, Cut, Objective, Visits
from credit_score.tiers.cells import check_rows, score_cells
from credit_score.tiers.costs import constraint_costs, possible_cut
from credit_score.tiers.cutoffs import check_cutoffs, check_n_tiers, numbers, tier_codes
from credit_score.tiers.gradient import check_gradient, gradient_table
from credit_score.tiers.table import NAMES, tier_table

if TYPE_CHECKING:
    import pandas as pd

# Cells among which cuts under a capacity are enumerated, by the number of tiers: at most 8e7 choices.
ENUMERATED = {3: 1000, 4: 500, 5: 200, 6: 100}
# Shares given in decimals add up to 1 within this.
ROUNDING = 1e-6


class TierCalibrator(BaseEstimator):  # type: ignore[misc]
    """Cut-offs of 3 to 6 tiers with rising bad rates, by likelihood, information, shares, rule or detections.

    Rates, their intervals and ``z`` are of the rows that chose the cut-offs, and so a little too far apart: fit the
    cut-offs found as ``fixed`` to other rows for figures that are not.

    Parameters
    ----------
    n_tiers : 3 to 6.
    objective : ``likelihood`` or ``information`` of the tiers; ``shares``: nearest to target shares, least Σ (share −
        target)²; ``fixed``: given cut-offs, on which no limit is put; ``detections``: most expected detections under a
        capacity, exact among at most 1000, 500, 200, 100 cells for 3, 4, 5, 6 tiers.
    shares : target share of each tier, (K,), the best first, sum 1.
    cutoffs : given by rule, (K − 1,), descending.
    ratios, sensitivity, capacity : inspection ratio of each tier, (K,), visits per firm and year; chance that a visit
        finds what is there; inspector-days a year, one number or (D,) by department.
    min_share, max_share : of all weight, bounds on every tier. min_count : least rows of every tier.
    min_z : least difference of neighbouring bad rates in pooled standard errors.
    weights : what a sample weight is: ``counts``, so many equal rows; ``draws``, one over the chance that the row was
        drawn, which counts for its share but not for the precision of a rate.
    n_cells : most cells of the score, at the borders of which may be cut.
    level : of the intervals.

    Attributes
    ----------
    cutoffs_ : lowest score of each tier but the last, (K − 1,), descending. ``objective_`` : what they reach.
    table_ : a row a tier; see :func:`tier_table`. ``costs_`` : a row a constraint; see :func:`constraint_costs`.
    gradients_ : of each group that was given by name, the odds of bad between tiers in all and within it; see
        :func:`gradient_table`.
    cells_, edges_ : the cells of the score and where the tiers begin among them, (K + 1,).
    """

    def __init__(
        self,
        n_tiers: int = 4,
        objective: Objective = "likelihood",
        *,
        shares: Sequence[float] | np.ndarray | None = None,
        cutoffs: Sequence[float] | np.ndarray | None = None,
        ratios: Sequence[float] | np.ndarray | None = None,
        sensitivity: float = 1.0,
        capacity: float | Sequence[float] | np.ndarray | None = None,
        min_share: float = 0.01,
        max_share: float = 1.0,
        min_count: float = 0,
        min_z: float = 3.0,
        weights: Literal["counts", "draws"] = "counts",
        n_cells: int = 1000,
        level: float = 0.95,
    ) -> None:
        self.n_tiers, self.objective, self.shares, self.cutoffs = n_tiers, objective, shares, cutoffs
        self.ratios, self.sensitivity, self.capacity = ratios, sensitivity, capacity
        self.min_share, self.max_share, self.min_count, self.min_z = min_share, max_share, min_count, min_z
        self.weights, self.n_cells, self.level = weights, n_cells, level

    def fit(
        self,
        score: Any,
        bad: Any,
        sample_weight: Any = None,
        *,
        probability: Any = None,
        days: Any = None,
        groups: Mapping[str, Any] | None = None,
    ) -> "TierCalibrator":
        """Find the cut-offs.

        Parameters
        ----------
        score, bad : score (higher is safer) and label (1 is bad) of each firm, (n,).
        sample_weight : ≥ 0, (n,).
        probability : PD of each firm, (n,): shown beside the rates, and what detections are expected by.
        days : inspector-days of one visit, (n,) or (n, D) by department; 1 if not given.
        groups : name → who looked at each firm, (n,), as inspector or department. Warns (ExplainedByGroups) where a
            group explains what tells two tiers apart.

        Raises FitError for settings and columns that cannot be used, and where no cut-offs keep the limits, with the
        constraints that bind.
        """
        aim = self._aim()
        if not isinstance({} if groups is None else groups, Mapping):
            raise FitError(f"groups of kind {type(groups).__name__}", remedy="give name → who looked at each firm")
        rows = check_rows(score, bad, sample_weight, probability, days)
        cells = score_cells(rows, self._most_cells(), aim.cutoffs)
        if aim.visits is not None and len(aim.visits.capacity) != cells.days.shape[1]:
            told = f"{len(aim.visits.capacity)} capacities and days of {cells.days.shape[1]} departments"
            raise FitError(told, remedy="give a column of days for each capacity")
        self._aim_, self.cells_ = aim, cells
        self.edges_, self.objective_ = possible_cut(cells, aim)
        self.cutoffs_ = cells.lowest[self.edges_[1:-1] - 1] if aim.cutoffs is None else aim.cutoffs
        self._compare(score, bad, sample_weight, groups or {})
        return self

    def predict(self, score: Any) -> np.ndarray:
        """The tier of each score, codes 0 (best) to K − 1, (n,)."""
        check_is_fitted(self, "cutoffs_")
        return tier_codes(score, self.cutoffs_)

    @property
    def table_(self) -> "pd.DataFrame":
        """The tiers; see :func:`tier_table`."""
        check_is_fitted(self, "cutoffs_")
        return tier_table(self.cells_, self.edges_, self.cutoffs_, self._aim_, self.level)

    @property
    def costs_(self) -> "pd.DataFrame":
        """What each constraint cost, computed when asked for; see :func:`constraint_costs`."""
        check_is_fitted(self, "cutoffs_")
        return constraint_costs(self.cells_, self._aim_, Cut(self.edges_, self.objective_))

    def _compare(self, score: Any, bad: Any, sample_weight: Any, groups: Mapping[str, Any]) -> None:
        """Odds between tiers within each group; warns of those that a group explains."""
        weight = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        if weight is not None and self.weights == "draws":
            weight = effective_weights(weight)
        tiers = self.predict(score) if groups else None
        tables = {name: gradient_table(tiers, bad, who, weight, level=self.level) for name, who in groups.items()}
        self.gradients_ = tables
        for name, table in tables.items():
            check_gradient(name, table, NAMES)

    def _aim(self) -> Aim:
        """The settings, checked."""
        n_tiers = check_n_tiers(self.n_tiers)
        _one_of("objective", self.objective, OBJECTIVES)
        _one_of("weights", self.weights, ("counts", "draws"))
        check_level(self.level)
        check_number("n_cells", self.n_cells, least=n_tiers, whole=True)
        for name in ("min_share", "max_share", "min_count", "min_z"):
            check_number(name, getattr(self, name), least=0)
        bounds = (float(self.min_share), float(self.max_share), float(self.min_count))
        limits = Limits(n_tiers, n_tiers, *bounds, trend="ascending", min_z=float(self.min_z))
        needed = {"shares": "shares", "fixed": "cutoffs", "detections": "ratios"}.get(self.objective)
        if needed and getattr(self, needed) is None:
            raise FitError(f"objective {self.objective!r} without {needed}", remedy=f"give {needed}")
        return Aim(self.objective, limits, self.weights == "draws", **self._own(n_tiers))

    def _own(self, n_tiers: int) -> dict[str, Any]:
        """The data of the objective."""
        if self.objective == "shares":
            shares = _array("shares", self.shares, (n_tiers,))
            if abs(shares.sum() - 1) > ROUNDING:
                raise FitError(f"shares that sum to {shares.sum():g}", remedy="give shares that sum to 1")
            return {"shares": shares}
        if self.objective == "fixed":
            return {"cutoffs": check_cutoffs(self.cutoffs, n_tiers)}
        if self.objective != "detections":
            return {}
        if self.capacity is None:
            raise FitError("objective 'detections' without capacity", remedy="give inspector-days a year")
        sensitivity = _array("sensitivity", self.sensitivity, ())
        if sensitivity > 1:
            raise FitError(f"a sensitivity of {sensitivity:g}", remedy="give a chance in [0, 1]")
        capacity = np.atleast_1d(_array("capacity", self.capacity))
        return {"visits": Visits(_array("ratios", self.ratios, (n_tiers,)), float(sensitivity), capacity)}

    def _most_cells(self) -> int:
        enumerated = ENUMERATED[self.n_tiers] if self.objective == "detections" else self.n_cells
        return min(int(self.n_cells), enumerated)


def _one_of(name: str, value: Any, choices: Sequence[str]) -> None:
    if value not in choices:
        raise FitError(f"{name} {value!r}", remedy=f"use one of {', '.join(choices)}")


def _array(name: str, values: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Numbers ≥ 0, of a shape."""
    found = numbers(values, name)
    if not (np.isfinite(found) & (found >= 0)).all():
        raise FitError(f"{name} {first_five(found.ravel())}", remedy="give numbers of 0 or more")
    if shape is not None and found.shape != shape:
        told = f"{found.size} {name}" if shape else f"{name} of shape {found.shape}"
        raise FitError(told, remedy=f"give {shape[0]}, the best tier's first" if shape else "give one number")
    return found
