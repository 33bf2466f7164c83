"""Identifiers at the door: checked, and those of natural persons replaced by keyed pseudonyms.

A pseudonym is HMAC-SHA256 of the identifier under a secret key, cut to 96 bits, with a letter for
what it stands for: P a person, S a sole proprietor, H a household, I an inspector. Sole proprietors
are natural persons in fact and are treated so.
"""

import hmac
import json
import os
import stat
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from credit_score.engine import sha256 as engine_sha256
from credit_score.errors import RecordsError

KEY_VARIABLE = "CREDIT_SCORE_KEY"
KEY_FILE_VARIABLE = "CREDIT_SCORE_KEY_FILE"
DEMO_KEY = "demo.key"
PUBLIC_KEY = "PUBLIC-DEMO-KEY-for-synthetic-data-only-never-use-it-with-real-records"
LEAST_KEY = 16
CENTURIES = ("18", "19", "20")
LETTERS = {"person": "P", "sole_proprietor": "S", "household": "H", "inspector": "I"}
PERSONS = ("P-", "S-")
DELETED = "deleted:"


def pseudonym(identifier: str, kind: str, key: bytes) -> str:
    """The keyed pseudonym of an identifier, as ``P-`` and 24 hexadecimal digits."""
    digest = hmac.digest(key, f"{kind}:{identifier}".encode(), "sha256").hex()
    return f"{LETTERS[kind]}-{digest[:24]}"


def is_person(subject: str) -> bool:
    """Whether a subject is the pseudonym of a natural person: sole proprietors are."""
    return subject.startswith(PERSONS)


def natural_persons(subject: Any) -> Any:
    """The same of a column of Ibis."""
    import ibis

    return ibis.or_(*(subject.startswith(begin) for begin in PERSONS))


def deletion_digest(name: str) -> str:
    """What is left of what was deleted: SHA-256 of a pseudonym or of a record's number, in hexadecimal."""
    return sha256(f"{DELETED}{name}".encode()).hexdigest()


def deletion_digests(name: Any) -> Any:
    """The same of a column of Ibis."""
    import ibis

    return engine_sha256(ibis.literal(DELETED) + name)


def record_digest(subject: str, number: str) -> str:
    """What is left of a single record: numbers repeat from store to store, a pseudonym and a number do not."""
    return deletion_digest(f"{subject} {number}")


def _fault_of_uscc(identifier: str) -> str:
    """As python-stdnum judges the 18 signs as they stand; it would pass over hyphens and wide digits.

    A resident identity number passes this check digit once in 31, and a company's code is not masked: one that passes
    as such is refused. Codes of registered firms begin with 9, which no place of birth does, and are left alone.
    """
    if len(identifier) != 18:
        return "length"
    if identifier[0] != "9" and identifier[6:8] in CENTURIES and not _fault_of_ric(identifier):
        return "identity number"
    if not identifier.isascii():
        return "signs"
    try:
        uscc.validate(identifier)
    except InvalidChecksum:
        return "check digit"
    except ValidationError:
        return "signs"
    return ""


def _fault_of_ric(identifier: str) -> str:
    """Length, check digit and date refuse; the place does not (codes of places change)."""
    if len(identifier) != 18:
        return "length"
    if not (identifier[:-1].isascii() and identifier[:-1].isdigit()):
        return "signs"
    if identifier[-1].upper() != ric.calc_check_digit(identifier):
        return "check digit"
    try:
        ric.get_birth_date(identifier)
    except ValidationError:
        return "date"
    return ""


def place_is_known(identifier: str) -> bool:
    """Whether python-stdnum knows the place of an identity number for the year of birth in it."""
    try:
        ric.get_birth_place(identifier)
    except ValidationError:
        return False
    return True


def _fault_of_plain(identifier: str) -> str:
    return "" if len(identifier) <= 64 else "length"


SCHEMES: dict[str, Callable[[str], str]] = {
    "cn_uscc": _fault_of_uscc,
    "cn_ric": _fault_of_ric,
    "plain": _fault_of_plain,
}


def judged(identifiers: Iterable[str], scheme: str, kind: str, key: bytes) -> list[tuple[str, str, str]]:
    """For each identifier: itself, its fault (empty if none), and its pseudonym."""
    fault = SCHEMES[scheme]
    return [(i, fault(i), pseudonym(i, kind, key)) for i in identifiers]


def pseudonym_key(folder: Path, key: str | bytes | None = None) -> bytes:
    """The secret key: given, from the environment, from a key file, or a synthetic folder's own.

    Raises RecordsError without one, for one shorter than 16 bytes, for a key file that others than its owner can
    read, and for the public demo key where the folder is not marked synthetic.
    """
    if key is None:
        key = key_at_hand() or _of_synthetic(folder)
    if not key:
        raise RecordsError(
            "no key for pseudonyms",
            where=str(folder),
            remedy=f"set {KEY_VARIABLE}, or {KEY_FILE_VARIABLE} to a file that only you can read, and keep it secret",
        )
    secret = key.encode() if isinstance(key, str) else key
    if len(secret) < LEAST_KEY:
        raise RecordsError(f"the key has {len(secret)} bytes", remedy=f"use at least {LEAST_KEY} random bytes")
    if secret.strip() == PUBLIC_KEY.encode() and not is_synthetic(folder):
        remedy = f"set {KEY_VARIABLE} to random bytes of your own"
        raise RecordsError(
            "the demo key is public, and the records are not synthetic", where=str(folder), remedy=remedy
        )
    return secret


def key_at_hand() -> bytes | None:
    """The secret key that the environment gives, itself or by a file; None where it gives none."""
    return os.environ.get(KEY_VARIABLE, "").encode(errors="surrogateescape") or _from_file()


def _from_file() -> bytes | None:
    name = os.environ.get(KEY_FILE_VARIABLE)
    if not name:
        return None
    path = Path(name)
    if not path.is_file():
        raise RecordsError("the key file is missing", where=name, remedy=f"mend {KEY_FILE_VARIABLE}")
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RecordsError("others can read the key file", where=name, remedy="run: chmod 600 on it")
    return path.read_bytes().strip()


def is_synthetic(folder: Path) -> bool:
    """Whether a folder says that its records are synthetic (``synthetic.json``)."""
    path = folder / "synthetic.json"
    if not path.is_file():
        return False
    try:
        return json.loads(path.read_text(encoding="utf-8")).get("synthetic") is True
    except (ValueError, AttributeError):
        raise RecordsError("synthetic.json is not readable", where=str(path), remedy="remove or mend it") from None


def _of_synthetic(folder: Path) -> bytes | None:
    """The public demo key, only ever for records that are marked synthetic."""
    path = folder / DEMO_KEY
    if not (path.is_file() and is_synthetic(folder)):
        return None
    return path.read_bytes().strip()
