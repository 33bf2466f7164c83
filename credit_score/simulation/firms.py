"""The loop of the firms engine, compiled: each firm, month by month, with an exact draw of those to visit.

A firm is a status (two bytes), whether it is in violation and how long the cap keeps visits from it (a byte each), and
its type (two bytes). Its random numbers are a function of seed, replication, firm and period.
"""

import numpy as np
from numba import njit

from credit_score.simulation.cells import FIRST_PERIOD, close, learn, placed, plan, respond, strata
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
from credit_score.simulation.variates import key, rounded, uniform

RENEWED, VISITED, MOVED, TURNED, DRIFTED, GONE = range(6)
BEGIN, PLAN_OF, COME, PLACE = range(4)
ABSENT = 255  # of a firm that left, or is yet to come, in the place of whether it is in violation


@njit(cache=True, nogil=True)
def begin(firms, violating, parent, status, bad, kind):
    """Fill the arrays of firms, of each cell the share in violation, to a whole firm; how many there are."""
    i = 0
    for j in range(firms.shape[1]):
        for s in range(firms.shape[0]):
            n = int(firms[s, j])
            n_bad = int(rounded(n * violating[s, j], key(parent, s * firms.shape[1] + j)))
            for here in range(n):
                status[i], kind[i], bad[i] = s, j, 1 if here < n_bad else 0
                i += 1
    return i


@njit(cache=True, nogil=True)
def renew(tier, department, rates, times, now, last, status, bad, kind):
    """Violations afresh, firm by firm."""
    for i in range(last):
        if bad[i] != ABSENT:
            s, j = status[i], kind[i]
            bad[i] = uniform(key(now, i), RENEWED) < rates[s, j, ONSET] * times[tier[s], department[j]]


@njit(cache=True, nogil=True)
def count(tier, department, last, status, bad, wait, kind, firms, violating, eligible):
    """Fill firms and violating by tier and type (K, J), and those whom the cap allows a visit by stratum (K, D)."""
    firms[:], violating[:], eligible[:] = 0, 0, 0
    for i in range(last):
        if bad[i] != ABSENT:
            k, j = tier[status[i]], kind[i]
            firms[k, j] += 1
            violating[k, j] += bad[i]
            eligible[k, department[j]] += wait[i] == 0


@njit(cache=True, nogil=True)
def is_drawn(u, quota, chance, pool, visits, k, d):
    """Whether the next of a stratum is visited; of a quota, so that the rest can still be filled exactly."""
    if not quota:
        return u < chance[k, d]
    chosen = u * pool[k, d] < visits[k, d]
    pool[k, d] -= 1
    visits[k, d] -= chosen
    return chosen


@njit(cache=True, nogil=True)
def after_visit(chain, rates, s, j, bad, onset, seen, own):
    """The status a visited firm goes to, whether it is in violation then, and whether it was found."""
    u, turned = uniform(own, MOVED), uniform(own, TURNED)
    if not bad:
        return (chain[CLEAN, s] if u < rates[s, j, RELEASE] else s), turned < onset, False
    if u < rates[s, j, DETECT] * seen:
        return chain[FOUND, s], turned >= rates[s, j, END], True
    return s, turned >= rates[s, j, CURE], False


@njit(cache=True, nogil=True)
def step(chain, department, rates, times, seen, gap, quota, chance, pool, visits, now, last, firms, records, r, t):
    """Visits and violations of a period, firm by firm; ``firms``: status, bad, wait, kind."""
    status, bad, wait, kind = firms
    tier = chain[TIER]
    for i in range(last):
        if bad[i] == ABSENT:
            continue
        s, j, own = status[i], kind[i], key(now, i)
        k, d = tier[s], department[j]
        onset = rates[s, j, ONSET] * times[k, d]
        open_to_visits = wait[i] == 0
        wait[i] = max(wait[i] - 1, 0)
        if open_to_visits and is_drawn(uniform(own, VISITED), quota, chance, pool, visits, k, d):
            to, bad[i], found = after_visit(chain, rates, s, j, bad[i], onset, seen, own)
            status[i], wait[i] = to, max(gap - 1, 0)
            records.visits[r, t, k, j] += 1
            records.found[r, t, k, j] += found
            records.moved[r, t, k, tier[to]] += 1
        elif bad[i]:
            bad[i] = uniform(own, TURNED) >= rates[s, j, CURE]
        else:
            bad[i] = uniform(own, TURNED) < onset


@njit(cache=True, nogil=True)
def rate(tier, score, last, status, bad, rated):
    """Fill firms by tier (K,); sum and sum of squares of scores."""
    rated[:] = 0
    total, squares = 0.0, 0.0
    for i in range(last):
        if bad[i] != ABSENT:
            s = status[i]
            rated[tier[s]] += 1
            total += score[s]
            squares += score[s] * score[s]
    return total, squares


@njit(cache=True, nogil=True)
def drift(chain, chance, now, last, status, bad, moved):
    """Move every firm as time does."""
    for i in range(last):
        if bad[i] != ABSENT:
            s = status[i]
            second = chance[s] > 0 and uniform(key(now, i), DRIFTED) < chance[s]
            status[i] = chain[DRIFT_TWO, s] if second else chain[DRIFT_ONE, s]
            moved[chain[TIER, s], chain[TIER, status[i]]] += 1


@njit(cache=True, nogil=True)
def leave(tier, rates, now, last, status, bad, kind, left):
    """Take out firms that leave, by tier and type (K, J)."""
    for i in range(last):
        if bad[i] != ABSENT:
            s, j = status[i], kind[i]
            if rates[s, j, LEAVE] > 0 and uniform(key(now, i), GONE) < rates[s, j, LEAVE]:
                bad[i] = ABSENT
                left[tier[s], j] += 1


@njit(cache=True, nogil=True)
def n_new(enter, j, parent, t):
    """Firms of a type that enter in a period."""
    return int(rounded(enter[j], key(key(key(parent, COME), t), j)))


@njit(cache=True, nogil=True)
def enter(entry, new, parent, t, last, status, bad, wait, kind, entered):
    """Add firms that enter, by type (J,); how many places are taken then."""
    for j in range(len(entry)):
        entered[j] = n_new(new, j, parent, t) if new[j] > 0 else 0
        for i in range(last, last + int(entered[j])):
            status[i], bad[i], wait[i], kind[i] = entry[j], 0, 0, j
        last += int(entered[j])
    return last


@njit(cache=True, nogil=True)
def n_places(m, v, parent):
    """Places that the firms of a replication take: those there are and those that come."""
    n = int(np.rint(m.firms[v].sum()))
    for t in range(len(m.onset_times)):
        for j in range(len(m.entry)):
            n += n_new(m.enter[v], j, parent, t)
    return n


@njit(cache=True, nogil=True)
def replicate(m, v, parent, records, r):
    """One replication of variant v, written into the records at r."""
    n, shape = n_places(m, v, parent), m.intensity.shape[1:]
    status, kind = np.zeros(n, np.uint16), np.zeros(n, np.uint16)
    bad, wait = np.full(n, ABSENT, np.uint8), np.zeros(n, np.uint8)
    rates, chance = m.rates[v], m.intensity[v] / m.per_year
    size, eligible, visits, waiting = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    expected, times, tier = m.expected[v].copy(), np.zeros(shape), m.chain[TIER]
    there = placed(m.firms[v], key(parent, PLACE))
    last = begin(there, m.violating[v], key(parent, BEGIN), status, bad, kind)
    for t in range(len(m.onset_times)):
        now = key(parent, FIRST_PERIOD + t)
        respond(m.onset_times[t], m.beta[v], expected, times)
        if m.afresh:
            renew(tier, m.department, rates, times, now, last, status, bad, kind)
            times[:] = 0  # what is there is there for this period only
        firms, moved = records.firms[r, t], records.moved[r, t]
        count(tier, m.department, last, status, bad, wait, kind, firms, records.violating[r, t], eligible)
        strata(m.department, firms, size)
        planned = key(parent, PLAN_OF) + now
        plan(chance, m.floor[v], m.often[v], m.per_year, size, eligible, m.can[v, t], waiting, planned, visits)
        step(
            m.chain, m.department, rates, times, m.sensitivity_times[t], m.gap, m.quota, chance, eligible, visits,
            now, last, (status, bad, wait, kind), records, r, t,
        )  # fmt: skip
        records.score_sum[r, t], records.score_squares[r, t] = rate(
            tier, m.score, last, status, bad, records.rated[r, t]
        )
        if m.drifts:
            drift(m.chain, m.drift_chance, now, last, status, bad, moved)
        leave(tier, rates, now, last, status, bad, kind, records.left[r, t])
        last = enter(m.entry, m.enter[v], parent, t, last, status, bad, wait, kind, records.entered[r, t])
        if m.memory[v] > 0:
            strata(m.department, records.visits[r, t], visits)
            learn(m.memory[v], m.per_year, size, visits, expected)
        close(waiting, records.waiting[r, t], moved)
    count(tier, m.department, last, status, bad, wait, kind, records.last[r], np.zeros_like(records.last[r]), eligible)


@njit(cache=True, nogil=True)
def replications(m, variants, seed, records, first, last):
    """Replications ``first`` up to, and without, ``last``, each of its variant; the same however they are split."""
    for r in range(first, last):
        replicate(m, variants[r], key(seed, r), records, r)
