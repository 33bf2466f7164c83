"""Ibis' backend for Spark, with tables handed over as Arrow on both ways, so that both engines give the same frames."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import ibis
import pyarrow as pa
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.formats.pandas import PandasData
from ibis.formats.pyarrow import PyArrowData

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr import operations as ops


BLANKS = (9, 10, 11, 12, 13, 32)


class Compiler(PySparkCompiler):
    """Ibis' words for Spark, but for those that Spark reads otherwise than Ibis means them."""

    __slots__ = ()

    def visit_Strip(self, op: Any, *, arg: Any) -> Any:  # noqa: N802 - Ibis' name
        r"""By code: of the blanks as Ibis writes them Spark takes ``\v`` and ``\f`` for the letters."""
        return self.f.btrim(arg, self.f.concat(*(self.f.chr(blank) for blank in BLANKS)))


Backend.register_options()  # Ibis does so where it opens a backend by its name


class SparkBackend(Backend):
    """Ibis on a Spark session. ``place`` is the folder of its tables, ``folders`` those of the tables by name."""

    compiler = Compiler()
    place: Path

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folders: dict[str, Path] = {}

    def frame_of(self, table: "ibis.Table | pa.Table | pd.DataFrame") -> Any:
        """A table as Spark's own frame, nothing computed yet, its columns of the types that Ibis promises.

        Where Spark counts in 32 bits, Ibis says 64, and DuckDB has them.
        """
        expr = table if isinstance(table, ibis.Expr) else ibis.memtable(table)
        self._run_pre_execute_hooks(expr)
        frame, promised = self._session.sql(self.compile(expr)), PySparkSchema.from_ibis(expr.schema())
        return frame.select(*(frame[f.name].cast(f.dataType).alias(f.name) for f in promised.fields))

    def hold(self, name: str, frame: Any) -> "ibis.Table":
        """A frame computed into files of its own, as a table."""
        folder = self.fresh(name)
        frame.write.parquet(str(folder))
        return self.held(name, folder)

    def fresh(self, name: str) -> Path:
        """A folder that no table has, to be made: a table may be computed from the older one of its name."""
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.place / f"{name}-{uuid4().hex[:12]}"

    def held(self, name: str, folder: Path) -> "ibis.Table":
        """A folder of files as a table; those of an older one of the name stay while the engine does."""
        self.folders[name] = folder
        return self.view(name, self._session.read.parquet(str(folder)))

    def view(self, name: str, frame: Any) -> "ibis.Table":
        """A frame as a table, nothing computed."""
        frame.createOrReplaceTempView(name)
        return self.table(name)

    def drop(self, name: str) -> None:
        """A table taken out, with its files."""
        self._session.catalog.dropTempView(name)
        if name in self.folders:
            shutil.rmtree(self.folders.pop(name), ignore_errors=True)

    def _create_cached_table(self, name: str, expr: Any) -> Any:
        return self.hold(name, self.frame_of(expr))

    def _drop_cached_table(self, name: str) -> None:
        self.drop(name)

    def _register_in_memory_table(self, op: "ops.InMemoryTable") -> None:
        arrow = PyArrowData.convert_table(op.data.to_pyarrow(op.schema), op.schema)
        frame = self._session.createDataFrame(arrow, schema=PySparkSchema.from_ibis(op.schema))
        frame.createOrReplaceTempView(op.name)

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **kwargs: Any) -> Any:
        """The result as Arrow."""
        return expr.__pyarrow_result__(self._arrow(expr, params, limit))

    def execute(self, expr: Any, /, *, params: Any = None, limit: Any = None, **kwargs: Any) -> Any:
        """The result as pandas, of the types that DuckDB's results have."""
        import pandas as pd

        table = self._arrow(expr, params, limit)
        columns = {name: _column(column) for name, column in zip(table.column_names, table.columns, strict=True)}
        return expr.__pandas_result__(PandasData.convert_table(pd.DataFrame(columns), expr.as_table().schema()))

    def to_pyarrow_batches(
        self, expr: Any, /, *, params: Any = None, limit: Any = None, chunk_size: int = 1_000_000, **kwargs: Any
    ) -> pa.RecordBatchReader:
        """The result as Arrow, a partition at a time on the driver."""
        schema = expr.as_table().schema().to_pyarrow()
        rows = self._query(expr, params, limit).toLocalIterator(prefetchPartitions=True)
        return pa.RecordBatchReader.from_batches(schema, _batches(rows, schema, chunk_size))

    def _query(self, expr: Any, params: Mapping[Any, Any] | None, limit: Any) -> Any:
        self._run_pre_execute_hooks(expr)
        return self._session.sql(self.compile(expr.as_table(), params=params, limit=limit))

    def _arrow(self, expr: Any, params: Any, limit: Any) -> pa.Table:
        schema = expr.as_table().schema()
        return PyArrowData.convert_table(self._query(expr, params, limit).toArrow(), schema)


def _column(column: pa.ChunkedArray) -> Any:
    plain = not (pa.types.is_nested(column.type) or column.null_count)
    return column.to_pandas() if plain else column.to_pylist()


def _batches(rows: Iterator[Any], schema: pa.Schema, size: int) -> Iterator[pa.RecordBatch]:
    block: list[Any] = []
    for row in rows:
        block.append(row.asDict())
        if len(block) == size:
            yield pa.RecordBatch.from_pylist(block, schema=schema)
            block = []
    if block:
        yield pa.RecordBatch.from_pylist(block, schema=schema)
