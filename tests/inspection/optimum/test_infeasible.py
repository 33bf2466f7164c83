"""What is told where nothing keeps the limits: the least that would, which works when it is given back."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.inspection import WhatIfCube
from credit_score.inspection.optimum import optimal_schedule

HALVES = ([1, 2, 3, 4] * 25, [0.3] * 100, ["a"] * 50 + ["b"] * 50, 1.0)


def refusal(cube, **asked):
    with pytest.raises(PolicyError) as refused:
        optimal_schedule(cube, **asked)
    return str(refused.value)


def numbers_told(text, after):
    return [float(n.replace(",", "")) for n in re.findall(rf"([\d.,e+]+) {after}", text)]


@pytest.mark.parametrize(("budget", "told"), [
    ({"a": 20, "b": 0}, "budget: 0 days of b, where 5 are needed;"),
    ({"a": 2, "b": 100}, "budget: 2 days of a, where 5 are needed;"),
    ({"a": 2, "b": 1}, "budget: 2 days of a, where 5 are needed, 1 days of b, where 5 are needed;"),
    (9, "budget: 9 days, where 10 are needed;"),
])  # fmt: skip
@pytest.mark.parametrize("tiers", [{"n_tiers": 1}, {"n_tiers": 2}, {"cutoffs": [3]}])
def test_each_budget_that_is_too_small_is_named_with_its_own_least(budget, told, tiers):
    assert told in refusal(WhatIfCube.build(*HALVES), budget=budget, min_ratio=0.1, **tiers)


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 12), st.integers(1, 4), st.integers(0, 10**6), st.sampled_from([0.0, 3.0]))
def test_the_least_days_told_are_enough_and_no_tiers_cost_less(county, n_bins, n_tiers, seed, deterrence):
    cube, random = county(n_bins, seed=seed, n=300), np.random.default_rng(seed)
    asked = {"min_ratio": random.uniform(0.01, 0.3, n_tiers), "floor": 3, "deterrence": deterrence}
    (least,) = numbers_told(refusal(cube, budget=1.0, n_tiers=n_tiers, **asked), "are needed")
    assert np.isfinite(optimal_schedule(cube, budget=least, n_tiers=n_tiers, **asked).value)
    firms, _, _, days = np.moveaxis(cube.prefix[:, 0], 1, 0)
    by_hand = []
    for inner in combinations(range(1, n_bins), n_tiers - 1):
        edges = [0, *inner, n_bins]
        ratio = np.maximum(asked["min_ratio"], 3 / np.diff(firms[edges]))
        by_hand.append((ratio * np.diff(days[edges])).sum() if (ratio <= 1).all() else np.inf)
    assert min(by_hand) * (1 - 1e-9) <= least <= min(by_hand) * (1 + 1e-5)


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 10), st.integers(1, 3), st.integers(0, 10**6), st.sampled_from(["sought", "given"]))
def test_the_days_told_of_each_department_are_enough(county, n_bins, n_tiers, seed, how):
    cube, random = county(n_bins, 3, seed=seed, n=400), np.random.default_rng(seed)
    asked = {"min_ratio": random.uniform(0.01, 0.3, (n_tiers, 3)), "floor": [0, 1, 2][:n_tiers]}
    asked |= {"cutoffs": cube.edges[: n_tiers - 1]} if how == "given" else {"n_tiers": n_tiers}
    budget = random.choice([0.5, 1e6], 3)
    if (budget == 1e6).all():
        budget[1] = 0
    text = refusal(cube, budget=budget, **asked)
    short = [int(d) for d in re.findall(r"days of (\d)", text)]
    budget[short] = numbers_told(text, "are needed")
    assert np.isfinite(optimal_schedule(cube, budget=budget, **asked).value)
    assert set(short) == set(np.flatnonzero(budget < 1e6))


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 10), st.integers(1, 3), st.integers(0, 10**6), st.sampled_from([0.0, 0.4]), st.booleans())
def test_the_least_risk_told_can_be_kept(county, n_bins, n_tiers, seed, deterrence, given_tiers):
    cube, random = county(n_bins, 2, seed=seed, n=400), np.random.default_rng(seed)
    asked = {"objective": "burden", "max_ratio": random.uniform(0.2, 0.9, n_tiers), "deterrence": deterrence}
    asked |= {"cutoffs": cube.edges[: n_tiers - 1]} if given_tiers else {"n_tiers": n_tiers}
    (least,) = numbers_told(refusal(cube, risk=1.0, **asked), "is the least")
    best = optimal_schedule(cube, risk=least, **asked)
    assert best.table["undetected"].sum() == pytest.approx(least, rel=1e-5)


@pytest.mark.parametrize("tiers", [{"n_tiers": 4}, {"cutoffs": [4, 3, 2]}])
@pytest.mark.parametrize("seed", range(8))
def test_nobody_need_go_undetected_where_a_visit_finds_everything(tiers, seed):
    chances = np.random.default_rng(seed).random(100)
    cube = WhatIfCube.build(HALVES[0], chances, *HALVES[2:])
    assert optimal_schedule(cube, objective="burden", risk=0, **tiers).value == pytest.approx(100)


@pytest.mark.parametrize("deterrence", [0.0, 2.0])
def test_a_visit_of_no_days_is_made_to_everybody_also_where_the_other_days_are_just_the_least(deterrence):
    cube = WhatIfCube.build(*HALVES[:3], {"a": 0.0, "b": 0.7})
    best = optimal_schedule(cube, budget=1.4, floor=1, cutoffs=[3], deterrence=deterrence)
    assert best.kpi.inspections == pytest.approx(best.kpi.firms * [1, 0] + [0, 1])
