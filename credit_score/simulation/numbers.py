"""A scenario as arrays: what the engines compute with.

V variants of the numbers (one, or one a draw from their ranges) share what does not vary: statuses, departments of
types, shocks, the first state. Axes: V variants, T periods, K tiers, D departments, J types, S statuses.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from credit_score.simulation.behaviour import violates_by_best_reply
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
    expected, intensity, floor : (V, K, D). fine : (V, K). enter : firms a period, (V, J).
    days : inspector-days of a visit, (V, D). can : visits that the days of a period allow (infinite without a bound),
    (V, T, D). onset_times, sensitivity_times : what shocks multiply with, (T,).
    firms : at the start, (S, J), whole. violating : share of them, (V, S, J).
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
    def n_periods(self) -> int:
        """Periods to simulate."""
        return len(self.onset_times)


def numbers(scenarios: Scenario | Sequence[Scenario]) -> Numbers:
    """The arrays of a scenario, or of variants of one that differ in numbers only (not in names, statuses, shocks)."""
    told = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    one = told[0]
    machine = one.rating.statuses(len(one.tiers))
    codes = {d.name: i for i, d in enumerate(one.departments)}
    department = np.array([codes[t.department] if t.department else 0 for t in one.types])
    held = [_variant(s, machine, department) for s in told]
    return Numbers(
        chain=np.stack([machine.tier, machine.clean, machine.found, *machine.drift]),
        score=machine.score, drift_chance=machine.drift_chance, drifts=machine.drifts,
        department=department, entry=np.array([_entry(t, one, machine) for t in one.types]),
        **{name: np.stack([h[name] for h in held]) for name in held[0]},
        onset_times=_times(one, "onset")[:, 0].copy(), sensitivity_times=_times(one, "sensitivity")[:, 0].copy(),
        firms=_firms(one, machine), afresh=one.violations == "afresh", quota=one.sampling == "quota",
        gap=ceil(one.per_year / one.cap) if one.cap else 0, per_year=one.per_year,
    )  # fmt: skip


def _variant(scenario: Scenario, machine: Statuses, department: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers that vary, by name."""
    behaviour = scenario.behaviour
    intensity = _by_stratum(scenario, lambda plan: plan.intensity)
    learns, answers = behaviour.kind == "learning", behaviour.kind in ("deterrence", "learning")
    fine = [scenario.fines[tier].value if tier in scenario.fines else 0.0 for tier in scenario.tiers]
    return {
        "rates": _rates(scenario, machine, department, intensity),
        "beta": np.array(behaviour.beta.value if answers else 0.0),
        "memory": np.array(behaviour.memory.value if learns else 0.0),
        "expected": _expected(scenario, intensity) if learns else intensity,
        "intensity": intensity,
        "floor": _by_stratum(scenario, lambda plan: plan.floor),
        "fine": np.array(fine),
        "enter": np.array([t.enter.value / scenario.per_year for t in scenario.types]),
        "days": np.array([d.days.value for d in scenario.departments]),
        "can": _can(scenario),
        "violating": _chances(scenario, machine, "violating"),
    }


def _rates(scenario: Scenario, machine: Statuses, department: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Chances of a firm by status and type, (S, J, 6)."""
    found = np.zeros((machine.n, len(scenario.types), 6))
    found[..., ONSET] = _onset(scenario, machine, department, intensity)
    found[..., CURE] = [t.cure.value for t in scenario.types]
    found[..., RELEASE] = machine.release[:, None]
    found[..., DETECT] = scenario.sensitivity.value
    found[..., END] = 1 - (1 - found[..., CURE]) * (1 - scenario.fix.value)
    found[..., LEAVE] = [t.leave.value for t in scenario.types]
    return found


def _expected(scenario: Scenario, intensity: np.ndarray) -> np.ndarray:
    """Intensity expected at the start, (K, D): as told, or as planned."""
    told = scenario.behaviour.expected
    rows = zip(scenario.tiers, intensity, strict=True)
    return np.array([np.full_like(row, told[tier].value) if tier in told else row for tier, row in rows])


def _can(scenario: Scenario) -> np.ndarray:
    """Visits that the inspector-days of a period allow after others' calls, (T, D); infinite without a bound."""
    own = np.array([d.capacity.value if d.capacity else np.inf for d in scenario.departments])
    calls = np.array([d.out_of_plan.value for d in scenario.departments])
    days = np.array([d.days.value for d in scenario.departments])
    left = _times(scenario, "capacity") * own - calls
    return np.maximum(left, 0.0) / np.where(days > 0, days, np.nan) / scenario.per_year


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
    """Chance by status and type, (S, J), of a violation that begins, or is there, before any deterrence."""
    if scenario.behaviour.kind == "best_reply":
        visited = intensity[machine.tier][:, department].T / scenario.per_year
        return violates_by_best_reply(scenario, machine, np.minimum(visited, 1.0)).T.astype(float)
    if scenario.violations == "afresh":
        return _chances(scenario, machine, "violates")
    return np.repeat([[t.onset.value for t in scenario.types]], machine.n, axis=0)


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

