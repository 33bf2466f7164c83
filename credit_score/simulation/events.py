"""The loop of the event-driven engine, compiled: a firm jumps from one change to the next.

While nothing changes, a firm's chances stay as they are, so the periods until something does are geometric. Visits
that change nothing are no events: given that a firm stayed as it was, they are binomial, and are drawn once for all
firms that stayed in a status. Visits here are independent of one another; a quota, a cap, a bound of days, a floor,
shocks, learning and a status that time moves are for the other engines.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from credit_score.simulation.cells import FIRST_PERIOD
from credit_score.simulation.numbers import CLEAN, CURE, DETECT, END, FOUND, LEAVE, ONSET, RELEASE, TIER, Numbers
from credit_score.simulation.variates import binomial, key, rounded, uniform

BEGIN, QUIET, COME, LIFE = range(4)
# What happens in a period, the last axis of what: next status, next violation, in violation, visited, found.
TO, TURNS, BAD, SEEN, CAUGHT = range(5)


class Outcomes(NamedTuple):
    """What can happen to a firm in a period, by variant, status, type and violation.

    ``chance`` of each of M outcomes, (V, S, J, 2, M); ``what``, (S, J, 2, M, 5); ``stays`` (S, J, 2, M): the firm is
    then as it was. ``log_stay``: ln of the chance of that, (V, S, J, 2). Violations afresh: of the axis of violation
    only the first is used, and the outcomes tell whether there was one.
    """

    chance: np.ndarray
    what: np.ndarray
    stays: np.ndarray
    log_stay: np.ndarray


def outcomes(m: Numbers) -> Outcomes:
    """The outcomes of a period, from the chances of a firm."""
    tables = [_of_variant(m, v) for v in range(m.shape[0])]
    what, stays = tables[0][1:]
    chance = np.stack([t[0] for t in tables])
    change = (chance * ~stays).sum(axis=-1)
    with np.errstate(divide="ignore"):
        return Outcomes(chance, what, stays, np.log1p(-np.minimum(change, 1.0)))


def _of_variant(m: Numbers, v: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rates, n = m.rates[v], (m.rates.shape[1], m.rates.shape[2])
    times = np.exp(-m.beta[v] * m.intensity[v])[m.chain[TIER]][:, m.department]
    visit = np.minimum(m.intensity[v] / m.per_year, 1.0)[m.chain[TIER]][:, m.department]
    onset = np.minimum(rates[..., ONSET] * times, 1.0)
    begins = np.zeros_like(onset) if m.afresh else onset
    here = np.broadcast_to(np.arange(n[0])[:, None], n)
    clean, found = (np.broadcast_to(m.chain[row][:, None], n) for row in (CLEAN, FOUND))
    freed = visit * rates[..., RELEASE]
    good = _split(1 - visit, begins, (here, 0, 0, 0)) + _split(freed, begins, (clean, 0, 1, 0))
    good += _split(visit - freed, begins, (here, 0, 1, 0))
    caught = visit * rates[..., DETECT]
    bad = _split(1 - visit, 1 - rates[..., CURE], (here, 1, 0, 0))
    bad += _split(visit - caught, 1 - rates[..., CURE], (here, 1, 1, 0))
    bad += _split(caught, 1 - rates[..., END], (found, 1, 1, 1))
    if m.afresh:
        return _afresh(onset, good, bad, here)
    chance = np.stack([np.stack([c for c, _ in told], axis=-1) for told in (good, bad)], axis=2)
    what = np.stack([np.stack([w for _, w in told], axis=-2) for told in (good, bad)], axis=2)
    stays = (what[..., TO] == here[..., None, None]) & (what[..., TURNS] == np.array([0, 1])[:, None])
    return chance, what, stays


def _split(chance: np.ndarray, turns: np.ndarray, what: tuple[Any, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Two outcomes: in violation afterwards with the chance ``turns``, or not."""
    to, *rest = what
    told = [np.stack(np.broadcast_arrays(to, after, *rest), axis=-1) for after in (1, 0)]
    return [(chance * turns, told[0]), (chance * (1 - turns), told[1])]


def _afresh(onset: np.ndarray, good: Any, bad: Any, here: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes where each period a violation is there or not: what turns afterwards does not count."""
    told = [((1 - onset) * c, w) for c, w in good] + [(onset * c, w) for c, w in bad]
    chance = np.stack([c for c, _ in told], axis=-1)
    what = np.stack([w for _, w in told], axis=-2)
    what[..., TURNS] = 0
    both = [np.repeat(a[:, :, None], 2, axis=2) for a in (chance, what)]
    return both[0], both[1], both[1][..., TO] == here[..., None, None]


@njit(cache=True, nogil=True)
def life(leaves, own):
    """Periods in which a firm is there, at least 1: it leaves at the end of each with a chance."""
    return 1.0 + np.floor(np.log(uniform(own, LIFE)) / np.log1p(-leaves)) if leaves > 0 else np.inf


@njit(cache=True, nogil=True)
def changed(chance, stays, u):
    """Which outcome a change is: those that are none left out."""
    total = 0.0
    for i in range(len(chance)):
        if not stays[i]:
            total += chance[i]
    last = -1
    u *= total
    for i in range(len(chance)):
        if not stays[i] and chance[i] > 0:
            last = i
            if u < chance[i]:
                return i
            u -= chance[i]
    return last


@njit(cache=True, nogil=True)
def follow(table, v, leaves, own, s, j, bad, t, still, happened):
    """One firm from period t on; its status at the end, and after how many periods it left.

    Adds its changes to ``happened`` (T, S, J, 2, M), and from when until when it stayed to ``still`` (T + 1, S, J, 2).
    """
    chance, what, stays, log_stay = table
    n_periods = len(happened)
    gone = t + life(leaves, own)
    end = min(float(n_periods), gone)
    while t < end:
        quiet = log_stay[v, s, j, bad]
        until = min(end, t + np.floor(np.log(uniform(own, FIRST_PERIOD + t)) / quiet)) if quiet < 0 else end
        still[t, s, j, bad] += 1
        still[int(until), s, j, bad] -= 1
        if until >= end:
            break
        t = int(until)
        i = changed(chance[v, s, j, bad], stays[s, j, bad], uniform(own, FIRST_PERIOD + n_periods + t))
        happened[t, s, j, bad, i] += 1
        s, bad = what[s, j, bad, i, TO], what[s, j, bad, i, TURNS]
        t += 1
    return s, gone


@njit(cache=True, nogil=True)
def quiet(chance, stays, parent, still, happened):
    """Add firms that stayed as they were, apportioned to the outcomes that change nothing."""
    n_periods, n_statuses, n_types, _, n_outcomes = happened.shape
    for cell in range(n_statuses * n_types * 2):
        s, j, bad = cell // (2 * n_types), cell // 2 % n_types, cell % 2
        n, purpose = 0.0, key(parent, cell)
        for t in range(n_periods):
            n += still[t, s, j, bad]
            left, total = n, (chance[s, j, bad] * stays[s, j, bad]).sum()
            for i in range(n_outcomes):
                if left > 0 and stays[s, j, bad, i] and chance[s, j, bad, i] > 0:
                    share = binomial(left, min(chance[s, j, bad, i] / total, 1.0), key(key(purpose, t), i))
                    happened[t, s, j, bad, i] += share
                    left -= share
                    total -= chance[s, j, bad, i]


@njit(cache=True, nogil=True)
def tally(tier, score, what, happened, r, records):
    """Write what happened into the records."""
    n_periods, n_statuses, n_types, _, n_outcomes = happened.shape
    for t in range(n_periods):
        for cell in range(n_statuses * n_types * 2):
            s, j, bad = cell // (2 * n_types), cell // 2 % n_types, cell % 2
            for i in range(n_outcomes):
                n, told = happened[t, s, j, bad, i], what[s, j, bad, i]
                if n > 0:
                    k, to = tier[s], told[TO]
                    records.firms[r, t, k, j] += n
                    records.violating[r, t, k, j] += n * told[BAD]
                    records.visits[r, t, k, j] += n * told[SEEN]
                    records.found[r, t, k, j] += n * told[CAUGHT]
                    records.moved[r, t, k, tier[to]] += n if tier[to] != k else 0
                    records.rated[r, t, tier[to]] += n
                    records.score_sum[r, t] += n * score[to]
                    records.score_squares[r, t] += n * score[to] * score[to]


@njit(cache=True, nogil=True)
def part(tier, s, j, gone, n_periods, r, records):
    """Write down where a firm ended, or when it left."""
    if gone <= n_periods:
        records.left[r, int(gone) - 1, tier[s], j] += 1
    else:
        records.last[r, tier[s], j] += 1


@njit(cache=True, nogil=True)
def replicate(m, table, v, parent, records, r):
    """One replication of variant v, written into the records at r."""
    n_periods, tier = len(m.onset_times), m.chain[TIER]
    happened = np.zeros((n_periods, *table[0].shape[1:]))
    still = np.zeros((n_periods + 1, *table[0].shape[1:4]))
    i = 0
    for j in range(len(m.entry)):
        leaves = m.rates[v, 0, j, LEAVE]
        for s in range(len(tier)):
            n, name = m.firms[v, s, j], s * len(m.entry) + j
            n_bad = 0 if m.afresh else int(rounded(n * m.violating[v, s, j], key(key(parent, BEGIN), name)))
            for here in range(n):
                own, bad = key(parent, FIRST_PERIOD + i), 1 if here < n_bad else 0
                ended, gone = follow(table, v, leaves, own, s, j, bad, 0, still, happened)
                part(tier, ended, j, gone, n_periods, r, records)
                i += 1
    for t in range(n_periods):
        for j in range(len(m.entry)):
            n = int(rounded(m.enter[v, j], key(key(key(parent, COME), t), j))) if m.enter[v, j] > 0 else 0
            records.entered[r, t, j] = n
            for _ in range(n):
                own = key(parent, FIRST_PERIOD + i)
                ended, gone = follow(table, v, m.rates[v, 0, j, LEAVE], own, m.entry[j], j, 0, t + 1, still, happened)
                part(tier, ended, j, gone, n_periods, r, records)
                i += 1
    quiet(table[0][v], table[2], key(parent, QUIET), still, happened)
    tally(tier, m.score, table[1], happened, r, records)


@njit(cache=True, nogil=True)
def replications(m, table, variants, seed, records, first, last):
    """Replications ``first`` up to, and without, ``last``, each of its variant; the same however they are split."""
    for r in range(first, last):
        replicate(m, table, variants[r], key(seed, r), records, r)
