"""Scenes in which credit brings a benefit (信用+): who provides it, to whom, what it is, and on which ground.

A scene gives. There is no field for anything withheld, no kind of it, and no way to name whom it leaves out: persons
are met by a score above the base or are simply not asked for, enterprises by records in their favour. Nothing in a
scene lets one infer a tier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from pydantic import Field, model_validator

from credit_score.policy.benefits import refuse_basic_service, refuse_unjust
from credit_score.policy.catalogues import EnterpriseCatalogue
from credit_score.policy.dated import Base, Dated, Frozen, Holds, Points, Refused, Share
from credit_score.policy.named import Id, Label, Named, Rule, every_day, no_such, refuse_twice

# The plan's task 12 names the first six (减免费用、享受优惠、免交押金、降低门槛、绿色通道、享受便利), its task 2 the
# others (授信额度、利率、补贴补助). Nothing that withholds is among them, and none can be added by a policy.
BenefitKind = Literal[
    "fee_cut", "discount", "no_deposit", "lower_threshold", "green_lane", "convenience", "credit_line", "rate",
    "subsidy",
]  # fmt: skip
# Of life: no basic public service is among them.
SceneField = Literal[
    "library", "culture", "tourism", "sport", "lodging", "transport", "parking", "market", "catering", "finance",
    "enterprise_service", "farming",
]  # fmt: skip
MOST_YUAN = 1e9
GIVES = "a scene gives a benefit and withholds nothing"


class Yuan(Dated):
    """An amount in yuan, in [0, 10⁹]."""

    unit = "yuan"

    @classmethod
    def parse(cls, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_YUAN:
            raise ValueError(f"{value!r} is no amount in yuan from 0 to {MOST_YUAN:g}")
        return float(value)


class Eligibility(Frozen):
    """Who may have a benefit: persons from a score on, or enterprises with each of some records in their favour."""

    subjects: Literal["individual", "enterprise"]
    from_score: Points | None = None
    items: tuple[Id, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _nobody_is_left_out_by_name(cls, data: object) -> object:
        found = sorted(set(data) - set(cls.model_fields)) if isinstance(data, dict) else []
        if found:
            why = "eligibility says who may have the benefit, by from_score or items, and never who may not"
            raise Refused(f"{found[0]!r} is refused: {why}", str(found[0]))
        return data

    @model_validator(mode="after")
    def _persons_by_score_and_enterprises_by_records(self) -> Self:
        if self.subjects == "enterprise" and self.from_score:
            text = "a score of enterprises is refused: it would let one infer a tier; name records in their favour"
            raise Refused(text, "from_score")
        if self.subjects == "individual" and self.items:
            raise Refused("persons are met by their points alone; give from_score and no items", "items")
        if not (self.from_score or self.items):
            needed = "from_score" if self.subjects == "individual" else "items"
            raise Refused(f"nothing tells who may have the benefit; give {needed}", "subjects")
        return self


class Scene(Rule):
    """One scene; its period is ``in_force``, whose entries carry its legal ground.

    ``cost``: what a use costs the provider, yuan; none where it costs nothing. ``price``: what a use costs without the
    benefit, yuan, for benefits in levels (5 % off, 10 % off). ``take_up``: share of those who qualify who use it in a
    month.
    """

    provider: Id
    field: SceneField
    kind: BenefitKind
    benefit: Label
    eligibility: Eligibility
    in_force: Holds
    cost: Yuan | None = None
    price: Yuan | None = None
    take_up: Share

    @model_validator(mode="before")
    @classmethod
    def _it_gives(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        if found := sorted(set(data) - set(cls.model_fields)):
            raise Refused(f"{found[0]!r} is refused: {GIVES}, so it has no such key", str(found[0]))
        kinds = get_args(BenefitKind)
        if "kind" in data and data["kind"] not in kinds:
            raise Refused(f"{data['kind']!r} is no kind of benefit: {GIVES}; known are {', '.join(kinds)}", "kind")
        return data


@dataclass(frozen=True)
class Beside:
    """What scenes are held against: ids of units, the base of persons (None without points), items of enterprises."""

    units: frozenset[str]
    base: Base | None
    enterprise: EnterpriseCatalogue


class Scenes(Frozen):
    """The catalogue of scenes, and providers that are no unit of the county."""

    providers: tuple[Named, ...] = ()
    scenes: tuple[Scene, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique_and_words_are_of_benefits(self) -> Self:
        refuse_twice(providers=self.providers, scenes=self.scenes)
        refuse_unjust(self.scenes, "scenes", texts=["benefit"])
        for provider in self.providers:
            refuse_basic_service(provider.label, "providers", provider.id, "label")
        return self

    def check(self, beside: Beside) -> None:
        """Refuse an unknown provider, a score that is not above the base, and records that are no merit."""
        providers = {p.id for p in self.providers}
        if both := sorted(providers & beside.units):
            raise Refused(f"{both[0]!r} is a unit of the policy already", "scenes", "providers", both[0])
        for scene in self.scenes:
            place = ("scenes", "scenes", scene.id)
            if scene.provider not in providers | beside.units:
                raise no_such("provider", scene.provider, providers | beside.units, *place, "provider")
            if scene.eligibility.from_score:
                _check_above(scene.eligibility.from_score, beside.base, *place, "eligibility", "from_score")
            _check_merits(scene.eligibility.items, _worth(beside.enterprise), *place, "eligibility", "items")


def _check_above(from_score: Points, base: Base | None, *place: str) -> None:
    if base is None:
        raise Refused("the policy has no points for persons; let the scene be for enterprises", *place)
    for day in every_day([from_score, base]):
        start, least = from_score.at(day), base.at(day)
        if start and least and start.value <= least.value:
            raise Refused(
                f"{day}: starts at {start.value / 1000:g}, not above the base of {least.value / 1000:g}; "
                "it would set those at the base apart from those not enrolled",
                *place, str(start.since),
            )  # fmt: skip


def _worth(catalogue: EnterpriseCatalogue) -> dict[str, list[int]]:
    """Item → its points on every day they change."""
    figures = {i.id: [i.points.at(day) for day in i.points.days] for i in catalogue.items}
    return {item: [f.value for f in found if f] for item, found in figures.items()}


def _check_merits(items: Iterable[str], worth: Mapping[str, list[int]], *place: str) -> None:
    merits = {item for item, points in worth.items() if points and min(points) > 0}
    for item in items:
        if item not in worth:
            raise no_such("item", item, merits, *place)
        if item not in merits:
            text = (
                f"item {item!r} is no merit, and a benefit rests on merits alone; known are {', '.join(sorted(merits))}"
            )
            raise Refused(text, *place)
