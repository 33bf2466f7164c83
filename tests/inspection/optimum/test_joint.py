"""Cut-offs and ratios at once, held to enumeration of every choice of cut-offs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import wrightomega

from credit_score.inspection.cube.kernels import BAD, DAYS, ROWS
from credit_score.inspection.optimum import joint, kernels, optimal_schedule
from credit_score.inspection.optimum.problem import Bounds, problem

AIMS = [("undetected", 0.0), ("undetected", 5.0), ("violations", 5.0)]


def enumerated(asked):
    """The best value over all choices of edges, each with its own best ratios."""
    n = len(asked.sums) - 1
    every = combinations(range(1, n), asked.n_tiers - 1)
    return min(joint.solved(asked, np.array([0, *inner, n])).value for inner in every)


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 14), st.integers(2, 6), st.integers(0, 10**6), st.sampled_from(AIMS), st.floats(0.02, 0.6))
def test_the_search_finds_what_enumeration_finds(county, n_bins, n_tiers, seed, aim, part):
    cube = county(n_bins, seed=seed, n=300)
    n_tiers = min(n_tiers, n_bins)
    budget = part * float(cube.prefix[-1, :, DAYS].sum())
    asked = problem(
        cube, n_tiers, aim[0], budget=budget, risk=None, deterrence=aim[1],
        bounds=Bounds(min_ratio=np.linspace(0, 0.02, n_tiers), max_ratio=np.linspace(0.4, 1, n_tiers)),
    )  # fmt: skip
    found = joint.best_tiers(asked, 10**6)
    assert found.exact
    assert found.solved.value == pytest.approx(enumerated(asked), rel=1e-11)


@settings(deadline=None, max_examples=12)
@given(st.integers(5, 12), st.integers(2, 4), st.integers(0, 10**6), st.sampled_from(AIMS[:2]))
def test_so_it_does_for_the_least_burden(county, n_bins, n_tiers, seed, aim):
    cube = county(n_bins, seed=seed, n=300)
    risk = 0.6 * float(cube.prefix[-1, :, BAD].sum())
    asked = problem(cube, n_tiers, "burden", budget=None, risk=risk, deterrence=aim[1], bounds=Bounds(min_ratio=0.01))
    assert joint.best_tiers(asked, 10**6).solved.value == pytest.approx(enumerated(asked), rel=1e-11)


@settings(deadline=None, max_examples=12)
@given(st.integers(5, 10), st.integers(2, 4), st.integers(0, 10**6), st.sampled_from(AIMS))
def test_so_it_does_where_each_department_has_its_own_days(county, n_bins, n_tiers, seed, aim):
    cube = county(n_bins, 3, seed=seed, n=600)
    budget = cube.prefix[-1, :, DAYS] * [0.1, 0.3, 0.05]
    asked = problem(
        cube, n_tiers, aim[0], budget=budget, risk=None, deterrence=aim[1], bounds=Bounds(floor=1, min_share=0.05)
    )
    found = joint.best_tiers(asked, 10**6)
    assert found.exact
    assert found.solved.value == pytest.approx(enumerated(asked), rel=1e-11)


@pytest.mark.thorough
@pytest.mark.parametrize("n_tiers", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("aim", AIMS)
def test_forty_bins_in_two_to_six_tiers(county, n_tiers, aim):
    cube = county(40, seed=8)
    asked = problem(cube, n_tiers, aim[0], budget=600.0, risk=None, deterrence=aim[1], bounds=Bounds(0.01, 0.6))
    found = joint.best_tiers(asked, 10**6)
    assert found.exact
    assert found.solved.value == pytest.approx(vectorised(asked, found.solved), rel=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("aim", AIMS)
def test_two_hundred_bins_in_four_tiers(county, aim):
    cube = county(200, seed=9, n=40_000)
    asked = problem(cube, 4, aim[0], budget=9000.0, risk=None, deterrence=aim[1], bounds=Bounds(0.01, 0.6))
    found = joint.best_tiers(asked, 10**6)
    assert found.exact
    assert found.solved.value == pytest.approx(vectorised(asked, found.solved), rel=1e-9)


def vectorised(asked, found):
    """Enumeration by numpy over all choices of edges, none of the package's code.

    With a response the best ratios of a choice are found by bisection on the price, but only where it can be as good as
    what was found: by weak duality no choice is better than its Lagrangian at any price, here at the one found.
    """
    sums, n = asked.sums[:, 0], len(asked.sums) - 1
    best = np.inf
    inner = np.array(list(combinations(range(1, n), asked.n_tiers - 1)), np.int16)
    for part in np.array_split(inner, max(1, len(inner) // 200_000)):
        edges = np.column_stack([np.zeros(len(part), int), part, np.full(len(part), n)])
        cells = np.diff(sums[edges], axis=1)
        v, c = cells[..., BAD], cells[..., DAYS]
        if asked.beta == 0:
            best = min(best, linear(asked, v, c).min())
            continue
        r = ratio(asked, v, c, np.full(len(v), np.log(found.prices[0])))
        least = lost(asked, v, r) + found.prices[0] * ((c * r).sum(axis=1) - asked.limits[0])
        kept = least <= found.value * (1 + 1e-9)
        if kept.any():
            best = min(best, convex(asked, v[kept], c[kept]).min())
    return best


def linear(asked, v, c):
    """By violations found a day: everybody at the lower bound, then the densest up to the upper one."""
    low, high, _ = asked.bounds[:, 0, 0]
    left = asked.limits[0] - (c * low).sum(axis=1)
    order = np.argsort(-v / c, axis=1)
    v_by, c_by = np.take_along_axis(v, order, 1), np.take_along_axis(c, order, 1)
    room = c_by * (high - low)
    spent = np.clip(left[:, None] - (room.cumsum(axis=1) - room), 0, room)
    found = asked.seen[0] * ((v * low).sum(axis=1) + (v_by * spent / c_by).sum(axis=1))
    return np.where(left >= 0, v.sum(axis=1) - found, np.inf)


def ratio(asked, v, c, x):
    """The ratio at a price of exp(x): in closed form, or of the undetected by Wright's function, Lambert's of exp."""
    low, high, _ = asked.bounds[:, 0, 0]
    beta, d = asked.beta, asked.seen[0]
    if asked.kind == kernels.VIOLATIONS:
        return np.clip((np.log(beta * v / c) - x[:, None]) / beta, low, high)
    top = (beta + d) / d
    return np.clip((top - wrightomega(x[:, None] + np.log(c / (v * d)) + top)) / beta, low, high)


def lost(asked, v, r):
    """What ratios leave, by choice."""
    return (v * np.exp(-asked.beta * r) * (1 if asked.kind == kernels.VIOLATIONS else 1 - asked.seen[0] * r)).sum(
        axis=1
    )


def convex(asked, v, c):
    """By bisection on the logarithm of the price."""
    under, over = np.full(len(v), -40.0), np.full(len(v), 40.0)
    for _ in range(60):
        x = 0.5 * (under + over)
        dear = (c * ratio(asked, v, c, x)).sum(axis=1) > asked.limits[0]
        under, over = np.where(dear, x, under), np.where(dear, over, x)
    return lost(asked, v, ratio(asked, v, c, over))


def test_where_too_many_cut_offs_are_left_the_gap_is_told_and_true(county, monkeypatch):
    from credit_score.inspection.optimum import schedule

    cube = county(40, seed=8)
    asked = {"n_tiers": 6, "budget": 600.0, "min_ratio": 0.01, "max_ratio": 0.6}
    best = optimal_schedule(cube, **asked)
    monkeypatch.setattr(schedule, "MOST_LEAVES", 3)
    rough = optimal_schedule(cube, **asked)
    assert best.exact
    assert best.gap == 0
    if not rough.exact:
        assert rough.bound <= best.value <= rough.value
        assert rough.gap == pytest.approx(rough.value - rough.bound)


def test_cut_offs_come_back_as_scores_that_give_the_same_figures(county):
    cube = county(60, 2, seed=4)
    best = optimal_schedule(cube, budget=300.0, n_tiers=3, deterrence=3)
    again = optimal_schedule(cube, budget=300.0, cutoffs=best.cutoffs, deterrence=3)
    assert again.value == pytest.approx(best.value, rel=1e-12)
    assert (np.diff(best.cutoffs) < 0).all()


def test_tiers_keep_their_shares(county):
    cube = county(60, seed=4)
    best = optimal_schedule(cube, budget=300.0, n_tiers=4, min_share=0.1, max_share=0.5)
    shares = best.kpi.firms.sum(axis=1) / cube.prefix[-1, :, ROWS].sum()
    assert shares.min() >= 0.1
    assert shares.max() <= 0.5
