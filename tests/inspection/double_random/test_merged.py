from datetime import date, timedelta
from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.inspection.double_random import Visit, merged_calls, windows

DAY = date(2023, 7, 1)


def visit(department, begins, ends, subject="91", number=1):
    return Visit(department, subject, number, DAY + timedelta(days=begins), DAY + timedelta(days=ends), 1.0)


def test_windows_that_meet_are_one_call_and_those_that_do_not_are_two():
    calls = merged_calls([visit("fire", 0, 10), visit("health", 5, 20), visit("ecology", 15, 30)])
    assert [[v.department for v in c.visits] for c in calls] == [["fire", "health"], ["ecology"]]
    assert [c.n_saved for c in calls] == [1, 0]
    assert (calls[0].begins, calls[0].ends) == (DAY + timedelta(days=5), DAY + timedelta(days=10))


def test_firms_are_never_merged_and_a_department_comes_as_often_as_it_must():
    halves = windows(DAY, 2)
    twice = [Visit("fire", "91", i, a, b, 1.0) for i, (a, b) in enumerate(halves, start=1)]
    calls = merged_calls([*twice, visit("health", 0, 364), visit("health", 0, 364, subject="92")])
    assert [c.subject for c in calls] == ["91", "91", "92"]
    assert sum(c.n_saved for c in calls) == 1


@given(st.integers(0, 10**6), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_there_are_no_fewer_calls_than_by_trying_every_way(seed, n):
    random = np.random.default_rng(seed)
    begins = random.integers(0, 30, n)
    rows = [visit(f"d{i}", int(b), int(b + random.integers(0, 15))) for i, b in enumerate(begins)]
    calls = merged_calls(rows)
    assert sorted(v.department for c in calls for v in c.visits) == sorted(v.department for v in rows)
    assert all(c.begins <= c.ends for c in calls)
    assert len(calls) == fewest(rows)


def fewest(rows):
    """The fewest parts of windows that meet, over every way to part them."""
    best = len(rows)
    for way in product(range(len(rows)), repeat=len(rows)):
        parts = [[rows[i] for i in range(len(rows)) if way[i] == p] for p in set(way)]
        if all(max(v.begins for v in part) <= min(v.ends for v in part) for part in parts):
            best = min(best, len(parts))
    return best


def test_the_year_is_parted_among_the_visits_to_a_firm():
    for frequency in (1, 2, 3, 4, 12):
        parts = windows(DAY, frequency)
        assert len(parts) == frequency
        assert parts[0][0] == DAY
        assert parts[-1][1] == DAY + timedelta(days=364)
        assert all(b + timedelta(days=1) == c for (_, b), (c, _) in pairwise(parts))
