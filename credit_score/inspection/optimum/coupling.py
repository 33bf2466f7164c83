"""What departments share: inspectors, visits to a firm, and the cap on them; refused where it makes no sense."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from credit_score.errors import PolicyError, first_five
from credit_score.inspection.optimum.problem import real


@dataclass(frozen=True)
class Shared:
    """Days a year, 0 or more, of inspectors who may work for any of some departments. Raises PolicyError."""

    days: float
    departments: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not 0 <= real(self.days) < float("inf"):
            raise PolicyError(f"{self.days!r} shared days", remedy="give inspector-days a year, 0 or more")
        _check_departments(self.departments, 1, "shared inspectors")


@dataclass(frozen=True)
class Joint:
    """Two or more departments that may visit a firm together (综合查一次), each saving a share of its days in [0, 1).

    Raises PolicyError.
    """

    departments: tuple[Any, ...]
    saved: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= real(self.saved) < 1:
            raise PolicyError(f"joint visits that save {self.saved!r} of their days", remedy="give a share in [0, 1)")
        _check_departments(self.departments, 2, "joint visits")


@dataclass(frozen=True)
class Coupling:
    """What departments share.

    ``cap``: most visits to a firm a year, 0 or more, on average over the draws of its tier and sector, a joint visit
    being one; ``whole``: visits are whole numbers. Raises PolicyError.
    """

    shared: tuple[Shared, ...] = ()
    joint: tuple[Joint, ...] = ()
    cap: float | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        _check_all(self.shared, "shared", Shared)
        _check_all(self.joint, "joint", Joint)
        if self.cap is not None and not 0 <= real(self.cap) < float("inf"):
            raise PolicyError(f"a cap of {self.cap!r}", remedy="give visits to a firm a year, 0 or more, or None")


def _check_all(given: Any, name: str, kind: type) -> None:
    if not isinstance(given, (tuple, list)) or not all(isinstance(one, kind) for one in given):
        raise PolicyError(f"{name}={given!r}", remedy=f"give a tuple of {kind.__name__}(...)")


def _check_departments(departments: Any, least: int, what: str) -> None:
    if isinstance(departments, str) or not isinstance(departments, Iterable):
        raise PolicyError(f"{what} of {departments!r}", remedy="give departments as a tuple: ('fire', 'market')")
    names = list(departments)
    if len(set(names)) < max(least, len(names)):
        told = first_five(names) or "no department"
        raise PolicyError(f"{what} of {told}", remedy=f"give {least} or more departments, each once")
