"""The pilot's plan as data: its tasks, what is done for it, and what is counted."""

from typing import Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Frozen
from credit_score.policy.named import Named, refuse_twice


class Pilot(Frozen):
    """The plan of a pilot.

    ``activities``: kinds of events; ``places``: where they are held; ``case_kinds``: defaults of government bodies;
    ``report_uses``: what government uses credit reports for.
    """

    activities: tuple[Named, ...] = Field(min_length=1)
    places: tuple[Named, ...] = Field(min_length=1)
    case_kinds: tuple[Named, ...] = Field(min_length=1)
    report_uses: tuple[Named, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for field in ("activities", "places", "case_kinds", "report_uses"):
            refuse_twice(**{field: getattr(self, field)})
        return self
