"""Whether rates rise along the tiers by the firms, or by who looks: odds within inspectors or departments.

If strict inspectors are sent to the worse tiers, rates rise though firms are alike. Within one inspector they would
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from warnings import warn

import numpy as np

from credit_score.errors import FitError

if TYPE_CHECKING:
    import pandas as pd

# A group that takes away this share of the log-odds is told.
EXPLAINED = 0.5


class ExplainedByGroups(UserWarning):
    """The rates of two tiers differ in all, but hardly or not within inspectors, departments or another group."""


@dataclass(frozen=True)
class OddsRatio:
    """An odds ratio and the ends of its interval; NaN where rows do not tell it."""

    value: float
    low: float
    high: float


def mantel_haenszel(tables: Any, level: float = 0.95) -> OddsRatio:
    """The odds ratio that 2 × 2 tables have in common, with the Robins–Breslow–Greenland interval.

    ``tables`` (S, 4), counts or sums of weight: exposed bad a, exposed good b, other bad c, other good d. Of one table
    it is the crude odds ratio with Woolf's interval, 1/a + 1/b + 1/c + 1/d. Tables without both exposed and other rows
    say nothing. Where nobody is bad, or nobody good, on one side the ratio is 0 or infinite, and its other end is that
    with half a case more in each cell, shared among the tables (Haldane 1956). Mantel and Haenszel 1959; Robins,
    Breslow and Greenland 1986, Biometrics 42:311–323.
    """
    from scipy.stats import norm

    counts = np.asarray(tables, np.float64).reshape(-1, 4)
    counts = counts[(counts[:, :2].sum(axis=1) > 0) & (counts[:, 2:].sum(axis=1) > 0)]
    a, b, c, d = counts.T
    n = counts.sum(axis=1)
    for_it, against, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    r, s = for_it.sum(), against.sum()
    if max(r, s) <= 0:
        return OddsRatio(np.nan, np.nan, np.nan)
    if min(r, s) <= 0:
        near = mantel_haenszel(counts + 0.5 * (n / n.sum())[:, None], level)
        return OddsRatio(np.inf, near.low, np.inf) if r > 0 else OddsRatio(0.0, 0.0, near.high)
    variance = (p * for_it).sum() / (2 * r**2) + (p * against + q * for_it).sum() / (2 * r * s)
    half = norm.ppf(0.5 + level / 2) * np.sqrt(variance + (q * against).sum() / (2 * s**2))
    return OddsRatio(float(r / s), float(r / s * np.exp(-half)), float(r / s * np.exp(half)))


def gradient_table(
    tier: Any, bad: Any, groups: Any, sample_weight: Any = None, *, level: float = 0.95
) -> "pd.DataFrame":
    """A row a pair of neighbouring tiers: the odds of bad in the worse against the better, crude and within groups.

    ``tier`` (n,): codes, 0 is best; tiers without a row are passed over. ``groups`` (n,): inspectors or departments;
    rows without one are left out of both odds. ``better``, ``worse`` (codes); ``odds_ratio, low, high``; ``within,
    within_low, within_high`` (:func:`mantel_haenszel`); ``compared``: share of the pair's weight that stands in groups
    with both tiers, on which alone ``within`` rests; ``explained``: 1 − ln within ÷ ln crude, NaN where the crude odds
    do not rise; for infinite odds stand their low ends. Weights of rows drawn are to be scaled to what they are worth.
    Raises FitError for columns of different lengths, and where no row has a group.
    """
    import pandas as pd

    codes, weights, place = _rows(tier, bad, groups, sample_weight)
    met = np.unique(codes[0])
    return pd.DataFrame([_pair(codes, weights, place, a, b, level) for a, b in pairwise(met)], columns=COLUMNS)


COLUMNS = (
    "better", "worse", "odds_ratio", "low", "high", "within", "within_low", "within_high", "compared", "explained",
)  # fmt: skip


def check_gradient(name: str, table: "pd.DataFrame", tiers: Sequence[str]) -> None:
    """Warn (ExplainedByGroups) of every pair whose odds surely differ in all, and within groups by half or less.

    So also where no group has both tiers, and nobody can tell. ``tiers``: their names by code.
    """
    lost = ~(table["explained"] < EXPLAINED)
    for row in table[(table["low"] > 1) & lost].to_dict("records"):
        crude = f"odds of bad in {tiers[row['worse']]} against {tiers[row['better']]} {row['odds_ratio']:.2f}"
        within = f"{row['within']:.2f} ({row['within_low']:.2f} to {row['within_high']:.2f})"
        told = f"{crude} in all, {within} within one {name}, which {row['compared']:.0%} of the rows can tell"
        warn(f"{told}; the gradient may be of the {name}, not of the firms", ExplainedByGroups, stacklevel=4)


Rows = tuple[np.ndarray, np.ndarray]


def _rows(tier: Any, bad: Any, groups: Any, sample_weight: Any) -> tuple[Rows, np.ndarray, np.ndarray]:
    """Tier code and label, weight, and group number of the rows that have a group."""
    import pandas as pd

    codes, labels = np.asarray(tier, np.int64), np.asarray(bad, np.float64)
    weight = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    place = pd.factorize(np.asarray(groups, object))[0]
    if not len(codes) == len(labels) == len(weight) == len(place):
        told = f"{len(codes)} tiers, {len(labels)} labels, {len(weight)} weights and {len(place)} groups"
        raise FitError(told, remedy="give one of each a row")
    there = place >= 0
    if not there.any():
        raise FitError("no row has a group", remedy="give the inspector or department of each row")
    return (codes[there], labels[there]), weight[there], place[there]


def _pair(rows: Rows, weight: np.ndarray, place: np.ndarray, better: int, worse: int, level: float) -> dict[str, float]:
    codes, bad = rows
    at = (codes == better) | (codes == worse)
    cells = 2 * (codes[at] == better) + (bad[at] == 0)  # exposed bad, exposed good, other bad, other good
    n = int(place.max()) + 1
    tables = np.bincount(4 * place[at] + cells, weight[at], minlength=4 * n).reshape(n, 4)
    crude, within = mantel_haenszel(tables.sum(axis=0), level), mantel_haenszel(tables, level)
    both = (tables[:, :2].sum(axis=1) > 0) & (tables[:, 2:].sum(axis=1) > 0)
    ends = _finite(crude), _finite(within)
    with np.errstate(divide="ignore"):  # of nobody bad in the worse tier within any group
        explained = 1 - np.log(ends[1]) / np.log(ends[0]) if ends[0] > 1 else np.nan
    found = (better, worse, crude.value, crude.low, crude.high, within.value, within.low, within.high)
    return dict(zip(COLUMNS, (*found, tables[both].sum() / tables.sum(), explained), strict=True))


def _finite(odds: OddsRatio) -> float:
    return odds.value if odds.value < np.inf else odds.low
