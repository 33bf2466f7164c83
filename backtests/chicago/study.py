"""What the back-test computes, as pure functions of arrays and frames.

``bad`` is 0 or 1 for each visit: whether a critical violation was found. A stratum is the inspector
cluster that made the visit.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

Z = float(norm.ppf(0.975))


def places(first_to_last: np.ndarray) -> np.ndarray:
    """Place of each visit when the smallest value goes first, from 0; equal values share a place."""
    return np.unique(first_to_last, return_inverse=True)[1]


def n_found(bad: np.ndarray, place: np.ndarray, n_first: float, times: np.ndarray | None = None) -> float:
    """Bad visits expected among the first ``n_first``, equal places taken in random order.

    Exact, without simulation: within a tie the expected count grows linearly with the visits taken.
    ``times`` (n,) says how often each visit counts, in a resample; once each if not given.
    """
    times = np.ones(len(bad)) if times is None else times
    visits = np.concatenate([[0.0], np.cumsum(np.bincount(place, times))])
    found = np.concatenate([[0.0], np.cumsum(np.bincount(place, times * bad))])
    return float(np.interp(n_first, visits, found))


def share_found(bad: np.ndarray, place: np.ndarray, n_first: float, times: np.ndarray | None = None) -> float:
    """Share of all bad visits expected among the first ``n_first``."""
    return n_found(bad, place, n_first, times) / float(bad.sum() if times is None else times @ bad)


def share_found_within(
    bad: np.ndarray, place: np.ndarray, group: np.ndarray, n_first: float, times: np.ndarray | None = None
) -> float:
    """The same where each group keeps its own visits and orders them: the share ``n_first`` ÷ n of each.

    An order that only knows which group a visit belongs to then finds no more than chance does.
    """
    times = np.ones(len(bad)) if times is None else times
    share, found = n_first / times.sum(), 0.0
    for name in np.unique(group):
        own = group == name
        found += n_found(bad[own], place[own], share * times[own].sum(), times[own])
    return found / float(times @ bad)


def tie_sd(bad: np.ndarray, place: np.ndarray, n_first: int) -> float:
    """Standard deviation of the share found over the random order of ties (hypergeometric)."""
    sizes, hits = np.bincount(place), np.bincount(place, bad)
    ends = np.cumsum(sizes)
    tie = int(np.searchsorted(ends, n_first))
    m, p, taken = sizes[tie], hits[tie] / sizes[tie], n_first - (ends[tie] - sizes[tie])
    if m == 1:
        return 0.0
    return float(np.sqrt(taken * p * (1 - p) * (m - taken) / (m - 1)) / bad.sum())


def bootstrap(statistic: Callable[[np.ndarray], np.ndarray], n: int, *, n_resamples: int, seed: int) -> np.ndarray:
    """``statistic(times)`` for resamples of n visits with replacement, shape (n_resamples, ...)."""
    rng = np.random.default_rng(seed)
    resamples = (np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(n_resamples))
    return np.array([statistic(times.astype(float)) for times in resamples])


def jeffreys(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % Jeffreys interval of a binomial rate: quantiles of Beta(k + ½, n − k + ½); 0 and 1 kept at the ends."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    low = np.where(k > 0, beta.ppf(0.025, k + 0.5, n - k + 0.5), 0.0)
    high = np.where(k < n, beta.ppf(0.975, k + 0.5, n - k + 0.5), 1.0)
    return low, high


def rates(visits: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per value of ``by``: ``visits``, ``critical``, ``rate``, ``low``, ``high`` (Jeffreys)."""
    table = visits.groupby(by)["bad"].agg(visits="size", critical="sum").reset_index()
    low, high = jeffreys(table["critical"], table["visits"])
    return table.assign(rate=table["critical"] / table["visits"], low=low, high=high)


def standardised_rates(visits: pd.DataFrame, by: str, stratum: str) -> pd.DataFrame:
    """Per value of ``by``: ``rate`` if every group met the strata in the shares of all visits; ``low``, ``high``.

    rate = Σ_s w_s k_s ÷ n_s, w_s the share of stratum s in all visits. Delta interval from Σ_s w_s² p_s (1 − p_s) ÷ n_s
    with p_s = (k_s + ½) ÷ (n_s + 1), so that a cell in which nothing was found is not taken as sure.
    Raises ValueError where a group meets a stratum nowhere: its rate there is not known.
    """
    cells = visits.groupby([by, stratum])["bad"].agg(["size", "sum"]).unstack(fill_value=0)
    n, k = cells["size"], cells["sum"]
    if (n == 0).any(axis=None):
        raise ValueError(f"a {by} has no visit in some {stratum}; drop the {stratum} or join groups")
    weight = visits[stratum].value_counts(normalize=True)[n.columns]
    p = (k + 0.5) / (n + 1)
    rate = (k / n * weight).sum(axis=1)
    half = Z * np.sqrt((weight**2 * p * (1 - p) / n).sum(axis=1))
    low, high = (rate - half).clip(lower=0), (rate + half).clip(upper=1)
    return pd.DataFrame({by: rate.index, "rate": rate.values, "low": low.values, "high": high.values})


def odds_ratio(tables: np.ndarray) -> dict[str, float]:
    """Mantel–Haenszel odds ratio over 2 × 2 tables, with the Robins–Breslow–Greenland 95 % interval.

    ``tables`` (S, 4): exposed bad a, exposed good b, other bad c, other good d. One table gives the crude odds ratio
    with Woolf's interval, 1/a + 1/b + 1/c + 1/d. Source: Robins, Breslow and Greenland 1986, Biometrics 42:311–323.
    """
    a, b, c, d = np.asarray(tables, float).T
    n = a + b + c + d
    for_it, against = a * d / n, b * c / n
    p, q = (a + d) / n, (b + c) / n
    r, s = for_it.sum(), against.sum()
    variance = (p * for_it).sum() / (2 * r**2) + (p * against + q * for_it).sum() / (2 * r * s)
    variance += (q * against).sum() / (2 * s**2)
    ratio, half = r / s, Z * np.sqrt(variance)
    return {"odds_ratio": float(ratio), "low": float(ratio * np.exp(-half)), "high": float(ratio * np.exp(half))}


def neighbour_odds(visits: pd.DataFrame, by: str, stratum: str) -> pd.DataFrame:
    """Per pair of neighbouring values of ``by``, in their order: odds of a bad visit in the later against the earlier.

    ``better, worse``; ``odds_ratio, low, high`` crude and, with ``by_<stratum>_`` before them, within strata.
    """
    values = np.unique(visits[by].to_numpy(str))
    rows = []
    for better, worse in pairwise(values):
        pair = visits[visits[by].isin([better, worse])].assign(worse=visits[by] == worse)
        within = odds_ratio(two_by_two(pair, "worse", stratum))
        row = {"better": better, "worse": worse} | odds_ratio(two_by_two(pair, "worse"))
        rows.append(row | {f"by_{stratum}_{name}": value for name, value in within.items()})
    return pd.DataFrame(rows)


def two_by_two(visits: pd.DataFrame, exposed: str, stratum: str | None = None) -> np.ndarray:
    """Counts for :func:`odds_ratio`, shape (S, 4); one table without a stratum. ``exposed`` is a boolean column."""
    groups = [visits] if stratum is None else [rows for _, rows in visits.groupby(stratum)]
    tables = [_counts(rows["bad"].to_numpy(), rows[exposed].to_numpy(bool)) for rows in groups]
    return np.array(tables)


def _counts(bad: np.ndarray, exposed: np.ndarray) -> list[int]:
    good = 1 - bad
    return [int(x.sum()) for x in (bad[exposed], good[exposed], bad[~exposed], good[~exposed])]
