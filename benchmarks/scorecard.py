"""A scorecard of a large table: CPU seconds of fit and points beside optbinning, toad and a bare loop over the columns.

``python benchmarks/scorecard.py --rows 20000`` for a try. Twenty columns of numbers and five of categories, 5 %
missing, made up from a seed. What is compiled is compiled in a run before, of the same rows, which is not counted: on a
part of them some loops would not be met. Of the rivals nothing is compiled; they are warmed up on a few rows.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from board import NOTHING, Figure, times, write
from cost import Cost, cost_of
from handed import ask
from numba import njit

from credit_score.scorecard import Binning, Card, ScorecardClassifier

SEED, RUNS = 4, 3
MAX_BINS = 8
FIT, POINTS, LOOP = 10, 20, 2


def made_up(n: int, seed: int = SEED) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns normal, skew or rounded, eight of the twenty telling much; categories of 8 to 24; and who is bad."""
    draw = np.random.default_rng(seed)
    logit, columns = np.full(n, -2.2), {}
    for j in range(20):
        x = draw.normal(size=n) if j % 3 else draw.gamma(2, 1, size=n)
        x = np.round(x, 2) if j % 4 == 0 else x
        logit += (0.35 if j < 8 else 0.05) * np.tanh(x - x.mean())
        x[draw.random(n) < 0.05] = np.nan
        columns[f"number_{j}"] = x
    for j in range(5):
        texts = [f"k{i}" for i in range(8 + 4 * j)]
        codes = draw.integers(0, len(texts), n)
        logit += 0.1 * (codes % 5 - 2)
        codes[draw.random(n) < 0.05] = -1
        columns[f"category_{j}"] = pd.Categorical.from_codes(codes, texts)
    bad = draw.random(n) < 1 / (1 + np.exp(-logit))
    return pd.DataFrame(columns), bad.astype(int)


@njit(cache=True)
def add_numbers(total: np.ndarray, x: np.ndarray, edges: np.ndarray, points: np.ndarray) -> None:
    """Add to each row the points of its number; those of a missing one come last."""
    for i in range(len(x)):
        at = 0
        for k in range(len(edges)):
            at += edges[k] <= x[i]
        total[i] += points[at] if x[i] == x[i] else points[-1]


@njit(cache=True)
def add_codes(total: np.ndarray, codes: np.ndarray, points: np.ndarray) -> None:
    """Add to each row the points of its category; those of a missing one come last, where code −1 finds them."""
    for i in range(len(codes)):
        total[i] += points[codes[i]]


def bare_loop(card: Card, X: pd.DataFrame) -> Callable[[], np.ndarray]:
    """The points of a card by nothing but the loops, arrays at hand: no check, no name, no frame."""
    jobs: list[tuple[Any, ...]] = []
    for c in card.characteristics:
        points = {v: a.points for a in c.attributes for v in a.values}
        last = c.of("missing")[0].points
        if c.is_numeric:
            told = np.array([*(a.points for a in c.of("interval")), last])
            jobs.append((add_numbers, X[c.name].to_numpy(), c.edges, told))
        else:
            told = np.array([*(points[t] for t in X[c.name].cat.categories), last])
            jobs.append((add_codes, X[c.name].cat.codes.to_numpy(), told))

    def run() -> np.ndarray:
        total = np.full(len(X), card.base_points)
        for add, *arrays in jobs:
            add(total, *arrays)
        return total

    return run


def own(n: int, bins: dict[str, int] | None) -> tuple[pd.DataFrame, Callable[[], ScorecardClassifier]]:
    """The table, and the fit of a card to it with no more bins a characteristic than told."""
    X, bad = made_up(n)
    binning = {name: Binning(max_bins=most) for name, most in (bins or {}).items()}
    return X, lambda: ScorecardClassifier(max_bins=MAX_BINS, binning=binning).fit(X, bad)


def fit(n: int, bins: dict[str, int] | None) -> Callable[[], dict[str, Any]]:
    """A job of :mod:`cost`: our card fitted; information value and bins of each characteristic."""
    _, fitted = own(n, bins)

    def run() -> dict[str, Any]:
        listed = fitted().card_.characteristics
        counted = {c.name: sum(a.count > 0 for a in c.of("interval", "values", "other")) for c in listed}
        return {"iv": {c.name: c.iv for c in listed}, "bins": counted}

    return run


def points(n: int, bins: dict[str, int] | None) -> Callable[[], None]:
    """A job of :mod:`cost`: the points of every row by our card."""
    X, fitted = own(n, bins)
    model = fitted()

    def run() -> None:
        model.points(X)

    return run


def loop(n: int, bins: dict[str, int] | None) -> Callable[[], None]:
    """A job of :mod:`cost`: the same points by the bare loop; it raises where they are not the same."""
    X, fitted = own(n, bins)
    model = fitted()
    bare = bare_loop(model.card_, X)
    if not (bare() == model.points(X)).all():
        raise ValueError("the bare loop does not give the same points")

    def run() -> None:
        bare()

    return run


def against(job: str, name: str, ours: Cost, theirs: Cost | str, least: float | None) -> Figure:
    """A row of the board: how many times faster than a rival, held to a least where there is one."""
    goal = f"≥ {least:g} ×" if least else NOTHING
    if isinstance(theirs, str):
        return Figure(job, name, theirs, goal, cost=ours)
    faster = times(theirs, ours)
    met = faster >= least if least else None
    return Figure(job, name, f"{faster:.1f} × faster", goal, met, cost=ours, beside=theirs)


def information(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Figure]:
    """Information values, each characteristic cut into no more bins than optbinning's."""
    names = list(theirs["iv"])
    held = [ours["iv"].get(n, 0.0) >= theirs["iv"][n] - 1e-6 for n in names]
    own, other = (sum(x["iv"].values()) for x in (ours, theirs))
    n_bins = [sum(x["bins"].values()) for x in (ours, theirs)]
    job = f"information value of {len(names)} characteristics, {n_bins[0]} bins"
    return [
        Figure(f"{job}, summed", f"optbinning, {n_bins[1]} bins: {other:.5f}", f"{own:.5f}", "≥ its", own >= other),
        Figure(f"{job}, one by one", "optbinning", f"{sum(held)} of {len(held)} as high or higher", "all", all(held)),
    ]


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    n = parser.parse_args().rows
    X, bad = made_up(n)
    asked = {"fit": FIT, "points": POINTS}
    theirs = {f: ask(f, X, MAX_BINS, libraries=("optbinning", "ortools"), bad=bad) for f in asked}
    toads = {f: ask(f"toad_{f}", X, MAX_BINS, libraries=("toad", "pandas", "numpy"), bad=bad) for f in asked}
    bins = theirs["fit"].answer["bins"] if isinstance(theirs["fit"], Cost) else None
    ours = {f: cost_of(f"scorecard:{f}", n, bins, warm=1, runs=RUNS) for f in (*asked, "loop")}
    rows = []
    for f, least in asked.items():
        job = f"{f} {n:,} rows × 20 numbers and 5 categories"
        rows += [
            against(job, "optbinning", ours[f], theirs[f], least),
            against(job, "toad", ours[f], toads[f], None),
        ]
    if isinstance(theirs["fit"], Cost):
        rows += information(ours["fit"].answer, theirs["fit"].answer)
    ratio = 1 / times(ours["loop"], ours["points"])
    rows.append(Figure(job, "bare numba loop over the raw columns", f"{ratio:.2f} × its CPU", f"≤ {LOOP} ×",
                       ratio <= LOOP, cost=ours["points"], beside=ours["loop"]))  # fmt: skip
    write("scorecard", rows, own=("numba", "numpy", "pandas", "scikit-learn"))


if __name__ == "__main__":
    main()
