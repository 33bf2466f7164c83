"""An Excel workbook row by row: the one sheet that is meant, its heading, and every row below it.

A row keeps its place in the sheet: row 5 is the fifth below the heading, as the reporting unit counts, though empty
rows stand between. A row is one for the judge, or is told apart with its reason: cells beyond the heading's columns or
one longer than ``LONGEST`` (malformed_row), an Excel error such as #REF! (error_value), a formula that was never
computed (formula_without_value), a number of more digits than Excel keeps (number_too_long). Hidden sheets are
not read; hidden rows and columns, which a filter may have left, are. A workbook in which another sheet, hidden or not,
holds rows of the same table is refused.

The XML is streamed, and nothing is sized by what a sheet declares, so a used range up to XFD1048576 costs nothing.
The texts that cells share are held in memory.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from credit_score.errors import RecordsError, discreet, first_five
from credit_score.records.reading.lines import LONGEST, Broken
from credit_score.records.reading.vocabulary import plain
from credit_score.records.reading.workbook_cells import NAMESPACE, Book, CellFault, book_of, cell_text
from credit_score.records.reading.workbook_guard import CHUNK, Unreadable, check_archive, quiet, readable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from openpyxl import Workbook

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# Titles, units and dates above a heading; a table of one column is not searched to its end for a wider row.
MOST_TITLES = 20
# A row has at most 16,384 cells of a few elements each; without a bound, one row could fill the memory.
MOST_ELEMENTS = 1 << 20
_ROW, _CELL, _SHEET_DATA = (NAMESPACE + name for name in ("row", "c", "sheetData"))


@dataclass(frozen=True)
class Row:
    """A row that is not empty: its number in the sheet, texts by column (from 1), and a reason if it is no row."""

    number: int
    cells: dict[int, str]
    fault: str

    def bytes(self) -> int:
        """Length of its texts in UTF-8."""
        return sum(len(text.encode()) for text in self.cells.values())


@dataclass(frozen=True)
class Sheet:
    """One sheet of an open workbook: its name and its part of the archive. Reading it raises RecordsError."""

    path: Path
    name: str
    archive: ZipFile
    part: str
    book: Book

    def heading(self) -> Row:
        """The first row of two or more cells; titles of one cell above it are passed over."""
        first = list(islice(self.filled(), MOST_TITLES))
        found = next((row for row in first if len(row.cells) > 1), first[0])
        if found.fault:
            where = f"{self.path}, sheet {_told(self.name)}, row {found.number}"
            raise RecordsError("a cell of the heading has no text", where=where, remedy="type the name of its column")
        return found

    def headings(self) -> list[str]:
        """The heading's texts, from its first to its last cell that is not empty."""
        cells = self.heading().cells
        return [cells.get(column, "") for column in range(min(cells), max(cells) + 1)]

    def rows(self, n_columns: int, broken: list[Broken]) -> Iterator[tuple[int, list[str]]]:
        """Position and cells of every row below the heading; what is no row is added to ``broken``."""
        heading = self.heading()
        columns = range(min(heading.cells), min(heading.cells) + n_columns)
        for row in self.filled():
            position = row.number - heading.number
            if position <= 0:
                continue
            if fault := row.fault or _misfit(row, columns):
                broken.append(Broken(position, fault, row.bytes()))
            else:
                yield position, [row.cells.get(column, "") for column in columns]

    def filled(self) -> Iterator[Row]:
        """Every row that is not empty, in order."""
        last = 0
        with readable(self.path):
            for element in self._elements():
                number = int(element.get("r", last + 1))
                if not last < number <= LAST_ROW:
                    raise Unreadable("the rows of a sheet are out of order")
                last = number
                if (row := _row(element, number, self.book)).cells:
                    yield row

    def _elements(self) -> Iterator["Element"]:
        """The ``<row>`` elements, each cleared when it was used; at the end the checksum of the part was checked."""
        from xml.etree.ElementTree import iterparse

        held = 0
        with self.archive.open(self.part) as source:
            for _, element in iterparse(source):  # noqa: S314  (the guard refused every document type)
                held += 1
                if element.tag == _ROW:
                    yield element
                    element.clear()
                    held = 0
                elif element.tag == _SHEET_DATA:
                    break
                elif held > MOST_ELEMENTS:
                    raise Unreadable("a row of a sheet has more cells than Excel allows")
            while source.read(CHUNK):
                pass


def headings(path: Path, table_names: Collection[str]) -> list[str]:
    """The heading's texts, stripped. Raises RecordsError for a file that is no workbook and for an unclear sheet."""
    with open_sheet(path, table_names) as sheet:
        return sheet.headings()


def sheet_rows(
    path: Path, table_names: Collection[str], n_columns: int, broken: list[Broken]
) -> Iterator[tuple[int, list[str]]]:
    """Position and cells of every row below the heading; rows that are none are added to ``broken``.

    Positions count sheet rows below the heading, empty ones included; those are passed over. Raises RecordsError, also
    after some rows were given: a sheet is believed once it was read to its end.
    """
    with open_sheet(path, table_names) as sheet:
        yield from sheet.rows(n_columns, broken)


@contextmanager
def open_sheet(path: Path, table_names: Collection[str]) -> Iterator[Sheet]:
    """The sheet that holds a table: the only visible one with rows, or the one named so.

    Raises RecordsError where none is clear, and where another sheet holds rows of the same table.
    """
    from openpyxl import load_workbook

    with readable(path):
        stream = path.open("rb")
    with stream:
        with readable(path), quiet():
            check_archive(stream)
            workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheets, hidden = _sheets(path, workbook)
        chosen = _chosen(path, sheets, table_names)
        _check_alone(chosen, [*sheets, *hidden], table_names)
        yield chosen


def _sheets(path: Path, workbook: "Workbook") -> tuple[list[Sheet], list[Sheet]]:
    """The visible and the hidden sheets that hold a cell."""
    every = workbook.worksheets
    book = book_of(workbook, every[0]._shared_strings if every else [])
    found: tuple[list[Sheet], list[Sheet]] = [], []
    for one in every:
        sheet = Sheet(path, one.title, workbook._archive, one._worksheet_path, book)
        if any(True for _ in sheet.filled()):
            found[one.sheet_state != "visible"].append(sheet)
    return found


def _chosen(path: Path, sheets: list[Sheet], table_names: Collection[str]) -> Sheet:
    """The only sheet, or the only one named as the table. Raises RecordsError that names the sheets."""
    wanted = {name.strip().casefold() for name in table_names}
    named = [sheet for sheet in sheets if sheet.name.strip().casefold() in wanted]
    for candidates in (sheets, named):
        if len(candidates) == 1:
            return candidates[0]
    if not sheets:
        raise RecordsError("no visible sheet holds a row", where=str(path), remedy="send it again, or remove it")
    told = first_five(_told(sheet.name) for sheet in sheets)
    raise RecordsError(
        f"{len(sheets)} sheets hold rows ({told}), {len(named) or 'none'} named as the table",
        where=str(path),
        remedy=f"keep one sheet, or name one {' or '.join(map(repr, table_names))}",
    )


def _check_alone(chosen: Sheet, sheets: Collection[Sheet], table_names: Collection[str]) -> None:
    """Refuse a workbook in which another sheet, visible or hidden, holds rows of the chosen sheet's table.

    Such are a sheet with a row below two of the heading's names in its first rows, and one named as the table with
    what may follow it: ``信用记录（续）``. Notes and lists of codes may stand beside a table.
    """
    names = frozenset(map(plain, chosen.headings())) - {""}
    others = [sheet for sheet in sheets if sheet is not chosen]
    if more := [s for s in others if _continues(s.name, table_names) or _has_heading(s, names)]:
        raise RecordsError(
            f"besides {_told(chosen.name)}, sheet {first_five(_told(s.name) for s in more)} holds rows of the table",
            where=str(chosen.path),
            remedy="put each in a file of its own, or remove it",
        )


def _continues(name: str, table_names: Collection[str]) -> bool:
    """Whether a sheet is named as the table, alone or with a mark or number behind: （续）, -2, 2, 续."""
    return any(
        re.fullmatch(rf"{re.escape(plain(word))}([^\w].*|_.*|续.*|[0-9]+)?", plain(name)) for word in table_names
    )


def _has_heading(sheet: Sheet, names: frozenset[str]) -> bool:
    """Whether a row of a sheet's first ones holds two of a heading's names, and another row stands below it."""
    first = list(islice(sheet.filled(), MOST_TITLES + 1))
    least = min(2, len(names))
    return any(len(names & set(map(plain, row.cells.values()))) >= least for row in first[:-1])


def _told(name: str) -> str:
    return repr(name) if discreet(name) == name else discreet(name)


def _row(element: "Element", number: int, book: Book) -> Row:
    """The cells of a row that are not empty; a cell that has no text stands in as a question mark."""
    cells: dict[int, str] = {}
    fault, last = "", 0
    for cell in element.iterfind(_CELL):
        column = _column(cell.get("r", ""), last)
        try:
            text = cell_text(cell, book)
        except CellFault as found:
            text, fault = "?", fault or found.reason
        if text:
            cells[column] = text
        if column <= last:  # two cells in one place: neither is believed
            fault = fault or "malformed_row"
        last = column
    return Row(number, cells, fault)


def _column(place: str, last: int) -> int:
    """The number of a cell's column; one that does not say where it stands follows the last."""
    return _numbered(place.rstrip("0123456789")) if place else last + 1


@lru_cache(maxsize=LAST_COLUMN)
def _numbered(letters: str) -> int:
    from openpyxl.utils import column_index_from_string

    return column_index_from_string(letters)


def _misfit(row: Row, columns: range) -> str:
    """Why cells are no row of the table, or nothing."""
    outside = min(row.cells) < columns.start or max(row.cells) >= columns.stop
    return "malformed_row" if outside or any(len(text) > LONGEST for text in row.cells.values()) else ""
