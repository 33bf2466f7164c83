"""The loops of the cube, compiled: rows into sums, and sums into the figures of a question.

A row adds to four sums of its bin and department: rows, expected violations, their squares, and inspector-days.
"""

import numpy as np
from numba import njit

ROWS, BAD, SQUARES, DAYS = 0, 1, 2, 3
FOUND = SQUARES  # in the place of the squares, once they are kept apart: violations that a visit to each would find
FINE, SPLITS, RISES, NO_RATIO, MISFIT = 0, 1, 2, 3, 4


@njit(cache=True, nogil=True)
def _bin(score, edges, per):
    """The bin of a score; whole numbers that cannot be below 0 are quicker to look up."""
    b = min(int((score - edges[0]) * per), len(edges) - 2)
    # The product can be a last digit off.
    return b + int(score >= edges[np.uint64(b + 1)]) - int(score < edges[np.uint64(b)])


@njit(cache=True, nogil=True)
def tally(score, bad, department, days, edges, sums):
    """Add rows to ``sums`` (B, D, 4); returns the first row below or above what can be, or −1.

    ``days``: of each row, or of shape (1,) where all have the same. ``edges``: (B + 1,), equally wide, a bin from
    one up to, and without, the next. What is no number is no number in the sums.
    """
    cells = sums.reshape(-1, 4)
    per = (len(edges) - 1) / (edges[-1] - edges[0])
    step = 1 if len(days) == len(score) else 0
    for i in range(len(score)):
        p, w = bad[i], days[i * step]
        if p < 0 or p > 1 or w < 0:
            return i
        cell = np.uint64(_bin(score[i], edges, per) * sums.shape[1] + department[i])
        cells[cell, ROWS] += 1.0
        cells[cell, BAD] += p
        cells[cell, SQUARES] += p * p
        cells[cell, DAYS] += w
    return -1


@njit(cache=True, nogil=True)
def tally_bearers(score, department, bearer, edges, counts):
    """Add rows to ``counts`` (B, D, G): of a bin and department, those that each group of firms bears."""
    per = (len(edges) - 1) / (edges[-1] - edges[0])
    for i in range(len(score)):
        counts[_bin(score[i], edges, per), department[i], bearer[i]] += 1


@njit(cache=True, nogil=True)
def places(cutoffs, bounds, edges):
    """Fill ``edges`` (K + 1,) with where tiers begin among bins, the best first; returns what is wrong, or FINE.

    A cut-off is the lowest score of its tier; it may not fall inside a bin. ``bounds``: lower and upper, (2, B).
    """
    edges[0], edges[-1] = 0, bounds.shape[1]
    for k in range(len(cutoffs)):
        low, high, c = 0, bounds.shape[1], cutoffs[k]
        while low < high:
            middle = (low + high) // 2
            if bounds[0, middle] >= c:
                low = middle + 1
            else:
                high = middle
        if c != c or (k > 0 and c > cutoffs[k - 1]):
            return RISES
        if low < bounds.shape[1] and bounds[1, low] > c:
            return SPLITS
        edges[k + 1] = low
    return FINE


@njit(cache=True, nogil=True)
def answer(bounds, prefix, cutoffs, ratios, repeated, found):
    """Fill ``found`` (3 K + 1, D): inspections, detections, undetected, a row a tier, and days; returns what is wrong.

    ``ratios`` : (K,), or (K, D). ``repeated``: None, or (2, K, D): visits to a drawn firm, and how many times as much
    they find as one.
    """
    n_tiers, n_departments = len(cutoffs) + 1, prefix.shape[1]
    if len(ratios) != n_tiers or (ratios.ndim == 2 and ratios.shape[1] != n_departments):
        return MISFIT
    edges = np.empty(n_tiers + 1, np.int64)
    wrong = places(cutoffs, bounds, edges)
    if wrong != FINE:
        return wrong
    for d in range(n_departments):
        days = 0.0
        for k in range(n_tiers):
            r = ratios[k, d] if ratios.ndim == 2 else ratios[k]
            if not 0 <= r <= 1:
                return NO_RATIO
            visits, finds = (r, r) if repeated is None else (r * repeated[0, k, d], r * repeated[1, k, d])
            first, last = edges[k], edges[k + 1]
            hits = finds * (prefix[last, d, FOUND] - prefix[first, d, FOUND])
            found[k, d] = visits * (prefix[last, d, ROWS] - prefix[first, d, ROWS])
            found[n_tiers + k, d] = hits
            found[2 * n_tiers + k, d] = max(prefix[last, d, BAD] - prefix[first, d, BAD] - hits, 0.0)
            days += visits * (prefix[last, d, DAYS] - prefix[first, d, DAYS])
        found[3 * n_tiers, d] = days
    return FINE
