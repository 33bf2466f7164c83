"""What a contract of one table is, and the kinds of column that contracts are made of, in pandera's terms."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandera.ibis as pa

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Contract:
    """One table: its schema, its key, and what its identifying columns hold.

    Attributes
    ----------
    schema : pandera schema of the accepted table.
    key : the column no two accepted rows share.
    identifiers : column → ``person``, ``enterprise``, ``subject`` (a known person or enterprise), ``member`` (a known
        person), ``household`` or ``inspector``.
    ordered : pairs of date columns, the first not after the second.
    needed : whether a folder must hold the table.
    register : whether a later row with the same key is a new version; of any other table it is another record.
    words : coded column → word → code: what units may write instead of a code.
    item_words : the same for ``item``, by kind of subject.
    refers : column → the table whose key it must be.
    within : pairs of columns of numbers, the first not above the second.
    months : date columns that name a month by its first day.
    """

    name: str
    schema: "pa.DataFrameSchema"
    key: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    ordered: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    register: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    item_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refers: Mapping[str, str] = field(default_factory=dict)
    within: tuple[tuple[str, str], ...] = ()
    months: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """All that makes one contract judge as another does, as a text."""
        told = [
            (name, str(c.dtype), c.nullable, [(check.name, check.statistics) for check in c.checks])
            for name, c in self.schema.columns.items()
        ]
        return repr((told, [getattr(self, f.name) for f in fields(self) if f.name != "schema"]))

    @property
    def columns(self) -> list[str]:
        """The columns, in the contract's order."""
        return list(self.schema.columns)

    @property
    def required(self) -> list[str]:
        """Columns that a file must have; the others may be absent and are then empty."""
        return [name for name, column in self.schema.columns.items() if not column.nullable]

    def codes(self, column: str) -> list[str]:
        """The codes that a coded column may hold, none for other columns."""
        rules = self.schema.columns[column].checks
        return [c for rule in rules if rule.name == "isin" for c in rule.statistics["allowed_values"]]


@cache
def declared() -> ModuleType:
    """Pandera's words for tables of Ibis.

    Where PySpark is installed, pandera would import its pandas too: half a second and a warning, for nothing here.
    """
    kept_out = "pyspark.pandas" not in sys.modules
    if kept_out:
        sys.modules["pyspark.pandas"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("pandera.ibis")
    finally:
        if kept_out:
            del sys.modules["pyspark.pandas"]


def matching(pattern: str, *, nullable: bool = False) -> "pa.Column":
    """Text that a pattern matches."""
    return column("string", [declared().Check.str_matches(pattern)], nullable=nullable)


def table(name: str, key: str, columns: dict[str, "pa.Column"], **options: Any) -> Contract:
    """The contract of a table; its key is its first column."""
    return Contract(name, declared().DataFrameSchema(columns, strict=True, ordered=True, name=name), key, **options)


def column(dtype: str, checks: list[Any], *, nullable: bool = False) -> "pa.Column":
    """A column of one of Ibis' types."""
    import ibis.expr.datatypes as dt

    return declared().Column(dt.dtype(dtype), checks, nullable=nullable)


def text(*, nullable: bool = False) -> "pa.Column":
    """Short text: a cell of any length is no name, place or number of a document."""
    return column("string", [declared().Check.str_length(max_value=LONGEST_TEXT)], nullable=nullable)


def code(codes: Sequence[str], *, nullable: bool = False) -> "pa.Column":
    """One of these codes."""
    return column("string", [declared().Check.isin(list(codes))], nullable=nullable)


def day(*, nullable: bool = False) -> "pa.Column":
    """A day from ``EARLIEST`` to ``LATEST``."""
    return column("date", [declared().Check.in_range(EARLIEST, LATEST)], nullable=nullable)


def whole(low: int, high: int) -> "pa.Column":
    """A whole number in [low, high]."""
    return column("int64", [declared().Check.in_range(low, high)])


def number(low: float, high: float, *, nullable: bool = False, above: bool = False) -> "pa.Column":
    """A number in [low, high], or in (low, high] if it must be above the lower end."""
    return column("float64", [declared().Check.in_range(low, high, include_min=not above)], nullable=nullable)


def yes_no() -> "pa.Column":
    """True or false."""
    return column("boolean", [])
