"""DeLong against its definition, the bootstrap, and simulated coverage."""

import numpy as np
import pytest
from scipy.stats import beta, binom, norm

from credit_score.errors import FitError
from credit_score.scorecard.intervals import Resampling, auc_difference, auc_interval, bootstrap_interval
from credit_score.scorecard.metrics import auc, brier, ks
from credit_score.scorecard.rates import jeffreys_interval


def county(seed, n=300, *, shift=1.0, decimals=1):
    """Labels and two scores of the same rows, tied by rounding; the first tells more."""
    draws = np.random.default_rng(seed)
    bad = (np.arange(n) < n // 4).astype(int)
    truth = draws.normal(size=n) - shift * bad
    return bad, np.round(truth, decimals), np.round(truth + draws.normal(0, 1, n), decimals)


def components(bad, score):
    """Structural components of DeLong, pair by pair: of each bad row, and of each good row."""
    g, b = score[bad == 0], score[bad == 1]
    psi = (g[:, None] > b) + 0.5 * (g[:, None] == b)
    return psi.mean(), psi.mean(axis=0), psi.mean(axis=1)


def covariance(bad, *scores):
    of_bad, of_good = (np.array([components(bad, s)[k] for s in scores]) for k in (1, 2))
    return np.cov(of_bad) / of_bad.shape[1] + np.cov(of_good) / of_good.shape[1]


@pytest.mark.parametrize("seed", range(5))
def test_delong_is_its_definition_pair_by_pair(seed):
    bad, score, _ = county(seed)
    found = auc_interval(bad, score)
    assert found.value == pytest.approx(components(bad, score)[0])
    assert found.error == pytest.approx(np.sqrt(covariance(bad, score)))


@pytest.mark.parametrize("seed", range(5))
def test_the_paired_test_is_its_definition_pair_by_pair(seed):
    bad, score, other = county(seed)
    found = auc_difference(bad, score, other, level=0.9)
    both = covariance(bad, score, other)
    error = np.sqrt(both[0, 0] + both[1, 1] - 2 * both[0, 1])
    assert found.error == pytest.approx(error)
    assert found.value == pytest.approx(auc(bad, score) - auc(bad, other))
    assert found.p_value == pytest.approx(2 * norm.sf(abs(found.value) / error))
    assert (found.low, found.high) == pytest.approx([found.value + k * norm.ppf(0.95) * error for k in (-1, 1)])


def test_delong_by_hand():
    """Good at 1, 3; bad at 0, 2: components of bad are 1 and ½, of good ½ and 1."""
    found = auc_interval([0, 0, 1, 1], [1, 3, 0, 2])
    assert found.value == 0.75
    assert found.error == pytest.approx(np.sqrt(0.125 / 2 + 0.125 / 2))
    step = norm.ppf(0.975) * found.error / (0.75 * 0.25)
    assert found.high == pytest.approx(3 * np.exp(step) / (1 + 3 * np.exp(step)))


@pytest.mark.parametrize("measure", [lambda b, s, **k: auc_interval(b, s, **k).error,
                                     lambda b, s, **k: auc_difference(b, s, s**3 - s, **k).error])  # fmt: skip
def test_an_error_knows_neither_order_nor_scale_of_rows_scores_and_weights(measure):
    bad, score, weight = county(3)[0], county(3)[1], np.random.default_rng(3).uniform(0.5, 2, 300)
    once, order = measure(bad, score, sample_weight=weight), np.random.default_rng(4).permutation(300)
    assert measure(bad[order], score[order], sample_weight=weight[order]) == pytest.approx(once)
    assert measure(bad, score, sample_weight=weight * 7) == pytest.approx(once)
    assert measure(bad, score, sample_weight=np.full(300, 5)) == pytest.approx(measure(bad, score))
    empty = np.r_[weight, 0, 0]
    assert measure(np.r_[bad, 0, 1], np.r_[score, 9, 9], sample_weight=empty) == pytest.approx(once)


def test_a_rising_transform_changes_nothing_and_swapped_classes_turn_the_interval_round():
    bad, score, other = county(1)
    once = auc_interval(bad, score)
    assert auc_interval(bad, np.exp(score)) == once
    turned = auc_interval(1 - bad, score)
    assert (turned.low, turned.high) == pytest.approx((1 - once.high, 1 - once.low))
    same = auc_difference(bad, score, np.exp(score))
    assert (same.value, same.error, same.p_value) == (0, 0, 1)
    assert auc_difference(bad, score, other).value == -auc_difference(bad, other, score).value


def test_a_score_without_an_error_has_no_interval():
    found = auc_interval([1, 1, 0, 0, 0], [1, 2, 3, 4, 5])
    assert found.value == 1
    assert np.isnan([found.low, found.high]).all()
    assert np.isnan(auc_difference([1, 1, 0, 0], [1, 2, 3, 4], [4, 3, 2, 1]).p_value)


def simulated(n_times, *, weighted=False):
    """AUC intervals of two normal classes one standard deviation apart, 40 bad and 120 good; the true AUC."""
    draws, found = np.random.default_rng(20), []
    bad = np.repeat([1, 0], [40, 120])
    for _ in range(n_times):
        score = draws.normal(size=160) - bad
        weight = draws.uniform(0.2, 3, 160) if weighted else None
        found.append(auc_interval(bad, score, sample_weight=weight))
    return found, norm.cdf(1 / np.sqrt(2))


@pytest.mark.parametrize("weighted", [False, True])
def test_delong_holds_the_truth_as_often_as_it_says(weighted):
    found, truth = simulated(2000, weighted=weighted)
    held = np.mean([i.low <= truth <= i.high for i in found])
    assert (
        abs(held - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 2000) + 0.01
    )  # 160 rows are few: 1 % for what is of their size
    spread, told = np.std([i.value for i in found]), np.sqrt(np.mean([i.error**2 for i in found]))
    assert told / spread == pytest.approx(1, abs=3.5 / np.sqrt(2 * 2000) + 0.03)


def test_equal_scores_are_found_to_differ_as_rarely_as_the_level_says():
    draws, bad, p_values = np.random.default_rng(8), np.repeat([1, 0], [60, 140]), []
    for _ in range(1000):
        truth = draws.normal(size=200) - bad
        scores = truth + draws.normal(size=(2, 200))
        p_values.append(auc_difference(bad, *scores).p_value)
    assert abs(np.mean(np.array(p_values) < 0.05) - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 1000) + 0.005


def test_the_bootstrap_of_auc_is_delong_within_its_monte_carlo_error():
    bad, score, _ = county(2, 600)
    known, drawn = auc_interval(bad, score), bootstrap_interval(auc, bad, score, Resampling(seed=1, n=1000))
    # The bootstrap divides by n, DeLong by n − 1: .3 % at 150 bad rows; the rest is chance.
    assert drawn.error == pytest.approx(known.error, rel=3.5 / np.sqrt(2 * 1000) + 0.01)
    assert drawn.value == pytest.approx(known.value)
    end = 3.5 * np.sqrt(0.025 * 0.975 / 1000) / norm.pdf(1.96)  # error of a 2.5 % quantile, in standard errors
    assert abs(drawn.low - known.low) < (end + 0.1) * known.error
    assert abs(drawn.high - known.high) < (end + 0.1) * known.error


def test_the_same_seed_gives_the_same_bootstrap_and_another_does_not():
    bad, score, _ = county(2)
    drawn = [bootstrap_interval(ks, bad, score, Resampling(seed, 100)) for seed in (5, 5, 6)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0].value == ks(bad, score).statistic


@pytest.mark.thorough
def test_copies_drawn_together_do_not_make_a_measure_better_known():
    bad, score, _ = county(4)
    four = np.tile(np.arange(300), 4)
    once = bootstrap_interval(auc, bad, score, Resampling(1, 400))
    together = bootstrap_interval(auc, bad[four], score[four], Resampling(1, 400, groups=four))
    apart = bootstrap_interval(auc, bad[four], score[four], Resampling(1, 400))
    assert together == once
    assert apart.error == pytest.approx(once.error / 2, rel=3.5 / np.sqrt(400))


def test_every_draw_keeps_the_good_the_bad_and_the_mixed_groups_in_number():
    bad, groups = np.array([0, 0, 0, 1, 1, 0, 1, 1]), list("aabccdde")
    seen = []

    def counted(labels, _, sample_weight):
        seen.append([sample_weight[[0, 2]].sum(), sample_weight[[3, 7]].sum(), sample_weight[5], sample_weight[6]])
        assert (sample_weight[0], sample_weight[3]) == (sample_weight[1], sample_weight[4])
        return 0.0

    bootstrap_interval(counted, bad, np.arange(8), Resampling(1, 100, groups=groups))
    assert (np.array(seen) == [2, 2, 1, 1]).all()


def test_the_bootstrap_of_weighted_rows_starts_from_the_weighted_value():
    bad, score, _ = county(6)
    pd, weight = 1 / (1 + np.exp(score)), np.random.default_rng(6).uniform(0.5, 2, 300)
    found = bootstrap_interval(brier, bad, pd, Resampling(1, 200), sample_weight=weight)
    assert found.value == pytest.approx(brier(bad, pd, sample_weight=weight))
    assert found.low < found.value < found.high


def test_jeffreys_holds_a_rate_about_as_often_as_it_says_and_reaches_the_ends():
    low, high = jeffreys_interval(np.arange(51) / 50, np.full(51, 50))
    assert (low[0], high[-1]) == (0, 1)
    assert beta.cdf([low[5], high[5]], 5.5, 45.5) == pytest.approx([0.025, 0.975])  # 5 of 50
    rates = np.linspace(0.05, 0.95, 91)
    held = [binom.pmf(np.arange(51), 50, p)[(low <= p) & (p <= high)].sum() for p in rates]
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda b, s: auc_interval(b, s, level=95), "level 95; give one between 0 and 1, such as 0.95"),
        (lambda b, s: auc_difference(b, s, s, level=0), "level 0; give one between"),
        (lambda b, s: auc_interval([1, 0, 0], [1, 2, 3]), "1 bad row; an error of AUC needs at least 2 good and 2 bad"),
        (lambda b, s: auc_interval([1, 1, 0], [1, 2, 3]), "1 good row; an error of AUC needs"),
        (lambda b, s: auc_difference(b, s, s[:-1]), "300 labels and 299 scores"),
        (
            lambda b, s: bootstrap_interval(auc, b, s, Resampling(1, 10)),
            "replications 10; give a whole number",
        ),
        (lambda b, s: bootstrap_interval(auc, b, s, Resampling(1, level=1)), "level 1; give one between"),
        (lambda b, s: bootstrap_interval(auc, b, s, Resampling(1, groups=[1])), r"groups of shape \(1,\) for 300 rows"),
        (lambda b, s: bootstrap_interval(auc, b * 0, s, Resampling(1)), "all 300 rows are good"),
        (lambda b, s: bootstrap_interval(auc, b, s, Resampling(1), sample_weight=-b), "weight -1"),
    ],
)
def test_what_has_no_interval_is_refused_in_one_line(call, told):
    bad, score, _ = county(0)
    with pytest.raises(FitError, match=told) as refused:
        call(bad, score)
    assert "\n" not in str(refused.value)
