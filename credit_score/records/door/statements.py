"""What the door asks of the engine, written out once.

The statements by which a table is judged depend on its contract and on the shape of its files, never on what stands in
them. To build and compile them takes several times as long as the engine takes to answer, so a second reading finds
them written, in this process or in the next (:mod:`credit_score.records.door.written`). What is particular to an engine
stands here: DuckDB takes the text as it is, any other engine the expression.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from credit_score.engine import kept, over_batches
from credit_score.engine.embedded import over_query
from credit_score.records.door import written

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

Build = Callable[[], "ibis.Table"]
OfBatch = Callable[["pa.RecordBatch"], "pa.RecordBatch"]
# Some thirty policies' worth; beyond it, all are written again.
MOST = 5_000
_WRITTEN: dict[tuple[object, ...], Any] = {}


class Statement(NamedTuple):
    """An expression as the engine takes it, and the types of its columns by their names."""

    text: str
    types: dict[str, str]


class Statements:
    """The statements of one table, each by its name.

    ``known`` is all that they depend on, hashable; None where that cannot be said, and each is written anew.
    """

    def __init__(
        self, engine: "ibis.BaseBackend", known: tuple[object, ...] | None, where: tuple[str, ...] | None = None
    ) -> None:
        self.engine, self.known = engine, known
        # A statement names the catalogue in which a table lies.
        self.where = where or (engine.name, engine.current_catalog, engine.current_database)

    def with_known(self, *more: object) -> "Statements":
        """The same for statements that depend on more."""
        return Statements(self.engine, None if self.known is None else (*self.known, *more), self.where)

    def remembered(self, name: str, build: Callable[[], Any]) -> Any:
        """What ``build`` gives, a value of JSON, built once for what is known."""
        if self.known is None:
            return build()
        key = (self.where, name, self.known)
        if key not in _WRITTEN:
            if len(_WRITTEN) >= MOST:
                _WRITTEN.clear()
            _WRITTEN[key] = _kept(key, build)
        return _WRITTEN[key]

    def see(self, name: str, build: Build) -> None:
        """Hold an expression as a view of that name: nothing is computed yet, and what is built on it stays short."""
        if not self._takes_text:
            self.engine.create_view(name, build(), overwrite=True)
            return
        self.engine.raw_sql(f'CREATE OR REPLACE VIEW "{name}" AS {self._written(name, build).text}')

    def keep(self, name: str, build: Build) -> None:
        """Compute an expression and hold it as a table of that name."""
        import ibis

        if not self._takes_text:
            kept(self.engine, name, build())
            return
        text, types = self._written(name, build)
        columns = ", ".join(c.sql("duckdb") for c in ibis.schema(types).to_sqlglot_column_defs("duckdb"))
        self.engine.raw_sql(f'CREATE OR REPLACE TABLE "{name}" ({columns})')
        self.engine.raw_sql(f'INSERT INTO "{name}" {text}')

    def add(self, name: str, build: Build) -> None:
        """Compute an expression and add its rows to the table of that name."""
        if not self._takes_text:
            kept(self.engine, name, self.engine.table(name).union(build()))
            return
        text = self._written(f"more {name}", build).text
        self.engine.raw_sql(f'INSERT INTO "{name}" BY NAME {text}')

    def fetch(self, name: str, build: Build) -> "pa.Table":
        """Compute an expression and hand its few rows on."""
        if not self._takes_text:
            return build().to_pyarrow()
        return self.engine.con.sql(self._written(name, build).text).to_arrow_table()

    def over_batches(self, name: str, build: Build, function: OfBatch, schema: "pa.Schema") -> "ibis.Table":
        """Compute an expression, and hold what a function makes of each batch of it as a table of that name."""
        if not self._takes_text:
            return over_batches(self.engine, name, build(), function, schema)
        return over_query(self.engine, name, self._written(name, build).text, function, schema)

    @property
    def _takes_text(self) -> bool:
        return self.engine.name == "duckdb"

    def _written(self, name: str, build: Build) -> Statement:
        def write() -> list[Any]:
            table = build()
            return [self.engine.compile(table), {column: str(kind) for column, kind in table.schema().items()}]

        return Statement(*self.remembered(name, write))


def _kept(key: object, build: Callable[[], Any]) -> Any:
    """What an earlier process kept under a key, else what is built, and then kept for the next."""
    if (value := written.recalled(key)) is None:
        written.keep(key, value := build())
    return value
