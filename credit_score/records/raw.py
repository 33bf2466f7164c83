"""Files as tables of text: what stands in a folder, before anything is believed.

CSV in UTF-8 and Parquet, one file a table. Lines that are no rows (wrong encoding, too many or too
few columns, an open quote) come back apart, so that every line of a file is accounted for. A plain CSV file
is read by the engine, any other line by line (``lines.py``); both give the same rows.
"""

# ruff: noqa: S608  (names in SQL come from the contract, after the heading is held to it; paths are quoted)

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
from credit_score.errors import RecordsError, discreet, first_five
from credit_score.records.contracts import Contract
from credit_score.records.lines import Broken, heading, is_plain, rows

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

ENDINGS = (".csv", ".parquet")
BATCH = 50_000


@dataclass(frozen=True)
class Raw:
    """One file as read: ``table`` has ``row`` and the contract's columns as text.

    ``broken`` lists lines that are no rows: ``row`` (position in the file, header not counted),
    ``reason`` and the line's length. ``counted``: whether ``row`` in the table counts readable rows only.
    """

    path: Path
    table: "ibis.Table"
    broken: "pd.DataFrame"
    counted: bool = False

    def position(self, row: "pd.Series") -> np.ndarray:
        """Position in the file of readable rows, the broken lines before them counted in."""
        if not self.counted:
            return row.to_numpy()
        before = np.sort(self.broken["row"].to_numpy()) - np.arange(len(self.broken))
        return row.to_numpy() + np.searchsorted(before, row.to_numpy(), side="right")


def files(folder: Path, known: dict[str, Contract]) -> dict[str, Path]:
    """The file of each table of the contract that a folder holds.

    Raises RecordsError for a missing folder or needed table, a table given twice, and a file that is
    no table of the contract or neither CSV nor Parquet (it would otherwise vanish silently).
    """
    if not folder.is_dir():
        raise RecordsError("no such folder", where=str(folder), remedy="give a folder of CSV or Parquet files")
    found: dict[str, Path] = {}
    for path in sorted(p for p in folder.iterdir() if _means_a_table(p, known)):
        table = path.name.split(".")[0]
        if table not in known:
            raise RecordsError(f"{path.name!r} is no table", where=str(folder), remedy=f"tables are {', '.join(known)}")
        if path.name[len(table) :].lower() not in ENDINGS or not path.is_file():
            raise RecordsError(
                f"{path.name!r} is not a CSV or Parquet file", where=str(folder), remedy="export it as one"
            )
        if table in found:
            raise RecordsError(f"table {table!r} stands in two files", where=str(folder), remedy="keep one of them")
        found[table] = path
    missing = [name for name, contract in known.items() if contract.needed and name not in found]
    if missing:
        raise RecordsError(
            f"no file for table {missing[0]!r}", where=str(folder), remedy=f"add {missing[0]}.csv or .parquet"
        )
    return found


def _means_a_table(path: Path, known: dict[str, Contract]) -> bool:
    """By its ending, or by its name (``inspections.xlsx``); everything else may lie in the folder too."""
    return path.suffix.lower() in ENDINGS or path.name.split(".")[0] in known


def read_raw(engine: "ibis.BaseBackend", path: Path, contract: Contract) -> Raw:
    """One file as text in the engine. Raises RecordsError for an empty file and a wrong heading."""
    if path.stat().st_size == 0:
        raise RecordsError("the file is empty", where=str(path), remedy="send it again, or remove it")
    reader = _read_csv if path.suffix.lower() == ".csv" else _read_parquet
    return reader(engine, path, contract)


def _read_csv(engine: "ibis.BaseBackend", path: Path, contract: Contract) -> Raw:
    import pandas as pd

    names = _heading(path)
    _check_columns(path, names, contract)
    if is_plain(path):
        return _read_plain(engine, path, names, contract)
    broken: list[Broken] = []
    table = streamed(engine, f"raw_{contract.name}", _batches(path, names, broken))
    listed = [(b.row, b.reason, b.bytes) for b in broken]
    return Raw(path, _complete(table, contract), pd.DataFrame(listed, columns=list(Broken._fields)))


def _batches(path: Path, names: list[str], broken: list[Broken]) -> "pa.RecordBatchReader":
    """The rows of a file that is not plain, a batch at a time."""
    import pyarrow as pa

    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])

    def batches() -> Iterator["pa.RecordBatch"]:
        numbered = rows(path, len(names), broken)
        while block := list(islice(numbered, BATCH)):
            columns = zip(*((row, *cells) for row, cells in block), strict=True)
            arrays = [pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _read_plain(engine: "ibis.BaseBackend", path: Path, names: list[str], contract: Contract) -> Raw:
    name = f"raw_{contract.name}"
    columns = ", ".join(f"{_quoted(c)}: 'VARCHAR'" for c in names)
    with _readable(path, "CSV in UTF-8"):
        engine.raw_sql(
            f"CREATE OR REPLACE TABLE {name} AS SELECT row_number() OVER () AS row, * FROM read_csv({_one_file(path)}, "
            f"header=true, auto_detect=false, hive_partitioning=false, columns={{{columns}}}, delim=',', quote='', "
            f"escape='', nullstr='', store_rejects=true, rejects_table='bad_{name}', rejects_scan='scan_{name}')"
        )
    return Raw(path, _complete(engine.table(name), contract), _broken(engine, f"bad_{name}"), counted=True)


def _heading(path: Path) -> list[str]:
    where = f"{path}, line 1"
    try:
        return next(csv.reader([heading(path).decode("utf-8")]), [])
    except UnicodeDecodeError:
        raise RecordsError("the heading is not readable in UTF-8", where=where, remedy="export it in UTF-8") from None
    except csv.Error:
        raise RecordsError("the heading is not readable as CSV", where=where, remedy="export it again") from None


@contextmanager
def _readable(path: Path, kind: str) -> Iterator[None]:
    """What the engine cannot read is told in one line that repeats no value of the file."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        told = RecordsError(f"not readable as {kind}: {_what(error)}", where=str(path), remedy="export it again")
        raise told from None


def _what(error: Exception) -> str:
    """The engine's first line, without a value it repeats."""
    return re.sub(r'value ".*', "a value in another encoding", str(error).splitlines()[0][:120])


def _broken(engine: "ibis.BaseBackend", name: str) -> "pd.DataFrame":
    rejects = engine.con.execute(
        f"SELECT line - 1 AS row, max(strlen(csv_line)) AS bytes FROM {name} GROUP BY line ORDER BY line"
    ).df()
    rejects["row"] = rejects["row"].astype("int64")
    rejects["reason"] = "malformed_row"
    return rejects[["row", "reason", "bytes"]]


def _read_parquet(engine: "ibis.BaseBackend", path: Path, contract: Contract) -> Raw:
    import pandas as pd

    name, source = f"raw_{contract.name}", f"read_parquet({_one_file(path)}, hive_partitioning=false"
    with _readable(path, "Parquet"):
        names = engine.con.execute(f"DESCRIBE SELECT * FROM {source})").df()["column_name"]
        _check_columns(path, list(names), contract)
        columns = ", ".join(f'CAST("{c}" AS VARCHAR) AS "{c}"' for c in names)
        engine.raw_sql(
            f"CREATE OR REPLACE TABLE {name} AS "
            f"SELECT file_row_number + 1 AS row, {columns} FROM {source}, file_row_number=true)"
        )
    return Raw(path, _complete(engine.table(name), contract), pd.DataFrame(columns=list(Broken._fields)))


def _check_columns(path: Path, heading: list[str], contract: Contract) -> None:
    known = ", ".join(contract.columns)
    where = f"{path}, line 1" if path.suffix.lower() == ".csv" else str(path)
    if not set(heading) & set(contract.columns):
        raise RecordsError(
            f"the first line is no heading: none of its {len(heading)} names is a column",
            where=where,
            remedy=f"begin with a heading; columns are {known}",
        )
    if unknown := [c for c in heading if c not in contract.columns]:
        raise RecordsError(
            f"unknown column {first_five(repr(c) if discreet(c) == c else discreet(c) for c in unknown)}",
            where=where,
            remedy=f"remove or rename it; columns are {known}",
        )
    if twice := sorted({c for c in heading if heading.count(c) > 1}):
        raise RecordsError(f"column {first_five(twice)} stands twice", where=where, remedy="keep one of them")
    if missing := [c for c in contract.required if c not in heading]:
        raise RecordsError(
            f"column {first_five(missing)} is missing", where=where, remedy=f"add it; columns are {known}"
        )


def _complete(table: "ibis.Table", contract: Contract) -> "ibis.Table":
    """The contract's columns in its order as trimmed text, those absent from the file empty."""
    import ibis

    texts = {c: table[c].strip().nullif("") if c in table.columns else ibis.null("string") for c in contract.columns}
    return table.select(row=table.row, **texts)


def _one_file(path: Path) -> str:
    """A path in SQL that means this one file, though it hold signs that the engine takes for a pattern."""
    return _quoted(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
