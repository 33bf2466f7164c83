"""Cut-offs of a million scores at a thousand cells: CPU milliseconds by how the scores are spread.

``python benchmarks/cutoffs.py --rows 20000`` for a try. The goal is held by scores as a card with decimals gives them;
whole points are few and so easier, heavy tails leave most scores in few drawers and are harder. The sort is most of it,
and takes several times as long where numpy has no vector sort for the processor.
"""

import argparse
from collections.abc import Callable

import numpy as np
from board import NOTHING, Figure, times, write
from cost import cost_of

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


def fit(n: int, spread: str) -> Callable[[], None]:
    """A job of :mod:`cost`: the cut-offs of scores so spread."""
    scores, bad = made_up(n)
    score = scores[spread]

    def run() -> None:
        TierCalibrator(N_TIERS, n_cells=N_CELLS).fit(score, bad)

    return run


def sort(n: int, spread: str) -> Callable[[], None]:
    """A job of :mod:`cost`: a bare sort of the scores, which no cut-offs can do without."""
    score = made_up(n)[0][spread]

    def run() -> None:
        np.sort(score)

    return run


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    n = parser.parse_args().rows
    figures = []
    for place, name in enumerate(made_up(10)[0]):
        taken = cost_of("cutoffs:fit", n, name, warm=1, runs=RUNS)
        bare = cost_of("cutoffs:sort", n, name, warm=1, runs=RUNS, libraries=("numpy",))
        job = f"{N_TIERS} tiers of {n:,} scores at {N_CELLS:,} cells, likelihood: {name}"
        told, ms = f"{1 / times(bare, taken):.2f} × its CPU, median of {RUNS} runs", taken.cpu * 1000
        held = {"goal": f"≤ {GOAL:g} ms of CPU", "met": ms <= GOAL} if place == 0 else {"goal": NOTHING}
        figures.append(Figure(job, "numpy.sort of them", told, cost=taken, beside=bare, **held))
    write("cutoffs", figures, own=("numba", "numpy"))


if __name__ == "__main__":
    main()
