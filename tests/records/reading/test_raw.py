"""Files that are no table are refused in one line; lines that are no rows are counted and told."""

from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from credit_score.errors import RecordsError


@pytest.fixture
def folder(hand, tmp_path):
    """The small county's files, to break."""
    return hand.write(tmp_path / "county", hand.county())


@pytest.fixture
def households(hand, tmp_path):
    """The same folder without what would be read before its households for nothing."""
    return hand.write(tmp_path / "county", hand.few() | {"households": hand.county()["households"]})


@pytest.fixture
def refusal(hand, tmp_path):
    """The one line in which reading the folder is refused; it repeats no identifier."""
    folder = tmp_path / "county"

    def told():
        with pytest.raises(RecordsError) as caught:
            hand.read(folder)
        text = str(caught.value)
        assert "\n" not in text
        assert not [n for n in range(4) if hand.person(n)[:17] in text]
        return text.replace(str(folder), "COUNTY")

    return told


def add(path, data):
    with path.open("ab") as stream:
        stream.write(data)


def heading_of(path, text):
    rows = path.read_text(encoding="utf-8").split("\n", 1)[1]
    path.write_text(f"{text}\n{rows}", encoding="utf-8")


def test_a_missing_folder_is_refused(hand, tmp_path):
    with pytest.raises(RecordsError, match=r"nowhere: no such folder; give a folder of CSV, Excel \(.xlsx\) or"):
        hand.read(tmp_path / "nowhere")


def test_a_file_in_place_of_a_folder_is_refused(hand, tmp_path):
    (tmp_path / "county").write_text("", encoding="utf-8")
    with pytest.raises(RecordsError, match="no such folder"):
        hand.read(tmp_path / "county")


@pytest.mark.parametrize(("table", "name"), [("enterprises", "企业"), ("credit_records", "信用记录")])
def test_a_needed_table_that_is_not_there_is_refused(folder, refusal, table, name):
    (folder / f"{table}.csv").unlink()
    told = f"COUNTY: no file for table '{table}'; add {table} or {name}, as CSV, Excel (.xlsx) or Parquet"
    assert refusal() == told


@pytest.mark.parametrize("name", ["inspection.csv", "inspections2.csv", "检查.csv", "visits.parquet"])
def test_a_misspelt_file_is_refused_lest_it_be_passed_over(folder, refusal, name):
    (folder / "inspections.csv").rename(folder / name)
    assert refusal().startswith(f"COUNTY: {name!r} is no table; tables are enterprises/企业, individuals/个人,")


@pytest.mark.parametrize(
    "name", ["inspections.xls", "inspections.csv.gz", "inspections.tsv", "inspections", "检查记录.et"]
)
def test_a_table_in_another_format_is_refused_lest_it_be_passed_over(folder, refusal, name):
    (folder / "inspections.csv").rename(folder / name)
    assert refusal() == f"COUNTY: {name!r} is not a CSV, Excel (.xlsx) or Parquet file; export it as one"


def test_a_folder_named_like_a_table_is_refused(folder, refusal):
    (folder / "inspections.csv").unlink()
    (folder / "inspections.csv").mkdir()
    assert refusal() == "COUNTY: 'inspections.csv' is not a CSV, Excel (.xlsx) or Parquet file; export it as one"


@pytest.mark.parametrize("ending", [".parquet", ".CSV"])
def test_a_table_in_two_files_is_refused(folder, refusal, ending):
    (folder / f"households{ending}").write_bytes(b"")
    assert refusal() == "COUNTY: table 'households' stands in two files named 'households'; keep one of them"


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_an_empty_file_is_refused(households, refusal, ending):
    (households / "households.csv").unlink()
    (households / f"households{ending}").write_bytes(b"")
    assert refusal() == f"COUNTY/households{ending}: the file is empty; send it again, or remove it"


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        (
            "household_id,town,village,mood",
            "unknown column 'mood'; remove or rename it; columns are household_id, town,",
        ),
        ("household_id, town,villager", "unknown column 'villager'; remove or rename it"),
        ("household_id,town", "column village is missing; add it; columns are household_id, town, village"),
        ("household_id,town,town,village", "column town stands twice; keep one of them"),
        ("household_id;town;village", "the first line is no heading: none of its 1 names is a column"),
        ("", "the first line is no heading: none of its 0 names is a column"),
        ("household_id,town,village,130628180001010008", "unknown column 18 characters, digits; remove"),
    ],
)
def test_a_wrong_heading_is_refused_at_line_1(households, refusal, heading, told):
    heading_of(households / "households.csv", heading)
    assert refusal().startswith(f"COUNTY/households.csv, line 1: {told}")


def test_a_file_without_a_heading_is_refused_and_the_row_in_its_place_not_repeated(folder, refusal):
    path = folder / "individuals.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    assert "individuals.csv, line 1: the first line is no heading: none of its 8 names is a column" in refusal()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_heading_in_another_encoding_is_refused(households, refusal, encoding):
    (households / "households.csv").write_bytes("户号,镇,村\n1,2,3\n".encode(encoding))
    what = "the heading is readable neither in utf-8 nor in gb18030; export it in UTF-8"
    assert refusal() == f"COUNTY/households.csv, line 1: {what}"


@pytest.mark.thorough
@pytest.mark.parametrize(("ends", "other"), [("\n", b"\r\n"), ("\r\n", b"\n"), ("\n", b"\r"), ("\r", b"\r")])
def test_lines_may_end_in_different_ways(hand, tmp_path, ends, other):
    rows = hand.county()["enterprises"]
    folder = hand.write(hand.write(tmp_path / "few", hand.few()), {"enterprises": rows}, ends=ends)
    more = [",".join((row | {"enterprise_id": f"x{i}"}).values()).encode() for i, row in enumerate(rows[:2])]
    add(folder / "enterprises.csv", more[0] + other + more[1] + ends.encode())
    counts = hand.read(folder).counts.set_index("table").loc["enterprises"]
    assert (counts["read"], counts["rejected"]) == (len(rows) + 2, 2)


def test_a_parquet_file_that_is_none_is_refused(households, refusal):
    (households / "households.csv").rename(households / "households.parquet")
    assert "COUNTY/households.parquet: not readable as Parquet:" in refusal()


def test_a_parquet_file_spoilt_in_its_middle_is_refused(hand, folder, refusal):
    (folder / "individuals.csv").unlink()
    hand.write(folder, {"individuals": hand.county()["individuals"]}, form="parquet")
    path = folder / "individuals.parquet"
    spoilt = bytearray(path.read_bytes())
    spoilt[4:80] = bytes(76)
    path.write_bytes(spoilt)
    assert "COUNTY/individuals.parquet: not readable as Parquet:" in refusal()


def test_a_parquet_text_that_is_not_utf_8_is_refused_and_not_repeated(hand, folder, refusal):
    (folder / "individuals.csv").unlink()
    path = folder / "individuals.parquet"
    rows = hand.county()["individuals"]
    pq.write_table(pa.Table.from_pylist(rows), path, compression="none", use_dictionary=False)
    number = hand.person(2).encode()
    path.write_bytes(path.read_bytes().replace(number, number[:17] + b"\xff"))
    assert "individuals.parquet: not readable as Parquet:" in refusal()


@pytest.mark.parametrize("column", ["age", "town"])
def test_a_parquet_file_without_a_needed_column_is_refused(folder, refusal, column):
    rows = pd.read_csv(folder / "individuals.csv", dtype=str)
    (folder / "individuals.csv").unlink()
    rows.drop(columns=column).to_parquet(folder / "individuals.parquet")
    assert refusal().startswith(f"COUNTY/individuals.parquet: column {column} is missing; add it")


def test_a_needed_table_of_a_heading_alone_is_refused(folder, refusal):
    path = folder / "enterprises.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    assert refusal().startswith("enterprises.csv: the file holds a heading and no row;")


def test_another_table_of_a_heading_alone_is_empty(hand, tmp_path):
    folder = hand.write(tmp_path / "few", hand.few())
    (folder / "households.csv").write_text("household_id,town,village\n", encoding="utf-8")
    assert hand.read(folder).counts.set_index("table").loc["households"].tolist() == [0, 0, 0]


BROKEN = [
    (b"few\n", "malformed_row"),
    (b"R9,enterprise,1,2,3,4,5,6,7,8,9\n", "malformed_row"),
    ("R9,enterprise,x,合同,履行,court,2023-01-01,2023-01-01\n".encode("gb18030"), "wrong_encoding"),
    (b"a\x00b,c\n", "malformed_row"),
]


@pytest.mark.parametrize("name", ["credit_records.csv", "credit_records.CSV"])
def test_lines_that_are_no_rows_are_rejected_where_they_stand_and_rows_after_them_keep_their_place(
    hand, tmp_path, name
):
    folder = hand.write(tmp_path / "few", hand.few())
    path = (folder / "credit_records.csv").rename(folder / name)
    lines = path.read_bytes().splitlines(keepends=True)
    faulty = b"R8,enterprise,12,contract.fulfilled,x,court,2023-01-01,2023-01-01\n"
    path.write_bytes(b"".join([*lines[:3], *(line for line, _ in BROKEN), faulty, *lines[3:]]))
    records = hand.read(folder)
    told = hand.rejected_by(records, "file", "row", "column", "value", "reason")
    expected = {(name, 3 + i, "", f"a line of {len(line) - 1} bytes", r) for i, (line, r) in enumerate(BROKEN)}
    assert told == expected | {(name, 7, "subject_id", "2 characters, digits", "bad_identifier")}
    assert records.counts.set_index("table").loc["credit_records"].tolist() == [8, 3, 5]


def test_a_stray_quote_swallows_no_line_but_its_own(hand, tmp_path):
    reported = hand.few() | {"credit_records": [hand.record(n, "enterprise", hand.firm(1)) for n in range(5)]}
    clean = hand.read(hand.write(tmp_path / "clean", reported))
    folder = hand.write(tmp_path / "stray", reported)
    path = folder / "credit_records.csv"
    heading, first, *others, last = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([heading, f'"{first}', *others, f'{last}"']) + "\n", "utf-8")
    records = hand.read(folder)
    counts, before = (r.counts.set_index("table").loc["credit_records"] for r in (records, clean))
    assert counts["read"] == before["read"]
    refused = records.rejected.query("table == 'credit_records'").set_index("row")["reason"]
    known = clean.rejected.query("table == 'credit_records'").set_index("row")["reason"]
    assert set(refused.index) - set(known.index) <= {1, len(others) + 2}
    assert refused[1] == "malformed_row"


@pytest.mark.thorough
@pytest.mark.parametrize("change", ["crlf", "byte order mark", "blank lines", "no last line end", "quotes"])
def test_a_file_written_otherwise_says_the_same(hand, tmp_path, change):
    tables, town = hand.few(), 'T1, "old" town' if change == "quotes" else "T1"
    for row in tables["enterprises"]:
        row["town"] = town
    ends, encoding = "\r\n" if change == "crlf" else "\n", "utf-8-sig" if change == "byte order mark" else "utf-8"
    folder = hand.write(tmp_path / "other", tables, ends=ends, encoding=encoding)
    for path in folder.iterdir():
        if change == "blank lines":
            add(path, b"\n\n")
        if change == "no last line end":
            path.write_bytes(path.read_bytes().rstrip(b"\n"))
    records = hand.read(folder)
    assert records.counts["accepted"].sum() == records.counts["read"].sum() == 6
    assert set(records["enterprises"].execute()["town"]) == {town}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "other", "form"),
    [
        ("a[1]b", "a1b", "csv"),
        ("a*b", "axb", "csv"),
        ("a?b", "ayb", "csv"),
        ("o'b", "ob", "csv"),
        ("a[1]?*'b", "a1xb", "parquet"),
    ],
)
def test_a_folder_whose_name_looks_like_a_pattern_is_that_folder_alone(hand, tmp_path, name, other, form):
    few = {n: rows[:1] for n, rows in hand.few().items()}
    for place, town in ((name, "here"), (other, "elsewhere")):
        few["enterprises"][0]["town"] = town
        hand.write(tmp_path / place, few, form=form)
    records = hand.read(tmp_path / name)
    assert records["enterprises"].execute()["town"].tolist() == ["here"]


def test_a_folder_named_like_a_partition_adds_no_column(hand, tmp_path):
    records = hand.read(hand.write(tmp_path / "year=2023", hand.few(), form="parquet"))
    assert records.counts["accepted"].sum() == 6


@pytest.mark.parametrize("number", ["11010519491231002X", "１１０１０５１９４９１２３１００２１", "110105491231002"])
def test_a_file_named_with_an_identity_number_is_refused_without_it(folder, refusal, number):
    (folder / "households.csv").rename(folder / f"households-{number}.csv")
    assert refusal() == "COUNTY: the name of a file holds an identity number, and names are kept; rename the file"


def test_a_file_named_with_a_month_or_the_number_of_a_document_is_read(hand, households):
    (households / "households.csv").rename(households / "households-2023-06 (2) 20230615001.csv")
    assert "households-2023-06 (2) 20230615001.csv" in set(hand.read(households).files["file"])


def test_a_workbook_whose_damage_shows_only_below_many_rows_is_refused_in_one_line(folder, refusal):
    path = folder / "departments.xlsx"
    (folder / "departments.csv").unlink()
    book = Workbook()
    for row in [["department", "inspectors", "days_per_inspector"], *([["fire", 3, 200]] * 100)]:
        book.active.append(row)
    book.save(path)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    with ZipFile(path, "w") as archive:
        for name, data in (parts | {"xl/worksheets/sheet1.xml": sheet[: sheet.index(b'<row r="90"')]}).items():
            archive.writestr(name, data)
    assert refusal() == (
        "COUNTY/departments.xlsx: not readable as an Excel workbook: its XML is damaged; save it as .xlsx without a "
        "password, or export CSV"
    )
