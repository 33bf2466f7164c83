"""A number of a rule through time: what holds, from which day, and on whose word.

A dated value is a mapping from the day a value starts to an entry of ``value``, ``basis`` and
``reference``; ``null`` repeals it from that day. Intervals are half-open: a value holds from its
day up to, and without, the day of the next entry.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, RootModel, StringConstraints, model_validator

# A decision of the county stands in a signed amendment alone.
DECISION: Literal["decision"] = "decision"
Basis = Literal["law", "plan", "published", "decision", "assumption"]
MILLI = 1000
MOST_POINTS = 10**9
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?")


class Refused(ValueError):
    """A value that the schema refuses, and where below its model it stands: keys, positions, ids of rules."""

    def __init__(self, text: str, *place: str | int) -> None:
        super().__init__(text)
        self.place = place


def day_of(value: Any) -> date:
    """A day from a date or a text such as 2023-06-30; never from a number, a time of day or another way of writing.

    Raises ValueError.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if _DAY.fullmatch(value) else "")
    except (TypeError, ValueError):
        raise ValueError(f"'{value}' is not a day; write it as 2023-06-30") from None


Day = Annotated[date, BeforeValidator(day_of)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Frozen(BaseModel):
    """Base of every policy model: immutable, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Entry(Frozen):
    """One value from one day on, with the ground it stands on.

    ``unit`` may be stated for the reader; it is then held to the unit of the field.
    """

    value: Any
    basis: Basis
    reference: Text
    unit: str | None = None


@dataclass(frozen=True)
class Figure:
    """A value in force on a day: what the rule says, since when, until when, and why."""

    value: Any
    unit: str
    basis: str
    reference: str
    since: date
    until: date | None


class Dated(RootModel[dict[Day, Entry | None]]):
    """A value through time. Subclasses give the unit, the range and the parser of a value."""

    model_config = ConfigDict(frozen=True)
    unit: ClassVar[str] = ""

    @classmethod
    def parse(cls, value: Any) -> Any:
        """The value as the package holds it; raises ``ValueError`` outside the range."""
        return value

    @model_validator(mode="after")
    def _each_value_is_of_its_kind(self) -> "Dated":
        if not self.root:
            raise ValueError("no date is given; a value needs the day it starts")
        for day, entry in self.root.items():
            if entry is None:
                continue
            if entry.unit not in (None, self.unit):
                raise Refused(f"unknown unit {entry.unit!r}; this number is in {self.unit!r}", str(day), "unit")
            self._check(day, entry)
        return self

    def _check(self, day: date, entry: Entry) -> None:
        try:
            self.parse(entry.value)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise Refused(str(error), str(day), "value") from None

    @property
    def days(self) -> list[date]:
        """The days on which something starts or ends, ascending."""
        return sorted(self.root)

    def at(self, on: date) -> Figure | None:
        """The figure in force on a day, or None before the first day and after a repeal."""
        begun = [day for day in self.days if day <= on]
        entry = self.root[begun[-1]] if begun else None
        if entry is None:
            return None
        later = [day for day in self.days if day > on]
        until = later[0] if later else None
        return Figure(self.parse(entry.value), self.unit, entry.basis, entry.reference, begun[-1], until)


def milli(value: Any) -> int:
    """A number as an integer of thousandths; raises ``ValueError`` if it is finer than .001 or beyond ± 10⁹."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    scaled = Decimal(str(value)) * MILLI
    if not scaled.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    if abs(scaled) > MOST_POINTS * MILLI:
        raise ValueError(f"{value!r} is outside [-{MOST_POINTS:g}, {MOST_POINTS:g}]")
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value!r} is finer than .001")
    return int(scaled)


class Points(Dated):
    """Points, held as integer milli-points."""

    unit = "points"

    @classmethod
    def parse(cls, value: Any) -> int:
        return milli(value)


class Cap(Points):
    """A bound on a sum of points, at least 0; held as integer milli-points."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if milli(value) < 0:
            raise ValueError(f"a cap of {value} is below 0; a cap is 0 or more")
        return milli(value)


class Base(Points):
    """Where points start from, at least 0; held as integer milli-points."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if milli(value) < 0:
            raise ValueError(f"a base of {value} is below 0; points of persons start at 0 or more")
        return milli(value)


def _number(value: Any, low: float, high: float, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number of {unit}")
    if not low <= value <= high:
        raise ValueError(f"{value!r} is outside [{low:g}, {high:g}] {unit}")
    return float(value)


class Share(Dated):
    """A share in [0, 1], never percent: inspection ratios, county-wide minimum shares."""

    unit = "share"

    @classmethod
    def parse(cls, value: Any) -> float:
        return _number(value, 0.0, 1.0, cls.unit)


class Weight(Dated):
    """What the points of a dimension are multiplied with, in (0, 10], to .001; held in thousandths."""

    unit = "weight"

    @classmethod
    def parse(cls, value: Any) -> int:
        _number(value, 0.001, 10.0, cls.unit)
        return milli(value)


class Count(Dated):
    """A whole number that is at least 0: floors, caps, visits a year to a drawn firm."""

    unit = "count"

    @classmethod
    def parse(cls, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10**9:
            raise ValueError(f"{value!r} is not a whole number of at least 0")
        return value


class Visits(Count):
    """Visits a year to one firm, a whole number of at least 1."""

    unit = "visits a year"

    @classmethod
    def parse(cls, value: Any) -> int:
        if super().parse(value) < 1:
            raise ValueError("0 visits a year to a drawn firm; a drawn firm is visited at least once")
        return int(value)


class Days(Dated):
    """Inspector-days of one visit, in (0, 365]."""

    unit = "inspector-days"

    @classmethod
    def parse(cls, value: Any) -> float:
        return _number(value, 0.001, 365.0, cls.unit)


class Years(Dated):
    """An age in whole years, in [0, 150]."""

    unit = "years"

    @classmethod
    def parse(cls, value: Any) -> int:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a whole number of {cls.unit}")
        return int(_number(value, 0, 150, cls.unit))


class AdultAge(Years):
    """The age below which nobody is scored: 18 or more, whatever the jurisdiction."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if super().parse(value) < 18:
            raise ValueError(f"{value} years: nobody under 18 is scored")
        return int(value)


class Period(Dated):
    """A length of time in whole months, written ISO 8601 (``P24M``, ``P2Y``); held in months."""

    unit = "months"

    @classmethod
    def parse(cls, value: Any) -> int:
        match = _PERIOD.fullmatch(value) if isinstance(value, str) else None
        months = int(match[1] or 0) * 12 + int(match[2] or 0) if match else 0
        if not 1 <= months <= 1200:
            raise ValueError(f"{value!r} is not a period with a known unit; write months or years, as P24M or P2Y")
        return months


class Holds(Dated):
    """True from the day something is in force."""

    unit = "true"

    @classmethod
    def parse(cls, value: Any) -> bool:
        if value is not True:
            raise ValueError(f"{value!r} is not true; to end it write null")
        return True


class Name(Dated):
    """A dated choice by name: the tier that an overriding condition leads to."""

    unit = "name"

    @classmethod
    def parse(cls, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise ValueError(f"{value!r} is not a name")
        return value


class Names(Dated):
    """A dated choice of one or more things by their ids, each once: the units that answer for a resource."""

    unit = "names"

    @classmethod
    def parse(cls, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not value or not all(isinstance(v, str) and v for v in value):
            raise ValueError(f"{value!r} is not a list of names")
        if len(set(value)) < len(value):
            twice = next(v for v in value if value.count(v) > 1)
            raise ValueError(f"{twice!r} stands twice in the list")
        return tuple(value)
