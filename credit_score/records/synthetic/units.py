"""A county's tables as units send them: long ones as CSV in GB 18030, registers as Excel workbooks, all in Chinese.

Credit records come in one file a reporting unit, each in its own manner (``wording.py``). The rows are those of the
plain form, dirt included; only what a workbook cannot hold is spoiled otherwise: it has no line in a wrong encoding, so
such a row has an Excel error in a cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from credit_score.records.synthetic.books import Book
from credit_score.records.synthetic.dirt import Unheld
from credit_score.records.synthetic.events import UNITS
from credit_score.records.synthetic.shape import LAST_DAY
from credit_score.records.synthetic.wording import Wording, words
from credit_score.records.synthetic.write import CsvSink, Sink

GB_18030 = "gb18030"
BOOKS = {
    "enterprises": "企业名录",
    "individuals": "个人名录",
    "households": "农户",
    "departments": "监管部门",
    "inspectors": "执法人员",
    "decisions": "行政决定台账",
    "banks": "银行",
    "activities": "活动台账",
    "government_cases": "政务失信台账",
    "posts": "联络员台账",
    "youth_households": "青年信用示范户",
    "measures_taken": "联合奖惩台账",
}
LISTS = {
    "credit_records": "信用记录",
    "inspections": "检查记录",
    "record_events": "异议修复记录",
    "platform": "平台入驻企业",
    "authorisations": "授权查询",
    "village_finance": "村级贷款汇总",
    "scene_uses": "场景使用",
    "report_uses": "信用报告使用",
    "joint_building": "诚信共建企业",
}
MOST_ROWS = 1_000_000  # of 1,048,576 that a sheet has
_SURPLUS = ("多余", "多余")
_ERROR = "#REF!"
_DATE_CELLS = ("individuals", "decisions", "activities", "posts")
_ROWS_AT_ONCE = 5_000
Row = dict[str, Any]


def units_sink(folder: Path, name: str, schema: pa.Schema) -> Sink:
    """Where the rows of a table go in the units' form; what only a synthetic county knows stays plain CSV."""
    if name in BOOKS:
        return BookSink(folder, name, BOOKS[name])
    if name == "credit_records":
        return ByUnit(folder, name, LISTS[name])
    if name in LISTS:
        return GbSink(folder / f"{LISTS[name]}.csv", Wording(name, manner=2))
    return CsvSink(folder, name, schema)


class GbSink:
    """A CSV file in GB 18030 with lines that end as Windows ends them."""

    renames: Mapping[str, str] = {}

    def __init__(self, path: Path, wording: Wording) -> None:
        self._file, self._wording, self._n = path.open("wb"), wording, 0
        self._file.write(_line(wording.headings).encode(GB_18030))

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows, with raw lines between them."""
        for row in _in_order(table, lines):
            self.put(row)

    def put(self, row: Row | Unheld) -> None:
        """Append a row, or a line that is none."""
        told = row.row if isinstance(row, Unheld) else row
        cells = self._wording.cells(told, self._n)
        self._n += 1
        self._file.write(_spoiled(cells, row) if isinstance(row, Unheld) else _line(cells).encode(GB_18030))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ByUnit:
    """A CSV file for each unit that reports; a row of no unit that there is stands in the file of the row before."""

    renames: Mapping[str, str] = {}

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self._folder, self._name, self._title = folder, name, title
        self._sinks: dict[str, GbSink] = {}
        self._last = UNITS[0]

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append each row to the file of its unit."""
        for row in _in_order(table, lines):
            unit = (row.row if isinstance(row, Unheld) else row)["unit"]
            self._last = unit if unit in UNITS else self._last
            self._of(self._last).put(row)

    def close(self) -> None:
        """Finish the files; a county without a record has the heading of one."""
        for sink in self._sinks.values() or [GbSink(self._folder / f"{self._title}.csv", Wording(self._name))]:
            sink.close()

    def _of(self, unit: str) -> GbSink:
        if unit not in self._sinks:
            path = self._folder / f"{self._title}-{words()['unit'][unit]}.csv"
            self._sinks[unit] = GbSink(path, Wording(self._name, manner=UNITS.index(unit)))
        return self._sinks[unit]


class BookSink:
    """Excel workbooks with a title above the heading, the next begun where one is full."""

    renames: Mapping[str, str] = {"wrong_encoding": "error_value"}

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self._folder, self._title = folder, title
        self._wording = Wording(name, excel=name in _DATE_CELLS)
        self._n = self._books = 0
        self._book = self._next()

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows, with rows that are none between them."""
        for row in _in_order(table, lines):
            if self._n == MOST_ROWS * self._books:
                self._book.close()
                self._book = self._next()
            told = row.row if isinstance(row, Unheld) else row
            cells = self._wording.cells(told, self._n)
            self._book.add(_misfit(cells, row) if isinstance(row, Unheld) else cells)
            self._n += 1

    def close(self) -> None:
        """Finish the last file."""
        self._book.close()

    def _next(self) -> Book:
        self._books += 1
        part = f" ({self._books})" if self._books > 1 else ""
        book = Book(self._folder / f"{self._title}{part}.xlsx", self._title)
        book.add([f"{self._title}（虚构数据，截至{LAST_DAY}）"])
        book.add(self._wording.headings)
        return book


def _in_order(table: pa.Table, lines: Iterable[tuple[int, Unheld]]) -> Iterator[Row | Unheld]:
    """The rows of a block with those that no table can hold where they stand."""
    waiting = list(lines)[::-1]
    for start in range(0, table.num_rows, _ROWS_AT_ONCE):
        for i, row in enumerate(table.slice(start, _ROWS_AT_ONCE).to_pylist(), start):
            while waiting and waiting[-1][0] <= i:
                yield waiting.pop()[1]
            yield row
    yield from (spoiled for _, spoiled in reversed(waiting))


def _line(cells: Sequence[Any]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue()


def _spoiled(cells: list[Any], spoiled: Unheld) -> bytes:
    """A line in UTF-8 among others, or one with a cell too few or two too many."""
    if spoiled.kind == "wrong_encoding":
        return _line(cells).encode()
    return _line([*cells, *_SURPLUS] if spoiled.turn % 2 else cells[:-1]).encode(GB_18030)


def _misfit(cells: list[Any], spoiled: Unheld) -> list[Any]:
    """A row with an error in its first cell, or with cells beyond the heading."""
    return [_ERROR, *cells[1:]] if spoiled.kind == "wrong_encoding" else [*cells, *_SURPLUS]
