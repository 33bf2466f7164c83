"""A CSV file line by line: every line is a row, or is told apart with the reason why it is none.

An engine reads a plain file faster; this reader takes the others: quotes, NULs, lines that end in different ways,
GB 18030, cells of any length. A cell holds no line break, so that a stray quote can swallow no line but its own.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHUNK = 1 << 20
LONGEST = 1 << 24
UTF_8, GB_18030 = "utf-8", "gb18030"
# In both encodings the bytes of line ends, commas and quotes are never part of another sign.
_ENDS = re.compile(rb"\r\n|\n|\r")
_THREE_BYTES = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")


class Broken(NamedTuple):
    """A line that is no row: its position (header not counted), why, and its length in bytes."""

    row: int
    reason: str
    bytes: int


def is_plain(path: Path) -> bool:
    """Whether an engine reads the file as this module would: UTF-8, LF or CR LF throughout, no quote, no empty line."""
    ends: set[bool] = set()
    rest = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            whole, found, tail = (rest + chunk).rpartition(b"\n")
            if not found or not _plain(whole + found, ends):
                return False
            rest = tail
    return len(rest) < CHUNK and (not rest or _plain(rest + (b"\r\n" if True in ends else b"\n"), ends))


def _plain(lines: bytes, ends: set[bool]) -> bool:
    """Whether whole lines are plain; ``ends`` collects whether they end in CR LF."""
    returns, breaks = lines.count(b"\r"), lines.count(b"\n")
    ends.add(returns > 0)
    uniform = len(ends) == 1 and returns in (0, breaks) and lines.count(b"\r\n") == returns
    empty = lines.startswith((b"\n", b"\r")) or b"\n\n" in lines or b"\n\r" in lines
    return uniform and not empty and b'"' not in lines and b"\x00" not in lines and _reads(lines, UTF_8)


def encoding(path: Path) -> str:
    """UTF-8 or GB 18030, whichever alone reads more of the file's lines; UTF-8 where both read as many.

    A line whose only Chinese is 通 in GB 18030, which in UTF-8 is a sign of Latin, tells nothing.
    """
    utf_8 = gb_18030 = 0
    for line in _lines(path):
        if not line.isascii():
            utf_8 += _reads(line, UTF_8) and not _reads(line, GB_18030)
            gb_18030 += not _reads(line, UTF_8) and _reads(line, GB_18030)
    return UTF_8 if utf_8 >= gb_18030 else GB_18030


def _reads(line: bytes, coding: str) -> bool:
    """Whether a line is written in an encoding; one that reads as UTF-8 with Chinese signs is not GB 18030."""
    try:
        line.decode(coding)
    except UnicodeDecodeError:
        return False
    return coding == UTF_8 or not (_THREE_BYTES.search(line) and _reads(line, UTF_8))


def heading(path: Path) -> bytes:
    """The first line of a file, at most 1 MiB of it, without a byte-order mark."""
    return next(_lines(path), b"")[:CHUNK].removeprefix(b"\xef\xbb\xbf")


def rows(path: Path, n_columns: int, broken: list[Broken], coding: str = UTF_8) -> Iterator[tuple[int, list[str]]]:
    """Position and cells of every row below the heading; lines that are no rows are added to ``broken``.

    Empty lines are no rows and are passed over.
    """
    for number, line in enumerate(_lines(path)):
        if not number or not line:
            continue
        found = _cells(line, n_columns, coding)
        if isinstance(found, str):
            broken.append(Broken(number, found, len(line)))
        else:
            yield number, found


def _cells(line: bytes, n_columns: int, coding: str) -> list[str] | str:
    """The cells of a line, or the reason why it has none."""
    if len(line) > LONGEST or b"\x00" in line:
        return "malformed_row"
    if not _reads(line, coding):
        return "wrong_encoding"
    try:
        text = line.decode(coding)
        cells = _quoted(text) if '"' in text else text.split(",")
    except csv.Error:
        return "malformed_row"
    if len(cells) == n_columns + 1 and not cells[-1]:  # a comma too many at the end, as the engine passes over it
        cells = cells[:-1]
    return cells if len(cells) == n_columns else "malformed_row"


def _quoted(text: str) -> list[str]:
    """The cells of a line with quotes in it; raises csv.Error where one is left open."""
    csv.field_size_limit(LONGEST)
    return next(csv.reader([text], strict=True))


def _lines(path: Path) -> Iterator[bytes]:
    """Lines without their ends; of one longer than ``LONGEST`` the beginning, one byte longer than that.

    Each byte is searched once for a line's end, however long the line.
    """
    rest = half = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            held = half + chunk
            # A CR at the end may be half of a CR LF.
            cut = len(held) - held.endswith(b"\r")
            half = held[cut:]
            first, *others = _ENDS.split(held[:cut])
            rest = (rest + first)[: LONGEST + 1]
            if others:
                yield rest
                yield from others[:-1]
                rest = others[-1]
    yield from _ENDS.split(rest + half) if rest or half else ()
