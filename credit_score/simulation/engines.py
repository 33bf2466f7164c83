"""Four engines, one model: which are valid for a scenario, which is cheapest, and how replications are shared out.

- ``mean``: means carried on over cells; exact for static tiers and for visits independent of one another, else to
  O(1 ÷ N).
- ``cells``: counts drawn exactly; what it costs does not depend on the number of firms.
- ``events``: firms that jump from change to change; for visits that are independent of one another.
- ``firms``: firms month by month, with an exact draw.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import pairwise
from threading import Timer
from typing import Any

import numpy as np

from credit_score.simulation.numbers import Numbers, numbers, whole_visits
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws
from credit_score.simulation.records import Records, blank, n_bytes
from credit_score.simulation.rest import at_rest
from credit_score.simulation.scenario import Scenario

ENGINES = ("mean", "events", "cells", "firms")
MOST_BYTES = 8 << 30
PARTS = 64  # of a run, for each thread
# Nanoseconds a period, as measured, to choose by: of a cell, of a firm, of a firm that jumps.
A_CELL, A_FIRM, A_JUMP = 700.0, 22.0, 0.7
Progress = Callable[[int], Any]


def prepared(scenario: Scenario, draws: Draws | None = None) -> Numbers:
    """The arrays of a scenario, or of variants by draws of its ranges, brought to rest if it starts there."""
    found = numbers(scenario, draws)
    return at_rest(found) if scenario.at_rest else found


def chosen(scenario: Scenario, m: Numbers, engine: str, n_replications: int) -> tuple[str, str]:
    """The engine to take and why, as a key of the catalogue; raises ScenarioError for one that is not valid here."""
    if engine == "auto":
        return _cheapest(scenario, m, n_replications)
    if engine not in ENGINES:
        raise ScenarioError(f"no engine {engine!r}", remedy=f"take auto or one of {', '.join(ENGINES)}")
    if engine == "mean" and n_replications:
        raise ScenarioError("the mean field has no replications", remedy="ask for 0, or take another engine")
    if engine != "mean" and not n_replications:
        raise ScenarioError("0 replications", remedy="ask for 1 or more, or take the engine mean")
    if reason := _hindrance(engine, scenario, m):
        raise ScenarioError(f"engine {engine!r} cannot: {reason}", remedy=f"take {_cheapest(scenario, m, 1)[0]!r}")
    return engine, "asked"


def _cheapest(scenario: Scenario, m: Numbers, n_replications: int) -> tuple[str, str]:
    cells, firms = m.rates.shape[1] * m.rates.shape[2] * max(m.gap, 1), scenario.n_firms + _growth(scenario)
    costs = {"cells": A_CELL * cells, "events": A_JUMP * firms, "firms": A_FIRM * firms}
    costs = costs if n_replications else {"mean": 0.0}
    valid = {name: cost for name, cost in costs.items() if not _hindrance(name, scenario, m)}
    if not valid:
        remedy = "give fewer types, statuses or periods a year"
        raise ScenarioError(f"no engine can: {_hindrance('cells', scenario, m)}", remedy=remedy)
    if not n_replications:
        return "mean", "means_only"
    best = min(valid, key=lambda name: valid[name])
    return best, f"cheapest_{best}"


def _hindrance(engine: str, scenario: Scenario, m: Numbers) -> str:
    """Why an engine cannot simulate a scenario; nothing if it can."""
    if engine in ("firms", "events"):
        return _of_firms(engine, scenario, m)
    size = m.rates.shape[1] * m.rates.shape[2] * 2 * max(m.gap, 1) * 8
    return f"{size >> 30} GiB of cells" if size > MOST_BYTES else ""


def _growth(scenario: Scenario) -> float:
    """Firms that enter."""
    return scenario.periods * sum(t.enter.value for t in scenario.types) / scenario.per_year


def _of_firms(engine: str, scenario: Scenario, m: Numbers) -> str:
    if 6 * (scenario.n_firms + _growth(scenario)) > MOST_BYTES and engine == "firms":
        return f"{scenario.n_firms:,} firms are too many to hold one by one"
    if engine == "firms":
        return "the cap keeps visits apart by more than 255 periods" if m.gap > 255 else ""
    found = {
        "a quota is drawn": m.quota,
        "a cap keeps visits apart": m.gap > 1,
        "there are floors": bool((m.floor > 0).any()),
        "time moves firms among statuses": m.drifts,
        "expected intensities are learned": bool((m.memory > 0).any()),
        "there are shocks": bool((m.onset_times != 1).any() or (m.sensitivity_times != 1).any()),
    }
    return next((reason for reason, there in found.items() if there), "")


def run(
    m: Numbers, engine: str, variants: np.ndarray, seed: int, *, threads: int | None = None,
    progress: Progress | None = None, announce: Callable[[], Any] | None = None,
) -> Records:  # fmt: skip
    """The records of replications, one a variant of ``variants`` (R,), the same for any number of threads.

    ``progress`` is told of replications done; ``announce`` is called if the loops have to be compiled first.
    Raises ScenarioError where the records would not fit into memory.
    """
    check_memory(n_bytes(m.n_periods, *m.shape[1:]), len(variants))
    records = blank(m, len(variants))
    _shared(_loop(m, engine, variants, seed, records), len(variants), threads, progress, announce)
    return records


def means(m: Numbers, variants: np.ndarray, scratch: Records) -> Records:
    """The records of the means of variants (R,), written over those of ``scratch``, which has room for R or more."""
    from credit_score.simulation import cells

    cells.replications(m, np.asarray(variants, np.int64), None, scratch, 0, len(variants))
    return Records(*(array[: len(variants)] for array in scratch))


def _shared(
    loop: Callable[[int, int], None], n: int, threads: int | None, progress: Progress | None,
    announce: Callable[[], Any] | None,
) -> None:  # fmt: skip
    """Share n replications out among threads, in parts."""
    _compile(loop, announce)
    n_threads = threads or os.cpu_count() or 1
    ends = np.unique(np.linspace(0, n, min(n, PARTS * n_threads) + 1).astype(int))
    with ThreadPoolExecutor(n_threads) as pool:
        parts = {pool.submit(loop, int(a), int(b)): int(b - a) for a, b in pairwise(ends)}
        try:
            for done in as_completed(parts):
                done.result()
                if progress:
                    progress(parts[done])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # who stops a run waits for the parts begun, not for all


def _loop(m: Numbers, engine: str, variants: np.ndarray, seed: int, records: Records) -> Callable[[int, int], None]:
    """What simulates replications from one up to, and without, another."""
    from credit_score.simulation import cells, events, firms

    which, key = np.asarray(variants, np.int64), np.uint64(seed)
    if engine == "mean":
        return lambda first, last: cells.replications(m, which, None, records, first, last)
    if engine == "events":
        track = events.tracks(events.outcomes(m))
        return lambda first, last: events.replications(m, track, which, key, records, first, last)
    kernel = cells.replications if engine == "cells" else firms.replications
    whole = m._replace(can=whole_visits(m.can))
    return lambda first, last: kernel(whole, which, key, records, first, last)


def _compile(loop: Callable[[int, int], None], announce: Callable[[], Any] | None) -> None:
    """Load the loops, or compile them, which takes a while and is told."""
    told = Timer(1.5, announce or (lambda: None))
    told.start()
    try:
        loop(0, 0)
    finally:
        told.cancel()


def check_memory(each: int, n: int) -> None:
    """Nothing, or ScenarioError where records of n replications, ``each`` so many bytes, are too large to hold."""
    size = n * each
    if size > MOST_BYTES:
        what = f"results of {n:,} replications would take {size / 2**30:.0f} GiB"
        raise ScenarioError(what, remedy=f"ask for {max(n * MOST_BYTES // size, 1):,} or fewer")
