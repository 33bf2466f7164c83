"""Sums that banks and providers report: loans by village, uses of scenes by town. Nobody is told apart in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.codes import scenes
from credit_score.records.synthetic.columns import coded, iso_days, serial
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.people import VILLAGES
from credit_score.records.synthetic.shape import LAST_DAY, TOWN_SHARES, TOWNS, VILLAGES_PER_TOWN

if TYPE_CHECKING:
    from credit_score.policy.scenes import Scene

QUARTERS = np.array(["2022-12-30", "2023-03-31", "2023-06-30"], dtype="datetime64[D]")
MONTHS = np.array(["2023-04-01", "2023-05-01", "2023-06-01"], dtype="datetime64[D]")
_LENDERS, _SHARES = np.array([1, 2, 3]), (0.22, 0.12, 0.08)  # numbers of the banks, shares of households that borrow
_GROWTH = 0.02
_SILENT = 8  # villages of which no bank reports
_TROUBLED_SHARE = 0.3
_YUAN = 48_000.0
_MEMBERS, _KNOWN_FIRMS = 0.5, 0.25  # shares of persons and of firms that could use a scene
_MONTHLY = (0.7, 0.9, 1.1)
_NO_USE_YET = 5  # every fifth scene


def village_finance_table(rng: np.random.Generator, households: np.ndarray) -> pa.Table:
    """The raw table `village_finance`: a row a bank, village and quarter in which the bank has a borrower there.

    `households` counts the households of each village, shape (villages,). A village in three is troubled: one borrower
    in five or more is in arrears there, of others one in twenty.
    """
    n = len(VILLAGES)
    troubled = rng.random(n) < _TROUBLED_SHARE
    risk = np.where(troubled, rng.uniform(0.15, 0.35, n), rng.uniform(0.0, 0.08, n))
    spoken_of = np.ones(n, bool)
    spoken_of[rng.permutation(n)[:_SILENT]] = False
    village, bank, quarter, borrowers, arrears = _loans(rng, households * spoken_of, risk)
    loans = np.round(borrowers * _YUAN * rng.uniform(0.5, 1.5, len(borrowers)), 2)
    bad = np.round(loans * arrears / borrowers * rng.uniform(0.2, 0.7, len(borrowers)), 2)
    columns = {
        "finance_id": serial("F-", np.arange(len(village)) + 1, width=8),
        "bank_id": serial("B-", _LENDERS[bank], width=2),
        "town": coded(village // VILLAGES_PER_TOWN, TOWNS),
        "village": coded(village, VILLAGES),
        "reported_on": iso_days(QUARTERS[quarter]),
        "borrowers": borrowers,
        "borrowers_in_arrears": arrears,
        "loans": loans,
        "bad_loans": bad,
    }
    return pa.table(columns, schema=schema("village_finance"))


def _loans(rng: np.random.Generator, households: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, ...]:
    """Village, bank, quarter, borrowers and those in arrears, of cells with a borrower; quarter by quarter."""
    shape = (len(QUARTERS), len(households), len(_LENDERS))
    first = rng.binomial(households[:, None], np.array(_SHARES))
    more = rng.binomial(households[:, None], _GROWTH, size=shape)
    borrowers = np.minimum(first + np.cumsum(more, axis=0), households[:, None])
    arrears = rng.binomial(borrowers, risk[:, None])
    quarter, village, bank = np.nonzero(borrowers)
    return village, bank, quarter, borrowers[borrowers > 0], arrears[borrowers > 0]


def scene_uses_table(rng: np.random.Generator, *, n_enterprises: int, n_individuals: int) -> pa.Table:
    """The raw table `scene_uses`: a row a scene, town and month in which it was used, since it is in force."""
    listed = scenes()
    mean = np.array([_uses_a_month(s, n_enterprises, n_individuals) for s in listed])
    mean[_NO_USE_YET - 1 :: _NO_USE_YET] = 0
    begun = np.array([[bool((f := s.in_force.at(month.item())) and f.value) for s in listed] for month in MONTHS])
    rate = np.array(_MONTHLY)[:, None, None] * (begun * mean)[:, :, None] * np.array(TOWN_SHARES)
    uses = rng.poisson(rate)
    month, scene, town = np.nonzero(uses)
    cost = np.array([f.value if s.cost and (f := s.cost.at(LAST_DAY.item())) else 0.0 for s in listed])
    used = uses[uses > 0]
    columns = {
        "use_id": serial("N-", np.arange(len(used)) + 1, width=8),
        "scene": coded(scene, [s.id for s in listed]),
        "town": coded(town, TOWNS),
        "month": iso_days(MONTHS[month]),
        "uses": used,
        "cost": np.round(used * cost[scene], 2),
    }
    return pa.table(columns, schema=schema("scene_uses"))


def _uses_a_month(scene: Scene, n_enterprises: int, n_individuals: int) -> float:
    """Uses in an ordinary month: those who could, times the share that the policy expects."""
    figure = scene.take_up.at(LAST_DAY.item())
    could = n_individuals * _MEMBERS if scene.eligibility.subjects == "individual" else n_enterprises * _KNOWN_FIRMS
    return could * figure.value if figure else 0.0
