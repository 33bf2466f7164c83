"""Rates of strata by firms drawn at random; of a stratum without one, none (SCIENCE: no estimator works at floor 0)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.scorecard.labels import draw_weights
from credit_score.scorecard.rates import check_level
from credit_score.tiers.cutoffs import numbers
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
    lengths, labels that are not 0 or 1, a row without a stratum, and a stratum that is not among ``strata`` or is there
    twice.
    """
    import pandas as pd

    check_level(level)
    weight, labels, places = draw_weights(probability), numbers(bad, "label"), pd.Series(stratum).reset_index(drop=True)
    if not len(labels) == len(weight) == len(places):
        told = f"{len(labels)} labels, {len(weight)} chances and {len(places)} strata"
        raise FitError(told, remedy="give one of each a row")
    rows = pd.DataFrame({"stratum": places, "bad": labels})
    _check(rows, strata)
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


def _check(rows: "pd.DataFrame", strata: Sequence[Any] | None) -> None:
    if not rows["bad"].isin((0, 1)).all():
        wrong = rows["bad"][~rows["bad"].isin((0, 1))].iloc[0]
        raise FitError(f"label {wrong:g}", remedy="give 1 for bad and 0 for good")
    if (gaps := rows["stratum"].isna()).any():
        raise FitError(f"no stratum in row {int(gaps.argmax())}", remedy="give every row its stratum, or leave it out")
    if strata is None:
        return
    known = list(strata)
    if twice := {stratum for stratum in known if known.count(stratum) > 1}:
        raise FitError(f"stratum {first_five(sorted(twice))} stands twice", remedy="name every stratum once")
    if not rows["stratum"].isin(known).all():
        unknown = rows["stratum"][~rows["stratum"].isin(known)].iloc[0]
        raise FitError(f"stratum {unknown!r} is not among those given", remedy="name every stratum")
