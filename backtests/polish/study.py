"""Learned cards on Polish companies; ``python backtests/learn.py polish`` writes ``results.json`` beside this file.

Five folds with duplicates together, drawn three times over. Settings of the cards were chosen on the folds of the first
draw, so its figures are a little too good; the other two draws are of the same rows, parted anew.
"""

from pathlib import Path
from typing import Any

import numpy as np
from cards import (
    Fold,
    aucs,
    boosting,
    by_missingness,
    fitted,
    mean_auc,
    one_by_one,
    plain_logistic,
    unrounded,
    with_neutral_missing,
)
from real_data import POLISH, Labelled, data_file, polish

from credit_score.scorecard import ScorecardClassifier
from credit_score.scorecard.metrics import auc

DATA, load = data_file(POLISH), polish
RESULTS = Path(__file__).with_name("results.json")
SEEDS = (0, 1, 2)
LOGISTIC_CARD = ScorecardClassifier(trend="valley", min_z=3, l2=1e-3)
BOOSTED_CARD = ScorecardClassifier(method="boosted", trend="none", max_bins=10, min_share=0.01)
CARDS = {"logistic card": LOGISTIC_CARD, "boosted card": BOOSTED_CARD}
BESIDE = {
    "boosted card, points not rounded": unrounded(BOOSTED_CARD),
    "boosted trees of one characteristic each": boosting(alone=True),
    "full boosting": boosting(),
    "plain logistic": plain_logistic(),
}
Made = dict[str, dict[int, list[Fold]]]


def cards(data: Labelled) -> Made:
    """Both cards, for every draw of folds."""
    return {name: {seed: fitted(model, data, seed) for seed in SEEDS} for name, model in CARDS.items()}


def results(data: Labelled, made: Made | None = None) -> dict[str, Any]:
    """Every figure of the back-test, ready for JSON."""
    made, first = made or cards(data), SEEDS[0]
    return {
        "rows": len(data.bad),
        "bad": int(data.bad.sum()),
        "duplicates": len(data.bad) - len(np.unique(data.group)),
        "seeds": list(SEEDS),
        "auc_by_draw": {n: [float(np.mean(aucs(made[n][s]))) for s in SEEDS] for n in CARDS},
        "auc_by_fold": {n: aucs(made[n][first]) for n in CARDS} | {n: aucs(fitted(m, data, first)) for n, m in
                                                                     BESIDE.items()},
        "characteristics": {n: [len(f.model.card_.characteristics) for f in made[n][first]] for n in CARDS},
        "attributes": {n: [len(f.model.table_) for f in made[n][first]] for n in CARDS},
        "missing": missing(data, made),
        "dominance": dominance(data),
    }  # fmt: skip


def missing(data: Labelled, made: Made) -> dict[str, Any]:
    """How much of what a card knows is which values are missing, by the first draw of folds."""
    gaps = data.X.isna()
    return {
        "cells": float(gaps.mean(axis=None)),
        "rows": float(gaps.any(axis=1).mean()),
        "auc_of_missingness_alone": by_missingness(data, SEEDS[0]),
        "auc_with_neutral_missing": {
            name: float(np.mean([auc(f.bad, with_neutral_missing(f.model.card_).points(f.X)) for f in made[name][0]]))
            for name in CARDS
        },
    }


def dominance(data: Labelled) -> dict[str, Any]:
    """The best characteristic alone, and each card without it, by the first draw of folds."""
    alone = one_by_one(LOGISTIC_CARD, data, SEEDS[0])
    best = next(iter(alone))
    without = Labelled(data.X.drop(columns=best), data.bad, data.group)
    return {
        "best": best,
        "auc_alone": alone[best],
        "next": dict(list(alone.items())[1:4]),
        "auc_without": {name: mean_auc(model, without, SEEDS[0]) for name, model in CARDS.items()},
    }
