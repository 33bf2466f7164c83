"""Which of the numbers that are not known matter: Sobol' indices and swings, on the mean field."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from credit_score.simulation.engines import Progress
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws, at_shares, labels, need_unknowns, ranges, unknowns
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.totals import check_level, check_measure, check_threads, check_whole, totals

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What a measure owes to each number that is a range, or to all those together that are shared.

    ``indices``: a row a number (``parameter``, ``low``, ``high``; no ends where those that share have ranges of their
    own): ``first``, the share of the variance that it
    explains by itself, and ``total``, with all that it has to do with, each with the half-width of its interval at
    ``level`` (``first_within``, ``total_within``). Estimates: a little below 0 or above 1 is noise. ``swings``: of
    :func:`one_at_a_time`, for a tornado around ``at_value``.
    """

    measure: str
    n_runs: int
    seed: int
    level: float
    at_value: float
    mean: float
    variance: float
    indices: "pd.DataFrame"
    swings: "pd.DataFrame"


def sensitivity(
    scenario: Scenario,
    measure: str = "prevalence",
    *,
    n: int = 1024,
    seed: int = 0,
    level: float = 0.95,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Sobol' indices, first and total order, of a measure over the ranges of a scenario, even and independent.

    ``measure``: see :func:`credit_score.simulation.totals.totals`. ``n``: base sample, a power of 2; n × (ranges + 2)
    runs of the mean field are made; those that share count as one range. Estimators of Saltelli et al. (Comput. Phys.
    Commun. 181, 2010), by SALib.
    Raises ScenarioError if no number is a range, for an n that is no power of 2, and for a measure that nothing
    changes.
    """
    check_measure(measure)
    check_level(level)
    check_threads(threads)
    check_whole(seed, "seed", most=2**32 - 2)
    if check_whole(n, "base sample", least=2, most=2**30) & (n - 1):
        raise ScenarioError(f"base sample {n}", remedy=f"take a power of 2, {1 << n.bit_length()}")
    names = list(unknowns(scenario))
    need_unknowns(names)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    draws = at_shares(scenario, _sampled(problem, n, seed))
    values = totals(scenario, [measure], draws, threads=threads, progress=progress)[measure]
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise ScenarioError(f"{measure} is {values[0]:.6g} whatever the ranges", remedy="take another measure")
    at_value, swings = one_at_a_time(scenario, measure)
    indices = _indices(problem, values, seed, level).assign(**_ends(scenario))
    order = ["parameter", "low", "high", "first", "first_within", "total", "total_within"]
    variance = float(values.var())
    return Sensitivity(
        measure, len(values), seed, level, at_value, float(values.mean()), variance, indices[order], swings
    )


def _sampled(problem: dict[str, object], n: int, seed: int) -> np.ndarray:
    """Shares along the ranges of every run, (n (ranges + 2), ranges)."""
    from SALib.sample import sobol

    return sobol.sample(problem, n, calc_second_order=False, seed=seed)


def _indices(problem: dict[str, object], values: np.ndarray, seed: int, level: float) -> "pd.DataFrame":
    import pandas as pd
    from SALib.analyze import sobol

    # SALib takes a seed of 0 for none.
    found = sobol.analyze(problem, values, calc_second_order=False, conf_level=level, seed=seed + 1)
    names = {"first": "S1", "first_within": "S1_conf", "total": "ST", "total_within": "ST_conf"}
    return pd.DataFrame({"parameter": problem["names"]} | {own: np.asarray(found[its]) for own, its in names.items()})


def _ends(scenario: Scenario) -> dict[str, list[float]]:
    """Low and high of each unknown; missing where numbers that share have ranges of their own."""
    told = ranges(scenario)
    spans = [{(told[place].at(0), told[place].at(1)) for place in places} for places in unknowns(scenario).values()]
    ends = [next(iter(span)) if len(span) == 1 else (np.nan, np.nan) for span in spans]
    return {"low": [low for low, _ in ends], "high": [high for _, high in ends]}


def one_at_a_time(scenario: Scenario, measure: str) -> tuple[float, "pd.DataFrame"]:
    """The measure at the values, and with one unknown at either end of its range and the others at their values.

    A row an unknown, the widest first: ``parameter`` and ``label`` as of :func:`unknowns` and :func:`labels`, ``low``,
    ``high``, the measure ``at_low``, ``at_high``, and ``swing``, how far these lie apart.
    """
    import pandas as pd

    n = len(unknowns(scenario))
    values = totals(scenario, [measure], _at_the_ends(scenario))[measure]
    at_low, at_high = values[1 : n + 1], values[n + 1 :]
    names = {"parameter": list(unknowns(scenario)), "label": list(labels(scenario).values())}
    told = {**names, **_ends(scenario), "at_low": at_low, "at_high": at_high}
    table = pd.DataFrame(told).assign(swing=np.abs(at_high - at_low))
    return float(values[0]), table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _at_the_ends(scenario: Scenario) -> Draws:
    """First all at their values; then each low, the others at their values; then each high."""
    told, every = ranges(scenario), list(unknowns(scenario).values())
    n = len(every)
    draws = {place: np.full(2 * n + 1, number.value) for place, number in told.items()}
    for i, places in enumerate(every):
        for place in places:
            draws[place][1 + i], draws[place][1 + n + i] = told[place].at(0), told[place].at(1)
    return draws
