"""Ways in which an Excel workbook is broken: its cells, its XML, its archive, and bombs of each."""

import io
import zipfile
from collections.abc import Callable
from functools import lru_cache
from random import Random
from xml.sax.saxutils import escape

from fuzz_csv import FORBIDDEN, UNKNOWN, cut, flipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
Parts = dict[str, bytes]
BOMB = 300 << 20


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


def _legal(text: str) -> str:
    """Text as XML can hold it."""
    return escape("".join(c if c >= " " or c in "\t\n" else "?" for c in text))


def _sheet(rows: list[list[str]], *, shared: bool) -> tuple[str, list[str]]:
    """The sheet's XML and the shared texts; a short number stands as a number."""
    texts: dict[str, int] = {}
    made = []
    for r, row in enumerate(rows, start=1):
        cells = [_cell(f"{_letters(c)}{r}", text, texts, shared=shared) for c, text in enumerate(row) if text]
        made.append(f'<row r="{r}">{"".join(cells)}</row>')
    body = f'{XML}<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{"".join(made)}</sheetData></worksheet>'
    return body, list(texts)


def _cell(place: str, text: str, texts: dict[str, int], *, shared: bool) -> str:
    if text.isascii() and text.isdigit() and len(text) < 12:
        return f'<c r="{place}"><v>{text}</v></c>'
    if shared:
        return f'<c r="{place}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{_legal(text)}</t></is></c>'


def parts_of(rows: list[list[str]], *, shared: bool) -> Parts:
    """The parts of a small workbook as Excel names them."""
    sheet, texts = _sheet(rows, shared=shared)
    listed = "".join(f'<si><t xml:space="preserve">{_legal(t)}</t></si>' for t in texts)
    made = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{TYPE}worksheet+xml"/>'
        f'<Override PartName="/{TEXTS}" ContentType="{TYPE}sharedStrings+xml"/></Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="Sheet1" sheetId="1" '
        f'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        SHEET: sheet,
        TEXTS: f'{XML}<sst xmlns="{MAIN}">{listed}</sst>',
    }
    return {name: text.encode() for name, text in made.items()}


def zipped(parts: Parts) -> bytes:
    """The parts as an archive; none is dated, so that the same parts are the same bytes at any time."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _in_cells(what: Callable[[str, Random], str]) -> Callable[[Parts, Random], Parts]:
    """A change to one cell of the sheet below the heading, by the text of its element."""

    def change(parts: Parts, draw: Random) -> Parts:
        cells = parts[SHEET].decode().split("<c ")
        at = draw.randrange(len(cells) // 2, len(cells))
        return parts | {SHEET: "<c ".join([*cells[:at], what(cells[at], draw), *cells[at + 1 :]]).encode()}

    return change


def _instead(*bodies: str) -> Callable[[Parts, Random], Parts]:
    """Another body for one cell, which keeps its place; what follows the cell stays."""

    def what(cell: str, draw: Random) -> str:
        place, rest = cell.split('"')[1], cell.partition("</c>")[2]
        return f'r="{place}" {draw.choice(bodies)}</c>{rest}'

    return _in_cells(what)


def _replaced(old: str, *new: str) -> Callable[[Parts, Random], Parts]:
    return lambda parts, draw: parts | {SHEET: parts[SHEET].replace(old.encode(), draw.choice(new).encode())}


def _doctype(parts: Parts, draw: Random) -> Parts:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    types = (f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE x>")
    name = draw.choice((SHEET, TEXTS, "xl/workbook.xml", "[Content_Types].xml"))
    return parts | {name: parts[name].replace(b"?>", b"?>" + draw.choice(types).encode(), 1)}


def _xml(change: Callable[[bytes, Random], bytes]) -> Callable[[Parts, Random], Parts]:
    """One part changed before it is packed, so that its checksum is right."""

    def of_part(parts: Parts, draw: Random) -> Parts:
        name = draw.choice(list(parts))
        return parts | {name: change(parts[name], draw)}

    return of_part


def _without(parts: Parts, draw: Random) -> Parts:
    gone = draw.choice(list(parts))
    return {name: data for name, data in parts.items() if name != gone}


def _large(parts: Parts, draw: Random) -> Parts:
    text = draw.choice(("x", "9", "长", "=", "&#10;", "_x000D_")) * (draw.choice((1, 1, 1, 1, 10, 17)) << 20)
    return _instead(f't="inlineStr"><is><t>{text}</t></is>')(parts, draw)


def _second(parts: Parts, draw: Random) -> Parts:
    book = parts["xl/workbook.xml"].decode()
    state = draw.choice(("visible", "hidden", "veryHidden"))
    more = book.replace("</sheets>", f'<sheet name="信用记录" sheetId="2" state="{state}" r:id="rId1"/></sheets>')
    return parts | {"xl/workbook.xml": more.encode()}


# Texts of the cells stay, so a reader must find as many rows as were written, or refuse.
SAME_ROWS: dict[str, Callable[[Parts, Random], Parts]] = {
    "error values": _instead('t="e"><v>#REF!</v>', 't="e"><v>#N/A</v>', 't="zz"><v>1</v>'),
    "formulas": _instead("><f>1+1</f>", "><f>1+1</f><v>2</v>", 't="str"><f>cmd|x!A0</f><v>=cmd|x</v>'),
    "numbers that are none": _instead(*(f"><v>{v}</v>" for v in ("1e999", "NaN", "--1", "1" * 40, "0x1", "9" * 9000))),
    "texts by a number there is not": _instead('t="s"><v>999999</v>', 't="s"><v>-1</v>', 't="s"><v>x</v>'),
    "two cells in one place": _in_cells(lambda cell, draw: f"{cell.partition('</c>')[0]}</c><c {cell}"),
    "a cell beyond the columns": _replaced("</row>", *(f'<c r="{c}1"><v>1</v></c></row>' for c in ("XFD", "ZZZZZ"))),
    "rows out of order, or far below": _replaced('<row r="3"', *(f'<row r="{r}"' for r in (2, 1048577, "9e9", -1))),
    "a used range up to XFD1048576": _replaced('ref="A1"', 'ref="A1:XFD1048576"', 'ref="A1:ZZZZ99999999999"', 'ref=""'),
    "a document type (DOCTYPE)": _doctype,
    "a part missing": _without,
    "a cell of 1, 10 or 17 MB": _large,
    "two sheets with rows": _second,
}


OPEN_ROWS: dict[str, Callable[[Parts, Random], Parts]] = {
    "XML bytes flipped, checksum right": _xml(flipped),
    "XML cut off, checksum right": _xml(cut),
    "XML in another encoding": _xml(lambda data, draw: data.replace(b"UTF-8", b"x-none").decode().encode("utf-16")),
}


def _checksum(data: bytes, draw: Random) -> bytes:
    """The checksum or a declared size of a part made wrong in the archive's directory."""
    at = data.rfind(b"PK\x01\x02", 0, draw.randrange(data.find(b"PK\x01\x02") + 4, len(data)))
    field = draw.choice((16, 20, 24))
    return data[: at + field] + draw.randbytes(4) + data[at + field + 4 :]


ARCHIVE = {
    "archive bytes flipped": flipped,
    "archive cut off": cut,
    "checksum or size declared wrong": _checksum,
    "password or old .xls": lambda data, draw: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data,
    "bytes before and after the archive": lambda data, draw: draw.choice(
        (b"PK" + data, data + b"PK" * 40, b"x" + data[1:])
    ),
}


def _bomb_parts(variant: int) -> Parts:
    """Parts that unpack to far more than they weigh."""
    parts = parts_of([["record_id", "unit"], ["R-1", "court"]], shared=True)
    head, tail = parts[SHEET].split(b"</sheetData>")
    end = b"</sheetData>" + tail
    more: list[Callable[[], Parts]] = [
        lambda: {SHEET: head + b" " * BOMB + end},
        lambda: {TEXTS: b" " * BOMB},
        lambda: {f"xl/media/{i}.bin": b"" for i in range(20_000)},
        lambda: {SHEET: head + b" " * (49 << 20) + end},  # just below what is refused by size alone
        lambda: {SHEET: head + b'<row r="3">' + b"<c/>" * 3_000_000 + b"</row>" + end},
        lambda: {TEXTS: parts[TEXTS].replace(b"</sst>", b"<si><t>" + b"x" * (45 << 20) + b"</t></si></sst>")},
        lambda: {"xl/styles.xml": b" " * (40 << 20), "xl/theme/theme1.xml": b"x" * (40 << 20)},
    ]
    return parts | more[variant]()


@lru_cache(maxsize=16)
def _bomb(variant: int) -> bytes:
    data = zipped(_bomb_parts(variant % 7))
    if variant < 7:
        return data
    at = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)  # the same, with a small size declared
    return data[: at + 24] + b"\x10\x00\x00\x00" + data[at + 28 :]


OTHER_KIND = "named as another kind of file"
WORKBOOK_FAULTS = [*SAME_ROWS, *OPEN_ROWS, *ARCHIVE, "a zip bomb", "heading: odd, doubled or forbidden",
                   "heading: an identity number", "titles above the heading", "no row", OTHER_KIND]  # fmt: skip


def book_bytes(
    heading: list[str], cells: list[list[str]], fault: str, draw: Random, planted: tuple[str, ...]
) -> tuple[bytes, str, bool]:
    """The file, its ending, and whether a reader that takes it must find as many rows as were given."""
    if fault == "a zip bomb":
        return _bomb(draw.randrange(14)), "xlsx", False
    heading, above = list(heading), []
    if fault == "heading: odd, doubled or forbidden":
        heading.append(draw.choice([*FORBIDDEN, *UNKNOWN, heading[0]]))
    if fault == "heading: an identity number":
        heading.append(draw.choice(("", "备注")) + draw.choice(planted))
    if fault == "titles above the heading":
        above = [["信用记录汇总表"], *([[]] * draw.randrange(3)), ["单位：某局"]] * draw.randrange(1, 8)
    parts = parts_of([*above, heading, *([] if fault == "no row" else cells)], shared=draw.random() < 0.5)
    change = (SAME_ROWS | OPEN_ROWS).get(fault)
    data = zipped(change(parts, draw) if change else parts)
    if fault in ARCHIVE:
        data = ARCHIVE[fault](data, draw)
    ending = draw.choice(("csv", "parquet", "CSV")) if fault == OTHER_KIND else "xlsx"
    return data, ending, not (fault in OPEN_ROWS or fault in ("no row", OTHER_KIND, *ARCHIVE))
