"""The mean field against the same month written out firm by firm's chances, in fractions and dictionaries (A6)."""

from collections import defaultdict
from math import exp

import pytest
from simulation.models import SCANDAL, TIERS, full

from credit_score.simulation import simulate


def month(state, scenario, t):
    """The expected numbers of the next month, and visits, findings; visits are independent of one another.

    ``state``: (type, tier, violating, months to wait) → expected firms.
    """
    after, visits, found = defaultdict(float), 0.0, 0.0
    gap = -(-scenario.per_year // scenario.cap) if scenario.cap else 1
    beta, seen, fix = scenario.behaviour.beta.value, scenario.sensitivity.value, scenario.fix.value
    times = 3.0 if scenario.shocks and 2 <= t < 6 else 1.0
    for (j, k, bad, wait), n in state.items():
        one, r = scenario.types[j], scenario.schedule[TIERS[k]].intensity
        onset, cure = min(one.onset.value * exp(-beta * r) * times, 1), one.cure.value
        visit = r / 12 if wait == 0 else 0.0
        visits += n * visit
        found += n * visit * seen * bad
        later, rest = gap - 1, max(wait - 1, 0)
        release = scenario.rating.release.value
        if bad:
            ends = 1 - (1 - cure) * (1 - fix)
            moves = [
                (visit * seen * ends, min(k + 1, 3), 0, later), (visit * seen * (1 - ends), min(k + 1, 3), 1, later),
                (visit * (1 - seen) * cure, k, 0, later), (visit * (1 - seen) * (1 - cure), k, 1, later),
                ((1 - visit) * cure, k, 0, rest), ((1 - visit) * (1 - cure), k, 1, rest),
            ]  # fmt: skip
        else:
            moves = [
                (visit * share * turn, to, then, wait_then)
                for share, to in ((release, max(k - 1, 0)), (1 - release, k))
                for turn, then in ((onset, 1), (1 - onset, 0))
                for wait_then in (later,)
            ]
            moves += [((1 - visit) * onset, k, 1, rest), ((1 - visit) * (1 - onset), k, 0, rest)]
        for chance, to, then, wait_then in moves:
            after[j, to, then, wait_then] += n * chance * (1 - one.leave.value)
    for j, one in enumerate(scenario.types):
        after[j, 0, 0, 0] += one.enter.value / 12
    return after, visits, found


def start(scenario):
    state = {}
    for j, one in enumerate(scenario.types):
        for k, tier in enumerate(TIERS):
            n, share = one.firms * one.start[tier].value, one.violating[tier].value
            state[j, k, 0, 0], state[j, k, 1, 0] = n * (1 - share), n * share
    return state


@pytest.mark.parametrize("cap", [None, 1, 3])
@pytest.mark.parametrize("shocks", [(), (SCANDAL,)])
def test_the_mean_field_is_the_expectation_of_independent_visits(cap, shocks):
    scenario = full(sampling="bernoulli", cap=cap, shocks=shocks)
    result, state = simulate(scenario, n_replications=0), start(scenario)
    for t in range(scenario.periods):
        told = [sum(n for (_, k, bad, _), n in state.items() if bad and k == tier) for tier in range(4)]
        assert result.violating[0, t].to_numpy() == pytest.approx(told, abs=1e-9)
        firms = [sum(n for (_, k, *_), n in state.items() if k == tier) for tier in range(4)]
        assert result.firms[0, t].to_numpy() == pytest.approx(firms, abs=1e-9)
        state, visits, found = month(state, scenario, t)
        assert float(result.inspections[0, t].sum()) == pytest.approx(visits, abs=1e-9)
        assert float(result.detections[0, t].sum()) == pytest.approx(found, abs=1e-9)


def test_without_a_cap_a_quota_visits_as_many_in_the_mean():
    by_quota, alone = (simulate(full(sampling=s), n_replications=0) for s in ("quota", "bernoulli"))
    assert by_quota.inspections.to_numpy() == pytest.approx(alone.inspections.to_numpy(), abs=1e-9)
    assert by_quota.prevalence.to_numpy() == pytest.approx(alone.prevalence.to_numpy(), abs=1e-12)


def test_a_quota_among_those_whom_the_cap_leaves_fills_what_is_planned():
    result = simulate(full(sampling="quota", cap=1), n_replications=0)
    planned = result.firms.to_numpy() * [0.04, 0.12, 0.32, 0.8] / 12
    assert result.inspections.to_numpy() == pytest.approx(planned, abs=1e-9)
