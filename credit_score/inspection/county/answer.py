"""The answer to a draft: what cut-offs and ratios cost, find and miss, and who bears it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from credit_score.errors import PolicyError
from credit_score.inspection.county.cube import NOT_SUPERVISED, CountyCube, before
from credit_score.inspection.cube.kernels import FINE, places


@dataclass(frozen=True, eq=False)
class Plan:
    """Numbers of a schedule, (K, D) each: share drawn a year in [0, 1], visits to a drawn firm, least firms drawn."""

    ratios: np.ndarray
    frequency: np.ndarray
    floors: np.ndarray

    def __post_init__(self) -> None:
        for name, values in (("ratio", self.ratios), ("frequency", self.frequency), ("floor", self.floors)):
            most = 1.0 if name == "ratio" else np.inf
            fine = (values >= 0) & (values <= most) & (values < np.inf)
            if not fine.all():
                raise PolicyError(
                    f"{name} {values[~fine][0]:g} cannot be", remedy="give a share, or a number from 0 on"
                )


class Answer:
    """Expected figures of a year under cut-offs, descending (K − 1,), and a plan; tiers best first.

    Where a figure is by tier and department, (K, D), it is of the tier that the department puts a firm in. The annual
    cap, which binds where several departments draw one firm, is left out: load is the most that there can be.
    ``draw``: of the curve, in its place. Raises PolicyError for cut-offs that do not descend or split a bin,
    and for a plan of another shape.
    """

    def __init__(self, cube: CountyCube, cutoffs: ArrayLike, plan: Plan, draw: np.ndarray | None = None) -> None:
        self.cube, self.plan = cube, plan
        self.cutoffs = np.asarray(cutoffs, np.float64)
        self.edges = _edges(cube, self.cutoffs)
        shape = (len(cube.tiers), len(cube.departments))
        if any(n.shape != shape for n in (plan.ratios, plan.frequency, plan.floors)):
            what = f"a plan of other tiers or departments than the cube, which has {shape[0]} and {shape[1]}"
            raise PolicyError(what, remedy="give a number for each tier and department")
        self._chances = cube.chances(draw)

    @cached_property
    def by_score(self) -> np.ndarray:
        """Registered firms by the tier of their score, kind and size, (K, P, Z)."""
        return np.diff(self.cube.prefix[self.edges], axis=0)

    @cached_property
    def registered(self) -> np.ndarray:
        """Registered firms by the county's tier, (K,)."""
        home = self.cube.maps[self.cube.home].T
        return np.bincount(home.ravel(), self.by_score.sum(axis=2).ravel(), minlength=len(self.cube.tiers))

    @cached_property
    def _strata(self) -> np.ndarray:
        """Firms that a draw may choose, their expected violations and the squares of the chances, (3, K, D)."""
        n, chance = self.cube.n_places, self._chances[:, :, None]
        sums = np.stack([n, n * chance, n * chance**2])
        by_score = np.diff(before(np.moveaxis(sums, 0, 1))[self.edges], axis=0)
        return np.einsum("ksdm,mkt->std", by_score, np.eye(len(self.cube.tiers))[self.cube.maps])

    def violations_of(self, curves: np.ndarray) -> np.ndarray:
        """Expected violations under other curves, (R, K, D); ``curves``: levels and slope, (R, D + 1)."""
        cube, tiers = self.cube, np.eye(len(self.cube.tiers))[self.cube.maps]
        by_score = np.repeat(np.arange(len(cube.tiers)), np.diff(self.edges))
        firms = np.einsum("bdm,mbt->dbt", cube.n_places, tiers[:, by_score])
        found = np.empty((len(curves), len(cube.departments), len(cube.tiers)))
        for r, draw in enumerate(curves):
            found[r] = np.einsum("bd,dbt->dt", cube.chances(draw), firms)
        return found.transpose(0, 2, 1)

    @property
    def firms(self) -> np.ndarray:
        """Firms that a draw may choose, (K, D)."""
        return self._strata[0]

    @property
    def violations(self) -> np.ndarray:
        """Of them those that a visit would find in violation, expected, (K, D); NaN where no visit says."""
        return self._strata[1]

    @property
    def squares(self) -> np.ndarray:
        """Sums of the squared chances, (K, D)."""
        return self._strata[2]

    @cached_property
    def drawn(self) -> np.ndarray:
        """Firms drawn a year, (K, D): E[min(N, max(floor, ⌊ratio N + U⌋))], U uniform(0, 1), as the schedule does."""
        n, wanted = self.firms, self.plan.ratios * self.firms
        whole = np.floor(wanted)
        low, high = (np.minimum(n, np.maximum(self.plan.floors, w)) for w in (whole, whole + 1))
        part = wanted - whole
        return (1 - part) * low + part * high

    @cached_property
    def chance(self) -> np.ndarray:
        """A firm's chance to be drawn in a year, (K, D); 0 where there is none."""
        return np.divide(self.drawn, self.firms, out=np.zeros_like(self.drawn), where=self.firms > 0)

    @property
    def visits(self) -> np.ndarray:
        """Visits a year, (K, D)."""
        return self.drawn * self.plan.frequency

    @property
    def days_by_tier(self) -> np.ndarray:
        """Inspector-days of these visits, (K, D)."""
        return self.visits * self.cube.days

    @cached_property
    def duty_days(self) -> np.ndarray:
        """Inspector-days of statutory duties, which no draft moves, (D,)."""
        return np.einsum("bpz,pd->d", self.cube.counts, self.cube.duty) * self.cube.days

    @property
    def load(self) -> np.ndarray:
        """Inspector-days of draws, duties, and complaints, alerts and referrals, (D,)."""
        return self.days_by_tier.sum(axis=0) + self.duty_days + self.cube.out_of_plan

    @property
    def detections(self) -> np.ndarray:
        """Firms found in violation a year, (K, D)."""
        return self.chance * self.violations

    @property
    def undetected(self) -> np.ndarray:
        """Violations that no visit finds, (K, D), of firms that a draw may choose."""
        return self.violations - self.detections

    @property
    def rates(self) -> np.ndarray:
        """Share of firms in violation by tier, over departments, (K,); NaN where there is no firm."""
        with np.errstate(invalid="ignore"):
            return self.violations.sum(axis=1) / self.firms.sum(axis=1)

    @cached_property
    def _of_kind(self) -> tuple[np.ndarray, np.ndarray]:
        """Of a firm by tier of its score and kind, (K, P): the chance that somebody visits it, and visits a year."""
        cube, chance = self.cube, self.chance
        tier = cube.maps[cube.place].transpose(2, 0, 1)
        d = np.arange(len(cube.departments))
        drawn, often = chance[tier, d], (chance * self.plan.frequency)[tier, d]
        random, bound = (cube.place != NOT_SUPERVISED) & (cube.duty == 0), cube.duty > 0
        missed = np.where(bound, 0.0, np.where(random, 1 - drawn, 1.0)).prod(axis=2)
        visits = np.where(random, often, 0.0) + cube.duty
        return 1 - missed, visits.sum(axis=2)

    @property
    def county_share(self) -> float:
        """Share of registered firms that at least one department visits in the year, expected."""
        return float(np.einsum("kpz,kp->", self.by_score, self._of_kind[0]) / max(self.cube.n_firms, 1))

    def burden(self, by: str) -> np.ndarray:
        """Visits a year per registered firm by ``sector``, (S,), or ``size``, (Z,); NaN where there is no firm."""
        over = {"sector": 1, "size": 0}[by]
        visits, firms = (self._borne(of_kind).sum(axis=over) for of_kind in (self._of_kind[1], 1.0))
        return np.divide(visits, firms, out=np.full_like(visits, np.nan), where=firms > 0)

    def _borne(self, of_kind: np.ndarray | float) -> np.ndarray:
        """Sums over firms of a number by the tier of the score and kind, (K, P), by sector and size, (S, Z)."""
        found = np.zeros((len(self.cube.sectors), len(self.cube.sizes)))
        weight = np.broadcast_to(of_kind, self.by_score.shape[:2])
        np.add.at(found, self.cube.sector, np.einsum("kpz,kp->pz", self.by_score, weight))
        return found


def _edges(cube: CountyCube, cutoffs: np.ndarray) -> np.ndarray:
    edges = np.empty(len(cutoffs) + 2, np.int64)
    wrong = cutoffs.shape != (len(cube.tiers) - 1,) or places(cutoffs, cube.bounds, edges) != FINE
    if wrong:
        shown = ", ".join(f"{c:g}" for c in cutoffs.ravel())
        what = f"{len(cube.tiers)} tiers by cut-offs {shown} that do not descend, or split a bin of scores"
        raise PolicyError(what, remedy="take one less than tiers, from the edges of the cube")
    return edges
