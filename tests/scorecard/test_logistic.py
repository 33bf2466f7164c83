"""The constrained regression against scipy's general optimiser and against closed forms."""

import numpy as np
import pytest
from scipy.optimize import minimize

from credit_score.scorecard.logistic import FEW, Bounds, fit_logistic


def data(n=600, p=4, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    bad = (rng.random(n) < 1 / (1 + np.exp(1 - x @ np.array([1.0, 0.5, -0.4, 0.0])))).astype(float)
    return x, bad, rng.uniform(0.5, 2, n)


def by_scipy(x, bad, weight, low, high, l1, l2):
    def loss(b):
        eta = x @ b[1:] + b[0]
        mean = weight @ (np.logaddexp(0, eta) - bad * eta) / weight.sum()
        return mean + l1 * np.abs(b[1:]).sum() + l2 / 2 * (b[1:] ** 2).sum()

    bounds = [(None, None), *zip(low, high, strict=True)]
    start = np.r_[0.0, np.clip(0.1, low, high)]
    return minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-10}).x


@pytest.mark.parametrize("l2", [0.0, 1e-3, 0.1])
@pytest.mark.parametrize("l1", [0.0, 0.01])
def test_the_fit_is_the_one_a_general_optimiser_finds(l1, l2):
    x, bad, weight = data()
    fit = fit_logistic(x, bad, weight, Bounds.signs(4), l1=l1, l2=l2)
    expected = by_scipy(x, bad, weight, np.zeros(4), np.full(4, np.inf), l1, l2)
    assert fit.coefficients == pytest.approx(expected, abs=2e-4)
    assert (fit.coefficients[1:] >= 0).all()
    assert fit.coefficients[3] == 0  # its free weight is negative


def test_one_yes_or_no_gives_the_log_odds_ratio_and_its_standard_error():
    """A 2 x 2 table: b = ln(ad / bc), variance 1/a + 1/b + 1/c + 1/d."""
    cells = {(0, 0): 80, (0, 1): 20, (1, 0): 50, (1, 1): 50}
    x = np.repeat([[k[0]] for k in cells], list(cells.values()), axis=0).astype(float)
    bad = np.repeat([k[1] for k in cells], list(cells.values())).astype(float)
    fit = fit_logistic(x, bad, np.ones(200), Bounds.signs(1))
    assert fit.coefficients[1] == pytest.approx(np.log(80 * 50 / (20 * 50)), abs=1e-8)
    assert fit.errors[1] == pytest.approx(np.sqrt(1 / 80 + 1 / 20 + 1 / 50 + 1 / 50), abs=1e-6)


def test_weights_count_as_cases():
    x, bad, _ = data(200)
    twice = np.where(np.arange(200) % 3 == 0, 2.0, 1.0)
    again = np.repeat(np.arange(200), twice.astype(int))
    one = fit_logistic(x, bad, twice, Bounds.signs(4))
    other = fit_logistic(x[again], bad[again], np.ones(len(again)), Bounds.signs(4))
    assert one.coefficients == pytest.approx(other.coefficients, abs=1e-8)
    assert one.errors == pytest.approx(other.errors, abs=1e-8, nan_ok=True)


def test_a_weight_set_by_hand_stays_and_the_others_make_room():
    x, bad, weight = data()
    bounds = Bounds(np.array([0.3, 0, 0, 0.0]), np.array([0.3, np.inf, np.inf, np.inf]))
    fit = fit_logistic(x, bad, weight, bounds)
    assert fit.coefficients[1] == 0.3
    assert np.isnan(fit.errors[1])
    assert fit.coefficients == pytest.approx(by_scipy(x, bad, weight, bounds.low, bounds.high, 0, 0), abs=2e-4)


def test_what_is_parted_among_every_tenth_row_but_not_among_all_is_fitted_in_any_order():
    n, draw = 220_000, np.random.default_rng(0)
    x = draw.normal(size=n)
    bad = (draw.random(n) < 1 / (1 + np.exp(8 - x))).astype(float)
    first = np.arange(0, n, n // FEW)
    bad[first] = 0
    bad[first[x[first].argmax()]] = 1  # alone and at the end, so that the slope among these has no end
    found, other = (
        fit_logistic(x[order, None], bad[order], np.ones(n), Bounds.signs(1)).coefficients
        for order in (np.arange(n), draw.permutation(n))
    )
    assert found == pytest.approx(other, abs=1e-6)
