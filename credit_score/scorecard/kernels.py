"""The loops over rows, compiled: sums by cell, and points by attribute. A column is read once, as it stands."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def padded(edges):
    """Edges filled up with infinity to one less than a power of two: a search takes the same steps for every row."""
    size = 1
    while size <= len(edges):
        size *= 2
    full = np.full(size - 1, np.inf)
    full[: len(edges)] = edges
    return full


@njit(cache=True, nogil=True, inline="always")
def place(x, full):
    """The cell of a number: how many of the ascending padded edges are not above it."""
    at, step = 0, (len(full) + 1) // 2
    while step > 0:
        at += step * (full[at + step - 1] <= x)
        step //= 2
    return at


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
    n_cells, full = len(edges) + 1, padded(edges)
    sums = np.zeros((n_cells + len(specials) + 1, 3))
    for i in range(len(x)):
        v = x[i]
        if v != v:
            at = len(sums) - 1
        else:
            k = special_at(v, specials)
            at = n_cells + k if k >= 0 else place(v, full)
        sums[at, 0] += weight[i]
        sums[at, 1] += weight[i] * bad[i]
        sums[at, 2] += 1
    return sums


@njit(cache=True, nogil=True)
def number_counts(x, bad, edges, specials):
    """The same sums for rows that all weigh 1, by counting good and bad alone, which is twice as fast."""
    n_cells, full = len(edges) + 1, padded(edges)
    counts = np.zeros((n_cells + len(specials) + 1, 2), np.int64)
    for i in range(len(x)):
        v = x[i]
        if v != v:
            at = len(counts) - 1
        else:
            k = special_at(v, specials)
            at = n_cells + k if k >= 0 else place(v, full)
        counts[at, int(bad[i])] += 1
    rows = counts.sum(axis=1)
    return np.column_stack((rows, counts[:, 1], rows)).astype(np.float64)


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
    n_cells, missing, full = len(edges) + 1, len(table) - 1, padded(edges)
    for i in range(len(x)):
        v = x[i]
        if v != v:
            total[i] += table[missing]
            continue
        k = special_at(v, specials)
        total[i] += table[n_cells + k] if k >= 0 else table[place(v, full)]


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


@njit(cache=True, nogil=True)
def logistic_moments(columns, bad, weight, b):
    """Weighted log-loss of log-odds b₀ + columns · b, its gradient and its second derivative, in one pass over rows."""
    n = columns.shape[1]
    loss, gradient, hessian = 0.0, np.zeros(n + 1), np.zeros((n + 1, n + 1))
    row = np.ones(n + 1)
    for i in range(len(columns)):
        row[1:] = columns[i]
        eta = 0.0
        for j in range(n + 1):
            eta += row[j] * b[j]
        small = np.exp(-abs(eta))
        p = 1 / (1 + small) if eta >= 0 else small / (1 + small)
        loss += weight[i] * (max(eta, 0.0) + np.log1p(small) - bad[i] * eta)
        slope, curve = weight[i] * (p - bad[i]), weight[i] * p * (1 - p)
        for j in range(n + 1):
            gradient[j] += slope * row[j]
            share = curve * row[j]
            for k in range(j + 1):
                hessian[j, k] += share * row[k]
    return loss, gradient, hessian + np.tril(hessian, -1).T
