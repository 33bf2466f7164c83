import numpy as np
import pytest
from simulation.models import SHARES, TIERS, flat, moving, plans, static, visits

from credit_score.simulation import Scenario, ScenarioError, compare, simulate
from credit_score.simulation.carried import factors_of_plans
from credit_score.simulation.matching import _matched, scaled

CAPPED = {"cap": 1, "periods": 12}


@pytest.mark.parametrize("seed", range(20))
def test_scaling_multiplies_the_intensity_and_leaves_a_ratio_at_most_1(seed):
    random = np.random.default_rng(seed)
    ratio, frequency, factor = random.uniform(0.01, 1), random.uniform(0.5, 3), 10 ** random.uniform(-2, 1.5)
    ends = {"value": ratio, "low": ratio / 2, "high": min(1.0, 1.5 * ratio)}
    own = {"A": {"ratio": ends, "frequency": frequency, "floor": 7}, "B": {"ratio": 0.0}}
    plan = scaled(moving(schedule=own), factor).schedule
    assert plan["A"].intensity == pytest.approx(factor * ratio * frequency, rel=1e-12)
    assert plan["A"].ratio.high <= 1
    assert plan["A"].ratio.high * plan["A"].frequency.value == pytest.approx(
        factor * ends["high"] * frequency, rel=1e-12
    )
    assert plan["A"].frequency.value == pytest.approx(max(frequency, frequency * factor * ends["high"]), rel=1e-12)
    assert (plan["A"].floor, plan["B"].intensity) == (7, 0)


def test_a_cap_that_keeps_a_schedule_from_the_visits_is_told_with_what_it_allows():
    """The riskier half of the firms, once a year at most, cannot have the visits of all."""
    world = moving(**CAPPED, rating={"kind": "fixed"})
    only_b = {"A": {"ratio": 0.0}, "B": {"ratio": 0.5}}
    with pytest.raises(ScenarioError, match=r"schedules.b: it makes 600 inspections at most, not 1,500"):
        compare(world, {"all": flat(0.5, "AB"), "b": only_b}, n_replications=0)


def test_where_capacity_binds_a_schedule_plans_as_many_visits_as_the_baseline():
    """300 of 600 planned visits a year can be made: 200 planned are scaled by 3, not by 1.5, and 500 by 1.2."""
    world = moving(rating={"kind": "fixed"}, departments=[{"name": "all", "capacity": 300}], schedule=flat(0.2, "AB"))
    own = {"over": flat(0.2, "AB"), "less": flat(0.2 / 3, "AB"), "more": plans({"A": 0.1, "B": 13 / 30})}
    found = compare(world, own, n_replications=0)
    assert visits(found.scenarios["over"]) == pytest.approx(900, rel=1e-9)
    assert found.factors["less"] == pytest.approx(3, rel=1e-9)
    assert found.factors["more"] == pytest.approx(1.2, rel=1e-9)
    assert found.is_fair
    assert found.carried == pytest.approx({"over": 0.5, "less": 0.5, "more": 0.5}, rel=1e-9)


def test_where_more_makes_no_more_the_search_ends_as_near_to_1_as_can_be():
    made = _matched("x", moving(), lambda f: np.minimum(300.0, f * [200, 500, 1e4]), np.full(3, 300.0), 1e-3)
    np.testing.assert_allclose(made, [1.5, 1, 1], rtol=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_the_factor_of_a_plan_plans_the_visits_wanted_whatever_the_floors(seed):
    random = np.random.default_rng(seed)
    rates, floors = random.uniform(0, 0.5, 4), random.integers(0, 400, 4)
    told = {t: {"ratio": float(r), "floor": int(n)} for t, r, n in zip(TIERS, rates, floors, strict=True)}
    world = static(10_000, schedule=told)
    firms = 10_000 * np.array(list(SHARES.values()))
    for wanted in floors.sum() + np.array([-1, 5, 500, 5000.0]):
        x = factors_of_plans(world, {}, np.array([wanted]))
        if wanted < floors.sum():
            assert not (np.isfinite(x) & (x > 0)).any()
        else:
            assert np.maximum(firms * rates * x, floors).sum() == pytest.approx(wanted, rel=1e-9)


def test_rounding_where_capacity_binds_does_not_scale_a_schedule_away():
    bound = {
        "name": "all",
        "days": {"value": 1.2, "low": 1, "high": 1.5},
        "capacity": {"value": 1300, "low": 1000, "high": 1400},
    }
    world = Scenario.read("dandong").altered(departments=[bound])
    own = {"even": flat(0.03), "steeper": plans(dict(zip(TIERS, (0.03, 0.04, 0.05, 0.06), strict=True)))}
    found = compare(world, own, engine="mean", n_replications=64)
    firms = simulate(world, n_replications=0).firms.sel(period=1).to_numpy()[0]
    expected = 0.03 * firms.sum() / (firms @ [0.03, 0.04, 0.05, 0.06])
    np.testing.assert_allclose(found.factors["steeper"], expected, rtol=1e-9)
    assert found.apart["steeper"] < 1e-8


def test_of_two_factors_that_make_the_visits_the_one_near_the_schedule_as_given_is_taken():
    """Cost 5, fine 20: below a third of the schedule all violate, whatever the group; above, they comply in group 2.

    .075 visits are made at .625 times the schedule (its .12 × .625) and at .1875 (all stay in group 2, .4 × .1875).
    """
    tiered = Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, cost=5.0, n_firms=10**6, periods=2)
    own = {"uniform": flat(0.075, ("G1", "G2")), "tiers": dict(tiered.schedule)}
    assert visits(scaled(tiered, 0.1875)) == pytest.approx(visits(scaled(tiered, 0.625)), rel=1e-5)
    found = compare(tiered, own, n_replications=0)
    assert found.factors["tiers"] == pytest.approx(0.625, rel=1e-5)
    table = found.table().query("schedule == 'tiers' and measure == 'compliance'")
    assert table["mean"].item() == pytest.approx(0.2, rel=1e-5)


def test_the_search_finds_the_factor_of_each_of_many_smooth_functions():
    random = np.random.default_rng(4)
    most, rate = random.uniform(100, 1000, 200), 10 ** random.uniform(-1, 2, 200)
    target = most * random.uniform(0.01, 0.9, 200)
    found = _matched("x", moving(), lambda f: most * -np.expm1(-rate * f), target, 1e-3)
    np.testing.assert_allclose(found, -np.log1p(-target / most) / rate, rtol=1e-6)


def test_visits_that_jump_past_the_wanted_number_are_told_with_both_ends():
    def step(factor):
        return np.where(factor < 0.7, 50.0, 150.0)

    with pytest.raises(ScenarioError, match=r"schedules.x: inspections jump from 50 to 150 past 100 at 0.7"):
        _matched("x", moving(), step, np.array([100.0]), 1e-3)


def small(**more):
    firms = {"name": "x", "firms": 1000, "start": {"A": 0.7, "B": 0.3}, "onset": 0.05, "cure": 0.05, "violating": 0.3}
    told = {
        "tiers": ["A", "B"],
        "periods": 24,
        "types": [firms],
        "schedule": {"A": {"ratio": 0.2}, "B": {"ratio": 0.5}},
    }
    return Scenario(**(told | more))


def test_proportions_are_the_schedule_at_rest_too_where_days_bind():
    """The same plan written in three ways: where firms stand at rest depends on the factor."""
    world = small(
        at_rest=True, rating={"kind": "ladder"}, behaviour={"kind": "deterrence", "beta": 2},
        departments=[{"name": "all", "capacity": 150}], schedule={"A": {"ratio": 0.2}, "B": {"ratio": 0.8}},
    )  # fmt: skip
    others = {"half": {"A": 0.05, "B": 0.2}, "twice": {"A": 0.4, "B": 1.6}}
    plans = {
        n: {t: {"ratio": min(r, 1), "frequency": max(r, 1)} for t, r in told.items()} for n, told in others.items()
    }
    found = compare(world, {"own": world.schedule, **plans}, n_replications=0)
    assert [found.factors[name].item() for name in ("half", "twice")] == pytest.approx([4, 0.5], rel=1e-6)
    np.testing.assert_allclose(found.samples["undetected"], found.samples["undetected"][0].item(), rtol=1e-6)
    assert found.is_fair


def test_plans_of_one_size_have_it_with_their_floors():
    """290 visits planned: a floor of 100 in A, and .9 x of 300 in B."""
    world = small()
    own = {"A": {"ratio": 0.01, "floor": 100}, "B": {"ratio": 0.9}}
    found = compare(world, {"one": world.schedule, "floor": own}, match="planned", n_replications=0)
    assert found.factors["floor"].item() == pytest.approx(190 / 270)
    more = {"A": {"ratio": 0.1, "floor": 200}, "B": {"ratio": 0.9, "floor": 100}}
    with pytest.raises(ScenarioError, match=r"schedules\.floor: ratios of no size plan the 290 visits of 'one'"):
        compare(world, {"one": world.schedule, "floor": more}, match="planned", n_replications=0)


@pytest.mark.parametrize(("expected", "flag"), [({}, "plans_not_carried_out"), ({"A": 0.2, "B": 1.0}, "")])
def test_who_learns_begins_with_the_plan_unless_told_otherwise(expected, flag):
    world = small(
        cap=1, schedule={"A": {"ratio": 0.2}, "B": {"ratio": 1, "frequency": 3}},
        behaviour={"kind": "learning", "beta": 1, "memory": 0.02, "expected": expected},
    )  # fmt: skip
    other = {"A": {"ratio": 0.2}, "B": {"ratio": 1, "frequency": 12}}
    assert compare(world, {"one": world.schedule, "two": other}, match=None, n_replications=0).flag == flag


def test_without_draws_a_range_of_ratios_moves_no_visits_of_floors():
    """A ratio that may be as much as 1 is doubled as it stands: its frequency, and so the floor's visits, stay."""
    unsure = {"A": {"ratio": {"value": 0.5, "low": 0.2, "high": 1}, "floor": 600}, "B": {"ratio": 0.5, "floor": 250}}
    own = {"one": {"A": {"ratio": 1}, "B": {"ratio": 1}}, "two": unsure}
    found = compare(small(), own, n_replications=0)
    assert found.is_fair
    assert found.factors["two"].item() == pytest.approx(2)
    assert found.differs["two"] == pytest.approx(0, abs=1e-6)
