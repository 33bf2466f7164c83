"""Scenes in which credit brings a benefit: who provides it, to whom, what it is, and on which ground."""

from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Frozen
from credit_score.policy.named import Id, Rule, refuse_twice

# Nothing that withholds is among them, and none can be added by a policy.
BenefitKind = Literal["fee_cut", "no_deposit", "green_lane", "credit_line", "rate", "subsidy"]


class Scene(Rule):
    """One scene: its provider and the kind of its benefit."""

    provider: Id
    kind: BenefitKind


class Scenes(Frozen):
    """The catalogue of scenes."""

    scenes: tuple[Scene, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse_twice(scenes=self.scenes)
        return self
