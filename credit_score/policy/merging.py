"""A policy's data with the dates of an amendment added: lists by ``id``, mappings by key, nothing edited."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_score.errors import PolicyError
from credit_score.policy.dated import day_of
from credit_score.policy.places import id_of, rule_at, told
from credit_score.policy.source import Location, Source

HEAD = "amendment"


def merged(data: dict[str, Any], source: Source, since: date) -> dict[str, Any]:
    """The sections of a policy with what an amendment's file changes since its day; ``data`` stays as it is.

    A key that the policy does not have may come with dated values alone, as a department's own ratio does: whether
    there may be such a key is for the schema to say. Raises PolicyError, with file and line, for a date that is there
    already or is not ``since``, for an id that does not exist, and for a value that is not dated.
    """
    changes = {key: value for key, value in source.data.items() if key != HEAD}
    amended: dict[str, Any] = _Merging(source, since).mapping(data, changes, ())
    if amended == data:
        raise PolicyError("changes nothing", where=source.where(()), remedy="write the values that change, by date")
    return amended


def head_of(source: Source) -> dict[str, Any]:
    """The head of an amendment as it stands in its file. Raises PolicyError where there is none."""
    head = source.data.get(HEAD) if isinstance(source.data, dict) else None
    if not isinstance(head, dict):
        raise PolicyError(f"{HEAD!r} is missing", where=source.where(()), remedy="say since when, who and why")
    return head


def is_dated(node: Any) -> bool:
    """Whether a mapping is of days to what holds from them on."""
    return isinstance(node, dict) and any(_day(key) for key in node)


def _day(key: Any) -> date | None:
    try:
        return day_of(key)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Merging:
    source: Source
    since: date

    def node(self, held: Any, new: Any, place: Location) -> Any:
        if is_dated(new) and (held is None or isinstance(held, dict)):
            return self.dated(held or {}, new, place)
        if isinstance(new, dict) and (held is None or isinstance(held, dict)):
            return self.mapping(held or {}, new, place)
        if isinstance(new, list) and (held is None or isinstance(held, list)):
            return self.rules(held or [], new, place)
        raise self.refused("is no value by date", place, "an amendment adds dates and changes nothing else")

    def mapping(self, held: dict[Any, Any], new: dict[Any, Any], place: Location) -> dict[Any, Any]:
        return held | {key: self.node(held.get(key), value, (*place, str(key))) for key, value in new.items()}

    def dated(self, held: dict[Any, Any], new: dict[Any, Any], place: Location) -> dict[Any, Any]:
        for key in new:
            if _day(key) != self.since:
                what = f"{key} is not the day of this amendment, {self.since}"
                raise self.refused(what, (*place, str(key)), "every date in the file is that one")
        if self.since in map(_day, held):
            what, remedy = f"{self.since} is there already", "an amendment adds a date and never edits one"
            raise self.refused(what, (*place, str(self.since)), remedy)
        return held | new

    def rules(self, held: list[Any], new: list[Any], place: Location) -> list[Any]:
        found = list(held)
        positions = {id_of(rule): i for i, rule in enumerate(held)}
        for i, change in enumerate(new):
            name = id_of(change)
            if name is None or name not in positions:
                what = "an entry without an id" if name is None else f"no {name!r} is there"
                raise self.refused(what, (*place, i), "an amendment changes rules that are there, by their id")
            own = {key: value for key, value in change.items() if key != "id"}
            found[positions[name]] = self.mapping(found[positions[name]], own, (*place, i))
        return found

    def refused(self, what: str, place: Location, remedy: str) -> PolicyError:
        rule = rule_at(self.source.data, place)
        where = self.source.where(place) + (f", rule {rule}" if rule else "")
        return PolicyError(f"{told(place)}: {what}", where=where, remedy=remedy)
