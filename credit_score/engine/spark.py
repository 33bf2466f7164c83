"""Spark, on this machine or a cluster: tables are Parquet in a folder that driver and executors share.

A table that is kept is written, not cached: its plan stays short, an executor that dies loses nothing that was kept,
and what was lost of a step in progress Spark computes again. Each engine has a folder and a catalogue of its own.
"""

import atexit
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from credit_score.engine.places import private_folder
from credit_score.engine.spark_session import session_of, without_warnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import ibis
    import pandas as pd
    import pyarrow as pa

WRITTEN = "_SUCCESS"  # Spark's mark beside files that are whole


def open_spark(master: str, *, memory: str | None, spill: Path | None) -> "ibis.BaseBackend":
    """A session of its own behind Ibis; sessions of one process share the cluster, not the tables."""
    return _engine(session_of(master, memory), Path(spill or private_folder()))


def how_far(engine: Any) -> float | None:
    """By the tasks of the stages that run."""
    tracker = engine._session.sparkContext.statusTracker()
    stages = [found for number in tracker.getActiveStageIds() if (found := tracker.getStageInfo(number)) is not None]
    tasks = sum(stage.numTasks for stage in stages)
    done = sum(stage.numCompletedTasks for stage in stages)
    return done / tasks if tasks and done else None


def another(engine: Any) -> "ibis.BaseBackend":
    """Another session on the same cluster, beside it on the disk."""
    return _engine(engine._session.newSession(), engine.place.parent)


def _engine(session: Any, beside: Path) -> "ibis.BaseBackend":
    """Ibis on a session, with a folder that goes when Python ends."""
    with without_warnings():
        from credit_score.engine.spark_backend import SparkBackend

        engine = SparkBackend()
        engine.do_connect(session)
    engine.place = beside / f"tables-{uuid4().hex[:12]}"
    atexit.register(shutil.rmtree, engine.place, ignore_errors=True)
    return engine


def handed(engine: Any, other: Any, name: str, table: "ibis.Table") -> "ibis.Table":
    """Written by the one, and a view of the other."""
    return other.hold(name, engine.frame_of(table))


def kept(engine: Any, name: str, table: "ibis.Table | pa.Table | pd.DataFrame") -> "ibis.Table":
    """Written to the engine's folder, and a view on it."""
    return engine.hold(name, engine.frame_of(table))


def streamed(engine: Any, name: str, batches: "pa.RecordBatchReader") -> "ibis.Table":
    """Written by the driver, batch by batch."""
    import pyarrow.parquet as pq

    folder = engine.fresh(name)
    folder.mkdir()
    with pq.ParquetWriter(folder / "part-0.parquet", batches.schema) as file:
        for batch in batches:
            file.write_batch(batch)
    return engine.held(name, folder)


def over_batches(
    engine: Any,
    name: str,
    table: "ibis.Table",
    function: "Callable[[pa.RecordBatch], pa.RecordBatch]",
    schema: "pa.Schema",
) -> "ibis.Table":
    """Where the batches are, by the executors."""
    from pyspark.sql.pandas.types import from_arrow_schema

    def each(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        return map(function, batches)

    return engine.hold(name, engine.frame_of(table).mapInArrow(each, from_arrow_schema(schema)))


def opened(engine: Any, paths: list[str], name: str | None) -> "ibis.Table":
    """As a view on the files; columns are those that stand in them, and no part of a path is one."""
    reader = engine._session.read.option("recursiveFileLookup", "true")
    return engine.view(name or f"opened_{uuid4().hex}", reader.parquet(*map(_escaped, paths)))


def numbered(engine: Any, name: str, paths: "Mapping[int, Path]", columns: "Mapping[str, str]") -> "ibis.Table":
    """By what Spark tells of the file and the place of each row; a file is known by its address as Spark writes it."""
    from pyspark.sql.functions import broadcast, col, regexp_replace

    source = engine._session.read.option("recursiveFileLookup", "true").parquet(
        *(_escaped(str(path)) for path in paths.values())
    )
    numbers = {str(path.absolute()): number for number, path in paths.items()}
    addresses = [urlsplit(address).path for address in source.inputFiles()]
    known = [(address, numbers[unquote(address)]) for address in addresses]
    files = broadcast(engine._session.createDataFrame(known, "_address string, _file bigint"))
    chosen = [col(f"`{old.replace('`', '``')}`").cast("string").alias(new) for old, new in columns.items()]
    address = regexp_replace(col("_metadata.file_path"), "^file:/+", "/")  # of one slash here, of three above
    rows = source.select(address.alias("_address"), (col("_metadata.row_index") + 1).alias("row"), *chosen)
    return engine.hold(name, rows.join(files, "_address", "left").drop("_address"))


def unreadable() -> tuple[type[Exception], ...]:
    """Any error of Spark, told by Spark itself or from Java."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


def saved(engine: Any, table: "ibis.Table", path: Path) -> None:
    """As a folder of files, a file a partition."""
    if not path.parent.is_dir():
        raise OSError(f"no folder {path.parent}")
    engine.frame_of(table).write.parquet(str(path))
    _clear_marks(path)


def saved_apart(engine: Any, table: "ibis.Table", path: Path, by: str, order: list[str]) -> None:
    """As a file each."""
    if not path.parent.is_dir():
        raise OSError(f"no folder {path.parent}")
    frame = engine.frame_of(table)
    frame.repartition(by).sortWithinPartitions(by, *order).write.partitionBy(by).parquet(str(path))
    _clear_marks(path)


def _clear_marks(path: Path) -> None:
    for mark in (*path.glob(f"{WRITTEN}*"), *path.rglob(".*.crc")):
        mark.unlink()


def parts_of(keys: int) -> int:
    """One: Spark takes a group apart itself, over its executors and its disk."""
    return 1


def dropped(engine: Any, names: list[str]) -> None:
    """The views, and the files of what was kept."""
    for name in names:
        engine.drop(name)


def _escaped(path: str) -> str:
    r"""A path as Hadoop takes it for this one and for no pattern: its own signs stand behind a ``\``."""
    return "".join(f"\\{sign}" if sign in "*?[]{}\\" else sign for sign in path)
