"""What is shown of a refused value: of tables of persons nothing but codes."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.door.judge import FAULT
from credit_score.records.door.refused import shown_of
from credit_score.records.reading.raw import Raw

CONTRACTS = contracts(load_policy("gaoyang").model)


def shown(value, column, table):
    """A refused value as the batch that holds it is told."""
    said = shown_of(CONTRACTS[table], [(column, "impossible")], [SimpleNamespace(number=3, name="f", counted=False)])
    row = {"_file": 3, "row": 7, "_unit": "", FAULT: 0, f"_raw_{column}": value}
    told = said(pa.RecordBatch.from_pylist([row])).to_pylist()
    assert told == [told[0] | {"table": table, "file": "f", "row": 7, "column": column, "reason": "impossible"}]
    return told[0]["value"]


def test_a_row_is_placed_in_its_file_with_the_lines_before_it_that_are_none():
    """Lines 2, 3 and 6 are no rows: the readable ones are 1, 4, 5, 7 and 8."""
    raw = Raw(Path(), None, pd.DataFrame({"row": [6, 2, 3]}), None, "CSV", "f", 0, counted=True)
    said = shown_of(CONTRACTS["credit_records"], [("item", "unknown_code")], [raw])
    rows = [{"_file": 0, "row": n, "_unit": "", FAULT: 0, "_raw_item": "x"} for n in range(1, 6)]
    assert said(pa.RecordBatch.from_pylist(rows))["row"].to_pylist() == [1, 4, 5, 7, 8]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("individuals", "age", "17"), ("individuals", "age_on", "2023-02-30"), ("individuals", "village", "Wang Wu"),
     ("households", "town", "T1"), ("consents", "purpose", "debts of Wang"), ("consents", "given_on", "2023/13/5")],
)  # fmt: skip
def test_a_refused_value_of_a_table_of_persons_is_masked(table, column, value):
    told = shown(value, column, table)
    assert told.startswith(f"{len(value)} characters")
    assert value not in told


def test_a_code_that_the_contract_lists_and_the_values_of_other_tables_are_shown():
    code = CONTRACTS["consents"].codes("purpose")[0]
    assert shown(code, "purpose", "consents") == code
    assert shown("2023-02-30", "occurred_on", "credit_records") == "2023-02-30"
    assert CONTRACTS["individuals"].codes("age") == []
