import numpy as np
import pytest

from credit_score.inspection import WhatIfCube

N = np.array([40_000, 30_000, 20_000, 10_000])
P = np.array([0.02, 0.05, 0.10, 0.25])
COST = np.array([1.0, 1.0, 1.5, 2.0])


@pytest.fixture(scope="session")
def cube_a1():
    """The population of A1 with the costs of a visit by tier, sensitivity .8."""
    score = np.repeat([90.0, 70.0, 50.0, 30.0], N)
    return WhatIfCube.build(score, np.repeat(P, N), np.zeros(len(score), int), np.repeat(COST, N), sensitivity=0.8)


@pytest.fixture(scope="session")
def county():
    """A cube of some score bins and departments, in which worse scores are more often in violation, not strictly."""

    def made(n_bins, n_departments=1, seed=0, *, n=4000):
        random = np.random.default_rng(seed)
        score = np.concatenate([np.arange(n_bins), random.integers(0, n_bins, n)]).astype(float)
        chance = 1 / (1 + np.exp(1.5 + 4 * (score / n_bins - 0.5) + random.normal(0, 0.8, len(score))))
        department = random.integers(0, n_departments, len(score))
        department[:n_departments] = np.arange(n_departments)
        days = random.choice([1.0, 1.5, 2.0], len(score))
        seen = np.linspace(0.8, 0.6, n_departments)
        return WhatIfCube.build(score, chance, department, days, seen, width=1.0)

    return made
