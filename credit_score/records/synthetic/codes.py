"""The codes of the pilot and its services: those of the bundled policy, for which the county is made."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credit_score.policy.measures import Measure
    from credit_score.policy.scenes import Scene
    from credit_score.policy.schema import PolicyModel


@cache
def bundled() -> PolicyModel:
    """The bundled policy as data."""
    from credit_score.policy import load_policy

    return load_policy("gaoyang").model


def units() -> tuple[str, ...]:
    """Ids of the units."""
    return tuple(unit.id for unit in bundled().policy.units)


def pilot_codes(name: str) -> tuple[str, ...]:
    """Ids of ``activities``, ``places``, ``case_kinds`` or ``report_uses``."""
    return tuple(named.id for named in getattr(bundled().pilot, name))


def scenes() -> tuple[Scene, ...]:
    """The catalogue of scenes."""
    found = bundled().scenes
    return found.scenes if found else ()


def measures() -> tuple[Measure, ...]:
    """The list of measures."""
    found = bundled().measures
    return found.measures if found else ()
