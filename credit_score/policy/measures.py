"""Lawful measures of joint reward and discipline, for enterprises only."""

from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Frozen
from credit_score.policy.named import Rule, refuse_twice


class Measure(Rule):
    """One measure that a law or a published list allows."""

    direction: Literal["reward", "discipline"]


class Measures(Frozen):
    """The dated list of measures. They touch enterprises only."""

    subjects: Literal["enterprise"]
    measures: tuple[Measure, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse_twice(measures=self.measures)
        return self
