import numpy as np
import pytest
from numba import njit
from scipy import stats

from credit_score.simulation import variates
from credit_score.simulation.variates import key

N = 100_000


@njit
def binomials(n, p, size):
    found = np.empty(size)
    for i in range(size):
        found[i] = variates.binomial(n, p, key(np.uint64(7), i))
    return found


@njit
def hypergeometrics(good, bad, n, size):
    found = np.empty(size)
    for i in range(size):
        found[i] = variates.hypergeometric(good, bad, n, key(np.uint64(7), i))
    return found


@njit
def uniforms(size):
    return np.array([variates.uniform(key(np.uint64(7), i), 0) for i in range(size)])


def p_value(found, chances):
    """Of a chi² test against the chances of 0, 1, …; outcomes that are expected less than 10 times are put together."""
    expected = chances * len(found)
    seen = np.bincount(found.astype(int), minlength=len(chances)).astype(float)
    group = np.minimum(np.cumsum(expected) // 10, max(expected.sum() // 10 - 1, 0)).astype(int)
    told, there = np.bincount(group, expected), np.bincount(group, seen)
    keep = told > 0
    return stats.chisquare(there[keep], told[keep] * there.sum() / told.sum()).pvalue


@pytest.mark.parametrize(
    ("n", "p"), [(1, 0.5), (5, 0.3), (100, 0.02), (100, 0.4), (1000, 0.5), (40_000, 0.001), (300, 0.97), (10**6, 0.003)]
)
def test_a_binomial_is_one(n, p):
    found = binomials(float(n), p, N)
    top = int(stats.binom.ppf(1 - 1e-12, n, p))
    assert p_value(found, stats.binom(n, p).pmf(np.arange(top + 1))) > 1e-4


@pytest.mark.parametrize(
    ("good", "bad", "n"),
    [(5, 10, 7), (1, 1, 1), (30, 70, 40), (300, 100, 150), (2000, 50_000, 900), (1000, 1000, 1900), (9, 90, 98)],
)
def test_a_hypergeometric_is_one(good, bad, n):
    found = hypergeometrics(float(good), float(bad), float(n), N)
    assert p_value(found, stats.hypergeom(good + bad, good, n).pmf(np.arange(good + 1))) > 1e-4


def test_of_nobody_nothing_happens_and_what_is_certain_does():
    assert binomials(0.0, 0.5, 3).tolist() == [0, 0, 0]
    assert binomials(9.0, 0.0, 3).tolist() == [0, 0, 0]
    assert binomials(9.0, 1.0, 3).tolist() == [9, 9, 9]
    assert hypergeometrics(4.0, 0.0, 3.0, 2).tolist() == [3, 3]
    assert hypergeometrics(0.0, 4.0, 3.0, 2).tolist() == [0, 0]
    assert hypergeometrics(4.0, 6.0, 10.0, 2).tolist() == [4, 4]


def test_counts_of_a_country_keep_their_mean_and_variance():
    n, p = 190_000_000.0, 0.01
    found = binomials(n, p, N)
    assert abs(found.mean() - n * p) < 4 * np.sqrt(n * p * (1 - p) / N)
    assert abs(found.var() / (n * p * (1 - p)) - 1) < 4 * np.sqrt(2 / N)


def test_uniforms_fill_the_interval():
    found = uniforms(N)
    assert stats.kstest(found, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 4 / np.sqrt(N)


def test_without_a_key_means_stand_in_the_place_of_draws():
    assert variates.key(None, 3) is None
    assert variates.rounded(2.5, None) == 2.5
