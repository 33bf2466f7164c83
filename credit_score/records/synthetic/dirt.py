"""Dirt of known amount: extra rows with one fault each, so that no clean row is lost.

A dirty row copies a clean one, takes an identifier of its own (but for duplicates) and is spoiled in one place.
It stands somewhere after the row it copies. Rows that no table can hold (wrong encoding, wrong number of columns) are
told apart: each form of file spoils them in its own way, and Parquet has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.identifiers import USCC_ALPHABET

SHARE = 0.01

Row = dict[str, Any]
Spoiler = Callable[[Row], Row]
Line = Callable[[str], bytes]
Fresh = Callable[[pa.Table], pa.Array]


class Unheld(NamedTuple):
    """A row that no table can hold: why, its turn within the kind, and what would stand in it."""

    kind: str
    turn: int
    row: Row


@dataclass(frozen=True)
class Soiled:
    """A block with its dirt.

    table : the rows a table can hold, clean and dirty.
    lines : rows that no table can hold, each with the row of `table` it stands before.
    counts : dirty rows by kind.
    """

    table: pa.Table
    lines: tuple[tuple[int, Unheld], ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


def soil(rng: np.random.Generator, clean: pa.Table, *, table: str, fresh: Fresh, raw: bool) -> Soiled:
    """The block with about 1 % of dirty rows added, at least one of each kind the table knows.

    `fresh` gives unused keys for the rows it is shown; `raw` allows rows that no table can hold.
    """
    n = clean.num_rows
    kinds = _kinds(table, n, raw=raw)
    if not kinds:
        return Soiled(clean)
    copied = rng.integers(n, size=len(kinds))
    after = copied + (rng.random(len(kinds)) * (n - copied)).astype(np.int64)
    rows = _copies(clean, copied, kinds, fresh=fresh)
    spoiled = [_spoil(row, table, kind, turn) for row, (kind, turn) in zip(rows, kinds, strict=True)]
    merged, lines = _merge(clean, spoiled, after)
    return Soiled(merged, lines, Counter(kind for kind, _ in kinds))


def _kinds(table: str, n: int, *, raw: bool) -> list[tuple[str, int]]:
    """The kind of each dirty row, with its turn within the kind."""
    known = [*SPOILERS.get(table, ()), *(UNHELD.get(table, ()) if raw else ())]
    if not n or not known:
        return []
    each = max(1, round(SHARE * n / len(known)))
    return [(kind, turn) for kind in known for turn in range(each)]


def _copies(clean: pa.Table, copied: np.ndarray, kinds: Sequence[tuple[str, int]], *, fresh: Fresh) -> list[Row]:
    """Copies of clean rows under keys of their own; duplicates keep the key.

    Every other duplicate of a table with numbered rows has the content of the next row: it repeats the key only.
    """
    key = clean.column_names[0]
    source = copied.copy()
    repeats = [k == "duplicate" and turn % 2 == 1 and key in _NUMBERED for k, turn in kinds]
    source[repeats] = (source[repeats] + 1) % clean.num_rows
    templates = clean.take(pa.array(source))
    own_keys = fresh(templates).to_pylist()
    old_keys = clean.column(key).take(pa.array(copied)).to_pylist()
    pairs = zip(templates.to_pylist(), kinds, own_keys, old_keys, strict=True)
    return [{**row, key: old if kind == "duplicate" else own} for row, (kind, _), own, old in pairs]


def csv_line(spoiled: Unheld) -> bytes:
    """A row that no table can hold, as a line of a CSV file in UTF-8."""
    ways = LINES[spoiled.kind]
    return ways[spoiled.turn % len(ways)](_csv_line(spoiled.row))


def _spoil(row: Row, table: str, kind: str, turn: int) -> Row | Unheld:
    if kind in UNHELD.get(table, ()):
        return Unheld(kind, turn, row)
    spoilers = SPOILERS[table][kind]
    return spoilers[turn % len(spoilers)](row)


def _merge(
    clean: pa.Table, spoiled: Sequence[Row | Unheld], after: np.ndarray
) -> tuple[pa.Table, tuple[tuple[int, Unheld], ...]]:
    """Dirty rows put in after the given clean rows; those no table can hold with the row they come before."""
    held = np.array([isinstance(row, dict) for row in spoiled])
    extra = pa.Table.from_pylist([row for row in spoiled if isinstance(row, dict)], schema=clean.schema)
    place = np.concatenate([np.arange(clean.num_rows), after[held]])
    order = np.argsort(place, kind="stable")
    before = np.searchsorted(place[order], after[~held], side="right")
    lines = zip(before.tolist(), [row for row in spoiled if isinstance(row, Unheld)], strict=True)
    merged = pa.concat_tables([clean, extra]).combine_chunks().take(pa.array(order))
    return merged, tuple(sorted(lines, key=lambda pair: pair[0]))


def _csv_line(row: Row) -> str:
    def written(value: object) -> str:
        if value is None:
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)

    return ",".join(map(written, row.values()))


def _put(column: str, value: object) -> Spoiler:
    return lambda row: {**row, column: value}


def _same(row: Row) -> Row:
    return row


def _wrong_check(column: str) -> Spoiler:
    def spoil(row: Row) -> Row:
        code = row[column]
        alphabet = USCC_ALPHABET if code.startswith("9") else "0123456789X"
        return {**row, column: code[:-1] + alphabet[(alphabet.index(code[-1]) + 1) % len(alphabet)]}

    return spoil


def _too_short(column: str) -> Spoiler:
    return lambda row: {**row, column: row[column][:-1]}


def _too_long(column: str) -> Spoiler:
    return lambda row: {**row, column: row[column] + "0"}


def _identifier(column: str) -> tuple[Spoiler, ...]:
    return (_wrong_check(column), _too_short(column), _too_long(column))


def _reported_before(row: Row) -> Row:
    return {**row, "reported_on": str(np.datetime64(row["occurred_on"]) - 9)}


def _gb18030(line: str) -> bytes:
    return line.encode("gb18030")


def _too_few(line: str) -> bytes:
    return line.rsplit(",", 1)[0].encode()


def _too_many(line: str) -> bytes:
    return f"{line},surplus,surplus".encode()


_NUMBERED = ("record_id", "inspection_id")
_NO_SUCH_DAY, _FAR_DAY = "2023-02-30", "2999-01-01"

SPOILERS: Mapping[str, Mapping[str, tuple[Spoiler, ...]]] = {
    "enterprises": {
        "bad_identifier": _identifier("enterprise_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("registered_on", _NO_SUCH_DAY), _put("registered_on", _FAR_DAY)),
        "unknown_code": (_put("sector", "alchemy"), _put("size", "gigantic"), _put("legal_form", "guild")),
        "missing_value": (_put("sector", None), _put("registered_on", None), _put("size", None)),
    },
    "individuals": {
        "bad_identifier": _identifier("person_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("enrolled_on", _NO_SUCH_DAY), _put("enrolled_on", _FAR_DAY)),
        "missing_value": (_put("town", None), _put("village", None)),
        "minor": (_put("age", 12),),
    },
    "households": {
        "duplicate": (_same,),
        "missing_value": (_put("village", None), _put("town", None)),
    },
    "inspectors": {
        "duplicate": (_same,),
        "unknown_code": (_put("department", "bureau_of_weather"),),
    },
    "credit_records": {
        "bad_identifier": _identifier("subject_id"),
        "duplicate": (_same,),
        "impossible_date": (
            _reported_before,
            _put("occurred_on", _NO_SUCH_DAY),
            _put("reported_on", _FAR_DAY),
        ),
        "unknown_code": (_put("catalogue_kind", "宗教信仰信息"), _put("unit", "bureau_of_weather")),
        "missing_value": (_put("item", None), _put("unit", None), _put("occurred_on", None)),
    },
    "inspections": {
        "bad_identifier": _identifier("enterprise_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("inspected_on", _NO_SUCH_DAY), _put("inspected_on", _FAR_DAY)),
        "unknown_code": (_put("department", "bureau_of_weather"), _put("stream", "rumour")),
        "missing_value": (_put("stream", None), _put("violation_found", None), _put("inspected_on", None)),
    },
    "record_events": {
        "duplicate": (_same,),
        "impossible_date": (_put("happened_on", _NO_SUCH_DAY), _put("known_on", "2000-01-03")),
        "unknown_code": (_put("event", "rumoured"),),
        "unknown_record": (_put("record_id", "R-0000000000"),),
        "missing_value": (_put("event", None), _put("record_id", None)),
    },
    "decisions": {
        "duplicate": (_same,),
        "impossible_date": (_put("decided_on", _NO_SUCH_DAY), _put("decided_on", _FAR_DAY)),
        "unknown_code": (_put("unit", "bureau_of_weather"),),
        "missing_value": (_put("item", None), _put("decided_on", None)),
    },
    "platform": {
        "bad_identifier": _identifier("enterprise_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("joined_on", _NO_SUCH_DAY), _put("joined_on", _FAR_DAY)),
        "missing_value": (_put("joined_on", None),),
    },
    "authorisations": {
        "bad_identifier": _identifier("enterprise_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("given_on", _NO_SUCH_DAY), _put("withdrawn_on", "2000-01-03")),
        "unknown_entry": (_put("bank_id", "B-99"),),
    },
    "village_finance": {
        "duplicate": (_same,),
        "above_whole": (_put("borrowers_in_arrears", 9_999_999),),
        "unknown_entry": (_put("bank_id", "B-99"),),
        "missing_value": (_put("village", None), _put("reported_on", None)),
    },
    "scene_uses": {
        "duplicate": (_same,),
        "not_first_of_month": (_put("month", "2023-05-20"),),
        "unknown_code": (_put("scene", "scene.of_nobody"),),
    },
    "report_uses": {
        "bad_identifier": _identifier("enterprise_id"),
        "duplicate": (_same,),
        "impossible_date": (_put("used_on", _NO_SUCH_DAY), _put("used_on", _FAR_DAY)),
        "unknown_code": (_put("report_use", "hiring"), _put("unit", "bureau_of_weather")),
    },
    "measures_taken": {
        "bad_identifier": _identifier("enterprise_id"),
        "unknown_code": (_put("measure", "measure.of_nobody"),),
    },
    "activities": {
        "duplicate": (_same,),
        "unknown_code": (_put("place", "moon"),),
    },
    "youth_households": {
        "duplicate": (_same,),
        "impossible_date": (_put("named_on", _NO_SUCH_DAY),),
        "unknown_entry": (_put("household_id", "H-999999999"),),
    },
    "joint_building": {
        "bad_identifier": _identifier("enterprise_id"),
        "missing_value": (_put("applied_on", None),),
    },
}

_BOTH = ("wrong_encoding", "malformed_row")

UNHELD: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("enterprises", "individuals", "households", "credit_records"), _BOTH),
    **dict.fromkeys(("inspections", "record_events", "decisions", "platform", "authorisations"), ("malformed_row",)),
}
LINES: Mapping[str, tuple[Line, ...]] = {"wrong_encoding": (_gb18030,), "malformed_row": (_too_few, _too_many)}
