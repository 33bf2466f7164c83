"""The history of a store: entries that are only ever added, each holding the hash of the one before.

A batch entry names its parts with the hash of their bytes; a deletion entry names the parts it rewrote, with the hash
before and after. So whoever holds the last hash can tell whether anything in the store was changed since.
"""

import hmac
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from credit_score.errors import RecordsError
from credit_score.files import TOOL, fingerprint, whole_file
from credit_score.records.keeping.linked import digest, first_fault, last_hash, linked

STORE = "store.json"
FORMAT = 1
# Folders of a store that are ours to clear; whatever else lies in it stays.
OURS = ("[0-9]" * 6, "revised-*", ".partial-*")


def deleted_days(entries: Iterable[dict[str, Any]], what: str) -> dict[str, str]:
    """Digest → the last day, from entries that tell of deletions. The first entries ever written told one subject."""
    told = [(e["on"], e.get(what) or ([e["subject"]] if what == "subjects" and "subject" in e else [])) for e in entries
            if "on" in e]  # fmt: skip
    return {digest_: day for day, names in sorted(told) for digest_ in names}


def day_of(batch: dict[str, Any]) -> date:
    """The day on which a batch was received."""
    return date.fromisoformat(batch["received_on"])


def key_digest(key: bytes) -> str:
    """By which a store knows the key of its pseudonyms again, without holding it."""
    return hmac.digest(key, b"the key of a store", "sha256").hex()


@dataclass(frozen=True)
class Chain:
    """A store's policy, the digest of its key, whether it is synthetic, and its entries in order."""

    path: Path
    policy: str
    key: str
    synthetic: bool
    entries: tuple[dict[str, Any], ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Chain":
        """The history of a store, verified entry by entry. Raises RecordsError where it is not whole."""
        try:
            told = json.loads((path / STORE).read_text(encoding="utf-8"))
            chain = cls(path, told["policy"], told["key"], told["synthetic"], tuple(told["entries"]))
            format_ = told["format"]
            if not all(set(entry) >= {"kind", "parts", "previous", "hash"} for entry in chain.entries):
                raise ValueError("an entry lacks a part")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise RecordsError("the store's history is not readable", where=str(path / STORE)) from None
        if format_ != FORMAT:
            raise RecordsError(f"format {format_!r} of a store is not {FORMAT}", where=str(path / STORE))
        chain._verify()
        return chain

    @property
    def last(self) -> str:
        """The hash of the last entry; of the store's own words where there is none."""
        return last_hash(self.entries, start=self._start)

    @property
    def batches(self) -> list[dict[str, Any]]:
        """The entries of what was taken in, in order."""
        return [e for e in self.entries if e["kind"] == "batch"]

    @property
    def deletions(self) -> dict[str, str]:
        """Digest of each deleted person → the day of deletion, the last where there are several."""
        return deleted_days(self.entries, "subjects")

    def deleted(self, what: str) -> dict[str, str]:
        """The same of single ``records``, of their ``numbers``, or of the persons ``touched`` by their deletion."""
        return deleted_days(self.entries, what)

    def received_by(self, day: date) -> list[dict[str, Any]]:
        """The batches received by a day, in order."""
        return [b for b in self.batches if day_of(b) <= day]

    def after(self, hash_: str) -> tuple[dict[str, Any], ...] | None:
        """The entries after the one of a hash, none of which a history with that last entry holds; None without it."""
        hashes = [self._start, *(e["hash"] for e in self.entries)]
        return self.entries[hashes.index(hash_) :] if hash_ in hashes else None

    @property
    def received_on(self) -> date | None:
        """The day of the last batch."""
        return day_of(self.batches[-1]) if self.batches else None

    def parts(self) -> dict[str, str]:
        """Path of each part below the store → the hash its bytes must have now."""
        held: dict[str, str] = {}
        for entry in self.entries:
            if entry["kind"] == "batch":
                held |= entry["parts"]
            else:
                held |= {new["to"]: new["after"] for new in entry["parts"].values()}
                held = {part: hash_ for part, hash_ in held.items() if part not in entry["parts"]}
        return held

    def parts_of(self, batch: dict[str, Any], name: str) -> list[Path]:
        """Where the parts of a table that came with a batch are now."""
        moved = {old: new["to"] for e in self.entries if e["kind"] == "deletion" for old, new in e["parts"].items()}
        found = [part for part in batch["parts"] if Path(part).stem == name]
        while gone := [part for part in found if part in moved]:
            found = [moved[part] if part in gone else part for part in found]
        return [self.path / part for part in found]

    def check_parts(self) -> None:
        """Raise RecordsError for a part that is missing or is not what the history says."""
        for name, expected in self.parts().items():
            path = self.path / name
            if not path.is_file():
                raise RecordsError(f"part {name} is missing", where=str(self.path), remedy="restore it from a backup")
            if fingerprint(path) != expected:
                what = f"part {name} is not what was taken in"
                raise RecordsError(what, where=str(self.path), remedy="restore it from a backup")

    def with_entry(self, **entry: Any) -> "Chain":
        """The history with one entry more."""
        sealed = linked(self.entries, entry, start=self._start)
        return Chain(self.path, self.policy, self.key, self.synthetic, (*self.entries, sealed))

    def write(self) -> None:
        """Write the history, whole or not at all. Raises RunError."""
        told = {
            "tool": TOOL, "format": FORMAT, "policy": self.policy, "key": self.key, "synthetic": self.synthetic,
            "entries": list(self.entries),
        }  # fmt: skip
        with whole_file(self.path / STORE) as partial:
            partial.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def sweep(self) -> None:
        """Remove what no entry names: left by a kill, or by a deletion that has its entry."""
        named = {self.path / part for part in self.parts()}
        for folder in (p for kind in OURS for p in self.path.glob(kind) if p.is_dir()):
            for left in sorted(folder.rglob("*"), reverse=True):
                with suppress(OSError):
                    if left.is_file() and left not in named:
                        left.unlink()
            for empty in sorted([*folder.rglob("*"), folder], reverse=True):
                with suppress(OSError):
                    empty.rmdir()

    def _verify(self) -> None:
        fault = first_fault(self.entries, start=self._start)
        if fault:
            raise RecordsError(
                f"entry {fault} of the history was changed after it was written",
                where=str(self.path / STORE),
                remedy="restore the store from a backup",
            )

    @property
    def _start(self) -> str:
        return digest(f"{self.policy} {self.key} {self.synthetic}")
