"""The command ``lot``: a draw for use, step by step. Each step prints the line that is to be published."""

import argparse
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, check_outside, print_json, write_table
from credit_score.errors import RecordsError, VerificationError
from credit_score.inspection.double_random import (
    DRAWN,
    NOT_DRAWN,
    STAFF,
    Announced,
    Opening,
    check_proof,
    seal,
    span,
)
from credit_score.inspection.estimate.platform import SOLE
from credit_score.language import say
from credit_score.policy.loader import as_date
from credit_score.report.lot import Lot
from credit_score.report.lot_diary import save_diaries, verify_diaries
from credit_score.report.lot_staff import read_staff
from credit_score.report.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.inspection.double_random import DrawRecord

# Whose inspectors a diary is by.
DIARY = {"frozen": "lot.diary_frozen", "recused": "lot.diary_recused", "after": "lot.diary_after"}


def freeze(arguments: argparse.Namespace) -> None:
    """Freeze the list of a run."""
    steps = Steps(quiet=arguments.quiet)
    steps("holding the run against its policy and seed")
    run = RunFolder.open(arguments.run)
    check_outside(arguments.out, arguments.run)
    staff = _staff(arguments)
    if "recusals" in staff and "inspectors" not in staff:
        raise RecordsError("recusals without inspectors", where=arguments.recusals, remedy="give --inspectors too")
    if staff:
        read_staff(staff, run)
    contents = {name: path.read_bytes() for name, path in staff.items()}
    lot = Lot.freeze(run, arguments.out, arguments.task, on=as_date(arguments.on), staff=contents)
    _told(lot.record)
    print(f"publish this hash of {lot.record.events[0].data['n']:,} rows before anyone seals: {lot.record.root}")


def sealing(arguments: argparse.Namespace) -> None:
    """The seal of a value, for a body to hand in."""
    print(seal(arguments.task, arguments.list_hash, Opening(arguments.body, arguments.value, arguments.nonce)))


def sealed(arguments: argparse.Namespace) -> None:
    """A body's seal."""
    _step(arguments, lambda record, on: record.sealed(arguments.body, arguments.seal, on=on))


def opened(arguments: argparse.Namespace) -> None:
    """A body opens its seal."""
    opening = Opening(arguments.body, arguments.value, arguments.nonce)
    _step(arguments, lambda record, on: record.opened(opening, on=on))


def announce(arguments: argparse.Namespace) -> None:
    """A public random value that is still to come, in the stead of seals."""
    value = Announced(arguments.name, as_date(arguments.value_on))
    _step(arguments, lambda record, on: record.announce(value, on=on))


def came_out(arguments: argparse.Namespace) -> None:
    """The value that was announced."""
    _step(arguments, lambda record, on: record.came_out(arguments.value, on=on))


def abandon(arguments: argparse.Namespace) -> None:
    """Seals are given up."""
    _step(arguments, lambda record, on: record.abandoned(arguments.reason, on=on))


def draw(arguments: argparse.Namespace) -> None:
    """Draw by the seed that was formed."""
    steps = Steps(quiet=arguments.quiet)
    lot, run = Lot.open(arguments.lot), RunFolder.open(arguments.run)
    steps("drawing")
    lot = lot.drawn(run, on=as_date(arguments.on), reason=arguments.reason or "")
    last = lot.record.events[-1].data
    _told(lot.record)
    print(f"publish the seed {last['seed']}")
    print(f"and the hash of the result {last['result']}; {_counted(lot.drawn_list)} are drawn, the list stays closed")


def diary(arguments: argparse.Namespace) -> None:
    """Inspectors in pairs, calls merged, and a day for each."""
    steps = Steps(quiet=arguments.quiet)
    lot, run = Lot.open(arguments.lot), RunFolder.open(arguments.run)
    check_outside(arguments.out, arguments.run, arguments.lot)
    days = span(as_date(arguments.begins), as_date(arguments.ends) if arguments.ends else None)
    steps("pairing inspectors and finding days")
    _, table, n_saved = save_diaries(
        lot, run, arguments.out, files=_staff(arguments), days=days, on=as_date(arguments.on), lang=arguments.lang,
        reason=arguments.reason or "",
    )  # fmt: skip
    print(f"{len(table):,} visits in {len(table) - n_saved:,} calls at firms; {n_saved:,} spared by coming together")
    print(f"written: {arguments.out} (visits.csv, visits.xlsx, an .ics a department)")


def _staff(arguments: argparse.Namespace) -> dict[str, Path]:
    """The files of inspectors and recusals that were given."""
    given = {name: getattr(arguments, name) for name in STAFF if getattr(arguments, name)}
    return {name: Path(path) for name, path in given.items()}


def done(arguments: argparse.Namespace) -> None:
    """The visits are done."""
    _step(arguments, lambda record, on: record.visits_done(on=on))


def publish(arguments: argparse.Namespace) -> None:
    """The list of firms that were drawn, once the visits are done.

    Without tier, place and number of visits, and in no order of the draw: from each of them a tier could follow. Sole
    proprietors are natural persons, and left out.
    """
    check_outside(arguments.out, arguments.lot)
    lot = Lot.open(arguments.lot)
    record = lot.record.published(on=as_date(arguments.on))
    listed = lot.drawn_list
    firms = listed[~listed["subject"].str.startswith(SOLE)]
    # Before the record: if the step is killed between, the same step writes the same list again.
    write_table(firms[["department", "subject", "status"]].sort_values(["department", "subject"]), arguments.out)
    lot.kept(record)
    _told(record)
    print(f"{_counted(firms)} listed; {len(listed) - len(firms):,} rows of sole proprietors left out")


def proof(arguments: argparse.Namespace) -> None:
    """A firm's proof of its own place."""
    lot, run = Lot.open(arguments.lot), RunFolder.open(arguments.run)
    told = lot.proof(run, arguments.department, arguments.firm)
    print_json(told)


def checked_proof(arguments: argparse.Namespace) -> None:
    """A proof held against the published hashes."""
    try:
        told = json.loads(Path(arguments.proof).read_text(encoding="utf-8"))
        parts = {name: told[name] for name in ("list", "result") if name in told}
    except (ValueError, TypeError, RecursionError):
        raise VerificationError("this is no proof", where=arguments.proof, remedy="ask for it again") from None
    named = {
        (str(part.get("department")), str(part.get("subject"))) for part in parts.values() if isinstance(part, dict)
    }
    if len(named) > 1:
        raise VerificationError("proofs of two firms", where=arguments.proof, remedy="ask for one of your own again")
    for name, root in (("list", arguments.list_hash), ("result", arguments.result_hash)):
        if root and name not in parts:
            raise VerificationError(f"no proof of the {name} in it", where=arguments.proof, remedy="ask for it again")
        if root:
            check_proof(parts[name], root)
    if arguments.result_hash and parts["result"]["told"] not in (DRAWN, NOT_DRAWN):
        what = "the proof of the result does not say whether the firm was drawn"
        raise VerificationError(what, where=arguments.proof, remedy="ask for it again")
    drawn = f" and was {parts['result']['told']}" if arguments.result_hash else ""
    department, subject = next(iter(named))
    print(f"{subject} stood in the list of {department}{drawn}")


def show(arguments: argparse.Namespace) -> None:
    """What the record says, event by event."""
    _told(Lot.open(arguments.lot).record)


def verify(arguments: argparse.Namespace) -> None:
    """Record, list and draw computed again, by whoever has the key."""
    lot, run, lang = Lot.open(arguments.lot), RunFolder.open(arguments.run), arguments.lang
    record = lot.record
    place = record.place(arguments.last_hash) if arguments.last_hash else 0
    agreed, diaries = lot.verified(run), verify_diaries(lot, run)
    again = say("lot.again", lang, n=record.n_draws) if record.n_draws > 1 else ""
    again += say("lot.given_up", lang, n=record.n_given_up) if record.n_given_up else ""
    print(say("lot.verified", lang, rows=f"{agreed:,}") + again)
    for number, whose in enumerate(diaries, start=1):
        print(say(DIARY[whose], lang, number=number))
    if place:
        print(say("lot.held", lang, number=place, events=len(record.events)))


def _step(arguments: argparse.Namespace, step: "Callable[[DrawRecord, date], DrawRecord]") -> None:
    """Add an event to a lot's record, and tell the record."""
    lot = Lot.open(arguments.lot)
    _told(lot.kept(step(lot.record, as_date(arguments.on))).record)


def _told(record: "DrawRecord") -> None:
    for event in record.events:
        print(f"{event.on}  {event.event:<12}  {event.hash[:16]}  {_about(event.event, event.data)}".rstrip())
    print(f"publish the hash of the record, without which a cut at its end does not show: {record.events[-1].hash}")


def _counted(listed: "pd.DataFrame") -> str:
    """A firm stands in the list once for each department that is to visit it."""
    return f"{len(listed):,} rows, of {listed['subject'].nunique():,} firms,"


def _about(event: str, data: dict[str, Any]) -> str:
    shown = {
        "frozen": ("task", "n", "status"), "sealed": ("body",), "opened": ("body",), "announced": ("name", "on"),
        "came_out": ("value",), "drawn": ("n", "reason"), "diary": ("n", "reason"), "abandoned": ("reason",),
    }.get(event, ())  # fmt: skip
    return ", ".join(str(data[name]) for name in shown if data.get(name))
