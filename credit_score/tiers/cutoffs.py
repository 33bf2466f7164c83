"""Cut-offs and the tiers they make: descending, each the lowest score of its tier, inclusive."""

from typing import Any

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.scorecard.settings import check_number

FEWEST, MOST = 3, 6
# Further out, differences of scores are no numbers any more.
WIDEST = 1e300


def numbers(values: Any, name: str) -> np.ndarray:
    """Values as float64, missing ones as NaN. Raises FitError where they are of another kind."""
    try:
        if hasattr(values, "to_numpy"):
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        kind = getattr(values, "dtype", type(values).__name__)
        raise FitError(f"a {name} of kind {kind} that is no number", remedy="give numbers") from error


def check_n_tiers(n_tiers: Any) -> int:
    """The number of tiers, a whole number from 3 to 6. Raises FitError."""
    if isinstance(n_tiers, bool) or not isinstance(n_tiers, (int, np.integer)) or not FEWEST <= n_tiers <= MOST:
        raise FitError(f"{n_tiers!r} tiers", remedy=f"ask for {FEWEST} to {MOST}")
    return int(n_tiers)


def check_cutoffs(cutoffs: Any, n_tiers: int | None = None) -> np.ndarray:
    """Cut-offs as float64 of shape (K − 1,). Raises FitError where they do not descend, or are not K − 1 numbers."""
    found = numbers(cutoffs, "cut-off")
    told = first_five(f"{c:g}" for c in found.ravel())
    if found.ndim != 1 or (n_tiers is not None and len(found) != n_tiers - 1):
        asked = "a list of them" if n_tiers is None else f"{n_tiers - 1} for {n_tiers} tiers"
        raise FitError(f"cut-offs {told}", remedy=f"give {asked}, the best tier's first")
    check_n_tiers(len(found) + 1)
    if not np.isfinite(found).all() or (np.diff(found) >= 0).any():
        raise FitError(f"cut-offs {told} do not descend", remedy="give the best tier's first, each below the last")
    return found


def check_scores(score: Any) -> np.ndarray:
    """Scores as float64 of shape (n,). Raises FitError where one is no number, with its row (from 0)."""
    found = numbers(score, "score")
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise FitError(f"scores of shape {found.shape}", remedy="give one score a row")
    fine = (found >= -WIDEST) & (found <= WIDEST)
    if not fine.all():
        rows = np.flatnonzero(~fine)
        told = first_five(f"{found[i]:g} in row {i}" for i in rows)
        raise FitError(f"scores that are no finite number: {told}", remedy="score these rows, or leave them out")
    return found


def tier_codes(score: Any, cutoffs: Any) -> np.ndarray:
    """The tier of each score, int64 of shape (n,): 0, the best, to K − 1. Raises FitError for what is no score."""
    ascending = check_cutoffs(cutoffs)[::-1]
    return len(ascending) - np.searchsorted(ascending, check_scores(score), side="right")


def known_codes(found: np.ndarray, codes: np.ndarray, remedy: str) -> np.ndarray:
    """Codes of tiers as int64, of the same shape. Raises FitError for what is none of ``codes``."""
    import pandas as pd

    flat = pd.Series(found.ravel())
    known = flat.isin(codes)
    if not known.all():
        raise FitError(f"tier {first_five(flat[~known].unique())}", remedy=remedy)
    return found.astype(np.int64)


def buffered(tier_before: Any, score: Any, cutoffs: Any, buffer: float) -> np.ndarray:
    """The tier of each firm, int64 of shape (n,), where one moves only once its score is a buffer beyond the cut-off.

    A firm goes to a better tier at its cut-off + ``buffer`` and to a worse one under its own cut-off − ``buffer``;
    between the two it stays, so that monthly rescoring does not make it flap. Code −1, a firm without a tier, takes
    that of its score. With a buffer of 0 this is :func:`tier_codes`; twice is once; a firm whose score stays, stays.
    The rule is ours: best tier by raised cut-offs ≥ tier ≥ best tier by lowered ones. Raises FitError.
    """
    before, cut, scores = np.asarray(tier_before), check_cutoffs(cutoffs), check_scores(score)
    check_number("buffer", buffer, least=0, most=WIDEST)
    if before.shape != scores.shape:
        raise FitError(f"{before.size} tiers and {scores.size} scores", remedy="give both for each firm")
    told = f"give codes 0 to {len(cut)}, or -1 for a firm that had none"
    before = known_codes(before, np.arange(-1, len(cut) + 1), told)
    kept = np.clip(before, tier_codes(scores, cut - buffer), tier_codes(scores, cut + buffer))
    return np.where(before < 0, tier_codes(scores, cut), kept).astype(np.int64)
