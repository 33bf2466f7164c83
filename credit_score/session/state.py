"""The state of a session: a draft of cut-offs and a schedule, what is held, what is aimed at; and moves of it.

Pure: a move takes a state and returns another. Tiers are codes, 0 the best; a department is its place among them, or
None for all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from credit_score.errors import PolicyError
from credit_score.inspection.county import Answer, CountyCube, Plan, moved_cutoffs
from credit_score.session.refusal import Refusal

Matrix = tuple[tuple[float, ...], ...]
What = Literal["cutoff", "ratio", "floor", "frequency", "cap"]
WHATS = ("cutoff", "ratio", "floor", "frequency", "cap")
OBJECTIVES = ("detections", "violations", "burden")
BUDGETS = ("draft", "capacity")
FINEST, MOST = 1e-4, 10**6


@dataclass(frozen=True)
class Draft:
    """Cut-offs in points, descending (K − 1,); ratios in [0, 1], floors and frequencies, (K, D) each; the annual cap.

    ``ratios``: share of a tier drawn a year; ``floors``: least firms drawn; ``frequency``: visits to a drawn firm.
    """

    cutoffs: tuple[float, ...]
    ratios: Matrix
    floors: Matrix
    frequency: Matrix
    cap: int

    def plan(self) -> Plan:
        """The schedule as arrays."""
        return Plan(*(np.array(numbers, float) for numbers in (self.ratios, self.frequency, self.floors)))

    def answer(self, cube: CountyCube, draw: np.ndarray | None = None) -> Answer:
        """The expected figures of a year under the draft."""
        return Answer(cube, self.cutoffs, self.plan(), draw)

    def with_ratios(self, ratios: np.ndarray, *, up: bool = False, held: np.ndarray | bool = False) -> "Draft":
        """The draft with other ratios, (K, D), but of tiers that are ``held``, (K,), which stay to the last digit.

        They are rounded to what can be written: down, so that they cost no more, or ``up``, so that they miss no more.
        """
        parts = np.clip(ratios, 0.0, 1.0) / FINEST
        whole = np.ceil(parts - 1e-9) if up else np.floor(parts + 1e-9)
        written = np.round(whole * FINEST, 4)
        stays = np.broadcast_to(np.atleast_1d(held)[:, None], written.shape)
        return replace(self, ratios=matrix(np.where(stays, self.ratios, written)))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Draft":
        """The draft that ``asdict`` told, checked. Raises PolicyError for what is none."""
        try:
            numbers = {k: matrix(np.array(told[k], float)) for k in ("ratios", "floors", "frequency")}
            made = cls(tuple(map(float, told["cutoffs"])), cap=int(told["cap"]), **numbers)
            made.plan()
        except (KeyError, TypeError, ValueError, IndexError, OverflowError):
            raise PolicyError("this is no draft", remedy="open another, or begin with the policy in force") from None
        return made


def matrix(numbers: np.ndarray) -> Matrix:
    """Rows of numbers as tuples, which can be compared and kept."""
    return tuple(tuple(float(n) for n in row) for row in numbers)


@dataclass(frozen=True)
class State:
    """A draft, and what is sought: see the module.

    ``locks``: what no hand and no optimum moves, as ``cutoff:0`` or ``ratio:2``. ``objective``: ``detections`` (most
    firms found), ``violations`` (fewest, where visits deter by ``deterrence``, an assumption), ``burden`` (fewest firms
    drawn that leave no more undetected than the draft does). ``budget``: each department the days that the ``draft``
    takes, or its ``capacity``. ``least``, ``most``: bounds of ratios in [0, 1].
    """

    draft: Draft
    locks: frozenset[str] = field(default_factory=frozenset)
    objective: str = "detections"
    budget: str = "draft"
    deterrence: float = 1.0
    least: float = 0.01
    most: float = 1.0
    lang: str = "zh"

    def told(self) -> dict[str, Any]:
        """The state as lists and numbers, for JSON."""
        return asdict(self) | {"locks": sorted(self.locks)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "State":
        """The state that :meth:`told` told, checked. Raises PolicyError for what is none."""
        if not isinstance(told, Mapping):
            raise PolicyError("this is no state of a session", remedy="begin with the policy in force")
        known = {f.name for f in fields(cls)} - {"draft", "locks"}
        given = {k: v for k, v in told.items() if k in known}
        state = cls(Draft.of(told.get("draft", {})), frozenset(map(str, told.get("locks", ()))))
        return aimed(state, **given)


def moved(
    state: State, cube: CountyCube, what: str, to: float, *, tier: int = 0, department: int | None = None
) -> State:
    """The state with one number moved; a cut-off stops at its neighbours, and stands between bins of scores.

    Raises PolicyError for what is locked, or is no such number.
    """
    _check_place(state, cube, what, tier, department)
    if not np.isfinite(to):
        raise PolicyError(f"{what} {to} is no number", remedy="give a number")
    draft = state.draft
    if what == "cutoff":
        return replace(state, draft=replace(draft, cutoffs=moved_cutoffs(cube, draft.cutoffs, tier, to)))
    if what == "cap":
        return replace(state, draft=replace(draft, cap=int(np.clip(round(to), 1, 365))))
    name = {"ratio": "ratios", "floor": "floors", "frequency": "frequency"}[what]
    numbers = np.array(getattr(draft, name))
    numbers[tier, slice(None) if department is None else department] = _fitting(what, to, draft.cap)
    changed: dict[str, Any] = {name: matrix(numbers)}
    return replace(state, draft=replace(draft, **changed))


def _fitting(what: str, to: float, cap: int) -> float:
    """A number within its range, as fine as it is written."""
    if what == "ratio":
        return float(np.round(np.clip(to, 0.0, 1.0), 4))
    least, most = (1, cap) if what == "frequency" else (0, MOST)
    return float(np.clip(round(to), least, most))


def _check_place(state: State, cube: CountyCube, what: str, tier: int, department: int | None) -> None:
    if what not in WHATS:
        raise PolicyError(f"nothing is called {what!r}", remedy=f"move one of {', '.join(WHATS)}")
    n = len(cube.tiers) - (what == "cutoff")
    if what != "cap" and not 0 <= tier < n:
        raise PolicyError(f"no {what} of tier {tier}", remedy=f"there are {n}, from 0")
    if department is not None and (type(department) is not int or not 0 <= department < len(cube.departments)):
        raise PolicyError(f"no department {str(department)[:60]}", remedy=f"there are {len(cube.departments)}, from 0")
    if f"{what}:{tier}" in state.locks:
        raise Refusal("session.locked", tier=cube.tiers[tier])


def locked(state: State, what: str, tier: int) -> State:
    """The state with a cut-off or the ratios of a tier locked, or let go where they were."""
    if what not in ("cutoff", "ratio"):
        raise PolicyError(f"{what!r} has no lock", remedy="lock a cutoff or a ratio")
    n = len(state.draft.cutoffs if what == "cutoff" else state.draft.ratios)
    if not 0 <= tier < n:
        raise PolicyError(f"no {what} of tier {tier}", remedy=f"there are {n}, from 0")
    return replace(state, locks=state.locks ^ {f"{what}:{tier}"})


def aimed(state: State, **told: Any) -> State:
    """The state with another objective, budget, deterrence, bounds or language. Raises PolicyError for what is none."""
    choices = {"objective": OBJECTIVES, "budget": BUDGETS, "lang": ("zh", "en")}
    for name, value in told.items():
        if name in choices and value not in choices[name]:
            raise PolicyError(f"{name} {value!r}", remedy=f"choose one of {', '.join(choices[name])}")
        most = {"deterrence": 100.0, "least": 1.0, "most": 1.0}.get(name)
        if most is not None and not (isinstance(value, int | float) and 0 <= value <= most):
            raise PolicyError(f"{name} {value!r}", remedy=f"give a number from 0 to {most:g}")
        if name not in choices and most is None:
            raise PolicyError(f"nothing is called {name!r}", remedy="aim with objective, budget, deterrence or bounds")
    found = replace(state, **told)
    if found.least > found.most:
        raise PolicyError(f"ratios from {found.least:g} to {found.most:g}", remedy="let the least be below the most")
    return found
