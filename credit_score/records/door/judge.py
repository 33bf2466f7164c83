"""Each row judged by the contract: the first thing that is wrong with it, or nothing.

The checks are read off the pandera schema, so the contract is written once; here they become one
expression that the engine evaluates row by row.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from credit_score.records.contract import Contract
from credit_score.records.door.personal import digits_in, identity_number_in, personal_number_in
from credit_score.records.door.statements import Build, Statements
from credit_score.records.reading.values import narrow, read_code, read_date, read_month, read_number
from credit_score.records.reading.vocabulary import of_any_kind

if TYPE_CHECKING:
    import ibis
    import pandera.ibis as pa

FAULT, RECORD = "_fault", "record_id"
UNREADABLE = {
    "date": "impossible_date",
    "int64": "not_a_number",
    "float64": "not_a_number",
    "boolean": "not_true_or_false",
}
BELOW = {"age": "minor"}
# What a whole number looks like: an engine would round 1.5.
WHOLE = r"^[+-]?\d{1,18}(\.0*)?$"


class Check(NamedTuple):
    """One thing that can be wrong: in which column, for which reason, and where it is so."""

    column: str
    reason: str
    wrong: "ibis.expr.types.BooleanValue"


def typed(raw: "ibis.Table", contract: Contract) -> "ibis.Table":
    """The raw columns read as the contract's types, null where they cannot be; raw text kept as ``_raw_…``."""
    narrowed = raw.rename({f"_raw_{c}": c for c in contract.columns})
    narrowed = narrowed.mutate(**{c: narrow(narrowed[f"_raw_{c}"]) for c in contract.columns})
    coded = narrowed.mutate(**{c: read_code(narrowed[c], words) for c, words in contract.words.items()})
    if contract.item_words:
        coded = coded.mutate(item=_item(coded, contract))
    kinds = {c: "month" if c in contract.months else str(column.dtype) for c, column in contract.schema.columns.items()}
    return coded.mutate(**{c: _cast(coded[c], kind) for c, kind in kinds.items()})


def _item(table: "ibis.Table", contract: Contract) -> Any:
    """An item by the word of its kind of subject, since persons and enterprises may share a word.

    A table that does not tell the kind has items by the words that mean one item whatever the kind.
    """
    import ibis

    if "subject_kind" not in table.columns:
        return read_code(table.item, of_any_kind(contract.item_words))
    named = [(table.subject_kind == kind, read_code(table.item, words)) for kind, words in contract.item_words.items()]
    return ibis.cases(*named, else_=table.item)


def _cast(text: Any, dtype: str) -> Any:
    import ibis

    if dtype == "month":
        return read_month(text)
    if dtype == "string":
        return text
    if dtype == "date":
        return read_date(text)
    if dtype in ("int64", "float64"):
        text = read_number(text)
    if dtype == "int64":
        text = ibis.ifelse(text.re_search(WHOLE), text, ibis.null("string"))
    return text.try_cast(dtype)


def searched(contract: Contract) -> list[str]:
    """The columns of text in which no number of a person may stand."""
    columns = contract.schema.columns.items()
    return [c for c, column in columns if str(column.dtype) == "string" and c not in contract.identifiers]


def suspicious(ask: Statements, raw: Build, contract: Contract) -> tuple[str, ...]:
    """Of the searched columns those in which such a number can stand at all: of most tables none.

    What finds one is long, and is then neither compiled nor evaluated. Text as it was written tells, full-width digits
    too: to read it as types takes longer than to look.
    """

    def asked() -> "ibis.Table":
        table = raw()
        return table.aggregate(**{c: digits_in(table[c]).any() for c in searched(contract)})

    (found,) = ask.fetch("digits", asked).to_pylist() if searched(contract) else [{}]
    return tuple(c for c, there in found.items() if there)


def checks(table: "ibis.Table", contract: Contract, numbers_in: Collection[str] | None = None) -> list[Check]:
    """Everything the contract asks of a typed row, in the order in which it is told.

    ``numbers_in``: the columns in which numbers of persons are looked for; by default all of ``searched``.
    """
    looked = searched(contract) if numbers_in is None else numbers_in
    gone = [Check(RECORD, "deleted_record", table["_gone_record"])] if "_gone_record" in table.columns else []
    found: list[Check] = [*gone]
    for name, column in contract.schema.columns.items():
        found += _of_column(table, name, column, contract, looked)
    for first, second in contract.ordered:
        found.append(Check(second, "impossible_date", table[first] > table[second]))
    found += [Check(part, "above_whole", table[part] > table[whole]) for part, whole in contract.within]
    found += [Check(month, "not_first_of_month", table[month].day() != 1) for month in contract.months]
    if "_born" in table.columns:
        least = min(c.statistics["min_value"] for c in contract.schema.columns["age"].checks)
        found.append(Check("age", "minor", _years(table["_born"], table.age_on) < least))
    if "replaced_by" in table.columns:
        corrected = table.event == "corrected"
        found.append(Check("replaced_by", "missing_value", corrected & table.replaced_by.isnull()))
        found.append(Check("replaced_by", "unknown_record", table.replaced_by == table.record_id))
    return found


def _years(born: Any, on: Any) -> Any:
    """Whole years between two days."""
    months = (on.year() - born.year()) * 12 + on.month() - born.month() - (on.day() < born.day()).cast("int64")
    return (months / 12).floor()


def _of_column(
    table: "ibis.Table", name: str, column: "pa.Column", contract: Contract, looked: Collection[str]
) -> list[Check]:
    raw, value, dtype = table[f"_raw_{name}"], table[name], str(column.dtype)
    found = []
    if not column.nullable:
        blank = dtype == "string"  # a cell of full-width spaces alone holds no text
        found.append(Check(name, "missing_value", value.isnull() if blank else raw.isnull()))
    if name in contract.identifiers:
        faulty = table[f"_fault_{name}"]
        found.append(Check(name, "deleted_subject", faulty == "deleted"))
        found.append(Check(name, "bad_identifier", faulty == "form"))
        found.append(Check(name, "unknown_subject", faulty == "unknown"))
    elif name in looked:
        found.append(Check(name, "identity_number", identity_number_in(value)))
        if not contract.codes(name):  # what a list of codes refuses needs no such guess
            found.append(Check(name, "personal_number", personal_number_in(value)))
    if name == "item" and "_forbidden" in table.columns:
        found.append(Check(name, "forbidden_data", table["_forbidden"]))
        found.append(Check(name, "no_consent", table["_unconsented"]))
    if name in contract.refers:
        missed = value.notnull() & table[f"_known_{name}"].isnull()
        of_records = contract.refers[name] == "credit_records"
        found.append(Check(name, "unknown_record", missed) if of_records else Check(name, "unknown_entry", missed))
    if dtype in UNREADABLE:
        found.append(Check(name, UNREADABLE[dtype], raw.notnull() & value.isnull()))
    for check in column.checks:
        found += _of_check(name, dtype, value, check)
    return found


def _of_check(name: str, dtype: str, value: Any, check: "pa.Check") -> list[Check]:
    rule = check.statistics
    if check.name == "isin":
        if not rule["allowed_values"]:
            return [Check(name, "no_codes", value.notnull())]
        return [Check(name, "unknown_code", value.notin(rule["allowed_values"]))]
    if check.name == "str_matches":
        return [Check(name, "unknown_code", ~value.re_search(rule["pattern"]))]
    if check.name == "str_length":
        return [Check(name, "too_long", value.length() > rule["max_value"])]
    outside = "impossible_date" if dtype == "date" else "out_of_range"
    low, high = rule["min_value"], rule["max_value"]
    below = value < low if rule["include_min"] else value <= low
    return [Check(name, BELOW.get(name, outside), below), Check(name, outside, value > high)]


def breaches(accepted: "ibis.Table", contract: Contract, ask: Statements | None = None) -> tuple[int, list[str]]:
    """How many rows a table has, and the columns in which it is not what the schema says; one query.

    Pandera's own validation says the same (the tests hold both against each other) with some ten queries a table.
    """
    held, columns = accepted.schema(), contract.schema.columns
    there = {name: c for name, c in columns.items() if name in held and str(held[name]) == str(c.dtype)}
    asked = ask or Statements(accepted.get_backend(), None)
    (row,) = asked.with_known(held).fetch("breaches", lambda: _broken(accepted, there)).to_pylist()
    return int(row["_n"]), [name for name in {**columns, **held} if name not in there or row[name]]


def _broken(accepted: "ibis.Table", columns: "dict[str, pa.Column]") -> "ibis.Table":
    import ibis

    wrong = {name: ibis.or_(*_breach(accepted[name], name, column)).any() for name, column in columns.items()}
    return accepted.aggregate(accepted.count().name("_n"), **wrong)


def _breach(value: Any, name: str, column: "pa.Column") -> "list[ibis.expr.types.BooleanValue]":
    of_checks = [_of_check(name, str(column.dtype), value, check) for check in column.checks]
    missing = value.isnull() & (not column.nullable)
    return [missing, *(check.wrong.fill_null(False) for checks in of_checks for check in checks)]


def first_fault(listed: list[Check]) -> Any:
    """The index of the first check that a row fails, or -1."""
    import ibis

    return ibis.cases(*((check.wrong.fill_null(False), i) for i, check in enumerate(listed)), else_=-1)


def hashes_that_repeat(hashed: "ibis.Table", part: int, of: int) -> "ibis.Table":
    """The ``_hash`` that more than one row has, of one part of all hashes; ``of`` is a power of two."""
    mine = hashed.filter((hashed["_hash"] & (of - 1)) == part) if of > 1 else hashed
    return mine.group_by("_hash").aggregate(_n=mine.count()).filter(lambda t: t["_n"] > 1).select("_hash")


def repeated(good: "ibis.Table", often: "ibis.Table", raw: "ibis.Table", contract: Contract) -> "ibis.Table":
    """``_file, row`` of rows whose key another row has too, but for the one that stays.

    It stays that has the earliest days, the columns of ``raw`` read as types, whatever the order in which they came.
    ``good``: ``_file``, ``row``, ``_key`` of rows without a fault. Hardly a key repeats: only those whose hash is one
    of ``often`` are read and sorted.
    """
    import ibis

    few = good.mutate(_hash=good["_key"].hash()).semi_join(often, "_hash").drop("_hash")
    rows = typed(raw.semi_join(few, ["_file", "row"]), contract).inner_join(few, ["_file", "row"])
    order = [*content_order(rows, contract), rows["_file"], rows["row"]]
    numbered = rows.mutate(_place=ibis.row_number().over(ibis.window(group_by=rows["_key"], order_by=order)))
    return numbered.filter(numbered["_place"] > 0).select("_file", "row")


def content_order(table: "ibis.Table", contract: Contract, *, latest: bool = False) -> "list[ibis.Value]":
    """An order of rows by what stands in them: the earliest days first (or the latest), the last day column before."""
    days = [c for c, column in contract.schema.columns.items() if str(column.dtype) == "date"][::-1]
    by_day = [table[c].desc(nulls_first=False) if latest else table[c].asc(nulls_first=False) for c in days]
    return [*by_day, *(table[c].asc(nulls_first=False) for c in contract.columns if c not in days)]
