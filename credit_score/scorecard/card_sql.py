"""A card as one SQL expression that gives the same integers, in the dialect of DuckDB, PostgreSQL or Spark.

NaN sorts above every number in all three, so what is above the greatest finite number is missing, as NULL is; infinite
numbers are looked for first.
"""

from typing import Literal, get_args

import sqlglot

from credit_score.errors import FitError
from credit_score.scorecard.card import Attribute, Card, Characteristic

Dialect = Literal["duckdb", "postgres", "spark"]
INFINITE = ("CAST('Infinity' AS DOUBLE)", "CAST('-Infinity' AS DOUBLE)")
GREATEST = "CAST(1.7976931348623157e308 AS DOUBLE)"


def card_sql(
    card: Card,
    table: str | tuple[str, ...],
    *,
    dialect: Dialect = "duckdb",
    score: str = "score",
    also: tuple[str, ...] = (),
) -> str:
    """A SELECT of every row's score from a table, with other columns ``also``.

    A text is the whole name of the table; one in a schema is told in parts, ``("schema", "firms")``.
    Where Python refuses a row (an infinite number, a missing value or a category without an attribute) the score is
    NULL. A column of booleans is of numbers: PostgreSQL casts none, so give it 0 and 1 there. Raises FitError for a
    dialect that is not known.
    """
    if dialect not in get_args(Dialect):
        raise FitError(f"dialect {dialect!r}", remedy=f"use one of {', '.join(get_args(Dialect))}")
    parts = [str(card.base_points), *(_case(c) for c in card.characteristics)]
    total = f"CAST({' + '.join(parts)} AS BIGINT) AS {_name(score)}"
    source = ".".join(map(_name, (table,) if isinstance(table, str) else table))
    text = f"SELECT {', '.join([*map(_name, also), total])} FROM {source}"  # noqa: S608 - names are quoted
    return str(sqlglot.transpile(text, read="duckdb", write=dialect, pretty=True)[0])


def _case(characteristic: Characteristic) -> str:
    """A CASE whose order is that of the card: missing, special numbers, intervals from below, values, the rest."""
    column = _name(characteristic.name)
    numeric = characteristic.is_numeric
    x = f"CAST({column} AS DOUBLE)" if numeric else f"CAST({column} AS TEXT)"
    lacks = f"{column} IS NULL OR {x} > {GREATEST}" if numeric else f"{column} IS NULL"
    missing = next((str(a.points) for a in characteristic.of("missing")), "NULL")
    whens = [f"WHEN {x} IN ({', '.join(INFINITE)}) THEN NULL"] if numeric else []
    whens += [f"WHEN {lacks} THEN {missing}"]
    whens += [
        f"WHEN {x} = {_number(a.special)} THEN {a.points}"
        for a in characteristic.of("special")
        if a.special is not None
    ]
    whens += [_interval(x, a) for a in characteristic.of("interval")]
    whens += [f"WHEN {x} IN ({', '.join(map(_text, a.values))}) THEN {a.points}"
              for a in characteristic.of("values", "other") if a.values]  # fmt: skip
    rest = next((str(a.points) for a in characteristic.of("other")), "NULL")
    return f"CASE {' '.join(whens)} ELSE {rest} END"


def _interval(x: str, a: Attribute) -> str:
    """The intervals before have taken what is below ``low``; the last takes the rest."""
    test = f"{x} < {_number(a.high)}" if a.high < float("inf") else f"{x} <= {GREATEST}"
    return f"WHEN {test} THEN {a.points}"


def _number(value: float) -> str:
    """With an exponent: without one an engine reads a decimal, whose way to a double rounds twice."""
    digits = repr(abs(float(value)))
    return f"CAST({'-' if value < 0 else ''}{digits if 'e' in digits else digits + 'e0'} AS DOUBLE)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
