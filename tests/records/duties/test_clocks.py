from datetime import date, timedelta

import ibis
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_score.errors import RecordsError
from credit_score.policy import load_policy
from credit_score.policy.clocks import Clock
from credit_score.policy.loader import BUNDLED
from credit_score.records.duties.calendar import working_calendar
from credit_score.records.duties.clocks import COLUMNS, clock_table, decision_clocks, publicity_clocks

POLICY = load_policy("gaoyang")
ON = date(2023, 6, 30)
RULES = POLICY.at(ON)
SEVEN, TWENTY = "publicity.seven_days", "publicity.market_supervision"
RECORD = {
    "record_id": "p1", "subject_kind": "enterprise", "subject_id": "f1", "item": "compliance.penalty_general",
    "catalogue_kind": "行政管理信息", "unit": "ecology",
}  # fmt: skip
EVENT_TYPES = dict.fromkeys(("event_id", "record_id", "event", "unit", "replaced_by"), "string")
EVENT_TYPES |= dict.fromkeys(("happened_on", "known_on"), "date")


def penalty(decided, reported, **more):
    """A penalty of the ecology office, decided and reported on two days."""
    return RECORD | {"occurred_on": decided, "reported_on": reported} | more


def events(*rows):
    """Events as (record, event, happened_on), known on the day unless a fourth says when."""
    told = [
        {"event_id": f"e{i}", "record_id": r, "event": e, "happened_on": day, "known_on": more[0] if more else day,
         "unit": None, "replaced_by": None}
        for i, (r, e, day, *more) in enumerate(rows)
    ]  # fmt: skip
    return ibis.memtable(pd.DataFrame(told, columns=list(EVENT_TYPES)), schema=EVENT_TYPES)


def tables(*records, happened=()):
    return {"credit_records": ibis.memtable(pd.DataFrame(records)), "record_events": events(*happened)}


def rows(table):
    """Rows of a clock table by clock; a record has one of each clock."""
    return {row["clock"]: row for row in table.to_pyarrow().to_pylist()}


def timed(*records, happened=(), on=ON, **options):
    return rows(clock_table(tables(*records, happened=happened), RULES, on, **options))


def test_a_penalty_reported_on_the_seventh_working_day_is_in_time():
    # Thursday 20 April 2023: 21, then the made-up Sunday 23, 24–28 April; 29 April to 3 May were free.
    row = timed(penalty(date(2023, 4, 20), date(2023, 4, 28)))[SEVEN]
    assert row == {
        "clock": SEVEN, "record_id": "p1", "unit": "ecology", "started_on": date(2023, 4, 20),
        "due_on": date(2023, 4, 28), "ended_on": date(2023, 4, 28), "days_used": 7, "limit": 7,
        "late": False, "open": False,
    }  # fmt: skip


def test_a_holiday_after_the_last_working_day_is_late_and_uses_no_further_day():
    row = timed(penalty(date(2023, 4, 20), date(2023, 4, 29)))[SEVEN]
    assert (row["late"], row["days_used"]) == (True, 7)


def test_market_supervision_has_twenty_working_days_too_and_each_row_names_its_clock():
    found = timed(penalty(date(2023, 5, 15), date(2023, 6, 5), unit="market_supervision"))
    assert {clock: (row["days_used"], row["late"]) for clock, row in found.items()} == {
        SEVEN: (15, True), TWENTY: (15, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"item": "honour.county"}, {"catalogue_kind": "信用评价结果信息"}, {"item": "inspection.problem_found"}]
)
def test_a_record_that_a_clock_does_not_cover_has_none(other):
    assert timed(penalty(date(2023, 5, 15), date(2023, 6, 5), **other)) == {}


def test_what_is_reported_after_the_day_is_open_on_it_and_late_once_it_is_due():
    record = penalty(date(2023, 5, 15), date(2023, 12, 1))
    on_time, late = (timed(record, on=date(2023, 5, day))[SEVEN] for day in (24, 25))
    assert on_time["due_on"] == date(2023, 5, 24)
    assert [(r["ended_on"], r["open"], r["late"], r["days_used"]) for r in (on_time, late)] == [
        (None, True, False, 7), (None, True, True, 8),
    ]  # fmt: skip


def test_a_clock_that_starts_after_the_day_is_not_there():
    assert timed(penalty(date(2023, 5, 15), date(2023, 5, 16)), on=date(2023, 5, 14)) == {}


def test_a_decision_before_a_limit_was_in_force_has_no_clock():
    record = penalty(date(2023, 3, 14), date(2023, 6, 1), unit="market_supervision")
    assert set(timed(record)) == {TWENTY}
    assert timed(record | {"occurred_on": date(1998, 5, 4)}) == {}


def test_a_dispute_has_twenty_calendar_days_until_the_applicant_is_told():
    happened = [
        ("p1", "told", date(2023, 4, 1)),
        ("p1", "disputed", date(2023, 5, 1)),
        ("p1", "verified", date(2023, 5, 10)),
        ("p1", "told", date(2023, 5, 22)),
        ("p1", "told", date(2023, 6, 1)),
    ]
    record = penalty(date(2023, 3, 20), date(2023, 3, 21))
    row = timed(record, happened=happened)["dispute.credit_reporting"]
    assert (row["started_on"], row["due_on"], row["ended_on"]) == (
        date(2023, 5, 1), date(2023, 5, 21), date(2023, 5, 22),
    )  # fmt: skip
    assert (row["days_used"], row["limit"], row["late"], row["unit"]) == (21, 20, True, "ecology")


def test_each_dispute_of_a_record_has_its_own_clock():
    happened = [("p1", "disputed", date(2023, 5, 1)), ("p1", "told", date(2023, 5, 9)),
                ("p1", "disputed", date(2023, 6, 1))]  # fmt: skip
    table = clock_table(tables(penalty(date(2023, 3, 20), date(2023, 3, 21)), happened=happened), RULES, ON)
    found = [r for r in table.order_by("started_on").to_pyarrow().to_pylist() if r["clock"].startswith("dispute")]
    assert [(r["ended_on"], r["open"], r["late"]) for r in found] == [
        (date(2023, 5, 9), False, False), (None, True, True),
    ]  # fmt: skip


def test_a_dispute_made_anew_on_the_day_of_an_answer_is_open_and_one_answered_on_its_day_is_not():
    first, day = date(2023, 5, 1), date(2023, 5, 9)
    happened = [("p1", "disputed", first), ("p1", "told", day), ("p1", "disputed", day)]
    record = penalty(date(2023, 3, 20), date(2023, 3, 21))

    def ends(*happened):
        table = clock_table(tables(record, happened=happened), RULES, ON).order_by("started_on")
        return [r["ended_on"] for r in table.to_pyarrow().to_pylist() if r["clock"].startswith("dispute")]

    assert ends(*happened) == [day, None]
    assert ends(*happened[:2][::-1], ("p1", "told", first)) == [first]
    # An answer that became known later than the dispute is of that dispute, whatever the ids.
    assert ends(("p1", "told", day, date(2023, 5, 10)), ("p1", "disputed", day)) == [day]


def test_the_replacement_of_a_corrected_record_has_no_clock_and_the_original_keeps_its_own():
    day = date(2023, 6, 20)
    made = tables(penalty(date(2023, 5, 15), date(2023, 5, 16)), penalty(date(2023, 5, 15), day, record_id="p2"))
    corrected = events(("p1", "corrected", day)).mutate(replaced_by=ibis.literal("p2"))
    found = [clock_table(made | {"record_events": corrected}, RULES, on).to_pyarrow().to_pylist() for on in (day, ON)]
    assert [[(r["record_id"], r["late"]) for r in rows] for rows in found] == [[("p1", False)]] * 2


def test_periods_of_other_places_are_compared_only_when_asked():
    happened = [("p1", "disputed", date(2023, 5, 15)), ("p1", "verified", date(2023, 5, 16)),
                ("p1", "told", date(2023, 5, 19))]  # fmt: skip
    record = penalty(date(2023, 3, 20), date(2023, 3, 21))
    assert set(timed(record, happened=happened)) == {SEVEN, "dispute.credit_reporting"}
    found = timed(record, happened=happened, compared=True)
    assert {clock: row["late"] for clock, row in found.items() if clock != SEVEN} == {
        "dispute.credit_reporting": False, "dispute.shandong_own": True, "dispute.shandong_others": False,
        "dispute.shenzhen_office": False, "dispute.shenzhen_provider": True,
    }  # fmt: skip


def test_a_penalty_that_was_annulled_is_withdrawn_within_three_working_days():
    record = penalty(date(2023, 3, 20), date(2023, 3, 21), unit="market_supervision")
    late = timed(record, happened=[("p1", "withdrawn", date(2023, 4, 20), date(2023, 4, 25))])
    row = late["withdrawal.market_supervision"]
    assert (row["due_on"], row["ended_on"], row["late"]) == (date(2023, 4, 24), date(2023, 4, 25), True)


def test_without_events_there_are_only_clocks_from_decision_to_report():
    records = {"credit_records": tables(penalty(date(2023, 5, 15), date(2023, 5, 16)))["credit_records"]}
    assert set(rows(clock_table(records, RULES, ON))) == {SEVEN}


def test_an_event_can_end_a_clock_that_starts_with_the_report():
    clock = Clock.model_validate(
        yaml.safe_load("""
        {id: served, label: {zh: 送达, en: Served}, covers: {kinds: all, items: all, units: all},
         starts: reported, ends: notice_served,
         calendar_days: {2023-03-15: {value: 3, basis: assumption, reference: made for a test}},
         held: {2023-03-15: {value: true, basis: assumption, reference: made for a test}}}
        """)
    )
    rules = load_policy("gaoyang").model.model_copy(update={"clocks": (clock,)})
    happened = [("p1", "notice_served", date(2023, 5, 19))]
    found = clock_table(
        tables(penalty(date(2023, 5, 15), date(2023, 5, 16)), happened=happened), type(RULES)(rules, ON), ON
    )
    assert [(r["started_on"], r["days_used"], r["late"]) for r in found.to_pyarrow().to_pylist()] == [
        (date(2023, 5, 16), 3, False)
    ]


def test_a_policy_without_clocks_gives_an_empty_table(altered_policy):
    folder = altered_policy()
    for section in ("clocks", "pilot", "statements"):  # indicators name clocks, statements the uses of the pilot
        (folder / f"{section}.yaml").unlink()
    table = clock_table(tables(penalty(date(2023, 5, 15), date(2023, 6, 5))), load_policy(folder).at(ON), ON)
    assert list(table.columns) == list(COLUMNS)
    assert table.count().execute() == 0
    assert (BUNDLED / "gaoyang" / "clocks.yaml").is_file()


def test_the_weekdays_of_another_calendar_know_no_make_up_day(altered_policy):
    rules = load_policy(altered_policy(policy=lambda about: about.update(calendar="weekdays"))).at(ON)
    found = rows(clock_table(tables(penalty(date(2023, 4, 20), date(2023, 4, 28))), rules, ON))
    assert (found[SEVEN]["days_used"], found[SEVEN]["due_on"]) == (6, date(2023, 5, 1))


def test_a_day_beyond_the_calendar_is_refused_unless_no_clock_needs_it():
    beyond = working_calendar("cn").last + timedelta(30)
    ended = penalty(date(2023, 5, 15), date(2023, 5, 16))
    assert timed(ended, on=beyond)[SEVEN]["days_used"] == 1
    with pytest.raises(RecordsError, match=f"cannot be counted on {beyond}; update chinesecalendar"):
        timed(ended | {"reported_on": beyond + timedelta(1)}, on=beyond)


def test_a_clock_due_beyond_the_calendar_is_surely_not_late_and_its_day_is_not_guessed():
    last = working_calendar("cn").last
    row = timed(penalty(last - timedelta(2), last + timedelta(5)), on=last)[SEVEN]
    assert (row["due_on"], row["late"], row["open"]) == (None, False, True)


# What an example costs is the asking, not the records: few examples of many records.
@pytest.mark.thorough
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    st.lists(st.tuples(st.dates(date(2023, 3, 15), ON), st.integers(0, 60)), min_size=10, max_size=80),
    st.integers(0, 120),
)
def test_each_record_is_counted_as_the_calendar_counts_it(records, later):
    on = ON + timedelta(later)
    made = [penalty(d, d + timedelta(n), record_id=f"p{i}") for i, (d, n) in enumerate(records)]
    cn = working_calendar("cn")
    found = clock_table(tables(*made), RULES, on).to_pyarrow().to_pylist()
    assert len(found) == len(made)
    for row in found:
        record = made[int(row["record_id"][1:])]
        stop = min(record["reported_on"], on)
        assert row["days_used"] == cn.working_days_between(record["occurred_on"], stop)
        assert row["due_on"] == cn.add_working_days(record["occurred_on"], 7).item()
        assert row["late"] == (stop > row["due_on"])
        assert row["open"] == (record["reported_on"] > on)


def test_a_register_of_decisions_has_clocks_whether_reported_or_not():
    register = ibis.memtable(
        {"record_id": ["p1", "p2", "p3"], "unit": ["ecology"] * 3, "decided_on": [date(2023, 5, 15)] * 3,
         "item": ["compliance.penalty_general", "compliance.penalty_minor", "honour.county"]}
    )  # fmt: skip
    found = decision_clocks(register, tables(penalty(date(2023, 5, 15), date(2023, 5, 16))), RULES, ON)
    verdicts = {(r["record_id"], r["clock"]): (r["open"], r["late"]) for r in found.to_pyarrow().to_pylist()}
    assert verdicts == {("p1", SEVEN): (False, False), ("p2", SEVEN): (True, True)}
    assert [c.id for c in publicity_clocks(RULES)] == [SEVEN, TWENTY]


def test_a_licence_has_the_kind_of_the_clock_that_names_it_and_needs_no_points():
    licence = {"item": "licence.granted", "unit": "administrative_approval"}
    register = ibis.memtable({"record_id": ["p1", "l2"], "decided_on": [date(2023, 5, 15)] * 2}).mutate(
        **{column: ibis.literal(value) for column, value in licence.items()}
    )
    reported = tables(penalty(date(2023, 5, 15), date(2023, 5, 24), **licence))
    row = rows(clock_table(reported, RULES, ON))[SEVEN]
    assert (row["due_on"], row["days_used"], row["late"]) == (date(2023, 5, 24), 7, False)
    found = decision_clocks(register, reported, RULES, ON).to_pyarrow().to_pylist()
    assert {(r["record_id"], r["clock"]): r["open"] for r in found} == {("p1", SEVEN): False, ("l2", SEVEN): True}
