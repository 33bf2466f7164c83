"""Arrow columns from numpy arrays, without a Python loop over rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

_CALENDAR_FIRST = np.datetime64("2000-01-01")
_CALENDAR = pa.array(np.datetime_as_string(np.arange(_CALENDAR_FIRST, np.datetime64("2024-01-01"))).tolist())
_ZERO = ord("0")


def text(characters: np.ndarray) -> pa.Array:
    """Strings from a matrix of ASCII codes, shape (n, width), a row a string."""
    n, width = characters.shape
    offsets = np.arange(n + 1, dtype=np.int64) * width
    data = np.ascontiguousarray(characters, dtype=np.uint8)
    return pa.LargeStringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(data)).cast(pa.string())


def digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Decimal digits of non-negative integers, shape (n, width), leading zeros kept."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(numbers, dtype=np.int64)[:, None] // powers) % 10


def serial(prefix: str, numbers: np.ndarray, *, width: int) -> pa.Array:
    """Identifiers such as ``I-000012``: an ASCII prefix and `width` digits."""
    body = digits(numbers, width) + _ZERO
    head = np.broadcast_to(np.frombuffer(prefix.encode("ascii"), dtype=np.uint8), (len(body), len(prefix)))
    return text(np.hstack([head, body]))


def coded(codes: np.ndarray, names: Sequence[str]) -> pa.Array:
    """Names by integer code; a code below 0 becomes null."""
    codes = np.asarray(codes, dtype=np.int32)
    return pa.array(list(names), type=pa.string()).take(pa.array(codes, mask=codes < 0))


def iso_days(days: np.ndarray) -> pa.Array:
    """ISO dates as text, from datetime64[D] in 2000–2023; NaT becomes null."""
    missing = np.isnat(days)
    position = np.where(missing, 0, (days - _CALENDAR_FIRST).astype(np.int64))
    return _CALENDAR.take(pa.array(position, mask=missing))
