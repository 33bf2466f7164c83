"""The loops of the partition program, compiled.

``value[i, j]`` is what a group of the cells ``i`` up to, and without, ``j`` is worth; minus infinity where it may not
be. A group is a cell of a triangle, so the relaxed program looks at each once a level, the coupled one at each with
each of its neighbours on the left.
"""

import numpy as np
from numba import njit

NEVER = -np.inf
INFORMATION, LIKELIHOOD, SQUARES, SHARES = 0, 1, 2, 3
UP, DOWN, EITHER = 1, -1, 0


@njit(cache=True, nogil=True)
def _x_log_ratio(x, y):
    """X ln(x / y), 0 at x = 0."""
    return x * np.log(x / y) if x > 0 else 0.0


@njit(cache=True, nogil=True)
def _worth(kind, weight, events, squares, all_good, all_bad):
    """What one group is worth by an objective; minus infinity where the objective has no value for it."""
    if weight <= 0:
        return NEVER
    if kind == SQUARES:
        return events * events / weight - squares
    if kind == SHARES:
        return -((weight / (all_good + all_bad)) ** 2)
    good = weight - events
    if kind == LIKELIHOOD:
        return _x_log_ratio(events, weight) + _x_log_ratio(good, weight)
    if all_good <= 0 or all_bad <= 0:
        return NEVER
    half = 0.5 if events <= 0 or good <= 0 else 0.0
    evidence = np.log((good + half) / all_good) - np.log((events + half) / all_bad)
    return (good / all_good - events / all_bad) * evidence


@njit(cache=True, nogil=True)
def group_values(kind, weight, events, squares, count, bounds):
    """Value of every group, shape (B + 1, B + 1), from prefix sums of shape (B + 1,).

    ``bounds``: least and most weight, least count.
    """
    n = len(weight)
    value = np.full((n, n), NEVER)
    all_bad = events[-1]
    all_good = weight[-1] - all_bad
    for i in range(n - 1):
        for j in range(i + 1, n):
            w = weight[j] - weight[i]
            if w > bounds[1]:
                break
            if w >= bounds[0] and count[j] - count[i] >= bounds[2]:
                e, s = events[j] - events[i], squares[j] - squares[i]
                value[i, j] = _worth(kind, w, e, s, all_good, all_bad)
    return value


@njit(cache=True, nogil=True)
def relaxed(value, most, ends):
    """Best value of each prefix in 1 … most groups, and where its last group begins; both of shape (most, B + 1).

    ``value`` : (1, B + 1, B + 1), or (most, …) where the k-th group is worth something else than the others.
    ``ends[k, j]``, of the shape of the result, is added where group k ends without cell j.
    """
    n = value.shape[1]
    best = np.full((most, n), NEVER)
    begins = np.zeros((most, n), np.int32)
    best[0] = value[0, 0] + ends[0]
    for k in range(1, most):
        own = value[min(k, len(value) - 1)]
        for i in range(k, n - 1):
            before = best[k - 1, i]
            if before == NEVER:
                continue
            for j in range(i + 1, n):
                total = before + own[i, j] + ends[k, j]
                if total > best[k, j]:
                    best[k, j], begins[k, j] = total, i
    return best, begins


@njit(cache=True, nogil=True)
def distance(w1, e1, s1, w2, e2, s2):
    """How far the rate of the second of two groups lies above that of the first, in pooled standard errors.

    ``s``: sums of squared weights; where a weight is a number of rows, the weight. Of equal rates 0.
    """
    gap = e2 / w2 - e1 / w1
    pooled = (e1 + e2) / (w1 + w2)
    variance = pooled * (1 - pooled) * (s1 / w1**2 + s2 / w2**2)
    return gap / np.sqrt(variance) if variance > 0 else 0.0


@njit(cache=True, nogil=True)
def apart(w1, e1, s1, w2, e2, s2, direction, least_z):
    """Whether the rates of two groups differ in a direction, and by at least so many pooled standard errors."""
    r1, r2 = e1 / w1, e2 / w2
    if (direction == UP and r2 < r1) or (direction == DOWN and r2 > r1):
        return False
    return least_z <= 0 or (r1 != r2 and abs(distance(w1, e1, s1, w2, e2, s2)) >= least_z)


@njit(cache=True, nogil=True)
def _rates(weight, events, i, j):
    w = weight[j] - weight[i]
    return (events[j] - events[i]) / w if w > 0 else 0.0


@njit(cache=True, nogil=True)
def by_rate(weight, events):
    """For each cut i the groups on its left by rising rate, and how many lie below, or not above, each on its right.

    ``order[i, :i]`` holds where they begin; ``below[i, j]`` and ``upto[i, j]`` count those with a rate under, and of at
    most, that of the group from i to j.
    """
    n = len(weight)
    order, below, upto = np.zeros((n, n), np.int32), np.zeros((n, n), np.int32), np.zeros((n, n), np.int32)
    for i in range(1, n - 1):
        left = np.array([_rates(weight, events, h, i) for h in range(i)])
        ranked = np.argsort(left, kind="mergesort")
        order[i, :i] = ranked
        left = left[ranked]
        right = np.array([_rates(weight, events, i, j) for j in range(i + 1, n)])
        below[i, i + 1 :] = np.searchsorted(left, right, side="left")
        upto[i, i + 1 :] = np.searchsorted(left, right, side="right")
    return order, below, upto


@njit(cache=True, nogil=True)
def _running_best(values, order, upward):
    """Of groups in an order, where the best value of the first, or of the last, so many stands; −1 for none."""
    n = len(order)
    found = np.full(n + 1, -1, np.int32)
    for m in range(1, n + 1):
        h = order[m - 1] if upward else order[n - m]
        last = found[m - 1]
        found[m] = h if values[h] > NEVER and (last < 0 or values[h] > values[last]) else last
    return found


@njit(cache=True, nogil=True)
def with_trend(value, most, ends, weight, events, first, second):
    """The program of :func:`coupled` for a trend alone, in O(B² (K + ln B)): neighbours agree by their rates."""
    n = len(value)
    phases = 1 if first == second else 2
    best = np.full((most, phases, n, n), NEVER)
    before = np.zeros((most, phases, n, n), np.int32)
    best[0, 0, 0] = value[0] + ends[0]
    order, below, upto = by_rate(weight, events)
    for k in range(1, most):
        for i in range(k, n - 1):
            for phase in range(phases):
                upward = (second if phase else first) == UP
                for earlier in range(phase + 1):
                    left = best[k - 1, earlier, :, i]
                    top = _running_best(left, order[i, :i], upward)
                    for j in range(i + 1, n):
                        h = top[upto[i, j] if upward else i - below[i, j]]
                        if h < 0:
                            continue
                        total = left[h] + value[i, j] + ends[k, j]
                        if total > best[k, phase, i, j]:
                            best[k, phase, i, j] = total
                            before[k, phase, i, j] = h if earlier else -1 - h
    return best, before


@njit(cache=True, nogil=True)
def coupled(value, most, ends, weight, events, spread, first, second, least_z):
    """The same where neighbours must agree: best value by groups, phase and last group, shape (most, 2, B + 1, B + 1).

    Phase 0 goes in the direction ``first``, phase 1 in the direction ``second`` and never back; ``before`` is where the
    group before the last begins, with the phase of it in the sign (−1 − i for phase 0, i for phase 1). The groups on
    the left are tried from the best on, and the first that agrees is taken: at worst O(K·B³), mostly near O(K·B² ln B).
    """
    n = len(value)
    phases = 1 if first == second else 2
    best = np.full((most, phases, n, n), NEVER)
    before = np.zeros((most, phases, n, n), np.int32)
    best[0, 0, 0] = value[0] + ends[0]
    for k in range(1, most):
        for i in range(k, n - 1):
            for phase in range(phases):
                direction = second if phase else first
                for earlier in range(phase + 1):
                    left = best[k - 1, earlier, :i, i].copy()
                    ranked = np.argsort(-left, kind="mergesort")
                    for j in range(i + 1, n):
                        gain = value[i, j] + ends[k, j]
                        h = _first_apart(
                            left, ranked, best[k, phase, i, j] - gain, i, j, weight, events, spread, direction, least_z
                        )
                        if h >= 0:
                            best[k, phase, i, j] = left[h] + gain
                            before[k, phase, i, j] = h if earlier else -1 - h
    return best, before


@njit(cache=True, nogil=True)
def _first_apart(left, ranked, above, i, j, weight, events, spread, direction, least_z):
    """Of groups on the left of one from i to j, from the best down, the first that is apart from it; −1 for none.

    Only those count that are worth more than ``above``.
    """
    w2, e2, s2 = weight[j] - weight[i], events[j] - events[i], spread[j] - spread[i]
    for h in ranked:
        if not left[h] > above:  # nor where the gain is minus infinity, and above is no number
            return -1
        if apart(weight[i] - weight[h], events[i] - events[h], spread[i] - spread[h], w2, e2, s2, direction, least_z):
            return h
    return -1
