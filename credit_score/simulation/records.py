"""What engines write down: counts by replication, period, tier and type."""

from typing import NamedTuple

import numpy as np

from credit_score.simulation.numbers import Numbers


class Records(NamedTuple):
    """Counts, float64; axes R replications, T periods, K tiers, D departments, J types.

    At the start of a period: ``firms``, ``violating`` (R, T, K, J). In it: ``visits``, ``found`` (detections), ``left``
    (R, T, K, J); ``entered`` (R, T, J); ``moved`` from a tier to another, by visits and by time (R, T, K, K);
    ``waiting``: visits that the department had no days for, at its end (R, T, D). After the visits, before time moves
    a firm: ``rated`` firms by tier (R, T, K), and of their scores ``score_sum`` and ``score_squares`` (R, T). At the
    very end: ``last`` firms (R, K, J).
    """

    firms: np.ndarray
    violating: np.ndarray
    visits: np.ndarray
    found: np.ndarray
    left: np.ndarray
    entered: np.ndarray
    moved: np.ndarray
    waiting: np.ndarray
    rated: np.ndarray
    score_sum: np.ndarray
    score_squares: np.ndarray
    last: np.ndarray


def n_bytes(n_periods: int, n_tiers: int, n_departments: int, n_types: int) -> int:
    """What the records of a replication take."""
    k, d, j = n_tiers, n_departments, n_types
    return 8 * n_periods * (5 * k * j + j + k * k + d + k + 2)


def blank(numbers: Numbers, n_replications: int) -> Records:
    """Records of so many replications, nothing written in them yet."""
    _, k, d, j = numbers.shape
    r, t = n_replications, numbers.n_periods
    by_type, by_period = (r, t, k, j), (r, t)
    shapes = (
        *[by_type] * 5, (r, t, j), (r, t, k, k), (r, t, d), (r, t, k), by_period, by_period, (r, k, j),
    )  # fmt: skip
    return Records(*(np.zeros(shape) for shape in shapes))
