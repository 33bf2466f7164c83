import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.tiers.cells import check_rows, score_cells


def cells_of(score, n_cells=1000, weight=None, seed=0):
    bad = np.arange(len(score)) % 2
    return score_cells(check_rows(score, bad, weight), n_cells)


@pytest.mark.parametrize("score", [np.array([5, 3, 3, 9]), np.array([0.5, -3.25, -3.25, 7e6])])
def test_of_few_scores_each_is_a_cell_the_best_first(score):
    found = cells_of(score)
    assert found.lowest.tolist() == sorted(set(score), reverse=True)
    assert found.rows.tolist() == [1, 1, 2]
    assert found.bad.tolist() == [1, 0, 1] if score[0] < score[3] else True


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["normal", "cauchy", "ties", "huge", "tiny", "wide"]),
    n_cells=st.sampled_from([3, 10, 50]),
    weighted=st.booleans(),
)
def test_cells_are_ranges_of_scores_of_equal_weight_by_rank(seed, kind, n_cells, weighted):
    rng = np.random.default_rng(seed)
    score = {
        "normal": rng.normal(size=500), "cauchy": rng.standard_cauchy(500) ** 5, "ties": rng.integers(0, 90, 500) / 7,
        "huge": rng.normal(size=500) * 1e299, "tiny": rng.normal(size=500) * 5e-324 * 1e3,
        "wide": rng.integers(-(10**6), 10**6, 500),
    }[kind]  # fmt: skip
    weight = rng.integers(1, 5, 500).astype(float) if weighted else np.ones(500)
    found = cells_of(score, n_cells, weight if weighted else None)
    assert len(found.lowest) <= n_cells
    assert (np.diff(found.lowest) < 0).all()
    # Written out: cell after cell of the sorted rows.
    at = np.searchsorted(-found.lowest, -score, side="left")
    sums = [np.bincount(at, v, minlength=len(found.lowest)) for v in (weight, np.ones(500), weight**2)]
    for mine, theirs in zip((found.weight, found.rows, found.squares), sums, strict=True):
        assert mine.tolist() == theirs.tolist()
    assert set(found.lowest) <= set(score)
    if len(set(score)) > n_cells:
        heaviest = np.bincount(np.unique(score, return_inverse=True)[1], weight).max()
        assert found.weight.max() <= weight.sum() / n_cells + heaviest


def test_cells_count_by_tier_what_their_rows_do():
    rng = np.random.default_rng(3)
    score, days, chance = rng.normal(size=5000), rng.random((5000, 2)), rng.random(5000)
    weight = rng.random(5000)
    found = score_cells(check_rows(score, rng.random(5000) < 0.3, weight, chance, days), 100)
    edges = np.array([0, 10, 10, 100])
    tiers = found.grouped(edges)
    first = score >= found.lowest[9]
    assert tiers.days[0] == pytest.approx(weight[first] @ days[first])
    assert tiers.probability[2] == pytest.approx(weight[~first] @ chance[~first])
    assert tiers.rows.tolist() == [first.sum(), 0, (~first).sum()]
    assert np.isnan(tiers.lowest[1])
