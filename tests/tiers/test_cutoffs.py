import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.tiers import buffered, tier_codes

CUT = [900, 800, 700]
scores = st.lists(st.integers(600, 1000), min_size=1, max_size=30).map(np.array)
buffers = st.integers(0, 150)


def test_a_cut_off_is_the_lowest_score_of_its_tier():
    assert tier_codes([1000, 900, 899.9, 800, 700, 699, -5], CUT).tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_a_firm_moves_only_once_its_score_is_a_buffer_beyond_the_cut_off():
    """Cut-offs 900, 800, 700 and a buffer of 10, by hand."""
    before = [0, 0, 0, 1, 1, 0, 3, 3, -1]
    score = [895, 890, 889, 905, 910, 795, 705, 915, 895]
    assert buffered(before, score, CUT, 10).tolist() == [0, 0, 1, 1, 0, 1, 3, 0, 1]


@given(scores, st.data())
def test_a_buffer_of_zero_is_no_buffer(score, data):
    before = data.draw(st.lists(st.integers(-1, 3), min_size=len(score), max_size=len(score)))
    assert buffered(before, score, CUT, 0).tolist() == tier_codes(score, CUT).tolist()


@given(scores, buffers, st.data())
def test_twice_is_once(score, buffer, data):
    before = data.draw(st.lists(st.integers(-1, 3), min_size=len(score), max_size=len(score)))
    once = buffered(before, score, CUT, buffer)
    assert buffered(once, score, CUT, buffer).tolist() == once.tolist()


@given(scores, buffers, st.lists(st.integers(600, 1000), min_size=1, max_size=6))
def test_a_firm_whose_score_stays_never_moves(score, buffer, history):
    tier = np.full(len(score), -1)
    for level in history:  # whatever was before
        tier = buffered(tier, np.full(len(score), level), CUT, buffer)
    tier = buffered(tier, score, CUT, buffer)
    for _ in range(3):
        assert buffered(tier, score, CUT, buffer).tolist() == tier.tolist()
    plain = tier_codes(score, CUT)
    assert buffered(plain, score, CUT, buffer).tolist() == plain.tolist()


@given(scores, buffers, st.data())
def test_a_firm_that_moves_is_beyond_a_cut_off_by_the_buffer_and_moves_the_way_its_score_says(score, buffer, data):
    before = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(score), max_size=len(score))))
    after = buffered(before, score, CUT, buffer)
    ends = np.array([np.inf, *CUT, -np.inf])
    up, down = after < before, after > before
    assert (score[up] >= ends[before[up]] + buffer).all()
    assert (score[down] < ends[before[down] + 1] - buffer).all()
    plain = tier_codes(score, CUT)
    assert (plain[up] < before[up]).all()
    assert (plain[down] > before[down]).all()


def test_a_buffer_stops_flapping():
    """Scores that only shake by less than the buffer move a firm at most once."""
    rng = np.random.default_rng(1)
    centre = rng.uniform(600, 1000, 2000)
    tier, flat = np.full(2000, -1), []
    moves, flaps = np.zeros(2000), np.zeros(2000)
    for month in range(24):
        score = centre + rng.uniform(-5, 5, 2000)
        new, plain = buffered(tier, score, CUT, 10), tier_codes(score, CUT)
        if month:
            moves += new != tier
            flaps += plain != flat
        tier, flat = new, plain
    assert moves.max() == 0
    assert flaps.sum() > 100


@pytest.mark.parametrize(
    ("before", "score", "cutoffs", "buffer", "message"),
    [
        ([0], [900], [700, 800, 900], 1, "cut-offs 700, 800, 900 do not descend"),
        ([0], [900], [900, np.nan], 1, "cut-offs 900, nan do not descend"),
        ([0], [900], [900], 1, "2 tiers; ask for 3 to 6"),
        ([0], [900], [6, 5, 4, 3, 2, 1], 1, "7 tiers"),
        ([0], [900], CUT, -1, "buffer -1; give a finite number of at least 0"),
        ([0], [900], CUT, np.nan, "buffer nan; give a finite number"),
        ([0], [900], CUT, "5", "buffer '5'; give a finite number"),
        ([0, "B"], [900, 900], CUT, 1, "tier .*B; give codes 0 to 3, or -1"),
        ([0, 1], [900], CUT, 1, "2 tiers and 1 scores"),
        ([4], [900], CUT, 1, "tier 4; give codes 0 to 3, or -1"),
        ([0.5], [900], CUT, 1, "tier 0.5"),
        ([0], [np.nan], CUT, 1, "nan in row 0"),
    ],
)
def test_what_is_no_tier_score_or_buffer_is_refused(before, score, cutoffs, buffer, message):
    with pytest.raises(FitError, match=message):
        buffered(before, score, cutoffs, buffer)
