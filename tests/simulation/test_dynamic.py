import numpy as np
import pytest

from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.behaviour import best_reply, switches
from credit_score.simulation.dynamic import best_two_groups, two_group_table, two_groups
from credit_score.simulation.rating import Ladder

RULE = (0.05, 0.4, 0.5, (20.0, 20.0))  # row 1 of oracle A2


@pytest.mark.parametrize(
    ("rule", "fines", "chances", "c_lo", "c_hi", "at_rest"),
    [
        ((0.05, 0.40, 0.5), (20, 20), (0.95, 1.0), 1.0, 21.641026, (0.2, 0.12)),
        ((0.05, 0.40, 1.0), (0, 20), (0.95, 1.0), 0.0, 39.179487, (1 / 9, 0.088889)),
        ((0.10, 0.50, 1.0), (10, 10), (0.90, 1.0), 1.0, 14.473684, (1 / 6, 1 / 6)),
        ((0.05, 0.40, 0.5), (20, 20), (0.95, 0.8), 0.8, 18.490909, (1 / 6, 0.108333)),
    ],
)
def test_switches_and_shares_are_those_of_the_paper(rule, fines, chances, c_lo, c_hi, at_rest):
    (p1, p2, u), (b, d), (second, visits) = rule, chances, at_rest
    of_5 = two_groups(p1, p2, u, fines, [5.0], discount=b, sensitivity=d)
    assert of_5["c_lo"] == pytest.approx(c_lo)
    assert of_5["c_hi"] == pytest.approx(c_hi, abs=1e-6)
    assert of_5["compliance"] == pytest.approx(second)
    assert of_5["inspections"] == pytest.approx(visits, abs=1e-6)


def test_leverage_pays_for_costs_up_to_20_and_does_not_up_to_60():
    table = two_group_table([RULE], {"U(0, 20)": (0.0, 20.0), "U(0, 60)": (0.0, 60.0)}).set_index("costs")
    works, fails = table.loc["U(0, 20)"], table.loc["U(0, 60)"]
    assert (works["compliance"], works["uniform"]) == (pytest.approx(0.24), pytest.approx(0.1165))
    assert works["inspections"] == pytest.approx(0.1165)
    assert (round(fails["compliance"], 4), round(fails["uniform"], 4)) == (0.0855, 0.0993)
    assert works["difference"] == pytest.approx(0.1235)
    assert fails["difference"] == pytest.approx(-0.0138, abs=1e-4)
    assert list(table["leverage"]) == ["pays", "does not"]


@pytest.mark.parametrize("seed", range(30))
def test_a_rule_does_what_the_best_replies_of_its_firms_at_rest_do(seed):
    random = np.random.default_rng(seed)
    p1, u, d, b = random.uniform(0.02, 0.4), random.uniform(0.1, 1), random.uniform(0.6, 1), random.uniform(0.6, 0.97)
    p2, f1 = random.uniform(p1, 1), random.uniform(0, 20)
    fines, high = (f1, random.uniform(f1, 30)), random.uniform(5, 60)
    told = two_groups(p1, p2, u, fines, (0.0, high), discount=b, sensitivity=d)
    machine = Ladder(release=u).statuses(2)

    def reply(cost):
        return best_reply(cost, np.array([p1, p2]), np.array(fines), machine, (d, b))

    met = switches(reply, 0.0, high)
    expected = [c for c in sorted({float(told["c_lo"]), float(told["c_hi"])}) if 0 < c < high]
    np.testing.assert_allclose(met, expected, rtol=1e-9)
    s = Scenario.harrington(p1, p2, *fines, u, b, d, cost=(0.0, high), n_firms=10**8, periods=1)
    result = simulate(s, n_replications=0)
    assert result.compliance.item() == pytest.approx(float(told["compliance"]), abs=1e-7)
    assert result.inspected.item() == pytest.approx(float(told["inspections"]), abs=1e-7)


@pytest.mark.parametrize("high", [20.0, 60.0])
def test_the_best_rule_makes_the_visits_and_beats_the_rules_of_a_plain_search(high):
    budget = float(two_groups(*RULE[:3], RULE[3], (0.0, high))["inspections"])
    found = best_two_groups((0.0, high), RULE[3], budget)
    np.testing.assert_allclose(found.rules["inspections"], budget, atol=1e-9)
    assert (found.rules["p2"] > found.rules["p1"]).all()
    assert found.best.compliance == found.rules["compliance"].max()
    random = np.random.default_rng(1)
    p1, u = random.uniform(0, budget, 200_000), random.uniform(0.05, 1, 200_000)
    tried = two_groups(p1, random.uniform(p1, 1), u, RULE[3], (0.0, high))
    allowed = tried["inspections"] <= budget
    assert allowed.sum() > 1000
    assert found.best.compliance > tried["compliance"][allowed].max() - 0.003
    assert found.best.compliance > float(two_groups(*RULE[:3], RULE[3], (0.0, high))["compliance"])


def test_the_best_rule_is_confirmed_by_a_simulation_at_rest():
    best = best_two_groups((0.0, 20.0), (20.0, 20.0), 0.1165).best
    assert best.compliance > 0.24
    assert best.leverage == "pays"
    s = Scenario.harrington(best.p1, best.p2, 20, 20, best.u, 0.95, cost=(0, 20), n_firms=10**7, periods=1)
    result = simulate(s, n_replications=0)
    assert result.compliance.item() == pytest.approx(best.compliance, abs=1e-6)
    assert result.inspected.item() == pytest.approx(0.1165, abs=1e-6)


def test_where_most_never_comply_no_rule_of_the_grid_pays_and_that_is_shown_as_plainly():
    found = best_two_groups((0.0, 600.0), (20.0, 20.0), 0.1)
    assert (found.rules["difference"] < 0).all()
    assert set(found.table()["leverage"]) == {found.best.leverage} == {"does not"}
    pays = best_two_groups((0.0, 60.0), (20.0, 20.0), 0.1)  # the rule fails there, not every rule
    assert (pays.best.leverage, pays.best.uniform) == ("pays", pytest.approx(0.1 * 20 / 60))


@pytest.mark.parametrize("budget", [0.02, 0.5, 0.9])
def test_few_and_many_visits_have_a_rule(budget):
    assert best_two_groups((0.0, 20.0), (20.0, 20.0), budget, n=20).best.inspections == pytest.approx(budget)


def test_two_groups_looked_at_alike_are_uniform_visits():
    alike = two_groups(np.linspace(0.01, 0.9, 50), np.linspace(0.01, 0.9, 50), 0.5, (15.0, 15.0), (0.0, 30.0))
    np.testing.assert_allclose(alike["compliance"], alike["uniform"], atol=1e-12)
    np.testing.assert_allclose(alike["inspections"], alike["p1"])


def test_costs_of_firms_stand_for_the_distribution_they_are_drawn_from():
    costs = (np.arange(100_000) + 0.5) / 100_000 * 20
    one, other = (two_groups(*RULE[:3], RULE[3], cost) for cost in (costs, (0.0, 20.0)))
    for name, value in one.items():
        assert value == pytest.approx(float(other[name]), abs=1e-5)


@pytest.mark.parametrize(
    ("rule", "cost", "match"),
    [
        ((0.05, 1.4, 0.5, (20, 20)), (0, 20), r"p2: 1.4 is outside \[0, 1\]"),
        ((0.4, 0.05, 0.5, (20, 20)), (0, 20), "p2: group 2 is looked at less often"),
        ((0.05, 0.4, 0.5, (20, 10)), (0, 20), "fines: fines 20 and 10"),
        ((0.05, 0.4, 0.5, 20), (0, 20), "fines: fines 20; give two"),
        ((0.05, 0.4, 0.5, (20, 20)), (20, 0), "cost: costs from 20 to 0"),
        ((0.05, 0.4, 0.5, (20, 20)), [1.0, -2.0], "cost: costs hold -2"),
        ((0.05, 0.4, 0.5, (20, 20)), [], "cost: costs of no firm"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule, cost, match):
    with pytest.raises(ScenarioError, match=match):
        two_groups(*rule[:3], rule[3], cost)


@pytest.mark.parametrize("budget", [0.0, 1.0, float("nan")])
def test_visits_that_cannot_be_are_refused(budget):
    with pytest.raises(ScenarioError, match=r"budget: .* visits per firm and period"):
        best_two_groups((0.0, 20.0), (20.0, 20.0), budget)


def test_a_discount_of_1_is_refused():
    with pytest.raises(ScenarioError, match=r"discount: 1 is outside \[0, 1\)"):
        best_two_groups((0.0, 20.0), (20.0, 20.0), 0.1, discount=1.0)


def test_a_grid_and_rules_that_cannot_be_are_refused():
    with pytest.raises(ScenarioError, match=r"n 1\.5; give a whole number from 2"):
        best_two_groups((0.0, 20.0), (20.0, 20.0), 0.1, n=1.5)
    with pytest.raises(ScenarioError, match="rules: a rule of 3 numbers; give p1, p2, u and the two fines"):
        two_group_table([RULE[:3]], {"U(0, 20)": (0.0, 20.0)})
