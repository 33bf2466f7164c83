"""Blocks of rising rate against the partition program on every cell."""

import numpy as np
import pytest

from credit_score.partition import Limits, partition
from credit_score.tiers.aim import Aim, best_cut
from credit_score.tiers.cells import check_rows, score_cells


def cells_of(seed, slope, whole):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 300, 20_000)
    chance = 1 / (1 + np.exp(1 + slope * (score / 150 - 1)))
    weight = None if whole else rng.uniform(0.1, 5, len(score))
    return score_cells(check_rows(score, rng.random(len(score)) < chance, weight), 1000)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_tiers", [3, 4, 6])
@pytest.mark.parametrize("slope", [0.1, 2.0])
@pytest.mark.parametrize("min_share", [0, 0.1])
def test_blocks_give_the_tiers_that_all_cells_give(seed, n_tiers, slope, min_share):
    cells = cells_of(seed, slope, whole=seed % 2)
    limits = Limits(n_tiers, n_tiers, min_share=min_share, trend="ascending", min_z=0)
    for kind in ("likelihood", "information"):
        expected = partition(cells.for_partition(drawn=False), limits, kind)
        found = best_cut(cells, Aim(kind, limits))
        assert found.objective == pytest.approx(expected.value, rel=1e-11)
