from dataclasses import replace
from datetime import date, timedelta

import ibis
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.points.ledger import COLUMNS, counts_from, ledger, scored, uncounted
from credit_score.policy import RuleSet, load_policy
from credit_score.policy.repair import Repair

JUNE = date(2023, 6, 30)
days = st.dates(date(2019, 1, 1), date(2027, 12, 31))


def kept_ids(table):
    return sorted(table.execute()["record_id"])


def test_a_counted_record_carries_its_points_its_end_and_its_source(records, subjects, catalogue, item):
    rules = catalogue(item("i", -30_000, months=24))
    row = ledger(records({}), subjects("f1"), rules, JUNE).execute().iloc[0]
    assert list(row.index) == list(COLUMNS)
    assert (row["subject"], row["points_milli"], row["reference"]) == ("f1", -30_000, "source of i")
    assert pd.Timestamp(row["expires_on"]) == pd.Timestamp(2025, 1, 10)


@pytest.mark.parametrize(
    ("occurred", "months", "end"),
    [
        (date(2023, 1, 15), 1, date(2023, 2, 15)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 28), 1, date(2023, 2, 28)),
        (date(2022, 11, 30), 3, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 8, 31), 36, date(2026, 8, 31)),
        (date(2022, 12, 31), 2, date(2023, 2, 28)),
    ],
)
def test_a_record_counts_up_to_the_day_before_its_end(records, subjects, catalogue, item, occurred, months, end):
    table = records({"occurred_on": occurred, "reported_on": occurred})
    rules = catalogue(item("i", 1_000, months=months))
    last = ledger(table, subjects("f1"), rules, end - timedelta(days=1)).execute()
    assert [pd.Timestamp(d) for d in last["expires_on"]] == [pd.Timestamp(end)]
    assert kept_ids(ledger(table, subjects("f1"), rules, end)) == []


def test_every_day_of_two_years_ends_as_the_calendar_says(records, subjects, catalogue, item):
    every = [date(2023, 1, 1) + timedelta(days=d) for d in range(731)]
    table = records(*({"occurred_on": d, "reported_on": d, "item": f"m{m}"} for d in every for m in (1, 2, 13, 36)))
    rules = catalogue(*(item(f"m{m}", 1_000, months=m) for m in (1, 2, 13, 36)))
    on = date(2024, 12, 31)
    found = ledger(table, subjects("f1"), rules, on).execute()
    ends = {(d, m): d + relativedelta(months=m) for d in every for m in (1, 2, 13, 36)}
    got = {
        (pd.Timestamp(r.occurred_on).date(), int(r.item[1:])): pd.Timestamp(r.expires_on).date()
        for r in found.itertuples()
    }
    assert got == {k: end for k, end in ends.items() if end > on}


@given(on=days, months=st.integers(1, 120), occurred=days)
def test_a_record_has_not_ended_exactly_from_the_day_it_counts_from(on, months, occurred):
    if occurred <= on:
        assert (occurred >= counts_from(on, months)) == (occurred + relativedelta(months=months) > on)


def test_what_happened_after_the_day_does_not_count(records, subjects, catalogue, item):
    table = records({"occurred_on": JUNE}, {"occurred_on": date(2023, 7, 1), "reported_on": date(2023, 7, 1)})
    assert kept_ids(ledger(table, subjects("f1"), catalogue(item("i", 1_000)), JUNE)) == ["r0"]


def test_a_record_counts_only_under_the_catalogue_kind_of_its_item(records, subjects, catalogue, item):
    table = records({}, {"catalogue_kind": "another"}, {"item": "unknown"})
    assert kept_ids(ledger(table, subjects("f1"), catalogue(item("i", 1_000)), JUNE)) == ["r0"]


def test_records_of_others_and_of_another_kind_of_subject_do_not_count(records, subjects, catalogue, item):
    table = records({}, {"subject_id": "not scored"}, {"subject_kind": "individual"})
    assert kept_ids(ledger(table, subjects("f1"), catalogue(item("i", 1_000)), JUNE)) == ["r0"]


def test_without_a_record_there_is_no_row(records, subjects, catalogue, item):
    table = records({}).limit(0)
    assert ledger(table, subjects("f1"), catalogue(item("i", 1_000)), JUNE).execute().empty


def test_a_kind_that_is_no_longer_in_the_catalogue_stops_counting(altered_policy):
    def repeal(kinds):
        next(k for k in kinds if k["id"] == "合同履行信息")["in_force"][date(2024, 1, 1)] = None

    policy = load_policy(altered_policy(catalogue=repeal))
    before, after = ({i.id for i in policy.at(day).enterprise.items} for day in ("2023-12-31", "2024-01-01"))
    assert before - after == {"contract.fulfilled", "contract.breached"}
    assert "contract.fulfilled" not in {i.id for i in policy.at("2024-01-01").individual.items}


def people(**columns):
    n = max(len(v) for v in columns.values())
    base = {"person_id": [f"p{i}" for i in range(n)], "age": [40] * n, "age_on": [JUNE] * n, "left_on": [None] * n}
    schema = {"person_id": "string", "age": "int64", "age_on": "date", "enrolled_on": "date", "left_on": "date"}
    return {"individuals": ibis.memtable(base | columns, schema=schema)}


def test_a_person_is_scored_from_enrolment_until_the_day_of_leaving():
    rules = load_policy("gaoyang").at(JUNE)
    tables = people(
        enrolled_on=[JUNE, date(2023, 7, 1), None, date(2022, 1, 1), date(2022, 1, 1)],
        left_on=[None, None, None, JUNE, date(2023, 7, 1)],
    )
    assert sorted(scored(tables, rules, rules.individual).execute()["subject"]) == ["p0", "p4"]


def test_nobody_under_the_least_age_is_scored():
    rules = load_policy("gaoyang").at(JUNE)
    tables = people(enrolled_on=[date(2022, 1, 1)] * 3, age=[17, 18, 95])
    assert sorted(scored(tables, rules, rules.individual).execute()["subject"]) == ["p1", "p2"]


def test_no_person_is_scored_where_the_policy_has_no_points_for_persons(altered_policy):
    folder = altered_policy()
    rules = load_policy("gaoyang").at(JUNE)
    for section in ("individual", "scenes"):
        (folder / f"{section}.yaml").unlink()
    without = load_policy(folder).at(JUNE)
    tables = people(enrolled_on=[date(2022, 1, 1)])
    assert len(scored(tables, rules, rules.individual).execute()) == 1
    assert scored(tables, without, rules.individual).execute().empty


def test_an_enterprise_is_scored_from_the_day_of_its_registration():
    rules = load_policy("gaoyang").at(JUNE)
    firms = {"enterprise_id": ["f1", "f2"], "registered_on": [JUNE, date(2023, 7, 1)]}
    tables = {"enterprises": ibis.memtable(pd.DataFrame(firms))}
    assert list(scored(tables, rules, rules.enterprise).execute()["subject"]) == ["f1"]


def test_an_age_is_moved_to_the_day_and_who_may_be_a_minor_is_not_scored():
    rules = load_policy("gaoyang").at(JUNE)
    held = [date(2021, 6, 30), date(2022, 7, 1), JUNE, date(2023, 7, 1), date(2024, 7, 1)]
    tables = people(enrolled_on=[date(2022, 1, 1)] * 5, age=[18, 18, 18, 18, 20])
    tables["individuals"] = tables["individuals"].mutate(age_on=tables["individuals"].age_on)
    frame = tables["individuals"].execute().assign(age_on=held)
    schema = tables["individuals"].schema()
    tables["individuals"] = ibis.memtable(frame, schema=schema)
    # 18 on a day still to come may have been 17 in June; 20 a year from now was at least 18.
    assert sorted(scored(tables, rules, rules.individual).execute()["subject"]) == ["p0", "p1", "p2", "p4"]


def test_the_last_day_of_a_record_knows_the_amendments_that_the_policy_holds(item, catalogue, records, subjects):
    amended = [
        replace(item("shorter", -1), later=((date(2023, 9, 1), 6),)),
        replace(item("repealed", -1), later=((date(2023, 9, 1), 0),)),
        replace(item("longer", -1, months=7), later=((date(2023, 8, 1), 24), (date(2024, 1, 1), 12))),
        replace(item("later", -1, months=6), later=((date(2024, 1, 1), 3),)),
        item("plain", -1),
    ]
    rows = records(*({"item": i.id, "record_id": i.id} for i in amended))
    found = ledger(rows, subjects("f1"), catalogue(*amended), JUNE).execute().set_index("record_id")["expires_on"]
    # Each happened on 2023-01-10.
    assert {i: str(day)[:10] for i, day in found.items()} == {
        "shorter": "2023-09-01", "repealed": "2023-09-01", "longer": "2024-01-10", "later": "2023-07-10",
        "plain": "2024-01-10",
    }  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dates(date(2022, 6, 29), JUNE),
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 14)), max_size=3, unique_by=lambda v: v[0]),
)
def test_the_last_day_is_the_one_found_by_asking_day_after_day(item, catalogue, records, subjects, occurred, versions):
    later = tuple((JUNE + timedelta(days), months) for days, months in sorted(versions))
    rules = catalogue(replace(item("i", -1, months=13), later=later))
    found = ledger(records({"occurred_on": occurred, "reported_on": occurred}), subjects("f1"), rules, JUNE).execute()

    def counts(day):
        months = next((m for start, m in reversed(later) if start <= day), 13)
        return months > 0 and occurred + relativedelta(months=months) > day

    first_out = next(day for n in range(1, 900) if not counts(day := JUNE + timedelta(n)))
    assert [day.date() for day in pd.to_datetime(found["expires_on"])] == [first_out]


def test_every_accepted_record_is_counted_or_told_with_its_reason(county_run):
    counted = county_run.ledger.groupby("subject_kind").size()
    told = county_run.uncounted.groupby("subject_kind")["n"].sum()
    read = county_run.records["credit_records"].execute().groupby("subject_kind").size()
    assert (counted + told).to_dict() == read.to_dict()
    assert {"no_rule", "expired", "not_scored"} <= set(county_run.uncounted["reason"])


def test_there_is_no_ledger_before_the_first_rule():
    with pytest.raises(
        PolicyError, match="not in force on 2023-03-14; its base, cut-offs and schedule start on 2023-03-15"
    ):
        load_policy("gaoyang").at("2023-03-14")


def with_maxima(*maxima, item="compliance.penalty_minor"):
    """The bundled policy's model whose repair has one class, public at most so many months from so many days on."""
    label, ground = {"zh": "名", "en": "name"}, {"basis": "assumption", "reference": "made for a test"}

    def told(values):
        return {day: {"value": value} | ground for day, value in values}

    grade = {"id": "g", "label": label, "items": [item], "published": told((d, "public") for d, _ in maxima)}
    grade["maximum"] = told((day, f"P{months}M") for day, months in maxima)
    office = {"id": "o", "label": label, "in_force": told([(date(2019, 1, 1), True)])}
    clock = told([(date(2019, 1, 1), "document_date")])
    repair = {"id": "repair", "label": label, "clock": clock, "classes": [grade], "offices": [office]}
    return load_policy("gaoyang").model.model_copy(update={"repair": Repair.model_validate(repair)})


MINOR = {"item": "compliance.penalty_minor", "catalogue_kind": "行政管理信息"}


def test_a_record_stops_counting_on_the_day_its_publicity_ends(records, subjects):
    """A minor penalty of 2023-04-10, 12 months by its item: by the class's 6 from 2023-05-01 it ends on 2023-10-10."""
    model = with_maxima((date(2023, 5, 1), 6))
    table = records(MINOR | {"occurred_on": date(2023, 4, 10), "reported_on": date(2023, 4, 12)})
    for day, end in (
        (date(2023, 4, 20), "2023-10-10"),
        (date(2023, 10, 9), "2023-10-10"),
        (date(2023, 10, 10), None),
    ):
        found = ledger(table, subjects("f1"), RuleSet.of(model, day).enterprise, day).execute()
        assert [str(d)[:10] for d in found["expires_on"]] == ([end] if end else []), day


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.dates(date(2022, 1, 1), date(2025, 12, 31)), st.integers(1, 14)), min_size=1, max_size=3,
             unique_by=lambda v: v[0]),
    st.lists(st.dates(date(2023, 3, 15), date(2026, 3, 30)), min_size=2, max_size=2),
)  # fmt: skip
def test_a_record_whose_publicity_has_ended_never_counts_again(records, subjects, maxima, asked):
    model, happened = with_maxima(*maxima), [date(2022, 2, 1) + timedelta(13 * n) for n in range(110)]
    table = records(*(MINOR | {"occurred_on": d, "reported_on": d, "record_id": f"{d}"} for d in happened))
    grade, gone = model.repair.classes[0], set()
    for day in sorted(asked):
        found = ledger(table, subjects("f1"), RuleSet.of(model, day).enterprise, day).execute()
        ended = {f"{d}" for d in happened if (end := grade.ends(d)) and end <= day}
        assert gone <= ended
        assert not set(found["record_id"]) & ended
        for row in found.itertuples():
            end = grade.ends(date.fromisoformat(row.record_id))
            assert end is None or pd.Timestamp(row.expires_on) <= pd.Timestamp(end)
        gone = ended


def test_a_record_that_an_earlier_maximum_ended_is_told_as_expired(records, subjects):
    model, day = with_maxima((date(2023, 3, 15), 2), (date(2023, 6, 1), 12)), JUNE
    table = records(MINOR | {"occurred_on": date(2023, 3, 20)}, MINOR | {"occurred_on": date(2023, 4, 1)})
    rules = RuleSet.of(model, day)
    assert kept_ids(ledger(table, subjects("f1"), rules.enterprise, day)) == ["r1"]
    firms = {"enterprise_id": ["f1"], "registered_on": [date(2010, 1, 1)]}
    names = {"record_id": "string", "event": "string", "happened_on": "date", "known_on": "date"}
    no_events = ibis.memtable([], schema=names)
    tables = {"credit_records": table, "enterprises": ibis.memtable(pd.DataFrame(firms)), "record_events": no_events}
    assert uncounted(tables, rules, rules.enterprise).execute()["reason"].tolist() == ["expired"]


def test_an_earlier_longest_publicity_counts_only_once_its_last_day_is_past(records, subjects, item, catalogue):
    rules = catalogue(replace(item("i", -1), earlier=((date(2023, 5, 31), 2), (date(2024, 12, 31), 1))))
    table = records({"occurred_on": date(2023, 3, 31)}, {"occurred_on": date(2023, 4, 1)})
    assert kept_ids(ledger(table, subjects("f1"), rules, date(2023, 5, 31))) == ["r0", "r1"]
    assert kept_ids(ledger(table, subjects("f1"), rules, date(2023, 6, 1))) == ["r1"]
