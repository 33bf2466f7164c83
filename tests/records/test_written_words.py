"""What is written in Chinese is read back: headings, words of codes, items."""

import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.reading.vocabulary import (
    coded_words,
    column_of,
    item_words,
    of_any_kind,
    written_names,
    written_words,
)

MODEL = load_policy("gaoyang").model
CONTRACTS = contracts(MODEL)


@pytest.mark.parametrize("table", CONTRACTS)
def test_every_chinese_name_of_a_column_is_read_as_it(table):
    columns = CONTRACTS[table].columns
    written = written_names(table)
    assert set(written) == set(columns)
    for column, names in written.items():
        assert names
        assert {column_of(name, table, columns) for name in names} == {column}


def test_every_word_that_is_written_is_read_as_its_code():
    read = coded_words(MODEL) | {f"item.{kind}": words for kind, words in item_words(MODEL).items()}
    written = written_words(MODEL)
    assert {"sector", "size", "unit", "department", "legal_form", "stream", "event"} <= set(written)
    for column, words in written.items():
        assert words, column
        assert all(read[column][word] == code for code, word in words.items())


def test_an_item_is_read_without_its_kind_of_subject_where_its_word_means_one_item():
    words = {
        "individual": {"守约": "contract.fulfilled", "荣誉": "honesty.honour"},
        "enterprise": {"守约": "contract.fulfilled", "荣誉": "honour.county", "处罚": "compliance.penalty"},
    }
    assert of_any_kind(words) == {"守约": "contract.fulfilled", "处罚": "compliance.penalty"}


def test_a_register_of_decisions_may_name_items_in_chinese(hand, tmp_path):
    rows = [
        {"record_id": "D1", "unit": "税务局", "item": "一般行政处罚", "decided_on": "2023年5月4日"},
        {"record_id": "D2", "unit": "tax", "item": "licence.granted", "decided_on": "2023-05-04"},
        {"record_id": "D3", "unit": "tax", "item": "某种处罚", "decided_on": "2023-05-04"},
    ]
    records = hand.read(hand.write(tmp_path / "county", hand.few() | {"decisions": rows}))
    found = records["decisions"].order_by("record_id").execute()
    assert found["item"].tolist() == ["compliance.penalty_general", "licence.granted"]
    assert hand.rejected_by(records, "table", "column", "reason") == {("decisions", "item", "unknown_code")}
