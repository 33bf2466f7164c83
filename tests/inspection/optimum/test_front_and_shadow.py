import numpy as np
import pytest

from credit_score.errors import PolicyError
from credit_score.inspection import WhatIfCube
from credit_score.inspection.optimum import gains, optimal_schedule, pareto_front, shadow_prices, told

CUT = [90, 70, 50]


def test_the_front_falls_and_is_convex(cube_a1):
    front = pareto_front(cube_a1, n=20, cutoffs=CUT, min_ratio=0.01, deterrence=6)
    missed = np.diff(front["undetected"])
    assert len(front) == 20
    assert (missed < 0).all()
    assert (np.diff(missed) > -1e-6).all()
    assert front["days"].to_numpy() == pytest.approx(front["budget"].to_numpy())
    assert front["days"].iloc[0] == pytest.approx(1200)


def test_free_cut_offs_are_never_worse_than_given_ones(county):
    cube = county(30, seed=2)
    free, given = pareto_front(cube, n=8, n_tiers=3), pareto_front(cube, n=8, cutoffs=[20, 10])
    assert (free["value"] <= given["value"] + 1e-6).all()
    assert (free["gap"] == 0).all()


def test_budgets_may_be_given(cube_a1):
    front = pareto_front(cube_a1, budgets=[1500, 9000], cutoffs=CUT, min_ratio=0.01)
    assert front["budget"].tolist() == [1500, 9000]


@pytest.mark.parametrize(("asked", "least"), [
    ({"cutoffs": [4], "min_ratio": [0, 0.5]}, 37.5), ({"cutoffs": [3, 3], "floor": 10}, 20.0),
    ({"cutoffs": [2], "floor": 10, "deterrence": 3}, 20.0), ({"n_tiers": 2, "min_ratio": [0, 0.5]}, 12.5),
    ({"n_tiers": 3, "floor": 10}, 30.0), ({"n_tiers": 1}, 0.0),
])  # fmt: skip
def test_the_front_begins_at_the_least_days_that_its_own_tiers_need(asked, least):
    quarters = WhatIfCube.build([1, 2, 3, 4] * 25, [0.3] * 100, np.zeros(100, int), 1.0)
    front = pareto_front(quarters, n=3, **asked)
    assert front["budget"].tolist() == pytest.approx([least, (least + 100) / 2, 100])


@pytest.mark.parametrize(("asked", "what"), [
    ({"n": 1}, "a front of 1 points"), ({"budget": 5}, "a budget for each"),
    ({"objective": "burden"}, "a budget for each"), ({"flor": 1}, "no argument flor"),
    ({"floor": 50_000}, "no 4 tiers keep the shares and floors"),
])  # fmt: skip
def test_a_front_that_makes_no_sense_is_refused(cube_a1, asked, what):
    with pytest.raises(PolicyError, match=what):
        pareto_front(cube_a1, **asked)


@pytest.fixture(scope="module")
def best(cube_a1):
    return optimal_schedule(
        cube_a1, budget=9000, objective="violations", cutoffs=CUT, deterrence=6, min_ratio=0.01, max_ratio=0.15
    )  # fmt: skip


def test_the_price_of_a_bound_is_what_one_visit_more_or_less_changes(cube_a1, best):
    listed = {row.constraint: row.price for row in shadow_prices(best)}
    assert list(listed) == ["max_ratio", "budget", "min_ratio"]
    lower = np.array([0.01 - 1 / 40_000, 0.01, 0.01, 0.01])
    upper = np.array([0.15, 0.15, 0.15, 0.15 + 1 / 10_000])
    for name, change in (("min_ratio", {"min_ratio": lower}), ("max_ratio", {"max_ratio": upper})):
        again = optimal_schedule(cube_a1, **{
            "budget": 9000, "objective": "violations", "cutoffs": CUT, "deterrence": 6, "min_ratio": 0.01,
            "max_ratio": 0.15} | change)  # fmt: skip
        assert best.value - again.value == pytest.approx(listed[name], rel=2e-3)


def test_what_an_inspector_more_gains_is_found_anew(cube_a1, best):
    (found,) = gains(best, 93.0)
    again = optimal_schedule(
        cube_a1, budget=9093, objective="violations", cutoffs=CUT, deterrence=6, min_ratio=0.01, max_ratio=0.15
    )  # fmt: skip
    assert found.gain == pytest.approx(best.value - again.value)
    assert found.gain < 93 * best.prices[0]


def test_days_more_of_a_department_that_is_not_there_are_refused(best):
    with pytest.raises(PolicyError, match="no department 'navy'; there are 0"):
        gains(best, {0: 5.0, "navy": 5.0})


def test_days_more_are_refused_where_a_risk_is_the_limit(cube_a1):
    least = optimal_schedule(cube_a1, objective="burden", risk=6000, cutoffs=CUT)
    with pytest.raises(PolicyError, match="more days for a schedule that a risk limits"):
        gains(least, 10.0)


def test_the_answer_is_told_in_both_languages(best):
    tiers = tuple("ABCD")
    english, chinese = (told(best, lang, tiers=tiers, inspector_days=93) for lang in ("en", "zh"))
    least = "prevent 0.085 violations"
    assert english == [
        "3,748.6 violations a year; no schedule within the constraints does better, which is proved.",
        "One more inspector in all departments together (93 days a year) would prevent 18 violations.",
        "Above the upper bound of tier D in 0 (ratio 0.15), one visit more would prevent 0.21 violations.",
        f"Under the lower bound of tier A in 0 (ratio 0.01), the days of one visit fewer would {least} elsewhere.",
    ]
    assert len(chinese) == len(english)
    assert chinese[1] == "各部门合计每多一名检查人员（每年 93 天），可减少 18 件违法。"


def test_a_department_is_called_by_its_name(county):
    cube = county(30, 2)
    best = optimal_schedule(cube, budget=[50, 100], cutoffs=[15], objective="detections")
    lines = told(best, "en", tiers=("A", "B"), names={0: "Health", 1: "Fire"})
    assert any(line.startswith("10 more days in Health would find") for line in lines)
    assert any(line.startswith("10 more days in Fire would find") for line in lines)


def test_the_price_of_a_risk_is_told_in_visits(cube_a1):
    least = optimal_schedule(cube_a1, objective="burden", risk=6000, cutoffs=CUT)
    assert [row.constraint for row in shadow_prices(least)] == ["risk"]
    assert "Allowing one more violation to go undetected would save 5 visits." in told(least, "en", tiers=tuple("ABCD"))
