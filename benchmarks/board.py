"""The board: figures of a run beside their goals, as a table on the screen and in ``results.md``."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from cost import GIB, Cost

RESULTS = Path(__file__).parent / "results.md"
NOTHING = "–"


@dataclass(frozen=True)
class Figure:
    """One measured figure: of what, against which yardstick, how much, and the goal it is held to.

    ``cost`` and ``beside`` are what the job and its yardstick cost in processes of their own.
    """

    job: str
    yardstick: str
    value: str
    goal: str = NOTHING
    met: bool | None = None
    cost: Cost | None = field(default=None, kw_only=True)
    beside: Cost | None = field(default=None, kw_only=True)

    def row(self) -> str:
        """The figure as a row of a table; a missed goal says so."""
        verdict = {True: "met", False: "**missed**", None: NOTHING}[self.met]
        costs = (cost.told() if cost else NOTHING for cost in (self.cost, self.beside))
        return f"| {' | '.join((self.job, self.yardstick, self.value, *costs, self.goal, verdict))} |"


def times(theirs: Cost, ours: Cost) -> float:
    """How many times the CPU seconds of ours the yardstick took."""
    return theirs.cpu / ours.cpu


def where() -> str:
    """Date, commit, and the machine in general terms."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}, commit {commit.stdout.strip() or 'unknown'}, Python {platform.python_version()}, {platform.system()}, "
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}"
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", told.read_text(encoding="utf-8")) if told.exists() else None
    return named[1].strip() if named else platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return "memory unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / GIB:.0f} GiB"


def versions(figures: Iterable[Figure], own: Iterable[str]) -> str:
    """Libraries of both sides with their versions: ``own`` as they are here, the yardsticks' as their runs told."""
    told = [f.beside.versions for f in figures if f.beside]
    here = {name: metadata.version(name) for name in own}
    theirs = {name: number for side in told for name, number in side.items()}
    sides = (("Ours", here), ("Yardsticks", theirs))
    return ". ".join(
        f"{side}: " + ", ".join(f"{name} {number}" for name, number in sorted(found.items()))
        for side, found in sides
        if found
    )


def write(section: str, figures: Iterable[Figure], *, own: Iterable[str] = (), path: Path = RESULTS) -> None:
    """Put a section's figures on the board in place of its last ones, with the versions of our ``own`` libraries."""
    figures = list(figures)
    heads = "\n".join(p for p in (where(), versions(figures, own)) if p)
    table = "\n".join([*_HEADS, *(figure.row() for figure in figures)])
    text = f"## {section}\n\n{heads}\n\n{table}\n"
    print(text)
    board = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    pattern = re.compile(rf"## {re.escape(section)}\n.*?(?=\n## |\Z)", re.DOTALL)
    board = pattern.sub(lambda _: text, board) if pattern.search(board) else f"{board.rstrip()}\n\n{text}"
    path.write_text(board, encoding="utf-8")


_HEADS = (
    "| job | yardstick | figure | CPU, wall, peak | those of the yardstick | goal | |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)
_HEAD = """# Measured

Ratios of one run on one machine (`python -m nox -s bench`), never timed tests. Wins and misses both stay on the board.
"""
