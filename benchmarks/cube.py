"""The what-if cube and the optimal schedule: a firm of the build, a question, an optimum, a front.

``python benchmarks/cube.py --rows 200000`` for a try. The yardstick of a question is a recount of the firms by numpy.
"""

import argparse
import statistics
from collections.abc import Callable

import numpy as np
from board import NOTHING, Figure, write
from cost import cost_of, spent

from credit_score.inspection import WhatIfCube, optimal_schedule, pareto_front

SEED, RUNS, N_DEPARTMENTS, N_BINS, MANY = 4, 7, 10, 200, 20_000


def made_up(n: int, n_departments: int = N_DEPARTMENTS) -> dict[str, np.ndarray]:
    """Rows of firms × departments: a card's scores with decimals, whose firms are more often in violation below."""
    draw = np.random.default_rng(SEED)
    score = 600 + 50 * draw.normal(size=n)
    return {
        "score": score, "expected_bad": 1 / (1 + np.exp(2.5 + (score - 600) / 40)),
        "department": draw.integers(0, n_departments, n, dtype=np.int8), "days": draw.choice([1.0, 1.5, 2.0], n),
    }  # fmt: skip


def taken(job: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU seconds of a job in this process over runs, after one that is not counted."""
    job()
    return statistics.median(spent(job)[0] for _ in range(runs))


def recount(rows: dict[str, np.ndarray], cutoffs: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    """The same figures by numpy over the firms."""
    tier = len(cutoffs) - np.searchsorted(cutoffs[::-1], rows["score"], side="right")
    stratum = tier * N_DEPARTMENTS + rows["department"]
    n = (len(cutoffs) + 1) * N_DEPARTMENTS
    share = ratios.ravel()
    firms, bad = np.bincount(stratum, minlength=n), np.bincount(stratum, rows["expected_bad"], minlength=n)
    days = np.bincount(stratum, rows["days"], minlength=n)
    return np.stack([share * firms, 0.8 * share * bad, bad - 0.8 * share * bad, share * days])


def asked_of() -> tuple[list[int], np.ndarray]:
    """Cut-offs and ratios of the question."""
    return [660, 600, 540], np.random.default_rng(1).random((4, N_DEPARTMENTS))


def build(n: int) -> Callable[[], None]:
    """A job of :mod:`cost`: the cube built."""
    rows = made_up(n)

    def run() -> None:
        WhatIfCube.build(**rows, sensitivity=0.8)

    return run


def questions(n: int) -> Callable[[], int]:
    """A job of :mod:`cost`: many questions of a cube; the number of its bins."""
    cube = WhatIfCube.build(**made_up(n), sensitivity=0.8)
    cutoffs, ratios = asked_of()
    cutoffs = cube.snapped(cutoffs)

    def run() -> int:
        for _ in range(MANY):
            cube.evaluate(cutoffs, ratios)
        return len(cube.bounds[0])

    return run


def recounts(n: int) -> Callable[[], None]:
    """A job of :mod:`cost`: one question answered by numpy over the firms."""
    rows = made_up(n)
    cutoffs, ratios = asked_of()

    def run() -> None:
        recount(rows, np.array(cutoffs), ratios)

    return run


def of_the_cube(n: int) -> list[Figure]:
    """Build and question."""
    made = cost_of("cube:build", n, warm=1, runs=RUNS)
    many = cost_of("cube:questions", n, warm=1)
    again = cost_of("cube:recounts", n, warm=1, runs=3, libraries=("numpy",))
    each, asked = made.cpu / n * 1e9, many.cpu / MANY * 1e6
    bins = f"{n:,} firms × departments, {many.answer:,} bins, {N_DEPARTMENTS} departments"
    built = f"{each:.2f} ns a firm, {made.cpu / again.cpu:.2f} × its CPU"
    return [
        Figure(f"cube: build, {bins}", "a recount by numpy", built, "≤ 5 ns", each <= 5,
               cost=made, beside=again),
        Figure(f"cube: {MANY:,} questions from Python, 4 tiers, load and detections", "one recount by numpy",
               f"{asked:.2f} µs each, {again.cpu / asked * 1e6:,.0f} × as fast", "≤ 2 µs", asked <= 2,
               cost=many, beside=again),
    ]  # fmt: skip


def of_the_optimum(n: int) -> list[Figure]:
    """Cut-offs and ratios of four tiers at 200 bins, with and without response; the front."""
    rows = made_up(n, 1)
    rows["score"] = np.clip(np.floor((rows["score"] - 400) / 2), 0, N_BINS - 1)
    cube = WhatIfCube.build(**rows, sensitivity=0.8, width=1.0)
    bins, budget = len(cube.bounds[0]), 0.1 * float(rows["days"].sum())
    figures = []
    for name, goal, special in (
        ("undetected, no response", 5.0, {}),
        ("violations, deterrence 6", 60.0, {"objective": "violations", "deterrence": 6.0}),
        ("undetected, deterrence 6", 60.0, {"deterrence": 6.0}),
    ):
        asked = {"budget": budget, "min_ratio": 0.01, "max_ratio": 0.5} | special
        best = optimal_schedule(cube, **asked)
        ms = taken(lambda asked=asked: optimal_schedule(cube, **asked)) * 1000
        exact = "exact" if best.exact else f"gap {best.gap:.3g}"
        figures.append(Figure(f"optimum of 4 tiers at {bins} bins: {name}", NOTHING, f"{ms:.1f} ms, {exact}",
                              f"≤ {goal:g} ms", ms <= goal))  # fmt: skip
    for name, asked in (
        ("given cut-offs, deterrence", {"cutoffs": cube.snapped([150, 100, 50]), "deterrence": 6.0}),
        ("free cut-offs, no response", {}),
        ("free cut-offs, violations, deterrence", {"objective": "violations", "deterrence": 6.0}),
    ):
        seconds = taken(lambda asked=asked: pareto_front(cube, n=50, min_ratio=0.01, max_ratio=0.5, **asked), 3)
        figures.append(Figure(f"front of 50 points at {bins} bins: {name}", NOTHING, f"{seconds:.2f} s", "≤ 0.5 s",
                              seconds <= 0.5))  # fmt: skip
    return figures


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    size = parser.parse_args()
    write("cube", [*of_the_cube(size.rows), *of_the_optimum(min(size.rows, 1_000_000))], own=("numba", "numpy"))


if __name__ == "__main__":
    main()
