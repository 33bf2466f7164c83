import numpy as np
import pytest

from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.rating import Decaying, Expiring, Fixed, Ladder, SkipLot


def path(machine, start, events):
    """Tiers through a row of events: a finding, a clean visit, or time."""
    s, tiers = start, []
    for event in events:
        s = {"found": machine.found, "clean": machine.clean, "time": machine.drift[0]}[event][s]
        tiers.append(int(machine.tier[s]))
    return tiers


def test_fixed_tiers_stay():
    machine = Fixed().statuses(3)
    assert path(machine, 1, ["found", "clean", "time"]) == [1, 1, 1]
    assert not machine.drifts


def test_on_a_ladder_a_finding_leads_down_and_a_clean_visit_up_to_its_ends():
    machine = Ladder(release=0.3).statuses(3)
    assert path(machine, 1, ["found", "found", "clean", "clean", "clean"]) == [2, 2, 1, 0, 0]
    assert machine.release.tolist() == [0.3, 0.3, 0.3]


def test_skip_lot_goes_up_after_clean_visits_in_a_row_and_back_on_a_finding():
    machine = SkipLot(clearance=2).statuses(3)
    worst = int(machine.first[2])
    assert path(machine, worst, ["clean", "clean", "clean", "clean"]) == [2, 1, 1, 0]
    assert path(machine, worst, ["clean", "found", "clean", "clean"]) == [2, 2, 2, 1]
    assert path(machine, int(machine.first[0]), ["clean", "found"]) == [0, 2]
    down = SkipLot(clearance=2, on_finding="down").statuses(3)
    assert path(down, int(down.first[0]), ["found", "found", "found"]) == [1, 2, 2]


def test_a_firm_found_once_is_reinstated_fast_and_found_twice_is_not():
    machine = SkipLot(clearance=3, reinstatement=1).statuses(3)
    best = int(machine.first[0])
    assert path(machine, best, ["found", "clean", "clean"]) == [2, 0, 0]
    assert path(machine, best, ["found", "found", "clean", "clean", "clean"]) == [2, 2, 2, 2, 1]


def test_a_score_decays_to_its_base_in_the_mean():
    machine = Decaying(cutoffs=[80, 60], penalty=20, reward=1, keep=0.9, lowest=0, highest=100, step=1).statuses(3)
    mean = (
        machine.score[machine.drift[0]] * (1 - machine.drift_chance)
        + machine.score[machine.drift[1]] * machine.drift_chance
    )
    assert mean == pytest.approx(0.9 * machine.score + 0.1 * 100)
    at = machine.nearest(70)
    assert machine.score[machine.found[at]] == 50
    assert machine.score[machine.clean[at]] == 71
    assert machine.score[machine.found[machine.nearest(10)]] == 0
    assert [int(machine.tier[machine.nearest(x)]) for x in (100, 80, 79, 60, 59)] == [0, 0, 1, 1, 2]


def test_points_expire_after_their_months_and_may_be_repaired_before():
    machine = Expiring(cutoffs=[95, 85], penalty=10, months=4, most=2, repair=0.25, repair_after=2).statuses(3)
    clean = int(machine.first[0])
    assert path(machine, clean, ["found", "time", "found", "time", "time", "time", "time"]) == [1, 1, 2, 2, 2, 1, 0]
    assert path(machine, clean, ["found", "time", "found", "time", "found"]) == [1, 1, 2, 2, 2]
    one_old = clean
    for event in ("found", "time", "time"):
        one_old = path_status(machine, one_old, event)
    assert machine.drift_chance[one_old] == 0.25
    assert machine.tier[machine.drift[1][one_old]] == 0


def path_status(machine, s, event):
    return int({"found": machine.found, "time": machine.drift[0]}[event][s])


@pytest.mark.parametrize("cutoff", [80, 80.4, 86, 80.0000001])
@pytest.mark.parametrize("step", [1, 5])
def test_firms_start_in_the_tier_they_are_said_to(cutoff, step):
    machine = Decaying(cutoffs=[cutoff], penalty=10, keep=0.9, step=step).statuses(2)
    assert machine.tier[machine.first].tolist() == [0, 1]
    best = machine.score[machine.first[0]]
    assert best - step < cutoff <= best + 1e-6


def test_a_finding_of_the_first_period_comes_to_those_a_firm_starts_with():
    machine = Expiring(cutoffs=[95, 85, 75], penalty=10, months=6, most=3).statuses(4)
    for k, after in enumerate([90, 80, 70, 70]):
        assert machine.score[machine.first[k]] == 100 - 10 * k
        assert machine.score[machine.found[machine.first[k]]] == after
    # The last of them expires 6 periods after it was made, in the period before the first.
    assert path(machine, int(machine.first[1]), ["time"] * 5) == [1, 1, 1, 1, 0]


def test_repair_clears_findings_sooner():
    def share(repair):
        rating = {"kind": "expiring", "cutoffs": [95], "penalty": 10, "months": 12, "most": 1, "repair": repair}
        firms = {"name": "all", "firms": 1000, "start": {"A": 1}, "violates": 0.05}
        told = {"tiers": ["A", "B"], "periods": 40, "violations": "afresh", "types": [firms], "rating": rating}
        scenario = Scenario(**told, per_year=1, schedule={"A": {"ratio": 1}, "B": {"ratio": 1}})
        return float(simulate(scenario, n_replications=0).tier_shares.sel(tier="B")[0, -1])

    # One finding is kept: it is renewed by the next, and else stands for 11 further starts of a period.
    assert share(0.0) == pytest.approx(1 - 0.95**11, abs=1e-9)
    assert share(0.5) < 0.7 * share(0.0)


@pytest.mark.parametrize(
    ("rating", "told"),
    [
        (
            lambda: SkipLot(clearance=2, reinstatement=2),
            "reinstatement after 2 clean visits is no faster than clearance 2",
        ),
        (lambda: SkipLot(clearance=0), "clearance"),
        (lambda: Decaying(cutoffs=[80, 90], penalty=1, keep=0.9), "80 is not above 90; the best tier comes first"),
        (lambda: Decaying(cutoffs=[80], penalty=1.5, keep=0.9), "penalty: 1.5 is no whole number of steps of 1"),
        (lambda: Decaying(cutoffs=[80], penalty=1, keep=0.9, lowest=100), "no score from 100 to 100 by 1"),
        (lambda: Decaying(cutoffs=[80], penalty=1, keep=1.1), "keep: 1.1 is outside"),
        (lambda: Decaying(cutoffs=[80], penalty=1, keep=0.9).statuses(3), "1 cut-offs for 3 tiers; give one less"),
        (lambda: Expiring(cutoffs=[95], penalty=10, months=36, most=9).statuses(2), "more than 65,536 statuses"),
        (lambda: Expiring(cutoffs=[95, 5], penalty=10, months=3).statuses(3), "no firm can be in tier 3 of 3"),
        (
            lambda: Expiring(cutoffs=[95], penalty=10, months=3, repair=0.5),
            "repair after 3 periods, but",
        ),
        (
            lambda: Decaying(cutoffs=[120], penalty=1, keep=0.9).statuses(2),
            "no firm can be in tier 1 of 2: scores are 0 to 100",
        ),
        (lambda: Decaying(cutoffs=[0], penalty=1, keep=0.9).statuses(2), "no firm can be in tier 2 of 2"),
        (lambda: Decaying(cutoffs=[80], penalty=1, keep=0.9, base=150), "base: 150 is outside 0 to 100"),
        (lambda: Decaying(cutoffs=[float("nan")], penalty=1, keep=0.9), "cutoffs.0: should be a finite number"),
        (lambda: Decaying(cutoffs=[80], penalty=1, keep=0.9, step=1e-5), "more than 65,536 scores by 1e-05"),
    ],
)
def test_a_rating_that_cannot_be_is_refused(rating, told):
    with pytest.raises(ScenarioError, match=told):
        rating()


def test_every_status_is_reached_and_leads_to_one_that_is():
    for rating in (Ladder(), SkipLot(clearance=3, reinstatement=1), Expiring(cutoffs=[95], penalty=10, months=6)):
        machine = rating.statuses(2)
        for to in (machine.found, machine.clean, *machine.drift):
            assert np.isin(to, np.arange(machine.n)).all()
        assert set(machine.tier) == {0, 1}
