"""Intervals of a draft: the cells engine held to the cube's means and to a hand-made Monte Carlo of its variance."""

from dataclasses import replace

import numpy as np
import pytest

from credit_score.session.bands import bands, better_than_in_force, p_better, with_days_of, year
from credit_score.session.state import moved

N = 2000


@pytest.fixture(scope="module")
def known(case):
    """The expected violations of the policy in force, the same in each replication, (R, K, D)."""
    answer = case.in_force.answer(case.cube)
    return answer, np.repeat(answer.violations[None], N, axis=0)


@pytest.mark.thorough
def test_the_cells_engine_finds_on_average_what_the_cube_expects(known):
    answer, expected = known
    found, missed = year(answer, expected, seed=1)
    error = found.std(axis=0, ddof=1) / np.sqrt(N)
    assert (np.abs(found.mean(axis=0) - answer.detections.sum(axis=0)) < 4 * error + 1e-9).all()
    total = (found + missed).sum(axis=1)
    assert abs(total.mean() - answer.violations.sum()) < 4 * total.std(ddof=1) / np.sqrt(N) + 0.5


def test_the_spread_of_what_is_found_is_that_of_firms_drawn_one_by_one(known):
    answer, expected = known
    found = year(answer, expected, seed=1)[0].sum(axis=1)
    luck, drawn = np.random.default_rng(2), np.zeros(N)
    for n, v, ratio, floor in zip(
        *(a.ravel() for a in (answer.firms, answer.violations, answer.plan.ratios, answer.plan.floors)), strict=True
    ):
        if n:
            size = np.minimum(n, np.maximum(floor, np.floor(ratio * n + luck.uniform(size=N)))).astype(int)
            bad = np.floor(v + luck.uniform(size=N)).astype(int)
            drawn += luck.hypergeometric(bad, int(n) - bad, size)
    assert found.var(ddof=1) == pytest.approx(drawn.var(ddof=1), rel=4 * np.sqrt(4 / N))


def test_bands_hold_the_expected_figures_and_are_wider_than_chance_alone(case, known):
    answer, expected = known
    told = bands(case, case.in_force, n=1000)
    found = year(answer, expected, seed=1)[0].sum(axis=1)
    low, high = np.quantile(found, [0.05, 0.95])
    assert told["detections"]["low"] < answer.detections.sum() < told["detections"]["high"]
    assert told["detections"]["high"] - told["detections"]["low"] > high - low
    rates = answer.rates
    assert all(
        low < rate < high for low, rate, high in zip(told["rates"]["low"], rates, told["rates"]["high"], strict=True)
    )


def test_the_policy_in_force_is_no_better_than_itself(case):
    assert better_than_in_force(case, case.in_force, n=200) == {
        "as_it_stands": 0.5, "same_days": 0.5, "gain": {"mean": 0.0, "low": 0.0, "high": 0.0},
    }  # fmt: skip


def test_more_visits_find_more_and_the_same_days_may_not(case, state):
    more = state
    for tier in range(4):
        more = moved(more, case.cube, "ratio", 3 * more.draft.ratios[tier][0], tier=tier)
    told = better_than_in_force(case, more.draft, n=400)
    assert told["as_it_stands"] == 1.0
    assert 0 < told["gain"]["low"] < told["gain"]["mean"] < told["gain"]["high"]
    assert told["same_days"] is None or 0 <= told["same_days"] <= 1


def test_a_draft_scaled_to_the_days_of_another_takes_as_many(case, state):
    draft = moved(moved(state, case.cube, "ratio", 0.6, tier=2), case.cube, "floor", 0, tier=1).draft
    other = case.in_force.answer(case.cube)
    assert with_days_of(draft, other).days_by_tier.sum() == pytest.approx(other.days_by_tier.sum(), rel=1e-6)


def test_a_draft_that_cannot_take_as_many_days_takes_all_it_can(case):
    nobody, everybody = (0.0,) * 8, (1.0,) * 8
    draft = replace(case.in_force, floors=(nobody,) * 4, ratios=(nobody,) * 3 + ((0.5,) * 8,))
    most = replace(draft, ratios=(nobody,) * 3 + (everybody,)).answer(case.cube)
    scaled = with_days_of(draft, case.in_force.answer(case.cube))
    assert scaled.days_by_tier.sum() == most.days_by_tier.sum() < case.in_force.answer(case.cube).days_by_tier.sum()


def test_ties_count_half():
    assert p_better(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 3])) == 0.625


def test_the_same_seed_gives_the_same_bands(case):
    assert bands(case, case.in_force, n=100) == bands(case, case.in_force, n=100)


def test_without_a_curve_there_are_no_bands(case):
    assert bands(replace(case, cube=replace(case.cube, curve=None)), case.in_force) is None


def test_p_better_is_the_share_of_curves_under_which_more_is_expected_whatever_the_luck(case, state):
    """Visits moved from tier B to tier C, held to sums of chance × violations under each curve."""
    draft = moved(moved(state, case.cube, "ratio", 0.0, tier=1), case.cube, "ratio", 0.6, tier=2).draft
    told = better_than_in_force(case, draft, n=300, seed=4)
    gains = []
    for curve in case.cube.curve.draws(300, 4):
        own, other = (each.answer(case.cube, curve).detections.sum() for each in (draft, case.in_force))
        gains.append(own - other)
    assert told["as_it_stands"] == pytest.approx(np.mean(np.array(gains) > 0))
    assert told["gain"]["mean"] == pytest.approx(np.mean(gains))
    assert [told["gain"]["low"], told["gain"]["high"]] == pytest.approx(np.quantile(gains, [0.05, 0.95]))


def test_at_the_same_days_nothing_is_told_where_floors_alone_take_more(case, state):
    draft = state
    for tier in range(4):
        draft = moved(draft, case.cube, "floor", 100, tier=tier)
    assert better_than_in_force(case, draft.draft, n=50)["same_days"] is None
