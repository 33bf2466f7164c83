"""A plan as data: its tasks and phases, and the indicators that tell how far its numbers are reached.

An indicator rests on words of its task, which it quotes, and names what it counts out of a closed set.
"""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Count, Day, Names, Period, Refused, Share, Text
from credit_score.policy.named import Label, Named, Rule
from credit_score.policy.quantities import Activities, Quantity

Comparison = Literal["at_least", "above", "at_most", "equals"]


class Task(Rule):
    """A task of the plan in its own words, with the units responsible.

    ``number``: as the plan counts; 0 for its safeguards, which are no task. ``deadline``: none where the plan goes on.
    ``tracked``: what is tracked where the plan gives no number.
    """

    number: int = Field(ge=0, le=99)
    units: Names
    deadline: Day | None = None
    words: Text
    tracked: Label | None = None


class Phase(Named):
    """A phase of the plan with its first and last day."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _it_ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise Refused(f"phase {self.id!r} ends on {self.last}, before its first day {self.first}", "last")
        return self


class _Indicator(Rule):
    """What every indicator has.

    ``words``: of its task, as they stand there. ``within``: how many months back events count, the running one
    included; without it since the plan's first day. ``units`` and ``deadline``: the task's where not given.
    """

    task: int
    numerator: Quantity
    comparison: Comparison
    words: Text
    within: Period | None = None
    units: Names | None = None
    deadline: Day | None = None


class ShareIndicator(_Indicator):
    """A numerator over a denominator, against a share."""

    unit: Literal["share"]
    denominator: Quantity
    target: Share

    @model_validator(mode="after")
    def _only_a_whole_share_can_be_equalled(self) -> Self:
        figures = (self.target.at(day) for day in self.target.days)
        if self.comparison == "equals" and (broken := [f for f in figures if f and f.value not in (0, 1)]):
            text = f"a share of whole things seldom equals {broken[0].value:g}; choose at_least, above or at_most"
            raise Refused(text, "comparison")
        return self


class CountIndicator(_Indicator):
    """A count against a number; ``per_month``: of events in the last month that is over."""

    unit: Literal["count", "per_month"]
    denominator: None = None
    target: Count

    @model_validator(mode="after")
    def _only_events_are_counted_a_month(self) -> Self:
        if self.unit == "per_month" and not isinstance(self.numerator, Activities):
            raise Refused(f"{self.numerator.of!r} is not counted a month; choose unit count", "unit")
        return self


Indicator = Annotated[ShareIndicator | CountIndicator, Field(discriminator="unit")]


def check_phases(phases: tuple[Phase, ...]) -> None:
    """Refuse phases that do not follow one another, the first first."""
    for before, after in pairwise(phases):
        if after.first <= before.last:
            raise Refused(f"phase {after.id!r} begins on {after.first}, before the one before it is over", "phases")


def check_indicators(tasks: tuple[Task, ...], indicators: tuple[Indicator, ...], last: date | None) -> None:
    """Refuse an indicator of no task or with words that its task does not have, and a task that nothing tracks.

    ``last``: the last day of the plan's phases; without one no light could turn red.
    """
    words = {task.number: task.words for task in tasks}
    if len(words) < len(tasks):
        raise Refused("two tasks have one number", "tasks")
    if indicators and last is None:
        raise Refused("indicators without phases; the plan's last day would not be known", "phases")
    for indicator in indicators:
        place = ("indicators", indicator.id)
        if indicator.task not in words:
            raise Refused(f"no task has the number {indicator.task}; known are {sorted(words)}", *place, "task")
        if indicator.words not in words[indicator.task]:
            raise Refused(f"{indicator.words!r} does not stand in task {indicator.task}", *place, "words")
    measured = {indicator.task for indicator in indicators}
    for task in tasks:
        if task.number not in measured and task.tracked is None:
            text = f"task {task.number} has neither an indicator nor a word of what is tracked instead"
            raise Refused(text, "tasks", task.id, "tracked")
