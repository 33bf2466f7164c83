"""The numbers of a scenario that are not known: where they stand, their ranges, and draws from them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from credit_score.simulation.parameter import Parameter, ScenarioError, Stated

Draws = Mapping[str, np.ndarray]


def ranges(scenario: Any) -> dict[str, Parameter]:
    """The numbers that are left as ranges, by where they stand: ``types.0.onset``, ``sensitivity``."""
    return {place: number for place, number in _numbers(scenario, "") if number.is_range}


def unknowns(scenario: Any) -> dict[str, list[str]]:
    """What is drawn, by name: the places of the ranges that are ``shared`` under it, or the one place that it is."""
    found: dict[str, list[str]] = {}
    for place, number in ranges(scenario).items():
        found.setdefault(number.shared or place, []).append(place)
    return found


def labels(scenario: Any) -> dict[str, str]:
    """What unknowns are called, by name: as they are shared, else the kind of number, and what it is of if several are.

    So ``duration``; ``onset`` of ``types.0.onset``; ``onset shops`` and ``onset plants`` where types differ.
    """
    found = {name: kind_of(name) if places == [name] else name for name, places in unknowns(scenario).items()}
    of_kind = Counter(found.values())
    return {
        name: f"{label} {_of(scenario, name, label)}" if of_kind[label] > 1 and label != name else label
        for name, label in found.items()
    }


def kind_of(place: str) -> str:
    """The kind of a number by where it stands: ``onset`` of ``types.0.onset``."""
    parts = place.split(".")
    at = {"types": 2, "schedule": -1, "behaviour": 1, "rating": 1, "shocks": -1}
    if parts[0] == "departments":
        return parts[-1]
    return parts[at.get(parts[0], 0)]


def _of(scenario: Any, place: str, kind: str) -> str:
    """What a number is of: ``shops A`` of ``types.0.violating.A``, the name of the type and the tier."""
    field, *parts = place.split(".")
    if field in ("types", "departments"):
        parts[0] = getattr(scenario, field)[int(parts[0])].name
    return " ".join(part for part in parts if part not in (kind, "schedule"))


def drawn(scenario: Any, n: int, *, seed: int) -> Draws:
    """N values of each number that is a range, (n,) each: a scrambled Sobol' sequence, even over the ranges.

    Ranges that are shared are equally far along in each draw, others independent of one another. Raises ScenarioError
    if every number is known.
    """
    found = unknowns(scenario)
    need_unknowns(found)
    return at_shares(scenario, even_shares(len(found), n, seed=seed))


def need_unknowns(found: Collection[Any]) -> None:
    """Nothing, or ScenarioError where there is no unknown to draw."""
    if not found:
        raise ScenarioError("no number of the scenario is a range", remedy="give low and high to those not known")


def even_shares(n_unknowns: int, n: int, *, seed: int) -> np.ndarray:
    """Shares along so many ranges, (n, n_unknowns), of a scrambled Sobol' sequence."""
    from scipy.stats import qmc

    return qmc.Sobol(n_unknowns, seed=np.random.default_rng(seed)).random_base2(int(n - 1).bit_length())[:n]


def at_shares(scenario: Any, shares: np.ndarray) -> Draws:
    """Values that far along the ranges, by where they stand; ``shares``: (n, number of unknowns), in [0, 1]."""
    told = ranges(scenario)
    along = {place: shares[:, i] for i, places in enumerate(unknowns(scenario).values()) for place in places}
    return {place: number.at(0) + along[place] * (number.at(1) - number.at(0)) for place, number in told.items()}


def held(scenario: Any, values: Mapping[str, float]) -> Any:
    """The scenario with numbers held at values, by where they stand, and no longer ranges."""
    return _held(scenario, "", values)


def _held(part: Any, at: str, values: Mapping[str, float]) -> Any:
    if isinstance(part, Parameter):
        return part.held_at(values[at]) if at in values else part
    if isinstance(part, Stated):
        told = {name: _held(getattr(part, name), _join(at, name), values) for name in part.model_fields_set}
        return type(part)(**told)
    if isinstance(part, dict):
        return {name: _held(one, _join(at, name), values) for name, one in part.items()}
    if isinstance(part, tuple):
        return tuple(_held(one, _join(at, i), values) for i, one in enumerate(part))
    return part


def _numbers(part: Any, at: str) -> Iterator[tuple[str, Parameter]]:
    if isinstance(part, Parameter):
        yield at, part
    elif isinstance(part, Stated):
        for name in type(part).model_fields:
            yield from _numbers(getattr(part, name), _join(at, name))
    elif isinstance(part, dict):
        for name, one in part.items():
            yield from _numbers(one, _join(at, name))
    elif isinstance(part, tuple):
        for i, one in enumerate(part):
            yield from _numbers(one, _join(at, i))


def _join(at: str, name: str | int) -> str:
    return f"{at}.{name}" if at else str(name)
