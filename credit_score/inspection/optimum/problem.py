"""The question of the optimal schedule as numbers: what is lost, what it costs, and within which bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Context
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from credit_score.errors import PolicyError, first_five
from credit_score.inspection.cube.cube import WhatIfCube, by_department
from credit_score.inspection.cube.kernels import DAYS, ROWS
from credit_score.inspection.optimum import kernels
from credit_score.tiers.cutoffs import numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Objective = Literal["detections", "undetected", "violations", "burden"]
OBJECTIVES = ("detections", "undetected", "violations", "burden")


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds of the ratio of a tier in a department: shares, (), (K,) or (K, D), and a floor, a number of firms.

    ``min_share``, ``max_share``: of all rows of the cube in a tier, where cut-offs are sought too.
    """

    min_ratio: "ArrayLike" = 0.0
    max_ratio: "ArrayLike" = 1.0
    floor: "ArrayLike" = 0.0
    min_share: float = 0.0
    max_share: float = 1.0


@dataclass(frozen=True, eq=False)
class Problem:
    """What the kernels take; departments stand in the order of their pools.

    ``sums``: prefix sums of the cube; ``cost_of``: the one that is the cost; ``seen``: sensitivity, (D,); ``bounds``:
    least and greatest ratio and floor, (3, K, D), or (3, 1, D) where all tiers have the same; ``shares``: least and
    most rows of a tier; ``limits``: of each pool, (P,), of cost under a BUDGET and of loss under a RISK; ``pools``: the
    pool of each department, (D,); ``order``: its place in the cube; ``names``: its name.
    """

    n_tiers: int
    kind: int
    beta: float
    sums: np.ndarray
    cost_of: int
    seen: np.ndarray
    bounds: np.ndarray
    shares: tuple[float, float]
    limits: np.ndarray
    what: int
    pools: np.ndarray
    order: np.ndarray
    names: tuple[Any, ...]

    @property
    def per_pool(self) -> np.ndarray:
        """Cells of each pool, (P,)."""
        return np.bincount(self.pools, minlength=len(self.limits)) * self.n_tiers

    def by_department(self, prices: np.ndarray) -> np.ndarray:
        """The price of each department's pool, (D,)."""
        return np.ascontiguousarray(prices[self.pools])

    def cells(self, edges: np.ndarray) -> np.ndarray:
        """The cells of tiers between edges, (5, D·K), department by department. Raises PolicyError for no bounds."""
        cells = np.empty((5, self.n_tiers * len(self.order)))
        if not kernels.cells_of(edges, self.sums, self.cost_of, self.seen, self.bounds, cells):
            raise self._no_bounds(np.diff(self.sums[edges, :, ROWS], axis=0))
        return cells

    def _no_bounds(self, firms: np.ndarray) -> PolicyError:
        """The error of a floor that is above what may be drawn of a stratum; ``firms``: (K, D)."""
        _, high, floor = np.broadcast_to(self.bounds, (3, *firms.shape))
        k, d = np.argwhere((firms > 0) & (floor > high * firms))[0]
        what = f"a floor of {floor[k, d]:g} firms of tier {k} in department {self.names[d]}"
        if floor[k, d] > firms[k, d]:
            return PolicyError(f"{what}, which has {firms[k, d]:g}", remedy="lower the floor")
        most = f"max_ratio {high[k, d]:g} lets {high[k, d] * firms[k, d]:g} be drawn"
        return PolicyError(f"{what}, where {most}", remedy="lower the floor, or raise max_ratio")


def bounds_of(bounds: Bounds | None, more: Mapping[str, Any]) -> Bounds:
    """Bounds given as such, or by their names. Raises PolicyError for both, and for other names."""
    names = [field.name for field in fields(Bounds)]
    if unknown := [name for name in more if name not in names]:
        raise PolicyError(f"no argument {first_five(unknown)}", remedy=f"name bounds {', '.join(names)}")
    if bounds is not None and more:
        raise PolicyError(f"bounds, and beside them {first_five(more)}", remedy="give all in bounds=, or leave it out")
    return Bounds(**more) if bounds is None else bounds


def problem(
    cube: WhatIfCube,
    n_tiers: int,
    objective: Objective,
    *,
    budget: "ArrayLike | Mapping[Any, float] | None",
    risk: float | None,
    deterrence: float,
    bounds: Bounds,
) -> Problem:
    """The numbers of a question. Raises PolicyError for one that makes no sense, FitError for odd budgets."""
    kind = _kind(objective, deterrence)
    if objective != "burden" and risk is not None:
        raise PolicyError(f"a risk for the objective {objective!r}", remedy="leave it out, or ask for 'burden'")
    if objective == "burden":
        if budget is not None:
            raise PolicyError("a budget for the objective 'burden'", remedy="leave it out: its limit is the risk")
        limits, pools = np.array([_number(risk, "risk", "the violations that may go undetected")]), None
    else:
        limits, pools = _budget(budget, cube)
    pools = np.zeros(len(cube.departments), np.int64) if pools is None else pools
    order = np.argsort(pools, kind="stable")
    n_rows, wide = float(cube.prefix[-1, :, ROWS].sum()), _bounds(bounds, n_tiers, len(order))
    shares = (bounds.min_share * n_rows * (1 - 1e-12), bounds.max_share * n_rows * (1 + 1e-12))
    return Problem(
        n_tiers, kind, float(deterrence), np.ascontiguousarray(cube.prefix[:, order]),
        ROWS if objective == "burden" else DAYS, cube.sensitivity[order],
        wide[:, :, order], shares, limits,
        kernels.RISK if objective == "burden" else kernels.BUDGET, pools[order], order,
        tuple(cube.departments[d] for d in order),
    )  # fmt: skip


def _kind(objective: str, deterrence: float) -> int:
    if objective not in OBJECTIVES:
        raise PolicyError(f"objective {objective!r}", remedy=f"use one of {', '.join(OBJECTIVES)}")
    if not 0 <= real(deterrence) < np.inf:
        raise PolicyError(f"deterrence {deterrence!r}", remedy="give 0 or more; 0 where nobody responds to visits")
    if objective == "detections" and deterrence > 0:
        # Detections peak at a ratio of 1 / deterrence: more of them can mean more violations.
        raise PolicyError(
            "most detections is no aim where visits deter: a schedule could find more because more is violated",
            remedy="ask for the least 'violations' or the least 'undetected'",
        )
    if objective == "violations" and deterrence == 0:
        raise PolicyError(
            "without deterrence no schedule changes violations",
            remedy="give deterrence above 0, or ask for 'undetected'",
        )
    if deterrence == 0:
        return kernels.MISSED
    return kernels.VIOLATIONS if objective == "violations" else kernels.UNDETECTED


def real(value: Any) -> float:
    """A number as float, or NaN where it is none."""
    try:
        return np.nan if isinstance(value, str) or np.ndim(value) else float(value)
    except (TypeError, ValueError):
        return np.nan


def up(least: float) -> str:
    """A number with six digits, the last rounded up, so that who gives it back has given enough."""
    ceiling = Context(prec=6, rounding=ROUND_CEILING)
    return f"{float(ceiling.create_decimal_from_float(float(least) * (1 - kernels.SLACK / 2))):,.6g}"


def _number(value: Any, name: str, what: str) -> float:
    if not 0 <= real(value) < np.inf:
        raise PolicyError(f"{name} is {value!r}", remedy=f"give {what}, a number of 0 or more")
    return float(value)


def _budget(budget: Any, cube: WhatIfCube) -> tuple[np.ndarray, np.ndarray | None]:
    """Limits of pools, and the pool of each department: one for all, or one each. By default the cube's capacity."""
    names = cube.departments
    budget = cube.capacity if budget is None else budget
    if budget is None:
        raise PolicyError("no budget", remedy="give inspector-days a year, in all or by department")
    if np.ndim(budget) == 0 and not isinstance(budget, Mapping):
        return np.array([_number(budget, "budget", "inspector-days a year")]), None
    if isinstance(budget, Mapping):
        check_known(budget, names)
    return by_department(budget, names, "budget"), np.arange(len(names))


def check_known(asked: Iterable[Any], names: tuple[Any, ...]) -> None:
    """Raises PolicyError for departments that are not the cube's."""
    if unknown := [name for name in asked if name not in names]:
        raise PolicyError(f"no department {first_five(map(repr, unknown))}", remedy=f"there are {first_five(names)}")


def _bounds(bounds: Bounds, n_tiers: int, n_departments: int) -> np.ndarray:
    """Least and greatest ratio and floor, (3, K, D); (3, 1, D) where all tiers have the same."""
    found = np.stack([
        _wide(getattr(bounds, name), name, most, n_tiers, n_departments)
        for name, most in (("min_ratio", 1.0), ("max_ratio", 1.0), ("floor", np.inf))
    ])  # fmt: skip
    if (found[0] > found[1]).any():
        k, d = np.argwhere(found[0] > found[1])[0]
        what = f"min_ratio {found[0, k, d]:g} of tier {k} is above its max_ratio {found[1, k, d]:g}"
        raise PolicyError(what, remedy="lower the one or raise the other")
    if not 0 <= real(bounds.min_share) <= real(bounds.max_share) <= 1:
        raise PolicyError(f"shares of {bounds.min_share} to {bounds.max_share}", remedy="give shares in [0, 1]")
    return found[:, :1] if (found == found[:, :1]).all() else found


def _wide(values: "ArrayLike", name: str, most: float, n_tiers: int, n_departments: int) -> np.ndarray:
    found = numbers(values, name)
    found = found[:, None] if found.ndim == 1 else found
    try:
        wide = np.array(np.broadcast_to(found, (n_tiers, n_departments)))
    except ValueError:
        raise PolicyError(
            f"{name} of shape {np.shape(values)} for {n_tiers} tiers and {n_departments} departments",
            remedy=f"give a number, or shape ({n_tiers},) or ({n_tiers}, {n_departments})",
        ) from None
    fine = (wide >= 0) & (wide <= most) & (wide < np.inf)
    if not fine.all():
        odd = first_five(f"{v:g}" for v in wide[~fine])
        remedy = "write a share: 0.03 for 3 %" if most == 1 else "give a number of firms, 0 or more"
        raise PolicyError(f"{name} {odd} cannot be", remedy=remedy)
    return wide
