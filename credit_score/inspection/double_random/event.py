"""An event of a draw's record: what happened on a day, chained by hash, and what its data may hold."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from credit_score.errors import VerificationError, discreet
from credit_score.inspection.double_random.seed import HEX, is_plain

STAFF = ("inspectors", "recusals")
# Beside these an event's data may lack nothing and hold nothing more.
OPTIONAL = ("run", "status", "staff", "ends")


@dataclass(frozen=True)
class Event:
    """Something that happened on a day; ``hash`` is of all of it and of the event before."""

    event: str
    on: date
    data: dict[str, Any]
    before: str

    @property
    def hash(self) -> str:
        """SHA-256 of the event, in hexadecimal."""
        told = [self.event, self.on.isoformat(), self.data, self.before]
        return sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def line(self) -> str:
        """The event as a line of JSON."""
        told = {"event": self.event, "on": self.on.isoformat(), "data": self.data, "before": self.before}
        return json.dumps(told | {"hash": self.hash}, ensure_ascii=False, sort_keys=True)


def check_data(event: str, data: Any) -> None:
    """Raise VerificationError unless the data of an event are of its kind: the names, and what stands under each."""
    wanted = _DATA[event]
    if not isinstance(data, dict) or not set(wanted) - set(OPTIONAL) <= set(data) <= set(wanted):
        raise VerificationError(f"event {event!r} is not whole", remedy=f"it tells {', '.join(wanted)}")
    for name, value in data.items():
        kind, fits = wanted[name]
        if not fits(value):
            told = f"event {event!r}: {name} is {discreet(repr(value))}"
            raise VerificationError(told, remedy=f"give {kind}")


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def _is_day(value: Any) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        return False


def _hashes(least: tuple[str, ...], most: tuple[str, ...]) -> tuple[str, Callable[[Any], bool]]:
    """A hash by name of file: ``least`` of them, and none but ``most``."""

    def fits(value: Any) -> bool:
        return isinstance(value, dict) and set(least) <= set(value) <= set(most) and all(map(_is_hash, value.values()))

    return f"a SHA-256 each of {', '.join(most)}", fits


_TEXT = ("text in UTF-8 without control signs", is_plain)
_HASH = ("a SHA-256 in hexadecimal", _is_hash)
_DAY = ("a day as 2023-07-01", _is_day)
_COUNT = ("a count", lambda value: type(value) is int and value >= 0)
# Event → name of a datum → what it is, in words and as a test.
_DATA: dict[str, dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "frozen": {"task": _TEXT, "root": _HASH, "n": _COUNT, "run": _HASH, "status": _TEXT,
               "staff": _hashes(("inspectors",), STAFF)},
    "sealed": {"body": _TEXT, "seal": _HASH},
    "opened": {"body": _TEXT, "value": _TEXT, "nonce": _TEXT},
    "announced": {"name": _TEXT, "on": _DAY},
    "came_out": {"value": _TEXT},
    "drawn": {"seed": _HASH, "result": _HASH, "n": _COUNT, "reason": _TEXT, "files": _hashes((), ("schedule", "draw"))},
    "diary": {"begins": _DAY, "ends": _DAY, "n": _COUNT, "reason": _TEXT,
              "files": _hashes(("inspectors", "visits"), (*STAFF, "visits"))},
    "abandoned": {"reason": _TEXT},
    "visits_done": {},
    "published": {},
}  # fmt: skip
EVENTS = tuple(_DATA)
