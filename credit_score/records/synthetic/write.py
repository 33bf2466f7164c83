"""Tables that grow block by block, as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from credit_score.errors import RecordsError
from credit_score.records.synthetic.dirt import Unheld, csv_line

_CSV = pa_csv.WriteOptions(include_header=False, quoting_style="none")


class Sink(Protocol):
    """Where the rows of one table go; `renames` are kinds of dirt that another kind stands for in this form."""

    renames: Mapping[str, str]

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows; `lines` are rows no table can hold, with the row of the block that each stands before."""

    def close(self) -> None:
        """Finish the file."""


class CsvSink:
    """A UTF-8 CSV file with a header."""

    renames: Mapping[str, str] = {}

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self._file = (folder / f"{name}.csv").open("wb")
        self._file.write(",".join(schema.names).encode() + b"\n")

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows, with raw lines between them."""
        buffer = pa.BufferOutputStream()
        pa_csv.write_csv(table, buffer, _CSV)
        written = memoryview(buffer.getvalue())
        ends = np.flatnonzero(np.frombuffer(written, dtype=np.uint8) == ord("\n")) + 1
        done = 0
        for row, line in lines:
            start = int(ends[row - 1]) if row else 0
            self._file.write(written[done:start])
            self._file.write(csv_line(line) + b"\n")
            done = start
        self._file.write(written[done:])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ParquetSink:
    """A Parquet file with a row group a block; it cannot hold raw lines."""

    renames: Mapping[str, str] = {}

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows as a row group."""
        if lines:
            raise RecordsError(f"{len(lines)} raw lines for a Parquet table", remedy="write CSV")
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


class HeldBack:
    """Blocks of a table kept in a file of their own until all others are written."""

    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._file = file
        self._writer = pa.ipc.new_stream(file, schema, options=pa.ipc.IpcWriteOptions(compression="zstd"))

    def add(self, table: pa.Table) -> None:
        """Keep a block."""
        self._writer.write_table(table)

    def blocks(self) -> Iterator[pa.Table]:
        """What was kept, in its order; nothing can be added any more."""
        self._writer.close()
        self._file.seek(0)
        for batch in pa.ipc.open_stream(self._file):
            yield pa.Table.from_batches([batch])


def check_free(out: Path) -> None:
    """Refuse a place that is taken (a file, or a folder with anything in it) with a RecordsError."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise RecordsError(
            "the place for the synthetic county is not empty",
            where=str(out),
            remedy="choose a new folder, or empty this one",
        )
