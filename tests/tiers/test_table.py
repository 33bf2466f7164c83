import numpy as np
import pytest
from scipy.stats import beta, binom

from credit_score.tiers import TierCalibrator, jeffreys_interval, master_scale


def test_the_interval_is_that_of_beta_with_half_a_firm_added():
    low, high = jeffreys_interval([3, 0, 20], [20, 20, 20])
    assert low[0] == pytest.approx(beta.ppf(0.025, 3.5, 17.5))
    assert high[0] == pytest.approx(beta.ppf(0.975, 3.5, 17.5))
    assert (low[1], high[2]) == (0, 1)


def test_of_no_firm_nothing_is_known():
    low, high = jeffreys_interval([0], [0])
    assert (low[0], high[0]) == (0, 1)


@pytest.mark.parametrize(("n", "p"), [(50, 0.02), (300, 0.05), (300, 0.3), (5000, 0.004)])
def test_the_interval_covers_on_average_as_often_as_it_says(n, p):
    """Coverage swings with p; over rates near p, drawn, it lies within standard errors of .95 or a little above."""
    rng, draws = np.random.default_rng(7), 20_000
    rates = rng.uniform(0.5 * p, 1.5 * p, draws)
    low, high = jeffreys_interval(rng.binomial(n, rates), n)
    covered = ((low <= rates) & (rates <= high)).mean()
    error = np.sqrt(0.95 * 0.05 / draws)
    assert 0.95 - 4 * error <= covered + 0.005
    assert covered <= 0.985


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


def test_a_score_made_of_a_known_pd_lands_in_its_own_band():
    """Where the score is the PD, the likelihood cuts at the borders of the master scale."""
    rng = np.random.default_rng(2)
    chance = rng.beta(1, 6, 400_000)
    table = TierCalibrator(n_tiers=4).fit(-chance, rng.random(400_000) < chance, probability=chance).table_
    cut_at = -table["cutoff"].to_numpy()[:-1]
    assert table["pd_high"].to_numpy()[:-1] == pytest.approx(cut_at, rel=0.08)
    assert ((table["pd_low"] < table["mean_pd"]) & (table["mean_pd"] < table["pd_high"])).all()
    assert ((table["rate_low"] - 0.01 < table["mean_pd"]) & (table["mean_pd"] < table["rate_high"] + 0.01)).all()
