"""Clocks counted by unit, and the ones that still run."""

from datetime import date

import pandas as pd

from credit_score.records.duties.clocks import COLUMNS
from credit_score.records.duties.running import clock_counts, running_clocks

DUE = date(2023, 6, 26)


def clocks(*rows):
    """Rows as (record, unit, days used, late, open), of one clock of seven days."""
    told = [
        {"clock": "c", "record_id": r, "unit": unit, "started_on": date(2023, 6, 15), "due_on": DUE, "ended_on": None,
         "days_used": used, "limit": 7, "late": late, "open": is_open}
        for r, unit, used, late, is_open in rows
    ]  # fmt: skip
    return pd.DataFrame(told, columns=list(COLUMNS)).astype({"late": bool, "open": bool})


def test_clocks_are_counted_by_unit():
    counted = clock_counts(clocks(
        ("a", "tax", 3, False, False), ("b", "tax", 9, True, False), ("c", "tax", 9, True, True),
        ("d", "court", 2, False, True),
    ))  # fmt: skip
    assert counted.to_numpy().tolist() == [["c", "court", 1, 0, 0, 1], ["c", "tax", 3, 1, 2, 1]]


def test_those_that_run_have_their_days_left_and_the_late_ones_come_first():
    running = running_clocks(clocks(
        ("a", "tax", 3, False, False), ("b", "tax", 2, False, True), ("c", "tax", 9, True, True),
        ("d", "tax", 7, True, True), ("e", "tax", 7, False, True),
    ))  # fmt: skip
    assert running[["record_id", "days_left"]].to_numpy().tolist() == [["c", 0], ["d", 0], ["b", 5], ["e", 0]]


def test_a_county_without_clocks_has_no_rows():
    assert clock_counts(clocks()).empty
    assert running_clocks(clocks()).empty
