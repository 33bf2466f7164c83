"""Learned cards on Polish companies; ``python backtests/learn.py polish`` writes ``results.json`` beside this file.

Five folds with duplicates together, drawn three times over. Settings of the cards were chosen on the folds of the first
draw, so its figures are a little too good; the other two draws are of the same rows, parted anew.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cards import (
    Fold,
    aucs,
    boosting,
    boosting_alone,
    by_missingness,
    fitted,
    mean_auc,
    one_by_one,
    parted,
    plain_logistic,
    unrounded,
    with_neutral_missing,
    without_gaps,
)
from real_data import POLISH, Labelled, data_file, polish

from credit_score.scorecard import ScorecardClassifier
from credit_score.scorecard.metrics import auc
from credit_score.scorecard.validation import Split

DATA, load = data_file(POLISH), polish
RESULTS = Path(__file__).with_name("results.json")
SEEDS = (0, 1, 2)
LOGISTIC_CARD = ScorecardClassifier(trend="valley", min_z=3, l2=1e-3)
BOOSTED_CARD = ScorecardClassifier(method="boosted", trend="none", max_bins=10, min_share=0.01)
CARDS = {"logistic card": LOGISTIC_CARD, "boosted card": BOOSTED_CARD}
BESIDE = {
    "boosted card, points not rounded": unrounded(BOOSTED_CARD),
    "boosted trees of one characteristic each": boosting_alone(),
    "full boosting": boosting(),
    "plain logistic": plain_logistic(),
}


@dataclass(frozen=True)
class Made:
    """The folds of each draw, and both cards fitted on them: ``of[name][draw][fold]``."""

    splits: list[list[Split]]
    of: dict[str, list[list[Fold]]]


def cards(data: Labelled) -> Made:
    """Both cards, for every draw of folds."""
    splits = [parted(data, seed) for seed in SEEDS]
    return Made(splits, {name: [fitted(model, data, s) for s in splits] for name, model in CARDS.items()})


def results(data: Labelled, made: Made | None = None) -> dict[str, Any]:
    """Every figure of the back-test, ready for JSON; all but ``auc_by_draw`` by the first draw of folds."""
    made = made or cards(data)
    first = {name: draws[0] for name, draws in made.of.items()}
    beside = {name: fitted(model, data, made.splits[0]) for name, model in BESIDE.items()}
    return {
        "rows": len(data.bad),
        "bad": int(data.bad.sum()),
        "duplicates": len(data.bad) - len(np.unique(data.group)),
        "seeds": list(SEEDS),
        "auc_by_draw": {n: [float(np.mean(aucs(d))) for d in draws] for n, draws in made.of.items()},
        "auc_by_fold": {n: aucs(folds) for n, folds in (first | beside).items()},
        "characteristics": {n: [len(f.model.card_.characteristics) for f in folds] for n, folds in first.items()},
        "attributes": {n: [len(f.model.table_) for f in folds] for n, folds in first.items()},
        "missing": missing(data, made.splits[0], first),
        "dominance": dominance(data, made.splits[0]),
    }


def missing(data: Labelled, splits: list[Split], made: dict[str, list[Fold]]) -> dict[str, Any]:
    """How much of what a card knows is which values are missing."""
    gaps, filled = data.X.isna(), without_gaps(data, SEEDS[0])
    again = CARDS | {name: BESIDE[name] for name in ("full boosting", "plain logistic")}
    return {
        "cells": float(gaps.mean(axis=None)),
        "rows": float(gaps.any(axis=1).mean()),
        "auc_of_missingness_alone": by_missingness(data, splits),
        "auc_with_neutral_missing": {n: float(np.mean([neutral_auc(f) for f in made[n]])) for n in CARDS},
        "auc_fitted_without_missingness": {n: mean_auc(model, filled, splits) for n, model in again.items()},
    }


def neutral_auc(fold: Fold) -> float:
    """AUC of a card whose missing attributes tell nothing."""
    return auc(fold.bad, with_neutral_missing(fold.model.card_).points(fold.X))


def dominance(data: Labelled, splits: list[Split]) -> dict[str, Any]:
    """The best characteristic alone, and each card without it."""
    alone = one_by_one(LOGISTIC_CARD, data, splits)
    best = next(iter(alone))
    without = Labelled(data.X.drop(columns=best), data.bad, data.group)
    return {
        "best": best,
        "auc_alone": alone[best],
        "missing_share": float(data.X[best].isna().mean()),
        "bad_rate_where_missing": float(data.bad[data.X[best].isna()].mean()),
        "next": dict(list(alone.items())[1:4]),
        "auc_without": {name: mean_auc(model, without, splits) for name, model in CARDS.items()},
    }
