"""Errors, as part of the interface: one family, one line each.

A message says what is wrong, the value found, where, and what to do. Identifiers are masked
to their length and kind before they enter a message (:func:`masked`); an identity number that comes
with a path, a key or a word of somebody else's is taken out of it (:func:`impersonal`).
"""

import re
import unicodedata
from collections.abc import Iterable

# A resident identity number by its place code, day of birth and serial: 18 signs of somebody born up to 2012, or the
# 15 digits of before 1999. Numbers of documents are often a place code, a day of these years and a serial: they pass.
_DAY = r"(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}"
_NEW = rf"[1-9][0-9]{{5}}((18|19)[0-9]{{2}}|20(0[0-9]|1[0-2])){_DAY}[0-9Xx]"
_OLD = rf"[1-9][0-9]{{5}}[3-9][0-9]{_DAY}"
NEW_IDENTITY_NUMBER = rf"(^|[^0-9]){_NEW}($|[^0-9])"
IDENTITY_NUMBER = rf"(^|[^0-9])({_NEW}|{_OLD})($|[^0-9])"
_IN_TEXT = re.compile(rf"(?<![0-9])({_NEW}|{_OLD})(?![0-9])")
# What people write between the digits of a number, and what a text may hide between them.
SEPARATORS = "[ \t\u00a0\u3000._·•‐‑‒–—―−\u00ad\u200b-\u200d\ufeff-]"
# An identity number of whatever year until 2029. Of somebody born after 2012, or inside a longer run of digits, only
# the check digit tells it from the number of a document.
IDENTITY_FORM = rf"[1-9][0-9]{{5}}((18|19)[0-9]{{2}}|20[0-2][0-9]){_DAY}[0-9Xx]"
WEIGHTS, CHECK_DIGITS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_SPREAD = re.compile(rf"[0-9０-９](?:{SEPARATORS}{{0,8}}[0-9０-９]){{16,}}(?:{SEPARATORS}{{0,8}}[Xx0-9Ｘｘ])?")
_WINDOW = re.compile(rf"(?=({IDENTITY_FORM}))")


class CreditScoreError(Exception):
    """What every error of this package is; its text is one line.

    Parameters
    ----------
    what : what is wrong, with the value found.
    where : file, line, rule, column or date; may be empty.
    remedy : what the reader can do; may be empty.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = map(impersonal, (what, where, remedy))
        parts = [self.where, self.what] if where else [self.what]
        text = ": ".join(parts) + (f"; {self.remedy}" if remedy else "")
        super().__init__(" ".join(text.split()))


class PolicyError(CreditScoreError):
    """A rule that cannot be read, or that the schema refuses."""


class RecordsError(CreditScoreError):
    """Records that cannot be read as a whole (single rows are rejected, never raised)."""


class RunError(CreditScoreError):
    """A run folder that cannot be read or written."""


class FitError(CreditScoreError, ValueError):
    """Data or settings of which no partition, card or tier can be made; a ValueError too, as estimators raise."""


class VerificationError(CreditScoreError):
    """A draw or a folder that is not what it claims to be."""


class NotIdentified(CreditScoreError):
    """A rate that nobody can know, since nobody of those it is of can be drawn; never a guess in its place."""


class NotAvailable(CreditScoreError):
    """A result that this version does not compute; never an empty table in its place."""


def impersonal(text: str) -> str:
    """A text with every identity number in it replaced by words, also one in full width or with its digits spread."""
    words = "(an identity number)"
    plain = _IN_TEXT.sub(words, str(text))
    return _SPREAD.sub(lambda run: words if _identifies(run[0]) else run[0], plain)


def _identifies(run: str) -> bool:
    """Whether a run of digits, with what stands between them, is an identity number, or holds one that is valid."""
    digits = re.sub(SEPARATORS, "", unicodedata.normalize("NFKC", run))
    return bool(re.fullmatch(_NEW, digits)) or any(_is_valid(number[1]) for number in _WINDOW.finditer(digits))


def _is_valid(number: str) -> bool:
    """Whether the last of 18 signs is the check digit of the others (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:-1], strict=True))
    return CHECK_DIGITS[total % 11] == number[-1].upper()


def masked(value: object) -> str:
    """A value as its length and kind: ``18 characters, digits and letters``.

    Used for every identifying column in messages and in ``rejected.csv``.
    """
    text = "" if value is None else str(value)
    if not text:
        return "empty"
    signs = set(text)  # of a cell of 10 MB, each is looked at once
    kinds = {"digits": str.isdigit, "letters": str.isalpha}
    found = [name for name, test in kinds.items() if any(map(test, signs))]
    if not all(map(str.isalnum, signs)):
        found.append("other signs")
    return f"{len(text)} characters, {' and '.join(found) or 'signs'}"


def discreet(name: object) -> str:
    """A name as it stands, or masked where it may identify somebody: over 40 signs, or with more than 4 digits."""
    text = str(name)
    return text if len(text) <= 40 and sum(c.isdigit() for c in text) <= 4 else masked(text)


def first_five(values: Iterable[object]) -> str:
    """The first five values, comma separated, and how many more there are."""
    items = [str(v) for v in values]
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    return ", ".join(items[:5]) + more
