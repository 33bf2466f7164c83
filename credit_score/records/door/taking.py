"""One table's files taken in: every row ends in accepted or in rejected, with a reason."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from credit_score.engine import kept
from credit_score.errors import RecordsError, discreet, masked
from credit_score.records.contract import Contract
from credit_score.records.door.held_items import in_force, with_floor
from credit_score.records.door.judge import FAULT, Check, breaches, checks, judged, typed
from credit_score.records.door.pseudonyms import Pseudonyms
from credit_score.records.reading.raw import Raw, read_raw

if TYPE_CHECKING:
    import ibis
    import pandas as pd

REJECTED = ["table", "file", "row", "column", "value", "reason", "unit"]
FILES = ["table", "file", "written", "read", "accepted", "rejected", "dropped"]
PERSONS = ("individuals", "households", "consents", "youth_households")
_TEXTS = {c: "str" for c in REJECTED if c != "row"}


class Taken(NamedTuple):
    """What became of one table's files."""

    accepted: "ibis.Table"
    rejected: "pd.DataFrame"
    files: "pd.DataFrame"


def take_in(
    engine: "ibis.BaseBackend",
    paths: list[Path],
    contract: Contract,
    names: Pseudonyms,
    held: "dict[str, ibis.Table] | None" = None,
) -> Taken:
    """The files of one table, judged together; ``held`` are the tables taken in before, by name.

    A row that is held already, in every column, is a duplicate. Raises RecordsError for a file that cannot be read.
    """
    import pandas as pd

    before = held or {}
    if not paths:
        return Taken(empty(engine, contract), pd.DataFrame(columns=REJECTED), pd.DataFrame(columns=FILES))
    raws = [read_raw(engine, path, contract, i) for i, path in enumerate(paths)]
    seen = _seen(engine, f"map_typed_{contract.name}", typed(_together(raws), contract))
    table = _referred(engine, names.joined(seen, contract), contract, before)
    if "record_id" in contract.columns:
        table = names.is_deleted(table, table.record_id, contract).rename(_gone_record="_gone")
    if contract.name == "credit_records":
        table = with_floor(engine, table, seen, in_force(_all_of(engine, "consents", before)))
    listed = checks(table, contract)
    verdict = kept(engine, f"judged_{contract.name}", judged(table, contract, listed))
    if contract.name in before:
        again = _again(verdict, contract, before[contract.name], len(listed))
        verdict = kept(engine, f"judged_again_{contract.name}", again)
    accepted = kept(engine, contract.name, _accepted(verdict, contract))
    names.learn(verdict.filter(verdict[FAULT] == -1), contract)
    rejected = _rejected(verdict, contract, listed, raws)
    per_file = _per_file(verdict, rejected, contract, raws)
    for name in (f"judged_{contract.name}", f"judged_again_{contract.name}"):
        engine.drop_table(name, force=True)
    _check(accepted, contract, per_file)
    return Taken(accepted, rejected, per_file)


def _seen(engine: "ibis.BaseBackend", name: str, table: "ibis.Table") -> "ibis.Table":
    """The table as a view: nothing is computed yet, and what is built on it stays short."""
    return engine.create_view(name, table, overwrite=True)


def _together(raws: list[Raw]) -> "ibis.Table":
    """The rows of a table's files as one table, each with the number of its file."""
    import ibis

    return ibis.union(*(raw.table.mutate(_file=ibis.literal(i)) for i, raw in enumerate(raws)))


def _again(verdict: "ibis.Table", contract: Contract, held: "ibis.Table", duplicate: int) -> "ibis.Table":
    """The verdict with rows that are held already, in every column, as duplicates.

    A register's row may come in a new version; any other row with a key that is held conflicts with it.
    """
    import ibis

    rows = _accepted(verdict, contract, "_file", "row")
    same = [rows[c].identical_to(held[c]) for c in contract.columns]
    again = rows.semi_join(held, same).select(_in_file=rows["_file"], _in_row=rows["row"])
    joined = verdict.left_join(again, [verdict["_file"] == again["_in_file"], verdict["row"] == again["_in_row"]])
    fault = ibis.ifelse(joined["_in_row"].notnull(), duplicate, joined[FAULT])
    verdict = joined.mutate(**{FAULT: fault}).drop("_in_file", "_in_row")
    if contract.register:
        return verdict
    keys = held.select(_held_key=contract.key).distinct()
    joined = verdict.left_join(keys, verdict[contract.key] == keys["_held_key"])
    conflict = joined["_held_key"].notnull() & (joined[FAULT] == -1)
    return joined.mutate(**{FAULT: ibis.ifelse(conflict, duplicate + 1, joined[FAULT])}).drop("_held_key")


def _referred(
    engine: "ibis.BaseBackend", table: "ibis.Table", contract: Contract, held: "dict[str, ibis.Table]"
) -> "ibis.Table":
    """With ``_known_c`` for each column c that names a row of another table: that row's key, null if there is none."""
    for column, other in contract.refers.items():
        key, rows = f"_known_{column}", _all_of(engine, other, held)
        named = rows.select(rows.columns[0]).distinct().rename({key: rows.columns[0]})
        own = f"_subject_{column}" if column in contract.identifiers else column
        table = table.left_join(named, table[own] == named[key])
    return table


def _all_of(engine: "ibis.BaseBackend", name: str, held: "dict[str, ibis.Table]") -> "ibis.Table":
    """The accepted rows of a table taken in before in this folder, and those that a store holds."""
    import ibis

    fresh = engine.table(name)
    return ibis.union(fresh, held[name].select(fresh.columns)) if name in held else fresh


def empty(engine: "ibis.BaseBackend", contract: Contract) -> "ibis.Table":
    """A table of the contract without rows."""
    import ibis

    schema = ibis.schema({name: str(column.dtype) for name, column in contract.schema.columns.items()})
    return engine.create_table(contract.name, schema=schema, overwrite=True)


def _accepted(verdict: "ibis.Table", contract: Contract, *also: str) -> "ibis.Table":
    """Rows without a fault, identifiers replaced by what stands for them; no name of a natural person.

    An enterprise that its code tells to be a sole proprietor is one, whatever its form says.
    """
    import ibis

    rows = verdict.filter(verdict[FAULT] == -1)
    columns = {c: rows[f"_subject_{c}"] if c in contract.identifiers else rows[c] for c in contract.columns}
    if contract.name == "enterprises":
        person = rows["_subject_enterprise_id"] != rows["enterprise_id"]
        columns["name"] = ibis.ifelse(person, ibis.null("string"), rows["name"])
        columns["legal_form"] = ibis.ifelse(person, "sole_proprietor", rows["legal_form"])
    return rows.select(*also, **columns)


def _check(accepted: "ibis.Table", contract: Contract, per_file: "pd.DataFrame") -> None:
    """The contract once more, on what is handed on; and the counts of every file must add up."""
    where = ", ".join(per_file["file"])
    if contract.needed and not per_file["read"].sum():
        what = "the file holds a heading and no row"
        raise RecordsError(what, where=where, remedy="send it again with its rows")
    for row in per_file.itertuples():
        if row.read != row.accepted + row.rejected:
            what = f"read {row.read} rows, but {row.accepted} + {row.rejected} are accounted for"
            raise RecordsError(what, where=row.file)
    n_accepted, columns = breaches(accepted, contract)
    if n_accepted != per_file["accepted"].sum():
        raise RecordsError(f"{n_accepted} rows are accepted, not {per_file['accepted'].sum()}", where=where)
    if columns:
        raise RecordsError(f"accepted rows break the contract in {', '.join(columns)}", where=where)


def _per_file(verdict: "ibis.Table", rejected: "pd.DataFrame", contract: Contract, raws: list[Raw]) -> "pd.DataFrame":
    """A row a file: what was read, accepted and rejected; ``read`` is counted from the file, not from the verdict."""
    import pandas as pd

    good = verdict.filter(verdict[FAULT] == -1)
    accepted = good.group_by("_file").aggregate(n=good.count()).execute().set_index("_file")["n"]
    refused = rejected["file"].value_counts()
    told = [
        (
            contract.name, raw.path.name, raw.written, int(raw.table.count().execute()) + len(raw.broken),
            int(accepted.get(i, 0)), int(refused.get(raw.path.name, 0)), ", ".join(map(discreet, raw.heading.dropped)),
        )
        for i, raw in enumerate(raws)
    ]  # fmt: skip
    return pd.DataFrame(told, columns=FILES)


def _rejected(verdict: "ibis.Table", contract: Contract, listed: list[Check], raws: list[Raw]) -> "pd.DataFrame":
    """A row a refused row, by file and place in it."""
    import pandas as pd

    raw = (f"_raw_{c}" for c in contract.columns)
    shown = verdict.select("_file", "row", FAULT, *raw, _unit=_unit(verdict, contract))
    rows = shown.filter(shown[FAULT] >= 0).order_by("_file", "row").execute()
    every = [*listed, Check(contract.key, "duplicate", None), Check(contract.key, "key_conflict", None)]  # type: ignore[arg-type]
    told = [_of_file(rows[rows["_file"] == i], contract, every, raw) for i, raw in enumerate(raws)]
    return pd.concat(told, ignore_index=True)


def _unit(verdict: "ibis.Table", contract: Contract) -> "ibis.expr.types.StringValue":
    """The unit that a row names, if it is one of the policy's; else empty."""
    import ibis

    if "unit" not in contract.columns:
        return ibis.literal("")
    rules = [check.statistics for check in contract.schema.columns["unit"].checks if check.name == "isin"]
    return ibis.ifelse(verdict["unit"].isin(rules[0]["allowed_values"]), verdict["unit"], "")


def _of_file(rows: "pd.DataFrame", contract: Contract, every: list[Check], raw: Raw) -> "pd.DataFrame":
    import pandas as pd

    columns = [every[i].column for i in rows[FAULT]]
    values = [
        _shown(row[f"_raw_{column}"], column, contract)
        for row, column in zip(rows.to_dict(orient="records"), columns, strict=True)
    ]
    refused = pd.DataFrame({
        "table": contract.name, "file": raw.path.name, "row": raw.position(rows["row"]), "column": columns,
        "value": values, "reason": [every[i].reason for i in rows[FAULT]],
        "unit": rows["_unit"].to_numpy(),
    })  # fmt: skip
    refused = pd.concat([refused.astype(_TEXTS), _unreadable(raw, contract).astype(_TEXTS)])
    return refused.sort_values("row", kind="stable", ignore_index=True)


def _shown(value: object, column: str, contract: Contract) -> str:
    """A refused value as it may be shown: masked if it identifies, or if it could (a long number, a name).

    Of tables of persons only a code that the contract lists is shown: an age or a day tells who a person is.
    """
    text = value if isinstance(value, str) else ""
    identifying = column in contract.identifiers or column in (contract.key, "name")
    identifying |= contract.name in PERSONS and text not in contract.codes(column)
    if identifying or len(text) > 40 or not text.isascii():  # a cell may have millions of signs: none is counted
        return masked(text)
    return masked(text) if sum(c.isdigit() for c in text) > 8 else text


def _unreadable(raw: Raw, contract: Contract) -> "pd.DataFrame":
    rows = raw.broken.assign(table=contract.name, file=raw.path.name, column="", unit="")
    rows["value"] = [f"a line of {n:g} bytes" for n in rows["bytes"]]
    return rows[REJECTED]
