"""The board: figures of a run beside their goals, as a table on the screen and in ``results.md``."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results.md"


@dataclass(frozen=True)
class Figure:
    """One measured figure: of what, against which yardstick, how much, and the goal it is held to."""

    job: str
    yardstick: str
    value: str
    goal: str
    met: bool | None = None

    def row(self) -> str:
        """The figure as a row of a table; a missed goal says so."""
        verdict = {True: "met", False: "**missed**", None: "–"}[self.met]
        return f"| {self.job} | {self.yardstick} | {self.value} | {self.goal} | {verdict} |"


def where() -> str:
    """Date, commit, and the machine in general terms."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    cores = os.cpu_count()
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, commit {commit.stdout.strip() or 'unknown'}, Python {platform.python_version()}, {cores} cores"


def write(section: str, figures: Iterable[Figure], *, path: Path = RESULTS) -> None:
    """Put a section's figures on the board in place of its last ones."""
    rows = [figure.row() for figure in figures]
    table = ["| job | yardstick | figure | goal | |", "| --- | --- | --- | --- | --- |", *rows]
    text = f"## {section}\n\n{where()}\n\n" + "\n".join(table) + "\n"
    print(text)
    board = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    pattern = re.compile(rf"## {re.escape(section)}\n.*?(?=\n## |\Z)", re.DOTALL)
    board = pattern.sub(lambda _: text, board) if pattern.search(board) else f"{board.rstrip()}\n\n{text}"
    path.write_text(board, encoding="utf-8")


_HEAD = """# Measured

Ratios of one run on one machine (`python -m nox -s bench`), never timed tests. Wins and misses both stay on the board.
"""
