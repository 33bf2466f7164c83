from itertools import product

import numpy as np
import pytest

from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.behaviour import best_reply, switches
from credit_score.simulation.rating import Ladder, SkipLot

ROWS = [(0.05, 0.40, 20, 20, 0.5, 0.95, 1), (0.05, 0.40, 0, 20, 1, 0.95, 1), (0.10, 0.50, 10, 10, 1, 0.90, 1),
        (0.05, 0.40, 20, 20, 0.5, 0.95, 0.8)]  # fmt: skip


def closed_form(p1, p2, f1, f2, u, b, d):
    """Harrington's two costs: below the first a firm always complies, above the second never."""
    q1, q2 = p1 * d, p2 * d
    return q1 * f1, q2 * f2 + b * p2 * u * (q2 * f2 - q1 * f1) / (1 - b * (1 - q1))


@pytest.mark.parametrize("row", ROWS)
def test_firms_switch_exactly_at_the_two_costs(row):
    p1, p2, f1, f2, u, b, d = row
    machine, low_high = Ladder(release=u).statuses(2), closed_form(*row)

    def reply(cost):
        return best_reply(cost, np.array([p1, p2]), np.array([f1, f2], float), machine, (d, b))

    assert switches(reply, 0.0, 100.0) == pytest.approx(low_high, abs=1e-9)
    low, high = low_high
    assert reply(max(low - 1e-6, 0)).tolist() == [low == 0, False] or reply(low - 1e-6).tolist() == [False, False]
    assert reply(low + 1e-6).tolist() == [True, False]
    assert reply(high - 1e-6).tolist() == [True, False]
    assert reply(high + 1e-6).tolist() == [True, True]


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"discount": 1.0}, r"discount: 1 is outside \[0, 1\)"),
        ({"cost": "x"}, "cost: 'x' is no cost; give a number, two ends or costs"),
        ({"cost": []}, "cost: costs of no firm"),
        ({"cost": (0.0, float("inf"))}, "cost: costs hold inf"),
        ({"cost": [1.0, -2.0]}, "cost: costs hold -2"),
    ],
)
def test_two_groups_that_cannot_be_are_refused(told, match):
    with pytest.raises(ScenarioError, match=match):
        Scenario.harrington(0.05, 0.4, 20, 20, 0.5, **({"discount": 0.95} | told))


def test_skip_lot_without_levels_is_refused():
    with pytest.raises(ScenarioError, match="fractions: no levels"):
        Scenario.skip_lot([], 0.04, 8)


def test_the_costs_are_those_of_the_science():
    told = [(1, 21.641026), (0, 39.179487), (1, 14.473684), (0.8, 18.490909)]
    assert [closed_form(*row) for row in ROWS] == [pytest.approx(pair, abs=5e-7) for pair in told]


@pytest.mark.parametrize("seed", range(20))
def test_no_other_behaviour_costs_a_firm_less(seed):
    """Of all ways to violate or comply by status, each valued by solving its chain."""
    rng = np.random.default_rng(seed)
    machine = (Ladder(release=rng.uniform()) if seed % 2 else SkipLot(clearance=2)).statuses(3)
    n, cost = machine.n, rng.uniform(0, 10)
    visited, fines = rng.uniform(0, 1, 3)[machine.tier], rng.uniform(0, 20, 3)[machine.tier]
    seen, discount = rng.uniform(0.5, 1), 0.9

    def value(violates):
        chain, paid = np.zeros((n, n)), np.zeros(n)
        for s in range(n):
            chance, to = (
                (visited[s] * seen, machine.found[s])
                if violates[s]
                else (visited[s] * machine.release[s], machine.clean[s])
            )
            chain[s, to] += chance
            chain[s, s] += 1 - chance
            paid[s] = chance * fines[s] if violates[s] else cost
        return np.linalg.solve(np.eye(n) - discount * chain, paid)

    best = np.min([value(v) for v in product([False, True], repeat=n)], axis=0)
    assert value(best_reply(cost, visited, fines, machine, (seen, discount))) == pytest.approx(best, rel=1e-9)


@pytest.mark.thorough
def test_deterrence_lowers_onset_by_the_exponential():
    def prevalence(beta):
        firms = {"name": "all", "firms": 1000, "start": {"A": 1}, "onset": 0.04, "cure": 0.1}
        behaviour = {"kind": "deterrence", "beta": beta}
        scenario = Scenario(
            tiers=["A"], types=[firms], schedule={"A": {"ratio": 0.5}}, behaviour=behaviour, at_rest=True
        )
        return float(simulate(scenario, n_replications=0).prevalence[0, -1])

    ends = 1 - 0.9 * (1 - 0.5 / 12)
    for beta in (0.0, 2.0):
        onset = 0.04 * np.exp(-beta * 0.5)
        assert prevalence(beta) == pytest.approx(onset / (onset + ends), abs=1e-4)


def test_firms_that_learn_come_to_expect_what_they_see():
    firms = {"name": "all", "firms": 10_000, "start": {"A": 1}, "onset": 0.04, "cure": 0.1}
    told = {"tiers": ["A"], "types": [firms], "schedule": {"A": {"ratio": 0.5}}, "periods": 200}
    learning = {"kind": "learning", "beta": 2, "memory": 0.1, "expected": {"A": 0}}
    knowing = Scenario(**told, behaviour={"kind": "deterrence", "beta": 2})
    late = [
        simulate(s, n_replications=0).prevalence[0].to_numpy() for s in (knowing, knowing.altered(behaviour=learning))
    ]
    assert late[1][20] > late[0][20] + 0.01
    assert late[1][-1] == pytest.approx(late[0][-1], abs=1e-8)


def test_a_best_reply_needs_costs_and_violations_that_are_afresh():
    firms = {"name": "all", "firms": 10, "start": {"A": 1}}
    told = {"tiers": ["A"], "schedule": {"A": {"ratio": 0.5}}, "behaviour": {"kind": "best_reply"}}
    with pytest.raises(ScenarioError, match="no cost of complying"):
        Scenario(**told, types=[firms], violations="afresh")
    with pytest.raises(ScenarioError, match="a best reply to lasting violations; write 'afresh'"):
        Scenario(**told, types=[firms | {"cost": 1}])


def test_a_range_of_costs_needs_two_ends_in_order():
    with pytest.raises(ScenarioError, match="costs from 9 to 3"):
        Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, cost=(9, 3))


def test_a_discount_of_1_is_refused_as_nothing_later_would_count_less():
    with pytest.raises(ScenarioError, match=r"behaviour.discount: 1 is outside \[0, 1\); give one below 1"):
        Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 1.0)
    s = Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95)
    with pytest.raises(ScenarioError, match=r"discount: 1 is outside"):
        s.altered(behaviour={"kind": "best_reply", "discount": 1.0})


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"n_firms": 0}, "n_firms: 0 firms"),
        ({"n_firms": 2.5}, r"n_firms: 2\.5 firms"),
        ({"cost": []}, "cost: costs of no firm"),
        ({"cost": (0, float("inf"))}, "cost: costs hold inf"),
        ({"cost": (-5, 20)}, "cost: costs hold -5; give costs of at least 0"),
    ],
)
def test_firms_and_costs_that_cannot_be_are_refused(more, match):
    with pytest.raises(ScenarioError, match=match):
        Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, **more)
