"""How an estimator does on rows it was not fitted on: grouped folds and out of time, in one call."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.intervals import auc_interval
from credit_score.scorecard.metrics import brier, calibration, ks, log_loss
from credit_score.scorecard.sample import finite, sample

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Rows = NDArray[np.int64]

FOLDS, LATER = "folds", "out_of_time"


@dataclass(frozen=True)
class Split:
    """Which rows are fitted and which are tested, by position; ``name`` is told in the table and in errors."""

    scheme: str
    name: str
    fitted: "Rows"
    tested: "Rows"


def validate(
    estimator: Any,
    X: Any,
    bad: "ArrayLike",
    *,
    groups: "ArrayLike | None" = None,
    when: "ArrayLike | None" = None,
    n_splits: int = 5,
    seed: int = 0,
    sample_weight: "ArrayLike | None" = None,
) -> "pd.DataFrame":
    """A row a test and one a scheme for all its tests together, of a clone fitted on the other rows each time.

    ``scheme`` and ``test``: ``folds`` 1 … n_splits, drawn by ``seed`` with equal shares of bad, groups never parted;
    without ``groups`` (n,), rows that are alike in every column are a group. Where ``when`` (n,), dates or numbers, is
    given, also ``out_of_time``: n_splits + 1 stretches of about equal rows, none of which parts a day; each but the
    first is tested on what comes before it, and named by its first day. A firm may then stand on both sides, as it does
    in use. Test ``pooled``: every tested row once.

    ``fitted``, ``tested``, ``tested_bad`` (rows), ``auc`` with ``auc_low`` and ``auc_high`` (DeLong, .95), ``ks``,
    ``brier``, ``log_loss``, ``slope`` (of calibration; NaN where there is none: a PD of 0 or 1, PDs all alike, or
    without overlap). Pooled rows are scored by different fits: how far folds differ in level takes from the pooled AUC.

    ``estimator``: a scikit-learn classifier of two classes, the greater bad. Raises FitError for what cannot be split,
    and where a test has fewer than two rows of a class.
    """
    import pandas as pd

    labels = _labels(X, bad, sample_weight)
    weight = None if sample_weight is None else finite(sample_weight, "weight")
    rows = []
    for splits in _schemes(X, labels, groups=groups, when=when, n_splits=n_splits, seed=seed):
        found = np.full(len(labels), np.nan)
        for split in splits:
            found[split.tested] = _tested(estimator, X, labels, split, weight)
            rows.append(_row(split, labels, found, weight))
        tested = np.sort(np.concatenate([s.tested for s in splits]))
        fitted = np.unique(np.concatenate([s.fitted for s in splits]))
        rows.append(_row(Split(splits[0].scheme, "pooled", fitted, tested), labels, found, weight))
    return pd.DataFrame(rows)


def folds(labels: "ArrayLike", groups: "ArrayLike", n_splits: int, seed: int) -> list[Split]:
    """Splits in which each row is tested once, groups stand together and shares of bad are about equal."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    bad, group = np.asarray(labels), np.asarray(groups)
    least = min(len(np.unique(group[bad == c])) for c in (0, 1))
    if not 2 <= n_splits <= least:
        what = f"{n_splits} folds, and {least} groups with rows of the rarer class"
        raise FitError(what, remedy=f"ask for 2 to {least}" if least > 1 else "give more groups of that class")
    alone = len(np.unique(group)) == len(group)  # of rows one by one: the same folds in a fraction of the time
    kind = StratifiedKFold if alone else StratifiedGroupKFold
    parted = kind(n_splits, shuffle=True, random_state=seed).split(bad, bad, None if alone else group)
    return [Split(FOLDS, str(i), fitted, tested) for i, (fitted, tested) in enumerate(parted, 1)]


def later_stretches(when: "ArrayLike", n_splits: int) -> list[Split]:
    """Splits in time: stretches of about equal rows, each but the first tested on all before it; no day is parted."""
    try:
        days, place = np.unique(_days(when), return_inverse=True)
    except TypeError as error:
        raise FitError(f"dates that have no order: {error}", remedy="give dates of one kind") from error
    before = np.concatenate([[0], np.cumsum(np.bincount(place))])
    ideal = np.arange(1, n_splits + 1) * len(place) / (n_splits + 1)
    begins = np.abs(before[:, None] - ideal).argmin(axis=0)
    if n_splits < 1 or begins[0] == 0 or (np.diff([*begins, len(days)]) < 1).any():
        what = f"{len(days)} different days do not part into {n_splits + 1} stretches of about equal rows"
        raise FitError(what, remedy="ask for fewer splits, or give dates that differ more")
    ends = pairwise([*begins, len(days)])
    return [
        Split(LATER, _day(days[a]), np.flatnonzero(place < a), np.flatnonzero((place >= a) & (place < b)))
        for a, b in ends
    ]


def _schemes(
    X: Any, labels: "NDArray[np.float64]", *, groups: Any, when: Any, n_splits: int, seed: int
) -> Iterator[list[Split]]:
    group = _alike(X) if groups is None else _codes(groups, len(labels), "group")
    yield folds(labels, group, n_splits, seed)
    if when is not None:
        _codes(when, len(labels), "date")
        yield later_stretches(when, n_splits)


def _labels(X: Any, bad: "ArrayLike", weight: "ArrayLike | None") -> "NDArray[np.float64]":
    """Labels 1.0 and 0.0, checked against rows and weights."""
    labels = finite(bad, "label")
    if len(labels) != len(X):
        raise FitError(f"{len(X)} rows and {len(labels)} labels", remedy="give a label for each row")
    sample(labels, labels, weight)
    return labels


def _alike(X: Any) -> "Rows":
    """A number for each row, the same for rows that are alike in every column."""
    import pandas as pd

    frame = X if hasattr(X, "columns") else pd.DataFrame(np.asarray(X))
    return pd.factorize(pd.util.hash_pandas_object(frame, index=False))[0]


def _codes(values: Any, n: int, name: str) -> "Rows":
    import pandas as pd

    if np.shape(values) != (n,):
        raise FitError(f"{name}s of shape {np.shape(values)} for {n} rows", remedy=f"give one {name} a row")
    codes = pd.factorize(np.asarray(values))[0]
    if (codes < 0).any():
        what = f"{int((codes < 0).sum())} rows without a {name}, the first is row {int(np.argmax(codes < 0))}"
        raise FitError(what, remedy=f"give every row its {name}, or leave these rows out")
    return codes


def _days(when: "ArrayLike") -> "NDArray[Any]":
    """Dates and times as days, also as ISO text; all else as it is."""
    import pandas as pd

    times: Any = pd.Series(when)
    if isinstance(times.dtype, pd.StringDtype):
        try:
            times = pd.to_datetime(times, format="ISO8601")
        except ValueError:
            what = f"dates as text, such as {times.iloc[0]!r}"
            raise FitError(what, remedy="write them as 2021-02-01, or give dates") from None
    if not pd.api.types.is_datetime64_any_dtype(times.dtype):
        return np.asarray(when)
    return np.asarray(times.dt.tz_localize(None).to_numpy().astype("datetime64[D]"))


def _day(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tested(
    estimator: Any, X: Any, labels: "NDArray[np.float64]", split: Split, weight: "NDArray[np.float64] | None"
) -> "NDArray[np.float64]":
    """The PD of the tested rows by a clone fitted on the others."""
    from sklearn.base import clone

    told = {} if weight is None else {"sample_weight": weight[split.fitted]}
    known = labels[split.fitted].astype(np.int64)
    _check_classes(known, split, "fitted", 1)
    _check_classes(labels[split.tested], split, "tested", 2)
    made = clone(estimator).fit(_rows(X, split.fitted), known, **told)
    return np.asarray(made.predict_proba(_rows(X, split.tested))[:, 1], np.float64)


def _rows(X: Any, at: "Rows") -> Any:
    return X.iloc[at] if hasattr(X, "iloc") else np.asarray(X)[at]


def _check_classes(labels: "NDArray[Any]", split: Split, part: str, least: int) -> None:
    n_bad = int(labels.sum())
    if min(n_bad, len(labels) - n_bad) < least:
        what = f"{len(labels)} rows {part}, {n_bad} of them bad"
        where = f"{split.scheme}, test {split.name}"
        raise FitError(what, where=where, remedy="ask for fewer splits, or give more rows of the rarer class")


def _row(
    split: Split, labels: "NDArray[np.float64]", found: "NDArray[np.float64]", weight: "NDArray[np.float64] | None"
) -> dict[str, Any]:
    at = split.tested
    bad, pd, told = labels[at], found[at], None if weight is None else weight[at]
    known = auc_interval(bad, -pd, sample_weight=told)
    return {
        "scheme": split.scheme, "test": split.name, "fitted": len(split.fitted), "tested": len(at),
        "tested_bad": int(bad.sum()), "auc": known.value, "auc_low": known.low, "auc_high": known.high,
        "ks": ks(bad, -pd, sample_weight=told).statistic, "brier": brier(bad, pd, sample_weight=told),
        "log_loss": log_loss(bad, pd, sample_weight=told), "slope": _slope(bad, pd, told),
    }  # fmt: skip


def _slope(bad: "NDArray[np.float64]", pd: "NDArray[np.float64]", weight: "NDArray[np.float64] | None") -> float:
    """The calibration slope, NaN where there is none."""
    try:
        return calibration(bad, pd, sample_weight=weight).slope
    except FitError:
        return np.nan
