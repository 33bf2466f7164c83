"""What a contract of one table is, and the kinds of column that contracts are made of, in pandera's terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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


def table(name: str, key: str, columns: dict[str, "pa.Column"], **options: Any) -> Contract:
    """The contract of a table; its key is its first column."""
    import pandera.ibis as pa

    return Contract(name, pa.DataFrameSchema(columns, strict=True, ordered=True, name=name), key, **options)


def column(dtype: str, checks: list[Any], *, nullable: bool = False) -> "pa.Column":
    """A column of one of Ibis' types."""
    import ibis.expr.datatypes as dt
    import pandera.ibis as pa

    return pa.Column(dt.dtype(dtype), checks, nullable=nullable)


def text(*, nullable: bool = False) -> "pa.Column":
    """Short text: a cell of any length is no name, place or number of a document."""
    import pandera.ibis as pa

    return column("string", [pa.Check.str_length(max_value=LONGEST_TEXT)], nullable=nullable)


def code(codes: Sequence[str], *, nullable: bool = False) -> "pa.Column":
    """One of these codes."""
    import pandera.ibis as pa

    return column("string", [pa.Check.isin(list(codes))], nullable=nullable)


def day(*, nullable: bool = False) -> "pa.Column":
    """A day from ``EARLIEST`` to ``LATEST``."""
    import pandera.ibis as pa

    return column("date", [pa.Check.in_range(EARLIEST, LATEST)], nullable=nullable)


def whole(low: int, high: int) -> "pa.Column":
    """A whole number in [low, high]."""
    import pandera.ibis as pa

    return column("int64", [pa.Check.in_range(low, high)])


def number(low: float, high: float, *, nullable: bool = False, above: bool = False) -> "pa.Column":
    """A number in [low, high], or in (low, high] if it must be above the lower end."""
    import pandera.ibis as pa

    return column("float64", [pa.Check.in_range(low, high, include_min=not above)], nullable=nullable)


def yes_no() -> "pa.Column":
    """True or false."""
    return column("boolean", [])
