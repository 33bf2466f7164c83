"""Where a scenario comes to rest: the stationary shares of statuses and violations of each type of firm."""

import numpy as np

from credit_score.simulation.events import TO, TURNS, outcomes
from credit_score.simulation.numbers import DRIFT_ONE, DRIFT_TWO, Numbers
from credit_score.simulation.parameter import ScenarioError

MOST = 400  # states of a type, of which the matrix is multiplied with itself
SQUARINGS = 60


def at_rest(m: Numbers) -> Numbers:
    """The numbers with firms spread as they come to rest, each visited by itself; entry, exit, cap and floors aside.

    Of violations that last, the share in violation is that at rest too. Raises ScenarioError for too many statuses.
    """
    n = m.rates.shape[1]
    if 2 * n > MOST:
        raise ScenarioError(f"{n} statuses are too many to be brought to rest", "at_rest", remedy="give the start")
    firms, violating = m.firms.copy(), m.violating.copy()
    table = outcomes(m)
    for v, j in np.ndindex(m.firms.shape[0], m.firms.shape[2]):
        bad_at_first = m.firms[v, :, j] * m.violating[v, :, j]
        first = np.concatenate([m.firms[v, :, j] - bad_at_first, bad_at_first])
        good, bad = (first @ _limit(_matrix(m, table.chance[v, :, j], table.what[:, j]))).reshape(2, n)
        firms[v, :, j] = _whole(good + bad)
        violating[v, :, j] = np.divide(bad, good + bad, out=np.zeros(n), where=good + bad > 0)
    return m._replace(firms=firms, violating=violating)


def _matrix(m: Numbers, chance: np.ndarray, what: np.ndarray) -> np.ndarray:
    """Chances from state to state of a period, (2 S, 2 S): statuses without a violation, then with one."""
    n = len(chance)
    moved = np.zeros((2 * n, 2 * n))
    for bad in (0, 1):
        here = np.broadcast_to(np.arange(n)[:, None] + bad * n, chance[:, bad].shape)
        np.add.at(moved, (here, what[:, bad, :, TO] + n * what[:, bad, :, TURNS]), chance[:, bad])
    drifted = np.zeros_like(moved)
    for row, share in ((DRIFT_ONE, 1 - m.drift_chance), (DRIFT_TWO, m.drift_chance)):
        for bad in (0, n):
            np.add.at(drifted, (np.arange(n) + bad, m.chain[row] + bad), share)
    return moved @ drifted


def _limit(matrix: np.ndarray) -> np.ndarray:
    """Where every state leads in the end; half a step at a time, so that no circle goes on for ever."""
    power = (matrix + np.eye(len(matrix))) / 2
    for _ in range(SQUARINGS):
        power = power @ power
        power /= power.sum(axis=1, keepdims=True)
    return power


def _whole(exact: np.ndarray) -> np.ndarray:
    """Whole firms by largest remainder."""
    whole = np.floor(exact + 1e-9).astype(np.int64)
    short = round(exact.sum()) - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:short]] += 1
    return whole
