"""How steady tiers are: intervals of cut-offs, migration between two dates, and the index of population stability."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from credit_score.errors import FitError, first_five
from credit_score.scorecard.rates import check_level
from credit_score.scorecard.settings import check_number
from credit_score.tiers.calibrator import TierCalibrator
from credit_score.tiers.cutoffs import check_n_tiers, known_codes
from credit_score.tiers.table import NAMES

if TYPE_CHECKING:
    import pandas as pd

MARGIN = "all"
# What is drawn with the rows.
COLUMNS = ("sample_weight", "probability", "days")


def cutoff_intervals(
    calibrator: TierCalibrator,
    score: Any,
    bad: Any,
    *,
    seed: int,
    n_replications: int = 200,
    level: float = 0.95,
    **columns: Any,
) -> "pd.DataFrame":
    """Where each cut-off would lie in other draws of firms: the bootstrap of rows, percentiles, from a seed.

    ``columns``: ``sample_weight``, ``probability`` and ``days`` as in :meth:`TierCalibrator.fit`. A row a cut-off:
    ``tier, cutoff, low, high`` and ``replications``, those in which cut-offs were found; in the others no cut-offs kept
    the limits, or one class was not drawn. The calibrator is not changed. Raises FitError where none was found, and
    for other columns.
    """
    import pandas as pd

    check_level(level)
    check_number("replications", n_replications, least=1, whole=True)
    check_number("seed", seed, least=0, whole=True)
    if odd := sorted(set(columns) - set(COLUMNS)):
        raise FitError(f"column {first_five(odd)}", remedy=f"give {', '.join(COLUMNS)}, or none")
    given = {name: np.asarray(column) for name, column in columns.items() if column is not None}
    whole = clone(calibrator).fit(score, bad, **given)
    found = _replicated(whole, {"score": np.asarray(score), "bad": np.asarray(bad), **given}, seed, n_replications)
    if not len(found):
        what = f"in none of {n_replications} draws of the rows do cut-offs keep the limits"
        raise FitError(what, remedy="relax the limits, or ask for fewer tiers")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    names = list(NAMES[: len(low)])
    told = {"tier": names, "cutoff": whole.cutoffs_, "low": low, "high": high, "replications": len(found)}
    return pd.DataFrame(told)


def _replicated(calibrator: TierCalibrator, rows: dict[str, np.ndarray], seed: int, n: int) -> np.ndarray:
    """Cut-offs of the replications that have some, (m, K − 1)."""
    rng, size = np.random.default_rng(seed), len(rows["bad"])
    found = []
    for _ in range(n):
        at = rng.integers(0, size, size)
        try:
            found.append(clone(calibrator).fit(**{name: column[at] for name, column in rows.items()}).cutoffs_)
        except FitError:
            continue
    return np.array(found)


@dataclass(frozen=True)
class Migration:
    """Firms by tier on one date (rows) and on another (columns), with the margin ``all``.

    ``counts``: firms. ``shares``: of each row, so that rows sum to 1; NaN in a row without firms.
    """

    counts: "pd.DataFrame"
    shares: "pd.DataFrame"

    @property
    def stayed(self) -> float:
        """Share of firms with the same tier on both dates; NaN if there are none."""
        inner = self.counts.drop(index=MARGIN, columns=MARGIN).to_numpy()
        return float(np.trace(inner) / inner.sum()) if inner.sum() else float("nan")


def migration_matrix(before: Any, after: Any, n_tiers: int) -> Migration:
    """How firms went from tier to tier; ``before`` and ``after`` are codes 0 … K − 1 of the same firms, (n,).

    Raises FitError for codes that are no tier, and where the two are not of equal length.
    """
    import pandas as pd

    first, second = (_codes(c, n_tiers) for c in (before, after))
    if len(first) != len(second):
        raise FitError(f"{len(first)} tiers before and {len(second)} after", remedy="give both of the same firms")
    counts = np.bincount(first * n_tiers + second, minlength=n_tiers**2).reshape(n_tiers, n_tiers)
    counts = np.vstack([counts, counts.sum(axis=0)])
    counts = np.column_stack([counts, counts.sum(axis=1)])
    of_row = counts[:, -1:]
    shares = np.divide(counts, of_row, out=np.full(counts.shape, np.nan), where=of_row > 0)
    names = [*NAMES[:n_tiers], MARGIN]
    tables = (pd.DataFrame(t, pd.Index(names, name="before"), pd.Index(names, name="after")) for t in (counts, shares))
    return Migration(*tables)


def tier_psi(before: Any, after: Any, n_tiers: int) -> "pd.DataFrame":
    """How far the tiers' shares moved between two dates, by tier, codes 0 … K − 1 of whichever firms there were.

    ``tier, share_before, share_after, psi`` = (a − b) ln(a / b), 0 where both shares are 0 and infinite where one is; a
    last row, ``all``, sums. By custom .1 and .25 are read as some and much (an assumption, no rule).
    """
    import pandas as pd

    b, a = (_shares(c, n_tiers) for c in (before, after))
    with np.errstate(divide="ignore", invalid="ignore"):
        psi = np.where(a == b, 0.0, (a - b) * np.log(a / b))
    names = [*NAMES[:n_tiers], MARGIN]
    columns = {"share_before": b, "share_after": a, "psi": psi}
    return pd.DataFrame({"tier": names} | {n: np.append(c, c.sum()) for n, c in columns.items()})


def _shares(codes: Any, n_tiers: int) -> np.ndarray:
    found = _codes(codes, n_tiers)
    if not len(found):
        raise FitError("no firm has a tier", remedy="give the codes of one or more firms at both dates")
    return np.bincount(found, minlength=n_tiers) / len(found)


def _codes(codes: Any, n_tiers: int) -> np.ndarray:
    """Codes of tiers, int64."""
    remedy = f"give codes 0 to {check_n_tiers(n_tiers) - 1}"
    try:
        found = np.asarray(codes)
    except ValueError:
        raise FitError("tiers of rows that differ in length", remedy=remedy) from None
    if found.ndim != 1:
        raise FitError(f"tiers of shape {found.shape}", remedy=remedy)
    return known_codes(found, np.arange(n_tiers), remedy)
