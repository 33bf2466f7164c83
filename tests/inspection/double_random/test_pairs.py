from collections import Counter, defaultdict
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from credit_score.errors import RecordsError
from credit_score.inspection.double_random import Inspector, Visit, drawn_pairs
from credit_score.records.duties.calendar import working_calendar

FIRST, LAST = date(2023, 7, 1), date(2024, 6, 30)


def staff(n=6, department="fire", **more):
    return [Inspector(f"I-{i}", department, **more) for i in range(n)]


def visits(n=40, department="fire", days=1.0):
    return [Visit(department, f"91{i:04d}", 1, FIRST, LAST, days) for i in range(n)]


def loads(pairs):
    days = defaultdict(float)
    for visit, pair in pairs.items():
        for inspector in pair:
            days[inspector] += visit.days / 2
    return days


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_rows_may_stand_in_any_order(seed, random):
    rows, people = visits(25), staff()
    first = drawn_pairs(rows, people, seed=str(seed))
    random.shuffle(rows)
    random.shuffle(people)
    assert drawn_pairs(rows, people, seed=str(seed)) == first


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_pair_is_two_of_the_department_and_recused_ones_never_meet(seed):
    random = np.random.default_rng(seed)
    rows = visits(30) + visits(10, "health")
    people = staff() + [Inspector(f"H-{i}", "health") for i in range(4)]
    recused = [(f"I-{random.integers(0, 6)}", f"91{random.integers(0, 30):04d}") for _ in range(20)]
    of = {i.number: i.department for i in people}
    for visit, pair in drawn_pairs(rows, people, recused, seed=str(seed)).items():
        assert len(set(pair)) == 2
        assert {of[i] for i in pair} == {visit.department}
        assert not {(i, visit.subject) for i in pair} & set(recused)


@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_days_stay_within_two_of_the_longest_visits(seed, n_inspectors, n_visits):
    random = np.random.default_rng(seed)
    rows = [
        Visit("fire", f"91{i:04d}", 1, FIRST, LAST, float(random.choice([0.5, 1.0, 1.5, 2.0]))) for i in range(n_visits)
    ]
    people = staff(n_inspectors)
    found = loads(drawn_pairs(rows, people, seed=str(seed)))
    days = [found[i.number] for i in people]
    assert max(days) - min(days) <= max(v.days for v in rows)


@pytest.mark.thorough
def test_every_pair_is_as_likely_as_any_other():
    row, people = visits(1), staff(5)
    counts = Counter(tuple(sorted(drawn_pairs(row, people, seed=str(s))[row[0]])) for s in range(4_000))
    every = [counts[tuple(p)] for p in combinations([i.number for i in people], 2)]
    assert chisquare(every).pvalue > 1e-3


def test_late_visits_are_paired_at_random_too():
    """Though days are balanced, who makes the last of many visits stays open: no pair is sure, and none is shut out."""
    rows, people = visits(12), staff(4)
    last = [drawn_pairs(rows, people, seed=str(s))[rows[0]] for s in range(600)]
    counts = Counter(tuple(sorted(p)) for p in last)
    assert len(counts) == 6
    assert max(counts.values()) < 2 * min(counts.values())


def test_skills_and_leave_are_kept():
    wanted = Visit("fire", "910001", 1, date(2023, 8, 1), date(2023, 8, 31), 1.0, skill="minimum.food")
    people = [
        Inspector("I-1", "fire", frozenset({"minimum.food"})), Inspector("I-2", "fire"),
        Inspector("I-3", "fire", frozenset({"boilers"})),
        Inspector("I-4", "fire", leave=((date(2023, 7, 20), date(2023, 9, 3)),)),
        Inspector("I-5", "fire", leave=((date(2023, 7, 20), date(2023, 8, 20)),)),
    ]  # fmt: skip
    seen = {i for s in range(60) for i in drawn_pairs([wanted], people, seed=str(s))[wanted]}
    assert seen == {"I-1", "I-2", "I-5"}


@pytest.mark.parametrize(("people", "recused", "told"), [
    ([], [], "0 inspectors; visits are made in pairs"),
    (staff(1), [], "1 inspectors; visits are made in pairs"),
    (staff(3, skills=frozenset({"boilers"})), [], "0 inspectors that are skilled and not on leave"),
    (staff(3, leave=((FIRST, LAST),)), [], "0 inspectors that are skilled and not on leave"),
    (staff(3), [("I-0", "910000"), ("I-1", "910000"), ("I-2", "910000")], "0 inspectors that are not recused, of 3"),
    (staff(3), [("I-0", "910000"), ("I-1", "910000")], "1 inspectors that are not recused, of 3"),
])  # fmt: skip
def test_a_visit_that_nobody_can_make_is_refused_and_why(people, recused, told):
    row = Visit("fire", "910000", 1, FIRST, LAST, 1.0, skill="minimum.food")
    with pytest.raises(RecordsError, match=told) as refused:
        drawn_pairs([row], people, recused, seed="s")
    assert "department fire, visit 1" in str(refused.value)
    assert "910000" not in str(refused.value)


def test_leave_in_two_parts_is_the_leave_of_one():
    """Away on each working day of the window, in parts that adjoin over a weekend."""
    friday, monday = date(2023, 9, 1), date(2023, 9, 4)
    china = working_calendar("cn")
    away = Inspector("I-away", "fire", leave=((friday, friday), (monday, monday)))
    short = [Visit("fire", f"91{i:04d}", 1, friday, monday, 1.0) for i in range(10)]
    pairs = drawn_pairs(short, [*staff(3), away], seed="s", calendar=china)
    assert "I-away" not in {i for pair in pairs.values() for i in pair}
    assert "I-away" in {i for pair in drawn_pairs(short, [*staff(3), away], seed="s").values() for i in pair}


def test_two_who_are_never_there_on_one_day_are_no_pair():
    middle = date(2023, 12, 31)
    early = Inspector("I-early", "fire", leave=((middle, LAST),))
    late = Inspector("I-late", "fire", leave=((FIRST, middle),))
    for pair in drawn_pairs(visits(), [*staff(2), early, late], seed="s").values():
        assert set(pair) != {"I-early", "I-late"}
    with pytest.raises(RecordsError, match="2 inspectors, never two on one day; move its window"):
        drawn_pairs(visits(1), [early, late], seed="s")


@pytest.mark.parametrize(("rows", "people", "told"), [
    (visits(1), [*staff(3), Inspector("I-0", "health")], "inspector I-0 stands twice"),
    (visits(1, days=float("nan")), staff(3), "nan inspector-days; give a number above 0"),
    (visits(1, days=-1.0), staff(3), "-1.0 inspector-days"),
])  # fmt: skip
def test_what_no_pair_can_be_of_is_refused(rows, people, told):
    with pytest.raises(RecordsError, match=told):
        drawn_pairs(rows, people, seed="s")
