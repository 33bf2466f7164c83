"""The files of a table read together: Parquet by one query for all files of one schema, others one by one.

A table may come in thousands of parts. Each keeps its own heading, its own count of rows and its own place in what is
told; only the engine sees them as one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.engine import numbered, unreadable
from credit_score.records.contract import Contract
from credit_score.records.reading.headings import Heading, heading_of
from credit_score.records.reading.lines import Broken
from credit_score.records.reading.raw import Raw, Source, check_filled, complete, not_readable, read_raw

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

PARQUET = ".parquet"


def read_files(engine: "ibis.BaseBackend", paths: Mapping[str, Path], contract: Contract) -> list[Raw]:
    """The files of one table, by their names in the folder, each as text in the engine; in their order.

    Raises RecordsError as :func:`~credit_score.records.reading.raw.read_raw` does, with the file's place.
    """
    sources = [Source(path, name, i) for i, (name, path) in enumerate(paths.items())]
    parquet = [s for s in sources if s.path.suffix.lower() == PARQUET]
    read = _read_parquet(engine, parquet, contract) if parquet else {}
    return [read.get(s.number) or read_raw(engine, s, contract) for s in sources]


def together(raws: list[Raw]) -> "ibis.Table":
    """The rows of a table's files as one table, each with the number of its file (``_file``)."""
    import ibis

    tables = {id(raw.table): (raw.table, raw.number) for raw in raws}
    told = (t if "_file" in t.columns else t.mutate(_file=ibis.literal(n, "int64")) for t, n in tables.values())
    return ibis.union(*(t.select("_file", *(c for c in t.columns if c != "_file")) for t in told))


def layout(raws: list[Raw]) -> tuple[tuple[int, bool, tuple[str, ...]], ...]:
    """What the query of :func:`together` rests on, beside the contract: its tables in their order, by first file."""
    first: dict[int, Raw] = {}
    for raw in raws:
        first.setdefault(id(raw.table), raw)
    return tuple((r.number, "_file" in r.table.columns, tuple(sorted(r.heading.places))) for r in first.values())


def _read_parquet(engine: "ibis.BaseBackend", sources: list[Source], contract: Contract) -> dict[int, Raw]:
    """By number. Files whose columns have the same names and types are read as one, in whatever order those stand."""
    import pandas as pd

    groups: dict[tuple[tuple[str, str], ...], list[Source]] = {}
    headings: dict[int, Heading] = {}
    held: dict[tuple[str, ...], Heading] = {}  # thousands of parts mostly have one heading: it is judged once
    for source in sources:
        schema = _schema(source.path)
        names = tuple(schema.names)
        if names not in held:
            held[names] = heading_of(source.path, names, contract)
        headings[source.number] = held[names]
        groups.setdefault(tuple(sorted((f.name, str(f.type)) for f in schema)), []).append(source)
    none, found = pd.DataFrame(columns=list(Broken._fields)), {}
    for group in groups.values():
        table = complete(_one_table(engine, group, contract), contract)
        found |= {s.number: Raw(s.path, table, none, headings[s.number], "Parquet", s.name, s.number) for s in group}
    return found


def _schema(path: Path) -> "pa.Schema":
    """The columns of a file, by its footer."""
    import pyarrow as pa
    from pyarrow import parquet

    check_filled(path)
    try:
        return parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise not_readable(path, "Parquet", error) from None


def _one_table(engine: "ibis.BaseBackend", group: list[Source], contract: Contract) -> "ibis.Table":
    """The rows of files of one schema; where one is damaged behind a whole footer, each is tried to tell which."""
    names = _schema(group[0].path).names
    columns = {names[i]: column for column, i in heading_of(group[0].path, names, contract).places.items()}
    name = f"raw_{contract.name}_{group[0].number}"
    try:
        return numbered(engine, name, {s.number: s.path for s in group}, columns)
    except unreadable(engine) as error:
        _refuse_damaged(engine, f"raw_tried_{contract.name}", group, columns)
        raise not_readable(group[0].path.parent, "Parquet", error) from None


def _refuse_damaged(engine: "ibis.BaseBackend", name: str, group: list[Source], columns: Mapping[str, str]) -> None:
    """Raise RecordsError of the first file that cannot be read by itself."""
    for source in group:
        try:
            numbered(engine, name, {source.number: source.path}, columns)
        except unreadable(engine) as error:
            raise not_readable(source.path, "Parquet", error) from None
