"""What a score finds and where it errs, as tidy tables: lift, capture, ROC, calibration, scores of good and bad.

Higher scores are safer; bad is 1. Intervals are Jeffreys' of one share at a time, with cut-offs taken as given; weights
are of rows that were drawn (see :mod:`rates`). Every function raises FitError as the metrics do.
"""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.scorecard.metrics import cumulative_shares
from credit_score.scorecard.rates import bad_rates, effective_rows, jeffreys_interval
from credit_score.scorecard.sample import Sample, equal_groups, sample
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray


def lift_table(
    bad: "ArrayLike", score: "ArrayLike", *, n_bins: int = 10, sample_weight: "ArrayLike | None" = None
) -> "pd.DataFrame":
    """A row a bin of about equal weight, the worst scores first; equal scores stay in one bin.

    ``bin`` (from 1), ``score_low``, ``score_high`` (both met), ``rows``, ``share`` (of all weight), ``bad`` (weight),
    ``bad_rate`` with ``low`` and ``high``, ``lift`` (bad rate over that of all) with ``lift_low`` and ``lift_high``, in
    which the rate of all is taken as known, and ``captured`` (share of all bad in this bin and those before).
    """
    s = sample(bad, score, sample_weight)
    group = equal_groups(s.values, s.weight, n_bins)
    table = bad_rates(s, group)
    mean = s.bad_weight / s.weight.sum()
    for name, rate in (("lift", "bad_rate"), ("lift_low", "low"), ("lift_high", "high")):
        table[name] = table[rate] / mean
    table["captured"] = table["bad"].cumsum() / s.bad_weight
    return _with_ends(table, group, s.values, "score")


def capture_curve(bad: "ArrayLike", score: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> "pd.DataFrame":
    """The share of all bad found against the share of rows looked at, worst score first, from 0 to 1.

    ``score`` (all rows at or below it are looked at; −∞ in the first row), ``rows`` and ``bad``, both shares of weight,
    and ``low`` and ``high`` of ``bad``.
    """
    s = sample(bad, score, sample_weight)
    found, share = _shares(s), s.bad_weight / s.weight.sum()
    found["rows"] = found["good"] * (1 - share) + found["bad"] * share
    found = found.rename(columns={"bad_low": "low", "bad_high": "high"})
    return found[["score", "rows", "bad", "low", "high"]]


def roc_points(bad: "ArrayLike", score: "ArrayLike", *, sample_weight: "ArrayLike | None" = None) -> "pd.DataFrame":
    """A row a score, ascending from −∞: the shares of ``good`` and of ``bad`` at or below it, from 0 to 1.

    With ``good_low``, ``good_high``, ``bad_low`` and ``bad_high``. Against each other they are the ROC, against the
    score the two curves of KS.
    """
    return _shares(sample(bad, score, sample_weight))


def calibration_table(
    bad: "ArrayLike", pd: "ArrayLike", *, n_bins: int = 10, sample_weight: "ArrayLike | None" = None
) -> "pd.DataFrame":
    """A row a bin of about equal weight, the lowest PD first; equal PDs stay in one bin.

    ``bin`` (from 1), ``pd_low``, ``pd_high`` (both met), ``mean_pd``, ``rows``, ``share``, ``bad``, ``bad_rate`` with
    ``low`` and ``high``. A PD is true where the interval holds the mean PD, of one bin in twenty by chance not.
    """
    s = sample(bad, pd, sample_weight, of="PD")
    group = equal_groups(s.values, s.weight, n_bins)
    table = bad_rates(s, group)
    table.insert(0, "mean_pd", np.bincount(group, s.weight * s.values) / np.bincount(group, s.weight))
    return _with_ends(table, group, s.values, "pd")


def score_distribution(
    bad: "ArrayLike", score: "ArrayLike", *, n_bins: int = 20, sample_weight: "ArrayLike | None" = None
) -> "pd.DataFrame":
    """A row a bin of equal width: ``score_low`` (inclusive), ``score_high``, and the share of ``good`` and of ``bad``.

    Each with its low and high (``good_low`` …). Of whole scores, bins are whole too, and may be fewer.
    """
    import pandas as pd

    s = sample(bad, score, sample_weight)
    edges = _even_edges(s.values, n_bins)
    group = np.clip(np.searchsorted(edges, s.values, side="right") - 1, 0, len(edges) - 2)
    columns = {"score_low": edges[:-1], "score_high": edges[1:]}
    for name, rows in (("good", ~s.bad), ("bad", s.bad)):
        weight = s.weight[rows]
        share = np.bincount(group[rows], weight, len(edges) - 1) / weight.sum()
        low, high = jeffreys_interval(share, effective_rows(weight))
        columns |= {name: share, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns)


def _shares(s: Sample) -> "pd.DataFrame":
    """Cumulative shares of good and bad by score, with intervals."""
    import pandas as pd

    at, good, bad = cumulative_shares(s)
    columns = {"score": at, "good": good, "bad": bad}
    for name, rows in (("good", ~s.bad), ("bad", s.bad)):
        low, high = jeffreys_interval(columns[name], effective_rows(s.weight[rows]))
        high[0], low[-1] = 0.0, 1.0  # nobody is below the first, everybody below the last
        columns[f"{name}_low"], columns[f"{name}_high"] = low, high
    return pd.DataFrame(columns)


def _with_ends(
    table: "pd.DataFrame", group: "NDArray[np.int64]", values: "NDArray[np.float64]", name: str
) -> "pd.DataFrame":
    """A table of bins with their numbers, and the least and greatest value met in each, in front."""
    low, high = np.full(len(table), np.inf), np.full(len(table), -np.inf)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    for column, found in ((f"{name}_high", high), (f"{name}_low", low), ("bin", np.arange(1, len(table) + 1))):
        table.insert(0, column, found)
    return table


def _even_edges(values: "NDArray[np.float64]", n_bins: int) -> "NDArray[np.float64]":
    check_number("bins", n_bins, least=1, whole=True)
    low, high = float(values.min()), float(values.max())
    if (values == np.rint(values)).all():
        width = max(1.0, float(np.ceil((high - low + 1) / n_bins)))
        return low + width * np.arange(np.ceil((high - low + 1) / width) + 1)
    return np.linspace(low, high, n_bins + 1)
