"""The words of units: each means one thing, and none what may not be held; files and headings are known by them."""

from collections import Counter

import pytest

from credit_score.policy import load_policy
from credit_score.policy.held import verdict_on
from credit_score.records.contracts import contracts
from credit_score.records.reading.headings import PERSONAL
from credit_score.records.reading.vocabulary import _data, coded_words, column_of, plain, table_names, table_of

MODEL = load_policy("gaoyang").model
KNOWN = contracts(MODEL)
WORDS = [
    (table, column, word)
    for table, listed in _data()["tables"].items()
    for column, words in listed["columns"].items()
    for word in words
]
# The one column that names the subject is what the floor means by 'outside the column that names the subject'.
SUBJECTS = {("individuals", "person_id"), ("consents", "person_id")}


def test_the_data_names_the_tables_and_columns_of_the_contract_and_no_others():
    assert set(_data()["tables"]) == set(KNOWN)
    for table, listed in _data()["tables"].items():
        assert set(listed["columns"]) == set(KNOWN[table].columns), table
    assert len(WORDS) > 100


def test_every_word_means_its_column_and_no_other_column_of_the_table():
    for table, column, word in WORDS:
        assert column_of(word, table, KNOWN[table].columns) == column, (table, word)
    assert [key for key, n in Counter((table, plain(word)) for table, _, word in WORDS).items() if n > 1] == []


def test_no_word_is_a_name_of_another_column_of_the_contract():
    for table, column, word in WORDS:
        own = {plain(c): c for c in KNOWN[table].columns}
        assert own.get(plain(word), column) == column


def test_no_word_of_a_column_names_what_is_refused_or_dropped():
    for table, column, word in WORDS:
        held = verdict_on(word, personal=table in PERSONAL)
        if held and (table, column) in SUBJECTS:
            assert (held.status, held.id) == ("dropped", "identity_number")
        elif held:
            assert held.status == "audit", (table, column, word, held.id, held.word)
    for table, contract in KNOWN.items():
        for column in contract.columns:
            held = verdict_on(column, personal=table in PERSONAL)
            assert held is None or held.status == "audit", (table, column, held.id)


def test_the_names_of_tables_are_all_different():
    names = [plain(name) for table in KNOWN for name in table_names(table)]
    assert len(set(names)) == len(names) > 30
    for table in KNOWN:
        assert [table_of(name, KNOWN) for name in table_names(table)] == [table] * len(table_names(table))


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("信用记录-税务局", "credit_records"), ("信用记录_2023年6月", "credit_records"), ("企业（2）", "enterprises"),
        ("enterprises (2)", "enterprises"), ("Enterprises", "enterprises"), ("ENTERPRISES.new", "enterprises"),
        ("企业名录 高阳镇", "enterprises"), ("企业名录 - 高阳镇", "enterprises"),
        ("信用记录【法院】", "credit_records"), ("检查人员", "inspectors"),
        ("检查记录—消防", "inspections"), ("credit_records_old", "credit_records"),
        ("Ｅｎｔｅｒｐｒｉｓｅｓ", "enterprises"),
        ("同意书", "consents"), ("双公示台账-2023", "decisions"), ("异议与修复", "record_events"),
        ("企业家", None), ("企业名录2023", None), ("my enterprises", None), ("", None), ("-企业", None),
        ("records", None),
        ("enterprises2", None),
    ],
)  # fmt: skip
def test_a_file_is_known_by_a_name_of_its_table_and_what_may_follow_it(stem, table):
    assert table_of(stem, KNOWN) == table


@pytest.mark.parametrize(
    "heading",
    [
        "record_id", "Record ID", "record-id", "RECORD_ID", " record_id ", "RecordId", "ｒｅｃｏｒｄ＿ｉｄ",
        "文号", "文 号",
        "　文号", "*文号", "＊文号",
    ],
)  # fmt: skip
def test_a_heading_is_known_however_it_is_spelled(heading):
    assert column_of(heading, "credit_records", KNOWN["credit_records"].columns) == "record_id"


@pytest.mark.parametrize("heading", ["", " ", "*", "record", "文", "文号2", "备注", "id", "记录"])
def test_a_heading_that_names_no_column_is_not_guessed(heading):
    assert column_of(heading, "credit_records", KNOWN["credit_records"].columns) is None


def test_one_word_may_mean_different_columns_of_different_tables():
    assert column_of("文号", "decisions", KNOWN["decisions"].columns) == "record_id"
    assert column_of("登记日期", "enterprises", KNOWN["enterprises"].columns) == "registered_on"
    assert column_of("登记日期", "record_events", KNOWN["record_events"].columns) == "known_on"


def test_a_word_that_means_two_codes_is_left_out_and_a_code_is_never_another_codes_word():
    words = coded_words(MODEL)
    assert {"sector", "size", "unit", "department", "catalogue_kind", "purpose", "legal_form"} <= set(words)
    for column, meant in words.items():
        codes = set(meant.values())
        assert not set(meant) & codes, column
        assert all(meant.values())


def test_every_code_of_the_contract_that_has_words_is_one_of_its_codes():
    for contract in KNOWN.values():
        for column, words in contract.words.items():
            checks = contract.schema.columns[column].checks
            allowed = {c for check in checks for c in check.statistics.get("allowed_values", [])} or {"true", "false"}
            assert set(words.values()) <= allowed, (contract.name, column)
