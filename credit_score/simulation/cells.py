"""The loops of two engines, compiled: firms counted in cells, either drawn exactly or carried on in their means.

A cell is (status, type, whether in violation, periods until the cap allows a visit). Firms of a cell are alike, so how
many of them are visited, found, cured or moved is a hypergeometric or binomial count, whatever their number. With
means in the place of draws the same loop is the mean field. Every draw has a key of its own: period, purpose, cell.
"""

import numpy as np
from numba import njit

from credit_score.simulation.variates import binomial, hypergeometric, key, rounded

# Purposes of draws.
BEGIN, RENEW, PLAN, VISIT, RELEASE, DETECT, ONSET, CURE, DRIFT, LEAVE, ENTER, CAPACITY = range(12)


@njit(cache=True, nogil=True)
def split(n, p, parent, name):
    """How many of n, each with chance p: drawn, or the mean."""
    if parent is None:
        return n * min(p, 1.0)
    if n <= 0 or p <= 0:
        return 0.0
    return binomial(n, p, key(parent, name))


@njit(cache=True, nogil=True)
def begin(m, v, parent, state):
    """Fill the state (S, J, 2, Q) at the start."""
    state[:] = 0
    purpose = key(parent, BEGIN)
    n_types = state.shape[1]
    for s in range(state.shape[0]):
        for j in range(n_types):
            n = float(m.firms[s, j])
            bad = rounded(n * m.violating[v, s, j], key(purpose, s * n_types + j))
            state[s, j, 0, 0], state[s, j, 1, 0] = n - bad, bad


@njit(cache=True, nogil=True)
def response(m, v, t, expected, times):
    """Fill ``times`` (K, D): what an onset is multiplied with, for the expected intensities and the period's shock."""
    for k in range(times.shape[0]):
        for d in range(times.shape[1]):
            times[k, d] = m.onset_times[t] * np.exp(-m.beta[v] * expected[k, d])


@njit(cache=True, nogil=True)
def renew(m, v, times, now, state):
    """Violations afresh: in each cell, as many as chance has it."""
    purpose = key(now, RENEW)
    n_types, n_wait = state.shape[1], state.shape[3]
    for s in range(state.shape[0]):
        for j in range(n_types):
            chance = m.onset[v, j, s] * times[m.tier[s], m.department[j]]
            for q in range(n_wait):
                n = state[s, j, 0, q] + state[s, j, 1, q]
                bad = split(n, chance, purpose, (s * n_types + j) * n_wait + q)
                state[s, j, 0, q], state[s, j, 1, q] = n - bad, bad


@njit(cache=True, nogil=True)
def count(m, state, firms, violating, eligible):
    """Fill firms and violating by tier and type (K, J), and those whom the cap allows a visit by stratum (K, D)."""
    firms[:], violating[:], eligible[:] = 0, 0, 0
    for s in range(state.shape[0]):
        k = m.tier[s]
        for j in range(state.shape[1]):
            for q in range(state.shape[3]):
                firms[k, j] += state[s, j, 0, q] + state[s, j, 1, q]
                violating[k, j] += state[s, j, 1, q]
            eligible[k, m.department[j]] += state[s, j, 0, 0] + state[s, j, 1, 0]


@njit(cache=True, nogil=True)
def size(m, firms, k, d):
    """Firms of a stratum."""
    n = 0.0
    for j in range(firms.shape[1]):
        if m.department[j] == d:
            n += firms[k, j]
    return n


@njit(cache=True, nogil=True)
def plan(m, v, t, firms, eligible, waiting, now, visits):
    """Fill ``visits`` (K, D) with what is done in a period, and ``waiting`` (K, D) with what there were no days for.

    Planned: ratio or floor, and what waited. The riskiest tier goes first; what the cap leaves nobody for lapses.
    """
    purpose = key(now, PLAN)
    for d in range(visits.shape[1]):
        can = places(m, v, t, d, now)
        for k in range(visits.shape[0] - 1, -1, -1):
            n = size(m, firms, k, d)
            base = max(n * m.intensity[v, k, d], min(m.floor[v, k, d], n)) / m.per_year
            wanted = min(rounded(base, key(purpose, k * visits.shape[1] + d)) + waiting[k, d], eligible[k, d])
            visits[k, d] = min(wanted, can)
            waiting[k, d] = wanted - visits[k, d]
            can -= visits[k, d]


@njit(cache=True, nogil=True)
def places(m, v, t, d, now):
    """Visits that a department has days for in a period; others' calls come first."""
    if np.isinf(m.capacity[v, d]):
        return np.inf
    left = max(m.capacity[v, d] * m.capacity_times[t, d] - m.other[v, d], 0.0) / m.days[v, d]
    return left if now is None else np.floor(left + 1e-9)


@njit(cache=True, nogil=True)
def draw(m, v, visits, eligible, now, state, seen):
    """Take those who are visited out of the state into ``seen`` (S, J, 2)."""
    purpose = key(now, VISIT)
    pool, left = eligible.copy(), visits.copy()
    n_types = state.shape[1]
    for s in range(state.shape[0]):
        k = m.tier[s]
        for j in range(n_types):
            d = m.department[j]
            for bad in range(2):
                n, name = state[s, j, bad, 0], (s * n_types + j) * 2 + bad
                took = taken(m, v, n, k, d, pool[k, d], left[k, d], key(purpose, name))
                pool[k, d] -= n
                left[k, d] -= took
                seen[s, j, bad] = took
                state[s, j, bad, 0] -= took


@njit(cache=True, nogil=True)
def taken(m, v, n, k, d, pool, left, parent):
    """How many of n firms of a stratum are visited."""
    if n <= 0:
        return 0.0
    if not m.quota:
        return split(n, m.intensity[v, k, d] / m.per_year, parent, 0)
    if parent is None:
        return n * min(left / pool, 1.0)
    return hypergeometric(n, pool - n, left, parent)


@njit(cache=True, nogil=True)
def put(m, to, n, begun, state, s, j, bad, q, moved):
    """Add n firms that were in status s to status ``to``, of which ``begun`` are (now, or still) in violation."""
    state[to, j, 0, q] += n - begun
    state[to, j, 1, q] += begun
    if m.tier[to] != m.tier[s]:
        moved[m.tier[s], m.tier[to]] += n


@njit(cache=True, nogil=True)
def outcome(m, v, t, s, j, good, bad, onset, cure, now, state, moved):
    """What becomes of the visited of a cell, into the next state; how many were found."""
    cell, q = s * state.shape[1] + j, max(m.gap - 1, 0)
    freed = split(good, m.release[v, s], key(now, RELEASE), cell)
    put(m, m.clean[s], freed, split(freed, onset, key(now, ONSET), 3 * cell), state, s, j, 0, q, moved)
    rest = good - freed
    put(m, s, rest, split(rest, onset, key(now, ONSET), 3 * cell + 1), state, s, j, 0, q, moved)
    caught = split(bad, m.sensitivity[v] * m.sensitivity_times[t], key(now, DETECT), cell)
    ended = split(caught, 1 - (1 - cure) * (1 - m.fix[v]), key(now, CURE), 3 * cell)
    put(m, m.found[s], caught, caught - ended, state, s, j, 1, q, moved)
    missed = bad - caught
    put(m, s, missed, missed - split(missed, cure, key(now, CURE), 3 * cell + 1), state, s, j, 1, q, moved)
    return caught


@njit(cache=True, nogil=True)
def unseen(m, s, j, onset, cure, now, before, state):
    """What becomes of those who are not visited."""
    n_wait = state.shape[3]
    cell = s * state.shape[1] + j
    begins, ends = key(key(now, ONSET), 3 * cell + 2), key(key(now, CURE), 3 * cell + 2)
    for q in range(n_wait):
        good, bad, next_q = before[s, j, 0, q], before[s, j, 1, q], max(q - 1, 0)
        begun, ended = split(good, onset, begins, q), split(bad, cure, ends, q)
        state[s, j, 0, next_q] += good - begun + ended
        state[s, j, 1, next_q] += bad - ended + begun


@njit(cache=True, nogil=True)
def step(m, v, t, times, seen, now, before, state, found, visits, moved):
    """The next state (S, J, 2, Q), and what is counted by tier and type: found, visits (K, J); moves (K, K)."""
    state[:], found[:], visits[:] = 0, 0, 0
    for s in range(state.shape[0]):
        k = m.tier[s]
        for j in range(state.shape[1]):
            onset = 0.0 if m.afresh else min(m.onset[v, j, s] * times[k, m.department[j]], 1.0)
            cure = 0.0 if m.afresh else m.cure[v, j]
            good, bad = seen[s, j, 0], seen[s, j, 1]
            visits[k, j] += good + bad
            if good + bad > 0:
                found[k, j] += outcome(m, v, t, s, j, good, bad, onset, cure, now, state, moved)
            unseen(m, s, j, onset, cure, now, before, state)


@njit(cache=True, nogil=True)
def rate(m, state, rated):
    """Fill firms by tier (K,); sum and sum of squares of scores."""
    rated[:] = 0
    total, squares = 0.0, 0.0
    for s in range(state.shape[0]):
        n = 0.0
        for j in range(state.shape[1]):
            for q in range(state.shape[3]):
                n += state[s, j, 0, q] + state[s, j, 1, q]
        rated[m.tier[s]] += n
        total += n * m.score[s]
        squares += n * m.score[s] * m.score[s]
    return total, squares


@njit(cache=True, nogil=True)
def drift(m, now, before, state, moved):
    """Move every cell as time does."""
    state[:] = 0
    purpose = key(now, DRIFT)
    cells = before.shape[1] * 2 * before.shape[3]
    for s in range(before.shape[0]):
        one, two = state[m.drift[0, s]].reshape(-1), state[m.drift[1, s]].reshape(-1)
        told = before[s].reshape(-1)
        for i in range(cells):
            if told[i] > 0:
                second = split(told[i], m.drift_chance[s], purpose, s * cells + i)
                one[i] += told[i] - second
                two[i] += second
                for end, n in ((m.drift[0, s], told[i] - second), (m.drift[1, s], second)):
                    if m.tier[end] != m.tier[s]:
                        moved[m.tier[s], m.tier[end]] += n


@njit(cache=True, nogil=True)
def turn_over(m, v, now, state, left, entered):
    """Firms that leave, by tier and type, and that enter, by type."""
    left[:] = 0
    going, coming = key(now, LEAVE), key(now, ENTER)
    for j in range(state.shape[1]):
        if m.leave[v, j] > 0:
            for s in range(state.shape[0]):
                told = state[s, j].reshape(-1)
                for i in range(len(told)):
                    n = split(told[i], m.leave[v, j], going, (s * state.shape[1] + j) * len(told) + i)
                    told[i] -= n
                    left[m.tier[s], j] += n
        if m.enter[v, j] > 0:
            entered[j] = rounded(m.enter[v, j], key(coming, j))
            state[m.entry[j], j, 0, 0] += entered[j]


@njit(cache=True, nogil=True)
def learn(m, v, firms, visits, expected):
    """Expected intensities go some way to those seen in the period."""
    for k in range(expected.shape[0]):
        for d in range(expected.shape[1]):
            n = size(m, firms, k, d)
            if n > 0:
                expected[k, d] += m.memory[v] * (m.per_year * size(m, visits, k, d) / n - expected[k, d])


@njit(cache=True, nogil=True)
def replicate(m, v, parent, drifts, records, r):
    """One replication of variant v, written into the records at r."""
    n_statuses, n_types, n_strata = len(m.tier), m.onset.shape[1], m.intensity.shape[1:]
    state = np.zeros((n_statuses, n_types, 2, max(m.gap, 1)))
    other, seen = state.copy(), np.zeros(state.shape[:3])
    times, eligible, visits, waiting = (np.zeros(n_strata), np.zeros(n_strata), np.zeros(n_strata), np.zeros(n_strata))
    expected = m.expected[v].copy()
    begin(m, v, parent, state)
    for t in range(len(m.onset_times)):
        now = key(parent, 16 + t)
        response(m, v, t, expected, times)
        if m.afresh:
            renew(m, v, times, now, state)
        firms, done = records.firms[r, t], records.visits[r, t]
        count(m, state, firms, records.violating[r, t], eligible)
        plan(m, v, t, firms, eligible, waiting, now, visits)
        draw(m, v, visits, eligible, now, state, seen)
        moved = records.moved[r, t]
        step(m, v, t, times, seen, now, state, other, records.found[r, t], done, moved)
        state, other = other, state
        records.score_sum[r, t], records.score_squares[r, t] = rate(m, state, records.rated[r, t])
        if drifts:
            drift(m, now, state, other, moved)
            state, other = other, state
        turn_over(m, v, now, state, records.left[r, t], records.entered[r, t])
        if m.memory[v] > 0:
            learn(m, v, firms, done, expected)
        for d in range(n_strata[1]):
            records.waiting[r, t, d] = waiting[:, d].sum()
    count(m, state, records.last[r], np.zeros_like(records.last[r]), eligible)


@njit(cache=True, nogil=True)
def replications(m, variants, seed, drifts, records, first, last):
    """Replications ``first`` up to, and without, ``last``, each of its variant; the same whichever are done together."""
    for r in range(first, last):
        replicate(m, variants[r], key(seed, r), drifts, records, r)
