"""The record of a draw: what happened, in order, each event holding the hash of the one before.

A list is frozen, contributions are sealed, then opened, then the draw is made; a second draw is recorded with its
reason and shown; the list stays closed until the visits are done.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from credit_score.errors import VerificationError, discreet
from credit_score.inspection.double_random.event import EVENTS, STAFF, Event, check_data
from credit_score.inspection.double_random.merged import DAYS
from credit_score.inspection.double_random.seed import (
    HEX,
    Announced,
    Opening,
    check_opening,
    public_seed,
    sealed_seed,
)

ROUND_ENDS = ("drawn", "abandoned")
CHANGED = "the record was changed; look for a copy"


@dataclass(frozen=True)
class DrawRecord:
    """Events in their order. Every method that adds one returns a new record, or raises VerificationError."""

    events: tuple[Event, ...] = ()

    @classmethod
    def freeze(cls, task: str, root: str, *, n: int, on: date, about: dict[str, Any] | None = None) -> "DrawRecord":
        """A record that begins with a frozen list: the task, the hash of the list and its rows."""
        return cls().added("frozen", on, {"task": task, "root": root, "n": n} | (about or {}))

    @property
    def task(self) -> str:
        """What the draw is for, such as the year and the plan."""
        return str(self._first.data["task"])

    @property
    def root(self) -> str:
        """The hash of the frozen list."""
        return str(self._first.data["root"])

    @property
    def staff(self) -> dict[str, str]:
        """``inspectors`` and ``recusals`` → keyed hash, where they were frozen with the list."""
        return dict(self._first.data.get("staff", {}))

    @property
    def drawn_on(self) -> date:
        """The day of the last draw. Raises VerificationError before one."""
        _ = self.last_draw
        return self._since_draw[0].on

    @property
    def n_draws(self) -> int:
        """How often was drawn from the list; more than once is shown."""
        return len(self.draws)

    @property
    def n_given_up(self) -> int:
        """How often a round was given up when its seed was known already; as telling as another draw, and shown too."""
        return sum(e.event == "abandoned" and DrawRecord(self.events[:i])._has_seed for i, e in enumerate(self.events))

    @property
    def _has_seed(self) -> bool:
        return bool(self._values) or (bool(self.seals) and len(self.seals) == len(self.openings))

    @property
    def last_draw(self) -> dict[str, Any]:
        """Seed, hash of the result, number of rows and reason of the last draw. Raises VerificationError before one."""
        if not self.draws:
            raise VerificationError("nothing was drawn", remedy="draw first")
        return self.draws[-1]

    @property
    def draws(self) -> list[dict[str, Any]]:
        """What was recorded of each draw, the first first."""
        return [e.data for e in self.events if e.event == "drawn"]

    @property
    def are_visits_done(self) -> bool:
        """Whether the visits of the last draw are done, so that the list may be shown."""
        return any(e.event == "visits_done" for e in self._since_draw)

    @property
    def is_published(self) -> bool:
        """Whether the list of the last draw was published."""
        return any(e.event == "published" for e in self._since_draw)

    @property
    def diaries(self) -> list[dict[str, Any]]:
        """What was recorded of each diary, the first first.

        With ``draw``, the number of its draw, and ``frozen``, whether inspectors and recusals are those of the freeze.
        """
        told, n = [], 0
        for event in self.events:
            n += event.event == "drawn"
            if event.event == "diary":
                told.append(event.data | {"draw": n, "staff": self._staff_of(event.data["files"])})
        return told

    @property
    def seals(self) -> dict[str, str]:
        """Body → seal, since the last draw."""
        return {e.data["body"]: e.data["seal"] for e in self._round if e.event == "sealed"}

    @property
    def openings(self) -> list[Opening]:
        """What was opened since the last draw."""
        return [Opening(**e.data) for e in self._round if e.event == "opened"]

    def sealed(self, body: str, digest: str, *, on: date) -> "DrawRecord":
        """A body hands in its seal, after the freeze and before any of this round is opened."""
        self._check_open()
        if self.openings:
            what = f"{discreet(body)} seals after another has opened"
            raise VerificationError(what, remedy="seals come before any is opened; begin again with new seals")
        if not HEX.fullmatch(digest):
            what = f"a seal of {discreet(body)} that is no SHA-256"
            raise VerificationError(what, remedy="hand in the 64 signs that lot sealing printed")
        if self.announced:
            raise VerificationError("this round waits for a public value", remedy="give it up to begin another")
        if any(e.event == "sealed" and e.data["seal"] == digest for e in self.events):
            what = f"the seal of {discreet(body)} stands in the record already"
            raise VerificationError(what, remedy="seal a new value: the old one may be known")
        if body in self.seals:
            raise VerificationError(f"{discreet(body)} has sealed already", remedy="take one seal a body")
        return self.added("sealed", on, {"body": body, "seal": digest})

    def opened(self, opening: Opening, *, on: date) -> "DrawRecord":
        """A body opens its seal, once all have sealed."""
        if len(self.seals) < 2:
            what = f"{len(self.seals)} sealed contributions"
            raise VerificationError(what, remedy="two bodies seal before one opens")
        if opening.body in {o.body for o in self.openings}:
            raise VerificationError(f"{discreet(opening.body)} has opened already", remedy="take one opening a body")
        check_opening(self.task, self.root, self.seals, opening)
        return self.added("opened", on, vars(opening))

    @property
    def announced(self) -> Announced | None:
        """The public random value that this round waits for."""
        told = next((e.data for e in self._round if e.event == "announced"), None)
        return Announced(told["name"], date.fromisoformat(told["on"])) if told else None

    def announce(self, value: Announced, *, on: date) -> "DrawRecord":
        """One public random value of a later day is named, in the stead of seals; no other can take its place."""
        self._check_open()
        before = self.announced
        if self.seals or before:
            what = f"{before.name!r} was announced" if before else "this round has seals"
            raise VerificationError(what, remedy="a round has seals, or one public value; give it up to begin another")
        if value.on <= on:
            what = f"{discreet(value.name)} of {value.on}, announced on {on}"
            raise VerificationError(what, remedy="name a value of a later day: this one could be known already")
        return self.added("announced", on, {"name": value.name, "on": value.on.isoformat()})

    def came_out(self, value: str, *, on: date) -> "DrawRecord":
        """The announced value, once it is there."""
        if self.announced is None or self._values:
            what = "the value came out already" if self._values else "no public value was announced"
            raise VerificationError(what, remedy="announce one value, wait for its day, and take it once")
        if on < self.announced.on:
            what = f"{discreet(self.announced.name)} is of {self.announced.on}, and it is {on}"
            raise VerificationError(what, remedy="wait for its day")
        return self.added("came_out", on, {"value": value})

    @property
    def _values(self) -> list[str]:
        return [str(e.data["value"]) for e in self._round if e.event == "came_out"]

    @property
    def seed(self) -> str:
        """The seed of this round, in hexadecimal. Raises VerificationError while it cannot be formed."""
        if self.announced:
            if not self._values:
                what = f"{discreet(self.announced.name)} has not come out"
                raise VerificationError(what, remedy=f"wait for {self.announced.on}")
            return public_seed(self.task, self.root, self.announced, self._values[0])
        return sealed_seed(self.task, self.root, self.seals, self.openings)

    def drawn(
        self, result_root: str, *, n: int, on: date, reason: str = "", files: dict[str, str] | None = None
    ) -> "DrawRecord":
        """The draw is made by the seed; a second one on the list needs a reason. ``files``: name → keyed hash."""
        self._check_open()
        if self.n_draws and not reason.strip():
            what = f"the list was drawn from {self.n_draws} times"
            raise VerificationError(what, remedy="give the reason of another draw; it is recorded and shown")
        return self.added(
            "drawn", on, {"seed": self.seed, "result": result_root, "n": n, "reason": reason, "files": files or {}}
        )

    def diary(self, about: dict[str, Any], *, on: date, reason: str = "") -> "DrawRecord":
        """A diary of the last draw is made: its ``files`` (name → keyed hash), ``n`` visits, ``begins`` and ``ends``.

        Another one, and one by other inspectors or recusals than were frozen, needs a reason.
        """
        _ = self.last_draw
        self._check_open()
        check_data("diary", about | {"reason": reason})
        check_span(*span(about["begins"], about.get("ends")), on=on)
        changed = self._other_staff(about["files"])
        if (changed or any(e.event == "diary" for e in self._since_draw)) and not reason.strip():
            what = f"other {' and '.join(changed)} than were frozen" if changed else "this draw has a diary"
            raise VerificationError(what, remedy="give the reason; it is recorded and shown")
        return self.added("diary", on, about | {"reason": reason})

    def _staff_of(self, files: dict[str, str]) -> str:
        """``frozen`` with the list; its inspectors, with other recusals (``recused``); or named ``after`` the seed."""
        others = self._other_staff(files)
        return {(): "frozen", ("recusals",): "recused"}.get(tuple(others), "after") if self.staff else "after"

    def _other_staff(self, files: dict[str, str]) -> list[str]:
        """Which of inspectors and recusals are not those of the freeze; none where the freeze named nobody."""
        return [name for name in STAFF if self.staff and files.get(name) != self.staff.get(name)]

    def abandoned(self, reason: str, *, on: date) -> "DrawRecord":
        """Seals are given up, as where a body does not open; what was sealed and opened stays in the record."""
        if not (self.seals or self.announced):
            raise VerificationError("no seals to give up", remedy="go on")
        if not reason.strip():
            raise VerificationError("no reason", remedy="give the reason; it is recorded and shown")
        return self.added("abandoned", on, {"reason": reason})

    def visits_done(self, *, on: date) -> "DrawRecord":
        """The visits are done, so the list may be shown."""
        _ = self.last_draw
        if self.are_visits_done:
            raise VerificationError("the visits are done already", remedy="go on")
        return self.added("visits_done", on, {})

    def published(self, *, on: date) -> "DrawRecord":
        """The list is published."""
        if not self.are_visits_done:
            raise VerificationError("the visits are not done", remedy="the list stays closed until they are")
        if self.is_published:
            raise VerificationError("the list is published already", remedy="go on")
        return self.added("published", on, {})

    def added(self, event: str, on: date, data: dict[str, Any]) -> "DrawRecord":
        """The record with one event more.

        Raises VerificationError for a day before the last event's, and for data that are not of its kind, such as a
        text that is no UTF-8: a line that cannot be written is refused before anything is.
        """
        check_data(event, data)
        if self.events and on < self.events[-1].on:
            what = f"{event} on {on}, after {self.events[-1].event} on {self.events[-1].on}"
            raise VerificationError(what, remedy="events follow one another")
        before = self.events[-1].hash if self.events else ""
        return replace(self, events=(*self.events, Event(event, on, data, before)))

    def _check_open(self) -> None:
        """A list whose visits are done has served; raise VerificationError."""
        if self.are_visits_done:
            raise VerificationError("the visits of this list are done", remedy="freeze a list anew to draw again")

    @property
    def _since_draw(self) -> tuple[Event, ...]:
        """The events from the last draw on; none before one."""
        last = max((i for i, e in enumerate(self.events) if e.event == "drawn"), default=len(self.events))
        return self.events[last:]

    @property
    def _first(self) -> Event:
        return self.events[0]

    @property
    def _round(self) -> tuple[Event, ...]:
        """The events since the last draw, or the last time that seals were given up."""
        last = max((i for i, e in enumerate(self.events) if e.event in ROUND_ENDS), default=0)
        return self.events[last:]

    def text(self) -> str:
        """The record as lines of JSON."""
        return "".join(event.line() + "\n" for event in self.events)

    @classmethod
    def read(cls, path: Path) -> "DrawRecord":
        """A record from a file, held byte for byte to its hashes and the order of a draw.

        Raises VerificationError with the event. A record that was cut at its end is whole: see :meth:`place`.
        """
        record = cls()
        for i, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
            record = _replayed(record, line, f"{path}, event {i}")
        if not record.events:
            raise VerificationError("an empty record", where=str(path), remedy="it was cut off; look for a copy")
        return record

    def place(self, hash_: str) -> int:
        """The number of the event with a hash that was published, the first being 1; all before it then stand too.

        Raises VerificationError where there is none: events were cut from the end, or the record is another.
        """
        hash_ = hash_.strip().lower()
        if not HEX.fullmatch(hash_):
            raise VerificationError(
                f"{discreet(hash_)} is no hash", remedy="give all of its 64 signs, 0 to 9 and a to f"
            )
        places = [i for i, event in enumerate(self.events, start=1) if event.hash == hash_]
        if not places:
            what = f"none of {len(self.events)} events has the hash {discreet(hash_[:16])}…"
            remedy = "check the hash; else events were cut from the end, or the record is another: look for a copy"
            raise VerificationError(what, where="record.jsonl", remedy=remedy)
        return places[0]


def span(begins: date | str, ends: date | str | None = None) -> tuple[date, date]:
    """The first and last day of a diary's visits; of a year where no last day is given."""
    first = date.fromisoformat(str(begins))
    return first, date.fromisoformat(str(ends)) if ends else first + timedelta(days=DAYS - 1)


def check_span(begins: date, ends: date, *, on: date) -> None:
    """Raise VerificationError unless visits are planned for days to come, and for a year at most."""
    if begins < on:
        what = f"visits begin on {begins}, before the day the diary is made, {on}"
        raise VerificationError(what, remedy="give a first day of visits from that day on")
    if not begins <= ends <= begins + timedelta(days=DAYS):
        what = f"visits from {begins} to {ends}"
        raise VerificationError(what, remedy="give a last day from the first on, and within a year")


def _replayed(record: DrawRecord, line: bytes, where: str) -> DrawRecord:
    """The record with an event that was read, done again under the rules of a draw."""
    told = _parsed(line, where)
    again = _again(record, told, where)
    if f"{again.events[-1].line()}\n".encode() != line:
        what = f"event {discreet(told['event'])!r} is not the one that was recorded, or one before it is missing"
        raise VerificationError(what, where=where, remedy=CHANGED)
    return again


def _parsed(line: bytes, where: str) -> dict[str, Any]:
    try:
        told = json.loads(line.decode("utf-8"))
        event = {"event": str(told["event"]), "on": date.fromisoformat(told["on"]), "data": told["data"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        what = "this is no event of a draw"
        raise VerificationError(what, where=where, remedy="it was changed; look for a copy") from None
    return event


def _again(record: DrawRecord, told: dict[str, Any], where: str) -> DrawRecord:
    event, on, data = told["event"], told["on"], told["data"]
    steps: dict[str, Callable[[], DrawRecord]] = {
        "sealed": lambda: record.sealed(data["body"], data["seal"], on=on),
        "opened": lambda: record.opened(Opening(**data), on=on),
        "announced": lambda: record.announce(Announced(data["name"], date.fromisoformat(data["on"])), on=on),
        "came_out": lambda: record.came_out(data["value"], on=on),
        "drawn": lambda: record.drawn(data["result"], n=data["n"], on=on, reason=data["reason"], files=data["files"]),
        "diary": lambda: record.diary(
            {name: value for name, value in data.items() if name != "reason"}, on=on, reason=data["reason"]
        ),
        "abandoned": lambda: record.abandoned(data["reason"], on=on),
        "visits_done": lambda: record.visits_done(on=on),
        "published": lambda: record.published(on=on),
    }
    if event not in EVENTS or (event == "frozen") == bool(record.events):
        raise VerificationError(f"event {discreet(event)!r} cannot stand here", where=where, remedy=CHANGED)
    try:
        check_data(event, data)
        return steps[event]() if record.events else record.added("frozen", on, data)
    except VerificationError as refused:
        raise VerificationError(refused.what, where=where, remedy=CHANGED) from None
