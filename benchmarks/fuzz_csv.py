"""Ways in which a CSV file is broken as a whole: each takes its lines, their end, a draw, and numbers to plant."""

import functools
from collections.abc import Callable
from random import Random

Lines = list[bytes]
Fault = Callable[[Lines, bytes, Random, tuple[str, ...]], tuple[bytes, str]]
STRAY = [b"\x00", b'"', b"\r", b"\n", b",", b"\xff\xfe", "乙".encode("gb18030"), "\ufeff".encode(), b"=1+1", b"9" * 400]
FORBIDDEN = ["宗教信仰", "血型", "基因", "指纹", "病史", "religion", "blood type", "收入", "存款"]
UNKNOWN = ["备注", "手机号", "姓名", "x" * 300, "", " ", "=1+1", "\x00", "住址", "\u202e", "a\tb"]


def _of_bytes(change: Callable[[bytes, Random], bytes]) -> Fault:
    """A fault of the whole file's bytes."""

    @functools.wraps(change)
    def fault(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
        return change(end.join([*lines, b""]), draw), "csv"

    return fault


def _of_heading(change: Callable[[list[bytes], Random], list[bytes]]) -> Fault:
    """A fault of the names in the heading."""

    def fault(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
        return end.join([b",".join(change(lines[0].split(b","), draw)), *lines[1:], b""]), "csv"

    return fault


def flipped(data: bytes, draw: Random) -> bytes:
    """Between one and thirty bytes changed."""
    held = bytearray(data)
    for _ in range(draw.randrange(1, 30) if held else 0):
        held[draw.randrange(len(held))] = draw.randrange(256)
    return bytes(held)


def cut(data: bytes, draw: Random) -> bytes:
    """Cut off at any byte."""
    return data[: draw.randrange(len(data) + 1)]


def _strays(data: bytes, draw: Random) -> bytes:
    for _ in range(draw.randrange(1, 9)):
        at = draw.randrange(len(data) + 1)
        data = data[:at] + draw.choice(STRAY) + data[at:]
    return data


def _span(data: bytes, draw: Random) -> bytes:
    at, length = draw.randrange(len(data) + 1), draw.randrange(1, 300)
    twice = data[:at] + data[max(0, at - length) : at] + data[at:]
    return draw.choice((twice, data[:at] + data[at + length :]))


def _recoded(data: bytes, draw: Random) -> bytes:
    text = data.decode("utf-8", errors="ignore")
    return text.encode(draw.choice(("utf-16", "utf-16-le", "utf-32", "big5", "utf-7", "shift_jis")), errors="replace")


def _mixed(data: bytes, draw: Random) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(
        line.decode("utf-8", errors="replace").encode("gb18030") if i and draw.random() < 0.5 else line
        for i, line in enumerate(lines)
    )


def _ends(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
    return b"".join(line + draw.choice((b"\n", b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"\n\r")) for line in lines), "csv"


def _quotes(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
    sign = draw.choice((b'","', b'",', b'"', b'""'))
    return end.join([lines[0], *(draw.choice((b"", b'"')) + line.replace(b",", sign) for line in lines[1:])]), "csv"


def _large_cell(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
    at = draw.randrange(1, len(lines) + 1)
    big = draw.choice((b"x", b"9", "长".encode(), b'"', b"=", b" ")) * (draw.choice((1, 1, 1, 10)) << 20)
    cell = draw.choice((big, b'"' + big + b'"', b"a,b," + big, b"," * 300_000))
    return end.join([*lines[:at], cell, *lines[at:], b""]), "csv"


def _named(lines: Lines, end: bytes, draw: Random, planted: tuple[str, ...]) -> tuple[bytes, str]:
    name = draw.choice(("", "张三", "备注")) + draw.choice(planted)
    return end.join([lines[0] + b"," + name.encode(), *(line + b"," for line in lines[1:]), b""]), "csv"


def _ended(lines: Lines, end: bytes, draw: Random, _: tuple[str, ...]) -> tuple[bytes, str]:
    return end.join(lines), draw.choice(("xlsx", "parquet", "XLSX", "Parquet"))


def _swapped(names: list[bytes], draw: Random) -> list[bytes]:
    names = list(names)
    draw.shuffle(names)
    return names


def _more(*names: str) -> Callable[[list[bytes], Random], list[bytes]]:
    return lambda found, draw: [*found, draw.choice(names).encode()]


CSV_FAULTS: dict[str, Fault] = {
    "bytes flipped": _of_bytes(flipped),
    "cut off at any byte": _of_bytes(cut),
    "stray bytes put in": _of_bytes(_strays),
    "a span doubled or cut out": _of_bytes(_span),
    "another encoding (UTF-16, Big5, …)": _of_bytes(_recoded),
    "two encodings in one file": _of_bytes(_mixed),
    "line ends mixed": _ends,
    "NULs throughout": _of_bytes(lambda data, draw: data.replace(draw.choice((b",", b"0", b"\n")), b"\x00")),
    "a cell of 1 or 10 MB": _large_cell,
    "quotes throughout": _quotes,
    "heading: a column twice": _of_heading(lambda names, draw: [*names, draw.choice(names)]),
    "heading: columns in another order": _of_heading(_swapped),
    "heading: a column left out": _of_heading(lambda names, draw: [n for n in names if n != draw.choice(names)]),
    "heading: forbidden or conditional data": _of_heading(_more(*FORBIDDEN)),
    "heading: unknown, odd or empty name": _of_heading(_more(*UNKNOWN)),
    "heading: an identity number": _named,
    "heading: none, or empty": _of_heading(lambda names, draw: draw.choice(([], [b""], [b" "], [b"," * 9_999]))),
    "heading alone": lambda lines, end, draw, _: (lines[0] + draw.choice((b"", end, end * 3)), "csv"),
    "no byte, or few": lambda lines, end, draw, _: (draw.choice((b"", b"\n", b"\xef\xbb\xbf", b"\x00", b'"')), "csv"),
    "named as another kind of file": _ended,
}
