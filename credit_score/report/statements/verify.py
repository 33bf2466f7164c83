"""A statement held against the run and the log that it claims to come from.

The statement is computed again from the run folder for the subject and the use that the log has under its serial, and
the file is compared sign by sign; the code must be the one of what was computed, and the one in the log. So a file
that was changed fails even where its code was computed anew, as does a statement of another run, or of a run that was
changed since.

What it proves: that this run folder and its log say what the statement says, and that it was issued. What it does not:
that the records behind the run are true, or that whoever holds the run folder and the log has made neither of them up:
the code is a fingerprint, no signature with a key.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import RunError, VerificationError, impersonal
from credit_score.records.keeping.linked import Entry
from credit_score.report.statement import refuse_deleted
from credit_score.report.statements.compose import composed
from credit_score.report.statements.content import Statement, plain_code
from credit_score.report.statements.log import Log, subjects_of
from credit_score.report.statements.page import statement_html
from credit_score.report.statements.parts import Head

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder

_SERIAL = re.compile(r'<meta name="statement" content="([0-9a-f]{8}-[0-9]{5,})">')
_FIELD = re.compile(r'data-field="([^"]*)"')
SHOWN = 60


@dataclass(frozen=True)
class Verified:
    """A statement that is what the run gives, and whether it has expired on the day one asks."""

    statement: Statement
    expired: bool


def verified_file(run: "RunFolder", path: Path | str, *, on: date) -> Verified:
    """A statement in a file, computed again and compared sign by sign. ``on``: the day one asks.

    Raises VerificationError that names the first field that differs; RunError for a file that is no statement, or
    where the run folder is not what the run wrote or holds the subject no more.
    """
    given = _read(path)
    found = _SERIAL.search(given)
    if found is None:
        raise RunError("is no statement", where=str(path), remedy="give a file made by: credit-score statement")
    log = Log.of(run)
    made = _again(run, log, log.entry(found[1]))
    if fault := difference(statement_html(made), given):
        raise VerificationError(fault, where=str(path), remedy=f"the statement is not what the run gives{_by(made)}")
    return Verified(made, expired=on > made.valid_until)


def verified_code(run: "RunFolder", serial: str, code: str, *, on: date) -> Verified:
    """The statement that a paper with a serial and a code must say, computed again. ``on``: the day one asks.

    Raises VerificationError where no statement has that serial, or it has another code.
    """
    log = Log.of(run)
    entry = log.entry(serial)
    if plain_code(code) != plain_code(entry["code"]):
        what = f"the statement {entry['serial']} has another code"
        raise VerificationError(
            what, remedy="read it again from the paper; if it stands there so, the paper is not ours"
        )
    made = _again(run, log, entry)
    return Verified(made, expired=on > made.valid_until)


def difference(expected: str, given: str) -> str:
    """Where a page differs first from what it should be, in words, with both texts; nothing where it does not."""
    if expected == given:
        return ""
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, given, strict=False)) if a != b), min(len(expected), len(given))
    )
    places = [found for found in _FIELD.finditer(expected) if found.start() <= at]
    if not places:
        return "the head of the page differs: its serial, its running head, its style or its font"
    place = places[-1]
    said, due = (_told(text, place.end()) for text in (given, expected))
    return (
        f"{place[1]!r} says {said!r}, and should say {due!r}" if said != due else f"the page differs after {place[1]!r}"
    )


def _told(page: str, start: int) -> str:
    """The text of the element in which a place stands, for a message: short, and without identity numbers."""
    text = page[start:].partition(">")[2].partition("<")[0].strip()
    return impersonal(text[:SHOWN])


def _read(path: Path | str) -> str:
    """A file's text; line ends of any system are one."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else "is not readable as a page in UTF-8"
        raise RunError(what, where=str(path), remedy="give a file made by: credit-score statement") from None


def _again(run: "RunFolder", log: Log, entry: Entry) -> Statement:
    """The statement of an entry of the log, computed from the run."""
    days = (date.fromisoformat(entry[name]) for name in ("issued_on", "valid_until"))
    head = Head(entry["serial"], entry["office"], entry["use"], *days)
    made = composed(run, _subject(run, entry), head, tuple(entry["langs"]))
    if made.code != entry["code"]:
        what = f"the run gives the statement {made.serial} another code than the log has"
        raise VerificationError(what, where=str(log.path), remedy=f"run or log was changed since{_by(made)}")
    return made


def _by(made: Statement) -> str:
    """That another version of the package may word things otherwise."""
    return f"; this is version {made.made_by}: a statement made by another version is verified by that one"


def _subject(run: "RunFolder", entry: Entry) -> str:
    """Whose statement an entry is of: a natural person is found in the run by the digest."""
    name = str(entry["subject"])
    found = subjects_of(run, entry["kind"], {name}).get(name)
    if found is None:
        refuse_deleted(run, [name])
        raise RunError("the run knows the subject no more", where=str(run.path), remedy="give the run it was issued of")
    return found
