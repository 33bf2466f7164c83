"""Opens the engine that tables live in: DuckDB, embedded, through Ibis."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import CreditScoreError

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

_SIZE = re.compile(r"\d+(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB)")


def open_engine(*, memory: str | None = None, spill: Path | None = None) -> "ibis.BaseBackend":
    """An in-memory DuckDB behind Ibis, which fetches no extension from anywhere.

    Parameters
    ----------
    memory : most memory it may take, as DuckDB writes it (``"2GB"``); its default is 80 % of the machine.
    spill : folder for what does not fit; by default one that only this user can read, gone when Python ends.
    """
    import ibis

    if memory and not _SIZE.fullmatch(memory):
        raise CreditScoreError(f"memory {memory!r} is not a size", remedy="write it as 2GB or 500MB")
    folder = spill or _private_folder()
    limit = {"memory_limit": memory} if memory else {}
    settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    # Raw identifiers can be in what is spilled; the key is in memory only, so a killed process leaves nothing readable.
    # DuckDB's own cipher spills nothing unless asked to: its random numbers are not those of an extension that would
    # have to be fetched. It guards what a kill leaves in a folder that only this user can read, not against a break-in.
    cipher = {"temp_file_encryption": True, "force_mbedtls_unsafe": True}
    engine = ibis.duckdb.connect(temp_directory=str(folder), **cipher, **settings, **limit)
    engine.raw_sql("SET enable_progress_bar = false")  # in a notebook it would draw one over its outputs
    return engine


def _private_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="credit-score-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def kept(engine: "ibis.BaseBackend", name: str, table: "ibis.Table | pa.Table | pd.DataFrame") -> "ibis.Table":
    """A table computed once and held in the engine under a name; an older one of that name goes."""
    return engine.create_table(name, table, overwrite=True)


def streamed(engine: "ibis.BaseBackend", name: str, batches: "pa.RecordBatchReader") -> "ibis.Table":
    """A table held in the engine under a name, taken in batch by batch; an older one of that name goes."""
    engine.con.register("batches", batches)
    try:
        engine.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM batches')  # noqa: S608 - a table of the contract
    finally:
        engine.con.unregister("batches")
    return engine.table(name)


def opened(engine: "ibis.BaseBackend", paths: Iterable[Path | str], name: str | None = None) -> "ibis.Table":
    """Parquet files as one table; a path means that one file, though it hold signs that make a pattern."""
    return engine.read_parquet([one_file(path) for path in paths], table_name=name)


def one_file(path: Path | str) -> str:
    """A path as the engine takes it for this one file and for no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def sha256(text: "ibis.expr.types.StringValue") -> "ibis.expr.types.StringValue":
    """SHA-256 of each text of a column, in hexadecimal, as the engine computes it."""
    import ibis

    @ibis.udf.scalar.builtin(name="sha256")
    def engines_own(text: str) -> str:  # type: ignore[empty-body]
        """Of DuckDB."""

    return engines_own(text)


def saved(engine: "ibis.BaseBackend", table: "ibis.Table", path: Path) -> None:
    """Write a table as Parquet, streamed by the engine; raises OSError if the disk refuses."""
    import duckdb

    try:
        engine.to_parquet(table, str(path))
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from None
