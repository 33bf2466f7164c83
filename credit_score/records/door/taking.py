"""One table's files taken in: every row ends in accepted or in rejected, with a reason."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from credit_score.engine import dropped, kept
from credit_score.errors import RecordsError, discreet, first_five, masked
from credit_score.records.contract import Contract
from credit_score.records.door.held_items import VERDICTS, in_force, look_up_items, with_floor
from credit_score.records.door.judge import FAULT, Check, breaches, checks, judged, suspicious, typed
from credit_score.records.door.pseudonyms import Pseudonyms
from credit_score.records.door.statements import Statements
from credit_score.records.reading.parts import layout, read_files, together
from credit_score.records.reading.raw import Raw

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

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
        return Taken(empty(engine, contract), pd.DataFrame(columns=REJECTED), pd.DataFrame(columns=FILES))
    raws = read_files(engine, paths, contract)
    ask = Statements(engine, _known(contract, names, raws, before))
    found = _judge(ask, contract, names, raws, before)
    ask.keep(contract.name, lambda: _accepted(engine.table(found.verdict), contract))
    accepted = engine.table(contract.name)
    names.learn(ask, found.verdict, contract)
    rejected = _rejected(found, contract, raws)
    per_file = _per_file(found, rejected, contract, raws)
    dropped(engine, [f"judged_{contract.name}", f"judged_again_{contract.name}"])
    _check(accepted, contract, per_file, ask)
    return Taken(accepted, rejected, per_file)


class _Judged(NamedTuple):
    """The name of a table of verdicts, what its faults mean, and what is to be asked of it."""

    verdict: str
    faults: "list[tuple[str, str]]"
    ask: Statements


def _known(
    contract: Contract, names: Pseudonyms, raws: list[Raw], before: "dict[str, ibis.Table]"
) -> tuple[object, ...] | None:
    """What the statements of a table depend on; None where rows of a store come in."""
    if before or names.shape is None:
        return None
    return (contract.fingerprint, names.shape, *layout(raws))


def _judge(
    ask: Statements, contract: Contract, names: Pseudonyms, raws: list[Raw], before: "dict[str, ibis.Table]"
) -> _Judged:
    """Every row with its first fault, as a table in the engine."""
    seen, judgement = f"map_typed_{contract.name}", f"judged_{contract.name}"
    ask.see(seen, lambda: typed(together(raws), contract))
    names.look_up(ask, seen, contract)
    floor = contract.name == "credit_records" and look_up_items(ask, seen)
    looked = suspicious(ask, seen, contract)
    ask = ask.with_known(floor, looked)

    @cache
    def asked() -> "tuple[ibis.Table, list[Check]]":
        table = _matched(ask.engine, seen, contract, names, before, floor=floor)
        return table, checks(table, contract, looked)

    ask.keep(judgement, lambda: judged(asked()[0], contract, asked()[1]))
    faults = ask.remembered("faults", lambda: [(check.column, check.reason) for check in asked()[1]])
    if contract.name in before:
        judgement = f"judged_again_{contract.name}"
        table = ask.engine.table(f"judged_{contract.name}")
        ask.keep(judgement, lambda: _again(table, contract, before[contract.name], len(faults)))
    return _Judged(judgement, [*faults, (contract.key, "duplicate"), (contract.key, "key_conflict")], ask)


def _matched(
    engine: "ibis.BaseBackend",
    seen: str,
    contract: Contract,
    names: Pseudonyms,
    before: "dict[str, ibis.Table]",
    *,
    floor: bool,
) -> "ibis.Table":
    """Typed rows with what other tables say of them: subjects, rows referred to, deletions, and the floor."""
    table = _referred(engine, names.joined(engine.table(seen), contract), contract, before)
    if "record_id" in contract.columns:
        table = names.is_deleted(table, table.record_id, contract).rename(_gone_record="_gone")
    if contract.name == "credit_records":
        consents = in_force(_all_of(engine, "consents", before))
        table = with_floor(table, engine.table(VERDICTS) if floor else None, consents)
    return table


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
    return kept(engine, contract.name, schema.to_pyarrow().empty_table())


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


def _per_file(found: _Judged, rejected: "pd.DataFrame", contract: Contract, raws: list[Raw]) -> "pd.DataFrame":
    """A row a file: what was read, accepted and rejected; ``read`` is counted from the file, not from the verdict."""
    import pandas as pd

    accepted = _counts(found.ask.fetch("accepted", lambda: _by_file(found.ask.engine.table(found.verdict), FAULT)))
    read = _counts(found.ask.fetch("read", lambda: _by_file(together(raws))))
    refused = rejected["file"].value_counts()
    told = [
        (
            contract.name, raw.name, raw.written, read.get(i, 0) + len(raw.broken),
            accepted.get(i, 0), int(refused.get(raw.name, 0)), ", ".join(map(discreet, raw.heading.dropped)),
        )
        for i, raw in enumerate(raws)
    ]  # fmt: skip
    return pd.DataFrame(told, columns=FILES)


def _by_file(table: "ibis.Table", fault: str | None = None) -> "ibis.Table":
    """The rows of each file, or those without a fault."""
    good = table.filter(table[fault] == -1) if fault else table
    return good.group_by("_file").aggregate(n=good.count())


def _counts(by_file: "pa.Table") -> dict[int, int]:
    return {int(row["_file"]): int(row["n"]) for row in by_file.to_pylist()}


def _rejected(found: _Judged, contract: Contract, raws: list[Raw]) -> "pd.DataFrame":
    """A row a refused row, by file and place in it."""
    import pandas as pd

    rows = found.ask.fetch("rejected", lambda: _refused(found.ask.engine.table(found.verdict), contract)).to_pandas()
    by_file = dict(iter(rows.groupby("_file")))
    named = [(by_file.get(raw.number, rows[:0]), raw) for raw in raws if raw.number in by_file or len(raw.broken)]
    told = [_of_file(part, contract, found.faults, raw) for part, raw in named] or [pd.DataFrame(columns=REJECTED)]
    return pd.concat(told, ignore_index=True)


def _refused(verdict: "ibis.Table", contract: Contract) -> "ibis.Table":
    raw = (f"_raw_{c}" for c in contract.columns)
    shown = verdict.select("_file", "row", FAULT, *raw, _unit=_unit(verdict, contract))
    return shown.filter(shown[FAULT] >= 0).order_by("_file", "row")


def _unit(verdict: "ibis.Table", contract: Contract) -> "ibis.expr.types.StringValue":
    """The unit that a row names, if it is one of the policy's; else empty."""
    import ibis

    if "unit" not in contract.columns:
        return ibis.literal("")
    rules = [check.statistics for check in contract.schema.columns["unit"].checks if check.name == "isin"]
    return ibis.ifelse(verdict["unit"].isin(rules[0]["allowed_values"]), verdict["unit"], "")


def _of_file(rows: "pd.DataFrame", contract: Contract, faults: list[tuple[str, str]], raw: Raw) -> "pd.DataFrame":
    import pandas as pd

    columns = [faults[i][0] for i in rows[FAULT]]
    values = [
        _shown(row[f"_raw_{column}"], column, contract)
        for row, column in zip(rows.to_dict(orient="records"), columns, strict=True)
    ]
    refused = pd.DataFrame({
        "table": contract.name, "file": raw.name, "row": raw.position(rows["row"]), "column": columns,
        "value": values, "reason": [faults[i][1] for i in rows[FAULT]],
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
    rows = raw.broken.assign(table=contract.name, file=raw.name, column="", unit="")
    rows["value"] = [f"a line of {n:g} bytes" for n in rows["bytes"]]
    return rows[REJECTED]
