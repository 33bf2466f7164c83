"""Boosted trees that each look at one characteristic, compiled into attributes: the second way to learn a card.

scikit-learn's histogram boosting with interactions off gives a sum of functions of one characteristic each. It is run
on the cells of the columns, so that each function is a number a cell, and the partition program joins cells to
attributes (least squares, by weight). What is left is a card like any other; the trees are thrown away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from credit_score.partition import Cells
from credit_score.scorecard.binning import Draft
from credit_score.scorecard.learned import Evidence
from credit_score.scorecard.prebins import Target

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

MONOTONE = {"ascending": 1, "descending": -1}


@dataclass(frozen=True)
class Boosting:
    """Settings of the boosting: rounds, learning rate, leaves a tree, least rows a leaf, L2 penalty and seed."""

    rounds: int = 400
    learning_rate: float = 0.05
    leaves: int = 4
    min_leaf: int = 20
    l2: float = 1.0
    seed: int = 0


def boosted_evidence(drafts: Sequence[Draft], target: Target, how: Boosting = Boosting()) -> list[Evidence]:
    """What boosted trees say of each characteristic, by attribute; see the module."""
    codes = np.column_stack([d.codes() for d in drafts])
    trees = _trees(drafts, codes, target, how)
    return [_evidence(d, codes[:, j], _effects(trees, d, j, codes.shape[1]), target) for j, d in enumerate(drafts)]


def _trees(
    drafts: Sequence[Draft], codes: np.ndarray, target: Target, how: Boosting
) -> "HistGradientBoostingClassifier":
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=how.rounds, learning_rate=how.learning_rate, max_leaf_nodes=how.leaves, min_samples_leaf=how.min_leaf,
        l2_regularization=how.l2, interaction_cst="no_interactions", early_stopping=False, random_state=how.seed,
        monotonic_cst=[MONOTONE.get(d.trend, 0) for d in drafts],
    )  # fmt: skip
    return trees.fit(codes, target.bad, sample_weight=target.weight)


def _effects(trees: "HistGradientBoostingClassifier", drafted: Draft, j: int, width: int) -> np.ndarray:
    """What the trees say for good in each cell, special and missing of characteristic j, up to a constant."""
    n_codes = len(drafted.found.cells) + len(drafted.found.specials)
    asked = np.zeros((n_codes + 1, width))
    asked[:, j] = np.append(np.arange(n_codes), np.nan)
    return -trees.decision_function(asked)


def _evidence(drafted: Draft, codes: np.ndarray, effects: np.ndarray, target: Target) -> Evidence:
    """Attributes by least squares on the effects of cells; the effect of one is the mean over its weight."""
    found = drafted.found
    weight = np.concatenate([found.cells[:, 0], found.specials[:, 0], found.missing[:1]])
    centred = effects - np.average(effects, weights=weight)
    n_cells = len(found.cells)
    said, of_cells = centred[:n_cells], found.cells[:, 0]
    cells = Cells(of_cells, of_cells * said, found.cells[:, 2], of_cells * said**2)
    edges = drafted.edges(cells, target, "squares")
    characteristic = drafted.cut(edges, target)
    means = np.add.reduceat(of_cells * said, edges[:-1]) / np.add.reduceat(of_cells, edges[:-1])
    neutral = len(characteristic.attributes) - len(means) - len(found.specials) - 1  # categories never met
    return Evidence(drafted.column, characteristic, np.concatenate([means, np.zeros(neutral), centred[n_cells:]]))
