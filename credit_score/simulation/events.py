"""The loop of the event-driven engine, compiled: a firm jumps from one change to the next.

While nothing changes, a firm's chances stay as they are, so the periods until something does are geometric. Visits
that change nothing are no events: given that a firm stayed as it was, they are binomial, and are drawn once for all
firms that stayed in a status. Visits here are independent of one another; a quota, a cap, a bound of days, a floor,
shocks, learning and a status that time moves are for the other engines.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from credit_score.simulation.cells import FIRST_PERIOD, placed
from credit_score.simulation.numbers import CLEAN, CURE, DETECT, END, FOUND, LEAVE, ONSET, RELEASE, TIER, Numbers
from credit_score.simulation.variates import binomial, key, rounded, uniform

BEGIN, QUIET, COME, LIFE, PLACE = range(5)
# What happens in a period, the last axis of what: next status, next violation, in violation, visited, found.
TO, TURNS, BAD, SEEN, CAUGHT = range(5)


class Outcomes(NamedTuple):
    """What can happen to a firm in a period, by variant, status, type and violation.

    ``chance`` of each of M outcomes, (V, S, J, 2, M); ``what``, (S, J, 2, M, 5); ``stays`` (S, J, 2, M): the firm is
    then as it was. Violations afresh: of the axis of violation only the first is used, and the outcomes tell whether
    there was one.
    """

    chance: np.ndarray
    what: np.ndarray
    stays: np.ndarray


def outcomes(m: Numbers) -> Outcomes:
    """The outcomes of a period, from the chances of a firm."""
    tables = [_of_variant(m, v) for v in range(m.shape[0])]
    return Outcomes(np.stack([t[0] for t in tables]), *tables[0][1:])


def _of_variant(m: Numbers, v: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rates, n = m.rates[v], (m.rates.shape[1], m.rates.shape[2])
    times = np.exp(-m.beta[v] * m.expected[v])[m.chain[TIER]][:, m.department]
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


class Tracks(NamedTuple):
    """What a firm's path is drawn with; a cell is a status, type and violation, C of them, in that order.

    ``change`` (V, C): the chance that a period changes something; ``pace`` (V, C): 1 ÷ ln of the chance that it does
    not. ``upto`` (V, C, M): the chance of changes up to each, beyond 1 at the last. ``next`` (C, M): the cell after
    it. ``chance`` (V, C, M), ``what`` (C, M, 5), ``stays`` (C, M): as of the outcomes.
    """

    change: np.ndarray
    pace: np.ndarray
    upto: np.ndarray
    next: np.ndarray
    chance: np.ndarray
    what: np.ndarray
    stays: np.ndarray


def tracks(table: Outcomes) -> Tracks:
    """The outcomes as paths are drawn with."""
    n_variants, n_statuses, n_types, _, n = table.chance.shape
    cells = n_statuses * n_types * 2
    chance = table.chance.reshape(n_variants, cells, n)
    what, stays = table.what.reshape(cells, n, 5), table.stays.reshape(cells, n)
    upto = np.cumsum(chance * ~stays, axis=-1)
    change = np.minimum(upto[..., -1], 1.0)
    upto[upto >= upto[..., -1:]] = 2.0  # nothing is drawn beyond the last, whatever is lost to rounding
    with np.errstate(divide="ignore"):
        pace = 1 / np.log1p(-change)
    j = np.arange(cells)[:, None] // 2 % n_types
    return Tracks(change, pace, upto, (what[..., TO] * n_types + j) * 2 + what[..., TURNS], chance, what, stays)


@njit(cache=True, nogil=True)
def end_of(leaves, own, t, n_periods):
    """How many periods are over when a firm that is there from t on leaves, at most all of them and one."""
    if leaves <= 0:
        return n_periods + 1
    return int(min(t + 1.0 + np.floor(np.log(uniform(own, LIFE)) / np.log1p(-leaves)), n_periods + 1.0))


@njit(cache=True, nogil=True)
def unchanged(change, n_periods):
    """The chance that nothing changes in so many periods, of each cell, (C, T + 1)."""
    found = np.ones((len(change), n_periods + 1))
    for t in range(n_periods):
        found[:, t + 1] = found[:, t] * (1 - change)
    return found


@njit(cache=True, nogil=True)
def lives(track, v, stay, leaves, parent, first, n, start, since, happened, ended):
    """Follow n firms, numbered from ``first``, that are in cell ``start`` from period ``since`` on.

    Changes are added to ``happened`` (T, C, M), and to ``ended`` (T + 1, C) where each ends: by the period at the end
    of which it leaves, in the last row those that stay. One number tells when a firm changes and how: given the period,
    what is left of the number is uniform again. That nothing changes before the end needs no logarithm.
    """
    # One body, since a call for each firm would cost as much as what it does.
    pace, upto, after = track.pace[v], track.upto[v], track.next
    n_periods = len(happened)
    for firm in range(first, first + n):
        own, c, t = key(parent, FIRST_PERIOD + firm), start, since
        leaves_after = end_of(leaves, own, t, n_periods)
        end = min(leaves_after, n_periods)
        while t < end:
            u, i = uniform(own, FIRST_PERIOD + t), 0
            if u <= stay[c, end - t]:
                break
            gap = min(int(np.log(u) * pace[c]), end - t - 1)
            left = max(1 - u / stay[c, gap], 0.0)
            while upto[c, i] <= left:
                i += 1
            happened[t + gap, c, i] += 1
            c = after[c, i]
            t += gap + 1
        ended[leaves_after - 1, c] += 1


@njit(cache=True, nogil=True)
def quiet(chance, stays, after, parent, n, ended, come, happened):
    """Add firms that stayed as they were, apportioned to the outcomes that change nothing.

    ``n`` (C,): firms at the start; ``ended`` (T + 1, C) and ``come`` (T, C): firms that left and entered at the end of
    a period.
    """
    n_periods, n_cells, n_outcomes = happened.shape
    for t in range(n_periods):
        then = n - ended[t] + come[t]
        for c in range(n_cells):
            left, now = n[c], key(key(parent, t), c)
            for i in range(n_outcomes):
                moved = happened[t, c, i]
                left -= moved
                then[c] -= moved
                then[after[c, i]] += moved
            apportion(chance[c], stays[c], left, now, happened[t, c])
        n = then


@njit(cache=True, nogil=True)
def apportion(chance, stays, left, parent, happened):
    """Add ``left`` firms to the outcomes that change nothing."""
    total = (chance * stays).sum()
    for i in range(len(chance)):
        if left > 0 and stays[i] and chance[i] > 0:
            share = binomial(left, min(chance[i] / total, 1.0), key(parent, i))
            happened[i] += share
            left -= share
            total -= chance[i]


@njit(cache=True, nogil=True)
def tally(tier, score, n_types, what, happened, r, records):
    """Write what happened into the records."""
    n_periods, n_cells, n_outcomes = happened.shape
    for t in range(n_periods):
        for c in range(n_cells):
            k, j = tier[c // (2 * n_types)], c // 2 % n_types
            for i in range(n_outcomes):
                n, told = happened[t, c, i], what[c, i]
                if n > 0:
                    to = told[TO]
                    records.firms[r, t, k, j] += n
                    records.violating[r, t, k, j] += n * told[BAD]
                    records.visits[r, t, k, j] += n * told[SEEN]
                    records.found[r, t, k, j] += n * told[CAUGHT]
                    records.moved[r, t, k, tier[to]] += n if tier[to] != k else 0
                    records.rated[r, t, tier[to]] += n
                    records.score_sum[r, t] += n * score[to]
                    records.score_squares[r, t] += n * score[to] * score[to]


@njit(cache=True, nogil=True)
def part(tier, n_types, ended, r, records):
    """Write who left, and where those were who did not."""
    n_periods = len(ended) - 1
    for c in range(ended.shape[1]):
        k, j = tier[c // (2 * n_types)], c // 2 % n_types
        for t in range(n_periods):
            records.left[r, t, k, j] += ended[t, c]
        records.last[r, k, j] += ended[n_periods, c]


@njit(cache=True, nogil=True)
def residents(m, track, v, stay, parent, n_there, happened, ended):
    """Follow those who are there at the start, and fill how many are in each cell (C,)."""
    n_types, first, firms = len(m.entry), 0, placed(m.firms[v], key(parent, PLACE))
    for c in range(len(n_there)):
        s, j, bad = c // (2 * n_types), c // 2 % n_types, c % 2
        n = firms[s, j]
        share = 0.0 if m.afresh else m.violating[v, s, j]
        violating = rounded(n * share, key(key(parent, BEGIN), c - bad))
        n_there[c] = violating if bad else n - violating
        lives(track, v, stay, m.rates[v, s, j, LEAVE], parent, first, int(n_there[c]), c, 0, happened, ended)
        first += int(n_there[c])


@njit(cache=True, nogil=True)
def newcomers(m, track, v, stay, parent, first, come, entered, happened, ended):
    """Follow those who enter, numbered from ``first``; fill how many by period and cell (T, C) and type (T, J)."""
    n_types = len(m.entry)
    for t in range(len(come)):
        for j in range(n_types):
            n = int(rounded(m.enter[v, j], key(key(key(parent, COME), t), j))) if m.enter[v, j] > 0 else 0
            c = (m.entry[j] * n_types + j) * 2
            come[t, c] = entered[t, j] = n
            lives(track, v, stay, m.rates[v, 0, j, LEAVE], parent, first, n, c, t + 1, happened, ended)
            first += n


@njit(cache=True, nogil=True)
def replicate(m, track, v, parent, records, r):
    """One replication of variant v, written into the records at r."""
    tier, n_types, n_periods = m.chain[TIER], len(m.entry), len(m.onset_times)
    stay, happened = unchanged(track.change[v], n_periods), np.zeros((n_periods, *track.stays.shape))
    ended, come, n_there = np.zeros(stay.T.shape), np.zeros(happened.shape[:2]), np.zeros(len(stay))
    residents(m, track, v, stay, parent, n_there, happened, ended)
    newcomers(m, track, v, stay, parent, int(n_there.sum()), come, records.entered[r], happened, ended)
    quiet(track.chance[v], track.stays, track.next, key(parent, QUIET), n_there, ended, come, happened)
    tally(tier, m.score, n_types, track.what, happened, r, records)
    part(tier, n_types, ended, r, records)


@njit(cache=True, nogil=True)
def replications(m, track, variants, seed, records, first, last):
    """Replications ``first`` up to, and without, ``last``, each of its variant; the same however they are split."""
    for r in range(first, last):
        replicate(m, track, variants[r], key(seed, r), records, r)
