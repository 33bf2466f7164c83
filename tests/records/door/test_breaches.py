"""The contract once more on accepted tables: one query says of every column what pandera's own validation says."""

from datetime import date

import ibis
import pytest
from pandera.errors import SchemaErrors

from credit_score.errors import RecordsError
from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.door import judge, statements, verdict, written
from credit_score.records.door.judge import breaches

GAOYANG = load_policy("gaoyang")
CONTRACTS = contracts(GAOYANG.model)
TABLES = ["enterprises", "individuals", "credit_records", "inspections"]
WRONG = {"string": "x" * 101, "date": date(1800, 1, 1), "int64": -1, "float64": float("nan"), "boolean": None}


@pytest.fixture(scope="module")
def county(hand, tmp_path_factory):
    return hand.read(hand.write(tmp_path_factory.mktemp("breaches") / "county", hand.county()))


def of_pandera(table, contract):
    """The columns in which pandera finds a table wrong."""
    try:
        contract.schema.validate(table, lazy=True)
    except SchemaErrors as error:
        return {str(found.schema.name) for found in error.schema_errors}
    return set()


@pytest.mark.parametrize("name", TABLES)
def test_what_is_accepted_breaks_nothing_for_either(county, name):
    n, columns = breaches(county[name], CONTRACTS[name])
    assert n == county[name].count().execute() > 0
    assert columns == []
    assert of_pandera(county[name], CONTRACTS[name]) == set()


@pytest.mark.parametrize(("name", "column"), [(name, c) for name in TABLES for c in CONTRACTS[name].columns])
def test_a_wrong_value_is_found_in_its_column_exactly_if_pandera_finds_it(county, name, column):
    kind = str(county[name].schema()[column])
    value = ibis.null(kind) if WRONG[kind] is None else ibis.literal(WRONG[kind], type=kind)
    spoilt = county[name].mutate(**{column: value})
    found = set(breaches(spoilt, CONTRACTS[name])[1])
    assert found == of_pandera(spoilt, CONTRACTS[name]) <= {column}


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_value_is_found_exactly_where_there_must_be_one(county, name):
    table, contract = county[name], CONTRACTS[name]
    empty = table.mutate(**{c: ibis.null(str(table.schema()[c])) for c in contract.columns})
    assert breaches(empty, contract)[1] == contract.required
    assert of_pandera(empty, contract) == set(contract.required)


def test_a_column_of_another_type_one_too_many_and_one_missing_are_found(county):
    table = county["inspections"]
    other = table.mutate(days=table.days.cast("string"), more=1).drop("stream")
    assert breaches(other, CONTRACTS["inspections"])[1] == ["stream", "days", "more"]


def test_a_reading_that_would_hand_on_a_row_against_the_contract_stops(hand, tmp_path, monkeypatch):
    """No row can do it; should the door judge one wrongly, the table is not handed on."""
    monkeypatch.setattr(statements, "_WRITTEN", {})  # what was written before is right, and this shall not stay
    monkeypatch.setattr(written, "folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(verdict, "checks", lambda *of: [c for c in judge.checks(*of) if c.column != "size"])
    tables = hand.few()
    tables["enterprises"][0]["size"] = "vast"
    with pytest.raises(RecordsError, match=r"enterprises\.csv: accepted rows break the contract in size"):
        hand.read(hand.write(tmp_path / "county", tables))
