"""What became of records: notices served, disputes step by step, corrections, repairs; and a register of decisions.

Steps take working days (Monday to Friday), mostly few; what would happen after the last day is not known and left out,
so that some disputes and applications are open. Every share and delay is an assumption made for demonstration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_score.records.synthetic.clock import days_between
from credit_score.records.synthetic.columns import coded, iso_days
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.identifiers import event_ids, record_ids
from credit_score.records.synthetic.shape import LAST_DAY
from credit_score.records.synthetic.streams import choose

EVENTS = (
    "notice_served", "disputed", "verified", "forwarded", "upheld", "corrected", "withdrawn", "told",
    "repair_applied", "repaired", "repair_refused",
)  # fmt: skip
# What a record can be corrected to; the minor penalty stays one, of the day before.
CORRECTED_TO = {
    "compliance.penalty_serious": "compliance.penalty_general",
    "compliance.penalty_general": "compliance.penalty_minor",
    "compliance.penalty_minor": "compliance.penalty_minor",
    "inspection.problem_found": "inspection.clean",
    "commitment.broken": "commitment.kept",
    "contract.breached": "contract.fulfilled",
}
# Months from the document's date after which repair may be asked for.
REPAIR_AFTER = {"compliance.penalty_minor": 3, "compliance.penalty_general": 3, "compliance.penalty_serious": 12}
DECISIONS = (*REPAIR_AFTER, "licence.granted")
_SERVED_SHARE, _DISPUTED_SHARE, _APPLIED_SHARE, _SLOW_SHARE, _UNREPORTED_SHARE = 0.85, 0.05, 0.35, 0.10, 0.02
_OUTCOMES, _OUTCOME_SHARES = ("upheld", "corrected", "withdrawn"), (0.55, 0.28, 0.17)
_REPAIRS, _REPAIR_SHARES = ("repaired", "repair_refused"), (0.85, 0.15)
# Records that replace others and decisions that nobody reported have numbers that no block of records reaches.
FIRST_REPLACEMENT, FIRST_UNREPORTED = 8_000_000_000, 9_000_000_000


@dataclass(frozen=True)
class Lives:
    """What became of a block of records: rows of `record_events`, and the records that replace corrected ones."""

    events: pa.Table
    replacements: pa.Table


@dataclass(frozen=True)
class _Steps:
    """Steps of records: position of the record, code of the event, days; each of shape (steps,)."""

    record: np.ndarray
    event: np.ndarray
    happened: np.ndarray
    known: np.ndarray


def make_lives(rng: np.random.Generator, *, records: pa.Table, n_events: int, n_replaced: int) -> Lives:
    """The lives of a block of records of enterprises; events and replacements are numbered from those before it."""
    item = np.array(records.column("item").to_pylist(), dtype=object)
    occurred, reported = (_days(records.column(c)) for c in ("occurred_on", "reported_on"))
    adverse, penalty = np.isin(item, list(CORRECTED_TO)), np.isin(item, list(REPAIR_AFTER))
    served = np.flatnonzero(penalty & (rng.random(len(item)) < _SERVED_SHARE))
    disputed = np.flatnonzero(adverse & (rng.random(len(item)) < _DISPUTED_SHARE))
    may_ask = np.where(penalty, _months_later(occurred, [REPAIR_AFTER.get(i, 0) for i in item]), LAST_DAY + 1)
    asks = (may_ask <= LAST_DAY) & (rng.random(len(item)) < _APPLIED_SHARE)
    asks[disputed] = False
    steps = _joined([
        _steps(served, "notice_served", occurred[served], reported[served]),
        *_disputes(rng, disputed, reported[disputed]),
        *_repairs(rng, np.flatnonzero(asks), np.maximum(may_ask, reported)[asks]),
    ])  # fmt: skip
    return _told(steps, records, n_events=n_events, n_replaced=n_replaced)


def make_decisions(rng: np.random.Generator, *, records: pa.Table, start: int) -> tuple[pa.Table, pa.Table]:
    """The register of a block's decisions and its truth: those reported, and about 2 % more that never were."""
    decided = records.filter(pc.is_in(records.column("item"), pa.array(DECISIONS)))
    again = decided.take(pa.array(np.flatnonzero(rng.random(decided.num_rows) < _UNREPORTED_SHARE)))
    ids = record_ids(FIRST_UNREPORTED + start + np.arange(again.num_rows))
    again = again.set_column(0, "record_id", ids)
    both = pa.concat_tables([decided, again])
    order = pa.array(np.argsort(_days(both.column("occurred_on")), kind="stable"))
    both, reported = both.take(order), pa.array(np.arange(both.num_rows) < decided.num_rows).take(order)
    columns = {"record_id": both.column("record_id"), "unit": both.column("unit"), "item": both.column("item")}
    register = pa.table(columns | {"decided_on": both.column("occurred_on")}, schema=schema("decisions"))
    truth = pa.table({"record_id": both.column("record_id"), "reported": reported}, schema=schema("truth/decisions"))
    return register, truth


def _disputes(rng: np.random.Generator, record: np.ndarray, reported: np.ndarray) -> list[_Steps]:
    """Disputed some weeks after the report, then verified, forwarded, settled and told; one in ten takes long."""
    n = len(record)
    slow = rng.random(n) < _SLOW_SHARE
    day = _later(reported, rng.integers(1, 41, n))
    found = [_steps(record, "disputed", day, day)]
    for event, most in (("verified", 3), ("forwarded", 2)):
        day = _later(day, rng.integers(1, most + 1, n) + np.where(slow, 12, 0))
        found.append(_steps(record, event, day, day))
    day = _later(day, rng.integers(1, 4, n))
    outcome = choose(rng, _OUTCOME_SHARES, n)
    known = _later(day, rng.integers(0, 3, n))
    found += [_steps(record[outcome == k], e, day[outcome == k], known[outcome == k]) for k, e in enumerate(_OUTCOMES)]
    told = _later(known, rng.integers(0, 2, n))
    return [*found, _steps(record, "told", told, told)]


def _repairs(rng: np.random.Generator, record: np.ndarray, may_ask: np.ndarray) -> list[_Steps]:
    """Asked for on a weekday within four months of the first day on which it may be; granted or refused."""
    n = len(record)
    day = days_between(rng, may_ask, LAST_DAY) if n else may_ask
    day = np.minimum(day, _later(may_ask, rng.integers(0, 85, n)))
    done = _later(day, rng.integers(3, 16, n))
    known = _later(done, rng.integers(0, 3, n))
    outcome = choose(rng, _REPAIR_SHARES, n)
    parts = [_steps(record[outcome == k], e, done[outcome == k], known[outcome == k]) for k, e in enumerate(_REPAIRS)]
    return [_steps(record, "repair_applied", day, day), *parts]


def _told(steps: _Steps, records: pa.Table, *, n_events: int, n_replaced: int) -> Lives:
    """The steps that were known by the last day as rows, in the order in which they became known."""
    order = np.lexsort([steps.event, steps.happened, steps.known])
    order = order[steps.known[order] <= LAST_DAY]
    record, event, known = steps.record[order], steps.event[order], steps.known[order]
    corrected = event == EVENTS.index("corrected")
    new = record_ids(FIRST_REPLACEMENT + n_replaced + np.arange(corrected.sum()))
    place = np.where(corrected, np.cumsum(corrected) - 1, 0)
    columns = {
        "event_id": event_ids(n_events + np.arange(len(order))),
        "record_id": records.column("record_id").take(pa.array(record)),
        "event": coded(event, EVENTS),
        "happened_on": iso_days(steps.happened[order]),
        "known_on": iso_days(known),
        "unit": records.column("unit").take(pa.array(record)),
        "replaced_by": new.take(pa.array(place, mask=~corrected)),
    }
    events = pa.table(columns, schema=schema("record_events"))
    return Lives(events, _replacements(records.take(pa.array(record[corrected])), new, known[corrected]))


def _replacements(wrong: pa.Table, ids: pa.Array, known: np.ndarray) -> pa.Table:
    """The right records, reported on the day on which the correction was known."""
    items = wrong.column("item").to_pylist()
    day = _days(wrong.column("occurred_on"))
    earlier = np.array([CORRECTED_TO[item] == item for item in items], dtype=bool)
    new = {
        "record_id": ids,
        "item": pa.array([CORRECTED_TO[item] for item in items], pa.string()),
        "occurred_on": iso_days(np.where(earlier, day - 1, day)),
        "reported_on": iso_days(known),
    }
    return pa.table({c: new.get(c, wrong.column(c)) for c in wrong.column_names}, schema=schema("credit_records"))


def _steps(record: np.ndarray, event: str, happened: np.ndarray, known: np.ndarray) -> _Steps:
    return _Steps(record, np.full(len(record), EVENTS.index(event)), happened, known)


def _joined(parts: Sequence[_Steps]) -> _Steps:
    return _Steps(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("record", "event", "happened", "known")))


def _later(days: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Days `n` weekdays later."""
    return np.busday_offset(days, n, roll="forward")


def _months_later(days: np.ndarray, months: Sequence[int]) -> np.ndarray:
    """The same day of a month later, or the last of that month."""
    month = days.astype("datetime64[M]") + np.array(months, dtype=np.int64)
    last = (month + 1).astype("datetime64[D]") - 1
    return np.minimum(month.astype("datetime64[D]") + (days - days.astype("datetime64[M]")), last)


def _days(column: pa.ChunkedArray) -> np.ndarray:
    return np.array(column.to_pylist(), dtype="datetime64[D]")
