"""Broken files: rows with faults written as CSV, workbook or Parquet, and then the file itself broken in one way."""

from dataclasses import dataclass
from random import Random

from fuzz_csv import CSV_FAULTS
from fuzz_parquet import PARQUET_FAULTS, parquet_bytes
from fuzz_pool import Pool, words
from fuzz_rows import CELLS, IDENTITY, LINES, PLAIN, SWAPPED, broken_row, csv_lines
from fuzz_workbook import WORKBOOK_FAULTS, book_bytes

ROWS_ONLY = "rows only"
PLAIN_SHARE = 0.15
FORMS = {"csv": CSV_FAULTS, "xlsx": WORKBOOK_FAULTS, "parquet": PARQUET_FAULTS}
CODINGS = ("utf-8", "utf-8", "utf-8-sig", "gb18030")
ENDS = (b"\n", b"\n", b"\r\n", b"\r")


@dataclass(frozen=True)
class Broken:
    """A broken file: its name and bytes, what was done to it, and what a reader must find.

    Attributes
    ----------
    rows : rows that a reader must account for; None where the fault leaves that open (bytes of an archive flipped).
    faults : the fault of the row at each position below the heading, None where there is no row; empty where positions
        mean nothing.
    mutated : how many rows were given a fault.
    """

    table: str
    name: str
    data: bytes
    kind: str
    rows: int | None
    faults: tuple[str | None, ...]
    mutated: int


@dataclass(frozen=True)
class Plan:
    """What to make of a table's rows: form, file fault (or ``rows only``), and the share of rows to break."""

    form: str
    fault: str = ROWS_ONLY
    share: float = 0.6
    plain: bool = False


def broken_file(pool: Pool, table: str, rows: list[list[str]], plan: Plan, name: str, draw: Random) -> Broken:
    """The rows of a table as a broken file; ``name`` is the end of the file's name, without its dot."""
    heading = _heading(pool, table, draw)
    kinds = _kinds(plan, len(rows), draw)
    cells = [broken_row(row, kind, draw, pool.planted) for row, kind in zip(rows, kinds, strict=True)]
    stem = f"{draw.choice((table, words(table)[0][0]))}-{name}"
    writer = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[plan.form]
    data, ending, n, faults = writer(heading, cells, kinds, plan, draw, pool.planted)
    kept = tuple(faults) if plan.fault == ROWS_ONLY else ()
    return Broken(table, f"{stem}.{ending}", data, f"{plan.form}: {plan.fault}", n, kept, len(kinds) - kinds.count(""))


def _heading(pool: Pool, table: str, draw: Random) -> list[str]:
    """The columns in English, or each in one of its Chinese names."""
    named = words(table)[1]
    if draw.random() < 0.5:
        return list(pool.columns[table])
    return [draw.choice(named.get(column, [column])) for column in pool.columns[table]]


def _kinds(plan: Plan, n: int, draw: Random) -> list[str]:
    """A fault for each row, or none (an empty text)."""
    known = [*CELLS, SWAPPED, IDENTITY, *(LINES if plan.form == "csv" and not plan.plain else ())]
    listed = PLAIN if plan.plain else known
    return [draw.choice(listed) if draw.random() < plan.share else "" for _ in range(n)]


def _csv(heading, cells, kinds, plan, draw, planted):
    plain = plan.plain or draw.random() < PLAIN_SHARE
    coding = "utf-8" if plain else draw.choice(CODINGS)
    end = draw.choice(ENDS[:3]) if plain else draw.choice(ENDS)
    body = "utf-8" if coding == "utf-8-sig" else coding
    lines, faults = [",".join(heading).encode(coding, errors="replace")], []
    for row, kind in zip(cells, kinds, strict=True):
        if plan.plain:
            row = [c.replace(",", ";").replace('"', "'") for c in row]  # noqa: PLW2901
        made = csv_lines(row, kind, draw, body)
        lines += made
        faults += [kind if line else None for line in made]
    if plan.fault == ROWS_ONLY:
        data, ending = end.join(lines) + draw.choice((b"", end)), "csv"
    else:
        data, ending = CSV_FAULTS[plan.fault](lines, end, draw, planted)
    return data, ending, counted(data), faults


def counted(data: bytes) -> int:
    """Rows of a CSV file: lines below the first that are not empty."""
    return sum(1 for line in data.splitlines()[1:] if line)


def _xlsx(heading, cells, kinds, plan, draw, planted):
    n = sum(any(c.strip() for c in row) for row in cells)
    data, ending, same = book_bytes(heading, cells, plan.fault, draw, planted)
    held = [kind if any(c.strip() for c in row) else None for kind, row in zip(kinds, cells, strict=True)]
    return data, ending, n if same else None, held


def _parquet(heading, cells, kinds, plan, draw, planted):
    data, ending, same = parquet_bytes(heading, cells, plan.fault, draw, planted)
    return data, ending, len(cells) if same else None, kinds
