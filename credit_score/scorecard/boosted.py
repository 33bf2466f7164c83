"""Boosted trees that each look at one characteristic, compiled into attributes: the second way to learn a card.

scikit-learn's histogram boosting with interactions off gives a sum of functions of one characteristic each. It is run
on the cells of the columns, so that each function is a number a cell, and the partition program joins cells to
attributes (least squares, by weight). What is left is a card like any other; the trees are thrown away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from credit_score.partition import Cells
from credit_score.scorecard.binning import Draft
from credit_score.scorecard.learned import Evidence
from credit_score.scorecard.prebins import Target
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

MONOTONE = {"ascending": 1, "descending": -1}
TURNING = {"peak": [1, -1], "valley": [-1, 1]}
MOST_ROWS = 5_000_000


@dataclass(frozen=True)
class Boosting:
    """Settings of the boosting: rounds, learning rate, leaves a tree, least rows a leaf, L2 penalty and seed.

    Raises FitError for what boosting cannot use.
    """

    rounds: int = 400
    learning_rate: float = 0.05
    leaves: int = 4
    min_leaf: int = 20
    l2: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("l2", self.l2, least=0)
        for name, least in (("rounds", 1), ("leaves", 2), ("min_leaf", 1), ("seed", 0)):
            check_number(name, getattr(self, name), least=least, whole=True)


def boosted_evidence(drafts: Sequence[Draft], target: Target, how: Boosting = Boosting()) -> list[Evidence]:
    """What boosted trees say of each characteristic, by attribute; see the module."""
    blocks = [_block(d, target) for d in drafts]
    trees = _trees(blocks, target, how)
    ends = np.cumsum([0, *(len(b.signs) for b in blocks)])
    return [
        _evidence(d, _effects(trees, b.asked, int(begin), int(ends[-1])), target)
        for d, b, begin in zip(drafts, blocks, ends[:-1], strict=True)
    ]


class Block(NamedTuple):
    """A characteristic as the trees see it: columns of the rows, the same of each code, and the sign each must have."""

    rows: np.ndarray
    asked: np.ndarray
    signs: list[int]


def _block(drafted: Draft, target: Target) -> Block:
    """The cells in one column; in two, up to the turn and from it on, where the trend turns; and one for each special.

    A special number stands for something else: it is no cell, and no trend binds it.
    """
    n_cells, n_specials = len(drafted.found.cells), len(drafted.found.specials)
    turn = _turn(drafted, target) if drafted.trend in TURNING else None
    signs = [MONOTONE.get(drafted.trend, 0)] if turn is None else TURNING[drafted.trend]
    codes = np.append(np.arange(n_cells + n_specials, dtype=np.float64), np.nan)
    rows, asked = (_columns(c, n_cells, n_specials, turn) for c in (drafted.codes(), codes))
    return Block(rows, asked, signs + [0] * n_specials)


def _columns(codes: np.ndarray, n_cells: int, n_specials: int, turn: float | None) -> np.ndarray:
    cells = np.where(codes < n_cells, codes, np.nan)
    parts = [cells] if turn is None else [np.minimum(cells, turn), np.maximum(cells, turn)]
    return np.column_stack([*parts, *(codes == n_cells + s for s in range(n_specials))])


def _turn(drafted: Draft, target: Target) -> float:
    """The cell where the bad rate turns: the middle of the group that the partition program finds at the turn."""
    edges = drafted.edges(drafted.found.for_partition(), target, "information")
    weight, bad, _ = np.add.reduceat(drafted.found.cells, edges[:-1]).T
    rate = np.divide(bad, weight, out=np.zeros_like(bad), where=weight > 0)
    group = int(np.argmax(rate) if drafted.trend == "peak" else np.argmin(rate))
    return float((edges[group] + edges[group + 1] - 1) // 2)


def _trees(blocks: Sequence[Block], target: Target, how: Boosting) -> "HistGradientBoostingClassifier":
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=how.rounds, learning_rate=how.learning_rate, max_leaf_nodes=how.leaves, min_samples_leaf=how.min_leaf,
        l2_regularization=how.l2, interaction_cst="no_interactions", early_stopping=False, random_state=how.seed,
        monotonic_cst=[sign for b in blocks for sign in b.signs],
    )  # fmt: skip
    rows = np.column_stack([b.rows for b in blocks])
    if _counts(target.weight):
        # The trees count rows in a leaf, not weight: a row that counts for three is given three times.
        times = target.weight.astype(np.int64)
        return trees.fit(np.repeat(rows, times, axis=0), np.repeat(target.bad, times))
    return trees.fit(rows, target.bad, sample_weight=target.weight)


def _counts(weight: np.ndarray) -> bool:
    """Whether weights are whole numbers of rows, not all one, and not too many."""
    return bool((weight == np.rint(weight)).all() and (weight != 1).any() and weight.sum() <= MOST_ROWS)


def _effects(trees: "HistGradientBoostingClassifier", asked: np.ndarray, begin: int, width: int) -> np.ndarray:
    """What the trees say for good in each cell, special and missing of a characteristic, up to a constant."""
    rows = np.zeros((len(asked), width))
    rows[:, begin : begin + asked.shape[1]] = asked
    return -trees.decision_function(rows)


def _evidence(drafted: Draft, effects: np.ndarray, target: Target) -> Evidence:
    """Attributes by least squares on the effects of cells; the effect of one is the mean over its weight.

    What was never met, a missing value, a special or a bin by hand, is neutral.
    """
    found = drafted.found
    weight = np.concatenate([found.cells[:, 0], found.specials[:, 0], found.missing[:1]])
    centred = np.where(weight > 0, effects - np.average(effects, weights=weight), 0.0)
    n_cells = len(found.cells)
    said, of_cells = centred[:n_cells], found.cells[:, 0]
    cells = Cells(of_cells, of_cells * said, found.cells[:, 2], of_cells * said**2)
    edges = drafted.edges(cells, target, "squares")
    characteristic = drafted.cut(edges, target)
    # The page states what binds the trees; left free they keep no trend.
    characteristic = replace(characteristic, trend="none" if drafted.trend == "auto" else drafted.trend)
    sums, of = (np.add.reduceat(c, edges[:-1]) for c in (of_cells * said, of_cells))
    means = np.divide(sums, of, out=np.zeros_like(sums), where=of > 0)
    neutral = len(characteristic.attributes) - len(means) - len(found.specials) - 1  # categories never met
    return Evidence(drafted.column, characteristic, np.concatenate([means, np.zeros(neutral), centred[n_cells:]]))
