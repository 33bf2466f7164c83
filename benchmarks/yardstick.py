"""What the rivals make of a table: jobs of :mod:`cost`, run by the Python of their own environment.

Its libraries are those of ``yardstick.txt``; nothing of this project is imported but :mod:`handed`.
"""

import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from handed import taken
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

WARM = 5000
PART = 100_000  # rows that a card is fitted to whose points are asked for
PAIRED = 30  # of more columns EBM weighs thousands of pairs: minutes a fold


def card(names: list[str], categories: list[str], c: float = 1.0, **binning: Any) -> Scorecard:
    """The scorecard of optbinning: its binning, as it comes but for ``binning``, and scikit-learn's logistic."""
    cut = BinningProcess(names, categorical_variables=categories or None, **binning)
    scaling = {"pdo": 20, "odds": 50, "scorecard_points": 600}
    model = LogisticRegression(C=c, max_iter=1000)
    return Scorecard(cut, model, scaling_method="pdo_odds", scaling_method_params=scaling, rounding=True)


def fitted(made: Scorecard, X: pd.DataFrame, bad: np.ndarray) -> Scorecard:
    """The scorecard fitted, missing values with the evidence that they showed."""
    return made.fit(X, bad, metric_missing="empirical")


def told(path: str) -> tuple[pd.DataFrame, np.ndarray, list[str]]:
    """The table with categories as texts, who is bad, and the names of the categories; warnings put aside."""
    warnings.simplefilter("ignore")
    X, arrays = taken(Path(path))
    categories = [n for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)]
    return X.astype(dict.fromkeys(categories, object)), arrays["bad"], categories


def limited(X: pd.DataFrame, categories: list[str], max_bins: int) -> Scorecard:
    """A card to be fitted, numbers cut under our limits: at most so many bins, the bad rate rising or falling."""
    trend = {n: {"monotonic_trend": "auto_asc_desc"} for n in X if n not in categories}
    return card(list(X), categories, max_n_bins=max_bins, binning_fit_params=trend)


def fit(path: str, max_bins: int) -> Callable[[], dict[str, Any]]:
    """Optbinning fits its card to a table: bins and information value of each characteristic."""
    X, bad, categories = told(path)
    fitted(limited(X, categories, max_bins), X[:WARM], bad[:WARM])

    def run() -> dict[str, Any]:
        process = fitted(limited(X, categories, max_bins), X, bad).binning_process_
        tables = {n: process.get_binned_variable(n).binning_table.build() for n in X}
        iv = {n: float(t.loc["Totals", "IV"]) for n, t in tables.items()}
        # The table ends with special values, missing values, and their sum.
        return {"iv": iv, "bins": {n: len(t) - 3 for n, t in tables.items()}}

    return run


def points(path: str, max_bins: int) -> Callable[[], None]:
    """The points of every row by a card of optbinning."""
    X, bad, categories = told(path)
    made = fitted(limited(X, categories, max_bins), X[:PART], bad[:PART])

    def run() -> None:
        made.score(X)

    return run


def toads(X: pd.DataFrame, bad: np.ndarray, max_bins: int) -> Any:
    """Toad's card fitted: its bins by decision tree, weights of evidence, and its scorecard."""
    import toad

    bins = toad.transform.Combiner().fit(X, bad, method="dt", n_bins=max_bins, empty_separate=True)
    weights = toad.transform.WOETransformer()
    made = toad.ScoreCard(combiner=bins, transer=weights, pdo=20, rate=2, base_odds=50, base_score=600)
    return made.fit(weights.fit_transform(bins.transform(X), bad), bad)


def toad_fit(path: str, max_bins: int) -> Callable[[], None]:
    """Toad fits its card to a table."""
    X, bad, _ = told(path)
    toads(X[:WARM], bad[:WARM], max_bins)

    def run() -> None:
        toads(X, bad, max_bins)

    return run


def toad_points(path: str, max_bins: int) -> Callable[[], None]:
    """The points of every row by a card of toad."""
    X, bad, _ = told(path)
    made = toads(X[:PART], bad[:PART], max_bins)

    def run() -> None:
        made.predict(X)

    return run


def accuracy(path: str) -> Callable[[], dict[str, list[float]]]:
    """AUC of each rival on each fold, fitted on the others."""
    warnings.simplefilter("ignore")
    X, arrays = taken(Path(path))
    return lambda: by_rival(X, arrays["bad"], arrays["fold"])


def by_rival(X: pd.DataFrame, bad: np.ndarray, fold: np.ndarray) -> dict[str, list[float]]:
    """AUC of each rival on each fold, fitted on the others."""
    from interpret.glassbox import ExplainableBoostingClassifier

    names, categories = list(X), [n for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)]
    told = X.astype(dict.fromkeys(categories, object))

    def binned(c: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        return lambda a, b: -fitted(card(names, categories, c), told.iloc[a], bad[a]).score(told.iloc[b])

    def ebm(interactions: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        made = {"interactions": interactions, "random_state": 0, "n_jobs": 2}
        return lambda a, b: ExplainableBoostingClassifier(**made).fit(X.iloc[a], bad[a]).decision_function(X.iloc[b])

    rivals = {
        f"optbinning {version('optbinning')} scorecard": binned(1.0),
        "optbinning scorecard, logistic with C = .01": binned(0.01),
        f"EBM (interpret {version('interpret-core')}) without interactions": ebm(0),
    }
    if len(names) <= PAIRED:
        rivals["EBM with interactions, as it comes"] = ebm(0.9)
    return {name: _by_fold(scores, bad, fold) for name, scores in rivals.items()}


def _by_fold(scores: Callable[[np.ndarray, np.ndarray], np.ndarray], bad: np.ndarray, fold: np.ndarray) -> list[float]:
    found = []
    for k in np.unique(fold):
        rest, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        found.append(float(roc_auc_score(bad[own], scores(rest, own))))
    return found
