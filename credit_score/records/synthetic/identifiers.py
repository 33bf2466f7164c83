"""Identifiers that pass every check and can be nobody's.

Enterprises: a unified social credit code (GB 32100-2015) of the region 999999, which no place has.
Persons: a resident identity number (GB 11643-1999) whose holder would be born in 1800–1859.
Both check digits are matrix products; the tests compare them with python-stdnum.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from credit_score.errors import RecordsError
from credit_score.records.synthetic.columns import digits, serial, text

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FICTITIOUS_REGION = "999999"
BIRTH_FIRST, BIRTH_LAST = np.datetime64("1800-01-01"), np.datetime64("1859-12-31")
MOST_ENTERPRISES = 100_000_000
_USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_USCC_CHARACTERS = np.frombuffer(USCC_ALPHABET.encode(), dtype=np.uint8)
_ORGANISATIONS = 31**9
_ORGANISATION_STEP = 12_345_678_911  # has no factor 31, so the scrambled order visits each code once

_REGIONS = np.array([130628, 130602, 130606, 130607, 130608, 130609, 130623, 130624, 130626, 130627])
_BIRTH_DAYS = np.arange(BIRTH_FIRST, BIRTH_LAST + 1)
_ORDERS = 999
_PER_REGION = len(_BIRTH_DAYS) * _ORDERS
_PERSON_STEP = 7_654_321  # has no factor in common with _PER_REGION
MOST_INDIVIDUALS = (len(_REGIONS) - 1) * _PER_REGION
_RIC_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_RIC_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)


def enterprise_ids(number: np.ndarray, legal_form: np.ndarray) -> pa.Array:
    """Unified social credit codes of the firms with these numbers (0, 1, …); no two numbers share one.

    9 + legal form (1 company, 2 sole proprietor, 3 cooperative) + 999999 + nine characters of the firm's number in
    scrambled order + check character. `legal_form` holds positions in ``shape.LEGAL_FORMS``.
    """
    number = np.asarray(number, dtype=np.int64)
    values = np.full((len(number), 18), 9, dtype=np.int64)
    values[:, 1] = np.array([1, 3, 2])[legal_form]
    values[:, 8:17] = _base31((number * _ORGANISATION_STEP) % _ORGANISATIONS)
    values[:, 17] = -(values[:, :17] @ _USCC_WEIGHTS) % 31
    return text(_USCC_CHARACTERS[values])


def person_ids(number: np.ndarray) -> pa.Array:
    """Identity numbers of the persons with these numbers (0, 1, …); no two numbers share one.

    Region + a birth day in 1800–1859 + an order code 001–999 + check character.
    """
    region, within = np.divmod(np.asarray(number, dtype=np.int64), _PER_REGION)
    day, order = np.divmod((within * _PERSON_STEP) % _PER_REGION, _ORDERS)
    values = np.hstack([digits(_REGIONS[region], 6), _BIRTH_DIGITS[day], digits(order + 1, 3)])
    characters = np.empty((len(values), 18), dtype=np.uint8)
    characters[:, :17] = values + ord("0")
    characters[:, 17] = _RIC_CHECKS[(values @ _RIC_WEIGHTS) % 11]
    return text(characters)


def household_ids(number: np.ndarray) -> pa.Array:
    """``H-000000001`` for household number 0."""
    return serial("H-", number + 1, width=9)


def inspector_ids(number: np.ndarray) -> pa.Array:
    """Staff numbers: ``I-000012`` for inspector number 11."""
    return serial("I-", number + 1, width=6)


def record_ids(number: np.ndarray) -> pa.Array:
    """``R-0000000001`` for record number 0."""
    return serial("R-", number + 1, width=10)


def inspection_ids(number: np.ndarray) -> pa.Array:
    """``V-0000000001`` for visit number 0."""
    return serial("V-", number + 1, width=10)


def event_ids(number: np.ndarray) -> pa.Array:
    """``E-0000000001`` for event number 0."""
    return serial("E-", number + 1, width=10)


def check_sizes(n_enterprises: int, n_individuals: int) -> None:
    """Refuse sizes for which there are no identifiers."""
    for name, n, most in (
        ("enterprises", n_enterprises, MOST_ENTERPRISES),
        ("individuals", n_individuals, MOST_INDIVIDUALS),
    ):
        if not 0 <= n <= most:
            raise RecordsError(
                f"{n} {name} asked for", where="synthetic county", remedy=f"choose a number from 0 to {most}"
            )


def _base31(number: np.ndarray) -> np.ndarray:
    return (number[:, None] // 31 ** np.arange(8, -1, -1, dtype=np.int64)) % 31


def _birth_digits() -> np.ndarray:
    written = np.char.replace(np.datetime_as_string(_BIRTH_DAYS), "-", "")
    return digits(written.astype(np.int64), 8)


_BIRTH_DIGITS = _birth_digits()
