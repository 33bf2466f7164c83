"""The loops over rows, compiled: sums by cell, and points by attribute. A column is read once, as it stands."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def place(x, edges):
    """The cell of a number: how many of the ascending edges are not above it."""
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) // 2
        if x >= edges[middle]:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def special_at(x, specials):
    """Which special value a number is, −1 if none."""
    for k in range(len(specials)):
        if x == specials[k]:
            return k
    return -1


@njit(cache=True, nogil=True)
def number_sums(x, bad, weight, edges, specials):
    """Sums by cell of a column of numbers: weight, bad weight, rows; shape (cells + specials + 1, 3), missing last."""
    n_cells = len(edges) + 1
    sums = np.zeros((n_cells + len(specials) + 1, 3))
    for i in range(len(x)):
        v = x[i]
        if v != v:
            at = len(sums) - 1
        else:
            k = special_at(v, specials)
            at = n_cells + k if k >= 0 else place(v, edges)
        sums[at, 0] += weight[i]
        sums[at, 1] += weight[i] * bad[i]
        sums[at, 2] += 1
    return sums


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
    """Add to each row what ``table`` gives for its cell: cells, then specials, then missing."""
    n_cells, missing = len(edges) + 1, len(table) - 1
    for i in range(len(x)):
        v = x[i]
        if v != v:
            total[i] += table[missing]
            continue
        k = special_at(v, specials)
        total[i] += table[n_cells + k] if k >= 0 else table[place(v, edges)]


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
