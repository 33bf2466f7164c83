"""What is due for deletion by law: each ground on its first day, and nothing a day before."""

from datetime import date, timedelta

import pytest

import credit_score as cs
from credit_score.policy.retention import bad_items, retention
from credit_score.records.keeping.due import due, to_forget, unjudged
from credit_score.records.keeping.forget import Gone
from credit_score.records.keeping.store import add_batch

POLICY = cs.load_policy("gaoyang")
PENALTY = {"item": "compliance.penalty_minor", "catalogue_kind": "行政管理信息", "unit": "emergency"}
LISTED = {"item": "some.list", "catalogue_kind": "严重失信主体名单信息", "unit": "court"}
INCOME = {"item": "income_certificate"}
LEAP = {"occurred_on": "2020-02-29", "reported_on": "2020-03-01"}


@pytest.fixture
def found(hand, tmp_path):
    """Rows due on a day of a county with other persons, records and consents, which is read once for all its days."""
    known = {}

    def read(people, records, consents):
        tables = hand.few()
        tables["individuals"] = [hand.a_person(n, **(people[n] if n < len(people) else {})) for n in range(4)]
        tables["credit_records"] = [hand.record(1, "enterprise", hand.firm(1)), *records]
        tables |= {"consents": list(consents)} if consents else {}
        return hand.read(hand.write(tmp_path / f"records {len(known)}", tables))

    def listed(on, people=(), records=(), consents=()):
        told = repr((people, records, consents))
        if told not in known:
            known[told] = read(people, records, consents)
        assert known[told].rejected.empty
        return due(known[told], POLICY, on)

    return listed


def told(table):
    return list(table[["record_id", "ground", "since"]].itertuples(index=False, name=None))


def test_who_left_is_due_from_that_day_as_a_whole_person(found, hand):
    left = [{"left_on": "2023-06-01"}]
    bad = hand.record(7, "individual", hand.person(0), **LISTED, **LEAP)
    assert found(date(2023, 5, 31), left, [bad]).empty
    table = found(date(2023, 6, 1), left, [bad])
    assert told(table) == [("", "left", date(2023, 6, 1))]
    assert to_forget(table) == Gone.of([table["subject"][0]])
    assert table["reference"][0].startswith("个人信息保护法第十五条、第四十七条")
    assert "bad_record" not in set(found(date(2026, 1, 1), left, [bad])["ground"])


def test_bad_information_is_due_five_years_after_its_day_and_a_companys_never(found, hand):
    shop = hand.record(7, "enterprise", hand.firm(2, "sole_proprietor"), **PENALTY, **LEAP)
    company = hand.record(8, "enterprise", hand.firm(1), **PENALTY, **LEAP)
    person = hand.record(9, "individual", hand.person(0), **LISTED, **LEAP)
    good = hand.record(10, "individual", hand.person(0), **LEAP)
    records, first = [shop, company, person, good], date(2025, 3, 1)  # 28 February is the last day of the five years
    assert found(first - timedelta(days=1), records=records).empty
    table = found(first, records=records)
    table = table.sort_values("record_id")
    assert told(table) == [("R7", "bad_record", first), ("R9", "bad_record", first)]
    assert set(table["basis"]) == {"assumption"}
    assert to_forget(table) == Gone.of(records=zip(table["subject"], ["R7", "R9"], strict=True))


def test_a_record_is_due_when_no_consent_for_it_is_left(found, hand):
    consent = {"consent_id": "C1", "person_id": hand.person(0), "purpose": "income", "given_on": "2022-01-01"}
    record = hand.record(7, "individual", hand.person(0), **INCOME)
    ended = consent | {"withdrawn_on": "2023-05-01"}
    second = consent | {"consent_id": "C2", "given_on": "2022-06-01", "withdrawn_on": ""}
    later = second | {"given_on": "2023-02-01"}  # given after the record: it never covered it
    day = date(2023, 5, 1)
    assert found(day - timedelta(days=1), records=[record], consents=[ended]).empty
    assert told(found(day, records=[record], consents=[ended])) == [("R7", "consent_withdrawn", day)]
    assert found(day, records=[record], consents=[ended, second]).empty
    assert told(found(day, records=[record], consents=[ended, later])) == [("R7", "consent_withdrawn", day)]


@pytest.mark.thorough
def test_a_renewed_consent_covers_nothing_of_before_and_a_first_withdrawal_stands(hand, tmp_path):
    """Of a store every version counts: the register may say something else later."""
    consent = {"consent_id": "C1", "person_id": hand.person(0), "purpose": "income", "given_on": "2022-01-01"}
    tables = hand.county() | {"consents": [consent | {"withdrawn_on": ""}]}
    tables["credit_records"].append(hand.record(7, "individual", hand.person(0), **INCOME))
    store = tmp_path / "store"
    add_batch(store, hand.write(tmp_path / "a", tables), POLICY, received_on=date(2023, 5, 31), key=hand.KEY)
    for i, more in enumerate([{"withdrawn_on": "2023-07-01"}, {"withdrawn_on": "2023-08-01"}]):
        again = hand.write(tmp_path / f"b{i}", {"consents": [consent | more]})
        add_batch(store, again, POLICY, received_on=date(2023, 8, 1 + i), key=hand.KEY)
    renewed = hand.write(tmp_path / "c", {"consents": [consent | {"given_on": "2023-09-01", "withdrawn_on": ""}]})
    add_batch(store, renewed, POLICY, received_on=date(2023, 9, 1), key=hand.KEY)
    table = due(cs.read_records(store), POLICY, date(2023, 9, 1))
    assert told(table) == [("R7", "consent_withdrawn", date(2023, 7, 1))]


@pytest.mark.thorough
def test_who_left_stays_so_in_a_stale_export_and_is_due_from_before_after_coming_back(hand, tmp_path):
    store, tables = tmp_path / "store", hand.county()
    versions = [{}, {"left_on": "2023-06-01"}, {"village": "V2"}, {"enrolled_on": "2023-08-01"}]
    found = []
    for i, more in enumerate(versions):
        sent = tables if i == 0 else {"individuals": [hand.a_person(0, **more)]}
        day = date(2023, 6 + i, 1)
        add_batch(store, hand.write(tmp_path / f"v{i}", sent), POLICY, received_on=day, key=hand.KEY)
        found.append(told(due(cs.read_records(store), POLICY, day)))
    whole = [("", "left", date(2023, 6, 1))]
    assert found == [[], whole, whole, [("R4", "left", date(2023, 6, 1))]]


def test_old_records_of_persons_whose_item_is_not_known_are_counted_and_not_judged(hand, tmp_path):
    tables = hand.county()
    strange = {"item": "traffic.penalty", "catalogue_kind": "行政管理信息"}
    tables["credit_records"] += [
        hand.record(7, "individual", hand.person(0), **strange, **LEAP),
        hand.record(8, "enterprise", hand.firm(1), **strange, **LEAP),
    ]
    read = hand.read(hand.write(tmp_path / "records", tables))
    days = (date(2025, 2, 28), date(2025, 3, 1))
    assert [unjudged(read, POLICY, day) for day in days] == [0, 1]
    assert due(read, POLICY, days[1]).empty


def test_no_limit_holds_before_its_law(found, hand):
    assert [retention().withdrawn.days, retention().bad_records.days] == [[date(2021, 11, 1)], [date(2013, 3, 15)]]
    left = [{"enrolled_on": "2020-01-01", "left_on": "2021-01-01"}]
    assert found(date(2021, 10, 31), left).empty
    assert told(found(date(2021, 11, 1), left)) == [("", "left", date(2021, 11, 1))]


def test_bad_items_lower_points_or_are_subject_to_repair_and_none_is_a_persons():
    items = bad_items(POLICY.model)
    assert "compliance.penalty_minor" in items
    assert not items & {i.id for i in POLICY.model.individual.items}
    assert {i for grade in POLICY.model.repair.classes for i in grade.items} <= items
