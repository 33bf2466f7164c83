"""The violation curve: the chance that a visit finds a violation, by score and department, and how well it is known.

log-odds = level of the department + slope × (score − centre) ÷ spread: a logistic regression of what visits that a draw
chose have found, each visit by its chance to be drawn. A score and a department, nothing else: it says how tiers and
departments differ, not who is bad. What visits miss, no record shows: a violation is one that a visit finds.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

PRIOR = 2.0


@dataclass(frozen=True, eq=False)
class ViolationCurve:
    """Log-odds of a violation by score and department.

    ``levels``: at the score ``centre``, (D,); ``slope``: of ``spread`` points more. ``covariance``: of the levels and
    the slope, (D + 1, D + 1). ``visits`` and ``found``: by department, (D,); one without a visit has the mean level of
    the others, with a spread of its own.
    """

    departments: tuple[str, ...]
    levels: np.ndarray
    slope: float
    centre: float
    spread: float
    covariance: np.ndarray
    visits: np.ndarray
    found: np.ndarray

    def chances(self, score: np.ndarray, department: np.ndarray, draw: np.ndarray | None = None) -> np.ndarray:
        """The chance of a violation in [0, 1], of the shape that scores and codes of departments broadcast to.

        ``draw``: levels and slope in the place of the curve's own, (D + 1,), as :meth:`draws` gives them.
        """
        from scipy.special import expit

        levels, slope = (self.levels, self.slope) if draw is None else (draw[:-1], draw[-1])
        return expit(levels[department] + slope * (score - self.centre) / self.spread)

    def draws(self, n: int, seed: int) -> np.ndarray:
        """Levels and slope as they may be, (n, D + 1): normal, with the covariance of the curve."""
        root = _root(self.covariance)
        luck = np.random.default_rng(seed).standard_normal((n, len(root)))
        return np.append(self.levels, self.slope) + luck @ root.T

    def to_dict(self) -> dict[str, Any]:
        """The curve as lists and numbers, to be written as JSON."""
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, told: "Mapping[str, Any]") -> "ViolationCurve":
        """The curve that :meth:`to_dict` told."""
        found: dict[str, Any] = {k: np.array(told[k], float) for k in ("levels", "covariance", "visits", "found")}
        found |= {k: float(told[k]) for k in ("slope", "centre", "spread")}
        return cls(departments=tuple(told["departments"]), **found)


def violation_curve(outcomes: "pd.DataFrame", departments: "Sequence[str]", *, prior: float = PRIOR) -> ViolationCurve:
    """The curve of what visits found.

    Parameters
    ----------
    outcomes : a row a visit that a draw chose: ``score`` (points, before the visit), ``department``, ``subject``,
        ``draw_probability``, ``bad`` (0 or 1).
    departments : all that the curve is asked for, in their order.
    prior : standard deviation, in log-odds, of a department's difference from the mean and of the slope, taken as
        normal around 0 before any visit: it keeps a department that found nothing in a few visits from being told as
        one where nothing is to be found. An assumption.

    The covariance is (H + P)⁻¹ (G + P) (H + P)⁻¹, H the information of the visits, P that of the prior, G the sum of
    squared scores by firm, so that the visits to one firm are not taken as independent. Raises FitError where all or
    none found a violation.
    """
    from credit_score.scorecard.logistic import Bounds, fit_logistic

    bad = outcomes["bad"].to_numpy(float)
    if len(np.unique(bad)) < 2:
        raise FitError(f"all {len(bad)} visits found the same", remedy="give visits with and without a violation")
    seen = [d for d in departments if d in set(outcomes["department"])]
    score = outcomes["score"].to_numpy(float)
    centre, spread = float(score.mean()), max(float(score.std()), 1e-9)
    coding = _coding(seen)
    columns = np.column_stack([(score - centre) / spread, coding[_codes(outcomes["department"], seen)]])
    weight = 1 / outcomes["draw_probability"].to_numpy(float)
    weight /= weight.mean()
    free = Bounds(np.full(columns.shape[1], -np.inf), np.full(columns.shape[1], np.inf))
    fit = fit_logistic(columns, bad, weight, free, l2=1 / (prior**2 * len(bad)))
    spread_of = _covariance(columns, bad, weight, fit.coefficients, prior, outcomes["subject"])
    link, missing = _levels_of(departments, seen, coding)
    covariance = link @ spread_of @ link.T + np.diag(np.append(missing * prior**2, 0.0))
    levels = (link @ fit.coefficients)[:-1]
    by = outcomes.groupby("department")["bad"].agg(["size", "sum"]).reindex(list(departments), fill_value=0)
    return ViolationCurve(
        tuple(departments), levels, float(fit.coefficients[1]), centre, spread, covariance,
        by["size"].to_numpy(float), by["sum"].to_numpy(float),
    )  # fmt: skip


def _coding(seen: "Sequence[str]") -> np.ndarray:
    """A row a department: its difference from the mean of all, which add up to 0, (S, S − 1)."""
    return np.vstack([np.eye(len(seen) - 1), np.full((1, len(seen) - 1), -1.0)])


def _codes(labels: "pd.Series", names: "Sequence[str]") -> np.ndarray:
    return labels.map({name: i for i, name in enumerate(names)}).to_numpy(int)


def _covariance(
    columns: np.ndarray, bad: np.ndarray, weight: np.ndarray, coefficients: np.ndarray, prior: float,
    subject: "pd.Series",
) -> np.ndarray:  # fmt: skip
    """Of the constant, the slope and the differences."""
    import pandas as pd
    from scipy.special import expit

    from credit_score.scorecard.logistic import moments

    _, _, information = moments(columns, bad, weight, coefficients)
    held = np.diag(np.append(0.0, np.full(columns.shape[1], 1 / prior**2)))
    residual = weight * (expit(coefficients[0] + columns @ coefficients[1:]) - bad)
    rows = pd.DataFrame(np.column_stack([residual, columns * residual[:, None]]))
    by_firm = rows.groupby(subject.to_numpy()).sum().to_numpy()
    inverse = np.linalg.inv(information + held)
    found: np.ndarray = inverse @ (by_firm.T @ by_firm + held) @ inverse
    return found


def _levels_of(departments: "Sequence[str]", seen: list[str], coding: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels and slope as sums of constant, slope and differences, (D + 1, S + 1); who had no visit, (D,)."""
    link, missing = np.zeros((len(departments) + 1, len(seen) + 1)), np.ones(len(departments))
    link[:-1, 0], link[-1, 1] = 1.0, 1.0
    for i, department in enumerate(departments):
        if department in seen:
            link[i, 2:], missing[i] = coding[seen.index(department)], 0.0
    return link, missing


def _root(covariance: np.ndarray) -> np.ndarray:
    """A matrix whose product with its transpose is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    found: np.ndarray = vectors * np.sqrt(np.maximum(values, 0.0))
    return found
