"""The loops of two engines, compiled: firms counted in cells, either drawn exactly or carried on in their means.

A cell is (status, type, whether in violation, periods until the cap allows a visit). Firms of a cell are alike, so how
many of them are visited, found, cured or moved is a hypergeometric or binomial count, whatever their number. With
means in the place of draws the same loop is the mean field. Every draw has a key of its own: period, purpose, cell.
"""

import numpy as np
from numba import njit

from credit_score.simulation.numbers import (
    CLEAN,
    CURE,
    DETECT,
    DRIFT_ONE,
    DRIFT_TWO,
    END,
    FOUND,
    LEAVE,
    ONSET,
    RELEASE,
    TIER,
)
from credit_score.simulation.variates import binomial, hypergeometric, key, rounded, uniform

# What a draw is for; the periods come after them. Those of visited firms take the place of the chance they draw with.
BEGIN, RENEW, PLAN, VISIT, DRIFT, GO, COME, UNSEEN_ONSET, UNSEEN_CURE, MISSED_CURE, FREED_ONSET, PLACE = range(10, 22)
FIRST_PERIOD = 32


@njit(cache=True, nogil=True)
def split(n, p, parent, name):
    """How many of n, each with chance p: drawn, or the mean."""
    if parent is None:
        return n * min(p, 1.0)
    if n <= 0 or p <= 0:
        return 0.0
    return binomial(n, p, key(parent, name))


@njit(cache=True, nogil=True)
def placed(firms, parent):
    """Whole firms by status and type, (S, J), of which ``firms`` are the means; of each type as many as there are."""
    found = firms.copy()
    if parent is None:
        return found
    for j in range(firms.shape[1]):
        u, total, so_far, before = uniform(parent, j), np.rint(firms[:, j].sum()), 0.0, 0.0
        for s in range(firms.shape[0]):
            so_far += firms[s, j]
            upto = min(np.floor(so_far + u), total) if s < firms.shape[0] - 1 else total
            found[s, j] = upto - before
            before = upto
    return found


@njit(cache=True, nogil=True)
def begin(firms, violating, parent, state):
    """Fill the state (S, J, 2, Q) at the start: of each cell the share in violation, to a whole firm."""
    state[:] = 0
    purpose = key(parent, BEGIN)
    for s in range(state.shape[0]):
        for j in range(state.shape[1]):
            n = firms[s, j]
            bad = rounded(n * violating[s, j], key(purpose, s * state.shape[1] + j))
            state[s, j, 0, 0], state[s, j, 1, 0] = n - bad, bad


@njit(cache=True, nogil=True)
def respond(shock, beta, expected, times):
    """Fill ``times`` (K, D): what an onset is multiplied with, for expected intensities and the shock of a period."""
    for k in range(times.shape[0]):
        for d in range(times.shape[1]):
            times[k, d] = shock * np.exp(-beta * expected[k, d])


@njit(cache=True, nogil=True)
def close(waiting, put_off, moved):
    """Fill what waits by department (D,), and take out of the moves those that lead nowhere."""
    put_off[:] = 0
    for k in range(waiting.shape[0]):
        moved[k, k] = 0
        for d in range(waiting.shape[1]):
            put_off[d] += waiting[k, d]


@njit(cache=True, nogil=True)
def renew(tier, department, rates, times, now, state):
    """Violations afresh: in each cell, as many as chance has it."""
    purpose = key(now, RENEW)
    n_types, n_wait = state.shape[1], state.shape[3]
    for s in range(state.shape[0]):
        for j in range(n_types):
            chance = rates[s, j, ONSET] * times[tier[s], department[j]]
            for q in range(n_wait):
                n = state[s, j, 0, q] + state[s, j, 1, q]
                bad = split(n, chance, purpose, (s * n_types + j) * n_wait + q)
                state[s, j, 0, q], state[s, j, 1, q] = n - bad, bad


@njit(cache=True, nogil=True)
def count(tier, department, state, firms, violating, eligible):
    """Fill firms and violating by tier and type (K, J), and those whom the cap allows a visit by stratum (K, D)."""
    firms[:], violating[:], eligible[:] = 0, 0, 0
    for s in range(state.shape[0]):
        for j in range(state.shape[1]):
            for q in range(state.shape[3]):
                firms[tier[s], j] += state[s, j, 0, q] + state[s, j, 1, q]
                violating[tier[s], j] += state[s, j, 1, q]
            eligible[tier[s], department[j]] += state[s, j, 0, 0] + state[s, j, 1, 0]


@njit(cache=True, nogil=True)
def strata(department, by_type, by_stratum):
    """Fill (K, D) with the sums of (K, J)."""
    by_stratum[:] = 0
    for k in range(by_type.shape[0]):
        for j in range(by_type.shape[1]):
            by_stratum[k, department[j]] += by_type[k, j]


@njit(cache=True, nogil=True)
def plan(a_period, floor, often, per_year, size, eligible, can, waiting, now, visits):
    """Fill ``visits`` (K, D) with what is done in a period, and ``waiting`` (K, D) with what there were no days for.

    Planned: ``a_period`` visits a firm, or the floor, and what waited; ``can`` (D,) is what the days allow. The
    riskiest tier goes first; what the cap leaves nobody for lapses.
    """
    purpose = key(now, PLAN)
    for d in range(visits.shape[1]):
        left = can[d]
        for k in range(visits.shape[0] - 1, -1, -1):
            base = max(size[k, d] * a_period[k, d], min(floor[k, d], size[k, d]) * often[k, d] / per_year)
            wanted = min(rounded(base, key(purpose, k * visits.shape[1] + d)) + waiting[k, d], eligible[k, d])
            visits[k, d] = min(wanted, left)
            waiting[k, d] = wanted - visits[k, d]
            left -= visits[k, d]


@njit(cache=True, nogil=True)
def draw(tier, department, a_period, quota, visits, eligible, now, state, seen):
    """Take those who are visited out of the state into ``seen`` (S, J, 2); uses up ``visits`` and ``eligible``."""
    purpose = key(now, VISIT)
    for s in range(state.shape[0]):
        for j in range(state.shape[1]):
            k, d = tier[s], department[j]
            for bad in range(2):
                n, name = state[s, j, bad, 0], (s * state.shape[1] + j) * 2 + bad
                if quota:
                    took = drawn(n, eligible[k, d], visits[k, d], key(purpose, name))
                    eligible[k, d] -= n
                    visits[k, d] -= took
                else:
                    took = split(n, a_period[k, d], purpose, name)
                seen[s, j, bad] = took
                state[s, j, bad, 0] -= took


@njit(cache=True, nogil=True)
def drawn(n, pool, visits, parent):
    """How many of n are among those visited of a pool; of means, a pool may be used up but for rounding."""
    if n <= 0 or pool <= 0:
        return 0.0
    if parent is None:
        return n * min(visits / pool, 1.0)
    return hypergeometric(n, pool - n, visits, parent)


@njit(cache=True, nogil=True)
def put(state, moved, tier, s, to, j, q, n, bad):
    """Add n firms that were in status s to status ``to``, of which ``bad`` are in violation."""
    state[to, j, 0, q] += n - bad
    state[to, j, 1, q] += bad
    moved[tier[s], tier[to]] += n


@njit(cache=True, nogil=True)
def outcome(rates, onset, seen, s, j, good, bad, now, name, ends):
    """Of the visited of a cell: released, and of them and the others those that turn; found; still in violation.

    ``ends``: filled with freed, freed and turned, others turned, caught, caught that go on, missed that go on.
    """
    freed = split(good, rates[s, j, RELEASE], key(now, RELEASE), name)
    caught = split(bad, rates[s, j, DETECT] * seen, key(now, DETECT), name)
    ends[0], ends[3] = freed, caught
    ends[1] = split(freed, onset, key(now, FREED_ONSET), name)
    ends[2] = split(good - freed, onset, key(now, ONSET), name)
    ends[4] = caught - split(caught, rates[s, j, END], key(now, END), name)
    missed = bad - caught
    ends[5] = missed - split(missed, rates[s, j, CURE], key(now, MISSED_CURE), name)


@njit(cache=True, nogil=True)
def unseen(rates, onset, s, j, now, name, before, state):
    """What becomes of those who are not visited."""
    n_wait = state.shape[3]
    for q in range(n_wait):
        good, bad, then = before[s, j, 0, q], before[s, j, 1, q], max(q - 1, 0)
        begun = split(good, onset, key(now, UNSEEN_ONSET), name * n_wait + q)
        ended = split(bad, rates[s, j, CURE], key(now, UNSEEN_CURE), name * n_wait + q)
        state[s, j, 0, then] += good - begun + ended
        state[s, j, 1, then] += bad - ended + begun


@njit(cache=True, nogil=True)
def step(chain, department, rates, times, sensed, gap, seen, now, before, state, found, visits, moved):
    """The next state (S, J, 2, Q), and what is counted by tier and type: found, visits (K, J); moves (K, K)."""
    state[:], found[:], visits[:] = 0, 0, 0
    tier, ends, q = chain[TIER], np.empty(6), max(gap - 1, 0)
    for s in range(state.shape[0]):
        for j in range(state.shape[1]):
            good, bad, name = seen[s, j, 0], seen[s, j, 1], s * state.shape[1] + j
            onset = min(rates[s, j, ONSET] * times[tier[s], department[j]], 1.0)
            unseen(rates, onset, s, j, now, name, before, state)
            if good + bad <= 0:
                continue
            outcome(rates, onset, sensed, s, j, good, bad, now, name, ends)
            visits[tier[s], j] += good + bad
            found[tier[s], j] += ends[3]
            put(state, moved, tier, s, chain[CLEAN, s], j, q, ends[0], ends[1])
            put(state, moved, tier, s, chain[FOUND, s], j, q, ends[3], ends[4])
            state[s, j, 0, q] += good - ends[0] - ends[2] + bad - ends[3] - ends[5]
            state[s, j, 1, q] += ends[2] + ends[5]


@njit(cache=True, nogil=True)
def rate(tier, score, state, rated):
    """Fill firms by tier (K,); sum and sum of squares of scores."""
    rated[:] = 0
    total, squares = 0.0, 0.0
    for s in range(state.shape[0]):
        n = 0.0
        for j in range(state.shape[1]):
            for q in range(state.shape[3]):
                n += state[s, j, 0, q] + state[s, j, 1, q]
        rated[tier[s]] += n
        total += n * score[s]
        squares += n * score[s] * score[s]
    return total, squares


@njit(cache=True, nogil=True)
def drift(chain, chance, now, before, state, moved):
    """Move every cell as time does."""
    state[:] = 0
    purpose, tier = key(now, DRIFT), chain[TIER]
    n_types, n_wait = state.shape[1], state.shape[3]
    for s in range(state.shape[0]):
        for i in range(n_types * 2 * n_wait):
            j, bad, q = i // (2 * n_wait), i // n_wait % 2, i % n_wait
            n = before[s, j, bad, q]
            if n > 0:
                second = split(n, chance[s], purpose, s * n_types * 2 * n_wait + i)
                for end, share in ((chain[DRIFT_ONE, s], n - second), (chain[DRIFT_TWO, s], second)):
                    state[end, j, bad, q] += share
                    moved[tier[s], tier[end]] += share


@njit(cache=True, nogil=True)
def leave(tier, rates, now, state, left):
    """Take out firms that leave, by tier and type (K, J)."""
    purpose = key(now, GO)
    n_wait = state.shape[3]
    for s in range(state.shape[0]):
        for j in range(state.shape[1]):
            if rates[s, j, LEAVE] > 0:
                for i in range(2 * n_wait):
                    name = (s * state.shape[1] + j) * 2 * n_wait + i
                    n = split(state[s, j, i // n_wait, i % n_wait], rates[s, j, LEAVE], purpose, name)
                    state[s, j, i // n_wait, i % n_wait] -= n
                    left[tier[s], j] += n


@njit(cache=True, nogil=True)
def enter(entry, new, now, state, entered):
    """Add firms that enter, by type (J,)."""
    purpose = key(now, COME)
    for j in range(state.shape[1]):
        if new[j] > 0:
            entered[j] = rounded(new[j], key(purpose, j))
            state[entry[j], j, 0, 0] += entered[j]


@njit(cache=True, nogil=True)
def learn(memory, per_year, size, done, expected):
    """Expected intensities (K, D) go some way to those seen in the period."""
    for k in range(expected.shape[0]):
        for d in range(expected.shape[1]):
            if size[k, d] > 0:
                expected[k, d] += memory * (per_year * done[k, d] / size[k, d] - expected[k, d])


@njit(cache=True, nogil=True)
def replicate(m, v, parent, records, r):
    """One replication of variant v, written into the records at r."""
    n_strata = m.intensity.shape[1:]
    rates, a_period = m.rates[v], m.intensity[v] / m.per_year
    state = np.zeros((rates.shape[0], rates.shape[1], 2, max(m.gap, 1)))
    other, seen = state.copy(), np.zeros(state.shape[:3])
    size, eligible, visits, waiting = np.zeros(n_strata), np.zeros(n_strata), np.zeros(n_strata), np.zeros(n_strata)
    expected, times = m.expected[v].copy(), np.zeros(n_strata)
    begin(placed(m.firms[v], key(parent, PLACE)), m.violating[v], parent, state)
    for t in range(len(m.onset_times)):
        now = key(parent, FIRST_PERIOD + t)
        respond(m.onset_times[t], m.beta[v], expected, times)
        if m.afresh:
            renew(m.chain[TIER], m.department, rates, times, now, state)
            times[:] = 0  # what is there is there for this period only
        firms, moved = records.firms[r, t], records.moved[r, t]
        moved[:], records.left[r, t], records.entered[r, t] = 0, 0, 0
        count(m.chain[TIER], m.department, state, firms, records.violating[r, t], eligible)
        strata(m.department, firms, size)
        plan(a_period, m.floor[v], m.often[v], m.per_year, size, eligible, m.can[v, t], waiting, now, visits)
        draw(m.chain[TIER], m.department, a_period, m.quota, visits, eligible, now, state, seen)
        sensed = m.sensitivity_times[t]
        step(
            m.chain, m.department, rates, times, sensed, m.gap, seen, now, state, other,
            records.found[r, t], records.visits[r, t], moved,
        )  # fmt: skip
        state, other = other, state
        records.score_sum[r, t], records.score_squares[r, t] = rate(m.chain[TIER], m.score, state, records.rated[r, t])
        if m.drifts:
            drift(m.chain, m.drift_chance, now, state, other, moved)
            state, other = other, state
        leave(m.chain[TIER], rates, now, state, records.left[r, t])
        enter(m.entry, m.enter[v], now, state, records.entered[r, t])
        if m.memory[v] > 0:
            strata(m.department, records.visits[r, t], visits)
            learn(m.memory[v], m.per_year, size, visits, expected)
        close(waiting, records.waiting[r, t], moved)
    count(m.chain[TIER], m.department, state, records.last[r], np.zeros_like(records.last[r]), eligible)


@njit(cache=True, nogil=True)
def replications(m, variants, seed, records, first, last):
    """Replications ``first`` up to, and without, ``last``, each of its variant; the same however they are split.

    Without a seed the means.
    """
    for r in range(first, last):
        replicate(m, variants[r], key(seed, r), records, r)
