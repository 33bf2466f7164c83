"""Departments and their inspectors, sized for the load that the bundled schedule would ask of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.columns import coded
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.identifiers import inspector_ids
from credit_score.records.synthetic.shape import DEPARTMENTS, SECTORS, Department

# The tier shares aimed at, and visits a year to a firm of each tier (ratio times frequency), A to D.
_TIER_SHARES = np.array([0.654, 0.253, 0.077, 0.015])
_VISITS = np.array([0.01, 0.05, 0.20, 1.00])
_FLOOR = 5
_FOOD_VISITS = 0.55
_DAYS_OF_ONE = 110
_FEWEST = 3
_EFFECT_RANGE = (0.6, 1.2)


@dataclass(frozen=True)
class Staff:
    """Inspectors, numbered department by department.

    first, count, days : first inspector, number of them and days a year of one, shape (departments,).
    effect : multiplies the chance to find a violation that is there, shape (inspectors,).
    """

    first: np.ndarray
    count: np.ndarray
    days: np.ndarray
    effect: np.ndarray

    @property
    def department(self) -> np.ndarray:
        """The department code of each inspector, shape (inspectors,)."""
        return np.repeat(np.arange(len(self.count)), self.count)


def make_staff(rng: np.random.Generator, *, n_enterprises: int) -> Staff:
    """Departments whose days, at the shares aimed at, carry the loads of ``shape.DEPARTMENTS``."""
    capacity = [_expected_days(name, n_enterprises) / d.load for name, d in DEPARTMENTS.items()]
    count = np.maximum(_FEWEST, np.ceil(np.array(capacity) / _DAYS_OF_ONE)).astype(np.int64)
    days = np.maximum(1, np.rint(np.array(capacity) / count)).astype(np.int64)
    effect = np.round(rng.uniform(*_EFFECT_RANGE, count.sum()), 4)
    return Staff(first=np.cumsum(count) - count, count=count, days=days, effect=effect)


def departments_table(staff: Staff) -> pa.Table:
    """The raw table `departments`."""
    columns = {"department": list(DEPARTMENTS), "inspectors": staff.count, "days_per_inspector": staff.days}
    return pa.table(columns, schema=schema("departments"))


def inspectors_table(staff: Staff) -> pa.Table:
    """The raw table `inspectors`."""
    ids = inspector_ids(np.arange(len(staff.effect)))
    return pa.table(
        {"inspector_id": ids, "department": coded(staff.department, tuple(DEPARTMENTS))}, schema=schema("inspectors")
    )


def inspectors_truth(staff: Staff) -> pa.Table:
    """What only a synthetic county knows: how well each inspector finds."""
    ids = inspector_ids(np.arange(len(staff.effect)))
    return pa.table({"inspector_id": ids, "effect": staff.effect}, schema=schema("truth/inspectors"))


def _expected_days(name: str, n_enterprises: int) -> float:
    """Inspector-days a year: firms × visits of their tier, at least five firms a tier.

    Market supervision also visits the food operators whose two years end within the year.
    """
    department = DEPARTMENTS[name]
    covered = n_enterprises * sum(SECTORS[s].share for s in department.sectors)
    food = n_enterprises * _food_share(department) if name == "market_supervision" else 0.0
    by_tier = (covered - food) * _TIER_SHARES
    visits = np.minimum(np.maximum(by_tier * _VISITS, _FLOOR), by_tier).sum() + food * _FOOD_VISITS
    return float(visits * department.days_per_visit)


def _food_share(department: Department) -> float:
    return sum(SECTORS[s].share * SECTORS[s].industry_share for s in department.sectors)
