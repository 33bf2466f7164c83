"""Each row judged by the contract: the first thing that is wrong with it, or nothing.

The checks are read off the pandera schema, so the contract is written once; here they become one
expression that the engine evaluates row by row.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from credit_score.records.contracts import Contract

if TYPE_CHECKING:
    import ibis
    import pandera.ibis as pa

FAULT = "_fault"
UNREADABLE = {
    "date": "impossible_date",
    "int64": "not_a_number",
    "float64": "not_a_number",
    "boolean": "not_true_or_false",
}
BELOW = {"age": "minor"}
# What a text must look like before the engine casts it: engines also take 'infinity', '2023/1/5' and 'nan'.
FORMS = {"date": r"^\d{4}-\d{2}-\d{2}([ T]00:00:00(\.0+)?)?$", "int64": r"^[+-]?\d{1,18}(\.0*)?$"}


class Check(NamedTuple):
    """One thing that can be wrong: in which column, for which reason, and where it is so."""

    column: str
    reason: str
    wrong: "ibis.expr.types.BooleanValue"


def typed(raw: "ibis.Table", contract: Contract) -> "ibis.Table":
    """The raw columns cast to the contract's types, null where they cannot be; raw text kept as ``_raw_…``."""
    kept = {f"_raw_{c}": raw[c] for c in contract.columns}
    cast = {c: _cast(raw[c], str(column.dtype)) for c, column in contract.schema.columns.items()}
    return raw.mutate(**kept, **cast)


def _cast(text: Any, dtype: str) -> Any:
    import ibis

    if dtype == "string":
        return text
    if dtype in FORMS:
        text = ibis.ifelse(text.re_search(FORMS[dtype]), text, ibis.null("string"))
    return text.try_cast(dtype)


def checks(table: "ibis.Table", contract: Contract) -> list[Check]:
    """Everything the contract asks of a typed row, in the order in which it is told."""
    found: list[Check] = []
    for name, column in contract.schema.columns.items():
        found += _of_column(table, name, column, contract)
    for first, second in contract.ordered:
        found.append(Check(second, "impossible_date", table[first] > table[second]))
    return found


def _of_column(table: "ibis.Table", name: str, column: "pa.Column", contract: Contract) -> list[Check]:
    raw, value, dtype = table[f"_raw_{name}"], table[name], str(column.dtype)
    found = []
    if not column.nullable:
        found.append(Check(name, "missing_value", raw.isnull()))
    if name in contract.identifiers:
        faulty = table[f"_fault_{name}"]
        found.append(Check(name, "bad_identifier", faulty == "form"))
        found.append(Check(name, "unknown_subject", faulty == "unknown"))
    if dtype in UNREADABLE:
        found.append(Check(name, UNREADABLE[dtype], raw.notnull() & value.isnull()))
    for check in column.checks:
        found += _of_check(name, dtype, value, check)
    return found


def _of_check(name: str, dtype: str, value: Any, check: "pa.Check") -> list[Check]:
    rule = check.statistics
    if check.name == "isin":
        return [Check(name, "unknown_code", value.notin(rule["allowed_values"]))]
    outside = "impossible_date" if dtype == "date" else "out_of_range"
    low, high = rule["min_value"], rule["max_value"]
    below = value < low if rule["include_min"] else value <= low
    return [Check(name, BELOW.get(name, outside), below), Check(name, outside, value > high)]


def judged(table: "ibis.Table", contract: Contract, listed: list[Check]) -> "ibis.Table":
    """The table with ``_fault``: the index of the first check that fails, or -1.

    Rows without a fault that repeat an earlier row's key get the index ``len(listed)``: a duplicate.
    """
    import ibis

    first = ibis.cases(*((check.wrong.fill_null(False), i) for i, check in enumerate(listed)), else_=-1)
    table = table.mutate(_first=first)
    window = ibis.window(group_by=[table[contract.key], table._first], order_by=table.row)
    again = (table._first == -1) & (ibis.row_number().over(window) > 0)
    return table.mutate(**{FAULT: ibis.ifelse(again, len(listed), table._first)}).drop("_first")
