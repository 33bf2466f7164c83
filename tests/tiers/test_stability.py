from math import log

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.tiers import TierCalibrator, cutoff_intervals, migration_matrix, tier_psi


def firms(n, seed):
    """Rates by score that step at 30 and 60, so that these cut-offs are true."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 90, n)
    return score, rng.random(n) < np.array([0.5, 0.2, 0.05])[score // 30]


def test_an_interval_of_a_cut_off_covers_the_true_one_and_narrows_with_firms():
    tier = TierCalibrator(n_tiers=3)
    few, many = (cutoff_intervals(tier, *firms(n, 1), seed=2, n_replications=100) for n in (1500, 15_000))
    for found in (few, many):
        assert found["tier"].tolist() == ["A", "B"]
        assert (found["low"] <= [60, 30]).all()
        assert (found["high"] >= [60, 30]).all()
        assert ((found["low"] <= found["cutoff"]) & (found["cutoff"] <= found["high"])).all()
        assert found["replications"].tolist() == [100, 100]
    width = [(f["high"] - f["low"]).sum() for f in (few, many)]
    assert width[1] < width[0]


def test_the_same_seed_gives_the_same_interval_and_weights_are_drawn_with_their_rows():
    tier = TierCalibrator(n_tiers=3)
    score, bad = firms(2000, 3)
    a, b = (cutoff_intervals(tier, score, bad, seed=5, n_replications=20) for _ in range(2))
    pd.testing.assert_frame_equal(a, b)
    weighted = cutoff_intervals(tier, score, bad, seed=5, n_replications=20, sample_weight=np.ones(2000))
    pd.testing.assert_frame_equal(a, weighted)
    assert not hasattr(tier, "cutoffs_")


def test_replications_without_cut_offs_are_counted():
    score, bad = firms(300, 6)
    tier = TierCalibrator(n_tiers=3, min_z=4)
    found = cutoff_intervals(tier, score, bad, seed=1, n_replications=50)
    assert 0 < found["replications"][0] < 50


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"n_replications": 0}, "replications 0; give a whole number of at least 1"),
        ({"level": 1.5}, "level 1.5; give one between 0 and 1"),
        ({"seed": -1}, "seed -1; give a whole number of at least 0"),
        ({"groups": {"inspector": [1]}}, "column groups; give sample_weight, probability, days, or none"),
    ],
)
def test_an_interval_of_nothing_is_refused(asked, message):
    with pytest.raises(FitError, match=message):
        cutoff_intervals(TierCalibrator(), *firms(300, 6), **({"seed": 1} | asked))


def test_a_migration_matrix_counts_firms_from_tier_to_tier_with_its_margin():
    found = migration_matrix([0, 0, 0, 1, 2], [0, 0, 1, 1, 0], 4)
    assert found.counts.loc["A"].tolist() == [2, 1, 0, 0, 3]
    assert found.counts.loc["C"].tolist() == [1, 0, 0, 0, 1]
    assert found.counts.loc["all"].tolist() == [3, 2, 0, 0, 5]
    assert found.shares.loc["A"].tolist() == pytest.approx([2 / 3, 1 / 3, 0, 0, 1])
    assert found.shares.loc["D"].isna().all()
    assert found.stayed == pytest.approx(3 / 5)


@pytest.mark.parametrize("seed", range(3))
def test_the_margins_of_a_migration_are_the_tiers_of_the_two_dates(seed):
    before, after = np.random.default_rng(seed).integers(0, 5, (2, 300))
    counts = migration_matrix(before, after, 5).counts
    assert counts["all"].tolist() == [*np.bincount(before, minlength=5), 300]
    assert counts.loc["all"].tolist() == [*np.bincount(after, minlength=5), 300]
    back = migration_matrix(after, before, 5).counts
    assert (back.to_numpy() == counts.to_numpy().T).all()


def test_psi_by_hand():
    found = tier_psi([0] * 6 + [1] * 4, [0] * 5 + [1] * 5, 3).set_index("tier")["psi"]
    assert found["A"] == pytest.approx(-0.1 * log(0.5 / 0.6))
    assert found["B"] == pytest.approx(0.1 * log(0.5 / 0.4))
    assert found["C"] == 0
    assert found["all"] == pytest.approx(found["A"] + found["B"])


def test_psi_is_zero_of_equal_shares_symmetric_and_infinite_where_a_tier_emptied():
    before, after = np.random.default_rng(0).integers(0, 4, (2, 500))
    total = [tier_psi(a, b, 4)["psi"].iloc[-1] for a, b in ((before, after), (after, before), (before, before))]
    assert total[0] == pytest.approx(total[1])
    assert total[2] == 0
    assert tier_psi([0, 1, 2], [0, 1, 1], 3)["psi"].iloc[-1] == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: migration_matrix([0, 1], [0], 3), "2 tiers before and 1 after"),
        (lambda: migration_matrix([0, 3], [0, 1], 3), "tier 3; give codes 0 to 2"),
        (lambda: migration_matrix([0, "B", None], [0, 1, 1], 3), "tier B, None; give codes 0 to 2"),
        (lambda: migration_matrix([[0, 1]], [[0, 1]], 3), r"tiers of shape \(1, 2\); give codes 0 to 2"),
        (lambda: tier_psi([0], [], 3), "no firm has a tier"),
        (lambda: tier_psi([0], [0], 2), "2 tiers; ask for 3 to 6"),
    ],
)
def test_codes_that_are_no_tiers_are_refused(call, message):
    with pytest.raises(FitError, match=message):
        call()
