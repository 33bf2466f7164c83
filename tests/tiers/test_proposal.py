"""Proposed cut-offs: by hand, with labels that were drawn unequally, and what cannot be proposed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.tiers import TierCalibrator, jeffreys_interval
from credit_score.tiers.proposal import Asked, Labels, propose, tier_page

QUICK = {"n_replications": 20, "seed": 3}


def made(n=3000, seed=1):
    """Scores of firms, and whether each has a problem: odds double every 20 points below 940."""
    rng = np.random.default_rng(seed)
    score = np.round(rng.normal(980, 40, n))
    return score, (rng.random(n) < 1 / (1 + 2 ** ((score - 940) / 20))).astype(float)


def test_a_page_counts_firms_by_score_and_rates_by_labels():
    score = np.array([100.0, 90, 80, 70, 60])
    labels = Labels(np.array([100.0, 90, 90, 60]), np.array([0.0, 1, 0, 1]))
    page = tier_page(score, [90, 70], labels)
    assert page["tier"].tolist() == ["A", "B", "C"]
    assert page["firms"].tolist() == [2, 2, 1]
    assert page["share"].tolist() == [0.4, 0.4, 0.2]
    assert page["labelled"].tolist() == [3, 0, 1]
    assert page["rate"].tolist()[0] == pytest.approx(1 / 3)
    assert page.loc[1, ["rate", "rate_low", "rate_high"]].isna().all()  # nobody looked: no rate is stated
    low, high = jeffreys_interval(1, 3)
    assert (page["rate_low"][0], page["rate_high"][0]) == (pytest.approx(low), pytest.approx(high))


def test_a_firm_that_was_unlikely_to_be_drawn_stands_for_many():
    labels = Labels(np.array([100.0, 100, 60]), np.array([1.0, 0, 1]), np.array([0.1, 0.5, 1.0]))
    page = tier_page(np.array([100.0, 80, 60]), [90, 70], labels)
    assert page["rate"].tolist()[0] == pytest.approx(10 / 12)
    assert page["labelled"].tolist() == [2, 0, 1]


def test_asked_for_the_shares_there_are_the_cut_offs_stay():
    score, _ = made()
    found = propose(score, [1000, 960, 920], Asked(4, "shares", **QUICK))
    assert found.proposed["cutoff"].tolist()[:3] == [1000, 960, 920]
    assert found.proposed["firms"].tolist() == found.tiers["firms"].tolist()
    assert "trend" not in set(found.costs["constraint"])


def test_target_shares_are_met_as_nearly_as_whole_scores_can():
    score, _ = made()
    found = propose(score, [1000, 960, 920], Asked(3, "shares", [0.5, 0.3, 0.2], **QUICK))
    assert np.abs(found.proposed["share"] - [0.5, 0.3, 0.2]).max() < 0.01
    inner = found.proposed[:2]
    assert (inner["low"] <= inner["cutoff"]).all()
    assert (inner["cutoff"] <= inner["high"]).all()
    assert inner["replications"].tolist() == [20, 20]


def test_by_labels_the_proposal_is_the_calibrators():
    score, bad = made()
    chance = np.where(bad > 0, 0.5, 0.25)
    labels = Labels(score[::2], bad[::2], chance[::2])
    found = propose(score, [1000, 960, 920], Asked(3, "likelihood", **QUICK), labels)
    own = TierCalibrator(3, "likelihood", weights="draws").fit(score[::2], bad[::2], 1 / chance[::2])
    assert found.proposed["cutoff"].tolist()[:2] == own.cutoffs_.tolist()
    assert np.allclose(found.proposed["rate"], own.table_["rate"])
    assert found.proposed["firms"].sum() == len(score)
    assert set(found.costs["constraint"]) == {"min_share", "trend", "min_z"}


@settings(max_examples=15)
@given(st.lists(st.integers(0, 60), min_size=12, max_size=60), st.integers(3, 5))
def test_without_labels_cut_offs_are_found_wherever_there_are_scores_enough(points, n):
    score, even = np.array(points, float), np.full(n, 1 / n)
    if len(set(points)) < n:
        with pytest.raises(FitError):
            propose(score, [40, 20], Asked(n, "shares", even, n_replications=1))
        return
    page = propose(score, [40, 20], Asked(n, "shares", even, n_replications=200)).proposed
    assert (np.diff(page["cutoff"][: n - 1]) < 0).all()
    assert page["firms"].sum() == len(points)
    assert (page["firms"] > 0).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(4, "likelihood"), "objective 'likelihood' without labels; give labels, or ask for shares"),
        (Asked(5, "shares"), "5 tiers without target shares; the policy has 4"),
        (Asked(3, "shares", [0.5, 0.5]), "2 shares; give 3, the best tier's first"),
        (Asked(3, "shares", [0.5, 0.5, 0.5]), "shares that sum to 1.5"),
        (Asked(7, "shares", [0.1] * 7), "7 tiers; ask for 3 to 6"),
        (Asked(4, "shares", limits={"min_share": 0.4}), "min_share"),
    ],
)
def test_what_cannot_be_proposed_is_refused(asked, said):
    score, _ = made(200)
    with pytest.raises(FitError) as caught:
        propose(score, [1000, 960, 920], asked)
    assert said in str(caught.value)


def test_scores_that_do_not_differ_and_labels_of_one_kind_are_refused():
    with pytest.raises(FitError, match="5 firms with one score cannot be told apart"):
        propose(np.ones(5), [3, 2, 1], Asked(4, "shares"))
    score, _ = made(200)
    with pytest.raises(FitError, match="all 200 rows are good"):
        propose(score, [1000, 960, 920], Asked(4, "likelihood"), Labels(score, np.zeros(200)))


def test_a_distance_of_rates_is_not_asked_for_where_there_are_none():
    with pytest.raises(FitError, match="min_z without labels; give labels"):
        propose(made()[0], [990, 960], Asked(3, "shares", limits={"min_z": 2.0}, **QUICK))


def test_a_seed_is_a_whole_number_of_at_least_0():
    with pytest.raises(FitError, match="seed -1; give a whole number of at least 0"):
        propose(made()[0], [990, 960], Asked(3, "shares", n_replications=20, seed=-1))
