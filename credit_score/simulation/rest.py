"""Where a scenario comes to rest: the stationary shares of statuses and violations of each type of firm."""

from itertools import product

import numpy as np

from credit_score.simulation.events import TO, TURNS, outcomes
from credit_score.simulation.numbers import DRIFT_ONE, DRIFT_TWO, Numbers
from credit_score.simulation.parameter import ScenarioError

MOST = 400  # states of a type, of which the matrix is multiplied with itself
SQUARINGS = 60
CACHED_BYTES = 1 << 18  # of matrices multiplied at once


def at_rest(m: Numbers) -> Numbers:
    """The numbers with firms spread as they come to rest, each visited by itself; entry, exit, cap and floors aside.

    Of violations that last, the share in violation is that at rest too. Raises ScenarioError for too many statuses.
    """
    n = m.rates.shape[1]
    if 2 * n > MOST:
        raise ScenarioError(f"{n} statuses are too many to be brought to rest", "at_rest", remedy="give the start")
    firms, violating = m.firms.copy(), m.violating.copy()
    # Who learns has learned by then what the schedule is.
    learned = np.where(m.memory[:, None, None] > 0, m.intensity, m.expected)
    table = outcomes(m._replace(expected=learned))
    few = max(CACHED_BYTES // (8 * (2 * n) ** 2), 1)
    for first, j in product(range(0, len(firms), few), range(firms.shape[2])):
        now = slice(first, first + few)
        bad_at_first = m.firms[now, :, j] * m.violating[now, :, j]
        start = np.concatenate([m.firms[now, :, j] - bad_at_first, bad_at_first], axis=1)
        matrix = _matrix(m, table.chance[now, :, j], table.what[:, j])
        good, bad = np.split((start[:, None] @ _limit(matrix))[:, 0], 2, axis=1)
        firms[now, :, j] = good + bad
        violating[now, :, j] = np.divide(bad, good + bad, out=np.zeros_like(bad), where=good + bad > 0)
    return m._replace(firms=firms, violating=violating)


def _matrix(m: Numbers, chance: np.ndarray, what: np.ndarray) -> np.ndarray:
    """Chances from state to state of a period, (V, 2 S, 2 S): statuses without a violation, then with one."""
    n, each = chance.shape[1], np.arange(len(chance))[:, None, None]
    moved = np.zeros((len(chance), 2 * n, 2 * n))
    for bad in (0, 1):
        here = np.broadcast_to(np.arange(n)[:, None] + bad * n, chance[0, :, bad].shape)
        np.add.at(moved, (each, here, what[:, bad, :, TO] + n * what[:, bad, :, TURNS]), chance[:, :, bad])
    drifted = np.zeros(moved.shape[1:])
    for row, share in ((DRIFT_ONE, 1 - m.drift_chance), (DRIFT_TWO, m.drift_chance)):
        for bad in (0, n):
            np.add.at(drifted, (np.arange(n) + bad, m.chain[row] + bad), share)
    return moved @ drifted


def _limit(matrix: np.ndarray) -> np.ndarray:
    """Where every state leads in the end; half a step at a time, so that no circle goes on for ever."""
    power = (matrix + np.eye(matrix.shape[-1])) / 2
    for _ in range(SQUARINGS):
        power = power @ power
        power /= power.sum(axis=-1, keepdims=True)
    return power
