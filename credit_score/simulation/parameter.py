"""The numbers of a scenario: each with its unit, the range it may lie in, and the ground it stands on.

Where records do not identify a number, it is left as a range (``low`` to ``high``) around the value that a single run
takes; sensitivity, regret and P(better) draw from the range.
"""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core.core_schema import no_info_before_validator_function

from credit_score.errors import CreditScoreError, first_five
from credit_score.policy.dated import Basis, Frozen, Text


def _plain(data: Any) -> Any:
    """A count of an array as a whole number of Python."""
    return int(data) if isinstance(data, np.integer) else data


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]  # neither true nor "0.1"
Whole = Annotated[int, Field(strict=True, ge=1), BeforeValidator(_plain)]
Count = Annotated[int, Field(strict=True, ge=0), BeforeValidator(_plain)]


class ScenarioError(CreditScoreError, ValueError):
    """A scenario that cannot be: what is wrong, with the value, and where it stands."""

    def __init__(self, what: str, *place: str | int, remedy: str = "", where: str = "") -> None:
        self.place = place
        at = ".".join(map(str, place))
        super().__init__(f"{at}: {what}" if at else what, where=where, remedy=remedy)
        self.told = what


class Stated(Frozen):
    """Base of the parts of a scenario: frozen, unknown keys refused, what is wrong told in one line."""

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise refusal(error, type(self)) from None

    def altered(self, **fields: Any) -> Self:
        """The same with other fields, checked anew."""
        return type(self)(**({name: getattr(self, name) for name in self.model_fields_set} | fields))


class Parameter(Stated):
    """One number: ``value``, perhaps a range ``low`` … ``high``, ``basis`` and ``reference``.

    A plain number stands for an assumption of that value. Subclasses give the unit and the range allowed. Ranges that
    give the same name in ``shared`` are drawn as one, equally far along each, as of something not known that is the
    same for all types of firms; others are drawn independently of one another.
    """

    value: Number
    low: Number | None = None
    high: Number | None = None
    basis: Literal[Basis, "records"] = "assumption"
    reference: Text = "assumed for this scenario"
    shared: Text | None = None
    unit: ClassVar[str] = ""
    least: ClassVar[float] = 0.0
    most: ClassVar[float] = float("inf")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        def a_number_is_an_assumption(data: Any) -> Any:
            return data if isinstance(data, dict | Parameter) else {"value": data}

        return no_info_before_validator_function(a_number_is_an_assumption, handler(source))

    @model_validator(mode="after")
    def _is_within(self) -> Self:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not self.least <= number <= min(self.most, 1e300):
                span = f"[{self.least:g}, {self.most:g}]" if self.most < float("inf") else f"{self.least:g} or more"
                place = [] if name == "value" else [name]
                raise ScenarioError(f"{number:g} is outside {span} {self.unit}".rstrip(), *place)
        if (self.low is None) != (self.high is None):
            raise ScenarioError("a range with one end", remedy="give low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ScenarioError(f"{self.value:g} is outside its own range {self.low:g} to {self.high:g}")
        return self

    @property
    def is_range(self) -> bool:
        """Whether more than one value is possible."""
        return self.low is not None and self.high is not None and self.low < self.high

    def at(self, share: float) -> float:
        """The value that far along the range, from 0 at ``low`` to 1 at ``high``; without a range the value."""
        if self.low is None or self.high is None:
            return self.value
        return self.low + share * (self.high - self.low)

    def held_at(self, value: float) -> Self:
        """The same number without a range, at another value."""
        return type(self)(value=value, basis=self.basis, reference=self.reference)


class Chance(Parameter):
    """A chance, in [0, 1]: of a period, or of one visit."""

    unit = "chance"
    most = 1.0


class Ratio(Parameter):
    """An inspection ratio: the share of a tier drawn a year, in [0, 1]."""

    unit = "share a year"
    most = 1.0


class Intensity(Parameter):
    """Visits per firm and year, at most one a working day."""

    unit = "visits per firm and year"
    most = 250.0


class Response(Parameter):
    """How strongly firms answer to an intensity: onset × exp(−β r); β in firm-years a visit."""

    unit = "firm-years a visit"


class Money(Parameter):
    """An amount; fines and costs are in the same currency."""

    unit = "money"


class Days(Parameter):
    """Inspector-days."""

    unit = "inspector-days"


class Entry(Parameter):
    """New firms a year."""

    unit = "firms a year"
    most = 1e10


class Factor(Parameter):
    """What a number is multiplied with."""

    unit = "times"


# What pydantic puts into a place that no scenario has, and its words for shapes.
INNER = ("function-", "model-", "literal[", "tag-")
WHOLE, NUMBER = "a whole number", "a number"
# What pydantic finds, in words of whoever writes a scenario: it knows no tuples, objects or tags.
SAID = {
    "extra_forbidden": "unknown key", "missing": "is missing", "too_short": "is empty", "string_too_short": "is empty",
    "union_tag_not_found": "no 'kind' is given", "too_long": "{actual_length} are more than {max_length}",
    "greater_than_equal": "{input} is less than {ge}", "less_than_equal": "{input} is more than {le}",
    "literal_error": "{input!r} is none of {expected}",
    "union_tag_invalid": "no kind {tag!r}; there are {expected_tags}",
}  # fmt: skip
SHAPES = dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "keys and values") | {
    "tuple_type": "a list", "int_type": WHOLE, "float_type": NUMBER, "finite_number": "a finite number",
    "string_type": "a text", "bool_type": "true or false", "bool_parsing": "true or false",
}  # fmt: skip


def refusal(error: ValidationError, kind: type) -> ScenarioError:
    """The first thing pydantic found wrong, in one line; unknown keys first, with the nearest name there is."""
    every = error.errors()
    first = next((e for e in every if e["type"] == "extra_forbidden"), every[0])
    inner = first.get("ctx", {}).get("error")
    place = (*first["loc"], *getattr(inner, "place", ()))
    place = tuple(p for p in place if isinstance(p, int) or not p.startswith(INNER))
    return ScenarioError(_said(first, inner), *place, remedy=_remedy(first, kind, place))


def _said(error: Any, inner: Any) -> str:
    if inner is not None:
        return getattr(inner, "told", str(inner))
    if error["type"] in SAID:
        return SAID[error["type"]].format(**({"input": str(error["input"])[:60]} | error.get("ctx", {})))
    said = f"should be {SHAPES[error['type']]}" if error["type"] in SHAPES else error["msg"]
    return f"{said}, not {str(error['input'])[:60]!r}"


def _remedy(error: Any, kind: Any, place: tuple[Any, ...]) -> str:
    """What to do: as the scenario itself says, or the nearest word there is to an unknown one."""
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        known = list(getattr(kind, "model_fields", {})) if len(place) == 1 else []
        return _nearest(str(place[-1]), known) or (f"known keys are {first_five(known)}" if known else "")
    if error["type"] == "literal_error":
        return _nearest(str(error["input"]), _quoted(context["expected"]))
    if error["type"] == "union_tag_invalid":
        return _nearest(str(context["tag"]), _quoted(context["expected_tags"]))
    return str(getattr(context.get("error"), "remedy", ""))


def _nearest(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def _quoted(words: str) -> list[str]:
    return re.findall(r"'([^']*)'", words)
