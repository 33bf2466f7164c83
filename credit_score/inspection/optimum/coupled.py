"""Departments coupled by shared inspectors, joint visits and the annual cap: a linear or mixed-integer program.

Variables are visits of a year by tier, sector and the departments that come together, days that shared inspectors give
to each department, and the loss of each tier in a department, which lies above tangents of its convex curve. Tangents
are added where the last solution stands until what they promise is what the curve says. Solved by HiGHS through SciPy.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import PolicyError, first_five
from credit_score.inspection.cube.cube import WhatIfCube
from credit_score.inspection.cube.kpi import Kpi
from credit_score.inspection.optimum import kernels
from credit_score.inspection.optimum.coupling import Coupling
from credit_score.inspection.optimum.problem import Bounds, Objective, Problem, check_known, problem, up
from credit_score.tiers.cutoffs import numbers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike
    from scipy.optimize import OptimizeResult

ROUNDS = 60
EXACT = 1e-9
FELT = 1e-6  # days; less is what HiGHS takes for nothing


@dataclass(frozen=True, eq=False)
class CoupledSchedule:
    """The best coupled schedule found: ``value`` is within ``gap`` of the best there can be, in units of the objective.

    ``ratios`` (K, D), ``days`` used by department (D,), ``lent`` days of each shared group to each department (G, D),
    ``visits``: a row a tier, sector and departments that come together, ``prices``: what a day more of each department
    gains (D,), not known (NaN) where visits are whole numbers.
    """

    ratios: np.ndarray
    value: float
    gap: float
    days: np.ndarray
    lent: np.ndarray
    visits: "pd.DataFrame"
    prices: np.ndarray
    kpi: Kpi

    @property
    def n_saved(self) -> float:
        """Visits that firms are spared since departments come together."""
        together = self.visits["departments"].map(len) - 1
        return float((self.visits["visits"] * together).sum())


def coupled_schedule(
    cube: WhatIfCube,
    cutoffs: "ArrayLike",
    coupling: Coupling,
    *,
    objective: Objective = "undetected",
    deterrence: float = 0.0,
    bounds: Bounds | None = None,
) -> CoupledSchedule:
    """The best ratios for given cut-offs where departments share inspectors, visits or a cap.

    Parameters
    ----------
    cube : with ``capacity``; with sectors if there are joint visits or a cap, since they are of the same firms.
    objective : ``detections``, ``undetected`` or ``violations``, as in :func:`optimal_schedule`.
    bounds : of ratios, as in :func:`optimal_schedule`.

    Raises PolicyError for departments that are not the cube's, joint visits of departments that supervise different
    firms of a sector, and limits that cannot be kept, with the fewest days more, or the least cap, that would do. The
    cube holds how many firms there are and not which: departments that have as many of each size in every score bin of
    a tier and sector are taken to supervise the same.
    """
    cut = numbers(cutoffs, "cut-off")
    if objective == "burden":
        raise PolicyError("objective 'burden' is not coupled", remedy="ask optimal_schedule for it, one limit for all")
    if cube.capacity is None:
        raise PolicyError("the cube has no capacity", remedy="build it with capacity=")
    kpi = cube.evaluate(cut, np.zeros(cut.size + 1))
    asked = problem(
        cube, len(cut) + 1, objective, budget=cube.capacity, risk=None, deterrence=deterrence,
        bounds=bounds or Bounds(),
    )  # fmt: skip
    return _Program(cube, kpi, asked, coupling).solve(objective)


@dataclass(frozen=True, eq=False)
class _Program:
    """The columns and rows of the program. K tiers, S sectors, D departments, J ways to come, G shared groups."""

    cube: WhatIfCube
    kpi: Kpi
    asked: Problem
    given: Coupling

    @cached_property
    def firms(self) -> np.ndarray:
        """Firms by tier, department and sector, (K, D, S); without sectors all are of one."""
        cube = self.cube
        if cube.bearers is None:
            if self.given.joint or self.given.cap is not None:
                raise PolicyError(
                    "the cube knows no sector, so not which firms departments share", remedy="add sector="
                )
            return self.kpi.firms[..., None]
        return np.diff(cube.bearers[self.kpi.edges], axis=0).sum(axis=-1).astype(float)

    @cached_property
    def ways(self) -> list[tuple[int, ...]]:
        """The departments that come together, by their places: each alone, then the joint ones."""
        names = self.cube.departments
        asked = [g.departments for g in self.given.joint] + [g.departments for g in self.given.shared]
        for group in asked:
            check_known(group, names)
        alone = [(d,) for d in range(len(names))]
        return alone + [tuple(names.index(d) for d in j.departments) for j in self.given.joint]

    @cached_property
    def columns(self) -> list[tuple[int, int, int]]:
        """Tier, sector and way of each visit variable."""
        found = []
        for k in range(self.firms.shape[0]):
            for s in range(self.firms.shape[2]):
                for j, way in enumerate(self.ways):
                    there = self.firms[k, list(way), s]
                    if (there > 0).all():
                        self._check_same(k, s, way)
                        found.append((k, s, j))
        return found

    def _check_same(self, tier: int, sector: int, way: tuple[int, ...]) -> None:
        """Refuses a way of departments that differ in their firms of some score bin and size."""
        if len(way) == 1 or self.cube.bearers is None:
            return
        first, last = self.kpi.edges[tier : tier + 2]
        firms = np.diff(self.cube.bearers[first : last + 1, :, sector], axis=0)[:, list(way)]
        if (firms != firms[:, :1]).any():
            names = " and ".join(str(self.cube.departments[d]) for d in way)
            raise PolicyError(f"{names} supervise different firms of a sector", remedy="leave their joint visits out")

    @cached_property
    def days(self) -> np.ndarray:
        """Days of one visit by tier, department and way, (K, D, J)."""
        firms = self.kpi.firms
        each = np.divide(self.kpi.days_of_all, firms, out=np.zeros_like(firms), where=firms > 0)
        kept = np.ones((len(self.cube.departments), len(self.ways)))
        for j, joint in enumerate(self.given.joint, start=len(self.cube.departments)):
            kept[:, j] = 1 - joint.saved
        return each[:, :, None] * kept

    def solve(self, objective: Objective) -> CoupledSchedule:
        """Tangents added until what the program promises is what the curves say."""
        tangents = [self._tangents(np.broadcast_to(r, self.kpi.firms.shape)) for r in (0.0, 1.0)]
        best = found = self._solved(tangents)
        value, bound = np.inf, -np.inf
        for _ in range(ROUNDS):
            ratios = self._ratios(found.x)
            bound, reached = max(bound, found.promised), float(self._loss(ratios).sum())
            if reached < value:
                best, value = found, reached
            if value - bound <= EXACT * max(1.0, abs(value)):
                break
            tangents.append(self._tangents(ratios))
            found = self._solved(tangents)
        return self._told(objective, best, value, bound)

    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        a, k = self.asked, len(self.kpi.firms)
        cells = a.cells(self.kpi.edges).reshape(5, len(a.order), k).transpose(0, 2, 1)
        return cells[kernels.VIOLATED], cells[kernels.SEEN], cells[kernels.LOW : kernels.HIGH + 1]

    def _loss(self, ratios: np.ndarray) -> np.ndarray:
        bad, seen, _ = self._parts()
        a = self.asked
        return np.vectorize(lambda v, d, r: kernels.loss(a.kind, a.beta, v, d, r))(bad, seen, ratios)

    def _tangents(self, ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Height at ratio 0 and slope of the tangent of each curve at a ratio, (K, D)."""
        bad, seen, _ = self._parts()
        a = self.asked
        steep = np.vectorize(lambda v, d, r: kernels.slope(a.kind, a.beta, v, d, r))(bad, seen, ratios)
        return self._loss(ratios) + steep * ratios, -steep

    def _ratios(self, x: np.ndarray) -> np.ndarray:
        drawn = np.zeros_like(self.kpi.firms)
        for n, (k, _, j) in zip(x, self.columns, strict=False):
            drawn[k, list(self.ways[j])] += n
        firms = self.kpi.firms
        return np.clip(np.divide(drawn, firms, out=np.zeros_like(firms), where=firms > 0), 0, 1)

    def _solved(self, tangents: list[tuple[np.ndarray, np.ndarray]]) -> "_Answer":
        rows = self._rows(tangents)
        matrix, low, high = rows.arrays()
        cost = np.zeros(rows.width)
        cost[rows.loss_from :] = 1.0
        result = self._least(cost, matrix, low, high)
        if result.x is None:
            raise self._refusal(result.message.strip())
        whole = self.given.whole
        promised = float(result.mip_dual_bound) if whole and result.mip_dual_bound is not None else float(result.fun)
        return _Answer(result.x, promised, matrix, low, high, cost, whole)

    def _rows(self, tangents: list[tuple[np.ndarray, np.ndarray]]) -> "_Rows":
        rows = _Rows(len(self.columns), len(self.given.shared), self.kpi.firms.shape)
        self._add_capacity(rows)
        self._add_cap(rows)
        self._add_bounds(rows)
        self._add_sharing(rows)
        for height, steep in tangents:
            self._add_tangent(rows, height, steep)
        return rows

    def _least(self, cost: np.ndarray, matrix: np.ndarray, low: np.ndarray, high: np.ndarray) -> "OptimizeResult":
        from scipy.optimize import LinearConstraint, milp

        whole = np.arange(len(cost)) < len(self.columns) if self.given.whole else np.zeros(len(cost))
        return milp(cost, constraints=LinearConstraint(matrix, low, high), integrality=whole)

    def _refusal(self, message: str) -> PolicyError:
        """What cannot be kept, with the least that could: days, else the cap, else whole visits between the bounds."""
        n, what = len(self.cube.departments), "no coupled schedule keeps capacity, floors and cap"
        matrix, low, high = self._rows([]).arrays()
        days, visits = np.zeros((len(matrix), n)), np.zeros((len(matrix), 1))
        days[:n] = -np.eye(n)
        visits[n : n + len(self.capped), 0] = [-self.firms[k, :, s].max() for k, s in self.capped]
        if (more := self._excess(days, matrix, low, high)) is not None:
            needs = first_five(
                f"{has:,.6g} days of {name}, where {up(has + extra)} are needed"
                for name, has, extra in zip(self.cube.departments, high[:n], more, strict=True)
                if extra > FELT
            )
            return PolicyError(f"{what}: {needs or message}", remedy="give as many days, or lower min_ratio or floor")
        high[:n] = np.inf
        if self.given.cap is not None and (more := self._excess(visits, matrix, low, high)) is not None:
            needs = f"a cap of {self.given.cap:g} visits to a firm, where {up(self.given.cap + more[0])} are needed"
            return PolicyError(f"{what}: {needs}", remedy="raise the cap, or lower min_ratio or floor")
        return PolicyError(f"{what} ({message})", remedy="move min_ratio and max_ratio apart, or leave whole= out")

    def _excess(self, relaxed: np.ndarray, matrix: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray | None:
        """The least that columns beside those of the program add to its limits, or None where they do not help."""
        cost = np.concatenate([np.zeros(matrix.shape[1]), np.ones(relaxed.shape[1])])
        x = self._least(cost, np.concatenate([matrix, relaxed], axis=1), low, high).x
        return None if x is None else x[matrix.shape[1] :]

    def _add_capacity(self, rows: "_Rows") -> None:
        for d, capacity in enumerate(self.asked.limits):
            row = rows.new(-np.inf, capacity)
            for c, (k, _, j) in enumerate(self.columns):
                if d in self.ways[j]:
                    row[c] = self.days[k, d, j]
            for g, group in enumerate(self.given.shared):
                if self.cube.departments[d] in group.departments:
                    row[rows.lent(g, d)] = -1.0

    @cached_property
    def capped(self) -> list[tuple[int, int]]:
        """Tiers and sectors with a cap on visits, a row each."""
        return [] if self.given.cap is None else sorted({(k, s) for k, s, _ in self.columns})

    def _add_cap(self, rows: "_Rows") -> None:
        for k, s in self.capped:
            row = rows.new(-np.inf, (self.given.cap or 0.0) * self.firms[k, :, s].max())
            for c, (tier, sector, _) in enumerate(self.columns):
                row[c] = float(tier == k and sector == s)

    def _add_bounds(self, rows: "_Rows") -> None:
        """Ratios within bounds; no firm of a sector drawn twice by a department."""
        _, _, (low, high) = self._parts()
        for k, d in np.ndindex(self.kpi.firms.shape):
            n = self.kpi.firms[k, d]
            row = rows.new(low[k, d] * n, high[k, d] * n)
            for c, (tier, _, j) in enumerate(self.columns):
                row[c] = float(tier == k and d in self.ways[j])
            for s in map(int, np.flatnonzero(self.firms[k, d])):
                own = rows.new(-np.inf, float(self.firms[k, d, s]))
                for c, (tier, sector, j) in enumerate(self.columns):
                    own[c] = float(tier == k and sector == s and d in self.ways[j])

    def _add_sharing(self, rows: "_Rows") -> None:
        for g, group in enumerate(self.given.shared):
            row = rows.new(-np.inf, group.days)
            for d in range(len(self.cube.departments)):
                row[rows.lent(g, d)] = 1.0

    def _add_tangent(self, rows: "_Rows", height: np.ndarray, steep: np.ndarray) -> None:
        for k, d in np.ndindex(height.shape):
            if self.kpi.firms[k, d] > 0:
                row = rows.new(float(height[k, d]), np.inf)
                row[rows.loss(k, d)] = 1.0
                for c, (tier, _, j) in enumerate(self.columns):
                    if tier == k and d in self.ways[j]:
                        row[c] = -steep[k, d] / self.kpi.firms[k, d]

    def _told(self, objective: Objective, found: "_Answer", value: float, bound: float) -> CoupledSchedule:
        import pandas as pd

        cube, n, ratios = self.cube, len(self.columns), self._ratios(found.x)
        sectors = cube.sectors or ("",)
        visits = pd.DataFrame(
            [(k, sectors[s], tuple(cube.departments[d] for d in self.ways[j]), x)
             for (k, s, j), x in zip(self.columns, found.x, strict=False)],
            columns=["tier_code", "sector", "departments", "visits"],
        )  # fmt: skip
        lent = found.x[n : n + len(self.given.shared) * len(cube.departments)].reshape(
            len(self.given.shared), len(cube.departments)
        )
        days = found.matrix[: len(cube.departments), :n] @ found.x[:n]
        every = float(self.kpi.violations.sum())
        return CoupledSchedule(
            ratios, every - value if objective == "detections" else value, max(value - bound, 0.0), days, lent,
            visits[visits["visits"] > 1e-9].reset_index(drop=True), found.prices(len(cube.departments)),
            cube.evaluate(self.kpi.cutoffs, ratios),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Answer:
    """A solution, what it promises as the least loss, and the program it solves."""

    x: np.ndarray
    promised: float
    matrix: np.ndarray
    low: np.ndarray
    high: np.ndarray
    cost: np.ndarray
    whole: bool

    def prices(self, n_departments: int) -> np.ndarray:
        """What a day more of each department gains, from the dual of the linear program."""
        from scipy.optimize import linprog

        if self.whole:
            return np.full(n_departments, np.nan)
        upper, lower = np.isfinite(self.high), np.isfinite(self.low)
        rows = np.concatenate([self.matrix[upper], -self.matrix[lower]])
        result = linprog(self.cost, A_ub=rows, b_ub=np.concatenate([self.high[upper], -self.low[lower]]))
        return -result.ineqlin.marginals[:n_departments] + 0.0


class _Rows:
    """Constraints as they are added: visits first, then days lent, then losses."""

    def __init__(self, n_visits: int, n_groups: int, shape: tuple[int, ...]) -> None:
        self.n_visits, self.n_departments = n_visits, shape[1]
        self.loss_from = n_visits + n_groups * shape[1]
        self.width = self.loss_from + shape[0] * shape[1]
        self._rows: list[np.ndarray] = []
        self._ends: list[tuple[float, float]] = []

    def new(self, low: float, high: float) -> np.ndarray:
        """A row of zeros with its ends, to be filled in."""
        self._rows.append(np.zeros(self.width))
        self._ends.append((low, high))
        return self._rows[-1]

    def lent(self, group: int, department: int) -> int:
        """The column of days that a shared group gives a department."""
        return self.n_visits + group * self.n_departments + department

    def loss(self, tier: int, department: int) -> int:
        """The column of the loss of a tier in a department."""
        return self.loss_from + tier * self.n_departments + department

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Matrix, lower and upper ends."""
        low, high = np.array(self._ends).T
        return np.array(self._rows), low, high
