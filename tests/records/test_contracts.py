import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts

TABLES = [
    "enterprises", "individuals", "households", "departments", "inspectors", "consents", "credit_records",
    "record_events", "decisions", "inspections",
]  # fmt: skip


@pytest.fixture(scope="module")
def known():
    return contracts(load_policy("gaoyang").model)


def test_there_are_ten_tables_of_which_two_are_needed(known):
    assert list(known) == TABLES
    assert [name for name, contract in known.items() if contract.needed] == ["enterprises", "credit_records"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_key_and_its_identifiers_among_its_columns(known, name):
    contract = known[name]
    assert contract.key in contract.required
    assert set(contract.identifiers) <= set(contract.columns)
    assert {c for pair in contract.ordered for c in pair} <= set(contract.columns)


def test_columns_that_may_be_empty_are_those_the_contract_marks(known):
    optional = {f"{n}.{c}" for n, contract in known.items() for c in set(contract.columns) - set(contract.required)}
    assert optional == {
        "enterprises.name", "enterprises.industry", "individuals.household_id", "individuals.enrolled_on",
        "individuals.left_on", "consents.withdrawn_on", "record_events.unit", "record_events.replaced_by",
        "inspections.inspector_id", "inspections.draw_probability",
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
    }


def test_the_codes_are_the_policys_own(known):
    model = load_policy("gaoyang").model
    (allowed,) = known["enterprises"].schema.columns["sector"].checks
    assert allowed.statistics["allowed_values"] == [s.id for s in model.policy.sectors]
    (allowed,) = known["credit_records"].schema.columns["catalogue_kind"].checks
    assert set(allowed.statistics["allowed_values"]) == model.kinds
