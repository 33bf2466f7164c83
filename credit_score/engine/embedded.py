"""DuckDB, in this process: tables in memory, and on disk what does not fit."""

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.engine.places import check_size, private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis
    import pandas as pd
    import pyarrow as pa

BATCH, ON_DISK = 100_000, "on_disk"
# Groups that DuckDB holds in some 1.5 GB; of more it spills, and takes several times as long.
GROUPS = 1 << 25


def open_duckdb(*, memory: str | None, spill: Path | None) -> "ibis.BaseBackend":
    """A DuckDB behind Ibis, which fetches no extension from anywhere; its tables in memory, or in a folder if given.

    A table in a file takes a tenth of the place that one in memory does, since DuckDB compresses there alone.
    """
    import ibis

    limit = {"memory_limit": check_size(memory)} if memory else {}
    # What a query set free goes back to the system by tens of megabytes and not by half a gigabyte.
    freed = {"allocator_bulk_deallocation_flush_threshold": "32MB"}
    settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False} | freed
    # Raw identifiers can be in what is spilled; the key is in memory only, so a killed process leaves nothing readable.
    # DuckDB's own cipher spills nothing unless asked to: its random numbers are not those of an extension that would
    # have to be fetched. It guards what a kill leaves in a folder that only this user can read, not against a break-in.
    cipher = {"temp_file_encryption": True, "force_mbedtls_unsafe": True}
    folder = private_folder(spill)
    engine = ibis.duckdb.connect(temp_directory=str(folder), **cipher, **settings, **limit)
    engine.raw_sql("SET enable_progress_bar = true")  # without it a query does not tell how far it is
    engine.raw_sql("SET enable_progress_bar_print = false")  # in a notebook it would draw one over its outputs
    engine.place = folder if spill else None
    if spill:
        file = _quoted(str(folder / "tables.db"))
        engine.raw_sql(f"ATTACH {file} AS {ON_DISK} (ENCRYPTION_KEY '{secrets.token_hex(32)}')")
        engine.raw_sql(f"USE {ON_DISK}")
    return engine


def on_disk(engine: "ibis.BaseBackend") -> bool:
    """Whether its tables lie in a file, and are called so in what is written for it."""
    return getattr(engine, "place", None) is not None


def how_far(engine: "ibis.BaseBackend") -> float | None:
    """By DuckDB's own count; it is below nought while none is known."""
    done = float(engine.con.query_progress())
    return min(done / 100, 1.0) if done > 0 else None


def another(engine: "ibis.BaseBackend") -> "ibis.BaseBackend":
    """Another DuckDB, with what memory it takes by default."""
    return open_duckdb(memory=None, spill=None)


def handed(engine: "ibis.BaseBackend", other: "ibis.BaseBackend", name: str, table: "ibis.Table") -> "ibis.Table":
    """Batch by batch."""
    return streamed(other, name, table.to_pyarrow_batches(chunk_size=BATCH))


def kept(engine: "ibis.BaseBackend", name: str, table: "ibis.Table | pa.Table | pd.DataFrame") -> "ibis.Table":
    """As a table of DuckDB."""
    return engine.create_table(name, table, overwrite=True)


def streamed(engine: "ibis.BaseBackend", name: str, batches: "pa.RecordBatchReader") -> "ibis.Table":
    """As a table of DuckDB."""
    engine.con.register("batches", batches)
    try:
        engine.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM batches')  # noqa: S608 - a table of the contract
    finally:
        engine.con.unregister("batches")
    return engine.table(name)


def over_batches(
    engine: "ibis.BaseBackend",
    name: str,
    table: "ibis.Table",
    function: "Callable[[pa.RecordBatch], pa.RecordBatch]",
    schema: "pa.Schema",
) -> "ibis.Table":
    """As :func:`over_query`."""
    engine._run_pre_execute_hooks(table)
    return over_query(engine, name, engine.compile(table), function, schema)


def over_query(
    engine: "ibis.BaseBackend",
    name: str,
    query: str,
    function: "Callable[[pa.RecordBatch], pa.RecordBatch]",
    schema: "pa.Schema",
) -> "ibis.Table":
    """Batch by batch, in this process, read and written at once: neither side stands whole in Python."""
    import pyarrow as pa

    reading = engine.con.cursor()
    if on_disk(engine):
        reading.execute(f"USE {ON_DISK}")
    source = reading.execute(query).to_arrow_reader(BATCH)
    return streamed(engine, name, pa.RecordBatchReader.from_batches(schema, map(function, source)))


def opened(engine: "ibis.BaseBackend", paths: list[str], name: str | None) -> "ibis.Table":
    """As a view on the files."""
    return engine.read_parquet([_parquet(path) for path in paths], table_name=name, hive_partitioning=False)


def numbered(
    engine: "ibis.BaseBackend", name: str, paths: "Mapping[int, Path]", columns: "Mapping[str, str]"
) -> "ibis.Table":
    """By the places that DuckDB itself tells of a file in its list and of a row in its file; as a view on the files.

    Of what is dictionaries in the files each word is then judged once, and nothing is copied. All is read once here.
    """
    files = ", ".join(_quoted(one_file(path)) for path in paths.values())
    chosen = "".join(f', CAST({_named(old)} AS VARCHAR) AS "{new}"' for old, new in columns.items())
    number = f"CAST(list_extract({list(paths)}, CAST(file_index + 1 AS BIGINT)) AS BIGINT)"
    engine.raw_sql(
        f'CREATE OR REPLACE VIEW "{name}" AS '  # noqa: S608 - paths and names of columns are quoted
        f"SELECT {number} AS _file, file_row_number + 1 AS row{chosen} "
        f"FROM read_parquet([{files}], hive_partitioning=false)"
    )
    told = ", ".join(f'count("{column}")' for column in ("row", *columns.values()))
    engine.raw_sql(f'SELECT {told} FROM "{name}"').fetchall()  # noqa: S608 - damage is told here and not on the way
    return engine.table(name)


def unreadable() -> tuple[type[Exception], ...]:
    """Any error of DuckDB."""
    import duckdb

    return (duckdb.Error,)


def saved(engine: "ibis.BaseBackend", table: "ibis.Table", path: Path) -> None:
    """As one file, streamed."""
    import duckdb

    try:
        engine.raw_sql(f"COPY ({_promised(engine, table)}) TO {_quoted(str(path))} (FORMAT parquet)")
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from None


def _promised(engine: "ibis.BaseBackend", table: "ibis.Table") -> str:
    """The table in DuckDB's words, its columns of the types that Ibis promises, as a table that is kept has them.

    DuckDB sums in 128 bits, which Parquet does not have: it would hold floating numbers.
    """
    engine._run_pre_execute_hooks(table)
    sql = engine.compile(table)
    told = dict(zip((found := engine.con.sql(sql)).columns, map(str, found.types), strict=True))
    types = {name: engine.compiler.type_mapper.to_string(kind) for name, kind in table.schema().items()}
    cast = ", ".join(f"CAST({_named(c)} AS {kind}) AS {_named(c)}" for c, kind in types.items() if told[c] != kind)
    return f"SELECT * REPLACE ({cast}) FROM ({sql})" if cast else sql  # noqa: S608 - columns are quoted


def saved_apart(engine: "ibis.BaseBackend", table: "ibis.Table", path: Path, by: str, order: list[str]) -> None:
    """As a file each, by one thread: several would write the rows in an order of their own."""
    import duckdb

    sql = engine.compile(table.order_by(order))
    (threads,) = engine.con.execute("SELECT current_setting('threads')").fetchone()
    engine.raw_sql("SET threads = 1")
    try:
        engine.raw_sql(
            f"COPY ({sql}) TO {_quoted(str(path))} "
            f"(FORMAT parquet, PARTITION_BY ({_named(by)}), FILENAME_PATTERN 'part-{{i}}')"
        )
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from None
    finally:
        engine.raw_sql(f"SET threads = {threads}")


def parts_of(keys: int) -> int:
    """As many as leave each no more than it holds without spilling."""
    return 1 << (max(keys - 1, 0) // GROUPS).bit_length()


def dropped(engine: "ibis.BaseBackend", names: list[str]) -> None:
    """Tables and views are taken out by different words."""
    told = engine.con.execute("SELECT table_name, table_type FROM information_schema.tables").fetchall()
    kinds = dict(told)
    for name in kinds.keys() & names:
        what = "VIEW" if kinds[name] == "VIEW" else "TABLE"
        engine.raw_sql(f'DROP {what} "{name}"')


def one_file(path: Path | str) -> str:
    """A path as DuckDB takes it for this one file and for no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _parquet(path: str) -> str:
    """A file as it is; of a folder every Parquet file in it."""
    return f"{one_file(path)}/**/*.parquet" if Path(path).is_dir() else one_file(path)
