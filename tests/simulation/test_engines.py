"""Four engines, one model: equal in distribution within one sampling, and the same for any split of the work."""

import time

import numpy as np
import pytest
from scipy import stats
from simulation.models import SCANDAL, full, static

from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.engines import _shared

MEASURES = ("inspections", "detections", "violating", "firms", "left")


def totals(result):
    """Sums by replication of the last six months, of each measure."""
    told = {m: getattr(result, m)[:, -6:].to_numpy() for m in MEASURES}
    told["moved"] = result.moved[:, -6:].to_numpy()
    told["waiting"] = result.waiting[:, -6:].to_numpy()
    return {m: values.reshape(len(values), -1).sum(axis=1) for m, values in told.items()}


FULL = {
    "quota": {}, "cap": {"cap": 1}, "bernoulli": {"sampling": "bernoulli"}, "shock": {"shocks": [SCANDAL]},
    "capacity": {"departments": [{"name": "x", "capacity": 60}, {"name": "y", "days": 2, "capacity": 200}]},
    "learning": {"behaviour": {"kind": "learning", "beta": 1.5, "memory": 0.2, "expected": {"A": 0.5}}},
    "floor": {"schedule": {t: {"ratio": 0.1, "floor": n} for t, n in zip("ABCD", (0, 60, 100, 500), strict=True)}},
    "afresh": {
        "violations": "afresh",
        "types": [
            {"name": n, "firms": 1000, "start": {"A": 0.5, "D": 0.5}, "department": d, "violates": 0.2, "leave": 0.01}
            for n, d in (("small", "x"), ("large", "y"))
        ],
    },
    "expiring": {
        "rating": {"kind": "expiring", "cutoffs": [95, 85, 75], "penalty": 10, "months": 9, "most": 3, "repair": 0.3}
    },
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("name", FULL)
def test_cells_and_firms_are_equal_in_distribution(name):
    scenario = full(300, **FULL[name])
    one, two = (
        totals(simulate(scenario, engine=e, n_replications=3000, seed=s)) for e, s in (("cells", 1), ("firms", 2))
    )
    check_equal(one, two)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["bernoulli", "afresh"])
def test_events_and_firms_are_equal_in_distribution(name):
    scenario = full(300, **(FULL[name] | FULL["bernoulli"]))
    one, two = (
        totals(simulate(scenario, engine=e, n_replications=3000, seed=s)) for e, s in (("events", 3), ("firms", 4))
    )
    check_equal(one, two)


def check_equal(one, two):
    """By Kolmogorov-Smirnov, by the mean and by the variance, of which the error follows from the fourth moment."""
    for measure in one:
        a, b = one[measure], two[measure]
        assert stats.ks_2samp(a, b, method="asymp").pvalue > 1e-4, measure
        assert abs(a.mean() - b.mean()) <= 4 * np.sqrt((a.var() + b.var()) / len(a)), measure
        fourth = sum(((x - x.mean()) ** 4).mean() - x.var() ** 2 for x in (a, b))
        assert abs(a.var() - b.var()) <= 4 * np.sqrt(fourth / len(a)) + 1e-9, measure


@pytest.mark.parametrize("engine", ["cells", "events", "firms"])
def test_a6_independent_visits_have_the_means_of_the_mean_field(engine):
    scenario = full(900, sampling="bernoulli")
    exact = totals(simulate(scenario, n_replications=0))
    found = totals(simulate(scenario, engine=engine, n_replications=2000, seed=5))
    for measure, values in found.items():
        assert abs(values.mean() - exact[measure][0]) <= 4 * values.std() / np.sqrt(len(values)) + 1e-9, measure


@pytest.mark.parametrize("engine", ["cells", "firms"])
def test_a6_a_quota_under_a_cap_comes_to_the_mean_field_as_firms_grow_in_number(engine):
    """The error is c ÷ N: of two numbers of firms the errors extrapolate to none."""
    errors, spreads = [], []
    for n_firms, n in ((300, 3000), (600, 1500)):
        scenario = full(n_firms, cap=1)
        exact, found = (
            totals(simulate(scenario, engine=e, n_replications=r, seed=6)) for e, r in (("mean", 0), (engine, n))
        )
        share = found["violating"] / n_firms
        errors.append(share.mean() - exact["violating"][0] / n_firms)
        spreads.append(share.std() / np.sqrt(n))
    beyond = 2 * errors[1] - errors[0]
    assert abs(beyond) < 4 * np.hypot(2 * spreads[1], spreads[0])


@pytest.mark.parametrize("engine", ["mean", "cells", "events", "firms"])
def test_threads_and_chunks_change_no_bit(engine):
    scenario, n = full(300, sampling="bernoulli"), 0 if engine == "mean" else 37
    one, two, five = (simulate(scenario, engine=engine, n_replications=n, seed=7, threads=k) for k in (1, 2, 5))
    for a, b, c in zip(one.records, two.records, five.records, strict=True):
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)


@pytest.mark.parametrize("engine", ["cells", "events", "firms"])
def test_a_replication_is_the_same_however_many_there_are(engine):
    scenario = full(300, sampling="bernoulli")
    few, many = (simulate(scenario, engine=engine, n_replications=n, seed=8) for n in (3, 11))
    assert all(np.array_equal(a, b[:3]) for a, b in zip(few.records, many.records, strict=True))
    assert not np.array_equal(many.detections[0], many.detections[1])


@pytest.mark.parametrize("engine", ["mean", "cells", "events", "firms"])
def test_what_is_certain_happens_each_period_and_what_next_to_never_happens_does_not(engine):
    """Half the firms turn every period; those of the other type once in 10¹⁵ periods."""
    always = {"name": "always", "firms": 50, "start": {"A": 1}, "onset": 1, "cure": 1}
    never = {"name": "never", "firms": 50, "start": {"A": 1}, "onset": 1e-15, "cure": 1}
    scenario = static(
        types=[always, never], periods=7, per_year=12, sampling="bernoulli", schedule={t: {"ratio": 0} for t in "ABCD"}
    )
    found = simulate(scenario, engine=engine, n_replications=0 if engine == "mean" else 3)
    bad = found.records.violating.sum(axis=2)
    np.testing.assert_allclose(bad[..., 0], np.broadcast_to([0, 50, 0, 50, 0, 50, 0], bad.shape[:2]), atol=1e-9)
    np.testing.assert_allclose(bad[..., 1], 0, atol=1e-12)


@pytest.mark.parametrize("engine", ["cells", "firms"])
def test_two_schedules_share_their_luck(engine):
    """The spread of a difference is smaller with the same seed than with another."""
    scenario = full(3000)
    other = scenario.altered(schedule={t: {"ratio": r} for t, r in zip("ABCD", (0.06, 0.14, 0.32, 0.8), strict=True)})
    one, same, apart = (
        totals(simulate(s, engine=engine, n_replications=200, seed=seed))["violating"]
        for s, seed in ((scenario, 9), (other, 9), (other, 10))
    )
    assert (one - same).var() < 0.6 * (one - apart).var()


def test_the_cheapest_valid_engine_is_taken_and_says_why():
    assert (simulate(static(), n_replications=0).engine, simulate(static(), n_replications=0).why) == (
        "mean",
        "means_only",
    )
    many = simulate(static(), n_replications=2)
    assert (many.engine, many.why) == ("cells", "cheapest_cells")
    few = simulate(static(10), n_replications=2)
    assert (few.engine, few.why) == ("firms", "cheapest_firms")
    alone = simulate(static(100, sampling="bernoulli"), n_replications=2)
    assert (alone.engine, alone.why) == ("events", "cheapest_events")
    assert simulate(static(), engine="firms", n_replications=2).why == "asked"


@pytest.mark.parametrize(
    ("fields", "engine", "n", "told"),
    [
        ({}, "events", 1, "engine 'events' cannot: a quota is drawn; take 'cells'"),
        ({"sampling": "bernoulli", "cap": 1}, "events", 1, "a cap keeps visits apart; take"),
        ({"sampling": "bernoulli", "shocks": [SCANDAL]}, "events", 1, "there are shocks; take"),
        ({}, "mean", 5, "the mean field has no replications"),
        ({}, "cells", 0, "0 replications"),
        ({}, "agents", 1, "no engine 'agents'; take auto or one of mean, events, cells, firms"),
        ({"n_firms": 6_000_000_000}, "firms", 1, "6,000,000,000 firms are too many to hold one by one; take 'cells'"),
        ({}, "cells", 10**9, "results of 1,000,000,000 replications would take"),
    ],
)
def test_an_engine_that_cannot_is_refused_with_one_that_can(fields, engine, n, told):
    with pytest.raises(ScenarioError, match=told):
        simulate(full(**fields), engine=engine, n_replications=n)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ScenarioError, match="seed"):
        simulate(static(), seed=seed)


def test_firms_that_enter_count_in_what_an_engine_costs():
    few = {"name": "all", "firms": 5, "start": {"A": 1}, "enter": 2e6}
    assert simulate(static(types=[few]), n_replications=2).engine == "cells"


@pytest.mark.thorough
@pytest.mark.parametrize("n", [0, 2])
def test_a_scenario_that_no_engine_can_hold_is_refused(n):
    types = [{"name": str(i), "firms": 10**9, "start": {"A": 1}} for i in range(60)]
    rating = {"kind": "expiring", "cutoffs": [95, 85, 75], "penalty": 10, "months": 65, "most": 3}
    vast = static(types=types, per_year=360, cap=1, rating=rating)
    with pytest.raises(ScenarioError, match=r"no engine can: .* GiB of cells; give fewer types, statuses"):
        simulate(vast, n_replications=n)


@pytest.mark.parametrize("engine", ["cells", "events", "firms"])
@pytest.mark.parametrize("rest", [False, True])
def test_firms_that_never_learn_answer_to_what_they_expect(engine, rest):
    """Onset λ exp(−β × 3 visits), whatever the schedule: prevalence l / (l + m)."""
    kind = {"name": "all", "firms": 4000, "start": {"A": 1}, "onset": 0.1, "cure": 0.1, "violating": 0.04742587}
    never = {"kind": "learning", "beta": 1, "memory": 0, "expected": {"A": 3}}
    scenario = Scenario(
        tiers=["A"], periods=40, types=[kind], schedule={"A": {"ratio": 0}}, behaviour=never, at_rest=rest,
        sampling="bernoulli",
    )  # fmt: skip
    onset = 0.1 * np.exp(-3)
    found = simulate(scenario, engine=engine, n_replications=100, seed=3).prevalence[:, -1].to_numpy()
    assert abs(found.mean() - onset / (onset + 0.1)) < 4 * found.std() / 10


def test_a_chance_of_leaving_that_is_next_to_none_moves_nobody():
    scenario = full(300, sampling="bernoulli")
    types = [{**one.model_dump(), "leave": 1e-25} for one in scenario.types]
    result = simulate(scenario.altered(types=types), engine="events", n_replications=3)
    assert float(result.left.sum()) == 0


def test_what_is_no_scenario_is_refused():
    with pytest.raises(ScenarioError, match=r"'dandong' is no scenario; read one with Scenario\.read"):
        simulate("dandong")


def test_the_mean_field_needs_no_number_of_replications():
    assert simulate(static(), engine="mean").n_replications == 0
    assert simulate(static()).n_replications == 1000


def test_progress_counts_every_replication():
    told = []
    simulate(static(100), n_replications=50, progress=told.append)
    assert sum(told) == 50


def test_who_stops_a_run_waits_for_what_has_begun_only():
    begun = []

    def part(first, last):
        begun.append((first, last))
        time.sleep(0.02)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _shared(part, 10_000, 1, stop, None)
    assert len(begun) < 30  # of 64
