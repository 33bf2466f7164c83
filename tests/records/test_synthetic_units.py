"""The units' form holds the county of the plain form, in Chinese, GB 18030 and Excel."""

import csv
import io
import re
from hashlib import sha256
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from credit_score.policy import load_policy
from credit_score.records import read_records
from credit_score.records.reading.vocabulary import written_names, written_words
from credit_score.records.synthetic import make_county
from credit_score.records.synthetic.books import Book
from credit_score.records.synthetic.events import UNITS
from credit_score.records.synthetic.units import BOOKS, LISTS, MOST_ROWS, BookSink
from credit_score.records.synthetic.wording import MORE, Wording, words

SIZES = {"n_enterprises": 400, "n_individuals": 300, "seed": 31, "events": True}
GAOYANG = load_policy("gaoyang")


def stated(facts):
    return {(name, kind): n for name, counts in facts.dirt.items() for kind, n in counts.items()}


def lines_of(path):
    """Cells of the readable lines of a file, heading first."""
    found = []
    for line in path.read_bytes().split(b"\r\n")[:-1]:
        try:
            found.append(next(csv.reader([line.decode("gb18030")])))
        except UnicodeDecodeError:
            found.append([])
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same county in the plain and in the units' form: facts and records of each."""
    folder = tmp_path_factory.mktemp("forms")
    facts = {form: make_county(folder / form, **SIZES, format=form) for form in ("csv", "units")}
    return {form: (made, read_records(made.folder, policy=GAOYANG)) for form, made in facts.items()}


@pytest.mark.thorough
def test_both_forms_give_the_same_accepted_tables(both, hand):
    plain, units = both["csv"][1], both["units"][1]
    assert plain.tables.keys() == units.tables.keys()
    for name in plain.tables:
        assert hand.as_text(plain, name) == hand.as_text(units, name), name
    assert int(units["credit_records"].count().execute()) > 1000


def test_the_counts_reconcile_with_the_stated_rows_and_dirt(both):
    for facts, records in both.values():
        counts = records.counts.set_index("table")
        assert (counts["read"] == counts["accepted"] + counts["rejected"]).all()
        assert counts["read"][counts["read"] > 0].to_dict() == {name: n for name, n in facts.rows.items() if n}
        assert (records.files["read"] == records.files["accepted"] + records.files["rejected"]).all()
        assert records.rejected.groupby(["table", "reason"]).size().to_dict() == stated(facts)


def test_a_workbook_has_an_error_where_a_line_would_be_in_a_wrong_encoding(both):
    plain, units = both["csv"][0], both["units"][0]
    assert plain.rows == units.rows
    for table, counts in plain.dirt.items():
        renamed = {"error_value" if k == "wrong_encoding" and table in BOOKS else k: n for k, n in counts.items()}
        assert units.dirt[table] == renamed
    assert units.dirt["credit_records"]["wrong_encoding"] > 0
    assert units.dirt["enterprises"]["error_value"] > 0


def test_every_unit_that_reports_has_a_file_and_long_tables_are_gb_18030(both):
    files = both["units"][1].files
    written = files.groupby("table")["written"].unique().map(list).to_dict()
    assert all(written[table] == ["Excel"] for table in BOOKS)
    for table in LISTS:
        assert written[table] == ["CSV, gb18030"]
    own = files[files["table"] == "credit_records"]["file"]
    assert set(own) == {f"信用记录-{words()['unit'][unit]}.csv" for unit in UNITS}
    assert "信用记录-税务局.csv" in set(own)


def test_a_file_holds_the_records_of_its_unit(both):
    lines = lines_of(both["units"][0].folder / "信用记录-税务局.csv")
    unit = next(i for i, name in enumerate(lines[0]) if name in written_names("credit_records")["unit"])
    assert {line[unit] for line in lines[1:] if len(line) == len(lines[0])} <= {"税务局", "", "bureau_of_weather"}


def test_what_no_score_needs_is_sent_and_dropped(both):
    dropped = both["units"][1].files.groupby("table")["dropped"].unique().map(list).to_dict()
    assert {table: list(more) for table, more in MORE.items()} == {
        table: told[0].split(", ") for table, told in dropped.items() if told[0]
    }
    assert {"备注", "联系电话"} <= set(MORE["credit_records"])


def test_phone_numbers_begin_as_none_does(both):
    folder = both["units"][0].folder
    for path in folder.glob("信用记录-*.csv"):
        lines = lines_of(path)
        place = lines[0].index("联系电话")
        numbers = [line[place] for line in lines[1:] if len(line) == len(lines[0])]
        assert numbers
        assert all(re.fullmatch(r"0000-\d{7}", n) for n in numbers)


def test_units_differ_in_headings_and_in_how_they_write_days(both):
    folder = both["units"][0].folder
    texts = {path.stem: path.read_bytes().decode("gb18030", errors="replace") for path in folder.glob("信用记录-*.csv")}
    assert len({text.split("\r\n", 1)[0] for text in texts.values()}) > 3
    ways = (r"\d{4}年\d{1,2}月\d{1,2}日", r",\d{4}-\d\d-\d\d,", r",\d{4}/\d{1,2}/\d{1,2},", r",20\d{6},")
    for way in ways:
        assert any(re.search(way, text) for text in texts.values()), way
    assert any(re.search("２０２[０-９]", text) for text in texts.values())


def test_a_workbook_has_a_title_a_chinese_heading_and_chinese_words(both):
    sheet = load_workbook(both["units"][0].folder / "企业名录.xlsx").active
    title, heading, first = list(sheet.iter_rows(values_only=True, max_row=3))
    assert [cell for cell in title if cell] == ["企业名录（虚构数据，截至2023-06-30）"]
    assert heading[0] == "统一社会信用代码"
    assert heading[8:10] == ("联系电话", "备注")
    assert first[2] in ("公司", "合作社", "个体工商户")
    assert first[3] in {sector.label.zh for sector in GAOYANG.model.policy.sectors}


def test_the_same_seed_gives_the_same_bytes_whenever_it_is(tmp_path, monkeypatch):
    for name in ("one", "two"):
        make_county(tmp_path / name, n_enterprises=30, n_individuals=20, seed=5, events=True, format="units")
        monkeypatch.setenv("TZ", "Asia/Shanghai")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(files) > 20
    for file in files:
        prints = [sha256((tmp_path / name / file).read_bytes()).hexdigest() for name in ("one", "two")]
        assert prints[0] == prints[1], file


def test_a_workbook_tells_no_time_of_its_making(tmp_path):
    book = Book(tmp_path / "a.xlsx", "表")
    book.add(["x", 1])
    book.close()
    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", told)) == {"1980-01-01T"}
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.thorough
def test_a_full_workbook_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr("credit_score.records.synthetic.units.MOST_ROWS", 150)
    facts = make_county(tmp_path / "county", n_enterprises=400, n_individuals=0, seed=1, format="units")
    found = read_records(facts.folder, policy=GAOYANG).files.query("table == 'enterprises'")
    assert list(found["file"]) == ["企业名录 (2).xlsx", "企业名录 (3).xlsx", "企业名录.xlsx"]
    assert found["read"].sum() == facts.rows["enterprises"]
    assert MOST_ROWS < 1_048_576 - 2


@pytest.mark.parametrize("sizes", [(0, 0), (1, 1), (3, 0)])
def test_a_county_in_the_units_form_can_be_as_small_as_nothing(tmp_path, sizes):
    make_county(
        tmp_path / "county", n_enterprises=sizes[0], n_individuals=sizes[1], seed=1, format="units", events=True
    )
    assert (tmp_path / "county" / "企业名录.xlsx").exists()
    assert any((tmp_path / "county").glob("信用记录*.csv"))


@pytest.mark.parametrize(
    ("value", "manner", "excel", "told"),
    [
        ("2023-03-05", 0, False, "2023年3月5日"),
        ("2023-03-05", 1, False, "2023-03-05"),
        ("2023-03-05", 2, False, "2023/3/5"),
        ("2023-03-05", 3, False, "20230305"),
        ("2023-02-30", 0, False, "2023年2月30日"),
        ("2023-02-30", 0, True, "2023-02-30"),
    ],
)
def test_a_day_is_written_in_the_manner_of_its_file(value, manner, excel, told):
    assert Wording("households", manner, excel).cells({"known_on": value}, 0) == [told]


def test_large_numbers_have_thousands_separators_and_every_29th_row_full_width_digits():
    wording = Wording("departments")
    assert wording.cells({"inspectors": 12345}, 0) == ["12,345"]
    assert wording.cells({"inspectors": 999}, 0) == [999]
    assert wording.cells({"inspectors": 12345}, 28) == ["１２,３４５"]


def test_every_word_that_is_written_is_read_as_its_code():
    said = written_words(GAOYANG.model)
    assert said["unit"]["tax"] == "税务局"
    assert said["violation_found"] == {"true": "是", "false": "否"}
    assert said["item.enterprise"]["compliance.penalty_general"] == "一般行政处罚"
    assert len(said["event"]) == 11


def test_a_row_of_no_unit_stands_in_the_file_of_the_row_before(both):
    found = [path.name for path in both["units"][0].folder.glob("信用记录*.csv")]
    assert "信用记录.csv" not in found
    rejected = both["units"][1].rejected.query("table == 'credit_records' and column == 'unit'")
    assert len(rejected) > 0


def test_a_sink_of_workbooks_streams(tmp_path):
    """No cell is held once it is added: the book is write-only."""
    sink = BookSink(tmp_path, "households", "农户")
    assert sink._book._book.write_only
    sink.close()


def test_quotes_are_as_excel_writes_them(both):
    text = (both["units"][0].folder / "检查记录.csv").read_bytes().decode("gb18030")
    assert '"以决定书原件为准,见附件"' in text
    assert next(csv.reader(io.StringIO(text)))[0] == "检查编号"
