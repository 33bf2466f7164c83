from datetime import date, timedelta

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import RecordsError
from credit_score.records.contracts import EVENTS
from credit_score.records.life import effective, known_day, with_life

RECORD = {"subject_kind": "enterprise", "subject_id": "f1", "item": "i", "catalogue_kind": "K", "unit": "tax"}
EVENT_TYPES = {
    "event_id": "string", "record_id": "string", "event": "string", "happened_on": "date", "known_on": "date",
    "unit": "string", "replaced_by": "string",
}  # fmt: skip
FIRST = date(2023, 1, 1)


def day(n):
    return FIRST + timedelta(days=n)


def county(records, events=()):
    """Records as (id, happened, known) and events as (record, event, happened, known), days counted from the first."""
    rows = [RECORD | {"record_id": r, "occurred_on": day(o), "reported_on": day(k)} for r, o, k in records]
    told = [
        (f"e{i}", r, event, day(h), day(k), None, "r2" if event == "corrected" else None)
        for i, (r, event, h, k) in enumerate(events)
    ]
    events = ibis.memtable(pd.DataFrame(told, columns=list(EVENT_TYPES)), schema=EVENT_TYPES)
    return {"credit_records": ibis.memtable(pd.DataFrame(rows)), "record_events": events}


def life(tables, on, known=None):
    told = with_life(tables, day(on), day(known) if known is not None else None).execute()
    return told.set_index("record_id")["life"].to_dict()


def counted(tables, on, known):
    return sorted(effective(tables, day(on), day(known)).execute()["record_id"])


def test_a_record_counts_once_it_has_happened_and_is_known():
    tables = county([("r1", 10, 20)])
    assert [life(tables, on)["r1"] for on in (9, 10, 19, 20)] == ["not_yet", "not_yet", "not_yet", "counts"]
    assert life(tables, 10, 20) == {"r1": "counts"}
    assert life(tables, 9, 20) == {"r1": "not_yet"}


def test_a_correction_once_known_counts_from_the_beginning_and_never_before_it_was_known():
    tables = county([("r1", 10, 12), ("r2", 11, 40)], [("r1", "corrected", 38, 40)])
    assert life(tables, 30) == {"r1": "counts", "r2": "not_yet"}  # as it was published
    assert life(tables, 30, 40) == {"r1": "corrected", "r2": "counts"}  # as it should have been
    assert life(tables, 40) == {"r1": "corrected", "r2": "counts"}


def test_a_withdrawal_takes_a_record_back_for_every_day():
    tables = county([("r1", 10, 12)], [("r1", "withdrawn", 38, 40)])
    assert [life(tables, on, known)["r1"] for on, known in ((30, 30), (30, 39), (30, 40), (40, 40))] == [
        "counts", "counts", "withdrawn", "withdrawn",
    ]  # fmt: skip


def test_a_repair_ends_a_record_from_its_day_and_leaves_the_days_before():
    tables = county([("r1", 10, 12)], [("r1", "repaired", 38, 40)])
    assert life(tables, 37, 50) == {"r1": "counts"}
    assert life(tables, 38, 50) == {"r1": "repaired"}
    assert life(tables, 39) == {"r1": "counts"}  # not yet known
    assert life(tables, 40) == {"r1": "repaired"}


@pytest.mark.parametrize("outcome", ["upheld", "corrected", "withdrawn"])
def test_a_dispute_is_open_until_its_outcome(outcome):
    tables = county([("r1", 0, 0)], [("r1", "disputed", 10, 10), ("r1", outcome, 20, 20)])
    ended = "counts" if outcome == "upheld" else outcome
    assert [life(tables, on)["r1"] for on in (9, 10, 19, 20)] == ["counts", "disputed", "disputed", ended]


def test_a_record_can_be_disputed_again():
    events = [("r1", "disputed", 10, 10), ("r1", "upheld", 20, 20), ("r1", "disputed", 30, 30)]
    assert life(county([("r1", 0, 0)], events), 30) == {"r1": "disputed"}


@pytest.mark.parametrize("step", ["verified", "forwarded", "told", "notice_served", "repair_applied", "repair_refused"])
def test_a_step_on_the_way_changes_nothing(step):
    tables = county([("r1", 0, 0)], [("r1", "disputed", 10, 10), ("r1", step, 20, 20)])
    assert life(tables, 30) == {"r1": "disputed"}


def test_a_disputed_record_counts_and_is_marked():
    told = effective(county([("r1", 0, 0), ("r2", 0, 0)], [("r1", "disputed", 10, 10)]), day(15)).execute()
    assert told.set_index("record_id")["disputed"].to_dict() == {"r1": True, "r2": False}


span = st.integers(0, 60)
delay = st.integers(0, 20)
some_records = st.lists(st.tuples(span, delay), min_size=1, max_size=4)
some_events = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(EVENTS), span, delay), max_size=8)


def built(records, events):
    listed = [(f"r{i}", o, o + d) for i, (o, d) in enumerate(records)]
    named = [(f"r{i % len(records)}", event, h, h + d) for i, event, h, d in events]
    return listed, named


@settings(deadline=None, max_examples=40)
@given(some_records, some_events, some_events, span, delay)
def test_what_counted_on_a_past_day_as_known_then_never_changes(records, events, later, on, more):
    listed, named = built(records, events)
    known = on + more
    after = [(r, event, h, max(k, known + 1)) for r, event, h, k in built(records, later)[1]]
    assert counted(county(listed, named + after), on, known) == counted(county(listed, named), on, known)


@settings(deadline=None, max_examples=40)
@given(some_records, some_events, span, st.randoms())
def test_the_order_of_arrival_changes_nothing(records, events, on, random):
    listed, named = built(records, events)
    before = life(county(listed, named), on)
    random.shuffle(listed)
    random.shuffle(named)
    assert life(county(listed, named), on) == before


@settings(deadline=None, max_examples=40)
@given(some_records, some_events, span, delay, delay)
def test_what_is_taken_back_or_repaired_stays_so(records, events, on, later, known):
    tables = county(*built(records, events))
    ended = {r for r, state in life(tables, on, 200).items() if state in ("corrected", "withdrawn", "repaired")}
    assert ended <= {r for r, s in life(tables, on + later, 200 + known).items() if s not in ("counts", "disputed")}


def test_events_told_twice_count_once():
    once = [("r1", "disputed", 10, 10), ("r1", "upheld", 20, 20)]
    assert life(county([("r1", 0, 0)], once * 2), 15) == life(county([("r1", 0, 0)], once), 15)


def test_a_day_is_asked_by_what_was_known_on_it_or_later():
    assert known_day(day(3), None) == known_day(day(3), day(3)) == day(3)
    assert known_day(day(3), day(4)) == day(4)
    with pytest.raises(RecordsError, match="what was known on 2023-01-03 cannot say what counted on 2023-01-04"):
        known_day(day(3), day(2))
