"""The loops of the tiers, compiled: cuts under a capacity."""

import numpy as np
from numba import njit

from credit_score.partition.kernels import UP, apart

NONE = -np.inf
FITS, NOT, TOO_MUCH = 0, 1, 2


@njit(cache=True, nogil=True)
def under_capacity(gain, ratios, work, capacity, sums_of, bounds, trend, least_z):
    """Edges of the tiers with the greatest gain whose work keeps the capacity; all 0 where there are none.

    Parameters
    ----------
    gain : of each tier and each prefix of cells, shape (K, B + 1): tier k from i to j gains gain[k, j] − gain[k, i],
        and never more for the cells left than the best of the later tiers would.
    ratios, work, capacity : (K,), (D, B + 1) prefix sums, (D,): Σ ratios[k] · work of k must not exceed it.
    sums_of : prefix sums of weight, events, squared weights and rows, shape (4, B + 1).
    bounds : least and most weight, least rows, of a tier.
    trend : whether rates must rise from tier to tier. least_z : see the partition program.

    Every choice of cuts is met unless what it has so far rules it out: exact, at worst C(B − 1, K − 1) choices.
    """
    n_tiers, n = gain.shape[0], gain.shape[1] - 1
    n_work = len(capacity)
    x = np.zeros(n_tiers + 1, np.int64)
    x[n_tiers] = n
    got = np.zeros(n_tiers + 1)
    load = np.zeros((n_tiers + 1, n_work))
    best, found = NONE, np.zeros(n_tiers + 1, np.int64)
    k = 0
    while k >= 0:
        last = k == n_tiers - 1
        x[k + 1] = n if last else x[k + 1] + 1
        if x[k + 1] > n - (n_tiers - 1 - k):
            k -= 1
            continue
        fits = _fits(x, k, load, ratios, work, capacity, sums_of, bounds, trend, least_z)
        got[k + 1] = got[k] + gain[k, x[k + 1]] - gain[k, x[k]]
        if fits == TOO_MUCH or last:
            if last and fits == FITS and got[k + 1] > best:
                best = got[k + 1]
                found[:] = x
            k -= 1
        elif fits == FITS and got[k + 1] + _at_most(gain, k + 1, x[k + 1]) > best:
            k += 1
            x[k + 1] = n if k == n_tiers - 1 else x[k]
    return found, best


@njit(cache=True, nogil=True)
def _fits(x, k, load, ratios, work, capacity, sums_of, bounds, trend, least_z):
    """Whether tier k keeps every constraint; ``TOO_MUCH`` where no wider one would."""
    i, j = x[k], x[k + 1]
    w = sums_of[0, j] - sums_of[0, i]
    over = w > bounds[1]
    for d in range(len(capacity)):
        load[k + 1, d] = load[k, d] + ratios[k] * (work[d, j] - work[d, i])
        over = over or load[k + 1, d] > capacity[d]
    if over:
        return TOO_MUCH
    if w < bounds[0] or sums_of[3, j] - sums_of[3, i] < bounds[2]:
        return NOT
    if k == 0:
        return FITS
    h = x[k - 1]
    w0, e0, s0 = sums_of[0, i] - sums_of[0, h], sums_of[1, i] - sums_of[1, h], sums_of[2, i] - sums_of[2, h]
    e, s = sums_of[1, j] - sums_of[1, i], sums_of[2, j] - sums_of[2, i]
    return FITS if apart(w0, e0, s0, w, e, s, UP if trend else 0, least_z) else NOT


@njit(cache=True, nogil=True)
def _at_most(gain, k, i):
    """The most that the cells from i on can still gain, in tier k or a later one."""
    most = NONE
    for later in range(k, len(gain)):
        most = max(most, gain[later, -1] - gain[later, i])
    return most
