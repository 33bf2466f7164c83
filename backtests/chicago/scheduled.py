"""What a schedule by tiers would have found in the test window with as many visits.

``python backtests/learn.py scheduled`` writes the figures.

Of 1,637 firms 810 are to be visited. Cut-offs are the quarters of the training visits and ratios the optimum for the
chances that the training rows give each tier, with a tenth of every tier at least; within a tier firms are drawn at
random. So nothing of the window's outcomes is used. Who visits is counted in two ways: by whoever came, and with
inspectors reassigned at random, each tier then meeting all clusters in the shares of the window. Tiers that some
cluster never met, since they know who comes, have no such figure.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from adapter import data_file
from learned import CARDS, cards, features, load
from study import bootstrap

from credit_score.inspection import WhatIfCube
from credit_score.inspection.optimum import optimal_schedule
from credit_score.tiers import TierCalibrator

__all__ = ["DATA", "RESULTS", "load", "results"]

DATA = data_file()
RESULTS = Path(__file__).with_name("scheduled.json")
N_VISITS, FLOOR, N_TIERS = 810, 0.1, 4
N_RESAMPLES, SEED = 2000, 11


def results(visits: pd.DataFrame, learned: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every figure, ready for JSON: found by each schedule, as it was and with inspectors reassigned."""
    learned = learned or cards(visits)
    test = visits[visits["Test"]]
    bad, inspector = test["criticalFound"].to_numpy(float), pd.factorize(test["Inspector_Assigned"])[0]
    found = {"all alike": told(bad, inspector, np.zeros(len(bad), int), np.array([N_VISITS / len(bad)]))}
    for name, score in scores(visits, learned).items():
        tier, ratios = scheduled(visits, score)
        found[name] = told(bad, inspector, tier, ratios) | {"ratios": ratios.round(6).tolist()}
    return {"n": len(bad), "n_critical": int(bad.sum()), "n_visits": N_VISITS, "floor": FLOOR, "schedules": found}


def scores(visits: pd.DataFrame, learned: dict[str, Any]) -> dict[str, pd.Series]:
    """By name a score of every visit, higher where safer."""
    known = visits[visits["Train"]]
    by_cluster = known.groupby("Inspector_Assigned")["criticalFound"].mean()
    found = {name: pd.Series(learned[name].points(features(visits)), visits.index) for name in CARDS}
    return found | {"city": -visits["score"], "inspector alone": -visits["Inspector_Assigned"].map(by_cluster)}


def scheduled(visits: pd.DataFrame, score: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The tier of each visit of the window, 0 the best, and the ratios of tiers, from the training rows alone."""
    known, test = visits["Train"] & score.notna(), visits["Test"]
    n_tiers = min(N_TIERS, score[known].nunique())
    cut = TierCalibrator(n_tiers, "shares", shares=[1 / n_tiers] * n_tiers, min_z=0)
    cut.fit(score[known], visits.loc[known, "criticalFound"])
    before, tier = cut.predict(score[known]), cut.predict(score[test])
    rate = pd.Series(visits.loc[known, "criticalFound"].to_numpy(float)).groupby(before).mean().to_numpy()
    worst_first = np.arange(n_tiers)[::-1]
    cube = WhatIfCube.build(worst_first[tier].astype(float), rate[tier], np.zeros(len(tier), int), 1.0, width=1.0)
    cutoffs = worst_first[:-1].astype(float)
    best = optimal_schedule(cube, cutoffs=cutoffs, budget=N_VISITS, objective="detections", min_ratio=FLOOR)
    return tier, best.ratios[:, 0]


def told(bad: np.ndarray, inspector: np.ndarray, tier: np.ndarray, ratios: np.ndarray) -> dict[str, Any]:
    """Found as it was and reassigned, less what drawing all alike finds of the same visits; bootstrap intervals."""

    def figures(times: np.ndarray) -> np.ndarray:
        alike = N_VISITS / len(bad) * (times @ bad)
        as_was = times @ (bad * ratios[tier])
        return np.array(
            [as_was, as_was - alike, moved := reassigned(times, bad, inspector, tier, ratios), moved - alike]
        )

    value = figures(np.ones(len(bad)))
    draws = bootstrap(figures, len(bad), n_resamples=N_RESAMPLES, seed=SEED)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    names = ("as_it_was", "as_it_was_less_alike", "reassigned", "reassigned_less_alike")
    spans = {
        name: {"value": float(v), "low": float(a), "high": float(b)}
        for name, v, a, b in zip(names, value, low, high, strict=True)
    }
    met = len(np.unique(tier * (inspector.max() + 1) + inspector)) == len(ratios) * (inspector.max() + 1)
    return spans if met else spans | dict.fromkeys(names[2:])


def reassigned(
    times: np.ndarray, bad: np.ndarray, inspector: np.ndarray, tier: np.ndarray, ratios: np.ndarray
) -> float:
    """Found if each tier met the clusters in the shares of all; a cell that a resample lost has the tier's rate."""
    n_tiers, n_clusters = len(ratios), int(inspector.max()) + 1
    cell = tier * n_clusters + inspector
    n, k = (np.bincount(cell, w, minlength=n_tiers * n_clusters).reshape(n_tiers, -1) for w in (times, times * bad))
    own = k.sum(axis=1, keepdims=True) / np.maximum(n.sum(axis=1, keepdims=True), 1)
    rate = np.divide(k, n, out=np.broadcast_to(own, n.shape).copy(), where=n > 0)
    mix = n.sum(axis=0) / n.sum()
    return float((n.sum(axis=1) * ratios) @ (rate @ mix))
