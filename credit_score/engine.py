"""Opens the engine that tables live in: DuckDB, embedded, through Ibis."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa


def open_engine(*, memory: str | None = None, spill: Path | None = None) -> "ibis.BaseBackend":
    """An in-memory DuckDB behind Ibis.

    Parameters
    ----------
    memory : most memory it may take, as DuckDB writes it (``"2GB"``); its default is 80 % of the machine.
    spill : folder for what does not fit; by default a temporary one beside the process.
    """
    import ibis

    options: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    if memory:
        options["memory_limit"] = memory
    if spill:
        options["temp_directory"] = str(spill)
    return ibis.duckdb.connect(**options)


def kept(engine: "ibis.BaseBackend", name: str, table: "ibis.Table | pa.Table | pd.DataFrame") -> "ibis.Table":
    """A table computed once and held in the engine under a name; an older one of that name goes."""
    return engine.create_table(name, table, overwrite=True)


def saved(engine: "ibis.BaseBackend", table: "ibis.Table", path: Path) -> None:
    """Write a table as Parquet, streamed by the engine; raises OSError if the disk refuses."""
    import duckdb

    try:
        engine.to_parquet(table, str(path))
    except duckdb.IOException as error:
        raise OSError(str(error).splitlines()[0]) from None
