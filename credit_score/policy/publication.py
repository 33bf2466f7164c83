"""What a county publishes, and how counts of persons are protected in it.

The tables that can be made are a closed set, and none of them holds points, a tier, a draw or what a tier follows from;
a policy chooses among them and by what they are broken down.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Count, Dated, Holds, Period, Refused
from credit_score.policy.named import Label, Named, Rule, every_day, no_such, refuse_twice

Dimension = Literal["town", "age_band", "sector", "size", "unit", "item", "scene"]
Source = Literal[
    "decisions", "decisions_of_persons", "firms", "sole_proprietors", "members", "members_with_benefit", "scene_uses",
    "four_zeros", "coverage", "indicators", "credit_places",
]  # fmt: skip
# By what each table of counts may be broken down; the others have their own shape.
DIMENSIONS: dict[str, tuple[Dimension, ...]] = {
    "decisions_of_persons": ("unit", "item"),
    "firms": ("sector", "size", "town"),
    "sole_proprietors": ("sector", "size", "town"),
    "members": ("town", "age_band"),
    "members_with_benefit": ("town", "age_band"),
    "scene_uses": ("town", "scene"),
}
MOST = 1000
FileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class LeastCount(Count):
    """The smallest count that is told, a whole number in [2, 1000]: below 2 nothing would be protected."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if not 2 <= super().parse(value) <= MOST:
            raise ValueError(f"{value} is outside [2, {MOST}]; a single person must never be told")
        return int(value)


class Multiple(Count):
    """What counts are rounded to multiples of, a whole number in [1, 1000]; 1 rounds nothing."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if not 1 <= super().parse(value) <= MOST:
            raise ValueError(f"{value} is outside [1, {MOST}]; nothing is a multiple of 0")
        return int(value)


class Ages(Dated):
    """The lowest age of each band, ascending whole years in [0, 150]; the last band is open."""

    unit = "years"

    @classmethod
    def parse(cls, value: Any) -> tuple[int, ...]:
        whole = isinstance(value, list | tuple) and all(type(age) is int and 0 <= age <= 150 for age in value)
        if not whole or not value or list(value) != sorted(set(value)):
            raise ValueError(f"{value!r} is no list of ascending ages, as [18, 35, 60]")
        return tuple(value)


class PublishedTable(Rule):
    """A table for the public: what it is ``of``, broken down ``by`` what, and to what purpose.

    ``id`` is the name of its file. ``window``: months before the day that a sum reaches back, where the table is one of
    sums through time.
    """

    id: FileName
    of: Source
    by: tuple[Dimension, ...] = ()
    purpose: Label
    window: Period | None = None
    in_force: Holds

    @model_validator(mode="after")
    def _it_is_broken_down_by_what_it_has(self) -> Self:
        known = DIMENSIONS.get(self.of, ())
        if unknown := [d for d in self.by if d not in known]:
            raise no_such("dimension", unknown[0], known or ("none, it has its own shape",), "by")
        if len(set(self.by)) < len(self.by):
            raise Refused(f"{self.by} names a dimension twice", "by")
        if bool(self.by) != bool(known):
            raise Refused(f"a table of {self.of} is by one or more of {', '.join(known)}", "by")
        if (self.window is None) == (self.of == "scene_uses"):
            raise Refused("a window is for a table of sums through time, scene_uses, and is needed there", "window")
        return self


class Publication(Rule):
    """How tables for others are protected, and which of them are made public.

    ``least_count``: the smallest count of persons or households that is told; 0 is not. ``round_to``: what such counts
    are rounded to multiples of in the published set. ``age_bands``: lowest ages. ``licences``: items of licences, which
    earn no points and so stand in no catalogue.
    """

    least_count: LeastCount
    round_to: Multiple
    age_bands: Ages
    licences: tuple[Named, ...] = ()
    tables: tuple[PublishedTable, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique_and_numbers_agree(self) -> Self:
        refuse_twice(licences=self.licences, tables=self.tables)
        for day in every_day([self.least_count, self.round_to]):
            least, multiple = self.least_count.at(day), self.round_to.at(day)
            if bool(least) != bool(multiple):
                raise Refused(f"{day}: least_count and round_to do not both hold; give both or neither", "round_to")
            if least and multiple and multiple.value > least.value:
                text = (
                    f"{day}: rounding to {multiple.value} is above the least count of {least.value}: counts would be 0"
                )
                raise Refused(text, "round_to", str(multiple.since))
        return self

    def check(self, *, items: Iterable[str]) -> None:
        """Refuse a licence that is an item with points."""
        known = set(items)
        for licence in self.licences:
            if licence.id in known:
                raise Refused(f"item {licence.id!r} stands in a catalogue already", "licences", licence.id, "id")
