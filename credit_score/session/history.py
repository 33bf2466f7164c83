"""The history of a drafts folder: who saved, signed or discarded which draft, when and why; only ever added to."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from credit_score.errors import RunError, VerificationError
from credit_score.files import TOOL, whole_file
from credit_score.records.keeping.linked import Entry, first_fault, last_hash, linked

FORMAT = 1
KEYS = {"event", "name", "author", "reason", "time", "sha256", "previous", "hash"}
RESTORE = "restore the folder from a backup, or begin a new one"


@dataclass(frozen=True)
class History:
    """Entries in order, each with the hash of the one before; the first follows on the ``policy``'s fingerprint.

    An entry tells ``event`` (saved, signed, discarded), ``name`` of the draft, ``author``, ``reason``, ``time`` and the
    ``sha256`` of the draft's text.
    """

    path: Path
    policy: str
    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, path: Path, policy: str) -> "History":
        """The history in a file, verified; an empty one where there is no file.

        Raises VerificationError where it is not whole, RunError where it is of another policy.
        """
        if not path.exists():
            return cls(path, policy)
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            history = cls(path, told["policy"], tuple(told["entries"]))
            if told["format"] != FORMAT or not all(set(entry) >= KEYS for entry in history.entries):
                raise ValueError("another format")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise VerificationError(
                "the history of the drafts is not readable", where=str(path), remedy=RESTORE
            ) from None
        if fault := first_fault(history.entries, start=history.policy):
            what = f"entry {fault} of the history was changed after it was written"
            raise VerificationError(what, where=str(path), remedy=RESTORE)
        if history.policy != policy:
            what = f"the drafts amend policy {history.policy[:12]}…, the run has {policy[:12]}…"
            raise RunError(what, where=str(path.parent), remedy="give another folder for the drafts of this run")
        return history

    @property
    def last(self) -> str:
        """The hash of the last entry; of the policy where there is none."""
        return last_hash(self.entries, start=self.policy)

    def next(self, entry: Entry) -> Entry:
        """An entry as it would follow, with ``previous`` and ``hash``."""
        return linked(self.entries, entry, start=self.policy)

    def added(self, entry: Entry) -> "History":
        """The history with an entry made by :meth:`next`."""
        return replace(self, entries=(*self.entries, entry))

    def of(self, name: str, *events: str) -> Entry | None:
        """The last entry of a draft, of some events where they are given."""
        found = (e for e in reversed(self.entries) if e["name"] == name and (not events or e["event"] in events))
        return next(found, None)

    @property
    def names(self) -> list[str]:
        """Names of all drafts there were, the first saved first."""
        return list(dict.fromkeys(entry["name"] for entry in self.entries))

    def write(self) -> None:
        """Write the history, whole or not at all. Raises RunError."""
        told = {"tool": TOOL, "format": FORMAT, "policy": self.policy, "entries": list(self.entries)}
        with whole_file(self.path) as partial:
            partial.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
