"""What a run comes to over its horizon: one number a measure and replication, in bounded memory.

Many mean-field runs are done in batches, each reduced to its totals before the next, so that 65,536 runs take the
memory of a few hundred.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.engines import Progress, means, prepared, run
from credit_score.simulation.numbers import Numbers
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws
from credit_score.simulation.records import Records, blank, n_bytes
from credit_score.simulation.scenario import Scenario

BATCH, CACHED_BYTES = 1024, 1 << 19  # draws laid out as arrays at once; records written over again and again
MOST_SEED = 2**64 - 1
Measure = Callable[[Numbers, Records, np.ndarray], np.ndarray]


def _summed(counts: np.ndarray) -> np.ndarray:
    """Of all firms in a period, (R, T)."""
    return counts.reshape(*counts.shape[:2], -1).sum(axis=-1)


def _prevalence(m: Numbers, records: Records, variants: np.ndarray) -> np.ndarray:
    bad, firms = _summed(records.violating), _summed(records.firms)
    return np.divide(bad, firms, out=np.zeros_like(bad), where=firms > 0).mean(axis=1)


def _days(m: Numbers, records: Records, variants: np.ndarray) -> np.ndarray:
    by_type = records.visits.sum(axis=(1, 2))
    return (by_type * m.days[variants][:, m.department]).sum(axis=-1)


def _fines(m: Numbers, records: Records, variants: np.ndarray) -> np.ndarray:
    return (records.found.sum(axis=(1, 3)) * m.fine[variants]).sum(axis=-1)


# Over the horizon: sums of visits, findings, days and fines; means over periods of firms and shares.
TOTALS: Mapping[str, Measure] = {
    "violations": lambda m, records, variants: _summed(records.violating).mean(axis=1),
    "undetected": lambda m, records, variants: (_summed(records.violating) - _summed(records.found)).mean(axis=1),
    "detections": lambda m, records, variants: _summed(records.found).sum(axis=1),
    "inspections": lambda m, records, variants: _summed(records.visits).sum(axis=1),
    "days": _days,
    "fines": _fines,
    "prevalence": _prevalence,
    "compliance": lambda m, records, variants: 1 - _prevalence(m, records, variants),
}


def totals(
    scenario: Scenario, measures: Sequence[str | Measure], draws: Draws | None = None, *, engine: str = "mean",
    n: int = 1, seed: int = 0, threads: int | None = None, progress: Progress | None = None,
) -> dict[Any, np.ndarray]:  # fmt: skip
    """Measures, each (R,): a replication a draw, or n replications of the values as they stand.

    By name, or for a measure of one's own, a function, by itself.
    ``violations``: mean firms in violation, which is mean prevalence × firms; ``undetected``: mean firms in violation
    that no visit found in the period; ``prevalence`` and ``compliance``: mean shares; ``detections``, ``inspections``,
    ``days`` (inspector-days) and ``fines`` (money): sums over the horizon. The same for any ``threads``.
    Raises ScenarioError for what is no measure.
    """
    functions = [TOTALS[check_measure(m)] if isinstance(m, str) else m for m in measures]
    told = draws or {}
    n = len(next(iter(told.values()))) if told else n
    workers = threads or os.cpu_count() or 1
    size = min(max(-(-n // (4 * workers)), 1), BATCH) if engine == "mean" else n

    def reduced(first: int) -> list[np.ndarray]:
        part = {place: values[first : first + size] for place, values in told.items()}
        m, here = prepared(scenario, part), min(size, n - first)
        variants = np.arange(here) if part else np.zeros(here, np.int64)
        if engine == "mean":
            return _of_means(functions, m, variants, progress)
        records = run(m, engine, variants, seed, threads=workers, progress=progress)
        return [function(m, records, variants) for function in functions]

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(reduced, range(0, n, size)))
    return {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(measures)}


def _of_means(
    functions: Sequence[Measure], m: Numbers, variants: np.ndarray, progress: Progress | None
) -> list[np.ndarray]:
    """Measures of mean-field runs, a few at a time over the same records, which so stay in the processor's cache."""
    few = min(max(CACHED_BYTES // n_bytes(m.n_periods, *m.shape[1:]), 1), len(variants))
    scratch, found = blank(m, few), []
    for first in range(0, len(variants), few):
        now = variants[first : first + few]
        records = means(m, now, scratch)
        found.append([function(m, records, now) for function in functions])
        if progress:
            progress(len(now))
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


def check_measure(name: str) -> str:
    """The name of a measure; raises ScenarioError for another."""
    if name not in TOTALS:
        raise ScenarioError(f"no total {name!r}", remedy=f"totals are {first_five(TOTALS)}")
    return name


def check_level(level: Any) -> None:
    """Nothing, or ScenarioError for what is no share that an interval can hold."""
    if not (isinstance(level, int | float) and 0 < level < 1):
        raise ScenarioError(f"level {level!r}", remedy="give a share between 0 and 1, 0.9 for 90 %")


def check_threads(threads: Any) -> None:
    """Nothing, or ScenarioError for what is neither None nor a whole number from 1."""
    check_whole(1 if threads is None else threads, "threads", least=1)


def check_whole(number: Any, what: str, *, least: int = 0, most: int = MOST_SEED) -> int:
    """A whole number within bounds; raises ScenarioError with the value for anything else."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not least <= number <= most:
        raise ScenarioError(f"{what} {number!r}", remedy=f"give a whole number from {least} to {most}")
    return int(number)
