"""A heading: which names are columns, which are dropped and told, and which refuse the file with the article."""

import csv

import pytest

from credit_score.errors import RecordsError
from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.reading.headings import heading_of

KNOWN = contracts(load_policy("gaoyang").model)
DROPPED = {
    "备注": "见附件abc",
    "联系电话": "5551234",
    "法定代表人": "虚构某某",
    "住所": "虚构路1号",
    "开户银行": "虚构银行",
    "处罚内容": "罚款某某",
}


def judged(tmp_path, table, *more):
    return heading_of(tmp_path / f"{table}.csv", [*KNOWN[table].required, *more], KNOWN[table])


def refused(tmp_path, table, *more):
    with pytest.raises(RecordsError) as told:
        judged(tmp_path, table, *more)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("宗教信仰", "individuals"), ("religion", "enterprises"), ("Blood Type", "individuals"),
        ("血型", "credit_records"),
        ("指纹", "inspectors"), ("fingerprint", "consents"), ("基因检测", "households"), ("DNA", "record_events"),
        ("病史", "decisions"), ("medical_history", "inspections"), ("疾病诊断", "departments"),
        ("ＲＥＬＩＧＩＯＮ", "individuals"),
    ],
)  # fmt: skip
def test_forbidden_data_refuses_the_file_of_any_table_with_the_article(tmp_path, name, table):
    told = refused(tmp_path, table, name)
    assert told.startswith(f"{tmp_path / table}.csv, line 1: column ")
    assert "may not be held: 征信业管理条例 第十四条第一款" in told
    assert "Art 14 (1)" in told
    assert told.endswith("remove the column and send the file again")


@pytest.mark.parametrize("name", ["年收入（元）", "income", "银行存款", "car insurance", "纳税额", "房产", "股票"])
@pytest.mark.parametrize("table", ["individuals", "credit_records", "households", "consents"])
def test_data_of_persons_that_needs_a_consent_refuses_the_file(tmp_path, name, table):
    told = refused(tmp_path, table, name)
    assert "may be held only with a consent in writing" in told
    assert "Art 14 (2)" in told


def test_a_forbidden_word_goes_before_anything_else_that_is_wrong(tmp_path):
    assert "may not be held" in refused(tmp_path, "individuals", "年收入", "宗教", "不知道的列", "age", "备注")


@pytest.mark.parametrize("name", ["不知道的列", "extra", "town2"])
def test_a_column_that_nobody_knows_is_refused_by_its_name(tmp_path, name):
    assert f"unknown column {name!r}" in refused(tmp_path, "enterprises", name)


@pytest.mark.parametrize(
    "name", ["130628180001010016", "１３０６２８１８０００１０１００１６", "张三13812345678", "x" * 41]
)
def test_a_name_that_could_identify_somebody_is_told_by_length_and_kind(tmp_path, name):
    told = refused(tmp_path, "enterprises", name)
    assert name not in told
    assert f"unknown column {len(name)} characters" in told


def test_a_column_that_stands_twice_in_two_languages_is_refused(tmp_path):
    assert "column town stands twice; keep one of them" in refused(tmp_path, "enterprises", "乡镇")
    assert "column town stands twice" in refused(tmp_path, "enterprises", "Town")


def test_a_missing_column_is_told_by_the_contracts_name(tmp_path):
    names = [c for c in KNOWN["enterprises"].required if c not in ("size", "town")]
    with pytest.raises(RecordsError, match="column size, town is missing"):
        heading_of(tmp_path / "enterprises.csv", names, KNOWN["enterprises"])


def test_a_row_in_place_of_the_heading_is_not_repeated(tmp_path):
    with pytest.raises(RecordsError) as told:
        heading_of(tmp_path / "individuals.csv", ["130628180001010016", "张三", "高阳"], KNOWN["individuals"])
    assert "the first line is no heading: none of its 3 names is a column" in str(told.value)
    assert "张三" not in str(told.value)


def test_names_are_dropped_in_their_order_and_columns_keep_their_places(tmp_path):
    names = ["备注", "文号", "联系电话", *KNOWN["credit_records"].required[1:]]
    heading = heading_of(tmp_path / "credit_records.xlsx", names, KNOWN["credit_records"])
    assert heading.dropped == ["备注", "联系电话"]
    assert heading.places["record_id"] == 1
    assert list(heading.places.values()) == [1, *range(3, len(names))]


def test_dropped_columns_are_told_by_file_and_appear_nowhere_in_what_is_accepted(hand, tmp_path):
    tables = hand.few()
    for rows in tables.values():
        rows[:] = [row | DROPPED for row in rows]
    records = hand.read(hand.write(tmp_path / "dropped", tables))
    assert records.rejected.empty
    told = records.files.set_index("table")["dropped"].to_dict()
    assert told == dict.fromkeys(tables, ", ".join(DROPPED))
    for name, table in records.tables.items():
        assert table.columns == tuple(KNOWN[name].columns)
        text = table.execute().to_csv()
        assert [value for value in (*DROPPED, *DROPPED.values()) if value in text] == []


def test_a_refused_file_says_nothing_of_its_values(hand, tmp_path):
    folder = hand.write(tmp_path / "refused", hand.few())
    rows = hand.county()["individuals"]
    with (folder / "个人.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "宗教信仰"])
        writer.writeheader()
        writer.writerows(row | {"宗教信仰": "虚构教"} for row in rows)
    with pytest.raises(RecordsError) as told:
        hand.read(folder)
    assert "虚构教" not in str(told.value)
    assert rows[0]["person_id"] not in str(told.value)


def test_a_column_without_a_name_does_not_enter_and_is_told(tmp_path):
    names = [*KNOWN["households"].columns, "", "  "]
    heading = heading_of(tmp_path / "households.csv", names, KNOWN["households"])
    assert heading.dropped == ["(no name)", "(no name)"]
    assert list(heading.places) == KNOWN["households"].columns
