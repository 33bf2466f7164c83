"""The page on which a committee reads tiers: their rates with intervals, and the master scale."""

from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.tiers.aim import Aim
from credit_score.tiers.cells import ScoreCells

if TYPE_CHECKING:
    import pandas as pd

NAMES = "ABCDEF"


def jeffreys_interval(bad: Any, n: Any, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest plausible rate of ``bad`` among ``n``, each of the same shape.

    Quantiles of Beta(bad + ½, n − bad + ½); 0 at no bad and 1 at all bad (Brown, Cai & DasGupta 2001). Of n = 0 it is
    [0, 1]: nothing is known. Counts may be effective, and need not be whole.
    """
    from scipy.stats import beta

    events, total = np.asarray(bad, float), np.asarray(n, float)
    tail = (1 - level) / 2
    low, high = (beta.ppf(q, events + 0.5, total - events + 0.5) for q in (tail, 1 - tail))
    return np.where(events <= 0, 0.0, low), np.where(events >= total, 1.0, high)


def effective(tiers: ScoreCells, *, drawn: bool) -> tuple[np.ndarray, np.ndarray]:
    """Bad firms and firms of each tier as its rate's precision counts them, each (K,).

    The weights; of drawn rows Kish's (Σw)² / Σw², with the weighted rate of it bad.
    """
    if not drawn:
        return tiers.bad, tiers.weight
    total = np.divide(tiers.weight**2, tiers.squares, out=np.zeros_like(tiers.weight), where=tiers.squares > 0)
    rate = np.divide(tiers.bad, tiers.weight, out=np.zeros_like(tiers.weight), where=tiers.weight > 0)
    return rate * total, total


def master_scale(bad: np.ndarray, n: np.ndarray) -> np.ndarray:
    """PD at which tiers meet, from 0 to 1, shape (K + 1,): tier k is for a PD in [scale[k], scale[k + 1]).

    Between the rates p < q of two neighbours: ln((1−p)/(1−q)) / ln(q(1−p) / (p(1−q))), where a firm is as likely in
    either. Unlike a midpoint it does not hang on the scale, of rates or of odds, and it is where the likelihood itself
    would cut (ours). Rates are (bad + ½) / (n + 1), so that none is 0 or 1. NaN between tiers whose rates do not rise.
    """
    rate = (bad + 0.5) / (n + 1)
    p, q = rate[:-1], rate[1:]
    safe = np.log((1 - p) / (1 - q))
    rises = (q > p) & (n[:-1] > 0) & (n[1:] > 0)
    between = np.divide(safe, safe + np.log(q / p), out=np.full_like(p, np.nan), where=rises)
    return np.concatenate([[0.0], between, [1.0]])


def tier_table(cells: ScoreCells, edges: np.ndarray, cutoffs: np.ndarray, aim: Aim, level: float) -> "pd.DataFrame":
    """A row a tier, the best first.

    ``code`` (0 is best), ``name``, ``cutoff`` (NaN for the last), ``rows``, ``share`` of all weight, ``rate`` (share of
    bad; NaN in an empty tier) with ``rate_low`` and ``rate_high`` (Jeffreys), ``z`` (standard errors above the better
    tier's rate), ``pd_low`` and ``pd_high`` (:func:`master_scale`); ``mean_pd`` where PDs were given; under a capacity
    ``inspections``, ``days`` and ``detections`` a year.
    """
    import pandas as pd

    tiers = cells.grouped(edges)
    bad, n = effective(tiers, drawn=aim.drawn)
    low, high = jeffreys_interval(bad, n, level)
    scale = master_scale(bad, n)
    columns: dict[str, Any] = {
        "code": np.arange(len(n)), "name": list(NAMES[: len(n)]), "cutoff": np.append(cutoffs, np.nan),
        "rows": tiers.rows.astype(np.int64), "share": tiers.weight / tiers.weight.sum(),
        "rate": _mean(tiers.bad, tiers.weight), "rate_low": low, "rate_high": high,
        "z": tiers.separation(drawn=aim.drawn), "pd_low": scale[:-1], "pd_high": scale[1:],
    }  # fmt: skip
    if tiers.probability is not None:
        columns["mean_pd"] = _mean(tiers.probability, tiers.weight)
    return pd.DataFrame(columns | _visits(tiers, aim))


def _mean(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.divide(total, weight, out=np.full(len(weight), np.nan), where=weight > 0)


def _visits(tiers: ScoreCells, aim: Aim) -> dict[str, np.ndarray]:
    """Visits, inspector-days and expected detections a year of each tier."""
    if aim.visits is None:
        return {}
    ratios, expected = aim.visits.ratios, tiers.bad if tiers.probability is None else tiers.probability
    days = ratios * tiers.days.sum(axis=1)
    return {
        "inspections": ratios * tiers.weight, "days": days,
        "detections": ratios * aim.visits.sensitivity * expected,
    }  # fmt: skip
