"""Years of firms: the engines against numpy, mesa and simpy on one model, and what bands and indices cost.

``python benchmarks/simulation.py --firms 20000`` for a try. The model: 4 tiers on a ladder, 3 types, violations that
begin and end, deterrence, independent visits, no cap. The rivals are in ``agents.py``, in an environment of their own.
"""

import argparse
import os
import statistics
from collections.abc import Callable

import numpy as np
from agents import BETA, CURE, FIX, MONTHS, ONSET, RATIOS, RELEASE, SEEN, SHARES, TIERS, VIOLATING
from board import NOTHING, Figure, write
from cost import Cost, cost_of, spent
from rivals import rival

from credit_score.simulation import Scenario, simulate
from credit_score.simulation.ranges import drawn
from credit_score.simulation.totals import totals

RUNS, GOALS = 5, {"numpy": 35.0, "mesa": 1000.0}


def model(n_firms: int, **fields: object) -> Scenario:
    """The scenario that every engine and rival simulates."""
    types = [
        {"name": f"type {j}", "firms": n_firms // 3, "start": SHARES, "onset": o, "cure": CURE, "violating": VIOLATING}
        for j, o in enumerate(ONSET)
    ]
    told = {
        "tiers": tuple(TIERS), "types": types, "schedule": {t: {"ratio": r} for t, r in RATIOS.items()}, "fix": FIX,
        "sensitivity": SEEN, "rating": {"kind": "ladder", "release": RELEASE}, "periods": MONTHS,
        "behaviour": {"kind": "deterrence", "beta": BETA}, "sampling": "bernoulli",
    }  # fmt: skip
    return Scenario(**(told | fields))


def years(engine: str, n_firms: int) -> Callable[[], None]:
    """A job of :mod:`cost`: one replication by an engine."""
    scenario = model(n_firms)

    def run() -> None:
        simulate(scenario, engine=engine, n_replications=1, threads=1)

    return run


def wall(job: Callable[[], object], runs: int = 3) -> float:
    """Median seconds on the wall over runs, after one that is not counted."""
    job()
    return statistics.median(spent(job)[1] for _ in range(runs))


def firms(n_firms: int) -> list[Figure]:
    """Firms event-driven, and month by month, against the rivals; all must come to the same prevalence."""
    scenario, figures = model(n_firms), []
    exact = float(simulate(scenario, n_replications=0).violating[0, -1].sum()) / n_firms
    ours = {e: cost_of("simulation:years", e, n_firms, warm=1, runs=RUNS) for e in ("events", "firms")}
    few = max(n_firms // 30, 3) // 3 * 3
    for name, n in (("numpy", n_firms), ("mesa", few), ("simpy", few)):
        found = rival(f"agents:{name}", n, libraries=(name,))
        if isinstance(found, str):
            figures.append(Figure(f"{n_firms:,} firms × {MONTHS} months", name, found))
            continue
        if abs(found.answer - exact) > 4 * np.sqrt(exact * (1 - exact) / n) + 0.01 * exact:
            raise SystemExit(f"{name} comes to a prevalence of {found.answer:.4f}, the mean field to {exact:.4f}")
        figures += [ratio(name, engine, (n_firms, n), own, found) for engine, own in ours.items()]
    return figures


def ratio(name: str, engine: str, sizes: tuple[int, int], own: Cost, theirs: Cost) -> Figure:
    """How many times faster an engine is than a rival, ns of CPU a firm-month; each by its own number of firms."""
    per = [cost.cpu / n / MONTHS * 1e9 for cost, n in zip((own, theirs), sizes, strict=True)]
    goal, faster = GOALS.get(name) if engine == "events" else None, per[1] / per[0]
    value = f"{faster:.1f} × faster a firm-month ({per[0]:.2f} and {per[1]:.1f} ns of CPU)"
    job, told = f"{sizes[0]:,} firms × {MONTHS} months, {engine}", f"{goal:g} ×" if goal else NOTHING
    met = None if goal is None else faster >= goal
    return Figure(job, f"{name}, {sizes[1]:,} firms", value, told, met, cost=own, beside=theirs)


def bands() -> list[Figure]:
    """A thousand replications of ten years by cells, at a million firms and at a country's."""
    figures = []
    for sampling in ("quota", "bernoulli"):
        for n_firms in (1_000_000, 190_000_000):
            scenario = model(n_firms, sampling=sampling)
            taken = wall(lambda s=scenario: simulate(s, engine="cells", n_replications=1000))
            job = f"1,000 replications × {MONTHS} months, {n_firms:,} firms, {sampling}"
            figures.append(Figure(job, "–", f"{taken:.2f} s", "2 s", taken <= 2))
    capped = model(1_000_000, sampling="quota", cap=1)
    taken = wall(lambda: simulate(capped, engine="cells", n_replications=1000), runs=1)
    figures.append(Figure("the same with an annual cap, 12 times the cells", "–", f"{taken:.2f} s", "–"))
    return figures


def indices() -> list[Figure]:
    """65,536 runs of the mean field over a range, each reduced to its mean prevalence."""
    scenario = model(1_000_000, sensitivity={"value": SEEN, "low": 0.5, "high": 1.0})
    draws = drawn(scenario, 65_536, seed=1)
    taken = wall(lambda: totals(scenario, ["prevalence"], draws), runs=1)
    return [Figure(f"65,536 runs of the mean field × {MONTHS} months", "–", f"{taken:.2f} s", "5 s", taken <= 5)]


def two_months(engine: str, n_firms: int) -> Callable[[], None]:
    """A job of :mod:`cost`: two months of so many firms."""

    def run() -> None:
        simulate(model(n_firms, periods=2), engine=engine, n_replications=1, threads=1)

    return run


def memory() -> list[Figure]:
    """Bytes a firm: the slope of what a process holds, from three to thirty million firms."""
    few, many = 3_000_000, 30_000_000
    figures = []
    for engine in ("firms", "events"):
        small, large = (cost_of("simulation:two_months", engine, n) for n in (few, many))
        each = max(large.peak - small.peak, 0) / (many - few)
        job, told = f"memory, {engine}, {many:,} firms", f"{each:.1f} bytes a firm"
        figures.append(Figure(job, f"{few:,} firms", told, "8 bytes", each <= 8, cost=large, beside=small))
    return figures


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    n_firms = asked.firms // 3 * 3
    write("Simulation", [*firms(n_firms), *bands(), *indices(), *memory()], own=("numba", "numpy"))


if __name__ == "__main__":
    main()
