"""One table's files taken in: every row ends in accepted or in rejected, with a reason."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from credit_score.engine import dropped, kept
from credit_score.errors import RecordsError, discreet, first_five
from credit_score.records.contract import Contract
from credit_score.records.door.judge import FAULT, breaches
from credit_score.records.door.pseudonyms import Pseudonyms
from credit_score.records.door.refused import refused_rows
from credit_score.records.door.statements import Statements
from credit_score.records.door.verdict import Verdict, verdict_on
from credit_score.records.reading.parts import layout, read_files, together
from credit_score.records.reading.raw import Raw

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

FILES = ["table", "file", "written", "read", "accepted", "rejected", "dropped"]


class Taken(NamedTuple):
    """What became of one table's files: the rows accepted, and tables of those refused."""

    accepted: "ibis.Table"
    refused: "list[ibis.Table]"
    files: "pd.DataFrame"


def take_in(
    engine: "ibis.BaseBackend",
    paths: Mapping[str, Path],
    contract: Contract,
    names: Pseudonyms,
    held: "dict[str, ibis.Table] | None" = None,
) -> Taken:
    """The files of one table, by their names, judged together; ``held`` are the tables taken in before, by name.

    A row that is held already, in every column, is a duplicate. Raises RecordsError for a file that cannot be read.
    """
    import pandas as pd

    before = held or {}
    if not paths:
        return Taken(empty(engine, contract), [], pd.DataFrame(columns=FILES))
    raws = read_files(engine, paths, contract)
    ask = Statements(engine, _known(contract, names, raws, before))
    found = verdict_on(ask, lambda: together(raws), contract, names, before)
    found.ask.keep(contract.name, lambda: found.accepted.select(*contract.columns))
    accepted = engine.table(contract.name)
    names.learn(found.ask, lambda: found.accepted, contract)
    per_file = _per_file(found, raws)
    refused = refused_rows(found, raws) if per_file["rejected"].sum() else []
    dropped(engine, found.names)
    _check(accepted, contract, per_file, ask)
    return Taken(accepted, refused, per_file)


def _known(
    contract: Contract, names: Pseudonyms, raws: list[Raw], before: "dict[str, ibis.Table]"
) -> tuple[object, ...]:
    """What the statements of a table depend on: of a store the columns of its tables, not what stands in them."""
    held = tuple((name, str(table.schema())) for name, table in sorted(before.items()))
    return (contract.fingerprint, names.shape, held, *layout(raws))


def empty(engine: "ibis.BaseBackend", contract: Contract) -> "ibis.Table":
    """A table of the contract without rows."""
    import ibis

    schema = ibis.schema({name: str(column.dtype) for name, column in contract.schema.columns.items()})
    return kept(engine, contract.name, schema.to_pyarrow().empty_table())


def _check(accepted: "ibis.Table", contract: Contract, per_file: "pd.DataFrame", ask: Statements) -> None:
    """The contract once more, on what is handed on; and the counts of every file must add up."""
    where = first_five(per_file["file"])
    if contract.needed and not per_file["read"].sum():
        what = "the file holds a heading and no row"
        raise RecordsError(what, where=where, remedy="send it again with its rows")
    for row in per_file.itertuples():
        if row.read != row.accepted + row.rejected:
            what = f"read {row.read} rows, but {row.accepted} + {row.rejected} are accounted for"
            raise RecordsError(what, where=row.file)
    n_accepted, columns = breaches(accepted, contract, ask)
    if n_accepted != per_file["accepted"].sum():
        raise RecordsError(f"{n_accepted} rows are accepted, not {per_file['accepted'].sum()}", where=where)
    if columns:
        raise RecordsError(f"accepted rows break the contract in {', '.join(columns)}", where=where)


def _per_file(found: Verdict, raws: list[Raw]) -> "pd.DataFrame":
    """A row a file: what was read, accepted and rejected; ``read`` is counted from the file, not from the verdict."""
    import ibis
    import pandas as pd

    ask = found.ask
    accepted = _counts(ask.fetch("accepted", lambda: _by_file(found.accepted)))
    refused = _counts(ask.fetch("refused", lambda: _by_file(found.rows.filter(ibis._[FAULT] >= 0))))
    read = _counts(ask.fetch("read", lambda: _by_file(together(raws))))
    told = [
        (
            found.contract.name, raw.name, raw.written, read.get(i, 0) + len(raw.broken), accepted.get(i, 0),
            refused.get(i, 0) + len(raw.broken), ", ".join(map(discreet, raw.heading.dropped)),
        )
        for i, raw in enumerate(raws)
    ]  # fmt: skip
    return pd.DataFrame(told, columns=FILES)


def _by_file(rows: "ibis.Table") -> "ibis.Table":
    return rows.group_by("_file").aggregate(n=rows.count())


def _counts(by_file: "pa.Table") -> dict[int, int]:
    return {int(row["_file"]): int(row["n"]) for row in by_file.to_pylist()}
