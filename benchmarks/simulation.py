"""Years of firms: the engines against numpy, mesa and simpy on one model, and what bands and indices cost.

``python benchmarks/simulation.py --firms 20000`` for a try. The model: 4 tiers on a ladder, 3 types, violations that
begin and end, deterrence, independent visits, no cap. Each rival is written as its users would write it: numpy a month
at a time over all firms, mesa an agent a firm, simpy a process a firm that sleeps until something happens to it.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from board import Figure, write

from credit_score.simulation import Scenario, simulate
from credit_score.simulation.ranges import drawn
from credit_score.simulation.totals import totals

TIERS, MONTHS, SEED, RUNS = "ABCD", 120, 6, 5
SHARES = dict(zip(TIERS, (0.654, 0.253, 0.077, 0.016), strict=True))
RATIOS = dict(zip(TIERS, (0.01, 0.03, 0.1, 0.5), strict=True))
ONSET, CURE, BETA, SEEN, FIX, RELEASE, VIOLATING = (0.002, 0.006, 0.02), 0.02, 2.0, 0.8, 0.9, 0.3, 0.05


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


def start(n_firms: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tier, whether in violation and onset of each firm."""
    tier = rng.choice(4, n_firms, p=list(SHARES.values())).astype(np.int8)
    return tier, rng.random(n_firms) < VIOLATING, np.repeat(ONSET, n_firms // 3)


def by_numpy(n_firms: int) -> float:
    """Prevalence at the end, a month at a time over arrays of firms."""
    rng = np.random.default_rng(SEED)
    tier, bad, onset = start(n_firms, rng)
    ratio = np.array(list(RATIOS.values()))
    fade = np.exp(-BETA * ratio)
    for _ in range(MONTHS):
        visited = rng.random(n_firms) < ratio[tier] / 12
        caught = visited & bad & (rng.random(n_firms) < SEEN)
        freed = visited & ~bad & (rng.random(n_firms) < RELEASE)
        ends = bad & ((rng.random(n_firms) < CURE) | (caught & (rng.random(n_firms) < FIX)))
        begins = ~bad & (rng.random(n_firms) < onset * fade[tier])
        bad = (bad & ~ends) | begins
        tier = np.clip(tier + caught - freed, 0, 3).astype(np.int8)
    return float(bad.mean())


def by_mesa(n_firms: int) -> float:
    """Prevalence at the end, an agent a firm."""
    import mesa

    rates = [(r / 12, np.exp(-BETA * r)) for r in RATIOS.values()]

    class Firm(mesa.Agent):
        def __init__(self, world, tier, bad, onset):
            super().__init__(world)
            self.tier, self.bad, self.onset = tier, bad, onset

        def step(self):
            draw = self.model.random.random
            visit, fade = rates[self.tier]
            visited = draw() < visit
            if self.bad:
                caught = visited and draw() < SEEN
                self.bad = not (draw() < CURE or (caught and draw() < FIX))
                self.tier = min(self.tier + caught, 3)
            else:
                freed = visited and draw() < RELEASE
                self.bad = draw() < self.onset * fade
                self.tier = max(self.tier - freed, 0)

    world = mesa.Model(rng=SEED)
    for tier, bad, onset in zip(*start(n_firms, np.random.default_rng(SEED)), strict=True):
        Firm(world, int(tier), bool(bad), float(onset))
    for _ in range(MONTHS):
        world.agents.do("step")
    return float(np.mean([firm.bad for firm in world.agents]))


def by_simpy(n_firms: int) -> float:
    """Prevalence at the end, a process a firm: it sleeps until a visit or a turn, whichever comes first."""
    import simpy

    rng, env, ended = np.random.default_rng(SEED), simpy.Environment(), []
    visits = [r / 12 for r in RATIOS.values()]

    def firm(tier, bad, onset):
        while True:
            turn = CURE if bad else onset * np.exp(-BETA * RATIOS[TIERS[tier]])
            sleep = min(rng.geometric(visits[tier]), rng.geometric(turn))
            if env.now + sleep > MONTHS:
                ended.append(bad)
                return
            yield env.timeout(sleep)
            # Which of the two it was, or both.
            both = visits[tier] * turn
            u = rng.random() * (visits[tier] + turn - both)
            visited, turned = u < visits[tier], u < both or u >= visits[tier]
            caught = visited and bad and rng.random() < SEEN
            freed = visited and not bad and rng.random() < RELEASE
            bad = bad != (turned or (caught and rng.random() < FIX))
            tier = min(max(tier + caught - freed, 0), 3)

    for tier, bad, onset in zip(*start(n_firms, rng), strict=True):
        env.process(firm(int(tier), bool(bad), float(onset)))
    env.run()
    return float(np.mean(ended))


def cpu(job: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU seconds of a job over runs, after one that is not counted."""
    job()
    taken = []
    for _ in range(runs):
        began = time.process_time()
        job()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def wall(job: Callable[[], object], runs: int = 3) -> float:
    """Median seconds on the wall, after one run that is not counted."""
    job()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        job()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def firms(n_firms: int) -> list[Figure]:
    """Firms event-driven, and month by month, against the rivals; all must come to the same prevalence."""
    scenario = model(n_firms)
    few = max(n_firms // 100, 3) // 3 * 3
    rivals: dict[str, tuple[Callable[[int], float], int]] = {
        "numpy": (by_numpy, n_firms), "mesa": (by_mesa, few), "simpy": (by_simpy, few),
    }  # fmt: skip
    exact = float(simulate(scenario, n_replications=0).violating[0, -1].sum()) / n_firms
    ours = {e: cpu(lambda e=e: simulate(scenario, engine=e, n_replications=1, threads=1)) for e in ("events", "firms")}
    per = {name: t / n_firms / MONTHS * 1e9 for name, t in ours.items()}
    figures = []
    for name, (job, n) in rivals.items():
        try:
            found = job(n)
        except ImportError:
            figures.append(Figure(f"{n_firms:,} firms × {MONTHS} months", name, "not installed", "–"))
            continue
        if abs(found - exact) > 4 * np.sqrt(exact * (1 - exact) / n) + 0.01 * exact:
            raise SystemExit(f"{name} comes to a prevalence of {found:.4f}, the mean field to {exact:.4f}")
        rival = cpu(lambda job=job, n=n: job(n), runs=1 if name == "mesa" else 3) / n / MONTHS * 1e9
        goal = {"numpy": 35.0, "mesa": 1000.0}.get(name)
        for engine in ours:
            told = goal if engine == "events" else None
            ratio = rival / per[engine]
            value = f"{ratio:.1f} × faster a firm-month ({per[engine]:.2f} and {rival:.1f} ns of CPU)"
            held = None if told is None else ratio >= told
            figures.append(
                Figure(f"{n_firms:,} firms × {MONTHS} months, {engine}", name, value, f"{told or '–'}", held)
            )
    return figures


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


def memory() -> Figure:
    """Bytes a firm that the engine of firms holds."""
    n = 2 + 1 + 1 + 2
    return Figure("state of a firm, month by month", "–", f"{n} bytes", "2–8 bytes", 2 <= n <= 8)


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=1_000_000)
    asked = parser.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    n_firms = asked.firms // 3 * 3
    write("Simulation", [*firms(n_firms), *bands(), *indices(), memory()])


if __name__ == "__main__":
    main()
