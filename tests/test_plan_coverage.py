"""``docs/plan_coverage.md``: every task of the plan has a row, and every row names what there is."""

import re
from pathlib import Path

import pytest

from credit_score.cli import _parser
from credit_score.policy import load_policy

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (ROOT / "docs" / "plan_coverage.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


def commands():
    """The names of the commands, those of commands within commands with the one above them."""
    (top,) = (a for a in _parser()._actions if hasattr(a, "choices") and isinstance(a.choices, dict))
    return set(top.choices)


def test_every_task_of_the_plan_has_a_row():
    tasks = [task.number for task in load_policy("gaoyang").model.pilot.tasks]
    assert [int(row[0]) for row in ROWS] == [number for number in tasks if number]  # 0 are the safeguards


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_is_there(row):
    named = re.findall(r"`credit-score ([\w-]+)", row[3])
    books = re.findall(r"`(\w+)`", row[4])
    assert named
    assert set(named) <= commands()
    assert books
    assert [book for book in books if not (ROOT / "notebooks" / f"{book}.ipynb").is_file()] == []
