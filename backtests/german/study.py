"""Learned cards on South German credit; ``python backtests/learn.py german`` writes ``results.json`` beside this file.

A test of method alone: a card learned here is of persons, and no run of this project takes one. What an applicant is
(foreign worker, personal status and sex, age) is never an input; it serves to look afterwards at whom the card refuses.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cards import Fold, aucs, boosting, fitted, parted, plain_logistic, safety
from real_data import GERMAN, Labelled, data_file, german

from credit_score.scorecard import ScorecardClassifier
from credit_score.scorecard.intervals import auc_interval
from credit_score.scorecard.rates import jeffreys_interval

DATA, load = data_file(GERMAN), german
RESULTS = Path(__file__).with_name("results.json")
SEEDS = (0, 1, 2, 3, 4)
PROTECTED = ("foreign_worker", "personal_status_sex", "age")
YOUNG = 25
APPROVED = 0.7  # the share that repaid: as many are approved as were good
# Codes of the corrected data (Grömping 2019).
FOREIGN = {"1": "foreign worker", "2": "not a foreign worker"}
STATUS = {
    "1": "male: divorced or separated",
    "2": "female: not single, or male: single",
    "3": "male: married or widowed",
    "4": "female: single",
}
MODELS = {
    "logistic card": ScorecardClassifier(trend="valley", l2=1e-3),
    "boosted card": ScorecardClassifier(method="boosted", trend="none"),
    "full boosting": boosting(),
    "plain logistic": plain_logistic(),
}
Made = dict[str, list[list[Fold]]]


def inputs(data: Labelled) -> Labelled:
    """The table without what an applicant is."""
    return replace(data, X=data.X.drop(columns=list(PROTECTED)))


def models(data: Labelled) -> Made:
    """Every model on every draw of folds: a list of draws, each a list of folds."""
    told = inputs(data)
    return {name: [fitted(m, told, parted(told, seed)) for seed in SEEDS] for name, m in MODELS.items()}


def results(data: Labelled, made: Made | None = None) -> dict[str, Any]:
    """Every figure of the back-test, ready for JSON."""
    made = made or models(data)
    return {
        "rows": len(data.bad),
        "bad": int(data.bad.sum()),
        "seeds": list(SEEDS),
        "never_inputs": list(PROTECTED),
        "auc_by_draw": {n: [float(np.mean(aucs(folds))) for folds in draws] for n, draws in made.items()},
        "auc_error_of_a_draw": fold_noise(made["logistic card"]),
        "fairness": fairness(data, made["logistic card"]),
    }


def fold_noise(draws: list[list[Fold]]) -> float:
    """Standard error of the mean AUC of five folds, by how far the folds of a draw differ; the mean over draws."""
    return float(np.mean([np.std(aucs(folds), ddof=1) / np.sqrt(len(folds)) for folds in draws]))


def groups(data: Labelled) -> pd.DataFrame:
    """The group of each row by each of the protected columns, in words."""
    age = data.X["age"]
    return pd.DataFrame(
        {
            "foreign_worker": data.X["foreign_worker"].astype(str).map(FOREIGN),
            "personal_status_sex": data.X["personal_status_sex"].astype(str).map(STATUS),
            "age": np.where(age <= YOUNG, f"{YOUNG} or younger", f"older than {YOUNG}"),
        }
    )


def fairness(data: Labelled, draws: list[list[Fold]]) -> list[dict[str, Any]]:
    """A row a group: approval rate where in each fold the best 70 % are approved, and AUC within the group.

    By the first draw of folds, each row scored by a card that it was not fitted on. AUC is of points less the mean of
    their fold, so that folds are comparable.
    """
    scores, approved = np.zeros(len(data.bad)), np.zeros(len(data.bad), bool)
    for fold in draws[0]:
        at, points = fold.X.index.to_numpy(), safety(fold.model, fold.X)
        scores[at] = points - points.mean()
        approved[at] = points >= np.quantile(points, 1 - APPROVED)
    rows = pd.DataFrame({"score": scores, "approved": approved, "bad": data.bad})
    told = groups(data)
    return [
        {"column": column, "group": str(name)} | _of_group(part)
        for column in PROTECTED
        for name, part in rows.groupby(told[column])
    ]


def _of_group(rows: pd.DataFrame) -> dict[str, Any]:
    n, good = len(rows), rows[rows["bad"] == 0]
    within = auc_interval(rows["bad"], rows["score"])
    return {
        "n": n, "bad_rate": float(rows["bad"].mean()),
        "approved": _interval(rows["approved"]), "approved_of_good": _interval(good["approved"]),
        "auc": {"value": within.value, "low": within.low, "high": within.high},
    }  # fmt: skip


def _interval(yes: pd.Series) -> dict[str, float]:
    rate = float(yes.mean())
    low, high = jeffreys_interval(np.array([rate]), np.array([len(yes)]))
    return {"value": rate, "low": float(low[0]), "high": float(high[0])}
