"""The log of the statements issued of a run: who asked, through which office, why; only ever added to.

It stands beside the run as ``RUN.statements/log.json``, a chain of entries that begins with the run's fingerprint. A
natural person stands in it by a digest of the pseudonym. What was said of who asked and why is held beside the chain,
which holds its salted digest: after the deletion of a person it goes, and the chain still verifies.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from credit_score.errors import VerificationError
from credit_score.files import TOOL, alone, clear_leftovers, whole_file
from credit_score.records.door.identity import deletion_digest, is_person
from credit_score.records.keeping.linked import Entry, digest, first_fault, linked
from credit_score.report.statements.origin import run_fingerprint

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder

FORMAT = 1
ISSUED, DELETED = "issued", "deleted"
KEYS = {"event", "subject", "previous", "hash"}
OWN = {
    ISSUED: {"serial", "code", "kind", "use", "office", "langs", "issued_on", "valid_until", "time", "told"},
    DELETED: {"on"},
}  # fmt: skip
RESTORE = "restore it from a backup"


def log_folder(run: Path) -> Path:
    """The folder of the log of a run folder, beside it."""
    place = run.resolve()
    return place.with_name(f"{place.name}.statements")


def logged_name(subject: str) -> str:
    """What the log calls a subject: an enterprise by its code, a natural person by a digest of the pseudonym."""
    return deletion_digest(subject) if is_person(subject) else subject


def subjects_of(run: "RunFolder", kind: str, names: Collection[str]) -> dict[str, str]:
    """What the log calls some subjects → what the run does, of those it still knows."""
    scores = run.table(f"scores_{kind}.parquet")["subject"]
    return {name: subject for subject in scores if (name := logged_name(subject)) in names}


@dataclass(frozen=True)
class Log:
    """Entries in order; ``texts`` by serial: ``asked_by``, ``why`` and the ``salt`` of their digest.

    An entry ``issued`` tells ``serial, code, kind, subject, use, office, langs, issued_on, valid_until, time`` and
    ``told``, the digest of its texts; an entry ``deleted`` whose texts are gone since, and ``on`` which day.
    """

    path: Path
    run: str
    entries: tuple[Entry, ...] = ()
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: "RunFolder") -> "Log":
        """The log of a run, verified; an empty one where nothing was issued.

        Raises VerificationError where it is not whole, or is of another run or of this one before it was changed.
        """
        path, own = log_folder(run.path) / "log.json", run_fingerprint(run.manifest)
        if not path.exists():
            return cls(path, own)
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            log = cls(path, told["run"], tuple(told["entries"]), dict(told["texts"]))
            if told["format"] != FORMAT or not all(set(e) >= KEYS | OWN[e["event"]] for e in log.entries):
                raise ValueError("another format")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise VerificationError("the log of statements is not readable", where=str(path), remedy=RESTORE) from None
        if log.run != own:
            what = f"the log is of a run with the fingerprint {log.run[:12]}…, this one has {own[:12]}…"
            remedy = "the run was changed or made again: restore it, or keep the log with the run it is of"
            raise VerificationError(what, where=str(path), remedy=remedy)
        log._verify()
        return log

    @property
    def issued(self) -> list[Entry]:
        """The entries of statements issued, in order."""
        return [entry for entry in self.entries if entry["event"] == ISSUED]

    @property
    def next_serial(self) -> str:
        """The serial of the next statement: the beginning of the run's fingerprint and a number."""
        return f"{self.run[:8]}-{len(self.issued) + 1:05d}"

    def entry(self, serial: str) -> Entry:
        """The entry of a serial. Raises VerificationError where none was issued under it."""
        found = next((e for e in self.issued if e["serial"] == serial.strip().lower()), None)
        if found is None:
            what = f"no statement was issued under the serial {serial.strip()[:40]!r}"
            raise VerificationError(what, where=str(self.path), remedy="compare it with the paper, and the run")
        return found

    @staticmethod
    def is_of_person(entry: Entry) -> bool:
        """Whether an entry is of a natural person, who stands in it by a digest."""
        return re.fullmatch(r"[0-9a-f]{64}", entry["subject"]) is not None

    def added(self, entry: Entry, *, asked_by: str, why: str) -> "Log":
        """The log with a statement issued."""
        told = {"asked_by": asked_by, "why": why, "salt": token_hex(16)}
        sealed = linked(self.entries, entry | {"event": ISSUED, "told": _digest(told)}, start=self.run)
        return replace(self, entries=(*self.entries, sealed), texts=self.texts | {entry["serial"]: told})

    def without(self, subjects: Collection[str], on: date) -> "Log":
        """The log without what was said where statements of some natural persons were issued; itself where none was."""
        log = self
        for name in sorted({logged_name(s) for s in subjects if is_person(s)}):
            gone = {e["serial"] for e in log.issued if e["subject"] == name} & set(log.texts)
            if gone:
                told = {"event": DELETED, "subject": name, "on": on.isoformat()}
                entries = (*log.entries, linked(log.entries, told, start=log.run))
                log = replace(log, entries=entries, texts={s: t for s, t in log.texts.items() if s not in gone})
        return log

    def write(self) -> None:
        """Write the log, whole or not at all. Raises RunError."""
        told = {"tool": TOOL, "format": FORMAT, "run": self.run, "entries": list(self.entries), "texts": self.texts}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.path) as partial:
            partial.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _verify(self) -> None:
        """Raise VerificationError for an entry that was changed, moved or taken out, or whose texts were."""
        if fault := first_fault(self.entries, start=self.run):
            self._refuse(f"entry {fault} of the log was changed after it was written")
        deleted = {entry["subject"] for entry in self.entries if entry["event"] == DELETED}
        for number, entry in enumerate(self.entries, start=1):
            told = self.texts.get(entry.get("serial", ""))
            if told is None and entry["event"] == ISSUED and entry["subject"] not in deleted:
                self._refuse(f"who asked and why is missing from entry {number} of the log")
            if told is not None and _digest(told) != entry["told"]:
                self._refuse(f"who asked or why was changed in entry {number} of the log")

    def _refuse(self, what: str) -> None:
        raise VerificationError(what, where=str(self.path), remedy=RESTORE)


def forget_in_log(run: "RunFolder", subjects: Collection[str], on: date) -> None:
    """Take who asked for statements of some natural persons, and why, out of the log of a run.

    Raises VerificationError where the log is not whole, RunError where writing fails.
    """
    path = log_folder(run.path) / "log.json"
    if not path.exists():
        return
    with alone(log_folder(run.path)):
        clear_leftovers(path)  # of a kill in the middle of writing it
        log = Log.of(run)
        shorter = log.without(subjects, on)
        if shorter is not log:
            shorter.write()


def _digest(told: dict[str, Any]) -> str:
    return digest(json.dumps(told, ensure_ascii=False, sort_keys=True))
