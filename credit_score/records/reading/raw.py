"""Files as tables of text: what stands in a file, before anything is believed.

CSV in UTF-8 or GB 18030, and Excel workbooks; Parquet is read in ``parts.py``. Rows that are none (wrong encoding, too
many or too few columns, an open quote) come back apart, so that every row of a file is accounted for. A plain CSV file
is read by the engine, any other line by line (``lines.py``); both give the same rows. Only columns of the contract are
kept.
"""

# ruff: noqa: S608  (names in SQL are ours or quoted, and so are paths)

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from credit_score.engine import streamed
from credit_score.engine.embedded import one_file
from credit_score.errors import RecordsError
from credit_score.records.contract import Contract
from credit_score.records.reading.headings import Heading, heading_of
from credit_score.records.reading.lines import GB_18030, UTF_8, Broken, encoding, heading, is_plain, rows
from credit_score.records.reading.vocabulary import table_names
from credit_score.records.reading.workbook import headings, sheet_rows

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

BATCH = 50_000
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Raw:
    """One file as read: ``table`` has ``row`` and the contract's columns as text.

    ``name`` is the file's in its folder. A ``table`` that holds the rows of several files tells by ``_file`` which row
    is of which: the ``number`` of its file. ``broken`` lists rows that are none: ``row`` (position in the file, heading
    not counted), ``reason`` and the length in bytes. ``counted``: whether ``row`` in the table counts readable rows
    only. ``written``: how the file is written, such as ``CSV, gb18030``.
    """

    path: Path
    table: "ibis.Table"
    broken: "pd.DataFrame"
    heading: Heading
    written: str
    name: str
    number: int
    counted: bool = False

    @property
    def before(self) -> list[int]:
        """Of readable rows, counted alone, those before which a broken one stands, once for each such."""
        return list(np.sort(self.broken["row"].to_numpy()) - np.arange(len(self.broken)))


@dataclass(frozen=True)
class Source:
    """A file to read: where it is, its name in the folder, and its number among the files of its table."""

    path: Path
    name: str
    number: int


def read_raw(engine: "ibis.BaseBackend", source: Source, contract: Contract) -> Raw:
    """One CSV file or workbook as text in the engine.

    Raises RecordsError for an empty file, a wrong heading, and one that is not readable as what it says it is.
    """
    check_filled(source.path)
    read = _read_csv if source.path.suffix.lower() == ".csv" else _read_workbook
    return read(engine, source, contract, f"raw_{contract.name}_{source.number}")


def check_filled(path: Path) -> None:
    """Raise RecordsError for a file without a byte."""
    if path.stat().st_size == 0:
        raise RecordsError("the file is empty", where=str(path), remedy="send it again, or remove it")


def _read_csv(engine: "ibis.BaseBackend", source: Source, contract: Contract, name: str) -> Raw:
    path = source.path
    if engine.name == "duckdb" and is_plain(path):
        return _read_plain(engine, source, contract, name)
    coding = encoding(path)
    found = heading_of(path, _heading(path, coding), contract)
    broken: list[Broken] = []
    cells = rows(path, len(found.names), broken, coding)
    return _streamed(engine, source, found, (cells, broken), contract, name, f"CSV, {coding}")


def _read_workbook(engine: "ibis.BaseBackend", source: Source, contract: Contract, name: str) -> Raw:
    path, names = source.path, table_names(contract.name)
    found = heading_of(path, headings(path, names), contract)
    broken: list[Broken] = []
    cells = sheet_rows(path, names, len(found.names), broken)
    return _streamed(engine, source, found, (cells, broken), contract, name, "Excel")


def _streamed(
    engine: "ibis.BaseBackend",
    source: Source,
    found: Heading,
    given: tuple[Iterator[Row], list[Broken]],
    contract: Contract,
    name: str,
    written: str,
) -> Raw:
    """Rows taken in a batch at a time; the list of broken ones is full when the last has been read."""
    import pandas as pd

    cells, broken = given
    stopped: list[RecordsError] = []
    with _as_told(stopped):
        table = streamed(engine, name, _batches(_until_stopped(cells, stopped), found))
    listed = [(b.row, b.reason, b.bytes) for b in broken]
    told = pd.DataFrame(listed, columns=list(Broken._fields))
    return Raw(source.path, complete(table, contract), told, found, written, source.name, source.number)


def _until_stopped(cells: Iterator[Row], stopped: list[RecordsError]) -> Iterator[Row]:
    """The rows; a refusal on the way is remembered, since the engine would tell it in many lines of its own."""
    try:
        yield from cells
    except RecordsError as error:
        stopped.append(error)
        raise


@contextmanager
def _as_told(stopped: list[RecordsError]) -> Iterator[None]:
    """What stopped the rows is raised as it was told, not as the engine repeats it."""
    import duckdb

    try:
        yield
    except (duckdb.Error, RecordsError):
        if stopped:
            raise stopped[0] from None
        raise


def _batches(cells: Iterator[Row], found: Heading) -> "pa.RecordBatchReader":
    """The columns of the contract that stand in numbered rows, a batch at a time."""
    import pyarrow as pa

    places = list(found.places.values())
    schema = pa.schema([("row", pa.int64()), *((column, pa.string()) for column in found.places)])

    def batches() -> Iterator["pa.RecordBatch"]:
        while block := list(islice(cells, BATCH)):
            columns = zip(*((row, *(values[i] for i in places)) for row, values in block), strict=True)
            arrays = [pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _read_plain(engine: "ibis.BaseBackend", source: Source, contract: Contract, name: str) -> Raw:
    path = source.path
    found = heading_of(path, _heading(path, UTF_8), contract)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(found.names)))
    chosen = ", ".join(f'c{i} AS "{column}"' for column, i in found.places.items())
    with _readable(path):
        engine.raw_sql(
            f"CREATE OR REPLACE TABLE {name} AS SELECT row_number() OVER () AS row, {chosen} "
            f"FROM read_csv({_one_file(path)}, "
            f"header=true, auto_detect=false, hive_partitioning=false, columns={{{columns}}}, delim=',', quote='', "
            f"escape='', nullstr='', store_rejects=true, rejects_table='bad_{name}', rejects_scan='scan_{name}')"
        )
    table, broken = complete(engine.table(name), contract), _broken(engine, f"bad_{name}")
    return Raw(path, table, broken, found, f"CSV, {UTF_8}", source.name, source.number, counted=True)


def _heading(path: Path, coding: str) -> list[str]:
    where = f"{path}, line 1"
    try:
        return next(csv.reader([heading(path).decode(coding).removeprefix("\ufeff")]), [])
    except UnicodeDecodeError:
        what, remedy = f"the heading is readable neither in {UTF_8} nor in {GB_18030}", "export it in UTF-8"
        raise RecordsError(what, where=where, remedy=remedy) from None
    except csv.Error:
        raise RecordsError("the heading is not readable as CSV", where=where, remedy="export it again") from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the engine cannot read is told in one line that repeats no value of the file."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise not_readable(path, "CSV in UTF-8", error) from None


def not_readable(path: Path, kind: str, error: Exception) -> RecordsError:
    """What is raised for a file that is not what its name says: the reader's first line, without a value it repeats."""
    what = re.sub(r'value ".*', "a value in another encoding", (str(error).splitlines() or [""])[0][:120])
    return RecordsError(f"not readable as {kind}: {what}", where=str(path), remedy="export it again")


def _broken(engine: "ibis.BaseBackend", name: str) -> "pd.DataFrame":
    rejects = engine.con.execute(
        f"SELECT line - 1 AS row, max(strlen(csv_line)) AS bytes FROM {name} GROUP BY line ORDER BY line"
    ).df()
    rejects["row"] = rejects["row"].astype("int64")
    rejects["reason"] = "malformed_row"
    return rejects[["row", "reason", "bytes"]]


def complete(table: "ibis.Table", contract: Contract) -> "ibis.Table":
    """The contract's columns in its order as trimmed text, those absent from the file empty."""
    import ibis

    texts = {c: table[c].strip().nullif("") if c in table.columns else ibis.null("string") for c in contract.columns}
    return table.select(*(c for c in ("_file",) if c in table.columns), row=table.row, **texts)


def _one_file(path: Path) -> str:
    """A path in SQL that means this one file."""
    return _quoted(one_file(path))


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
