"""A workbook's rows come out as they stand, or with the reason why not; a file that is none is told in one line."""

import random
import re
import warnings
from contextlib import suppress
from datetime import date, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from credit_score.errors import RecordsError
from credit_score.records.reading import workbook, workbook_guard
from credit_score.records.reading.lines import LONGEST
from credit_score.records.reading.workbook import LAST_ROW, MOST_TITLES, headings, open_sheet, sheet_rows

NAMES = ("enterprises", "企业")
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>h</t></is></c><c r="B1" t="inlineStr"><is><t>i</t></is></c></row>'
TEXTS = st.text(alphabet="ab高阳 ,\"'<&>é012\n", min_size=1, max_size=8).map(str.strip).filter(len)
DAYS = st.dates(date(1900, 3, 1), date(2100, 1, 1))
WHOLE = st.integers(-(10**15) + 1, 10**15 - 1)
VALUES = st.one_of(
    st.none(), TEXTS, WHOLE, DAYS, st.booleans(), st.integers(-(10**12), 10**12).map(lambda n: n / 10_000)
)


def read(path, n_columns=2, names=NAMES):
    broken = []
    return list(sheet_rows(path, names, n_columns, broken)), broken


def saved(path, rows, title="Sheet1", *, old_days=False, **more):
    """A workbook of one sheet, and of further sheets by name; in the date system that begins in 1904 if asked."""
    book = Workbook()
    book.active.title = title
    book.epoch = CALENDAR_MAC_1904 if old_days else book.epoch
    for name, lines in {title: rows, **more}.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def altered(path, parts, compression=ZIP_DEFLATED):
    """The workbook with parts of its archive replaced or added."""
    with ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()} | parts
    with ZipFile(path, "w", compression) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "enterprises.xlsx"


@pytest.fixture
def by_hand(path):
    """A workbook whose sheet is XML written by hand below the heading h, i."""

    def make(rows, dimension="A1:B2", **parts):
        saved(path, [["h", "i"]])
        sheet = f'<worksheet {MAIN}><dimension ref="{dimension}"/><sheetData>{HEAD}{rows}</sheetData></worksheet>'
        return altered(path, {SHEET: sheet} | parts)

    return make


def told(refused):
    """The message of a RecordsError, after a look that it is one line."""
    text = str(refused.value)
    assert "\n" not in text
    return text


def text_of(value):
    """What a value is as text, by this test's own rules: a number is held to be the shortest of its texts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return np.format_float_positional(value, trim="-") if value else "0"
    return "" if value is None else str(value)


def test_a_workbook_without_styles_is_read_and_holds_no_date(by_hand):
    path = by_hand('<row r="2"><c r="A2" s="1"><v>45000</v></c><c r="B2"><v>1.5</v></c></row>')
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "xl/styles.xml"}
    with ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, re.sub(rb'<Override PartName="/xl/styles.xml"[^>]*>', b"", data))
    assert read(path) == ([(1, ["45000", "1.5"])], [])


@settings(max_examples=60)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=8), st.booleans())
def test_a_table_comes_out_as_it_went_in_with_every_row_in_its_place(rows, old_days):
    rows = [tuple(map(_late, row)) for row in rows] if old_days else rows
    with TemporaryDirectory() as folder:
        path = saved(Path(folder) / "table.xlsx", [("h", "i", "j"), *rows], old_days=old_days)
        found, broken = read(path, 3)
        assert headings(path, NAMES) == ["h", "i", "j"]
    assert not broken
    assert [n for n, _ in found] == [n for n, row in enumerate(rows, start=1) if any(v is not None for v in row)]
    for number, cells in found:
        assert cells == [text_of(value) for value in rows[number - 1]]


def _late(value):
    """A day that the 1904 system has."""
    return max(value, date(1904, 1, 2)) if isinstance(value, date) else value


def test_rows_keep_their_place_below_the_heading_whatever_stands_above_and_between(path):
    title = ["高阳县2023年6月行政处罚信息表"]
    saved(path, [[], title, [], ["h", " i ", None], ["a", 1], [], [" ", ""], ["b", None], [None, "c"]])
    book = load_workbook(path)
    book.active.merge_cells("A2:B2")
    book.save(path)
    assert headings(path, NAMES) == ["h", "i"]
    assert read(path) == ([(1, ["a", "1"]), (4, ["b", ""]), (5, ["", "c"])], [])


def test_a_table_may_begin_in_any_column(path):
    saved(path, [[None, "h", "i"], [None, "a", "b"], ["note", "c", "d"]])
    assert headings(path, NAMES) == ["h", "i"]
    found, broken = read(path)
    assert found == [(1, ["a", "b"])]
    assert [(b.row, b.reason) for b in broken] == [(2, "malformed_row")]


def test_a_table_of_one_column_begins_with_its_first_cell(path):
    saved(path, [["h"], *([n] for n in range(2 * MOST_TITLES))])
    assert headings(path, NAMES) == ["h"]
    assert len(read(path, 1)[0]) == 2 * MOST_TITLES


def test_a_cell_beyond_the_heading_breaks_its_row_and_no_other(path):
    saved(path, [["h", "i"], ["a", "b", "c"], ["d", "e", None, " "], ["f"]])
    found, broken = read(path)
    assert found == [(2, ["d", "e"]), (3, ["f", ""])]
    assert [tuple(b) for b in broken] == [(1, "malformed_row", 3)]


def test_the_only_sheet_with_rows_is_read_whatever_its_name(path):
    saved(path, [["h", "i"], ["a", "b"]], "六月", Sheet2=[], Sheet3=[[" "]])
    assert read(path)[0] == [(1, ["a", "b"])]


def test_of_several_sheets_the_one_named_so_is_read(path):
    saved(path, [["x", "y"], [1, 2]], "说明", ENTERPRISES=[["h", "i"], ["a", "b"]])
    assert headings(path, NAMES) == ["h", "i"]
    with pytest.raises(RecordsError, match=r"'说明', 'ENTERPRISES'.*none named.*or name one 'persons'"):
        headings(path, ["persons"])
    with pytest.raises(RecordsError, match="2 named"):
        headings(path, ["enterprises", "说明"])


def test_a_sheet_named_by_an_identity_number_is_not_told(path):
    saved(path, [["x", "y"]], "130628190001010011", other=[["h", "i"]])
    with pytest.raises(RecordsError) as refused:
        headings(path, NAMES)
    assert "18 characters, digits" in told(refused)
    assert "130628" not in told(refused)


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Sheet2", [["h", "i"], ["c", "d"]]), ("补充", [["title"], ["no.", " I ", "ｈ"], [1, "c", "d"]]),
        ("企业（续）", [["c", "d"]]), ("企业 -2", [["c", "d"]]), ("企业2", [["c", "d"]]), ("企业续表", [["c", "d"]]),
        ("ENTERPRISES (old)", [["c", "d"]]),
    ],
)  # fmt: skip
def test_a_workbook_with_more_rows_of_the_table_in_another_sheet_is_refused(path, state, name, rows):
    saved(path, [["h", "i"], ["a", "b"]], "企业", **{name: rows})
    book = load_workbook(path)
    book[name].sheet_state = state
    book.save(path)
    with pytest.raises(RecordsError, match=r"besides '企业', sheet .* holds rows of the table; put each") as refused:
        read(path)
    assert repr(name) in told(refused)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("填表说明", [["column", "meaning"], ["h", "a letter"], ["i", "another"]]),
        ("Sheet3", [["h", "i"]]), ("企业类型", [["x"], ["y"]]),
        ("far", [[n] for n in range(25)] + [["h", "i"], [1, 2]]),
    ],
)  # fmt: skip
def test_notes_lists_of_codes_and_an_empty_form_may_stand_beside_the_table(path, name, rows):
    saved(path, [["h", "i"], ["a", "b"]], "enterprises", **{name: rows})
    assert read(path)[0] == [(1, ["a", "b"])]


def test_a_hidden_sheet_named_by_an_identity_number_is_not_told(path):
    saved(path, [["h", "i"], ["a", "b"]], "企业", **{"130628190001010011": [["h", "i"], ["c", "d"]]})
    with pytest.raises(RecordsError) as refused:
        read(path)
    assert "130628" not in told(refused)


def test_hidden_lists_of_codes_are_passed_over(path):
    saved(path, [["h", "i"], ["a", "b"]], "表", codes=[["x", "y"]])
    book = load_workbook(path)
    book["codes"].sheet_state = "veryHidden"
    book.save(path)
    assert headings(path, NAMES) == ["h", "i"]


@pytest.mark.parametrize("rows", [[], [[" ", None]]])
def test_a_workbook_without_a_row_is_refused(path, rows):
    saved(path, rows)
    with pytest.raises(RecordsError, match="no visible sheet holds a row"):
        headings(path, NAMES)


@pytest.mark.parametrize("old_days", [False, True], ids=["1900", "1904"])
def test_days_and_times_come_out_in_iso_in_both_date_systems(path, old_days):
    day, moment = date(2023, 3, 15), pd.Timestamp("2023-03-15 08:30").to_pydatetime()
    saved(path, [["h", "i"], [day, moment], [time(8, 30), day]], old_days=old_days)
    rows = [["2023-03-15", "2023-03-15 08:30:00"], ["08:30:00", "2023-03-15"]]
    assert [cells for _, cells in read(path)[0]] == rows


@pytest.mark.parametrize("number_format", ['yyyy"年"m"月"d"日"', "[$-804]yyyy年m月d日;@", "m/d/yy"])
def test_a_day_is_a_day_in_whatever_form_it_shows(path, number_format):
    saved(path, [["h", "i"], [45000, "b"]])
    book = load_workbook(path)
    book.active["A2"].number_format = number_format
    book.save(path)
    assert read(path)[0] == [(1, ["2023-03-15", "b"])]


@pytest.mark.parametrize("number_format", [27, 31, 57, 58])
def test_the_forms_that_chinese_excel_writes_by_number_only_are_days(path, number_format):
    saved(path, [["h", "i"], [date(2023, 3, 15), 45000]])
    with ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode()
    styles = re.sub("<numFmts.*</numFmts>", "", styles).replace('numFmtId="164"', f'numFmtId="{number_format}"')
    assert f'numFmtId="{number_format}"' in styles
    altered(path, {"xl/styles.xml": styles})
    assert read(path)[0] == [(1, ["2023-03-15", "45000"])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>12</v>", "12"), ("<v>12.0</v>", "12"), ("<v>1.2E+3</v>", "1200"), ("<v>1.5E-7</v>", "0.00000015"),
        ("<v>0.10000000000000001</v>", "0.1"), ("<v>-0</v>", "0"), ("<v>-0.5</v>", "-0.5"), ("<v>100</v>", "100"),
        ("<v>999999999999999</v>", "999999999999999"), ("<f>SUM(1)</f><v>7</v>", "7"),
        ("<f>1/8</f><v>0.125</v>", "0.125"),
    ],
)  # fmt: skip
def test_a_number_is_its_shortest_decimal_text_and_a_formula_the_value_it_came_to(by_hand, cell, text):
    assert read(by_hand(f'<row r="2"><c r="A2">{cell}</c></row>'))[0] == [(1, [text, ""])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('t="b"><v>1</v>', "true"), ('t="str"><f>A1&amp;"x"</f><v>hx</v>', "hx"),
        ('t="d"><v>2023-03-15</v>', "2023-03-15"),
        ('t="str"><v>a_x000D_\n</v>', "a"), ('t="inlineStr"><is><r><t>高</t></r><r><t>阳</t></r></is>', "高阳"),
        ('t="s"><v>1</v>', "second"), ('t="d"><v>2023-03-15T08:30:00Z</v>', "2023-03-15 08:30:00"),
    ],
)  # fmt: skip
def test_every_kind_of_cell_has_its_text(by_hand, cell, text):
    assert read(with_texts(by_hand, f'<row r="2"><c r="A2" {cell}</c></row>', "first", "second"))[0] == [
        (1, [text, ""])
    ]


def with_texts(by_hand, rows, *texts):
    """A workbook with a table of shared texts, as Excel writes it."""
    path = by_hand(rows)
    with ZipFile(path) as archive:
        types = archive.read("[Content_Types].xml").decode()
    name, kind = (
        "/xl/sharedStrings.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
    )
    if name not in types:
        types = types.replace("</Types>", f'<Override PartName="{name}" ContentType="{kind}"/></Types>')
    table = f"<sst {MAIN}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>"
    return altered(path, {"[Content_Types].xml": types, "xl/sharedStrings.xml": table})


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("><f>A1</f>", "formula_without_value"), ("><f>A1</f><v/>", "formula_without_value"),
        (' t="str"><f>A1</f>', "formula_without_value"), (' t="e"><v>#REF!</v>', "error_value"),
        (' t="e"><f>A9</f><v>#N/A</v>', "error_value"), ("><v>1.30628190001010E+17</v>", "number_too_long"),
        ("><v>130628190001010011</v>", "number_too_long"), ("><v>1e999</v>", "number_too_long"),
        ("><v>nan</v>", "malformed_row"), ("><v>1_0</v>", "malformed_row"), (' t="b"><v>2</v>', "malformed_row"),
        (' t="d"><v>15 March</v>', "malformed_row"), (' t="x"><v>1</v>', "malformed_row"),
        ('><v>1</v></c><c r="A2"><v>2</v>', "malformed_row"),
        (f' t="str"><v>{"a" * (LONGEST + 1)}</v>', "malformed_row"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_a_row_with_a_cell_that_cannot_be_believed_is_told_apart(by_hand, cell, reason):
    rows = f'<row r="2"><c r="A2"{cell}</c></row><row r="3"><c r="A3"><v>3</v></c></row>'
    found, broken = read(by_hand(rows))
    assert found == [(2, ["3", ""])]
    assert [(b.row, b.reason) for b in broken] == [(1, reason)]


def test_a_formula_may_come_to_no_text(by_hand):
    row = '<row r="2"><c r="A2" t="str"><f>IF(1,"")</f><v></v></c><c r="B2"><v>1</v></c></row>'
    assert read(by_hand(row)) == ([(1, ["", "1"])], [])


def test_a_day_outside_the_calendar_is_an_error_and_not_a_warning(path):
    saved(path, [["h", "i"], [date(2023, 3, 15), "a"]])
    with ZipFile(path) as archive:
        sheet = archive.read(SHEET).decode()
    assert sheet.count("<v>45000</v>") == 1
    for serial in ("20230315", "-1"):
        altered(path, {SHEET: sheet.replace("45000", serial)})
        found, broken = read(path)
        assert (found, [b.reason for b in broken]) == ([], ["error_value"])


def test_a_heading_without_a_text_is_refused(by_hand):
    path = by_hand("")
    with ZipFile(path) as archive:
        sheet = archive.read(SHEET).decode()
    altered(path, {SHEET: sheet.replace('<c r="B1" t="inlineStr"><is><t>i</t></is>', '<c r="B1"><f>X1</f>')})
    with pytest.raises(RecordsError, match="row 1: a cell of the heading has no text"):
        headings(path, NAMES)


def test_a_used_range_of_the_whole_sheet_costs_nothing(by_hand):
    rows = f'<row r="2"><c r="A2"><v>1</v></c></row><row r="{LAST_ROW}"><c r="XFD{LAST_ROW}"><v>2</v></c></row>'
    found, broken = read(by_hand(rows, "A1:XFD1048576"))
    assert found == [(1, ["1", ""])]
    assert [(b.row, b.reason) for b in broken] == [(LAST_ROW - 1, "malformed_row")]


@pytest.mark.parametrize("number", ["1", "0", "-4", "1048577", "99999999999999999999", "x", "9" * 5000])
def test_a_row_out_of_order_is_never_dropped_without_a_word(by_hand, number):
    path = by_hand(f'<row r="{number}"><c><v>1</v></c></row>')
    with pytest.raises(RecordsError, match="not readable as an Excel workbook") as refused:
        read(path)
    assert len(told(refused)) < 300 + len(str(path))


@pytest.mark.parametrize("number", ["2", "-1", "x"])
def test_a_text_that_is_not_in_the_table_of_texts_is_refused(by_hand, number):
    path = with_texts(by_hand, f'<row r="2"><c r="A2" t="s"><v>{number}</v></c></row>', "first", "second")
    with pytest.raises(RecordsError, match="not as Excel writes it"):
        read(path)


def test_a_cell_of_ten_megabytes_is_read(by_hand):
    long = "高" * (10_000_000 // 3)
    assert read(by_hand(f'<row r="2"><c r="A2" t="str"><v>{long}</v></c></row>'))[0] == [(1, [long, ""])]


def test_a_row_of_more_cells_than_there_can_be_is_refused(by_hand, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 1000)
    path = by_hand(f'<row r="2">{"<c/>" * 2_000}</row>')
    with pytest.raises(RecordsError, match="more cells than Excel allows"):
        read(path)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old .xls workbook, or has a password"),
        (b"h,i\na,b\n", "no .xlsx file"), (b"", "no .xlsx file"), (b"PK\x03\x04 nothing", "its archive is damaged"),
        (b"PK\x05\x06" + b"\x00" * 18, "missing or not as Excel writes it"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_told_with_what_to_do(path, data, why):
    path.write_bytes(data)
    with pytest.raises(RecordsError, match=f"not readable as an Excel workbook: .*{why}.*save it as .xlsx") as refused:
        headings(path, NAMES)
    assert str(path) in told(refused)


def test_a_file_that_is_not_there_is_told(path):
    with pytest.raises(RecordsError, match="FileNotFoundError"):
        headings(path, NAMES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/unused.bin"])
def test_a_document_type_is_refused_in_every_part_and_encoding(path, part, encoding):
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{" " * 70_000}<!DOCTYPE x [{laughs}]><x>&a9;</x>'
    altered(saved(path, [["h", "i"]]), {part: xml.encode(encoding)})
    with pytest.raises(RecordsError, match="document type"):
        headings(path, NAMES)


def test_the_words_of_a_document_type_are_allowed_in_a_cell_and_a_comment(by_hand):
    path = by_hand('<!-- <!DOCTYPE x> --><row r="2"><c r="A2" t="str"><v>&lt;!DOCTYPE x&gt;</v></c></row>')
    assert read(path)[0] == [(1, ["<!DOCTYPE x>", ""])]


def test_a_bomb_is_refused_by_what_the_archive_declares(path):
    altered(saved(path, [["h", "i"]]), {"xl/media/bomb.bin": b"\x00" * (60 << 20)})
    with pytest.raises(RecordsError, match="unpack to more than a workbook can hold"):
        headings(path, NAMES)


@pytest.mark.parametrize(
    ("limit", "value"), [("LARGEST_MEMBER", 300), ("LARGEST_TOTAL", 2000), ("MOST_MEMBERS", 5), ("LARGEST_WHOLE", 300)]
)
def test_every_limit_of_the_archive_is_held(path, monkeypatch, limit, value):
    saved(path, [["h", "i"]])
    assert headings(path, NAMES) == ["h", "i"]
    monkeypatch.setattr(workbook_guard, limit, value)
    with pytest.raises(RecordsError, match="unpack to more than a workbook can hold"):
        headings(path, NAMES)


def test_a_part_that_holds_more_than_it_declares_is_refused(by_hand):
    path = by_hand(f'<row r="2"><c r="A2" t="str"><v>{"a" * 5000}</v></c></row>')
    with ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (size - 200).to_bytes(4, "little")))
    with pytest.raises(RecordsError, match="damaged"):
        read(path)


def test_other_packings_and_passwords_are_refused(path):
    altered(saved(path, [["h", "i"]]), {}, ZIP_LZMA)
    with pytest.raises(RecordsError, match="packed in a way that Excel does not use"):
        headings(path, NAMES)
    data = bytearray(saved(path, [["h", "i"]]).read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(RecordsError, match="has a password"):
        headings(path, NAMES)


def test_a_wrong_checksum_is_found_though_the_sheet_reads_to_its_end(by_hand):
    path = by_hand('<row r="2"><c r="A2"><v>4711</v></c></row>')
    altered(path, {}, ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"<v>4711</v>", b"<v>9711</v>"))
    with pytest.raises(RecordsError, match="its archive is damaged"):
        read(path)


@pytest.fixture
def sample(path):
    """The bytes of a workbook with a bit of everything, and the rows that are in it."""
    saved(path, [["名称", "日期"], *([f"企业{n}", date(2023, 1, 1 + n)] for n in range(9)), ["sum", "=A1"]], "企业")
    return path.read_bytes(), read(path)


def test_a_truncated_workbook_is_refused_wherever_it_ends(path, sample):
    data, _ = sample
    for end in range(0, len(data), 10):
        path.write_bytes(data[:end])
        with pytest.raises(RecordsError, match="not readable as an Excel workbook"):
            read(path)


def test_a_damaged_workbook_gives_its_rows_or_is_refused_and_nothing_else(path, sample):
    data, whole = sample
    outcomes = {"same": 0, "refused": 0}
    for seed in range(150):
        path.write_bytes(mutated(data, random.Random(seed)))
        try:
            assert read(path) == whole
            outcomes["same"] += 1
        except RecordsError:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 50


def mutated(data, rng):
    """Some bytes changed, cut out or doubled."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(changed))
        if rng.random() < 0.7:
            changed[place] = rng.randrange(256)
        else:
            changed[place : place + rng.randint(0, 9)] = bytes(rng.randrange(256) for _ in range(rng.randint(0, 9)))
    return bytes(changed)


def test_parts_damaged_before_they_were_packed_raise_nothing_but_a_refusal(path, sample):
    data, _ = sample
    path.write_bytes(data)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for seed in range(150):
        rng = random.Random(seed)
        name = rng.choice([*parts, *[SHEET] * 6])
        path.write_bytes(data)
        altered(path, {name: reworded(parts[name], rng)})
        with suppress(RecordsError):
            found, broken = read(path)
            positions = [n for n, _ in found] + [b.row for b in broken]
            assert len(positions) == len(set(positions))


def reworded(data, rng):
    """XML with some of its signs exchanged, so that it often still parses."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] = rng.choice(b'0123456789AZaz"<>/= \x00\xff')
    return bytes(changed)


def test_the_file_is_closed_however_far_it_was_read(path):
    saved(path, [["h", "i"], *([n, n] for n in range(50))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = sheet_rows(path, NAMES, 2, [])
        assert next(rows) == (1, ["0", "0"])
        rows.close()
        with open_sheet(path, NAMES) as sheet:
            assert sheet.headings() == ["h", "i"]
            assert len(list(sheet.rows(2, []))) == 50
        assert sheet.archive.fp is None or sheet.archive.fp.closed


def test_an_error_of_the_caller_is_not_taken_for_one_of_the_file(path):
    saved(path, [["h", "i"]])
    with pytest.raises(KeyError), open_sheet(path, NAMES):
        raise KeyError("theirs")
