"""Refused rows as they may be shown: they stay in the engine, and only how many are alike is handed on."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credit_score.engine import kept
from credit_score.errors import RecordsError, masked
from credit_score.long_list import LongList
from credit_score.records.contract import Contract
from credit_score.records.door.judge import FAULT
from credit_score.records.door.verdict import Verdict
from credit_score.records.reading.raw import Raw

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

REJECTED = ["table", "file", "row", "column", "value", "reason", "unit"]
ALIKE = ["table", "file", "column", "reason", "unit"]
PERSONS = ("individuals", "households", "consents", "youth_households")
_TYPES = {c: "int64" if c == "row" else "str" for c in REJECTED}


@dataclass(frozen=True)
class Shown:
    """What may be shown of a table's refused rows, made of a batch of them wherever the batch is.

    ``files``: their names by number; ``broken``: of a file whose readable lines alone are counted, before which of
    them a line stands that is none. ``identifying``: the columns never shown; ``codes``: of tables of persons, all that
    is shown of a column.
    """

    table: str
    faults: tuple[tuple[str, str], ...]
    files: Mapping[int, str]
    broken: Mapping[int, list[int]]
    identifying: Collection[str]
    codes: Mapping[str, Collection[str]] | None

    def __call__(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """Columns of REJECTED of each row."""
        import pyarrow as pa

        rows = batch.to_pydict()
        faults, numbers = [self.faults[i] for i in rows[FAULT]], rows["_file"]
        told = {
            "table": [self.table] * len(faults), "file": [self.files[i] for i in numbers],
            "row": [self._place(i, row) for i, row in zip(numbers, rows["row"], strict=True)],
            "column": [column for column, _ in faults],
            "value": [self._value(rows[f"_raw_{column}"][i], column) for i, (column, _) in enumerate(faults)],
            "reason": [reason for _, reason in faults], "unit": rows["_unit"],
        }  # fmt: skip
        return pa.RecordBatch.from_pydict(told, schema=schema())

    def _place(self, number: int, row: int) -> int:
        return row + bisect_right(self.broken.get(number, ()), row)

    def _value(self, value: object, column: str) -> str:
        """A refused value as it may be shown: masked if it identifies, or if it could (a long number, a name).

        Of tables of persons only a code that the contract lists is shown: an age or a day tells who a person is.
        """
        text = value if isinstance(value, str) else ""
        hidden = column in self.identifying or (self.codes is not None and text not in self.codes[column])
        if hidden or len(text) > 40 or not text.isascii():  # a cell may have millions of signs: none is counted
            return masked(text)
        return masked(text) if sum(c.isdigit() for c in text) > 8 else text


def schema() -> "pa.Schema":
    """Of a table with the columns of REJECTED."""
    import pyarrow as pa

    return pa.schema([(c, pa.int64() if c == "row" else pa.string()) for c in REJECTED])


def shown_of(contract: Contract, faults: Iterable[tuple[str, str]], raws: list[Raw]) -> Shown:
    """How refused rows of these files are shown."""
    columns, persons = contract.columns, contract.name in PERSONS
    return Shown(
        contract.name, tuple(faults), files={raw.number: raw.name for raw in raws},
        broken={raw.number: raw.before for raw in raws if raw.counted},
        identifying=frozenset((*contract.identifiers, contract.key, "name")),
        codes={column: frozenset(contract.codes(column)) for column in columns} if persons else None,
    )  # fmt: skip


def refused_rows(found: Verdict, raws: list[Raw]) -> "list[ibis.Table]":
    """Tables with the columns of REJECTED: the rows with a fault, and, if any, the lines that are no rows."""
    contract, shown = found.contract, shown_of(found.contract, found.faults, raws)
    rows = found.ask.over_batches(f"refused_{contract.name}", lambda: found.refused, shown, schema())
    return [rows, *unreadable_lines(found.ask.engine, contract, raws)]


def unreadable_lines(engine: "ibis.BaseBackend", contract: Contract, raws: list[Raw]) -> "list[ibis.Table]":
    """A table of the lines that are no rows, with the columns of REJECTED; none where all are."""
    import pandas as pd

    lines = [raw.broken.assign(file=raw.name) for raw in raws if len(raw.broken)]
    if not lines:
        return []
    rows = pd.concat(lines).assign(table=contract.name, column="", unit="")
    rows["value"] = [f"a line of {n:g} bytes" for n in rows["bytes"]]
    return [kept(engine, f"unreadable_{contract.name}", rows[REJECTED].astype(_TYPES))]


def alike(tables: "list[ibis.Table]") -> "pd.DataFrame":
    """How many rows are alike: the columns of ALIKE, and ``n``."""
    import ibis
    import pandas as pd

    if not tables:
        return pd.DataFrame(columns=[*ALIKE, "n"])
    rows = ibis.union(*(t.select(ALIKE) for t in tables), distinct=False)
    return rows.group_by(ALIKE).aggregate(n=rows.count()).execute().sort_values(ALIKE, ignore_index=True)


def check_told(refusals: "pd.DataFrame", per_file: "pd.DataFrame") -> None:
    """Raise RecordsError where a file has a refused row that is not told of, or tells of one it has not."""
    told = refusals.groupby(["table", "file"])["n"].sum()
    for row in per_file.itertuples():
        if row.rejected != (n := int(told.get((row.table, row.file), 0))):
            raise RecordsError(f"{row.rejected} rows are refused, but {n} are told of", where=str(row.file))


def in_order(engine: "ibis.BaseBackend", tables: "list[ibis.Table]", order: Iterable[str]) -> LongList:
    """The rows of such tables as one list: by table in an order, by file, and by their place in it.

    Batches of a store may hold files of one name; rows at the same place are then by what is told of them.
    """
    import ibis

    rows = ibis.union(*(t.select(REJECTED) for t in tables or [_none(engine)]))
    rank = rows["table"].cases(*((name, place) for place, name in enumerate(order)), else_=-1)
    return LongList(rows.order_by(rank, *REJECTED[1:]).select(REJECTED), lambda batch: batch.astype(_TYPES))


def _none(engine: "ibis.BaseBackend") -> "ibis.Table":
    return kept(engine, "refused_none", schema().empty_table())
