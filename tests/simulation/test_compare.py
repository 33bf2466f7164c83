import numpy as np
import pytest
from simulation.models import FIRMS, flat, moving, plans, visits

from credit_score.simulation import Plan, Scenario, ScenarioError, simulate
from credit_score.simulation.compare import compare
from credit_score.simulation.matching import scaled
from credit_score.simulation.ranges import drawn, held, ranges

T = "ABCD"
TIERED = dict(zip(T, (0.01, 0.03, 0.08, 0.20), strict=True))


def a1():
    """Oracle A1: one year, tiers that do not move."""
    of = lambda values: dict(zip(T, values, strict=True))  # noqa: E731
    firms = {"name": "x", "firms": 100_000, "start": of((0.4, 0.3, 0.2, 0.1)), "violating": of((0.02, 0.05, 0.1, 0.25))}
    return Scenario(tiers=tuple(T), periods=1, per_year=1, types=[firms], schedule=plans(TIERED), sensitivity=0.8)


def mean_of(comparison, name, measure):
    table = comparison.table().set_index(["schedule", "measure"])
    return table.loc[(name, measure), "mean"]


def test_at_4900_visits_each_tiers_find_twice_what_uniform_visits_find():
    found = compare(a1(), {"tiered": plans(TIERED), "uniform": flat(0.5)}, n_replications=0)
    assert found.is_fair
    assert found.factors["uniform"] == pytest.approx(0.049 / 0.5, rel=1e-7)
    assert mean_of(found, "tiered", "detections") == pytest.approx(570.4, rel=1e-9)
    assert mean_of(found, "uniform", "detections") == pytest.approx(266.56, rel=1e-7)
    assert mean_of(found, "uniform", "inspections") == pytest.approx(4900, rel=1e-7)


def test_drawn_detections_lie_about_the_exact_ones():
    found = compare(a1(), {"tiered": plans(TIERED), "uniform": flat(0.049)}, n_replications=2000, seed=3)
    table = found.table().query("measure == 'detections'").set_index("schedule")
    assert abs(table.loc["tiered", "mean"] - 570.4) / (422.398 / 2000) ** 0.5 < 4
    row = table.loc["uniform"]
    assert abs(row["difference"] - (266.56 - 570.4)) / row["se"] < 4
    assert row["low"] < row["difference"] < row["high"] < 0
    assert row["p_better"] == 0
    assert np.isnan(table.loc["tiered", "p_better"])


def test_schedules_of_firms_that_move_make_the_same_visits_however_steep():
    own = {name: {"A": {"ratio": a}, "B": {"ratio": b}} for name, a, b in (("one", 0.2, 0.8), ("two", 0.5, 0.5))}
    own["three"] = {"A": Plan(ratio=0.01), "B": Plan(ratio=1.0, frequency=2)}
    found = compare(moving(), own, n_replications=0)
    for name, scenario in found.scenarios.items():
        assert visits(scenario) == pytest.approx(visits(moving()), rel=1e-6), name
    assert max(map(abs, found.differs.values())) < 1e-6
    assert [found.carried[name] for name in ("one", "two")] == pytest.approx([1, 1])


def test_equal_plans_whose_visits_drift_apart_are_flagged_with_the_drift():
    own = {"tiered": dict(moving().schedule), "uniform": flat(0.32, "AB")}  # 0.8 × 0.2 + 0.2 × 0.8 = 0.32
    by_chance = compare(moving(), own, match=None, n_replications=5)
    asked = compare(moving(), own | {"uniform": flat(0.1, "AB")}, match="planned", n_replications=5)
    drift = visits(moving(schedule=flat(0.32, "AB"))) / visits(moving()) - 1
    assert abs(drift) > 0.05
    for found in (by_chance, asked):
        assert found.flag == "only_planned_equal"
        assert found.differs["uniform"] == pytest.approx(drift, rel=1e-6)
        assert set(found.table()["flag"]) == {"only_planned_equal"}
    assert asked.factors["uniform"] == pytest.approx(3.2)


def test_few_firms_under_a_cap_that_are_not_visited_as_the_means_say_are_flagged():
    own = {"one": plans({"A": 0.2, "B": 0.8}), "two": plans({"A": 0.05, "B": 0.9})}
    few = compare(moving(cap=1, types=[FIRMS | {"firms": 20}]), own, n_replications=1000, engine="cells")
    one, two = few.samples["inspections"]
    assert few.flag == "inspections_differ"
    assert few.differs["two"] == pytest.approx(two.mean() / one.mean() - 1)
    assert few.differs["two"] > 0.02
    assert few.apart["two"] < 1e-6
    many = compare(moving(cap=1), own, n_replications=1000, engine="cells")
    assert abs(many.differs["two"]) < 1e-6
    assert many.carried["two"] < many.carried["one"] - 0.01  # .9 times 1.7 is planned for B, the cap stops it at 1
    assert many.is_fair  # and nobody answers to plans


def test_the_visits_of_a_floor_are_its_firms_times_their_frequency():
    own = {
        "floor": {"A": {"ratio": 0.0, "frequency": 3, "floor": 50}, "B": {"ratio": 0.5}},
        "plain": {"A": {"ratio": 150 / 2400}, "B": {"ratio": 0.5}},
    }
    found = compare(moving(rating={"kind": "fixed"}), own, match="planned", n_replications=0)
    assert found.factors["plain"] == pytest.approx(1)
    assert found.flag == ""


def test_schedules_taken_as_given_are_flagged_unless_their_visits_are_equal():
    own = {"tiered": dict(moving().schedule), "uniform": flat(0.1, "AB")}
    found = compare(moving(), own, match=None, n_replications=0)
    assert (found.flag, found.is_fair) == ("inspections_differ", False)
    assert found.differs["uniform"] == pytest.approx(visits(found.scenarios["uniform"]) / visits(moving()) - 1)
    still = compare(a1(), {"tiered": plans(TIERED), "uniform": flat(0.049)}, match=None, n_replications=0)
    assert still.is_fair


def test_a_schedule_against_itself_differs_in_nothing():
    own = dict(moving().schedule)
    found = compare(moving(), {"one": own, "same": own}, n_replications=30, seed=2)
    table = found.table().query("schedule == 'same' and measure != 'fines'")
    assert (table[["difference", "se", "low", "high"]] == 0).all(axis=None)
    assert (table["p_better"] == 0.5).all()


def test_common_luck_makes_differences_more_certain():
    own = {"tiered": dict(moving().schedule), "uniform": flat(0.4, "AB")}
    found = compare(moving(), own, n_replications=400)
    one, other = found.samples["violations"]
    assert (one - other).var() < 0.7 * (one.var() + other.var())


def test_a_comparison_is_the_same_for_any_threads():
    own = {"tiered": dict(moving().schedule), "uniform": flat(0.4, "AB")}
    one, two = (compare(moving(), own, n_replications=20, threads=n).table() for n in (1, 2))
    assert one.equals(two)


HONEST, BLUFF = plans({"A": 0.1, "B": 0.3}), plans({"A": 0.3, "B": 0.9})


def few_days(**more):
    """160 visits a year planned for 1,000 firms in tiers that do not move, and days for 150."""
    firms = {"name": "x", "firms": 1000, "start": {"A": 0.7, "B": 0.3}, "onset": 0.03, "cure": 0.05, "violating": 0.2}
    answers = {"kind": "deterrence", "beta": {"value": 3, "low": 1, "high": 5}}
    told = {"rating": {"kind": "fixed"}, "departments": [{"name": "d", "capacity": 150}], "sensitivity": 1.0}
    return moving(**(told | {"types": [firms], "schedule": HONEST, "behaviour": answers} | more))


def test_a_plan_three_times_as_large_that_cannot_be_carried_out_is_no_better():
    found = compare(few_days(), {"honest": HONEST, "bluff": BLUFF}, engine="mean", n_replications=32)
    np.testing.assert_allclose(found.factors["bluff"], 1 / 3, rtol=1e-9)
    rows = found.table().query("schedule == 'bluff' and measure == 'undetected'")
    assert rows["p_better"].item() == 0.5
    assert found.is_fair
    assert found.carried == pytest.approx({"honest": 150 / 160, "bluff": 150 / 160})


def test_plans_of_which_different_shares_are_carried_out_are_flagged_at_equal_visits():
    found = compare(few_days(), {"honest": HONEST, "bluff": BLUFF}, match=None, engine="mean", n_replications=8)
    assert found.apart["bluff"] < 1e-9
    assert (found.flag, found.is_fair) == ("plans_not_carried_out", False)
    assert found.carried == pytest.approx({"honest": 150 / 160, "bluff": 150 / 480})
    assert set(found.table()["flag"]) == {"plans_not_carried_out"}
    assert found.table().query("schedule == 'bluff'")["carried"].to_numpy() == pytest.approx(150 / 480)


@pytest.mark.parametrize(
    ("kind", "flag"), [("none", ""), ("learning", "plans_not_carried_out"), ("deterrence", "plans_not_carried_out")]
)
def test_plans_are_to_be_carried_out_where_firms_answer_to_them(kind, flag):
    world = few_days(behaviour={"kind": kind} | ({} if kind == "none" else {"beta": 3}))
    found = compare(world, {"honest": HONEST, "bluff": BLUFF}, match=None, n_replications=0)
    assert found.flag == flag


@pytest.mark.parametrize(("ratio", "flag"), [(0.161, ""), (0.163, "plans_not_carried_out")])
def test_shares_carried_out_may_differ_by_a_hundredth(ratio, flag):
    """161 and 163 visits planned of which 150 are made, and 160: by .0058 and .0173."""
    own = {"honest": HONEST, "more": flat(ratio, "AB")}
    assert compare(few_days(), own, match=None, n_replications=0).flag == flag


def test_the_visits_of_floors_are_carried_out_too():
    """A floor of 50 three times a year in A, and 300 × .3: 240 planned."""
    own = {"A": {"ratio": 0.0, "frequency": 3, "floor": 50}, "B": {"ratio": 0.3}}
    found = compare(few_days(), {"honest": HONEST, "floor": own}, match=None, n_replications=0)
    assert found.carried["floor"] == pytest.approx(150 / 240)


def test_firms_that_move_are_planned_for_where_they_are():
    world = few_days(rating={"kind": "ladder"}, departments=[{"name": "d", "capacity": 100}])
    found = compare(world, {"one": HONEST, "two": BLUFF}, match=None, n_replications=0)
    told = simulate(found.scenarios["two"], n_replications=0)
    asked = (told.firms.sum("period") * np.array([0.3, 0.9])).sum() / 12
    assert found.carried["two"] == pytest.approx(float(told.inspections.sum() / asked), rel=1e-9)


def half_and_half():
    """Of two tiers of one size, which has more violations is not known: chances over [0, .2] and over [.1, .3]."""
    chances = {"A": {"value": 0.1, "low": 0.0, "high": 0.2}, "B": {"value": 0.2, "low": 0.1, "high": 0.3}}
    firms = {"name": "x", "firms": 2000, "start": {"A": 0.5, "B": 0.5}, "violating": chances}
    return Scenario(tiers=("A", "B"), periods=1, per_year=1, types=[firms], schedule=flat(0.1, "AB"), sensitivity=0.5)


ONE_SIDED = {"a": {"A": {"ratio": 0.4}, "B": {"ratio": 0.0}}, "b": {"A": {"ratio": 0.0}, "B": {"ratio": 0.2}}}


def test_p_better_is_the_chance_over_what_is_not_known():
    found = compare(half_and_half(), ONE_SIDED, engine="mean", n_replications=1024)
    row = found.table().query("schedule == 'b' and measure == 'undetected'").iloc[0]
    # Visits to B find more wherever its chance is the greater one: all but a triangle of (.1 × .1) ÷ 2 of .2 × .2.
    assert row["p_better"] == pytest.approx(0.875, abs=0.005)
    p = {tier: found.draws["b"][f"types.0.violating.{tier}"] for tier in "AB"}
    loss = 1000 * (p["A"] + p["B"]) - 400 * 0.5 * p["B"]
    np.testing.assert_allclose(found.samples["undetected"][1], loss, rtol=1e-6)


def test_the_same_replication_of_every_schedule_has_the_same_draw_and_luck():
    found = compare(half_and_half(), ONE_SIDED, n_replications=300)
    assert set(found.draws["a"]) == set(ranges(half_and_half()))
    for place, values in found.draws["a"].items():
        assert np.array_equal(values, found.draws["b"][place])
        assert len(np.unique(values)) == 300
    one, other = found.samples["violations"]
    assert np.array_equal(one, other)
    assert one.std() > 50


def test_a_range_in_a_schedule_is_drawn_equally_far_along():
    wide = {"A": {"ratio": {"value": 0.2, "low": 0.1, "high": 0.3}}, "B": {"ratio": 0.2}}
    wider = {"A": {"ratio": {"value": 0.2, "low": 0.0, "high": 0.4}}, "B": {"ratio": 0.2}}
    found = compare(half_and_half(), {"one": wide, "two": wider}, engine="mean", n_replications=64, match=None)
    one, two = (found.draws[name]["schedule.A.ratio"] for name in ("one", "two"))
    np.testing.assert_allclose((one - 0.1) / 0.2, two / 0.4)


def test_a_schedule_without_a_range_is_compared_with_one_that_has():
    firms = {"name": "x", "firms": 1000, "start": {"A": 0.5, "B": 0.5}, "violating": 0.2}
    known = half_and_half().altered(types=[firms])
    wide = {"A": {"ratio": {"value": 0.2, "low": 0.0, "high": 0.4}}, "B": {"ratio": 0.2}}
    for engine in ("mean", "cells"):
        asked = {"engine": engine, "n_replications": 64}
        found = compare(known, {"one": flat(0.2, "AB"), "two": wide}, match=None, **asked)
        row = found.table().query("schedule == 'two' and measure == 'detections'").iloc[0]
        assert row["difference"] == pytest.approx(0, abs=4 * row["se"])
        assert np.isclose(found.samples["inspections"][0], 200).all()
        assert found.samples["inspections"][1].std() == pytest.approx(200 / 12**0.5, rel=0.1)
        assert found.differs["two"] == pytest.approx(0, abs=0.01)
        assert (found.flag, found.apart["two"]) == ("only_planned_equal", pytest.approx(0.5, abs=0.02))


def test_draws_are_those_of_the_ranges_of_the_scenario():
    found = compare(half_and_half(), ONE_SIDED, engine="mean", n_replications=50, seed=9)
    for place, values in drawn(half_and_half(), 50, seed=9).items():
        assert np.array_equal(found.draws["a"][place], values)


def test_in_every_draw_every_schedule_makes_the_visits_of_the_baseline_there():
    """Each draw set up as a scenario of its own, without a range, and simulated by itself."""
    span = {"value": 0.03, "low": 0.01, "high": 0.08}
    world = moving(types=[FIRMS | {"onset": span}], sensitivity={"value": 0.8, "low": 0.5, "high": 1.0})
    own = {"one": dict(world.schedule), "two": flat(0.4, "AB")}
    found = compare(world, own, engine="mean", n_replications=4)
    assert found.flag == ""
    assert found.apart["two"] < 1e-6
    assert np.ptp(found.factors["two"]) > 0.05
    row = found.table().query("schedule == 'two' and measure == 'inspections'").iloc[0]
    assert (row["p_better"], row["factor_most"]) == (0.5, found.factors["two"].max())
    for v in range(4):
        values = {place: float(told[v]) for place, told in found.draws["two"].items()}
        alone = scaled(held(found.scenarios["two"], values), found.factors["two"][v])
        assert visits(alone) == pytest.approx(visits(held(world, values)), rel=1e-6)
        assert visits(alone) == pytest.approx(found.samples["inspections"][1, v], rel=1e-9)


def test_p_better_is_of_schedules_matched_in_each_draw():
    """What the baseline does in A is not known, r in [.1, .9]: 1000 (r + .2) visits, and ¾ of the other's are in A.

    B has more violations: the other is better where more than ¾ of the baseline's visits are in A too, r > .6.
    """
    firms = {"name": "x", "firms": 2000, "start": {"A": 0.5, "B": 0.5}, "violating": {"A": 0.1, "B": 0.2}}
    world = half_and_half().altered(types=[firms])
    base = {"A": {"ratio": {"value": 0.5, "low": 0.1, "high": 0.9}}, "B": {"ratio": 0.2}}
    found = compare(world, {"base": base, "other": plans({"A": 0.3, "B": 0.1})}, engine="mean", n_replications=512)
    row = found.table().query("schedule == 'other' and measure == 'undetected'").iloc[0]
    assert row["p_better"] == pytest.approx(0.375, abs=0.005)


def test_schedules_of_the_same_proportions_are_a_tie():
    world = moving(types=[FIRMS | {"onset": {"value": 0.03, "low": 0.01, "high": 0.08}}])
    own = {"one": plans({"A": 0.2, "B": 0.3}), "same": plans({"A": 0.2 * 0.37, "B": 0.3 * 0.37})}
    found = compare(world, own, engine="mean", n_replications=32)
    table = found.table().query("schedule == 'same' and measure != 'fines'")
    assert (table["p_better"] == 0.5).all()


def test_violations_by_tier_are_the_same_in_every_schedule():
    def world(bad):
        firms = {"name": "x", "firms": 1000, "start": {"A": 0.5, "B": 0.5}, "violates": {"A": 0.1, "B": bad}}
        return moving(types=[firms], violations="afresh")

    with pytest.raises(ScenarioError, match="better: its 'types' is not that of the scenario"):
        compare(world(0.3), {"own": world(0.3), "better": world(0.1)}, n_replications=0)


@pytest.mark.parametrize("level", [0, 1, 2, float("nan"), "0.9"])
def test_a_level_that_is_no_share_is_refused(level):
    found = compare(moving(), {"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, n_replications=2)
    with pytest.raises(ScenarioError, match=r"level .*; give a share between 0 and 1"):
        found.table(level=level)


def test_a_schedule_of_plans_is_for_every_department_whatever_it_had():
    own = {"A": {"ratio": 1.0}, "B": {"ratio": 1.0}}
    types = [t.model_copy(update={"department": "fire"}) for t in moving().types]
    world = moving(departments=[{"name": "fire", "schedule": own}, {"name": "food"}], types=types)
    found = compare(world, {"as it is": world, "plain": flat(0.1, "AB")}, match=None, n_replications=0)
    assert visits(found.scenarios["as it is"]) == pytest.approx(3000 * 3, rel=1e-6)
    assert visits(found.scenarios["plain"]) == pytest.approx(300 * 3, rel=1e-6)
    assert compare(world, {"plain": flat(0.1, "AB"), "as it is": world}, n_replications=0).is_fair


def test_schedules_that_rate_otherwise_are_compared_as_scenarios():
    by_visits = moving(rating={"kind": "skip_lot", "clearance": 3})
    found = compare(moving(), {"ladder": moving(), "skip-lot": by_visits}, n_replications=0)
    assert found.is_fair
    assert found.scenarios["skip-lot"].rating.kind == "skip_lot"
    assert visits(found.scenarios["skip-lot"]) == pytest.approx(visits(moving()), rel=1e-6)


def test_two_groups_at_rest_beat_uniform_visits_by_what_the_paper_says():
    tiered = Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, cost=np.arange(0.05, 20, 0.1), n_firms=200, periods=3)
    types = [t.model_copy(update={"firms": 10_000}) for t in tiered.types]
    tiered = tiered.altered(types=types)
    own = {"tiers": dict(tiered.schedule), "uniform": flat(0.1, ("G1", "G2"))}
    found = compare(tiered, own, n_replications=0, tolerance=0.05)
    assert mean_of(found, "tiers", "compliance") == pytest.approx(0.24, abs=1e-6)
    assert mean_of(found, "uniform", "compliance") == pytest.approx(0.1165, abs=0.0051)


@pytest.mark.parametrize(
    ("own", "more", "match"),
    [
        ({}, {}, "no schedule: nothing to compare; give two"),
        ({"one": flat(0.1, "AB")}, {}, "one schedule, 'one': nothing to compare"),
        ({"one": flat(0.1, "AB"), "two": flat(0.1, "ABC")}, {}, "schedules.two: no tier 'C'; tiers are"),
        ({"one": flat(0.1, "AB"), "two": flat(0.1, "A")}, {}, "schedules.two: no plan for tier"),
        ({"one": flat(0.1, "AB"), "two": 3}, {}, "schedules.two: no schedule: '3'"),
        ({"one": flat(0.1, "AB"), "two": flat(0.0, "AB")}, {}, r"two: it makes 0 inspections at most, not 900"),
        ({"one": flat(0.0, "AB"), "two": flat(0.1, "AB")}, {}, "baseline makes no inspections"),
        ({"one": flat(0.1, "AB"), "two": {"A": {"ratio": 0.1, "floor": 1000}, "B": {"ratio": 0.1}}}, {},
         r"schedules.two: its floors alone make 3,\d+ inspections, not 900"),
        ({"one": flat(0.1, "AB"), "two": {"A": {"ratio": 1.5}, "B": {"ratio": 0.1}}}, {}, r"two.*1\.5 is outside"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"baseline": "three"}, "no schedule 'three'; schedules are"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"match": "budget"}, "no match 'budget'"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"seed": -1}, "seed -1"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"n_replications": 1.5}, "replications 1.5"),
        ({"one": flat(0.1, "AB"), "two": moving(sensitivity=0.5)}, {}, "two: its 'sensitivity' is not that of"),
        ({"one": flat(0.1, "AB"), "two": moving(at_rest=True)}, {}, "two: its 'at_rest' is not that of"),
        ({"one": flat(0.1, "AB"), "two": moving(types=[FIRMS | {"start": {"A": 1.0}}])}, {}, "two: its 'types' is not"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"tolerance": float("nan")}, "tolerance nan; give a rel"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"tolerance": 0}, "tolerance 0; give a relative"),
        ({"one": flat(0.1, "AB"), "two": flat(0.2, "AB")}, {"threads": -1}, "threads -1; give a whole number from 1"),
        ([flat(0.1, "AB"), flat(0.2, "AB")], {}, "schedules: list of no names; give two or more by name"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_in_one_line(own, more, match):
    with pytest.raises(ScenarioError, match=match) as refused:
        compare(moving(), own, **({"n_replications": 0} | more))
    assert "\n" not in str(refused.value)


def test_what_is_no_scenario_is_refused_in_one_line():
    with pytest.raises(ScenarioError, match=r"^scenario: '3' is no scenario; read one with Scenario\.read$"):
        compare(3, {"one": flat(0.1, "AB"), "two": flat(0.2, "AB")})
