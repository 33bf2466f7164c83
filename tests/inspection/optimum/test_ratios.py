"""Ratios for given cut-offs, held to the closed forms and to other people's optimisers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from scipy.special import lambertw

from credit_score.errors import FitError, PolicyError
from credit_score.inspection.optimum import Bounds, kernels, optimal_schedule

CUT = [90, 70, 50]
V, COSTS, D, BETA = np.array([800.0, 1500, 2000, 2500]), np.array([40e3, 30e3, 30e3, 20e3]), 0.8, 6.0


@pytest.mark.parametrize(("floor", "found"), [(0.0, 900.0), (0.01, 834.4), (0.02, 768.8)])
def test_most_detections_are_those_of_the_linear_program(cube_a1, floor, found):
    best = optimal_schedule(cube_a1, budget=9000, objective="detections", cutoffs=CUT, min_ratio=floor)
    linear = linprog(-V * D, A_ub=[COSTS], b_ub=[9000], bounds=[(floor, 1)] * 4)
    assert best.value == pytest.approx(found, abs=1e-6)
    assert -linear.fun == pytest.approx(found)
    assert best.prices == pytest.approx([0.1])
    assert best.gap == 0
    assert best.kpi.days == pytest.approx([9000])


def test_least_violations_under_deterrence_are_those_of_the_closed_form(cube_a1):
    best = optimal_schedule(
        cube_a1, budget=9000, objective="violations", cutoffs=CUT, min_ratio=0.01, deterrence=BETA
    )  # fmt: skip
    assert best.ratios.ravel() == pytest.approx([0.01, 0.051341, 0.099288, 0.204056], abs=5e-7)
    assert best.prices == pytest.approx([0.22046433], abs=5e-9)
    assert best.value == pytest.approx(3692.936, abs=5e-4)
    closed = np.log(BETA * V / (best.prices[0] * COSTS)) / BETA
    assert best.ratios.ravel()[1:] == pytest.approx(closed[1:], abs=1e-12)
    check_kkt(V * BETA * np.exp(-BETA * best.ratios.ravel()), best, low=0.01)


def test_least_undetected_under_deterrence_is_lamberts(cube_a1):
    best = optimal_schedule(
        cube_a1, budget=9000, objective="undetected", cutoffs=CUT, min_ratio=0.01, deterrence=BETA
    )  # fmt: skip
    assert best.ratios.ravel() == pytest.approx([0.01, 0.057701, 0.100336, 0.192945], abs=5e-7)
    assert best.value == pytest.approx(3431.233345, abs=5e-7)
    top = (BETA + D) / D
    closed = (top - lambertw(best.prices[0] * COSTS / (V * D) * np.exp(top)).real) / BETA
    assert best.ratios.ravel()[1:] == pytest.approx(closed[1:], abs=1e-12)
    r = best.ratios.ravel()
    check_kkt(V * np.exp(-BETA * r) * (BETA * (1 - D * r) + D), best, low=0.01)


def check_kkt(steep, best, *, low, high=1.0):
    """Slope = price × cost inside the bounds, below it at the lower, above it at the upper; the budget is spent."""
    r, price = best.ratios.ravel(), best.prices[0]
    excess = (steep - price * COSTS) / (price * COSTS)
    assert np.abs(excess[(r > low) & (r < high)]).max() < 1e-8
    assert (excess[r == low] <= 1e-8).all()
    assert (excess[r == high] >= -1e-8).all()
    assert r @ COSTS == pytest.approx(9000, rel=1e-10)


def test_deterrence_beats_the_greedy_uniform_and_no_schedule_of_the_oracle(cube_a1):
    def violations(ratios):
        return (V * np.exp(-BETA * np.asarray(ratios))).sum()

    greedy = optimal_schedule(cube_a1, budget=9000, objective="detections", cutoffs=CUT, min_ratio=0.01)
    assert violations(greedy.ratios.ravel()) == pytest.approx(4276.4, abs=0.05)
    assert violations([9000 / COSTS.sum()] * 4) == pytest.approx(4335.9, abs=0.05)
    assert violations([0] * 4) == 6800


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from(["violations", "undetected"]), st.floats(0.5, 12), st.floats(0.05, 0.95))
def test_the_convex_schedules_are_those_of_slsqp(seed, objective, beta, part):
    random = np.random.default_rng(seed)
    v, c, d = random.uniform(1, 100, 5), random.uniform(1, 50, 5), random.uniform(0.3, 1, 5)
    low = random.uniform(0, 0.1, 5)
    budget = float((c * (low + part * (1 - low))).sum())
    cells, ratios = np.array([v, c, d, low, np.ones(5)]), np.empty(5)
    kind = kernels.VIOLATIONS if objective == "violations" else kernels.UNDETECTED
    kernels.fill(kind, beta, cells, budget, kernels.BUDGET, ratios)

    def lost(r):
        return (v * np.exp(-beta * r) * (1 if objective == "violations" else 1 - d * r)).sum()

    other = minimize(
        lost, low + part * (1 - low), bounds=list(zip(low, np.ones(5), strict=True)), method="SLSQP", tol=1e-12,
        constraints={"type": "ineq", "fun": lambda r: budget - c @ r}, options={"maxiter": 500},
    )  # fmt: skip
    assert lost(ratios) <= other.fun * (1 + 1e-6)  # it overspends a little
    assert c @ ratios <= budget * (1 + 1e-9)
    assert other.fun == pytest.approx(lost(ratios), rel=1e-4)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.0, 1.0))
def test_the_linear_schedule_is_that_of_the_linear_program(seed, part):
    random = np.random.default_rng(seed)
    v, c, d = random.uniform(0, 100, 6), random.uniform(0.5, 50, 6), random.uniform(0, 1, 6)
    low, high = random.uniform(0, 0.2, 6), random.uniform(0.3, 1, 6)
    budget = float((c * low).sum() + part * (c * (high - low)).sum())
    ratios = np.empty(6)
    kernels.fill(kernels.MISSED, 0.0, np.array([v, c, d, low, high]), budget, kernels.BUDGET, ratios)
    other = linprog(-v * d, A_ub=[c], b_ub=[budget], bounds=list(zip(low, high, strict=True)))
    assert (v * d) @ ratios == pytest.approx(-other.fun, rel=1e-9)
    assert c @ ratios <= budget * (1 + 1e-9)


@pytest.mark.parametrize("deterrence", [0.0, 6.0])
def test_least_burden_for_a_risk_leaves_just_that_risk(cube_a1, deterrence):
    least = optimal_schedule(cube_a1, objective="burden", risk=5000, cutoffs=CUT, deterrence=deterrence, min_ratio=0.01)
    missed = least.table["undetected"].sum()
    assert missed == pytest.approx(5000, rel=1e-9)
    assert least.value == pytest.approx(least.kpi.inspections.sum())
    fewer = optimal_schedule(cube_a1, objective="burden", risk=5100, cutoffs=CUT, deterrence=deterrence, min_ratio=0.01)
    assert fewer.value < least.value
    assert least.value - fewer.value == pytest.approx(100 * least.prices[0], rel=0.1)


def test_each_department_spends_its_own_budget(county):
    cube = county(30, 3)
    budgets = [100.0, 50.0, 400.0]
    best = optimal_schedule(cube, budget=budgets, cutoffs=[20, 10], deterrence=4, objective="violations")
    assert best.kpi.days == pytest.approx(budgets)
    alone = [
        optimal_schedule(cube, budget={0: 100.0, 1: 50.0, 2: 400.0}, cutoffs=[20, 10], deterrence=4).ratios[:, d]
        for d in range(3)
    ]
    assert len(alone) == 3
    pooled = optimal_schedule(cube, budget=550, cutoffs=[20, 10], deterrence=4, objective="violations")
    assert pooled.value <= best.value


def test_more_than_enough_days_visit_everyone_whom_a_visit_could_find(cube_a1):
    best = optimal_schedule(cube_a1, budget=1e9, cutoffs=CUT, max_ratio=[0.5, 1, 1, 1])
    assert best.ratios.ravel() == pytest.approx([0.5, 1, 1, 1])
    assert best.prices == pytest.approx([0])


REFUSED = [
    ({"budget": 100, "min_ratio": 0.01, "cutoffs": CUT}, "need more than the budget: 100 days, where 1,200 are needed"),
    ({"budget": 100, "min_ratio": 0.01}, "where 1,200 are needed"),
    ({"objective": "burden", "risk": 10, "cutoffs": CUT, "max_ratio": 0.5}, "4,080 is the least within max_ratio"),
    ({"objective": "burden", "risk": 10, "max_ratio": 0.5}, "allow a risk of 4,080 or more"),
    ({"objective": "burden"}, "risk is None"),
    ({"budget": 9, "min_ratio": 0.5, "max_ratio": 0.2}, "min_ratio 0.5 of tier 0 is above its max_ratio 0.2"),
    ({"budget": -1}, "budget is -1"),
    ({"budget": [1, 2]}, r"budget of shape \(2,\) for 1 departments"),
    ({"budget": {}}, "no budget of department 0"),
    ({"budget": 9, "max_ratio": 1.2}, "max_ratio 1.2, 1.2, 1.2, 1.2 cannot be"),
    ({"budget": 9, "floor": -1}, "floor -1, -1, -1, -1 cannot be"),
    ({"budget": 9, "min_ratio": [0.1, 0.2]}, r"min_ratio of shape \(2,\) for 4 tiers and 1 departments"),
    ({"budget": 9, "floor": 50_000, "cutoffs": CUT}, "a floor of 50000 firms of tier 0 in department 0, which has 4"),
    ({"budget": 9, "floor": 90, "max_ratio": 0.001, "cutoffs": CUT}, "max_ratio 0.001 lets 40 be drawn"),
    ({"budget": 9, "floor": 50_000}, "no 4 tiers keep the shares and floors"),
    ({"budget": 9, "min_share": 0.4}, "no 4 tiers keep the shares and floors"),
    ({"budget": 9, "min_share": 0.4, "max_share": 0.2}, "shares of 0.4 to 0.2"),
    ({"budget": 9, "objective": "violations"}, "without deterrence no schedule changes violations"),
    ({"budget": 9, "objective": "detections", "deterrence": 1}, "most detections is no aim where visits deter"),
    ({"budget": 9, "objective": "fame"}, "objective 'fame'; use one of detections, undetected"),
    ({"budget": 9, "deterrence": -1}, "deterrence -1"),
    ({"budget": 9, "n_tiers": 5}, "5 tiers of 4 score bins"),
    ({"budget": 9, "cutoffs": [70, 90, 50]}, "do not descend"),
    ({}, "no budget"),
    ({"budget": 9, "bounds": Bounds(max_ratio=0.5), "min_ratio": 0.1}, "bounds, and beside them min_ratio; give all"),
    ({"budget": 9, "bounds": Bounds(), "min_ration": 0.1}, "no argument min_ration; name bounds min_ratio, max_ratio"),
    ({"budget": 9, "flor": 0.1}, "^no argument flor; name bounds min_ratio, max_ratio, floor, min_share, max_share$"),
    ({"budget": 9, "objective": "burden", "risk": 6000}, "a budget for the objective 'burden'; leave it out"),
    ({"budget": 9, "risk": 6000}, "a risk for the objective 'undetected'; leave it out"),
    ({"budget": "x"}, "budget is 'x'"),
    ({"budget": {0: "x"}}, "a budget of kind list that is no number"),
    ({"objective": "burden", "risk": "x"}, "risk is 'x'"),
    ({"budget": 9, "deterrence": "x"}, "deterrence 'x'"),
    ({"budget": 9, "n_tiers": 4.0}, "4.0 tiers of 4 score bins; ask for a whole number from 1 to 4"),
    ({"budget": 9, "n_tiers": "x"}, "x tiers of 4 score bins"),
    ({"budget": 9, "cutoffs": ["x"]}, "a cut-off of kind list that is no number"),
    ({"budget": 9, "cutoffs": 70}, r"cut-offs of shape \(\)"),
    ({"budget": 9, "floor": "x"}, "a floor of kind str that is no number"),
    ({"budget": 9, "min_share": "x"}, "shares of x to 1"),
    ({"budget": {0: 9000, "zz": 100}}, "no department 'zz'; there are 0"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), REFUSED)
def test_what_cannot_be_is_refused_with_the_least_that_could(cube_a1, asked, told):
    with pytest.raises((PolicyError, FitError), match=told):
        optimal_schedule(cube_a1, **asked)


@pytest.mark.parametrize("asked", [
    {"budget": 1000, "min_ratio": 0.01}, {"budget": 1000, "min_ratio": 0.01, "deterrence": 2.0},
    {"objective": "burden", "risk": 2000, "max_ratio": 0.5},
    {"objective": "burden", "risk": 2000, "max_ratio": 0.5, "deterrence": 0.1},
])  # fmt: skip
def test_one_tier_is_refused_what_one_given_tier_is(cube_a1, asked):
    with pytest.raises(PolicyError) as given_tier:
        optimal_schedule(cube_a1, cutoffs=[], **asked)
    with pytest.raises(PolicyError) as sought:
        optimal_schedule(cube_a1, n_tiers=1, **asked)
    assert str(sought.value) == str(given_tier.value)


def test_a_department_without_inspectors_is_named_where_a_floor_asks_for_them(county):
    with pytest.raises(PolicyError, match=r"0 days of 1, where .* are needed"):
        optimal_schedule(county(30, 2), budget=[500, 0], cutoffs=[15], min_ratio=0.01)
