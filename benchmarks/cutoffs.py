"""Cut-offs of a million scores at a thousand cells: CPU milliseconds by how the scores are spread.

``python benchmarks/cutoffs.py --rows 20000`` for a try. The goal is held by scores as a card with decimals gives them;
whole points are few and so easier, heavy tails leave most scores in few drawers and are harder. The sort is most of it,
and takes several times as long where numpy has no vector sort for the processor.
"""

import argparse
import statistics
import time

import numpy as np
from board import Figure, write

from credit_score.tiers import TierCalibrator

SEED, RUNS, N_CELLS, N_TIERS = 4, 11, 1000, 4
GOAL = 15.0


def made_up(n: int, seed: int = SEED) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Scores in one order, spread in several ways, and who is bad: more often the lower the score."""
    draw = np.random.default_rng(seed)
    z = draw.normal(size=n)
    bad = draw.random(n) < 1 / (1 + np.exp(3 + z))
    spread = {
        "normal, float": 600 + 30 * z,
        "normal, rounded to whole points": np.rint(600 + 30 * z),
        "log-normal, σ = 1, float": 600 * np.exp(z),
        "log-normal, σ = 5, float": 600 * np.exp(5 * z),
        "cubes of normal, float": z**3,
    }
    return spread, bad.astype(float)


def milliseconds(score: np.ndarray, bad: np.ndarray) -> float:
    """Median CPU milliseconds of a fit over runs, after one that is not counted."""
    taken = []
    for _ in range(RUNS + 1):
        began = time.process_time()
        TierCalibrator(N_TIERS, n_cells=N_CELLS).fit(score, bad)
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken[1:])


def sorting(score: np.ndarray) -> float:
    """Median CPU milliseconds of a bare sort of the scores, which no cut-offs can do without."""
    taken = []
    for _ in range(RUNS):
        began = time.process_time()
        np.sort(score)
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    size = parser.parse_args()
    spread, bad = made_up(size.rows)
    figures = []
    for place, (name, score) in enumerate(spread.items()):
        taken, bare = milliseconds(score, bad), sorting(score)
        job = f"{N_TIERS} tiers of {size.rows:,} scores at {N_CELLS:,} cells, likelihood: {name}"
        told = f"{taken:.1f} ms of CPU, median of {RUNS} runs, {taken / bare:.2f} ×"
        held = {"goal": f"≤ {GOAL:g} ms", "met": taken <= GOAL} if place == 0 else {"goal": "–"}
        figures.append(Figure(job, f"numpy.sort of them, {bare:.1f} ms", told, **held))
    write("cutoffs", figures)


if __name__ == "__main__":
    main()
