"""Ways in which a Parquet file is broken, or is sound and not what a reader expects."""

import io
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from fuzz_csv import FORBIDDEN, UNKNOWN, cut, flipped

if TYPE_CHECKING:
    import pyarrow as pa

Change = Callable[["pa.Table", Random, tuple[str, ...]], "pa.Table"]


def _typed(table: "pa.Table", draw: Random, _: tuple[str, ...]) -> "pa.Table":
    """Every column as another type, where its texts allow it."""
    import pyarrow as pa

    kinds = [pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()]
    columns = [c.cast(draw.choice(kinds)) if draw.random() < 0.5 else c for c in table.columns]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _other_types(table: "pa.Table", draw: Random, _: tuple[str, ...]) -> "pa.Table":
    """A column of numbers, days, moments, lists, structs, or nothing, in place of texts."""
    import pyarrow as pa

    n, at = table.num_rows, draw.randrange(table.num_columns)
    made = draw.choice((
        pa.array(range(n)), pa.array([1.5e300] * n), pa.array([True] * n), pa.nulls(n), pa.array([[1, 2]] * n),
        pa.array([{"a": 1}] * n), pa.array([10**17] * n, pa.timestamp("us", "UTC")), pa.array([19000] * n, pa.date32()),
        pa.array([b"\xff\xfe\x00"] * n), pa.array([1 << 40] * n, pa.duration("us")), pa.array([{"k": "v"}] * n),
        pa.array([1] * n, pa.decimal128(38, 10)), pa.array([1] * n, pa.time64("us")), pa.array([-1] * n, pa.int8()),
    ))  # fmt: skip
    return table.set_column(at, table.column_names[at], made)


def _extra(names: list[str]) -> Change:
    def change(table: "pa.Table", draw: Random, _: tuple[str, ...]) -> "pa.Table":
        import pyarrow as pa

        return table.append_column(draw.choice(names), pa.array(["x"] * table.num_rows))

    return change


def _named(table: "pa.Table", draw: Random, planted: tuple[str, ...]) -> "pa.Table":
    return _extra([f"备注{draw.choice(planted)}", draw.choice(planted)])(table, draw, planted)


def _twice(table: "pa.Table", draw: Random, _: tuple[str, ...]) -> "pa.Table":
    at = draw.randrange(table.num_columns)
    return table.append_column(table.column_names[at], table.column(at))


def _large(table: "pa.Table", draw: Random, _: tuple[str, ...]) -> "pa.Table":
    import pyarrow as pa

    at = draw.randrange(table.num_columns)
    cells = table.column(at).to_pylist()
    cells[draw.randrange(len(cells))] = draw.choice(("x", "9", "长", "\x00")) * (draw.choice((1, 1, 1, 10)) << 20)
    return table.set_column(at, table.column_names[at], pa.array(cells))


TABLE_FAULTS: dict[str, Change] = {
    "texts as other types": _typed,
    "numbers, days, lists, structs for texts": _other_types,
    "a cell of 1 or 10 MB": _large,
    "heading: a column twice": _twice,
    "heading: unknown, odd or empty name": _extra(UNKNOWN),
    "heading: forbidden or conditional data": _extra(FORBIDDEN),
    "heading: an identity number": _named,
    "no row": lambda table, draw, _: table.slice(0, 0),
}
BYTE_FAULTS = {"bytes flipped": flipped, "cut off at any byte": cut}
PARQUET_FAULTS = [*TABLE_FAULTS, *BYTE_FAULTS, "named as another kind of file"]


def parquet_bytes(
    heading: list[str], cells: list[list[str]], fault: str, draw: Random, planted: tuple[str, ...]
) -> tuple[bytes, str, bool]:
    """The file, its ending, and whether the rows in it are as many as were given."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*cells, strict=True)]
    table = pa.Table.from_arrays(columns, names=heading)
    if fault in TABLE_FAULTS:
        table = TABLE_FAULTS[fault](table, draw, planted)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression=draw.choice(("snappy", "zstd", "none", "gzip")))
    data = BYTE_FAULTS[fault](sink.getvalue(), draw) if fault in BYTE_FAULTS else sink.getvalue()
    if fault == "named as another kind of file":
        return data, draw.choice(("csv", "xlsx", "CSV")), False
    return data, "parquet", fault not in BYTE_FAULTS and fault != "no row"
