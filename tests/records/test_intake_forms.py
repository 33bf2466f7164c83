"""One county in every form that units send it gives one set of records; no order of rows or files changes anything."""

import csv
import random

import pandas as pd
import pytest
from openpyxl import Workbook

from credit_score.county import run_county
from credit_score.policy import load_policy
from credit_score.records.reading.vocabulary import _data, table_names

GAOYANG = load_policy("gaoyang")
FORMS = ("csv_with_mark", "gb_18030", "xlsx", "parquet", "split")
# What a code is called in a Chinese file; the first word of the data.
CODES = {column: {code: words[0] for code, words in codes.items()} for column, codes in _data()["values"].items()}
LABELS = {"unit": {unit.id: unit.label.zh for unit in GAOYANG.model.policy.units},
          "sector": {sector.id: sector.label.zh for sector in GAOYANG.model.policy.sectors}}  # fmt: skip


@pytest.fixture(scope="module")
def county(hand):
    """The small county with dirt: a minor, a duplicate, an unknown unit, an impossible day, an orphan."""
    tables = hand.county()
    tables["departments"] = [
        {"department": d.id, "inspectors": "3", "days_per_inspector": "200"}
        for d in GAOYANG.model.inspection.departments
    ]
    tables["individuals"].append(hand.a_person(9, age="12"))
    tables["credit_records"] += [
        tables["credit_records"][0], hand.record(20, "enterprise", hand.firm(1), unit="nobody"),
        hand.record(21, "enterprise", hand.firm(1), occurred_on="2023-02-30"),
        hand.record(22, "individual", hand.person(77)),
        hand.record(1, "enterprise", hand.firm(1), reported_on="2023-02-05"),
    ]  # fmt: skip
    return tables


def in_chinese(table, row):
    """A row as a Chinese unit writes it: its words for columns and codes, days with 年月日, full-width numbers."""
    told = {}
    for column, value in row.items():
        word = CODES.get(column, {}).get(value, LABELS.get(column, {}).get(value, value))
        if column.endswith("_on") and value and value != "2023-02-30":
            year, month, day = (int(part) for part in value.split("-"))
            word = f"{year}年{month}月{day}日"
        elif column in ("age", "inspectors"):
            word = "".join(chr(ord(sign) + 0xFEE0) for sign in value)
        told[_data()["tables"][table]["columns"][column][0]] = word
    return told


def write(folder, tables, form, hand):
    folder.mkdir()
    for name, rows in tables.items():
        if form == "parquet":
            pd.DataFrame(rows).replace("", None).to_parquet(folder / f"{table_names(name)[1]}.parquet")
        elif form == "xlsx":
            book = Workbook()
            lines = [list(in_chinese(name, row).items()) for row in rows]
            for line in [[column for column, _ in lines[0]], *([value for _, value in line] for line in lines)]:
                book.active.append(line)
            book.save(folder / f"{table_names(name)[1]}.xlsx")
        elif form == "gb_18030":
            with (folder / f"{table_names(name)[1]}.csv").open("w", newline="", encoding="gb18030") as stream:
                chinese = [in_chinese(name, row) for row in rows]
                writer = csv.DictWriter(stream, list(chinese[0]))
                writer.writeheader()
                writer.writerows(chinese)
        else:
            parts = [p for p in (rows[::2], rows[1::2]) if p] if form == "split" else [rows]
            for n, part in enumerate(parts):
                one = {name + f"-{n}" * (len(parts) > 1): part}
                hand.write(folder, one, encoding="utf-8-sig" if form == "csv_with_mark" else "utf-8", ends="\r\n")
    return folder


@pytest.fixture(scope="module")
def plain(hand, county, tmp_path_factory):
    return hand.read(hand.write(tmp_path_factory.mktemp("forms") / "plain", county))


def faults(records):
    return sorted(records.rejected[["table", "column", "reason"]].itertuples(index=False, name=None))


def same(hand, one, other, tables):
    assert one.counts.equals(other.counts)
    assert faults(one) == faults(other)
    for name in tables:
        assert hand.as_text(one, name) == hand.as_text(other, name), name


def test_the_county_has_something_to_refuse(plain):
    assert faults(plain) == [
        ("credit_records", "occurred_on", "impossible_date"), ("credit_records", "record_id", "duplicate"),
        ("credit_records", "record_id", "duplicate"), ("credit_records", "subject_id", "unknown_subject"),
        ("credit_records", "unit", "unknown_code"), ("individuals", "age", "minor"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "form", [pytest.param(f, marks=[] if f in ("gb_18030", "parquet") else pytest.mark.thorough) for f in FORMS]
)
def test_in_every_form_the_county_gives_the_same_records_pseudonyms_and_counts(hand, county, plain, tmp_path, form):
    read = hand.read(write(tmp_path / form, county, form, hand))
    same(hand, read, plain, county)
    written = {"gb_18030": "CSV, gb18030", "xlsx": "Excel", "parquet": "Parquet"}.get(form, "CSV, utf-8")
    assert {name.split(" (")[0] for name in read.files["written"]} == {written}
    assert len(read.files) == (13 if form == "split" else len(county))


@pytest.mark.thorough
def test_neither_the_order_of_rows_nor_of_files_changes_a_table_or_a_score(hand, county, plain, tmp_path):
    rng = random.Random(4)
    folder = tmp_path / "shuffled"
    for name, rows in county.items():
        shuffled = rng.sample(rows, len(rows))
        for n in (1, 0):
            if part := shuffled[n::2]:
                hand.write(folder, {f"{name}-{n}": part})
    # The same rows once more: a file that is given twice under two names scores once.
    hand.write(folder, {"credit_records-again": county["credit_records"]})
    read = hand.read(folder)
    for name in county:
        assert hand.as_text(read, name) == hand.as_text(plain, name), name
    assert read.counts["accepted"].equals(plain.counts["accepted"])
    assert (read.counts["read"] == read.counts["accepted"] + read.counts["rejected"]).all()
    runs = [run_county(records, GAOYANG, as_of="2023-06-30", seed=3) for records in (plain, read)]
    assert len(runs[0].scores) == 7
    assert runs[0].scores.equals(runs[1].scores)
    assert runs[0].draw.drop(columns="status").equals(runs[1].draw.drop(columns="status"))


def test_a_place_that_no_list_knows_is_told_and_accepted(hand, tmp_path):
    from stdnum.cn import ric

    def number(place, serial):
        first = f"{place}19850101{serial:03d}"
        return first + ric.calc_check_digit(first + "0")

    odd, known = [number("990101", 1), number("990101", 2)], number("110101", 3)
    tables = hand.few() | {"individuals": [hand.a_person(n, person_id=i) for n, i in enumerate([*odd, known])]}
    records = hand.read(hand.write(tmp_path / "places", tables))
    assert records.counts.set_index("table").loc["individuals"].tolist() == [3, 3, 0]
    assert records.warnings.to_dict("records") == [{"table": "individuals", "reason": "unknown_place", "n": 2}]


def test_a_cell_of_wide_spaces_alone_is_missing(hand, tmp_path):
    tables = hand.few()
    tables["enterprises"][0] |= {"town": "\u3000"}
    tables["enterprises"][1] |= {"town": "\xa0\u3000", "industry": "\u3000"}
    tables["enterprises"][2] |= {"industry": "\u3000", "town": "\u3000T1\xa0"}
    tables["credit_records"] = [hand.record(3, "enterprise", hand.firm(3, "cooperative"))]
    records = hand.read(hand.write(tmp_path / "spaces", tables))
    assert hand.rejected_by(records, "table", "row", "column", "reason") == {
        ("enterprises", 1, "town", "missing_value"), ("enterprises", 2, "town", "missing_value"),
    }  # fmt: skip
    (kept,) = records["enterprises"].execute().to_dict("records")
    assert kept["town"] == "T1"
    assert pd.isna(kept["industry"])


def test_a_persons_number_or_a_sole_proprietors_code_does_not_stay_as_a_companys(hand, tmp_path):
    from stdnum.cn import ric, uscc

    firsts = (f"130628{year}0101{serial:03d}" for year in range(1800, 1860) for serial in range(40))
    person = next(n for n in (f + ric.calc_check_digit(f + "0") for f in firsts) if uscc.is_valid(n))
    shop = hand.firm(2, "sole_proprietor")
    tables = hand.few()
    tables["enterprises"][0]["enterprise_id"] = person
    tables["enterprises"][1]["legal_form"] = "company"
    records = hand.read(hand.write(tmp_path / "persons", tables))
    told = hand.rejected_by(records, "table", "row", "column", "reason")
    assert ("enterprises", 1, "enterprise_id", "bad_identifier") in told
    firms = records["enterprises"].execute().set_index("legal_form")
    assert "company" not in firms.index  # the code tells what the form did not
    assert firms.loc["sole_proprietor", "enterprise_id"].startswith("S-")
    assert pd.isna(firms.loc["sole_proprietor", "name"])
    for text in (firms.reset_index().to_csv(), records["credit_records"].execute().to_csv(), records.rejected.to_csv()):
        assert person not in text
        assert shop not in text
