"""What may be held: the national floor under every policy, which no policy can lift.

The words stand in ``held.yaml``, each with its law and article: forbidden data is refused, conditional data needs a
consent, what no score needs is dropped at the door, what an audit needs is kept apart (征信业管理条例 Art 14,
个人信息保护法 Arts 6 and 28). A name is judged by its words only; nothing here looks at a value.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from credit_score.errors import RecordsError, discreet, first_five
from credit_score.policy.dated import Refused
from credit_score.policy.named import Named
from credit_score.policy.spelling import pattern, plain, plain_column

Status = Literal["forbidden", "conditional", "dropped", "audit"]
# In the order in which they are asked: what is refused goes before what is dropped.
STATUSES: tuple[Status, ...] = ("forbidden", "conditional", "audit", "dropped")
PASSED_OVER = "0"


@dataclass(frozen=True)
class Held:
    """What a name says is held: how it is treated, under which article, and the word that told it.

    ``label`` and ``why`` are by language, ``zh`` and ``en``; ``why`` is empty but for what is dropped.
    """

    status: Status
    id: str
    label: dict[str, str]
    basis: str
    reference: str
    word: str
    why: dict[str, str]


@dataclass(frozen=True)
class Kind:
    """One entry of ``held.yaml``: words and their ground, and whom it binds."""

    status: Status
    id: str
    label: dict[str, str]
    binds: Literal["everybody", "persons"]
    basis: str
    reference: str
    anywhere: tuple[str, ...]
    whole: tuple[str, ...]
    innocent: tuple[str, ...]
    why: dict[str, str]

    def binds_on(self, *, personal: bool) -> bool:
        """Whether it binds a table, or an item, of natural persons or of others."""
        return personal or self.binds == "everybody"

    @cached_property
    def pattern(self) -> str:
        """The regular expression of all its words."""
        return pattern(self.anywhere, self.whole)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The same, compiled."""
        return re.compile(self.pattern)

    def word_in(self, text: str) -> str:
        """The first of its words that stands in a text in which one does."""
        words = [*((w, pattern([w])) for w in self.anywhere), *((w, pattern([], [w])) for w in self.whole)]
        return next(word for word, found in words if re.search(found, text))


@dataclass(frozen=True)
class Headings:
    """The names of a heading by what becomes of them, in its order; of ``unknown`` ones the floor says nothing."""

    dropped: tuple[str, ...]
    audit: tuple[str, ...]
    consented: tuple[str, ...]
    unknown: tuple[str, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of the floor, forbidden first."""
    import yaml

    text = files("credit_score.policy").joinpath("held.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return tuple(_kind(status, entry) for status in STATUSES for entry in data[status])


def _kind(status: Status, entry: dict[str, Any]) -> Kind:
    words = {name: tuple(entry[name]) for name in ("anywhere", "whole", "innocent")}
    return Kind(status=status, **{"why": {}} | entry | words)


def verdict_on(name: str, *, personal: bool) -> Held | None:
    """How a column or an item of this name is treated, or None if the floor says nothing of it.

    ``personal``: whether it speaks of natural persons (sole proprietors are natural persons too). A name with several
    words gets the strictest treatment.
    """
    spelled = plain(name)
    for status in STATUSES:
        rest = _innocent(status).sub(PASSED_OVER, spelled)
        for kind in _of(status, personal=personal):
            if kind.regex.search(rest):
                return Held(status, kind.id, kind.label, kind.basis, kind.reference, kind.word_in(rest), kind.why)
    return None


def forbidden_words_pattern(*, personal: bool = True) -> str:
    """A regular expression (Python and RE2) of the forbidden words.

    It is for names in their plain spelling with the innocent words taken out, as :func:`forbidden_in` makes them.
    """
    return "|".join(kind.pattern for kind in _of("forbidden", personal=personal))


def forbidden_in(column: Any, *, personal: bool = True) -> Any:
    """Whether each text of a string column of Ibis holds a forbidden word, as :func:`verdict_on` judges it."""
    innocent = _innocent("forbidden").pattern
    return plain_column(column).re_replace(innocent, PASSED_OVER).re_search(forbidden_words_pattern(personal=personal))


def refuse_held(rules: Iterable[Named], *, personal: bool, under: tuple[str | int, ...] = ()) -> None:
    """Refuse a rule whose id, label or catalogue kind names what may not be held. Raises Refused with its place."""
    for rule in rules:
        for place, text in _texts(rule):
            held = verdict_on(text, personal=personal)
            if held and held.status in ("forbidden", "conditional"):
                raise Refused(f"{text!r} {_ground(held)}; no policy can allow it", *under, rule.id, *place)


def check_headings(names: Iterable[str], *, personal: bool, where: str, consented: Collection[str] = ()) -> Headings:
    """The names of columns outside the contract, by what becomes of them.

    ``consented``: ids of conditional kinds for which a consent record exists. Raises RecordsError for forbidden names,
    and for conditional ones of persons without it.
    """
    listed = list(names)
    verdicts = {name: verdict_on(name, personal=personal) for name in set(listed)}  # a sheet may have 16,384 empty ones
    judged = [(name, verdicts[name]) for name in listed]
    refused = [(n, h) for n, h in judged if h and (h.status == "forbidden" or _lacks_consent(h, consented))]
    if refused:
        held = min((h for _, h in refused), key=lambda h: STATUSES.index(h.status))
        same = first_five(_shown(n) for n, h in refused if h.id == held.id)
        raise RecordsError(f"column {same} {_ground(held)}", where=where, remedy=_remedy(held))
    by = {s: tuple(n for n, h in judged if h and h.status == s) for s in STATUSES}
    unknown = tuple(name for name, held in judged if held is None)
    return Headings(by["dropped"], by["audit"], by["conditional"], unknown)


def _shown(name: str) -> str:
    return repr(name) if discreet(name) == name else discreet(name)


def _lacks_consent(held: Held, consented: Collection[str]) -> bool:
    return held.status == "conditional" and held.id not in consented


def _ground(held: Held) -> str:
    may = "may not be held" if held.status == "forbidden" else "may be held only with a consent in writing"
    return f"names {held.label['en'].lower()} ({held.label['zh']}, by {held.word!r}), which {may}: {held.reference}"


def _remedy(held: Held) -> str:
    other = "" if held.status == "forbidden" else ", or file the consents first"
    return f"remove the column and send the file again{other}"


def _texts(rule: Named) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a reader sees of a rule, and where it stands below the rule."""
    yield ("id",), rule.id
    yield ("label", "zh"), rule.label.zh
    yield ("label", "en"), rule.label.en
    if kind := getattr(rule, "catalogue_kind", ""):
        yield ("catalogue_kind",), kind


@cache
def _of(status: Status, *, personal: bool) -> tuple[Kind, ...]:
    return tuple(kind for kind in kinds() if kind.status == status and kind.binds_on(personal=personal))


@cache
def _innocent(status: Status) -> re.Pattern[str]:
    return re.compile(pattern(phrase for kind in kinds() if kind.status == status for phrase in kind.innocent))
