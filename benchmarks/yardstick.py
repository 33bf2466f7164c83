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


def speed(X: pd.DataFrame, bad: np.ndarray, max_bins: np.ndarray) -> dict[str, Any]:
    """CPU seconds of a fit and of the points of every row; bins and information value of each characteristic.

    Numbers are cut under the limits that ours are: at most so many bins, the bad rate rising or falling.
    """
    categories = [n for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)]
    told = X.astype(dict.fromkeys(categories, object))
    trend = {n: {"monotonic_trend": "auto_asc_desc"} for n in X if n not in categories}

    def made() -> Scorecard:
        return card(list(X), categories, max_n_bins=int(max_bins[0]), binning_fit_params=trend)

    fitted(made(), told[:WARM], bad[:WARM]).score(told[:WARM])
    began = time.process_time()
    found = fitted(made(), told, bad)
    fit = time.process_time() - began
    began = time.process_time()
    found.score(told)
    points = time.process_time() - began
    tables = {n: found.binning_process_.get_binned_variable(n).binning_table.build() for n in X}
    iv = {n: float(t.loc["Totals", "IV"]) for n, t in tables.items()}
    # The table ends with special values, missing values, and their sum.
    return {"fit": fit, "points": points, "iv": iv, "bins": {n: len(t) - 3 for n, t in tables.items()}}


def accuracy(X: pd.DataFrame, bad: np.ndarray, fold: np.ndarray) -> dict[str, Any]:
    """AUC of each rival on each fold, fitted on the others."""
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


def main() -> None:
    """Do one job on one table."""
    job, path = sys.argv[1:]
    X, arrays = taken(Path(path))
    warnings.simplefilter("ignore")
    print(json.dumps({"speed": speed, "accuracy": accuracy}[job](X, **arrays)))


if __name__ == "__main__":
    main()
