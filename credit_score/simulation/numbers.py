"""A scenario as arrays: what the engines compute with.

V variants of the numbers (one, or one a draw from their ranges) share what does not vary: statuses, departments of
types, shocks, the first state. Axes: V variants, T periods, K tiers, D departments, J types, S statuses.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from credit_score.simulation.behaviour import violates_by_best_reply
from credit_score.simulation.scenario import Scenario, Score
from credit_score.simulation.statuses import Statuses

if TYPE_CHECKING:
    from credit_score.simulation.scenario import FirmType


class Numbers(NamedTuple):
    """Arrays of a scenario; chances are of a period, intensities and floors of a year.

    tier, score, found, clean, drift, drift_chance, release : of statuses, as in :class:`Statuses`.
    department, entry : of types, (J,): the department, and the status in which a new firm starts.
    onset : chance that a violation begins (or is there, afresh) if nobody responds, (V, J, S).
    beta, memory : of the response, and how quickly expected intensities follow the seen ones, (V,).
    expected : intensity expected at the start, (V, K, D). cure, leave, enter : (V, J); ``enter`` firms a period.
    sensitivity, fix : (V,). intensity, floor : (V, K, D). fine : (V, K).
    days, capacity, other : inspector-days of a visit, of a period (infinite without a bound), of others' calls, (V, D).
    onset_times, sensitivity_times : (T,). capacity_times : (T, D).
    firms : at the start, (S, J), whole. violating : share of them, (V, S, J).
    afresh, quota, gap, per_year : violations anew each period; draws by quota; periods from a visit to the next that
    the cap allows (0 without a cap); periods a year.
    """

    tier: np.ndarray
    score: np.ndarray
    found: np.ndarray
    clean: np.ndarray
    drift: np.ndarray
    drift_chance: np.ndarray
    release: np.ndarray
    department: np.ndarray
    entry: np.ndarray
    onset: np.ndarray
    beta: np.ndarray
    memory: np.ndarray
    expected: np.ndarray
    cure: np.ndarray
    leave: np.ndarray
    enter: np.ndarray
    sensitivity: np.ndarray
    fix: np.ndarray
    intensity: np.ndarray
    floor: np.ndarray
    fine: np.ndarray
    days: np.ndarray
    capacity: np.ndarray
    other: np.ndarray
    onset_times: np.ndarray
    sensitivity_times: np.ndarray
    capacity_times: np.ndarray
    firms: np.ndarray
    violating: np.ndarray
    afresh: bool
    quota: bool
    gap: int
    per_year: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Variants, tiers, departments, types."""
        return (*self.intensity.shape, self.onset.shape[1])

    @property
    def n_periods(self) -> int:
        """Periods to simulate."""
        return len(self.onset_times)


def numbers(scenarios: Scenario | Sequence[Scenario]) -> Numbers:
    """The arrays of a scenario, or of variants of one that differ in numbers only (not in names, ratings or shocks)."""
    told = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    one = told[0]
    machine = one.rating.statuses(len(one.tiers))
    codes = {d.name: i for i, d in enumerate(one.departments)}
    department = np.array([codes[t.department] if t.department else 0 for t in one.types])
    held = [_variant(s, machine, department) for s in told]
    stacked = {name: np.stack([h[name] for h in held]) for name in held[0]}
    shocks = {f"{of}_times": _times(one, of) for of in ("onset", "sensitivity", "capacity")}
    shocks |= {name: shocks[name][:, 0] for name in ("onset_times", "sensitivity_times")}
    return Numbers(
        machine.tier, machine.score, machine.found, machine.clean, machine.drift, machine.drift_chance,
        department=department, entry=np.array([_entry(t, one, machine) for t in one.types]),
        firms=_firms(one, machine), **stacked, **shocks, afresh=one.violations == "afresh",
        quota=one.sampling == "quota", gap=ceil(one.per_year / one.cap) if one.cap else 0, per_year=one.per_year,
    )  # fmt: skip


def _variant(scenario: Scenario, machine: Statuses, department: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers that vary, by name."""
    types, behaviour, per_year = scenario.types, scenario.behaviour, scenario.per_year
    intensity = _by_stratum(scenario, lambda plan: plan.intensity)
    learns = behaviour.kind == "learning"
    expected = [
        [behaviour.expected[tier].value if learns and tier in behaviour.expected else r for r in row]
        for tier, row in zip(scenario.tiers, intensity, strict=True)
    ]
    fine = np.array([scenario.fines[tier].value if tier in scenario.fines else 0.0 for tier in scenario.tiers])
    answers = behaviour.kind in ("deterrence", "learning")
    # A release is a matter of the rating: it stands in the statuses.
    return {
        "release": scenario.rating.statuses(len(scenario.tiers)).release,
        "onset": _onset(scenario, machine, department, intensity),
        "beta": np.array(behaviour.beta.value if answers else 0.0),
        "memory": np.array(behaviour.memory.value if learns else 0.0),
        "expected": np.array(expected),
        "cure": np.array([t.cure.value for t in types]),
        "leave": np.array([t.leave.value for t in types]),
        "enter": np.array([t.enter.value / per_year for t in types]),
        "sensitivity": np.array(scenario.sensitivity.value),
        "fix": np.array(scenario.fix.value),
        "intensity": intensity,
        "floor": _by_stratum(scenario, lambda plan: plan.floor),
        "fine": fine,
        "days": np.array([d.days.value for d in scenario.departments]),
        "capacity": np.array([d.capacity.value / per_year if d.capacity else np.inf for d in scenario.departments]),
        "other": np.array([d.out_of_plan.value / per_year for d in scenario.departments]),
        "violating": _chances(scenario, machine, "violating"),
    }


def _by_stratum(scenario: Scenario, number: Callable[[Any], float]) -> np.ndarray:
    """A number of the plan by tier and department, (K, D)."""
    return np.array([[float(number(scenario.plan(tier, d))) for d in scenario.departments] for tier in scenario.tiers])


def _chances(scenario: Scenario, machine: Statuses, field: str) -> np.ndarray:
    """A chance by status and type, (S, J), of a field that is one number or one by tier."""
    found = np.zeros((machine.n, len(scenario.types)))
    for j, one in enumerate(scenario.types):
        told = getattr(one, field)
        by_tier = told if isinstance(told, dict) else dict.fromkeys(scenario.tiers, told)
        of_tier = np.array([by_tier[tier].value if tier in by_tier else 0.0 for tier in scenario.tiers])
        found[:, j] = of_tier[machine.tier]
    return found


def _onset(scenario: Scenario, machine: Statuses, department: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Chance by type and status, (J, S), of a violation that begins, or is there, before any deterrence."""
    if scenario.behaviour.kind == "best_reply":
        visited = intensity[machine.tier][:, department].T / scenario.per_year
        return violates_by_best_reply(scenario, machine, np.minimum(visited, 1.0)).astype(float)
    if scenario.violations == "afresh":
        return _chances(scenario, machine, "violates").T
    return np.repeat([[t.onset.value] for t in scenario.types], machine.n, axis=1)


def _place(name: str, scenario: Scenario, machine: Statuses) -> int:
    """The status of a tier's name, or of a score."""
    if name in scenario.tiers:
        return int(machine.first[scenario.tiers.index(name)])
    return machine.nearest(float(name))


def _entry(one: "FirmType", scenario: Scenario, machine: Statuses) -> int:
    return _place(one.enter_in if one.enter_in is not None else next(iter(one.start)), scenario, machine)


def _firms(scenario: Scenario, machine: Statuses) -> np.ndarray:
    """Firms at the start by status and type, (S, J): shares of each type, rounded so that they add up."""
    found = np.zeros((machine.n, len(scenario.types)), np.int64)
    for j, one in enumerate(scenario.types):
        shares = np.array([share.value for share in one.start.values()])
        for place, n in zip(one.start, _apportioned(one.firms, shares), strict=True):
            found[_place(place, scenario, machine), j] += n
    return found


def _apportioned(n: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers by largest remainder that add up to n."""
    exact = n * shares / shares.sum()
    whole = np.floor(exact + 1e-9).astype(np.int64)
    short = n - whole.sum()
    whole[np.argsort(-(exact - whole), kind="stable")[:short]] += 1
    return whole


def _times(scenario: Scenario, of: str) -> np.ndarray:
    """What a number is multiplied with in each period, (T, D)."""
    found = np.ones((scenario.periods, len(scenario.departments)))
    for shock in scenario.shocks:
        if shock.of == of:
            hit = [shock.department in (None, d.name) for d in scenario.departments]
            found[np.ix_(_when(shock, scenario), hit)] *= shock.times.value
    return found


def _when(shock: Any, scenario: Scenario) -> np.ndarray:
    """In which periods a shock is felt, (T,)."""
    since = np.arange(scenario.periods) - (shock.first - 1)
    return (since >= 0) & ((since % scenario.per_year if shock.every_year else since) < shock.periods)


__all__ = ["Numbers", "Score", "numbers"]
