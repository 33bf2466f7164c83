from datetime import date, timedelta

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.points import balance
from credit_score.points.ledger import COLUMNS, scored
from credit_score.policy import load_policy

DAY = "2023-06-30"
scores = st.integers(0, 2_000_000)


@pytest.fixture(scope="module")
def policy():
    return load_policy("gaoyang")


@pytest.fixture(scope="module")
def rules(policy):
    return policy.at(DAY)


def people(**columns):
    rows = {"person_id": ["base", "stranger", "left", "child"], "age": [40, 41, 42, 12], "age_on": [DAY] * 4} | columns
    schema = {"person_id": "string", "age": "int64", "age_on": "date", "enrolled_on": "date", "left_on": "date"}
    return {"individuals": ibis.memtable(rows, schema=schema)}


def test_at_the_base_not_enrolled_and_left_are_answered_alike(rules):
    base = rules.individual.base
    assert rules.benefits(base) == rules.benefits(None) == ()


def test_only_the_enrolled_person_stands_in_the_table_of_scores(rules):
    joined = date(2022, 1, 1)
    tables = people(enrolled_on=[joined, None, joined, joined], left_on=[None, None, date(2023, 6, 30), None])
    subjects = scored(tables, rules, rules.individual)
    no_records = ibis.memtable(
        {c: [] for c in COLUMNS}, schema=dict.fromkeys(COLUMNS, "string") | {"points_milli": "int64"}
    )
    table = balance(no_records, subjects, rules.individual).execute()
    assert table["subject"].tolist() == ["base"]
    assert table["score_milli"].tolist() == [rules.individual.base]


@pytest.mark.parametrize(("left_on", "stays"), [(date(2023, 6, 30), False), (date(2023, 7, 1), True)])
def test_who_leaves_is_out_from_that_very_day(rules, left_on, stays):
    joined = date(2023, 6, 30)
    tables = people(enrolled_on=[joined, None, None, None], left_on=[left_on, None, None, None])
    assert len(scored(tables, rules, rules.individual).execute()) == int(stays)


@given(scores, scores)
def test_a_higher_score_never_brings_fewer_benefits(rules, one, other):
    low, high = sorted((one, other))
    assert {b.id for b in rules.benefits(low)} <= {b.id for b in rules.benefits(high)}


@given(scores)
def test_no_score_is_answered_worse_than_having_none(rules, score):
    assert rules.benefits(None) == ()
    if score <= rules.individual.base:
        assert rules.benefits(score) == ()


def test_a_benefit_begins_at_its_score_inclusive(rules):
    assert [b.id for b in rules.benefits(510_000)] == ["benefit.credit_line"]
    assert rules.benefits(509_999) == ()


def test_points_are_weighted_exactly(written, small, dated):
    sections = small()
    sections["enterprise"]["dimensions"][0]["weight"] = dated(1.5)
    assert load_policy(written(sections)).at(DAY).enterprise.items[0].points == -15_000


def test_a_weight_that_gives_less_than_a_thousandth_is_refused(written, small, dated):
    sections = small()
    sections["enterprise"]["dimensions"][0]["weight"] = dated(0.333)
    sections["enterprise"]["items"][0]["points"] = dated(-0.01)
    told = r"item 'fine': -0.01 points × weight 0.333 is finer than .001; choose"
    with pytest.raises(PolicyError, match=told):
        _ = load_policy(written(sections)).at(DAY).enterprise


@pytest.mark.parametrize("repealed", ["points", "expires_after"])
def test_a_repealed_item_is_in_no_catalogue_from_that_day(written, small, repealed):
    sections = small()
    sections["enterprise"]["items"][0][repealed][date(2024, 1, 1)] = None
    policy = load_policy(written(sections))
    assert [i.id for i in policy.at("2023-12-31").enterprise.items] == ["fine"]
    assert policy.at("2024-01-01").enterprise.items == ()


def test_items_of_a_repealed_dimension_or_kind_go_with_it(written, small):
    for name, group in (("one", "dimension"), ("two", "kind")):
        sections = small()
        place = (
            sections["enterprise"]["dimensions"][0]["cap"]
            if group == "dimension"
            else sections["catalogue"][0]["in_force"]
        )
        place[date(2024, 1, 1)] = None
        assert load_policy(written(sections, name)).at("2024-01-01").enterprise.items == ()


def test_a_number_not_in_force_is_asked_for_by_name(written, small, dated):
    sections = small()
    sections["inspection"]["county_minimum"] = dated(0.03, date(2024, 1, 1))
    rules = load_policy(written(sections)).at(DAY)
    with pytest.raises(
        PolicyError,
        match="policy 'harbour', inspection, county_minimum: not in force on 2023-06-30; choose another day",
    ):
        rules.figure(rules.model.inspection.county_minimum)
    assert rules.value(rules.model.inspection.county_minimum) is None


def test_a_signature_counts_from_its_day(written, small):
    sections = small()
    assert not load_policy(written(sections)).at(DAY).signed
    sections["policy"]["signature"] = {"name": "Wang", "office": "Head of county", "signed_on": date(2023, 6, 30)}
    policy = load_policy(written(sections, "signed"))
    assert policy.at("2023-06-30").signed
    assert not policy.at("2023-06-29").signed


def test_a_rule_set_cannot_be_changed(rules):
    with pytest.raises(AttributeError):
        rules.on = date(2030, 1, 1)
    with pytest.raises(AttributeError):
        rules.enterprise.base = 0


@given(st.dates(date(2023, 3, 15), date(2030, 12, 31)))
def test_between_two_dated_versions_nothing_changes(policy, on):
    begun = max(d for d in policy.days() if d <= on)
    assert policy.at(on).enterprise == policy.at(begun).enterprise
    assert policy.at(on).individual == policy.at(begun).individual


def test_every_number_cited_is_in_force_on_the_day(rules):
    for cited in rules.cited():
        assert cited.figure.since <= rules.on
        assert cited.figure.until is None or cited.figure.until > rules.on
        assert cited.figure.until is None or cited.figure.until - cited.figure.since >= timedelta(days=1)


def publicity(dated, *maxima):
    """Rules of repair for the item fine, public at most so long: ``("P6M", day), …``."""
    label = {"zh": "修复", "en": "Repair"}
    most = {day: dated(months, day=day)[day] for months, day in maxima}
    grade = {"id": "general", "label": label, "items": ["fine"], "published": dated("public"), "maximum": most}
    grade["published"] = {day: dated("public", day=day)[day] for _, day in maxima}
    office = {"id": "desk", "label": label, "in_force": dated(True)}
    return {"id": "repair", "label": label, "clock": dated("document_date"), "classes": [grade], "offices": [office]}


def test_an_item_ends_by_the_longest_publicity_of_its_class_where_that_is_shorter(written, small, dated):
    sections = small()
    first, second, third = date(2023, 3, 15), date(2024, 1, 1), date(2025, 1, 1)
    sections["enterprise"]["items"][0]["expires_after"] = dated("P12M", reference="own period")
    sections["repair"] = publicity(dated, ("P36M", first), ("P6M", second), ("P12M", third))
    policy = load_policy(written(sections))
    items = [policy.at(day).enterprise.items[0] for day in (first, second, third)]
    assert [i.months for i in items] == [12, 6, 12]
    assert [i.later for i in items] == [((second, 6), (third, 12)), ((third, 12),), ()]
    assert [i.ended_by for i in items] == ["own period", "made for a test", "own period"]
    assert [policy.at(day).ending("enterprise", "fine").rule for day in (first, second, third)] == [
        "enterprise:items:fine", "repair:classes:general", "enterprise:items:fine",
    ]  # fmt: skip
    earlier = ((date(2023, 12, 31), 36), (date(2024, 12, 31), 6))
    assert [i.earlier for i in items] == [(), earlier[:1], earlier]


def test_the_longest_publicity_of_a_class_does_not_touch_items_of_persons(written, small, dated):
    sections = small()
    sections["individual"]["items"][0]["id"] = "fine"
    sections["repair"] = publicity(dated, ("P1M", date(2023, 3, 15)))
    rules = load_policy(written(sections)).at(DAY)
    assert (rules.enterprise.items[0].months, rules.individual.items[0].months) == (1, 12)
    assert rules.individual.items[0].earlier == ()
    assert rules.ending("individual", "fine").field == "expires_after"
    assert rules.ending("enterprise", "fine").field == "maximum"
    assert rules.ending("enterprise", "nothing") is None


def test_what_ends_an_item_is_nothing_once_it_is_repealed(written, small):
    sections = small()
    sections["enterprise"]["items"][0]["expires_after"][date(2024, 1, 1)] = None
    assert load_policy(written(sections)).at("2024-01-01").ending("enterprise", "fine") is None


@pytest.mark.parametrize("day", ["2023-03-15", "2023-06-30", "2026-03-31", "2026-04-01"])
def test_the_rules_of_repair_of_the_bundled_policy_end_no_record_earlier_than_its_items(policy, day):
    rules = policy.at(day)
    for item in rules.enterprise.items:
        cited = rules.ending("enterprise", item.id)
        assert (cited.field, cited.figure.value, cited.figure.reference) == (
            "expires_after",
            item.months,
            item.ended_by,
        )
