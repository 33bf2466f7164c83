"""Where tables live, behind Ibis: DuckDB in this process, or Spark on one machine or many.

A table is an Ibis expression, whichever engine it is in. What the two do differently is here and nowhere else: how an
engine is opened, and how a table is kept, taken in, opened from Parquet and written.
"""

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from credit_score.engine.places import check_folder, partition

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

Kind = Literal["duckdb", "spark"]
LOCAL = "local[*]"
_OPENED: "list[weakref.ref[ibis.BaseBackend]]" = []


def open_engine(
    kind: Kind = "duckdb", *, memory: str | None = None, spill: Path | None = None, master: str | None = None
) -> "ibis.BaseBackend":
    """An engine without a table in it, which fetches nothing from anywhere.

    Parameters
    ----------
    kind : ``duckdb``, embedded; or ``spark`` (the ``[spark]`` extra, and Java 17 or later on the machine).
    memory : most memory it may take, as ``2GB``; by default 80 % of the machine for DuckDB, Spark's own for Spark. Of
        Spark on other machines it is what each executor takes.
    spill : folder for what does not fit; by default one that only this user can read, gone when Python ends. Of Spark
        on other machines it must be a folder that all of them share.
    master : Spark's master, as ``spark://host:7077``; by default all cores of this machine.

    Raises CreditScoreError for a size that is none, a file in the place of ``spill``, without Spark or Java, and where
    no master answers.
    """
    spill = check_folder(spill) if spill else None
    if kind == "spark":
        from credit_score.engine.spark import open_spark

        engine = open_spark(master or LOCAL, memory=memory, spill=spill)
    else:
        from credit_score.engine.embedded import open_duckdb

        engine = open_duckdb(memory=memory, spill=spill)
    _OPENED.append(weakref.ref(engine, _OPENED.remove))
    return engine


def how_far() -> float | None:
    """The share in (0, 1] that an engine of this process has done of the query it is at; None where none tells.

    It may be asked from any thread.
    """
    engines = [engine for opened_ in list(_OPENED) if (engine := opened_()) is not None]
    return next((share for engine in reversed(engines) if (share := _way(engine).how_far(engine))), None)


def another(engine: "ibis.BaseBackend") -> "ibis.BaseBackend":
    """An engine of the same kind that shares no table with this one."""
    return _way(engine).another(engine)


def handed(engine: "ibis.BaseBackend", other: "ibis.BaseBackend", name: str, table: "ibis.Table") -> "ibis.Table":
    """A table of one engine as a table of another of its kind."""
    return _way(engine).handed(engine, other, name, table)


def kept(engine: "ibis.BaseBackend", name: str, table: "ibis.Table | pa.Table | pd.DataFrame") -> "ibis.Table":
    """A table computed once and held in the engine under a name; an older one of that name goes."""
    return _way(engine).kept(engine, name, table)


def streamed(engine: "ibis.BaseBackend", name: str, batches: "pa.RecordBatchReader") -> "ibis.Table":
    """A table held in the engine under a name, taken in batch by batch; an older one of that name goes."""
    return _way(engine).streamed(engine, name, batches)


def over_batches(
    engine: "ibis.BaseBackend",
    name: str,
    table: "ibis.Table",
    function: "Callable[[pa.RecordBatch], pa.RecordBatch]",
    schema: "pa.Schema",
) -> "ibis.Table":
    """What a function makes of each Arrow batch of a table, held under a name: for what is no expression.

    The function works where the batch is, so it must be one that Python can send to another process.
    """
    return _way(engine).over_batches(engine, name, table, function, schema)


def opened(engine: "ibis.BaseBackend", paths: Iterable[Path | str], name: str | None = None) -> "ibis.Table":
    """Parquet files, or folders of them, as one table; a path means that one, though it hold signs of a pattern."""
    return _way(engine).opened(engine, [str(path) for path in paths], name)


def numbered(
    engine: "ibis.BaseBackend", name: str, paths: Mapping[int, Path], columns: Mapping[str, str]
) -> "ibis.Table":
    """The rows of Parquet files of one schema, held under a name, by one query for all of them.

    Each row has ``_file``, the number that its file has in ``paths``; ``row``, its place in the file from 1; and the
    ``columns``, by their name in the files, as text under the name given. No part of a path is a column. What the
    engine raises where a file cannot be read is one of :func:`unreadable`.
    """
    return _way(engine).numbered(engine, name, paths, columns)


def unreadable(engine: "ibis.BaseBackend") -> tuple[type[Exception], ...]:
    """What an engine raises for a file that it cannot read."""
    return _way(engine).unreadable()


def saved(engine: "ibis.BaseBackend", table: "ibis.Table", path: Path) -> None:
    """Write a table as Parquet: DuckDB as a file, Spark as a folder of files. Raises OSError if the disk refuses."""
    _way(engine).saved(engine, table, path)


def saved_apart(
    engine: "ibis.BaseBackend", table: "ibis.Table", path: Path, *, by: str, as_: str, order: Sequence[str]
) -> None:
    """Write a table as a folder of Parquet files, a folder in it for each value of the column ``by``.

    Such is named as Hive does, ``as_=value``, and the column stands in its name alone; rows are in ``order`` in each.
    Rows without a value are in ``as_=__HIVE_DEFAULT_PARTITION__``. Raises OSError if the disk refuses.
    """
    _way(engine).saved_apart(engine, table, path, by, list(order))
    for folder in path.glob(f"{by}=*"):
        folder.rename(path / partition(as_, unquote(folder.name.removeprefix(f"{by}="))))


def parts_of(engine: "ibis.BaseBackend", keys: int) -> int:
    """In how many parts, a power of two, so many keys are to be grouped for what is grouped to fit in memory."""
    return _way(engine).parts_of(keys)


def dropped(engine: "ibis.BaseBackend", tables: "Iterable[str | ibis.Table]") -> None:
    """Take tables and views, or those of a name, out of the engine; a name that it has not is passed over."""
    _way(engine).dropped(engine, [t if isinstance(t, str) else t.op().name for t in tables])


def sha256(text: "ibis.expr.types.StringValue") -> "ibis.expr.types.StringValue":
    """SHA-256 of each text of a column, in hexadecimal, as the engine computes it."""
    return text.hexdigest("sha256")


def _way(engine: "ibis.BaseBackend") -> ModuleType | Any:
    """The module that does it in an engine's way."""
    if engine.name == "duckdb":
        from credit_score.engine import embedded

        return embedded
    from credit_score.engine import spark

    return spark
