"""The loops over rows, compiled: sums by cell, and points by attribute. A column is read once, as it stands."""

import numpy as np
from numba import njit

BLOCK = 1024


@njit(cache=True, nogil=True)
def code_sums(codes, bad, weight, n_codes):
    """The same by code of a column of categories; code −1, missing, comes last."""
    sums = np.zeros((n_codes + 1, 3))
    for i in range(len(codes)):
        at = codes[i] if codes[i] >= 0 else n_codes
        sums[at, 0] += weight[i]
        sums[at, 1] += weight[i] * bad[i]
        sums[at, 2] += 1
    return sums


@njit(cache=True, nogil=True)
def add_by_number(total, x, edges, specials, table):
    """Add to each row what ``table`` gives for its cell: cells, then specials, then missing.

    Rows go by in blocks, each past all edges: a loop over rows that asks one question is done many rows at a time.
    """
    block, at = np.empty(BLOCK), np.empty(BLOCK, np.int64)
    for begin in range(0, len(x), BLOCK):
        n = min(BLOCK, len(x) - begin)
        block[:n] = x[begin : begin + n]
        at[:] = 0
        for k in range(len(edges)):
            edge = edges[k]
            for i in range(BLOCK):
                at[i] += block[i] >= edge
        for k in range(len(specials)):
            for i in range(n):
                if block[i] == specials[k]:
                    at[i] = len(edges) + 1 + k
        for i in range(n):
            total[begin + i] += table[at[i] if block[i] == block[i] else len(table) - 1]


@njit(cache=True, nogil=True)
def add_by_code(total, codes, table):
    """Add to each row what ``table`` gives for its code; the last entry is for code −1, missing."""
    for i in range(len(codes)):
        total[i] += table[codes[i]]


@njit(cache=True, nogil=True)
def bounded_quadratic(b, gradient, hessian, l1, l2, low, high, tolerance):
    """The minimum of gᵀ(x − b) + (x − b)ᵀH(x − b)/2 + Σ l1|x| + l2 x²/2 within bounds, one coordinate after another."""
    x, slope = b.copy(), gradient.copy()
    for _ in range(100_000):
        moved = 0.0
        for j in range(len(x)):
            curve = hessian[j, j] + l2[j]
            if curve <= 0:
                continue
            free = hessian[j, j] * x[j] - slope[j]
            best = np.sign(free) * max(abs(free) - l1[j], 0.0) / curve
            best = min(max(best, low[j]), high[j])
            change = best - x[j]
            if change != 0.0:
                x[j] = best
                slope += hessian[j] * change
                moved = max(moved, abs(change))
        if moved <= tolerance:
            break
    return x
