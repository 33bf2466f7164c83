"""Credit households, villages and towns: what makes one, what that adds, and which sectors a county looks at.

Only to add can be written here. A household is one of credit if members of it reach a score: there is no field that
asks for every member, excludes one or looks at arrears, so a member who never enrolled, left or stands at the base
takes nothing from it. What a status brings is of a closed list of benefits, and no field could withhold any.
"""

from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.benefits import refuse_unjust
from credit_score.policy.dated import Count, Frozen, Holds, Names, Period, Points, Refused, Share
from credit_score.policy.named import Id, Rule, every_day, no_such, refuse_twice
from credit_score.policy.scenes import BenefitKind


class Members(Count):
    """Members of a household, a whole number of at least 1."""

    @classmethod
    def parse(cls, value: Any) -> int:
        if super().parse(value) < 1:
            raise ValueError("0 members; a credit household has at least one who reaches the score")
        return int(value)


class Part(Share):
    """A share in (0, 1]: of nothing, or of all, nothing could be lacking."""

    @classmethod
    def parse(cls, value: Any) -> float:
        if super().parse(value) == 0:
            raise ValueError("0 is outside (0, 1] share; a criterion that everybody meets is none")
        return float(value)


class CreditHousehold(Rule):
    """A household in which at least ``members`` consenting members have a score of ``from_score`` or more."""

    from_score: Points
    members: Members


class CreditVillage(Rule):
    """At least ``households`` of its households of credit, ``without_arrears`` of its borrowers, bad loans below."""

    households: Part
    without_arrears: Part
    bad_loans_below: Part


class CreditTown(Rule):
    """At least ``villages`` of its villages are credit villages."""

    villages: Part


class CreditCounty(Rule):
    """At least ``towns`` of its towns are credit towns."""

    towns: Part


class StatusBenefit(Rule):
    """What a status adds for those who live in a credit village or town, whatever their own points."""

    of: Literal["village", "town"]
    kind: BenefitKind
    in_force: Holds


class SectorView(Rule):
    """The sectors looked at, how far back, and which records of a firm say what.

    A record is meant by its item, or by what the item stands below (``honour`` takes ``honour.county``).
    """

    sectors: Names
    within: Period
    committed: tuple[Id, ...] = Field(min_length=1)
    rated: tuple[Id, ...] = Field(min_length=1)
    best_rated: Id
    honoured: tuple[Id, ...] = Field(min_length=1)
    penalised: tuple[Id, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _the_best_rating_is_one(self) -> Self:
        if self.best_rated not in self.rated:
            raise no_such("rating", self.best_rated, self.rated, "best_rated")
        return self


class ThreeCredit(Frozen):
    """Criteria of the three, benefits that they add, and the sectors of the same task of the plan."""

    household: CreditHousehold
    village: CreditVillage
    town: CreditTown
    county: CreditCounty
    benefits: tuple[StatusBenefit, ...] = ()
    sector_view: SectorView | None = None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse_twice(benefits=self.benefits)
        refuse_unjust(self.benefits, "benefits")
        return self

    def check(self, *, base: Points | None, sectors: Iterable[str]) -> None:
        """Refuse a score that the base already reaches, and a sector that the policy does not have."""
        start = self.household.from_score
        for day in every_day([start, base]) if base else ():
            own, least = start.at(day), base.at(day) if base else None
            if own and least and own.value <= least.value:
                raise Refused(
                    f"{day}: starts at {own.value / 1000:g}, not above the base of {least.value / 1000:g}; "
                    "it would set those at the base apart from those not enrolled",
                    "three_credit", "household", "from_score", str(own.since),
                )  # fmt: skip
        self._check_sectors(set(sectors))

    def _check_sectors(self, known: set[str]) -> None:
        view = self.sector_view
        for day in view.sectors.days if view else ():
            figure = view.sectors.at(day) if view else None
            if unknown := sorted(set(figure.value) - known) if figure else []:
                raise no_such("sector", unknown[0], known, "three_credit", "sector_view", "sectors", str(day), "value")
