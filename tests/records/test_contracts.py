import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts

TABLES = [
    "enterprises", "individuals", "households", "departments", "inspectors", "consents", "credit_records",
    "record_events", "decisions", "inspections", "banks", "platform", "authorisations", "village_finance",
    "scene_uses", "report_uses", "measures_taken", "activities", "government_cases", "posts", "youth_households",
    "joint_building",
]  # fmt: skip


@pytest.fixture(scope="module")
def known():
    return contracts(load_policy("gaoyang").model)


def test_there_are_twenty_two_tables_of_which_two_are_needed(known):
    assert list(known) == TABLES
    assert [name for name, contract in known.items() if contract.needed] == ["enterprises", "credit_records"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_key_and_its_identifiers_among_its_columns(known, name):
    contract = known[name]
    assert contract.key in contract.required
    assert contract.key == contract.columns[0]  # what names a row of another table is matched with its first column
    assert set(contract.identifiers) <= set(contract.columns)
    assert {c for pair in (*contract.ordered, *contract.within) for c in pair} <= set(contract.columns)
    assert {*contract.refers, *contract.months} <= set(contract.columns)
    assert all(list(known).index(other) < list(known).index(name) for other in contract.refers.values())


def test_columns_that_may_be_empty_are_those_the_contract_marks(known):
    optional = {f"{n}.{c}" for n, contract in known.items() for c in set(contract.columns) - set(contract.required)}
    assert optional == {
        "enterprises.name", "enterprises.industry", "individuals.household_id", "individuals.enrolled_on",
        "individuals.left_on", "consents.withdrawn_on", "record_events.unit", "record_events.replaced_by",
        "inspections.inspector_id", "inspections.draw_probability", "banks.joined_on", "platform.real_name_on",
        "authorisations.bank_id", "authorisations.withdrawn_on", "measures_taken.ended_on",
        "measures_taken.fed_back_on", "activities.place", "government_cases.closed_on", "posts.until",
        "youth_households.ended_on",
    }  # fmt: skip


def test_every_column_that_could_name_a_natural_person_is_an_identifier(known):
    named = {(n, c): kind for n, contract in known.items() for c, kind in contract.identifiers.items()}
    assert named == {
        ("enterprises", "enterprise_id"): "enterprise",
        ("individuals", "person_id"): "person",
        ("individuals", "household_id"): "household",
        ("households", "household_id"): "household",
        ("inspectors", "inspector_id"): "inspector",
        ("consents", "person_id"): "member",
        ("credit_records", "subject_id"): "subject",
        ("inspections", "enterprise_id"): "subject",
        ("inspections", "inspector_id"): "inspector",
        ("platform", "enterprise_id"): "subject",
        ("authorisations", "enterprise_id"): "subject",
        ("report_uses", "enterprise_id"): "subject",
        ("measures_taken", "enterprise_id"): "subject",
        ("youth_households", "household_id"): "household",
        ("joint_building", "enterprise_id"): "subject",
    }


def test_the_codes_are_the_policys_own(known):
    model = load_policy("gaoyang").model
    (allowed,) = known["enterprises"].schema.columns["sector"].checks
    assert allowed.statistics["allowed_values"] == [s.id for s in model.policy.sectors]
    (allowed,) = known["credit_records"].schema.columns["catalogue_kind"].checks
    assert set(allowed.statistics["allowed_values"]) == model.kinds


def test_codes_of_a_section_that_the_policy_lacks_are_none(altered_policy):
    folder = altered_policy()
    for section in ("pilot", "statements", "scenes", "measures"):
        (folder / f"{section}.yaml").unlink()
    without = contracts(load_policy(folder).model)
    assert without["activities"].codes("activity") == without["scene_uses"].codes("scene") == []
    assert without["measures_taken"].codes("measure") == without["report_uses"].codes("report_use") == []
    assert without["posts"].codes("role") == ["leader", "liaison", "staff"]
