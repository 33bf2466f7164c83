"""A scenario as arrays: what the engines compute with.

V variants of the numbers (one, or one a draw from their ranges) share what does not vary: statuses, departments of
types, shocks, the first state. Axes: V variants, T periods, K tiers, D departments, J types, S statuses.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from credit_score.simulation.behaviour import best_reply
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.statuses import Statuses

if TYPE_CHECKING:
    from credit_score.simulation.scenario import FirmType


# Rows of a chain.
TIER, CLEAN, FOUND, DRIFT_ONE, DRIFT_TWO = range(5)
# Chances of a firm, the last axis of rates: that a violation begins (or is there, afresh) if nobody responds; that the
# firm ends it; that a clean visit counts; that a visit finds it; that what was found ends; that the firm leaves.
ONSET, CURE, RELEASE, DETECT, END, LEAVE = range(6)


class Numbers(NamedTuple):
    """Arrays of a scenario; chances are of a period, intensities and floors of a year.

    chain : tier, then the status after a clean visit, a finding, and the two that time leads to, (5, S).
    score, drift_chance : of statuses, (S,); whether anything ``drifts``.
    department, entry : of types, (J,): the department, and the status in which a new firm starts.
    rates : (V, S, J, 6), see above. beta, memory : of the response, and how quickly expected intensities follow (V,).
    expected, intensity, floor (firms), often (visits to a drawn firm) : (V, K, D). fine : (V, K).
    enter : firms a period, (V, J).
    days : inspector-days of a visit, (V, D). can : visits that the days of a period allow (infinite without a bound),
    (V, T, D). onset_times, sensitivity_times : what shocks multiply with, (T,).
    firms : at the start, at rest the means of what each replication rounds to whole ones. violating : share of them.
    (V, S, J) both.
    afresh, quota, gap, per_year : violations anew each period; draws by quota; periods from a visit to the next that
    the cap allows (0 without a cap); periods a year.
    """

    chain: np.ndarray
    score: np.ndarray
    drift_chance: np.ndarray
    drifts: bool
    department: np.ndarray
    entry: np.ndarray
    rates: np.ndarray
    beta: np.ndarray
    memory: np.ndarray
    expected: np.ndarray
    intensity: np.ndarray
    floor: np.ndarray
    often: np.ndarray
    fine: np.ndarray
    enter: np.ndarray
    days: np.ndarray
    can: np.ndarray
    onset_times: np.ndarray
    sensitivity_times: np.ndarray
    firms: np.ndarray
    violating: np.ndarray
    afresh: bool
    quota: bool
    gap: int
    per_year: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Variants, tiers, departments, types."""
        v, k, d = self.intensity.shape
        return v, k, d, len(self.department)

    @property
    def member(self) -> np.ndarray:
        """Whether a type is of a department, (J, D): counts by type @ member are by department."""
        return self.department[:, None] == np.arange(self.shape[2])

    @property
    def n_periods(self) -> int:
        """Periods to simulate."""
        return len(self.onset_times)


def numbers(scenario: Scenario, draws: Draws | None = None) -> Numbers:
    """The arrays of a scenario; with ``draws`` of its ranges, (V,) values by place, a variant a draw.

    Raises ScenarioError for ranges that shape what variants share: those of a rating but ``release``.
    """
    told = _Told(scenario, draws or {})
    machine = scenario.rating.statuses(len(scenario.tiers))
    codes = {d.name: i for i, d in enumerate(scenario.departments)}
    department = np.array([codes[t.department] if t.department else 0 for t in scenario.types])
    return Numbers(
        chain=np.stack([machine.tier, machine.clean, machine.found, *machine.drift]),
        score=machine.score, drift_chance=machine.drift_chance, drifts=machine.drifts,
        department=department, entry=np.array([_entry(t, scenario, machine) for t in scenario.types]),
        **_varying(told, machine, department), onset_times=_times(scenario, "onset")[:, 0].copy(),
        sensitivity_times=_times(scenario, "sensitivity")[:, 0].copy(),
        firms=np.repeat(_firms(scenario, machine)[None], told.n, axis=0),
        afresh=scenario.violations == "afresh", quota=scenario.sampling == "quota",
        gap=ceil(scenario.per_year / scenario.cap) if scenario.cap else 0, per_year=scenario.per_year,
    )  # fmt: skip


class _Told:
    """The numbers of a scenario by place, (V,) each: as drawn, or as they stand."""

    def __init__(self, scenario: Scenario, draws: Draws) -> None:
        self.scenario, self.draws = scenario, draws
        self.n = len(next(iter(draws.values()))) if draws else 1
        free = re.compile(r"types\.\d+\.(start\.|enter_in)|rating\.(?!release)|shocks\.")
        if stuck := [place for place in draws if free.match(place)]:
            raise ScenarioError("this number cannot be a range", *stuck[0].split("."), remedy="give one value")

    def one(self, number: Any, *place: str | int) -> np.ndarray:
        """A number, (V,); 0 where there is none."""
        at = ".".join(map(str, place))
        return self.draws[at] if at in self.draws else np.full(self.n, number.value if number is not None else 0.0)

    def of_types(self, field: str) -> np.ndarray:
        """A number of each type, (V, J)."""
        types = enumerate(self.scenario.types)
        return np.stack([self.one(getattr(t, field), "types", j, field) for j, t in types], axis=-1)

    def of_departments(self, field: str, *, missing: float = 0.0) -> np.ndarray:
        """A number of each department, (V, D)."""
        told = [(i, getattr(d, field)) for i, d in enumerate(self.scenario.departments)]
        missed = np.full(self.n, missing)
        return np.stack([self.one(x, "departments", i, field) if x else missed for i, x in told], axis=-1)

    def by_tier(self, numbers_of: dict[str, Any], *place: str | int) -> np.ndarray:
        """A number by tier, (V, K); 0 where there is none."""
        tiers = self.scenario.tiers
        return np.stack([self.one(numbers_of.get(tier), *place, tier) for tier in tiers], axis=-1)

    def chances(self, field: str) -> np.ndarray:
        """A chance by tier and type, (V, K, J), of a field that is one number or one by tier."""
        found = []
        for j, one in enumerate(self.scenario.types):
            told, place = getattr(one, field), ("types", j, field)
            if isinstance(told, dict):
                found.append(self.by_tier(told, *place))
            else:
                found.append(np.repeat(self.one(told, *place)[:, None], len(self.scenario.tiers), axis=1))
        return np.stack(found, axis=-1)

    def plans(self, number: Callable[..., np.ndarray]) -> np.ndarray:
        """A number of the plan by tier and department, (V, K, D)."""
        rows = []
        for tier in self.scenario.tiers:
            own = [(("departments", i, "schedule"), d.schedule) for i, d in enumerate(self.scenario.departments)]
            told = [(*at, tier) if tier in plans else ("schedule", tier) for at, plans in own]
            plans_ = [plans.get(tier) or self.scenario.schedule[tier] for _, plans in own]
            rows.append(np.stack([number(plan, at) for plan, at in zip(plans_, told, strict=True)], axis=-1))
        return np.stack(rows, axis=1)

    def intensity(self, plan: Any, at: tuple[str | int, ...]) -> np.ndarray:
        """Ratio × frequency, (V,)."""
        return self.one(plan.ratio, *at, "ratio") * self.one(plan.frequency, *at, "frequency")

    def often(self, plan: Any, at: tuple[str | int, ...]) -> np.ndarray:
        """Visits a year to a drawn firm, (V,)."""
        return self.one(plan.frequency, *at, "frequency")

    def floor(self, plan: Any, _: tuple[str | int, ...]) -> np.ndarray:
        """The floor, (V,)."""
        return np.full(self.n, float(plan.floor))


def _varying(told: _Told, machine: Statuses, department: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers that vary, by name."""
    behaviour, none = told.scenario.behaviour, np.zeros(told.n)
    learns, answers = behaviour.kind == "learning", behaviour.kind in ("deterrence", "learning")
    intensity = told.plans(told.intensity)
    return {
        "rates": _rates(told, machine, department, intensity),
        "beta": told.one(behaviour.beta, "behaviour", "beta") if answers else none,
        "memory": told.one(behaviour.memory, "behaviour", "memory") if learns else none,
        "expected": _expected(told, intensity) if learns else intensity,
        "intensity": intensity,
        "floor": told.plans(told.floor),
        "often": told.plans(told.often),
        "fine": told.by_tier(told.scenario.fines, "fines"),
        "enter": told.of_types("enter") / told.scenario.per_year,
        "days": told.of_departments("days"),
        "can": _can(told),
        # Laid out alike for one variant and many, so that one compiled loop serves both.
        "violating": np.ascontiguousarray(told.chances("violating")[:, machine.tier]),
    }


def _rates(told: _Told, machine: Statuses, department: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Chances of a firm by status and type, (V, S, J, 6)."""
    found = np.zeros((told.n, machine.n, len(department), 6))
    cure = told.of_types("cure")[:, None]
    fixed = told.one(told.scenario.fix, "fix")[:, None, None]
    found[..., ONSET] = _onset(told, machine, department, intensity)
    found[..., CURE] = cure
    found[..., RELEASE] = _release(told, machine)[..., None]
    found[..., DETECT] = told.one(told.scenario.sensitivity, "sensitivity")[:, None, None]
    found[..., END] = 1 - (1 - cure) * (1 - fixed)
    found[..., LEAVE] = told.of_types("leave")[:, None]
    return found


def _release(told: _Told, machine: Statuses) -> np.ndarray:
    """Chance that a clean visit counts, (V, S)."""
    release = getattr(told.scenario.rating, "release", None)
    if release is None:
        return np.broadcast_to(machine.release, (told.n, machine.n))
    return np.repeat(told.one(release, "rating", "release")[:, None], machine.n, axis=1)


def _onset(told: _Told, machine: Statuses, department: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Chance by status and type, (V, S, J), of a violation that begins, or is there, before any deterrence."""
    scenario = told.scenario
    if scenario.behaviour.kind == "best_reply":
        visited = np.minimum(intensity / scenario.per_year, 1.0)[:, machine.tier][:, :, department]
        return _best_replies(told, machine, visited)
    if scenario.violations == "afresh":
        return told.chances("violates")[:, machine.tier]
    return np.repeat(_onset_of_types(told)[:, None], machine.n, axis=1)


def _onset_of_types(told: _Told) -> np.ndarray:
    """Chance that a violation begins, (V, J): as told, or the one that cure and the share that settles make."""
    share = told.of_types("settles")
    tied = told.of_types("cure") * share / np.maximum(1 - share, 1e-300)
    settles = np.array([one.settles is not None for one in told.scenario.types])
    return np.where(settles, np.minimum(tied, 1.0), told.of_types("onset"))


def _best_replies(told: _Told, machine: Statuses, visited: np.ndarray) -> np.ndarray:
    """1 where a firm violates by its best reply, else 0, (V, S, J). ``visited``: chance of a visit, the same shape."""
    scenario = told.scenario
    fines, costs = told.by_tier(scenario.fines, "fines")[:, machine.tier], told.of_types("cost")
    seen, discount = (
        told.one(scenario.sensitivity, "sensitivity"),
        told.one(scenario.behaviour.discount, "behaviour", "discount"),
    )
    release = _release(told, machine)
    found = np.zeros_like(visited)
    for v, j in np.ndindex(costs.shape):
        own = replace(machine, release=release[v])
        chances = (float(seen[v]), float(discount[v]))
        found[v, :, j] = best_reply(float(costs[v, j]), visited[v, :, j], fines[v], own, chances)
    return found


def _expected(told: _Told, intensity: np.ndarray) -> np.ndarray:
    """Intensity expected at the start, (V, K, D): as told, or as planned."""
    given = told.scenario.behaviour.expected
    found = intensity.copy()
    for k, tier in enumerate(told.scenario.tiers):
        if tier in given:
            found[:, k] = told.one(given[tier], "behaviour", "expected", tier)[:, None]
    return found


def _can(told: _Told) -> np.ndarray:
    """Visits that the inspector-days of a period allow after others' calls, (V, T, D); infinite without a bound."""
    own, calls = told.of_departments("capacity", missing=np.inf), told.of_departments("out_of_plan")
    left = _times(told.scenario, "capacity") * own[:, None] - calls[:, None]
    return np.maximum(left, 0.0) / told.of_departments("days")[:, None] / told.scenario.per_year


def whole_visits(can: np.ndarray) -> np.ndarray:
    """Whole visits that the days of each period allow, (V, T, D): what is left over of a visit adds up to one later."""
    bounded = np.where(np.isfinite(can), can, 0.0)
    so_far = np.floor(np.cumsum(bounded, axis=1) + 1e-9)
    return np.where(np.isfinite(can), np.diff(so_far, axis=1, prepend=0.0), can)


def _place(name: str, scenario: Scenario, machine: Statuses) -> int:
    """The status of a tier's name, or of a score."""
    if name in scenario.tiers:
        return int(machine.first[scenario.tiers.index(name)])
    return machine.nearest(float(name))


def _entry(one: "FirmType", scenario: Scenario, machine: Statuses) -> int:
    return _place(one.enter_in if one.enter_in is not None else next(iter(one.start)), scenario, machine)


def _firms(scenario: Scenario, machine: Statuses) -> np.ndarray:
    """Firms at the start by status and type, (S, J): shares of each type, rounded so that they add up."""
    found = np.zeros((machine.n, len(scenario.types)))
    for j, one in enumerate(scenario.types):
        shares = np.array([share.value for share in one.start.values()])
        for place, n in zip(one.start, _apportioned(one.firms, shares), strict=True):
            found[_place(place, scenario, machine), j] += n
    return found


def _apportioned(n: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers by largest remainder that add up to n."""
    exact = n * shares / shares.sum()
    whole = np.floor(exact + 1e-9)
    short = int(n - whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:short]] += 1
    return whole


def _times(scenario: Scenario, of: str) -> np.ndarray:
    """What a number is multiplied with in each period, (T, D)."""
    found = np.ones((scenario.periods, len(scenario.departments)))
    for shock in scenario.shocks:
        if shock.of == of:
            hit = np.array([shock.department in (None, d.name) for d in scenario.departments])
            found[np.outer(_when(shock, scenario), hit)] *= shock.times.value
    return found


def _when(shock: Any, scenario: Scenario) -> np.ndarray:
    """In which periods a shock is felt, (T,)."""
    since = np.arange(scenario.periods) - (shock.first - 1)
    return (since >= 0) & ((since % scenario.per_year if shock.every_year else since) < shock.periods)
