"""What the rivals make of a table: run by the Python of their own environment, ``yardstick.py JOB TABLE``.

Prints one line of JSON. Its libraries are those of ``yardstick.txt``; nothing of this project is imported but
:mod:`handed`.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from handed import taken
from interpret.glassbox import ExplainableBoostingClassifier
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

WARM = 5000


def card(max_bins: int | None, categories: list[str], names: list[str], c: float = 1.0) -> Scorecard:
    """The scorecard of optbinning: its binning, with missing values as it found them, and scikit-learn's logistic."""
    rising = {n: {"monotonic_trend": "auto_asc_desc"} for n in names if n not in categories}
    binning = BinningProcess(
        names, max_n_bins=max_bins, categorical_variables=categories or None, binning_fit_params=rising
    )
    scaling = {"pdo": 20, "odds": 50, "scorecard_points": 600}
    model = LogisticRegression(C=c, max_iter=1000)
    return Scorecard(binning, model, scaling_method="pdo_odds", scaling_method_params=scaling, rounding=True)


def fitted(made: Scorecard, X: pd.DataFrame, bad: np.ndarray) -> Scorecard:
    """The scorecard fitted, missing values with the evidence that they showed."""
    return made.fit(X, bad, metric_missing="empirical")


def speed(X: pd.DataFrame, bad: np.ndarray, max_bins: np.ndarray) -> dict[str, Any]:
    """CPU seconds of a fit and of the points of every row; bins and information value of each characteristic."""
    categories = [n for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)]
    told = X.astype(dict.fromkeys(categories, object))
    made = (int(max_bins[0]), categories, list(X))
    fitted(card(*made), told[:WARM], bad[:WARM]).score(told[:WARM])
    began = time.process_time()
    found = fitted(card(*made), told, bad)
    fit = time.process_time() - began
    began = time.process_time()
    found.score(told)
    points = time.process_time() - began
    tables = {n: found.binning_process_.get_binned_variable(n).binning_table.build() for n in X}
    iv = {n: float(t.loc["Totals", "IV"]) for n, t in tables.items()}
    # The table ends with special values, missing values, and their sum.
    trend = {n: str(found.binning_process_.get_binned_variable(n).monotonic_trend) for n in X}
    return {"fit": fit, "points": points, "iv": iv, "bins": {n: len(t) - 3 for n, t in tables.items()}, "trend": trend}


def accuracy(X: pd.DataFrame, bad: np.ndarray, fold: np.ndarray) -> dict[str, Any]:
    """AUC of each rival on each fold, fitted on the others."""
    names, categories = list(X), [n for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)]
    told = X.astype(dict.fromkeys(categories, object))

    def binned(c: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        return lambda a, b: -fitted(card(None, categories, names, c), told.iloc[a], bad[a]).score(told.iloc[b])

    def ebm(interactions: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        made = {"interactions": interactions, "random_state": 0, "n_jobs": 2}
        return lambda a, b: ExplainableBoostingClassifier(**made).fit(X.iloc[a], bad[a]).decision_function(X.iloc[b])

    rivals = {
        f"optbinning {version('optbinning')} scorecard": binned(1.0),
        "the same, C = .01": binned(0.01),
        f"EBM (interpret {version('interpret-core')}) without interactions": ebm(0),
        "EBM": ebm(0.9),
    }
    return {name: _by_fold(scores, bad, fold) for name, scores in rivals.items()}


def _by_fold(scores: Callable[[np.ndarray, np.ndarray], np.ndarray], bad: np.ndarray, fold: np.ndarray) -> list[float]:
    found = []
    for k in np.unique(fold):
        rest, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        found.append(float(roc_auc_score(bad[own], scores(rest, own))))
    return found


def main() -> None:
    """Do one job on one table."""
    job, path = sys.argv[1:]
    X, arrays = taken(Path(path))
    warnings.simplefilter("ignore")
    print(json.dumps({"speed": speed, "accuracy": accuracy}[job](X, **arrays)))


if __name__ == "__main__":
    main()
