"""The numbers of a scenario that are not known: where they stand, their ranges, and draws from them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from credit_score.simulation.parameter import Parameter, ScenarioError, Stated

Draws = Mapping[str, np.ndarray]


def ranges(scenario: Any) -> dict[str, Parameter]:
    """The numbers that are left as ranges, by where they stand: ``types.0.onset``, ``sensitivity``."""
    return {place: number for place, number in _numbers(scenario, "") if number.is_range}


def drawn(scenario: Any, n: int, *, seed: int) -> Draws:
    """N values of each number that is a range, (n,) each: a scrambled Sobol' sequence, even over the ranges.

    Raises ScenarioError if every number is known.
    """
    told = ranges(scenario)
    if not told:
        raise ScenarioError("no number of the scenario is a range", remedy="give low and high to those not known")
    from scipy.stats import qmc

    exponent = max(int(n - 1).bit_length(), 0)
    shares = qmc.Sobol(len(told), seed=np.random.default_rng(seed)).random_base2(exponent)[:n]
    return at_shares(scenario, shares)


def at_shares(scenario: Any, shares: np.ndarray) -> Draws:
    """Values that far along the ranges, by where they stand; ``shares``: (n, number of ranges), in [0, 1]."""
    told = ranges(scenario)
    return {
        place: number.at(0) + shares[:, i] * (number.at(1) - number.at(0))
        for i, (place, number) in enumerate(told.items())
    }


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
