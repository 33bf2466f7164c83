"""The pilot's plan as data: its tasks, what is done for it, and what is counted."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Frozen, Names
from credit_score.policy.named import Named, no_such, refuse_twice
from credit_score.policy.office import Office
from credit_score.policy.plan import Indicator, Phase, Task, check_indicators, check_phases
from credit_score.policy.quantities import Activities, Quantity, Reports, Responsible


class Pilot(Frozen):
    """The plan of a pilot.

    ``activities``: kinds of events; ``places``: where they are held; ``case_kinds``: defaults of government bodies;
    ``report_uses``: what government uses credit reports for; ``tasks``, ``phases`` and ``indicators``: of the plan;
    ``office``: who keeps it.
    """

    activities: tuple[Named, ...] = Field(min_length=1)
    places: tuple[Named, ...] = Field(min_length=1)
    case_kinds: tuple[Named, ...] = Field(min_length=1)
    report_uses: tuple[Named, ...] = Field(min_length=1)
    tasks: tuple[Task, ...] = ()
    phases: tuple[Phase, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    office: Office | None = None

    @property
    def last_day(self) -> date | None:
        """The last day of the last phase."""
        return self.phases[-1].last if self.phases else None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for field in ("activities", "places", "case_kinds", "report_uses", "tasks", "phases", "indicators"):
            refuse_twice(**{field: getattr(self, field)})
        return self

    @model_validator(mode="after")
    def _the_plan_agrees(self) -> Self:
        check_phases(self.phases)
        check_indicators(self.tasks, self.indicators, self.last_day)
        known = {a.id for a in self.activities}
        for indicator in self.indicators:
            own = indicator.numerator
            if isinstance(own, Activities) and (unknown := sorted(set(own.kinds) - known)):
                raise no_such("activity", unknown[0], known, "indicators", indicator.id, "numerator", "kinds")
        return self

    def check(self, *, units: Iterable[str], clocks: Iterable[str]) -> None:
        """Refuse a unit or a clock that the policy does not have."""
        units, clocks = set(units), set(clocks)
        if self.office:
            self.office.check(units)
        for field, rules in (("tasks", self.tasks), ("indicators", self.indicators)):
            for rule in rules:
                self._check_units(rule.units, units, "pilot", field, rule.id, "units")
        for indicator in self.indicators:
            for name in ("numerator", "denominator"):
                self._check_names(getattr(indicator, name), units, clocks, "pilot", "indicators", indicator.id, name)

    def _check_units(self, named: Names | None, units: set[str], *place: str) -> None:
        if named is None:
            return
        for day in named.days:
            figure = named.at(day)
            if unknown := sorted(set(figure.value) - units) if figure else []:
                raise no_such("unit", unknown[0], units, *place, str(day), "value")

    def _check_names(self, own: Quantity | None, units: set[str], clocks: set[str], *place: str) -> None:
        if isinstance(own, Reports) and own.clock is not None and own.clock not in clocks:
            raise no_such("clock", own.clock, clocks, *place, "clock")
        if isinstance(own, Responsible) and (unknown := sorted(set(own.without) - units)):
            raise no_such("unit", unknown[0], units, *place, "without")

    @model_validator(mode="after")
    def _theme_days_are_activities(self) -> Self:
        if self.office:
            self.office.check_themes(a.id for a in self.activities)
        return self
