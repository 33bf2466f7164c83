"""Where something stands in the data of rules: keys of mappings, and of lists the ids of rules or their positions."""

from collections.abc import Iterable
from typing import Any

from credit_score.policy.source import Location


def in_file(location: Iterable[str | int], data: Any) -> Location:
    """The part of a location that stands in the file: without names of union members, ids as positions."""
    place: Location = ()
    for part in location:
        found = step(data, part)
        if found is not None:
            data = found[1]
            place = (*place, found[0])
    return place


def by_id(location: Iterable[str | int], data: Any) -> Location:
    """The same with ids instead of positions, which a rule has in every file that names it."""
    place: Location = ()
    for part in in_file(location, data):
        data = node_at(data, (part,))
        place = (*place, part if isinstance(part, str) else id_of(data) or part)
    return place


def step(data: Any, part: str | int) -> tuple[str | int, Any] | None:
    """The key, or the position in a list, that a part of a location names, and what stands there."""
    if isinstance(data, dict):
        return next(((str(k), v) for k, v in data.items() if part in (k, str(k), repr(k))), None)
    if isinstance(data, list):
        return next(((i, v) for i, v in enumerate(data) if part in (i, id_of(v))), None)
    return None


def id_of(node: Any) -> Any:
    """The id of a rule, or None of anything else."""
    return node.get("id") if isinstance(node, dict) else None


def rule_at(data: Any, place: Location) -> str:
    """The id of the innermost rule that a path leads through."""
    ids = [id_of(node_at(data, place[:n])) for n in range(1, len(place) + 1)]
    return str(next(filter(None, reversed(ids)), ""))


def node_at(data: Any, place: Iterable[str | int]) -> Any:
    """What stands at a place; None where nothing does."""
    for part in place:
        _, data = step(data, part) or (part, None)
    return data


def told(place: Location) -> str:
    """A place as refusals tell it: ``items.points.2023-03-15``."""
    return ".".join(str(part) for part in place if not isinstance(part, int))
