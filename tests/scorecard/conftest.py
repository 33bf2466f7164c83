"""Rows of which the truth is known: two numbers, a category, missing and special values."""

import numpy as np
import pandas as pd
import pytest

SPECIAL = -9.0


def made(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    turnover, age = rng.normal(0, 1, n), rng.gamma(2, 3, n)
    sector = rng.choice(["farm", "textile", "food", "parts"], n, p=[0.4, 0.3, 0.2, 0.1])
    shift = pd.Series(sector).map({"farm": -0.5, "textile": 0.0, "food": 0.4, "parts": 0.9}).to_numpy()
    bad = (rng.random(n) < 1 / (1 + np.exp(2 + 1.2 * turnover + 0.15 * age - shift))).astype(int)
    table = pd.DataFrame({"turnover": turnover, "age": age, "sector": pd.Categorical(sector)})
    table.loc[rng.random(n) < 0.05, "turnover"] = np.nan
    table.loc[rng.random(n) < 0.03, "age"] = SPECIAL
    return table, bad


@pytest.fixture(scope="session")
def rows():
    return made()


@pytest.fixture(scope="session")
def more_rows():
    return made(seed=1)
