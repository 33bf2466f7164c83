"""Random numbers that are a function of what they are for: no state, so no order, thread or chunk can change them.

A key is made of the seed and of whatever names the draw (replication, period, firm, place in the model). Binomials are
drawn by inversion where few are expected, else by transformed rejection with squeeze (BTRS, Hörmann 1993, J. Statist.
Comput. Simul. 46); hypergeometrics by ratio of uniforms (HRUA, Stadlober 1990, J. Comput. Appl. Math. 31). Both are
exact. Counts are whole numbers held as float64, exact up to 2⁵³. No library offers such draws within compiled loops.
"""

from math import lgamma, log, pi

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FEW = 10.0
TABLE = 64
SMALL = np.array([lgamma(k + 1) - (k + 0.5) * log(k + 1) + (k + 1) - 0.5 * log(2 * pi) for k in range(TABLE)])
CENTRE, SPREAD = 0.8989161620588988, 1.7155277699214135  # 3 − 2 √(3/e) and 2 √(2/e)


@njit(cache=True, nogil=True)
def mixed(x):
    """A 64-bit number of which every bit depends on every bit of another (finaliser of SplitMix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def key(parent, name):
    """The key of a draw within another key; without a parent none, where means stand in the place of draws."""
    if parent is None:
        return None
    return mixed(parent + GOLDEN * np.uint64(name + 1))


@njit(cache=True, nogil=True)
def uniform(parent, name):
    """A number in (0, 1), 53 bits."""
    return (np.float64(key(parent, name) >> np.uint64(11)) + 0.5) * 2.0**-53


@njit(cache=True, nogil=True)
def rounded(x, parent):
    """A whole number of which the mean is x: ⌊x + U⌋; without a parent x itself."""
    if parent is None:
        return x
    return np.floor(x + uniform(parent, 0))


@njit(cache=True, nogil=True)
def binomial(n, p, parent):
    """How many of n happen, each with chance p."""
    if n <= 0 or p <= 0:
        return 0.0
    if p >= 1:
        return n
    if p > 0.5:
        return n - binomial(n, 1 - p, parent)
    if n * p < FEW:
        return _inverted(n, p, uniform(parent, 0))
    return _transformed(n, p, parent)


@njit(cache=True, nogil=True)
def _inverted(n, p, u):
    """The quantile of u: chances summed from 0 on."""
    odds, chance, k = p / (1 - p), np.exp(n * np.log1p(-p)), 0.0
    while u > chance and k < n:
        u -= chance
        k += 1
        chance *= odds * (n - k + 1) / k
    return k


@njit(cache=True, nogil=True)
def _tail(k):
    """Ln k! less Stirling's first terms, (k + ½) ln(k + 1) − (k + 1) + ½ ln 2π."""
    if k < TABLE:
        return SMALL[int(k)]
    one = 1 / (k + 1)
    square = one * one
    return one * (1 / 12 - square * (1 / 360 - square * (1 / 1260)))


@njit(cache=True, nogil=True)
def _transformed(n, p, parent):
    """A binomial with n p ≥ 10 and p ≤ ½."""
    spread = np.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c, squeeze = n * p + 0.5, 0.92 - 4.2 / b
    i = 0
    while True:
        u, v = uniform(parent, i) - 0.5, uniform(parent, i + 1)
        i += 2
        us = 0.5 - abs(u)
        k = np.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= squeeze:
            return k
        if 0 <= k <= n and np.log(v * (2.83 + 5.1 / b) * spread / (a / (us * us) + b)) <= _log_chance(n, p, k):
            return k


@njit(cache=True, nogil=True)
def _log_chance(n, p, k):
    """Ln of the chance of k over that of the most likely number."""
    m, odds = np.floor((n + 1) * p), p / (1 - p)
    first = (m + 0.5) * np.log((m + 1) / (odds * (n - m + 1))) + (n + 1) * np.log((n - m + 1) / (n - k + 1))
    second = (k + 0.5) * np.log(odds * (n - k + 1) / (k + 1))
    return first + second + _tail(m) + _tail(n - m) - _tail(k) - _tail(n - k)


@njit(cache=True, nogil=True)
def hypergeometric(good, bad, n, parent):
    """How many good ones are among n drawn without replacement from good and bad ones."""
    if good <= 0 or n <= 0:
        return 0.0
    if bad <= 0:
        return n
    if n >= good + bad:
        return good
    few, many = min(good, bad), max(good, bad)
    drawn = min(n, few + many - n)
    k = _one_by_one(few, many, drawn, parent) if drawn < FEW else _by_ratio(few, many, drawn, parent)
    k = drawn - k if good > bad else k
    return k if drawn == n else good - k


@njit(cache=True, nogil=True)
def _one_by_one(few, many, drawn, parent):
    """A hypergeometric of a few draws, each looked at."""
    left, k = few, 0.0
    for i in range(int(drawn)):
        if uniform(parent, i) * (few + many - i) < left:
            left -= 1
            k += 1
    return k


@njit(cache=True, nogil=True)
def _log_factorial(k):
    """Ln k!, less a constant that is the same for all k."""
    return (k + 0.5) * np.log(k + 1) - (k + 1) + _tail(k)


@njit(cache=True, nogil=True)
def _logs(k, few, many, drawn):
    """Ln of the factorials below the chance of k, less a constant."""
    inner = _log_factorial(k) + _log_factorial(few - k)
    return inner + _log_factorial(drawn - k) + _log_factorial(many - drawn + k)


@njit(cache=True, nogil=True)
def _by_ratio(few, many, drawn, parent):
    """A hypergeometric by ratio of uniforms; few ≤ many, drawn at most half of both."""
    both = few + many
    share = few / both
    spread = np.sqrt((both - drawn) * drawn * share * (1 - share) / (both - 1) + 0.5)
    mode = np.floor((drawn + 1) * (few + 1) / (both + 2))
    top, most = _logs(mode, few, many, drawn), min(drawn, few)
    centre, width = drawn * share + 0.5, SPREAD * spread + CENTRE
    i = 0
    while True:
        x, y = uniform(parent, i), uniform(parent, i + 1)
        i += 2
        k = np.floor(centre + width * (y - 0.5) / x)
        if not 0 <= k <= most:
            continue
        chance = top - _logs(k, few, many, drawn)
        # The first is a bound that saves the logarithm.
        if x * (4 - x) - 3 <= chance or (x * (x - chance) < 1 and 2 * np.log(x) <= chance):
            return k
