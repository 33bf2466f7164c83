import numpy as np
import pytest

from credit_score.inspection import WhatIfCube, optimal_schedule
from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.matching import scaled
from credit_score.simulation.ranges import held
from credit_score.simulation.robust import regret, robust_schedule

N = np.array([40_000, 30_000, 20_000, 10_000])
P = np.array([0.02, 0.05, 0.10, 0.25])
DAYS = np.array([1.0, 1.0, 1.5, 2.0])
T = "ABCD"


def span(low, high):
    return {"value": (low + high) / 2, "low": low, "high": high}


def two(a, b):
    return {"A": {"ratio": a}, "B": {"ratio": b}}


def unknown_half():
    """Which of two tiers of 1,000 firms has more violations is not known."""
    chances = {"A": span(0.0, 0.2), "B": span(0.1, 0.3)}
    firms = {"name": "x", "firms": 2000, "start": {"A": 0.5, "B": 0.5}, "violating": chances}
    return Scenario(tiers=("A", "B"), periods=1, per_year=1, types=[firms], schedule=two(0.1, 0.1), sensitivity=0.5)


def lasting():
    """Firms that move and answer: visits differ from draw to draw."""
    firms = {
        "name": "x", "firms": 3000, "start": {"A": 0.8, "B": 0.2}, "onset": span(0.01, 0.08), "cure": 0.05,
        "violating": 0.1,
    }  # fmt: skip
    return Scenario(
        tiers=("A", "B"), periods=36, types=[firms], schedule=two(0.2, 0.8), sensitivity=span(0.5, 1.0),
        rating={"kind": "ladder"}, behaviour={"kind": "deterrence", "beta": span(0.5, 2.0)},
    )  # fmt: skip


SIDES = {"even": two(0.2, 0.2), "a": two(0.1, 0.0), "b": two(0.0, 0.7)}


def test_regret_is_what_a_better_schedule_would_have_saved_in_each_draw():
    found = regret(unknown_half(), SIDES, n_draws=200)
    a, b = (found.draws["even"][f"types.0.violating.{tier}"] for tier in "AB")
    left = np.stack([1000 * (a + b) - 400 * 0.5 * p for p in ((a + b) / 2, a, b)], axis=1)
    np.testing.assert_allclose(found.losses, left, rtol=1e-6)
    expected = left - left.min(axis=1, keepdims=True)
    np.testing.assert_allclose(found.regrets, expected, atol=1e-4)
    table = found.table().set_index("schedule")
    np.testing.assert_allclose(table["max_regret"], expected.max(axis=0), atol=1e-4)
    assert table.loc["b", "best_in"] == pytest.approx(0.875, abs=0.02)
    # b is wrong by at most 400 × .5 × .1; even by half of the .3 by which the tiers can differ; a by all of it.
    assert table.loc["b", "max_regret"] == pytest.approx(20, abs=3)
    assert (found.minimax, found.least_mean) == ("b", "b")
    assert table.loc["b", "chosen_in"] == 1


def test_even_visits_are_regretted_least_where_nothing_tells_the_tiers_apart():
    chances = {"A": span(0.0, 0.2), "B": span(0.0, 0.2)}
    types = [{"name": "x", "firms": 2000, "start": {"A": 0.5, "B": 0.5}, "violating": chances}]
    found = regret(unknown_half().altered(types=types), SIDES, n_draws=256)
    assert found.minimax == "even"
    assert found.table().set_index("schedule").loc["even", "max_regret"] == pytest.approx(20, abs=2)


@pytest.mark.parametrize("seed", range(3))
def test_regret_has_its_properties_at_equal_visits_in_every_draw(seed):
    found = regret(
        lasting(), {"one": two(0.2, 0.8), "two": two(0.4, 0.4), "three": two(0.05, 1.0)}, n_draws=16, seed=seed
    )
    assert (found.regrets >= 0).all()
    assert (found.regrets.min(axis=1) == 0).all()
    assert found.differs < 1e-6
    assert (found.factors[:, 0] == 1).all()
    table = found.table()
    assert (table["max_regret_low"] <= table["max_regret_high"]).all()
    assert (table["max_regret_high"] <= table["max_regret"] + 1e-9).all()
    assert (
        (table["mean_regret_low"] <= table["mean_regret"]) & (table["mean_regret"] <= table["mean_regret_high"])
    ).all()
    assert table["chosen_in"].sum() == pytest.approx(1)
    assert table.loc[table["minimax"], "max_regret"].item() == table["max_regret"].min()


def test_schedules_of_the_same_proportions_are_regretted_alike_and_the_first_is_the_choice():
    found = regret(lasting(), {"one": two(0.2, 0.3), "same": two(0.2 * 0.37, 0.3 * 0.37)}, n_draws=16)
    assert (found.regrets == 0).all()
    table = found.table().set_index("schedule")
    assert (table["best_in"] == 1).all()
    assert found.minimax == "one"
    assert table.loc["same", "factor"] == pytest.approx(1 / 0.37)
    assert table.loc["same", "factor_most"] == found.factors[:, 1].max()
    with pytest.raises(ScenarioError, match="level 2; give a share between 0 and 1"):
        found.table(level=2)


def test_a_draw_is_a_scenario_with_the_numbers_held_and_the_schedule_scaled():
    found = regret(lasting(), {"one": two(0.2, 0.8), "two": two(0.4, 0.4)}, n_draws=4, loss="violations")
    for v in range(4):
        values = {place: float(drawn[v]) for place, drawn in found.draws["two"].items()}
        world = scaled(held(found.scenarios["two"], values), found.factors[v, 1])
        alone = simulate(world, n_replications=0)
        assert alone.violating.sum("tier").mean().item() == pytest.approx(found.losses[v, 1], rel=1e-9)
        base = simulate(held(found.scenarios["one"], values), n_replications=0)
        assert alone.inspections.sum().item() == pytest.approx(base.inspections.sum().item(), rel=1e-6)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"loss": "detections"}, "loss: no loss 'detections'; losses are"),
        ({"n_draws": 1}, "draws 1"),
        ({"threads": 0}, "threads 0"),
        ({"tolerance": -1}, "tolerance -1"),
        ({"baseline": "c"}, "baseline: no schedule 'c'"),
    ],
)
def test_what_cannot_be_regretted_is_refused(more, match):
    with pytest.raises(ScenarioError, match=match):
        regret(unknown_half(), SIDES, **more)


def test_a_plan_that_cannot_be_carried_out_is_not_chosen_for_its_announcement():
    world = lasting().altered(rating={"kind": "fixed"}, departments=[{"name": "d", "capacity": 450}])
    honest, bluff = two(0.1, 0.4), two(0.3, 1.0)
    found = regret(world, {"honest": honest, "bluff": two(0.2, 0.8)}, n_draws=8)
    assert (found.minimax, found.flag, found.is_fair) == ("honest", "", True)
    np.testing.assert_allclose(found.factors[:, 1], 0.5, rtol=1e-9)
    np.testing.assert_allclose(found.carried, 450 / 480, rtol=1e-9)
    capped = world.altered(cap=1, departments=[{"name": "d"}], schedule=two(0.5, 0.5))
    over = regret(capped, {"half": two(0.5, 0.5), "over": bluff}, n_draws=8)
    assert (over.flag, over.is_fair) == ("plans_not_carried_out", False)
    table = over.table().set_index("schedule")
    assert table.loc["over", "carried"] == over.carried[:, 1].min() < 0.95
    assert table.loc["half", "carried"] == pytest.approx(1)


def test_what_is_no_scenario_and_no_cube_is_refused_in_one_line():
    with pytest.raises(ScenarioError, match=r"^scenario: '3' is no scenario; read one with Scenario\.read$"):
        regret(3, SIDES)
    with pytest.raises(ScenarioError, match=r"^cube: '3' is no cube; build one with WhatIfCube\.build$"):
        robust_schedule(3, county(span(0.0, 1.0)), budget=90.0, cutoffs=CUT)
    with pytest.raises(ScenarioError, match=r"^scenario: '3' is no scenario; read one with Scenario\.read$"):
        robust_schedule(cube(), 3, budget=90.0, cutoffs=CUT)


def test_without_a_range_there_is_nothing_to_regret():
    types = [{"name": "x", "firms": 2000, "start": {"A": 1}}]
    with pytest.raises(ScenarioError, match="no number of the scenario is a range"):
        regret(unknown_half().altered(types=types), SIDES)


def cube(department=0):
    score = np.repeat([90.0, 70.0, 50.0, 30.0], N // 100)
    told = np.full(len(score), department)
    return WhatIfCube.build(score, np.repeat(P, N // 100), told, np.repeat(DAYS, N // 100), sensitivity=0.8)


def county(beta, **more):
    """The population of oracle A1 at a hundredth, violations afresh each year, firms that answer as they may."""
    start = dict(zip(T, (0.4, 0.3, 0.2, 0.1), strict=True))
    firms = {"name": "x", "firms": 1000, "start": start, "violates": dict(zip(T, P.tolist(), strict=True))}
    behaviour = {"kind": "deterrence", "beta": beta}
    told = {
        "tiers": tuple(T), "periods": 1, "per_year": 1, "violations": "afresh", "types": [firms], "sensitivity": 0.8,
        "schedule": {t: {"ratio": 0.049} for t in T}, "behaviour": behaviour,
    }  # fmt: skip
    return Scenario(**(told | more))


CUT = (80.0, 60.0, 40.0)


def test_where_hardly_anybody_responds_the_optimum_without_response_is_recommended():
    found = robust_schedule(cube(), county(span(0.0, 0.01)), budget=90.0, cutoffs=CUT, n_draws=32)
    plan = found.scenarios[found.minimax].schedule
    np.testing.assert_allclose([plan[t].intensity for t in T], [0, 0, 0, 0.45], atol=1e-9)
    table = found.table().set_index("schedule")
    assert table.loc[found.minimax, "max_regret"] == 0
    assert table.loc["present", "mean_loss"] > table.loc[found.minimax, "mean_loss"]
    assert found.losses[:, found.names.index(found.minimax)].max() == pytest.approx(68 - 9, abs=0.1)


def test_candidates_have_the_same_inspector_days_as_the_cube_counts_them():
    """Tiers that do not move: what costs the budget costs it in every draw, however many visits it buys."""
    found = robust_schedule(cube(), county(span(0.0, 6.0)), budget=90.0, cutoffs=CUT, n_draws=8)
    mine = found.names[:-1]
    np.testing.assert_allclose(found.factors[:, : len(mine)], 1, rtol=1e-6)
    ratios = np.array([[found.scenarios[name].schedule[t].intensity for t in T] for name in mine])
    np.testing.assert_allclose(ratios @ (N / 100 * DAYS), 90, rtol=1e-6)
    assert np.ptp(ratios @ (N / 100)) > 5
    np.testing.assert_allclose(found.factors[:, -1], 90 / (0.049 * (N / 100) @ DAYS), rtol=1e-6)


@pytest.mark.parametrize(
    ("days", "match"),
    [(1.0, r"days of shape \(\); give tiers × departments, \(2, 1\)"), ([[1.0], [float("nan")]], "what is no number")],
)
def test_days_that_cannot_be_are_refused(days, match):
    with pytest.raises(ScenarioError, match=match):
        regret(unknown_half(), SIDES, n_draws=4, days=days)


def test_at_equal_inspector_days_dearer_visits_are_fewer():
    found = regret(unknown_half(), {"a": two(0.1, 0.0), "b": two(0.0, 0.1)}, n_draws=4, days=[[1.0], [2.5]])
    np.testing.assert_allclose(found.factors[:, 1], 0.4, rtol=1e-6)
    with pytest.raises(ScenarioError, match=r"b: it makes 400 inspector-days at most, not 1,000 in draw 1"):
        regret(unknown_half(), {"a": two(1.0, 0.0), "b": two(0.0, 1.0)}, n_draws=4, days=[[1.0], [0.4]])


def test_one_objective_and_one_response_may_stand_alone():
    found = robust_schedule(
        cube(), county(span(0.0, 1.0)), budget=90.0, cutoffs=CUT, n_draws=4, objectives="undetected", deterrence=1.0,
        min_ratio=0.0,
    )  # fmt: skip
    assert found.names == ("undetected, response 1, least ratio 0", "present")


def test_every_candidate_keeps_the_floors_of_the_scenario():
    plans = {t: {"ratio": 0.049, "floor": 10} for t in T}
    found = robust_schedule(cube(), county(span(0.0, 1.0), schedule=plans), budget=90.0, cutoffs=CUT, n_draws=4)
    for name in found.names[:-1]:
        plan = found.scenarios[name].schedule
        assert [plan[t].floor for t in T] == [10] * 4
        ratios = np.array([plan[t].intensity for t in T])
        assert (ratios * N / 100 >= 10 - 1e-9).all()
        assert ratios @ (N / 100 * DAYS) == pytest.approx(90)


def test_where_firms_respond_strongly_another_optimum_is_recommended():
    found = robust_schedule(
        cube(), county(span(4.0, 8.0)), budget=90.0, cutoffs=CUT, deterrence=(0.0, 6.0), n_draws=32, loss="violations"
    )
    assert "response 6" in found.minimax
    expected = optimal_schedule(cube(), budget=90.0, cutoffs=CUT, objective="violations", deterrence=6.0)
    losses = dict(zip(found.names, found.regrets.max(axis=0), strict=True))
    name = next(n for n in found.names if n.startswith("violations, response 6"))
    np.testing.assert_allclose([found.scenarios[name].schedule[t].intensity for t in T], expected.ratios[:, 0])
    assert losses["undetected, response 0, least ratio 0"] > losses[found.minimax]


def test_candidates_of_the_same_ratios_stand_once():
    found = robust_schedule(cube(), county(span(0.0, 1.0)), budget=90.0, cutoffs=CUT, n_draws=4, deterrence=(0.0,))
    assert [n for n in found.names if n != "present"] == [
        f"undetected, response 0, least ratio {r}" for r in ("0", "0.01")
    ]


def test_a_schedule_by_department_is_put_where_it_belongs_and_cut_offs_are_those_of_the_rating():
    score = np.tile(np.repeat([90.0, 70.0, 50.0, 30.0], N // 100), 2)
    bad, who = np.tile(np.repeat(P, N // 100), 2), np.repeat(["food", "fire"], 1000)
    of_two = WhatIfCube.build(score, bad * np.where(who == "fire", 0.5, 1), who, 1.0, sensitivity=0.8)
    types = [t.model_copy(update={"name": d, "department": d}) for d in ("fire", "food") for t in county(1.0).types]
    rating = {"kind": "decaying", "cutoffs": CUT, "penalty": 10.0, "keep": 1.0}
    world = county(span(0.0, 1.0), departments=[{"name": "fire"}, {"name": "food"}], types=types, rating=rating)
    budget = {"fire": 50.0, "food": 120.0}
    found = robust_schedule(of_two, world, budget=budget, n_draws=4, deterrence=(3.0,), min_ratio=(0.0,))
    best = optimal_schedule(of_two, budget=budget, cutoffs=CUT, objective="undetected", deterrence=3.0)
    plans = {d.name: d.schedule for d in found.scenarios[found.names[0]].departments}
    for i, name in enumerate(of_two.departments):
        np.testing.assert_allclose([plans[name][t].intensity for t in T], best.ratios[:, i])
    made = simulate(found.scenarios[found.names[0]], n_replications=0).inspections.sum().item()
    assert made == pytest.approx(170, rel=1e-6)


def two_departments(schedules):
    """A cube and a county of 1,000 firms each in food and fire, alike but for a tenth of the violations in fire."""
    score, who = np.tile(np.repeat([90.0, 70.0, 50.0, 30.0], N // 100), 2), np.repeat(["food", "fire"], 1000)
    bad = np.tile(np.repeat(P, N // 100), 2) * np.where(who == "fire", 0.1, 1)
    rare = [t.model_copy(update={"name": "fire", "department": "fire"}) for t in county(1.0).types]
    rare = [type(rare[0])(**(dict(rare[0]) | {"violates": dict(zip(T, (P / 10).tolist(), strict=True))}))]
    types = [t.model_copy(update={"name": "food", "department": "food"}) for t in county(1.0).types] + rare
    departments = [{"name": n, "schedule": s} for n, s in schedules.items()]
    return (
        WhatIfCube.build(score, bad, who, 1.0, sensitivity=0.8),
        county(span(0.0, 0.5), departments=departments, types=types),
    )


def test_a_schedule_that_exceeds_the_budget_of_a_department_is_told_and_not_recommended():
    """All 100 days in food, where the violations are, lose least; budgets give food 40 of them and fire 60."""
    all_in_food = {"food": {t: {"ratio": r} for t, r in zip(T, (0, 0, 0, 1.0), strict=True)},
                   "fire": {t: {"ratio": 0.0} for t in T}}  # fmt: skip
    of_two, world = two_departments(all_in_food)
    asked = {"cutoffs": CUT, "n_draws": 8, "deterrence": (0.0, 3.0), "min_ratio": 0.0}
    found = robust_schedule(of_two, world, budget={"fire": 60.0, "food": 40.0}, **asked)
    assert found.names[int(found.regrets.max(axis=0).argmin())] == "present"
    table = found.table().set_index("schedule")
    assert table["within_budget"].to_dict() == {name: name != "present" for name in found.names}
    assert found.minimax != "present"
    assert table["minimax"].to_dict() == {name: name == found.minimax for name in found.names}
    assert table.loc["present", "chosen_in"] == 0
    assert table["chosen_in"].sum() == pytest.approx(1)
    whole = robust_schedule(of_two, world, budget=100.0, **asked)
    assert whole.within_budget.all()


def test_where_none_keeps_the_budgets_that_is_said_in_one_line():
    """Present: 120 days in food, 80 in fire; budgets of 45 each, which a candidate of 200 days exceeds alike."""
    own = {"food": {t: {"ratio": 0.12} for t in T}, "fire": {t: {"ratio": 0.08} for t in T}}
    of_two, world = two_departments(own)
    asked = {"cutoffs": CUT, "n_draws": 4, "deterrence": 0.0, "objectives": "undetected", "min_ratio": 0.01}
    found = robust_schedule(of_two, world, budget={"fire": 45.0, "food": 45.0}, baseline="present", **asked)
    np.testing.assert_allclose(found.over_budget, [200 / 90 - 1, 120 / 45 - 1], rtol=1e-6)
    assert not found.within_budget.any()
    assert not found.table()[["minimax", "least_mean", "chosen_in"]].any(axis=None)
    nearest = r"^budget: no schedule keeps every department's budget .*; 'und.*' comes nearest, by \+122\.2%; choose"
    for choice in ("minimax", "least_mean"):
        with pytest.raises(ScenarioError, match=nearest):
            getattr(found, choice)


@pytest.mark.parametrize(("less", "within"), [(0.992, True), (0.988, False)])
def test_days_may_exceed_the_budget_of_a_department_by_a_hundredth(less, within):
    """40 days in food, of which the budget is .8 % or 1.2 % short, and 60 in fire, as its budget."""
    own = {"food": {t: {"ratio": 0.04} for t in T}, "fire": {t: {"ratio": 0.06} for t in T}}
    of_two, world = two_departments(own)
    asked = {"cutoffs": CUT, "n_draws": 4, "deterrence": 0.0, "objectives": "undetected", "min_ratio": 0.0}
    found = robust_schedule(of_two, world, budget={"fire": 60.0, "food": 40 * less}, baseline="present", **asked)
    assert bool(found.within_budget[found.names.index("present")]) is within


def test_a_draw_in_which_a_schedule_cannot_make_the_visits_is_named():
    with pytest.raises(ScenarioError, match=r"schedules.three: it makes [\d.]+ inspections at most, .* in draw \d+"):
        regret(lasting(), {"one": two(0.2, 0.8), "three": two(0.0, 1.0)}, n_draws=8)


def test_departments_and_tiers_that_the_cube_does_not_share_are_refused():
    two_of_them = [{"name": "fire"}, {"name": "food"}]
    types = [t.model_copy(update={"department": "fire"}) for t in county(1.0).types]
    world = county(span(0.0, 1.0), departments=two_of_them, types=types)
    with pytest.raises(ScenarioError, match="departments: no department 'food' in the cube"):
        robust_schedule(cube("fire"), world, budget=90.0, cutoffs=CUT)
    with pytest.raises(ScenarioError, match="cutoffs: no cut-offs for 4 tiers"):
        robust_schedule(cube(), county(span(0.0, 1.0)), budget=90.0)
    with pytest.raises(ScenarioError, match="cutoffs: 1 cut-offs for 4 tiers"):
        robust_schedule(cube(), county(span(0.0, 1.0)), budget=90.0, cutoffs=(50.0,))
