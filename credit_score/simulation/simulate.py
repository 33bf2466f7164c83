"""Simulating a scenario."""

from collections.abc import Callable
from typing import Any

import numpy as np

from credit_score.simulation.engines import Progress, check_memory, chosen, prepared, run
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import drawn
from credit_score.simulation.records import n_bytes
from credit_score.simulation.result import SimulationResult
from credit_score.simulation.scenario import Scenario, check_scenario
from credit_score.simulation.totals import check_threads, check_whole


def simulate(
    scenario: Scenario,
    *,
    engine: str = "auto",
    n_replications: int | None = None,
    seed: int = 0,
    draw_ranges: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
    announce: Callable[[], Any] | None = None,
) -> SimulationResult:
    """Years of a scenario.

    Parameters
    ----------
    engine : ``auto`` (the cheapest that is valid), ``mean``, ``cells``, ``events`` or ``firms``.
    n_replications : how often it is drawn, 1,000 times unless told; 0 for means alone, as with the engine ``mean``.
        The r-th replication of two schedules shares its luck.
    seed : whole number of at least 0. The result is the same for any ``threads``.
    draw_ranges : every replication draws the numbers that are given as ranges, so that intervals hold what is not
        known beside chance; two schedules share the draws too. Otherwise numbers are taken as they stand.
    progress : told of replications done. ``announce`` : called if loops have to be compiled, which takes a while.

    Raises ScenarioError for an engine that is not valid here, naming one that is, for results too large to hold, and
    for ranges to be drawn where there are none.
    """
    check_scenario(scenario)
    check_whole(seed, "seed")
    n = (0 if engine == "mean" else 1000) if n_replications is None else n_replications
    check_whole(n, "replications")
    check_threads(threads)
    if draw_ranges and not n:
        raise ScenarioError("0 replications draw no ranges", remedy="ask for 1 or more, or take numbers as they stand")
    each = n_bytes(scenario.periods, len(scenario.tiers), len(scenario.departments), len(scenario.types))
    check_memory(each, max(n, 1))
    m = prepared(scenario, drawn(scenario, n, seed=seed) if draw_ranges else None)
    taken, why = chosen(scenario, m, engine, n)
    variants = np.arange(n) if draw_ranges else np.zeros(max(n, 1), np.int64)
    records = run(m, taken, variants, seed, threads=threads, progress=progress, announce=announce)
    return SimulationResult(scenario, taken, why, seed, m, records, variants, draw_ranges)
