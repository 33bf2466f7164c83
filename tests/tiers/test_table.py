import numpy as np
import pytest
from scipy.stats import beta, betabinom, binom

from credit_score.tiers import TierCalibrator, jeffreys_interval, master_scale


def test_the_interval_is_that_of_beta_with_half_a_firm_added():
    low, high = jeffreys_interval([3, 0, 20], [20, 20, 20])
    assert low[0] == pytest.approx(beta.ppf(0.025, 3.5, 17.5))
    assert high[0] == pytest.approx(beta.ppf(0.975, 3.5, 17.5))
    assert (low[1], high[2]) == (0, 1)


def test_of_no_firm_nothing_is_known():
    low, high = jeffreys_interval([0], [0])
    assert (low[0], high[0]) == (0, 1)


@pytest.mark.parametrize("n", [5, 50, 300])
def test_the_interval_covers_as_often_as_it_says(n):
    """Over rates from its own prior it covers .95, and .025 more where no firm or every firm is bad."""
    rng, draws = np.random.default_rng(7), 50_000
    rates = rng.beta(0.5, 0.5, draws)
    bad = rng.binomial(n, rates)
    low, high = jeffreys_interval(bad, n)
    covered = ((low <= rates) & (rates <= high)).mean()
    at_an_end = 2 * betabinom.pmf(0, n, 0.5, 0.5)
    assert abs(covered - 0.95 - 0.025 * at_an_end) <= 4 * np.sqrt(0.05 * 0.95 / draws)


def test_tiers_of_a_fixed_card_are_covered_as_often_as_the_interval_says():
    """The whole way from rows to the table, with given cut-offs: tiers times replications."""
    rng, rates, n = np.random.default_rng(3), np.array([0.03, 0.08, 0.2, 0.5]), 400
    score = np.repeat([4, 3, 2, 1], n)
    tier, covered = TierCalibrator(objective="fixed", cutoffs=[4, 3, 2]), []
    for _ in range(300):
        table = tier.fit(score, rng.random(4 * n) < np.repeat(rates, n)).table_
        covered += ((table["rate_low"] <= rates) & (rates <= table["rate_high"])).tolist()
    exact = [_coverage(n, p) for p in rates]
    assert abs(np.mean(covered) - np.mean(exact)) <= 4 * np.sqrt(0.05 * 0.95 / len(covered))


def _coverage(n, p):
    """The exact chance that the interval of a binomial covers."""
    low, high = jeffreys_interval(np.arange(n + 1), n)
    return binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum()


def test_at_the_border_of_two_bands_a_firm_is_as_likely_in_either_tier():
    bad, n = np.array([2.0, 10, 40]), np.array([500.0, 400, 300])
    scale = master_scale(bad, n)
    rate = (bad + 0.5) / (n + 1)
    for border, p, q in zip(scale[1:-1], rate[:-1], rate[1:], strict=True):
        assert p < border < q
        likely = [border * np.log(r) + (1 - border) * np.log(1 - r) for r in (p, q)]
        assert likely[0] == pytest.approx(likely[1], rel=1e-12)
    assert (scale[0], scale[-1]) == (0, 1)


def test_there_is_no_band_between_tiers_whose_rates_do_not_rise():
    scale = master_scale(np.array([10.0, 5, 50]), np.array([100.0, 100, 100]))
    assert np.isnan(scale[1])
    assert 0.05 < scale[2] < 0.5


def test_where_the_score_is_the_pd_the_likelihood_cuts_at_the_borders_of_the_master_scale():
    """2,000 firms of each of 500 PDs, with just as many bad as expected: no chance is left."""
    chance = beta.ppf((np.arange(500) + 0.5) / 500, 1, 6)
    score, bad = np.tile(-chance, 2), np.repeat([1, 0], 500)
    tier = TierCalibrator().fit(score, bad, 2000 * np.append(chance, 1 - chance), probability=np.tile(chance, 2))
    table = tier.table_
    last_in, first_out = -tier.cutoffs_, chance[np.searchsorted(chance, -tier.cutoffs_) + 1]
    border = table["pd_high"].to_numpy()[:-1]
    assert (last_in <= border * 1.001).all()
    assert (border <= first_out * 1.001).all()
    assert table["mean_pd"].to_numpy() == pytest.approx(table["rate"].to_numpy(), rel=1e-9)
