"""Which unit a rejected row came from, told by the name of its file."""

import pandas as pd
import pytest

from credit_score.policy import load_policy
from credit_score.records.door.refused import REJECTED
from credit_score.records.duties.senders import with_units

MODEL = load_policy("gaoyang").model


def unit_of(file, table="credit_records", own=""):
    rows = pd.DataFrame([(table, file, 0, "item", "x", "missing_value", own)], columns=REJECTED)
    return with_units(rows, MODEL)["unit"].tolist()


@pytest.mark.parametrize(
    ("file", "unit"),
    [
        ("信用记录-税务局.csv", "tax"),
        ("信用记录（税务局）.xlsx", "tax"),
        ("信用信息记录_市场监管局_2023-06.csv", "market_supervision"),
        ("信用记录-2023.06-税务局.csv", "tax"),
        ("credit_records-tax.csv", "tax"),
        ("Credit_Records - Tax.parquet", "tax"),
        ("credit_records_market_supervision.csv", "market_supervision"),
        ("credit_records-ecology and environment.csv", "ecology"),
        ("credit_records.csv", ""),
        ("credit_records-taxes.csv", ""),
        ("credit_records-2.csv", ""),
        ("credit_records-tax-fire.csv", ""),
        ("tax.csv", ""),
    ],
)
def test_a_file_s_name_after_the_table_s_names_a_unit_or_none(file, unit):
    assert unit_of(file) == [unit]


def test_every_unit_is_known_by_its_id_and_by_its_label_in_either_language():
    for unit in MODEL.policy.units:
        for word in (unit.id, unit.label.zh, unit.label.en):
            assert unit_of(f"信用记录-{word}.csv") == [unit.id]


def test_the_unit_that_a_row_names_goes_before_its_file_s_name():
    assert unit_of("信用记录-税务局.csv", own="court") == ["court"]


def test_a_county_without_a_rejected_row_has_the_column():
    assert with_units(pd.DataFrame(columns=REJECTED), MODEL).columns.tolist() == REJECTED
