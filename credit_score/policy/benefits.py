"""What no benefit may be: a basic public service, an easier way to one, or anything that withholds.

The words stand in ``basic_services.yaml`` with their ground. Whatever brings a person a benefit passes here: benefits
of points, scenes, and what a village's or a town's status adds. A text is judged by its words only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from credit_score.policy.dated import Refused
from credit_score.policy.held import PASSED_OVER
from credit_score.policy.named import Label, Named
from credit_score.policy.spelling import pattern, plain

Group = Literal["basic_services", "withholding"]
WHY: dict[Group, str] = {
    "basic_services": "no benefit may be a basic public service or make one easier to get",
    "withholding": "a benefit gives, and withholds nothing from anybody",
}


@dataclass(frozen=True)
class Unjust:
    """One entry of ``basic_services.yaml``: what its words name, in ``zh`` and ``en``, and the ground."""

    group: Group
    id: str
    label: dict[str, str]
    reference: str
    anywhere: tuple[str, ...]
    innocent: tuple[str, ...]

    def word_in(self, text: str) -> str | None:
        """The first of its words in a text of plain spelling, None where there is none."""
        rest = self._passed_over.sub(PASSED_OVER, text)
        if not self._named.search(rest):
            return None
        return next(word for word in self.anywhere if re.search(pattern([word]), rest))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile(pattern(self.anywhere))

    @cached_property
    def _passed_over(self) -> re.Pattern[str]:
        return re.compile(pattern(self.innocent))


@cache
def unjust() -> tuple[Unjust, ...]:
    """Every entry, basic services first."""
    import yaml

    data = yaml.safe_load(files("credit_score.policy").joinpath("basic_services.yaml").read_text(encoding="utf-8"))
    groups: tuple[Group, ...] = ("basic_services", "withholding")
    return tuple(_entry(group, entry) for group in groups for entry in data[group])


def _entry(group: Group, entry: dict[str, Any]) -> Unjust:
    return Unjust(group, **entry | {name: tuple(entry[name]) for name in ("anywhere", "innocent")})


def refuse_basic_service(told: Label | str, *place: str | int) -> None:
    """Refuse a text, or a label in both languages, that names a basic public service or withholds something.

    Raises Refused with the word found, why and the ground, at ``place`` (of a label, its language below it).
    """
    texts = {(): told} if isinstance(told, str) else {("zh",): told.zh, ("en",): told.en}
    for below, text in texts.items():
        spelled = plain(text)
        for kind in unjust():
            if word := kind.word_in(spelled):
                what = f"{text!r} names {kind.label['en'].lower()} ({kind.label['zh']}, by {word!r})"
                raise Refused(f"{what}; {WHY[kind.group]}: {kind.reference}", *place, *below)


def refuse_unjust(rules: Iterable[Named], *under: str | int, texts: Iterable[str] = ()) -> None:
    """Refuse a rule whose id or label, or another label of it by its field in ``texts``, names such a thing."""
    for rule in rules:
        refuse_basic_service(rule.id, *under, rule.id, "id")
        for field in ("label", *texts):
            refuse_basic_service(getattr(rule, field), *under, rule.id, field)
