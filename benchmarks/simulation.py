"""Years of firms: the engines against numpy, mesa and simpy on one model, and what bands and indices cost.

``python benchmarks/simulation.py --firms 20000`` for a try. The model: 4 tiers on a ladder, 3 types, violations that
begin and end, deterrence, independent visits, no cap. The rivals are in ``agents.py``, in an environment of their own.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import agents
import numpy as np
from agents import BETA, CURE, FIX, MONTHS, ONSET, RATIOS, RELEASE, SEEN, SHARES, TIERS, VIOLATING
from board import Figure, write
from handed import PYTHON

from credit_score.simulation import Scenario, simulate
from credit_score.simulation.ranges import drawn
from credit_score.simulation.totals import totals

HERE = Path(__file__).parent
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


def seconds(job: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    """Median seconds of a job over runs by a clock, after one that is not counted."""
    job()
    taken = []
    for _ in range(runs):
        began = clock()
        job()
        taken.append(clock() - began)
    return statistics.median(taken)


def cpu(job: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU seconds."""
    return seconds(job, runs, time.process_time)


def wall(job: Callable[[], object], runs: int = 3) -> float:
    """Median seconds on the wall."""
    return seconds(job, runs, time.perf_counter)


def rival(name: str, n_firms: int) -> dict[str, float] | None:
    """Prevalence and CPU seconds of a rival, by the Python that has it; nothing where there is none."""
    python = sys.executable if name == "numpy" else os.environ.get(PYTHON)
    if not python:
        return None
    command = [python, str(Path(agents.__file__)), name, str(n_firms)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def firms(n_firms: int) -> list[Figure]:
    """Firms event-driven, and month by month, against the rivals; all must come to the same prevalence."""
    scenario, figures = model(n_firms), []
    exact = float(simulate(scenario, n_replications=0).violating[0, -1].sum()) / n_firms
    ours = {e: cpu(lambda e=e: simulate(scenario, engine=e, n_replications=1, threads=1)) for e in ("events", "firms")}
    per = {name: t / n_firms / MONTHS * 1e9 for name, t in ours.items()}
    for name, n in (
        ("numpy", n_firms),
        ("mesa", max(n_firms // 30, 3) // 3 * 3),
        ("simpy", max(n_firms // 30, 3) // 3 * 3),
    ):
        found = rival(name, n)
        if found is None:
            figures.append(Figure(f"{n_firms:,} firms × {MONTHS} months", name, "not installed", "–"))
            continue
        if abs(found["prevalence"] - exact) > 4 * np.sqrt(exact * (1 - exact) / n) + 0.01 * exact:
            raise SystemExit(
                f"{name} comes to a prevalence of {found['prevalence']:.4f}, the mean field to {exact:.4f}"
            )
        theirs = found["cpu"] / n / MONTHS * 1e9
        figures += [ratio(name, engine, n_firms, own, theirs) for engine, own in per.items()]
    return figures


def ratio(name: str, engine: str, n_firms: int, own: float, theirs: float) -> Figure:
    """How many times faster an engine is than a rival, ns of CPU a firm-month."""
    goal, times = GOALS.get(name) if engine == "events" else None, theirs / own
    value = f"{times:.1f} × faster a firm-month ({own:.2f} and {theirs:.1f} ns of CPU)"
    job, told = f"{n_firms:,} firms × {MONTHS} months, {engine}", f"{goal:g} ×" if goal else "–"
    return Figure(job, name, value, told, None if goal is None else times >= goal)


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


def peak(engine: str, n_firms: int) -> int:
    """Bytes at most held by a process of its own that simulates two months of so many firms, as Linux tells them."""
    code = (
        "import pathlib, simulation as b\n"
        f"b.simulate(b.model({n_firms}, periods=2), engine={engine!r}, n_replications=1, threads=1)\n"
        "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE)
    return int(ran.stdout) * 1024


def memory() -> list[Figure]:
    """Bytes a firm: the slope of what a process holds, from three to thirty million firms."""
    few, many = 3_000_000, 30_000_000
    figures = []
    for engine in ("firms", "events"):
        each = max(peak(engine, many) - peak(engine, few), 0) / (many - few)
        figures.append(Figure(f"memory, {engine}", "–", f"{each:.1f} bytes a firm", "8 bytes", each <= 8))
    return figures


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    n_firms = asked.firms // 3 * 3
    write("Simulation", [*firms(n_firms), *bands(), *indices(), *memory()])


if __name__ == "__main__":
    main()
