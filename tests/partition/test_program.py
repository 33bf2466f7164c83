"""The partition program against enumeration: every way of cutting, tried one by one."""

from itertools import combinations, pairwise
from math import inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.partition import Cells, Limits, partition

TRENDS = ("none", "ascending", "descending", "peak", "valley", "auto")


def worth(objective, w, e, s, good, bad):
    """A group's value, written out once more."""
    if objective == "squares":
        return e * e / w - s
    if objective == "shares":
        return -((w / (good + bad)) ** 2)
    g = w - e
    if objective == "likelihood":
        return sum(x * log(x / w) for x in (e, g) if x > 0)
    if good <= 0 or bad <= 0:
        return -inf
    half = 0 if e > 0 and g > 0 else 0.5
    return (g / good - e / bad) * log((g + half) / good / ((e + half) / bad))


def rises(rates, trend):
    """Whether rates follow a trend; equal neighbours follow every one."""
    up = [b >= a for a, b in pairwise(rates)]
    down = [b <= a for a, b in pairwise(rates)]
    if trend == "auto":
        return all(up) or all(down)
    if trend in ("peak", "valley"):
        first, second = (up, down) if trend == "peak" else (down, up)
        return any(all(first[:i]) and all(second[i:]) for i in range(len(up) + 1))
    return {"none": True, "ascending": all(up), "descending": all(down)}[trend]


def separated(w, e, z, spread=None):
    spread = w if spread is None else spread

    def far(i):
        p = (e[i] + e[i + 1]) / (w[i] + w[i + 1])
        gap = abs(e[i] / w[i] - e[i + 1] / w[i + 1])
        return gap > 0 and gap >= z * sqrt(p * (1 - p) * sum(spread[m] / w[m] ** 2 for m in (i, i + 1))) * (1 - 1e-9)

    return z == 0 or all(far(i) for i in range(len(w) - 1))


def enumerated(cells, limits, objective, ends=None):
    """The best value over every partition that keeps the limits."""
    n, best = len(cells.weight), -inf
    squares = np.zeros(n) if cells.squares is None else cells.squares
    count, spread = (cells.weight if a is None else a for a in (cells.count, cells.spread))
    total, bad = cells.weight.sum(), cells.events.sum()
    for k in range(limits.least, min(limits.most, n) + 1):
        for inner in combinations(range(1, n), k - 1):
            at = [0, *inner]
            columns = (cells.weight, cells.events, squares, count, spread)
            w, e, s, c, v = (np.add.reduceat(a, at) for a in columns)
            share = w / total
            bounded = (share >= limits.min_share - 1e-9).all() and (share <= limits.max_share + 1e-9).all()
            if not bounded or (c < limits.min_count).any() or not separated(w, e, limits.min_z, v):
                continue
            if rises(list(e / w), limits.trend):
                value = sum(worth(objective, *x, total - bad, bad) for x in zip(w, e, s, strict=True))
                added = 0 if ends is None else sum(ends[g, j] for g, j in enumerate([*inner, n]))
                best = max(best, value + added)
    return best


def kept(found, cells, limits):
    """Whether an answer itself keeps the limits."""
    w, e = (np.add.reduceat(a, found.edges[:-1]) for a in (cells.weight, cells.events))
    share = w / w.sum()
    within = (share >= limits.min_share - 1e-9).all() and (share <= limits.max_share + 1e-9).all()
    return within and rises(list(e / w), limits.trend) and separated(w, e, limits.min_z)


cells_of_rows = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=2, max_size=9).map(
    lambda rows: Cells(
        weight=np.array([a + b for a, b in rows], float),
        events=np.array([b for _, b in rows], float),
        squares=np.array([b * b + 1 for _, b in rows], float),
    )
)


@settings(max_examples=300)
@given(
    cells=cells_of_rows,
    trend=st.sampled_from(TRENDS),
    most=st.integers(1, 5),
    min_share=st.sampled_from([0, 0.1, 0.25]),
    max_share=st.sampled_from([1, 0.7]),
    min_z=st.sampled_from([0, 1, 2]),
    objective=st.sampled_from(["information", "likelihood", "squares"]),
)
def test_the_program_finds_what_enumeration_finds(cells, trend, most, min_share, max_share, min_z, objective):
    limits = Limits(1, most, min_share, max_share, 3, trend, 0 if objective == "squares" else min_z)
    if objective == "squares" and trend != "none":
        limits = Limits(1, most, min_share, max_share, 3)
    best = enumerated(cells, limits, objective)
    if best == -inf:
        with pytest.raises(FitError, match="keeps the limits"):
            partition(cells, limits, objective)
        return
    found = partition(cells, limits, objective)
    assert found.value == pytest.approx(best, abs=1e-9)
    assert kept(found, cells, limits)
    assert found.relaxed >= found.value - 1e-9


@settings(max_examples=200)
@given(
    cells=cells_of_rows,
    trend=st.sampled_from(TRENDS),
    most=st.integers(1, 5),
    min_z=st.sampled_from([0, 1, 2]),
    unequal=st.floats(1, 5),
    seed=st.integers(0, 99),
)
def test_what_is_added_where_a_group_ends_and_unequal_weights_are_found_as_enumerated(
    cells, trend, most, min_z, unequal, seed
):
    cells = Cells(cells.weight, cells.events, spread=unequal * cells.weight)
    limits = Limits(1, most, trend=trend, min_z=min_z)
    ends = np.random.default_rng(seed).normal(size=(most, len(cells.weight) + 1))
    best = enumerated(cells, limits, "shares", ends)
    if best == -inf:
        with pytest.raises(FitError, match="keeps the limits"):
            partition(cells, limits, "shares", ends)
        return
    assert partition(cells, limits, "shares", ends).value == pytest.approx(best, abs=1e-9)


def made(n, seed, slope=2.0):
    rng = np.random.default_rng(seed)
    weight = rng.integers(50, 400, n).astype(float)
    rate = 1 / (1 + np.exp(slope * np.linspace(-1, 1, n) + rng.normal(0, 0.4, n)))
    return Cells(weight, rng.binomial(weight.astype(int), rate).astype(float))


def best_of_three(cells, min_z):
    """The best likelihood in three groups over all pairs of cuts, by arrays."""
    w, e = (np.concatenate([[0], np.cumsum(a)]) for a in (cells.weight, cells.events))
    i, j = np.triu_indices(len(cells.weight), 1)
    i, j = i[i > 0], j[i > 0]
    at = [np.zeros_like(i), i, j, np.full_like(i, len(cells.weight))]
    groups = [(w[b] - w[a], e[b] - e[a]) for a, b in pairwise(at)]
    value = sum(e * np.log(e / w) + (w - e) * np.log((w - e) / w) for w, e in groups)
    for (w1, e1), (w2, e2) in pairwise(groups):
        p = (e1 + e2) / (w1 + w2)
        z = (e1 / w1 - e2 / w2) / np.sqrt(p * (1 - p) * (1 / w1 + 1 / w2))
        value = np.where(z >= min_z, value, -inf)  # descending, and apart
    return value.max()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("slope", "min_z"), [(2.0, 3.0), (0.05, 3.0), (0.05, 0.0)])
def test_at_200_cells_it_equals_enumeration(seed, slope, min_z):
    cells = made(200, seed, slope)
    limits = Limits(3, 3, trend="descending", min_z=min_z)
    best = best_of_three(cells, min_z)
    if best == -inf:
        with pytest.raises(FitError, match="3 to 3 groups"):
            partition(cells, limits, "likelihood")
        return
    assert partition(cells, limits, "likelihood").value == pytest.approx(best, rel=1e-12)


def test_a_worked_example_by_hand():
    """Goods 90, 60, 30 and bads 10, 40, 70: of two groups, the first alone or the last alone."""
    cells = Cells(np.array([100.0, 100, 100]), np.array([10.0, 40, 70]))
    good, bad = 180, 120
    first = (90 / good - 10 / bad) * log((90 / good) / (10 / bad)) + (90 / good - 110 / bad) * log(
        90 / good * bad / 110
    )
    last = (150 / good - 50 / bad) * log((150 / good) / (50 / bad)) + (30 / good - 70 / bad) * log(30 / good * bad / 70)
    found = partition(cells, Limits(2, 2))
    assert found.value == pytest.approx(max(first, last), abs=1e-12)
    assert list(found.edges) == ([0, 1, 3] if first > last else [0, 2, 3])


def test_swapping_good_and_bad_cuts_alike():
    cells = made(60, 5)
    swapped = Cells(cells.weight, cells.weight - cells.events)
    for objective in ("information", "likelihood"):
        a = partition(cells, Limits(most=5, trend="descending", min_share=0.05), objective)
        b = partition(swapped, Limits(most=5, trend="ascending", min_share=0.05), objective)
        assert list(a.edges) == list(b.edges)


def test_weights_scale_nothing_but_the_likelihood():
    cells = made(60, 6)
    twice = Cells(2 * cells.weight, 2 * cells.events, cells.weight)
    a, b = (partition(c, Limits(most=5, min_share=0.05)) for c in (cells, twice))
    assert list(a.edges) == list(b.edges)
    assert a.value == pytest.approx(b.value, rel=1e-12)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"least": 3, "most": 2}, "3 to 2 groups"),
        ({"min_share": 0.6, "max_share": 0.5}, "shares of 0.6 to 0.5"),
        ({"trend": "up"}, "trend 'up'; use one of none, ascending"),
    ],
)
def test_limits_that_contradict_themselves_are_refused(more, message):
    with pytest.raises(FitError, match=message):
        Limits(**more)
