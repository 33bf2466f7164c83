"""What the door finds of each row of a table: its first fault, or none, and then what it is handed on as.

A row is judged by itself as it streams by, and only its place, its fault and what it would be handed on as are held.
What other rows say against it (a key that repeats, a row that a store holds) overrules the few rows it is about. What
was written in a refused row is read once more from the files, where it stands.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from credit_score.engine import parts_of
from credit_score.records.contract import Contract
from credit_score.records.door.held_items import VERDICTS, in_force, look_up_items, with_floor
from credit_score.records.door.judge import (
    FAULT,
    Check,
    checks,
    first_fault,
    hashes_that_repeat,
    repeated,
    suspicious,
    typed,
)
from credit_score.records.door.pseudonyms import Pseudonyms
from credit_score.records.door.statements import Build, Statements

if TYPE_CHECKING:
    import ibis

REGISTERS = ("enterprises", "individuals")
PLACE = ("_file", "row")


class Verdict(NamedTuple):
    """On the rows of a table: what its faults mean, by their number, and what is to be asked of it.

    The engine holds as tables what each is found to be (``judged_…``) and the rows that others overrule
    (``overruled_…``); ``raw`` are the rows as they were written.
    """

    contract: Contract
    faults: "list[tuple[str, str]]"
    ask: Statements
    raw: Build

    @property
    def rows(self) -> "ibis.Table":
        """Every row's place, fault (-1 for none) and, of those without, the contract's columns as accepted."""
        import ibis

        found, over = self._table("judged"), self._table("overruled")
        joined = found.left_join(over, [found[c] == over[f"_of_{c}"] for c in PLACE])
        return joined.mutate(**{FAULT: ibis.coalesce(joined["_why"], joined[FAULT])}).select(*found.columns)

    @property
    def accepted(self) -> "ibis.Table":
        """The rows without a fault, with their place, and ``_key``."""
        rows = self.rows
        return _good(rows, self.contract)

    @property
    def refused(self) -> "ibis.Table":
        """The rows with a fault as they were written (``_raw_…``), and the policy's unit that one names, else empty."""
        rows = self.rows
        wrong = rows.filter(rows[FAULT] >= 0).select(*PLACE, FAULT)
        seen = typed(self.raw().semi_join(wrong, PLACE), self.contract)
        raw = (f"_raw_{c}" for c in self.contract.columns)
        shown = seen.select(*PLACE, *raw, _unit=_unit(seen, self.contract))
        return shown.inner_join(wrong, PLACE)

    @property
    def names(self) -> list[str]:
        """The tables to drop when all is asked."""
        return [f"{what}_{self.contract.name}" for what in ("judged", "hashes", "often", "overruled")]

    def _table(self, what: str) -> "ibis.Table":
        return self.ask.engine.table(f"{what}_{self.contract.name}")


def verdict_on(
    ask: Statements, raw: Build, contract: Contract, names: Pseudonyms, held: "dict[str, ibis.Table]"
) -> Verdict:
    """The verdict on the rows of a table's files, as text; ``held`` are the tables of a store, by name."""
    seen, found = f"map_typed_{contract.name}", f"judged_{contract.name}"
    ask.see(seen, lambda: typed(raw(), contract))
    names.look_up(ask, seen, contract)
    floor = contract.name == "credit_records" and look_up_items(ask, seen)
    looked = suspicious(ask, raw, contract)
    ask = ask.with_known(floor, looked)

    @cache
    def asked() -> "tuple[ibis.Table, list[Check]]":
        table = _matched(ask.engine, seen, contract, names, held, floor=floor)
        return table, checks(table, contract, looked)

    ask.keep(found, lambda: _judged(*asked(), contract))
    _keep_often(ask, contract)
    faults = ask.remembered("faults", lambda: [[check.column, check.reason] for check in asked()[1]])
    ask.keep(f"overruled_{contract.name}", lambda: _overruled(ask.engine, raw(), contract, held, len(faults)))
    return Verdict(
        contract, [*map(tuple, faults), (contract.key, "duplicate"), (contract.key, "key_conflict")], ask, raw
    )


def _matched(
    engine: "ibis.BaseBackend",
    seen: str,
    contract: Contract,
    names: Pseudonyms,
    held: "dict[str, ibis.Table]",
    *,
    floor: bool,
) -> "ibis.Table":
    """Typed rows with what other tables say of them: subjects, rows referred to, deletions, and the floor."""
    table = _referred(engine, engine.table(seen), names.joined(engine.table(seen), contract), contract, held)
    if "record_id" in contract.columns:
        table = names.is_deleted(table, table.record_id, contract).rename(_gone_record="_gone")
    if contract.name == "credit_records":
        consents = in_force(_all_of(engine, "consents", held))
        table = with_floor(table, engine.table(VERDICTS) if floor else None, consents)
    return table


def _referred(
    engine: "ibis.BaseBackend",
    seen: "ibis.Table",
    table: "ibis.Table",
    contract: Contract,
    held: "dict[str, ibis.Table]",
) -> "ibis.Table":
    """With ``_known_c`` for each column c that names a row of another table: that row's key, null if there is none.

    Of the other table, which may be long, only what the rows ``seen`` name is told apart.
    """
    for column, other in contract.refers.items():
        key, rows = f"_known_{column}", _all_of(engine, other, held)
        named = rows.select(rows.columns[0]).rename({key: rows.columns[0]})
        own = f"_subject_{column}" if column in contract.identifiers else column
        asked = seen if own == column else table
        named = named.semi_join(asked, named[key] == asked[own]).distinct()
        table = table.left_join(named, table[own] == named[key])
    return table


def _all_of(engine: "ibis.BaseBackend", name: str, held: "dict[str, ibis.Table]") -> "ibis.Table":
    """The accepted rows of a table taken in before in this folder, and those that a store holds."""
    import ibis

    fresh = engine.table(name)
    return ibis.union(fresh, held[name].select(fresh.columns)) if name in held else fresh


def _judged(table: "ibis.Table", listed: list[Check], contract: Contract) -> "ibis.Table":
    """Each row's place, its first fault, and the columns it would be accepted with.

    Identifiers are replaced by what stands for them, and no natural person has a name: an enterprise that its code
    tells to be a sole proprietor is one, whatever its form says. A register also has the raw identifier as ``_key``.
    """
    import ibis

    columns = {c: table[f"_subject_{c}"] if c in contract.identifiers else table[c] for c in contract.columns}
    if contract.name == "enterprises":
        person = table["_subject_enterprise_id"] != table["enterprise_id"]
        columns["name"] = ibis.ifelse(person, ibis.null("string"), table["name"])
        columns["legal_form"] = ibis.ifelse(person, "sole_proprietor", table["legal_form"])
    if contract.name in REGISTERS:
        columns["_key"] = table[contract.key]
    return table.select(*PLACE, **{FAULT: first_fault(listed)}, **columns)


def _keep_often(ask: Statements, contract: Contract) -> None:
    """Hold the hashes that more than one key without a fault has (``often_…``), found in parts that fit in memory.

    Of several parts the hashes are held too (``hashes_…``): to hash all keys takes longer than to read them.
    """
    judged, hashes, often = (f"{what}_{contract.name}" for what in ("judged", "hashes", "often"))
    (told,) = ask.fetch("rows", lambda: ask.engine.table(judged).aggregate(n=lambda t: t.count())).to_pylist()
    parts = parts_of(ask.engine, told["n"])
    prepare = ask.keep if parts > 1 else ask.see
    prepare(hashes, lambda: _good(ask.engine.table(judged), contract).select(_hash=lambda t: t["_key"].hash()))
    for part in range(parts):
        one = ask.with_known(part, parts)
        hold = one.add if part else one.keep
        hold(often, lambda part=part: hashes_that_repeat(ask.engine.table(hashes), part, parts))


def _overruled(
    engine: "ibis.BaseBackend", raw: "ibis.Table", contract: Contract, held: "dict[str, ibis.Table]", duplicate: int
) -> "ibis.Table":
    """``_of__file, _of_row, _why`` of rows without a fault of their own that are duplicates, or in conflict.

    A row that a store holds already, in every column, is a duplicate. A register's row may come in a new version; any
    other row with a key that is held conflicts with it.
    """
    import ibis

    good = _good(engine.table(f"judged_{contract.name}"), contract)
    often = engine.table(f"often_{contract.name}")
    again = repeated(good.select(*PLACE, "_key"), often, raw, contract)
    found = [again.mutate(_why=ibis.literal(duplicate, "int64"))]
    if contract.name in held:
        fresh = good.anti_join(again, PLACE)
        before = held[contract.name].semi_join(fresh, contract.key)  # few of all, and looked for once
        same = fresh.semi_join(before, [fresh[c].identical_to(before[c]) for c in contract.columns])
        found.append(same.select(*PLACE, _why=ibis.literal(duplicate, "int64")))
        if not contract.register:
            other = fresh.anti_join(same, PLACE).semi_join(before, [contract.key])
            found.append(other.select(*PLACE, _why=ibis.literal(duplicate + 1, "int64")))
    whole = dict.fromkeys(PLACE, "int64")  # a small number that an engine was told may have become a smaller type
    return ibis.union(*(rows.cast(whole) for rows in found)).rename({f"_of_{c}": c for c in PLACE})


def _good(rows: "ibis.Table", contract: Contract) -> "ibis.Table":
    """Rows without a fault; with ``_key``, by which a row of a register is known, as it was written."""
    good = rows.filter(rows[FAULT] == -1)
    return good if "_key" in good.columns else good.mutate(_key=good[contract.key])


def _unit(seen: "ibis.Table", contract: Contract) -> "ibis.expr.types.StringValue":
    """The unit that a row names, if it is one of the policy's; else empty."""
    import ibis

    if "unit" not in contract.columns:
        return ibis.literal("")
    rules = [check.statistics for check in contract.schema.columns["unit"].checks if check.name == "isin"]
    return ibis.ifelse(seen["unit"].isin(rules[0]["allowed_values"]), seen["unit"], "")
