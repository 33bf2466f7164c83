"""What is shown of a refused value: of tables of persons nothing but codes."""

import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.door.taking import _shown

CONTRACTS = contracts(load_policy("gaoyang").model)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("individuals", "age", "17"), ("individuals", "age_on", "2023-02-30"), ("individuals", "village", "Wang Wu"),
     ("households", "town", "T1"), ("consents", "purpose", "debts of Wang"), ("consents", "given_on", "2023/13/5")],
)  # fmt: skip
def test_a_refused_value_of_a_table_of_persons_is_masked(table, column, value):
    shown = _shown(value, column, CONTRACTS[table])
    assert shown.startswith(f"{len(value)} characters")
    assert value not in shown


def test_a_code_that_the_contract_lists_and_the_values_of_other_tables_are_shown():
    code = CONTRACTS["consents"].codes("purpose")[0]
    assert _shown(code, "purpose", CONTRACTS["consents"]) == code
    assert _shown("2023-02-30", "occurred_on", CONTRACTS["credit_records"]) == "2023-02-30"
    assert CONTRACTS["individuals"].codes("age") == []
