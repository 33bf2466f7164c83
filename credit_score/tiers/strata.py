"""Rates of strata by firms drawn at random; of a stratum without one, none (SCIENCE: no estimator works at floor 0)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.labels import draw_weights
from credit_score.tiers.table import jeffreys_interval

if TYPE_CHECKING:
    import pandas as pd


def stratum_rates(
    bad: Any, probability: Any, stratum: Any, *, strata: Sequence[Any] | None = None, level: float = 0.95
) -> "pd.DataFrame":
    """The share of bad in each stratum, from the rows that were drawn at random.

    Parameters
    ----------
    bad, probability, stratum : label (1 is bad), chance of being drawn (missing where no draw chose the row, which then
        enters no rate) and stratum of each visit, (n,).
    strata : every stratum there is, so that those nobody was sent to are shown; by default those of the rows.

    A row a stratum: ``drawn`` (visits), ``stands_for`` (Σ 1 / probability), ``rate`` (Hájek: weighted share of bad),
    ``low``, ``high`` (Jeffreys, on Kish's effective number of visits), ``identified``. Where nobody was drawn the rate
    is not identified: rate and interval are NaN. Raises FitError as :func:`draw_weights` does, for columns of different
    lengths, labels that are not 0 or 1, and a stratum that is not among ``strata``.
    """
    import pandas as pd

    rows = pd.DataFrame({"stratum": np.asarray(stratum), "bad": np.asarray(bad, np.float64)})
    weight = draw_weights(probability)
    _check(rows, weight, strata)
    rows = rows.assign(drawn=weight > 0, w=weight, wb=weight * rows["bad"], ww=weight**2)
    known = sorted(rows["stratum"].unique()) if strata is None else list(strata)
    sums = rows.groupby("stratum")[["drawn", "w", "wb", "ww"]].sum().reindex(known, fill_value=0.0)
    return _told(sums, level)


def _told(sums: "pd.DataFrame", level: float) -> "pd.DataFrame":
    there = (sums["w"] > 0).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        rate, n = (sums["wb"] / sums["w"]).to_numpy(), (sums["w"] ** 2 / sums["ww"]).to_numpy()
    low, high = jeffreys_interval(np.where(there, rate * n, 0.0), np.where(there, n, 0.0), level)
    told = sums[["drawn", "w"]].rename(columns={"w": "stands_for"}).astype({"drawn": np.int64})
    told = told.assign(rate=rate, low=np.where(there, low, np.nan), high=np.where(there, high, np.nan))
    return told.assign(identified=there).reset_index()


def _check(rows: "pd.DataFrame", weight: np.ndarray, strata: Sequence[Any] | None) -> None:
    if len(rows) != len(weight):
        raise FitError(f"{len(rows)} labels and {len(weight)} chances", remedy="give one of each a row")
    if not rows["bad"].isin((0, 1)).all():
        wrong = rows["bad"][~rows["bad"].isin((0, 1))].iloc[0]
        raise FitError(f"label {wrong:g}", remedy="give 1 for bad and 0 for good")
    if strata is not None and not rows["stratum"].isin(list(strata)).all():
        unknown = rows["stratum"][~rows["stratum"].isin(list(strata))].iloc[0]
        raise FitError(f"stratum {unknown!r} is not among those given", remedy="name every stratum")
