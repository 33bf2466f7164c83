"""Tables in a folder of Parquet parts by town, and by month where their rows have a day.

Memory is bounded by the number of parts, not by the county: of each at most ``ROWS`` rows wait to be written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_score.engine.places import NOWHERE, partition
from credit_score.records.synthetic.dirt import Unheld

BY = (("town",), ("town", "month"))
TOWN = "_town"  # beside the columns of a table that tells no town itself; written nowhere
# The day that the month is taken from; a table without one stands by town alone.
DAYS = {
    "enterprises": None, "individuals": None, "households": None,
    "credit_records": "reported_on", "inspections": "inspected_on",
}  # fmt: skip
ROWS = 1 << 13
FULL = 1 << 20  # rows of a part: a writer remembers each of its row groups until it ends
_MONTH = r"^(?P<month>20[0-9]{2}-(?:0[1-9]|1[0-2]))-"


def with_towns(table: pa.Table, subject: str, ids: pa.Array, towns: pa.Array) -> pa.Table:
    """The table with the town of each row's subject; `ids` and `towns` are those of the subjects it may name."""
    return table.append_column(TOWN, towns.take(pc.index_in(table.column(subject), ids)))


class ApartSink:
    """A folder of Parquet files, one a town and month: ``town=虚构甲镇/month=2023-06/part-0.parquet``."""

    renames: Mapping[str, str] = {}

    def __init__(self, folder: Path, name: str, schema: pa.Schema, by: Sequence[str]) -> None:
        self._folder, self._schema = folder / name, schema
        self._day = DAYS[name] if "month" in by else None
        self._waiting: dict[str, list[pa.Table]] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._written: Counter[str] = Counter()  # rows of the part that is open, by place
        self._full: Counter[str] = Counter()  # parts that have ended, by place

    def add(self, table: pa.Table, lines: Sequence[tuple[int, Unheld]] = ()) -> None:
        """Append rows, each to the part of its town and month; a row without one goes to a part of its own."""
        places = self._places(table).combine_chunks().dictionary_encode()
        codes = places.indices.to_numpy()
        order = np.argsort(codes, kind="stable")
        rows = table.select(self._schema.names)
        for code, mine in enumerate(np.split(order, np.cumsum(np.bincount(codes))[:-1]) if len(codes) else []):
            self._wait(places.dictionary[code].as_py(), rows.take(pa.array(mine)))

    def close(self) -> None:
        """Write what waits, and the footers."""
        for place in self._waiting:
            self._write(place)
        for writer in self._writers.values():
            writer.close()

    def _places(self, table: pa.Table) -> pa.ChunkedArray:
        """The folder of each row, below that of the table."""
        town = _folders("town", table.column(TOWN if TOWN in table.column_names else "town"))
        if self._day is None:
            return town
        month = pc.struct_field(pc.extract_regex(table.column(self._day), pattern=_MONTH), "month")
        return pc.binary_join_element_wise(town, _folders("month", month), "/")

    def _wait(self, place: str, rows: pa.Table) -> None:
        waiting = self._waiting.setdefault(place, [])
        waiting.append(rows)
        if sum(part.num_rows for part in waiting) >= ROWS:
            self._write(place)

    def _write(self, place: str) -> None:
        """What waits for a place as one row group; a part begins with its first, and ends when it is full."""
        waiting = self._waiting[place]
        if not waiting:
            return
        if place not in self._writers:
            path = self._folder / place / f"part-{self._full[place]}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[place] = pq.ParquetWriter(path, self._schema, compression="zstd")
        rows = pa.concat_tables(waiting).combine_chunks()
        self._writers[place].write_table(rows)
        waiting.clear()
        self._written[place] += rows.num_rows
        if self._written[place] >= FULL:
            self._writers.pop(place).close()
            self._written[place], self._full[place] = 0, self._full[place] + 1


def _folders(column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The name of each value's folder."""
    coded = values.combine_chunks().dictionary_encode()
    names = pa.array([*(partition(column, value) for value in coded.dictionary.to_pylist()), f"{column}={NOWHERE}"])
    return pa.chunked_array([names.take(coded.indices.fill_null(len(names) - 1))])
