"""A scorecard of a large table: fit and points in CPU seconds, against optbinning and a bare loop over the columns.

``python benchmarks/scorecard.py --rows 20000`` for a try. Twenty columns of numbers and five of categories, 5 %
missing, made up from a seed. What is compiled is compiled in a run before, of the same rows, which is not counted: on a
part of them some loops would not be met. Of optbinning nothing is compiled; it is warmed up on a few rows.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from board import Figure, write
from handed import ABSENT, ask
from numba import njit

from credit_score.scorecard import Binning, Card, ScorecardClassifier

SEED = 4
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


def cpu_seconds(job: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of one run, all threads together, and what came of it."""
    began = time.process_time()
    result = job()
    return time.process_time() - began, result


def measured(X: pd.DataFrame, bad: np.ndarray, binning: dict[str, Binning]) -> dict[str, Any]:
    """CPU seconds of fit, points and bare loop of one card; its information value and bins by characteristic."""
    fit, model = cpu_seconds(lambda: ScorecardClassifier(max_bins=MAX_BINS, binning=binning).fit(X, bad))
    points, ours = cpu_seconds(lambda: model.points(X))
    loop, theirs = cpu_seconds(bare_loop(model.card_, X))
    if not (ours == theirs).all():
        raise SystemExit("the bare loop does not give the same points")
    listed = model.card_.characteristics
    bins = {c.name: sum(a.count > 0 for a in c.of("interval", "values", "other")) for c in listed}
    return {"fit": fit, "points": points, "loop": loop, "iv": {c.name: c.iv for c in listed}, "bins": bins}


def as_many(bins: dict[str, int]) -> dict[str, Binning]:
    """Cut each characteristic into no more attributes than the yardstick did."""
    return {name: Binning(max_bins=n) for name, n in bins.items()}


def figures(rows: str, ours: dict[str, Any], theirs: dict[str, Any] | None) -> list[Figure]:
    """What goes on the board."""
    fit, points = (f"{name} {rows}, {ours[name]:.3g} CPU s" for name in ("fit", "points"))
    loop = ours["points"] / ours["loop"]
    bare = Figure(points, f"bare numba loop over the raw columns, {ours['loop']:.3g} CPU s", f"{loop:.2f} ×",
                  f"≤ {LOOP} ×", loop <= LOOP)  # fmt: skip
    if theirs is None:
        return [Figure(fit, "optbinning", ABSENT, f"≥ {FIT} ×"), Figure(points, "optbinning", ABSENT, f"≥ {POINTS} ×"),
                bare]  # fmt: skip
    faster = {name: theirs[name] / ours[name] for name in ("fit", "points")}
    return [
        Figure(fit, f"optbinning, {theirs['fit']:.3g} CPU s", f"{faster['fit']:.2f} × faster", f"≥ {FIT} ×",
               faster["fit"] >= FIT),
        *information(ours, theirs),
        Figure(points, f"optbinning, {theirs['points']:.3g} CPU s", f"{faster['points']:.0f} × faster",
               f"≥ {POINTS} ×", faster["points"] >= POINTS),
        bare,
    ]  # fmt: skip


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
    size = parser.parse_args()
    X, bad = made_up(size.rows)
    theirs = ask("speed", X, bad=bad, max_bins=np.array([MAX_BINS]))
    binning = as_many(theirs["bins"]) if theirs else {}
    measured(X, bad, binning)
    rows = f"{size.rows:,} rows × 20 numbers and 5 categories"
    write("scorecard", figures(rows, measured(X, bad, binning), theirs))


if __name__ == "__main__":
    main()
