"""Entries that are only ever added, each holding the hash of the one before it under ``previous`` and its own."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

Entry = dict[str, Any]


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def entry_hash(entry: Entry) -> str:
    """The hash of all of an entry but its own hash."""
    return digest(json.dumps({k: v for k, v in entry.items() if k != "hash"}, ensure_ascii=False, sort_keys=True))


def last_hash(entries: Sequence[Entry], *, start: str) -> str:
    """The hash that the next entry holds as ``previous``: of the last one, or ``start`` where there is none."""
    return str(entries[-1]["hash"]) if entries else start


def linked(entries: Sequence[Entry], entry: Entry, *, start: str) -> Entry:
    """An entry as it follows on others, with ``previous`` and ``hash``."""
    told = entry | {"previous": last_hash(entries, start=start)}
    return told | {"hash": entry_hash(told)}


def first_fault(entries: Sequence[Entry], *, start: str) -> int | None:
    """The number of the first entry, from 1, that was changed or does not follow on the one before; None if none."""
    for number, entry in enumerate(entries, start=1):
        before = last_hash(entries[max(number - 2, 0) : number - 1], start=start)
        if entry.get("previous") != before or entry.get("hash") != entry_hash(entry):
            return number
    return None
