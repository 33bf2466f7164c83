"""Youth demonstration households by quarter and by town, without small counts."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.pilot.youth import quarter_ends, youth_table

NEVER = None


def told(run, named):
    """The table of youth of (households of a village, named on, ended on)."""
    register = run.records["households"].execute().sort_values(["village", "household_id"])
    rows = []
    for village, n, since, until in named:
        own = register.loc[register["village"] == village, "household_id"].iloc[:n]
        rows += [{"household_id": h, "named_on": since, "ended_on": until} for h in own]
    schema = {"household_id": "string", "named_on": "date", "ended_on": "date"}
    table = ibis.memtable(pd.DataFrame(rows, columns=list(schema)), schema=schema)
    files = pd.DataFrame({"table": ["youth_households"]})
    records = replace(run.records, tables=run.records.tables | {"youth_households": table}, files=files)
    return youth_table(replace(run.standing, records=records))["youth"]


def test_the_county_is_told_by_quarter_and_its_towns_on_the_day(villages_run):
    table = told(villages_run, [
        ("east-1", 20, date(2022, 4, 1), NEVER), ("north-1", 15, date(2023, 1, 1), NEVER),
        ("north-2", 12, date(2022, 6, 30), date(2023, 3, 31)), ("south-1", 11, date(2023, 6, 30), NEVER),
        ("east-2", 30, date(2023, 7, 1), NEVER),
    ])  # fmt: skip
    county = table[table["town"] == ""].set_index("until")["households"]
    assert county.dropna().to_dict() == {
        date(2022, 6, 30): 32, date(2022, 9, 30): 32, date(2022, 12, 31): 32, date(2023, 3, 31): 35,
        date(2023, 6, 30): 46,
    }  # fmt: skip
    assert county.isna().sum() == 4
    by_town = table[table["town"] != ""]
    assert by_town.set_index("town")["households"].to_dict() == {"east": 20, "north": 15, "south": 11}
    assert set(by_town["until"]) == {date(2023, 6, 30)}


def test_a_small_count_is_not_told_nor_one_that_would_give_it_away(villages_run):
    table = told(villages_run, [("east-1", 30, date(2022, 1, 1), NEVER), ("north-1", 40, date(2022, 1, 1), NEVER)])
    by_town = table[table["town"] != ""].set_index("town")["households"]
    assert by_town.dropna().to_dict() == {"north": 40}  # of south, which has none, east would tell
    few = told(villages_run, [("east-1", 9, date(2022, 1, 1), NEVER)])
    assert few["households"].isna().all()


def test_no_file_is_no_table_and_no_household_is_in_one(villages_run):
    assert youth_table(villages_run.standing) == {}
    table = told(villages_run, [("east-1", 30, date(2022, 1, 1), NEVER)])
    assert list(table) == ["until", "town", "households"]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_quarters_end_before_the_day_three_months_apart(day, n):
    ends = quarter_ends(day, n)
    assert len(ends) == n
    assert max(ends) < day
    assert (day - max(ends)).days <= 92
    assert {(e.month, e.day) for e in ends} <= {(3, 31), (6, 30), (9, 30), (12, 31)}
    assert all(88 < (b - a).days < 93 for a, b in pairwise(ends))


@pytest.mark.parametrize(
    ("day", "last"), [(date(2023, 6, 30), date(2023, 3, 31)), (date(2023, 7, 1), date(2023, 6, 30))]
)
def test_the_last_day_of_a_quarter_is_of_that_quarter(day, last):
    assert quarter_ends(day, 2)[-1] == last
