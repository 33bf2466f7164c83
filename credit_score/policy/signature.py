"""Who wrote an amendment, who put a policy in force, and that these are two people."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from credit_score.errors import impersonal
from credit_score.policy.dated import Day, Frozen, Refused, Text

MOST_SIGNS = 40  # of a draft's name, which becomes the name of a file


def _nobodys_number(text: str) -> str:
    """What is written here goes into public files."""
    if impersonal(text) != text:
        raise Refused("holds an identity number; leave it out")
    return text


def moment_of(value: Any) -> datetime:
    """A moment with its offset from UTC, from a text such as 2026-11-29T15:00:00+08:00. Raises ValueError."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f"'{value}' is not a moment; write it as 2026-11-29T15:00:00+08:00")
    return found


Moment = Annotated[datetime, BeforeValidator(moment_of)]
Told = Annotated[Text, AfterValidator(_nobodys_number)]
DraftName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_SIGNS), AfterValidator(_nobodys_number)
]


class Signature(Frozen):
    """Who put the policy in force, on which day. Without one every draw is a draft.

    The day is not called ``on``: YAML reads that word as true.
    """

    name: Told
    office: Told
    signed_on: Day


class Author(Frozen):
    """Who wrote an amendment."""

    name: Told
    office: Told


class Amendment(Frozen):
    """The head of an amendment: its one day, who wrote it when and why, and what it amends.

    ``amends`` is the fingerprint of the policy it was written for; ``signature`` is missing in a draft, and ``name``
    is what a draft is called. Author and signer are two people.
    """

    since: Day
    author: Author
    written: Moment
    reason: Told
    amends: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    signature: Signature | None = None
    name: DraftName | None = None

    @model_validator(mode="after")
    def _author_and_signer_are_two(self) -> Self:
        signature = self.signature
        if signature and is_same_name(signature.name, self.author.name):
            text = f"{signature.name!r} wrote the amendment; another person signs it"
            raise Refused(text, "signature", "name")
        if signature and signature.signed_on < self.written.date():
            text = f"signed on {signature.signed_on}, before it was written on {self.written.date()}"
            raise Refused(text, "signature", "signed_on")
        return self


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever their width, case, blanks and points."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZCP")
