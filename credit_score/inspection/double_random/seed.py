"""A seed that nobody chose and nobody could foresee: from values that several bodies sealed, or a public random one.

It is formed after the list is frozen, over the task and the hash of the list, so that it serves one draw alone.
"""

import hmac
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from credit_score.errors import VerificationError, discreet, first_five

LEAST_BODIES = 2
LEAST_SIGNS = 16
UNTOLD = ("Cc", "Cs", "Zl", "Zp")  # control signs, surrogates, ends of lines and paragraphs (Unicode)
HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Opening:
    """What a body put into a seal: its value, and a nonce without which the value could be guessed from the seal."""

    body: str
    value: str
    nonce: str


@dataclass(frozen=True)
class Announced:
    """A public random value that is still to come, by its name and its day, such as the numbers of a lottery draw."""

    name: str
    on: date


def is_plain(text: Any) -> bool:
    """Whether a text can be written in UTF-8 and read aloud: no control sign, no line end, no half of a sign in it."""
    return isinstance(text, str) and not any(unicodedata.category(sign) in UNTOLD for sign in text)


def seal(task: str, root: str, opening: Opening) -> str:
    """The seal of a value for a task and a frozen list, in hexadecimal: published while the value is kept.

    Over the hash of the list, so that what was opened once serves no other list. Raises VerificationError.
    """
    if not HEX.fullmatch(root):
        raise VerificationError(f"a list hash {discreet(root)!r}", remedy="give the 64 signs published at the freeze")
    for name, text in {"task": task, **vars(opening)}.items():
        if not is_plain(text):
            raise VerificationError(f"{name} {discreet(repr(text))}", remedy="give text in UTF-8 without control signs")
    if len(opening.nonce) < LEAST_SIGNS:
        what = f"a nonce of {len(opening.nonce)} signs"
        raise VerificationError(what, remedy=f"use {LEAST_SIGNS} random signs or more, else the value can be guessed")
    return _hash("seal", task, root, opening.body, opening.nonce, opening.value)


def sealed_seed(task: str, root: str, seals: dict[str, str], openings: Sequence[Opening]) -> str:
    """The seed of opened seals, in hexadecimal.

    ``seals``: body → seal, of two bodies at least. Raises VerificationError for a body too few, one that did not open,
    or opened twice, and a value that does not fit its seal, as one sealed for another task or list does not.
    """
    if len(seals) < LEAST_BODIES:
        what = f"{len(seals)} sealed contributions"
        raise VerificationError(what, remedy=f"let {LEAST_BODIES} bodies seal a value, or name a public random value")
    given = [o.body for o in openings]
    if twice := sorted({b for b in given if given.count(b) > 1}):
        raise VerificationError(f"{first_five(map(discreet, twice))} opened twice", remedy="take one opening a body")
    if missing := sorted(set(seals) - set(given)):
        what = f"{first_five(map(discreet, missing))} did not open"
        raise VerificationError(what, remedy="wait, or begin again with new seals; the record keeps both")
    for opening in openings:
        check_opening(task, root, seals, opening)
    told = sorted((o.body, o.value, o.nonce) for o in openings)
    return _hash("seed", task, root, *(part for row in told for part in row))


def check_opening(task: str, root: str, seals: dict[str, str], opening: Opening) -> None:
    """Raise VerificationError unless an opening fits the seal of its body for the task and list."""
    if opening.body not in seals:
        what = f"{discreet(opening.body)} has sealed nothing"
        raise VerificationError(what, remedy=f"there are seals of {first_five(sorted(seals))}")
    if seal(task, root, opening) != seals[opening.body]:
        what = f"the value of {discreet(opening.body)} does not fit its seal for task {task!r} and this list"
        raise VerificationError(
            what, remedy="it was changed, or sealed for another task or list; begin again with new seals"
        )


def public_seed(task: str, root: str, announced: Announced, value: str) -> str:
    """The seed of a public random value, in hexadecimal."""
    return _hash("public", task, root, announced.name, announced.on.isoformat(), value)


def drawing_seed(key: bytes, seed: str) -> str:
    """What firms are drawn by: the seed under the secret key of the list, in hexadecimal.

    Were they drawn by the seed itself, which is published, anyone could compute the number of a firm that was drawn,
    and a great number tells a tier with a high ratio. The root of the list bound the key before there was a seed.
    """
    return hmac.new(key, f"draw|{seed}".encode(), sha256).hexdigest()


def keyed_hash(key: bytes, content: bytes) -> str:
    """The hash of a closed file under the key of the list, in hexadecimal, which tells nothing of what is in it.

    By a plain hash a short list could be found by trying.
    """
    return hmac.new(key, b"file|" + content, sha256).hexdigest()


def _hash(*parts: str) -> str:
    # As JSON, so that no two lists of parts are written alike.
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
