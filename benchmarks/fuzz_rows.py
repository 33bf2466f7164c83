"""Rows with one fault each: what people, programs and attackers put into cells and lines."""

import re
from collections.abc import Callable
from random import Random

Cell = Callable[[str, Random], str]
WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789-/.,"}
FORMULAS = ["=1+1", "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\t=1+1", '=HYPERLINK("http://x","y")']
DATES = ["2023年3月15日", "2023/3/5", "2023.03.15", "20230315", "45000", "2023年13月1日", "2023-02-30", "0000-00-00",
         "99999-01-01", "1899-12-31", "3/15/2023", "二〇二三年三月十五日", "2958466", "9999999"]  # fmt: skip
NUMBERS = ["9" * 400, "1e308", "1e999", "-1", "NaN", "inf", "-0", "1,234", "1,23", "0x10", "1_000", "١٢", "1.5", ".",
           "-", "9223372036854775808", "0.1e-400", "½", "1e", "+5"]  # fmt: skip
FORBIDDEN = ["宗教信仰", "血型", "疾病诊断", "religion", "blood_type", "gene", "fingerprint", "income"]
ODD = ["\u200b", "\u202e", "\ufeff", "\U0001f600", "<script>alert(1)</script>", "\x01", "\u2028", "\x7f", "\ue000",
       "ﬁ", "e\u0301", "''", "\\", "%s", "{0}",
       "NULL", "None", "#REF!", "\x85", "\u3000", "'; DROP TABLE x;"]  # fmt: skip


def _planted(cell: str, draw: Random, number: str) -> str:
    ways = (number, f"张三{number}", f"{cell} {number}号", number.translate(WIDE), number.lower(), f"({number})")
    return ways[draw.randrange(len(ways))]


def _longer(cell: str, draw: Random) -> str:
    return (cell or "长") * draw.choice((2, 20, 200))


def _letter(cell: str, draw: Random) -> str:
    at = draw.randrange(len(cell) + 1)
    return cell[:at] + draw.choice("Xx0O１ 中-_.#") + cell[at + 1 :]


CELLS: dict[str, Cell] = {
    "formula": lambda cell, draw: draw.choice(FORMULAS) + draw.choice(("", cell)),
    "full-width signs": lambda cell, draw: cell.translate(WIDE),
    "another date": lambda cell, draw: draw.choice(DATES),
    "another number": lambda cell, draw: draw.choice(NUMBERS),
    "forbidden or conditional item": lambda cell, draw: draw.choice(FORBIDDEN),
    "odd signs": lambda cell, draw: draw.choice((cell + draw.choice(ODD), draw.choice(ODD), draw.choice(ODD) + cell)),
    "empty cell": lambda cell, draw: draw.choice(("", " ", "\u3000", "\t")),
    "spaces around": lambda cell, draw: draw.choice((f" {cell}", f"{cell} ", f"\u3000{cell}\u3000")),
    "long text": _longer,
    "one sign changed": _letter,
    "capitals": lambda cell, draw: cell.swapcase(),
}
NO_ENCODING, OTHER_ENCODINGS = (b"\xff", b"\xfe\xff", b"\x80", b"\xe4\xb8"), ("gb18030", "big5", "utf-16-le")
SWAPPED, IDENTITY = "cells swapped", "identity number in a cell"
# What can only be written in a CSV file: the line as bytes, without its end.
LINES: dict[str, Callable[[bytes, Random], bytes]] = {
    "bytes of no encoding": lambda line, draw: _put(line, draw, draw.choice(NO_ENCODING)),
    "another encoding": lambda line, draw: _put(line, draw, "乙級企業".encode(draw.choice(OTHER_ENCODINGS))),
    "NUL": lambda line, draw: _put(line, draw, b"\x00"),
    "stray quote": lambda line, draw: _put(line, draw, draw.choice((b'"', b'""', b',"'))),
    "comma too many": lambda line, draw: _put(line, draw, b"," * draw.choice((1, 2, 300))),
    "comma too few": lambda line, draw: line.replace(b",", b"", 1),
    "line cut": lambda line, draw: line[: draw.randrange(1, len(line))],
    "line end in a cell": lambda line, draw: _put(line, draw, draw.choice((b"\n", b"\r", b"\r\n"))),
    "line of blanks": lambda line, draw: draw.choice((b" ", b"\t", b"  \t ", "\u3000".encode())),
    "an empty line before it": lambda line, draw: b"\n" + line,
}
# What leaves a CSV file plain, so that the engine reads it.
PLAIN = [*CELLS, SWAPPED, IDENTITY]
_ENDS = re.compile(rb"\r\n|\n|\r")


def _put(line: bytes, draw: Random, what: bytes) -> bytes:
    at = draw.randrange(len(line) + 1)
    return line[:at] + what + line[at:]


def broken_row(row: list[str], kind: str, draw: Random, planted: tuple[str, ...]) -> list[str]:
    """A row with one fault of a kind in one of its cells."""
    row, at = list(row), draw.randrange(len(row))
    if kind == SWAPPED:
        other = draw.randrange(len(row))
        row[at], row[other] = row[other], row[at]
    elif kind == IDENTITY:
        row[at] = _planted(row[at], draw, draw.choice(planted))
    elif kind in CELLS:
        row[at] = CELLS[kind](row[at], draw)
    return row


def csv_lines(row: list[str], kind: str, draw: Random, coding: str) -> list[bytes]:
    """The lines that a row becomes in a CSV file; a fault can make it two, or an empty one."""
    line = ",".join(map(_quoted, row)).encode(coding, errors="replace")
    if kind in LINES:
        return _ENDS.split(LINES[kind](line, draw))
    return _ENDS.split(line)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell
