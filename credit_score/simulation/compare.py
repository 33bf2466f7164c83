"""Schedules compared fairly: the same inspections made, the same luck, the same draws of what is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.engines import ENGINES, Progress, chosen, prepared
from credit_score.simulation.matching import Schedules, as_scenarios, common_draws, one_factor, planned, scaled
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.totals import TOTALS, check_whole, totals

if TYPE_CHECKING:
    import pandas as pd

Match = Literal["inspections", "planned"] | None
# Whether less or more is better. Inspections and days are what a schedule costs; fines are neither good nor bad.
DIRECTION = {
    "violations": -1, "undetected": -1, "prevalence": -1, "compliance": 1, "detections": 1, "inspections": -1,
    "days": -1, "fines": 0,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Comparison:
    """Schedules on equal terms, or, with a ``flag``, on terms that are not.

    ``samples``: of each measure, (schedules, replications); the r-th of all schedules share luck and draw. ``factors``:
    what each schedule was scaled by; ``scenarios``: as simulated. ``differs``: mean-field inspections over the horizon
    relative to those of the baseline, less 1. ``flag``: nothing, if all differ by at most ``tolerance``; else
    ``inspections_differ``, or ``only_planned_equal`` where the plans are of one size and what is done is not.
    ``draws``: of the ranges, by schedule and place, empty where every number is known.
    """

    baseline: str
    engine: str
    seed: int
    tolerance: float
    flag: str
    differs: Mapping[str, float]
    factors: Mapping[str, float]
    scenarios: Mapping[str, Scenario] = field(repr=False)
    draws: Mapping[str, Draws] = field(repr=False)
    samples: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def names(self) -> list[str]:
        """Of the schedules, in the order given."""
        return list(self.scenarios)

    @property
    def is_fair(self) -> bool:
        """Whether all schedules make the same inspections."""
        return not self.flag

    def table(self, *, level: float = 0.9) -> "pd.DataFrame":
        """A row a schedule and measure, with the difference from the baseline.

        ``mean``; ``difference`` of means and its standard error ``se``; ``low`` and ``high``, between which the share
        ``level`` of the paired differences lies; ``p_better``: the share of replications, and so of draws, in which the
        schedule is better, ties half; ``differs`` and ``flag``, as of the comparison.
        Missing where there is one run of means, for the baseline itself, and ``p_better`` of fines. More detections
        are no sign of a better schedule by themselves: deterrence leaves fewer violations to detect.
        """
        import pandas as pd

        rows = [self._row(name, measure, level) for name in self.names for measure in TOTALS]
        return pd.DataFrame(rows)

    def _row(self, name: str, measure: str, level: float) -> dict[str, object]:
        own, other = (self.samples[measure][self.names.index(n)] for n in (name, self.baseline))
        told = {"schedule": name, "measure": measure, "mean": own.mean(), "difference": (own - other).mean()}
        several = len(own) > 1 and name != self.baseline
        spread = _spread(own - other, DIRECTION[measure], level) if several else dict.fromkeys(SPREAD, np.nan)
        return told | spread | {"differs": self.differs[name], "flag": self.flag}


SPREAD = ("se", "low", "high", "p_better")


def _spread(difference: np.ndarray, direction: int, level: float) -> dict[str, float]:
    low, high = np.quantile(difference, [(1 - level) / 2, (1 + level) / 2])
    gain = direction * difference
    better = (gain > 0).mean() + (gain == 0).mean() / 2 if direction else np.nan
    return dict(zip(SPREAD, (difference.std(ddof=1) / len(difference) ** 0.5, low, high, better), strict=True))


def compare(  # noqa: PLR0913 - what a comparison is asked
    scenario: Scenario,
    schedules: Schedules,
    *,
    baseline: str | None = None,
    match: Match = "inspections",
    n_replications: int = 1000,
    engine: str = "auto",
    seed: int = 0,
    tolerance: float = 1e-3,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Schedules under one scenario, by name: plans by tier, or for other ways of rating a Scenario each.

    Parameters
    ----------
    baseline : the schedule that the others are compared with; the first, unless named.
    match : ``inspections``: every schedule is scaled by one factor until its inspections over the horizon, in the mean
        field and on average over the draws, are those of the baseline; ratios grow to 1, then frequencies; floors stay.
        Where several factors would do, it is the one met first by doubling or halving.
        ``planned``: scaled to the same plan at the start, and flagged if inspections come to differ. None: as given,
        and flagged so.
    n_replications : how often each is drawn; if the scenario has ranges, each with its own draw of them. 0: means
        alone, with every number at its value. With ``engine="mean"``: means, a draw of the ranges each.
    tolerance : greatest relative difference of inspections that counts as equal. The search aims at 1e-8 and raises if
        it does not come within this; ``Comparison.differs`` tells what is left.

    The r-th replication of every schedule has the same seed and the same draw. Raises ScenarioError for fewer than two
    schedules, a tier or baseline that is not there, and inspections that a schedule cannot make, with their number.
    """
    check_whole(seed, "seed")
    check_whole(n_replications, "replications", most=10**9)
    worlds = as_scenarios(scenario, schedules)
    first = _baseline(baseline, worlds)
    draws = common_draws(worlds, n_replications, seed=seed) if n_replications else {name: {} for name in worlds}
    factors = _factors(worlds, first, match, draws, tolerance)
    worlds = {name: scaled(s, factors[name]) if factors[name] != 1 else s for name, s in worlds.items()}
    draws = common_draws(worlds, n_replications, seed=seed) if n_replications else draws
    taken = _engine(worlds, engine, n_replications)
    n = 1 if taken == "mean" else n_replications
    told = {
        name: totals(s, list(TOTALS), draws[name], engine=taken, n=n, seed=seed, threads=threads, progress=progress)
        for name, s in worlds.items()
    }
    samples = {measure: np.stack([told[name][measure] for name in worlds]) for measure in TOTALS}
    flag, differs = _terms(worlds, first, draws, tolerance)
    return Comparison(first, taken, seed, tolerance, flag, differs, factors, worlds, draws, samples)


def _baseline(name: str | None, worlds: Mapping[str, Scenario]) -> str:
    if name is not None and name not in worlds:
        raise ScenarioError(f"no schedule {name!r}", "baseline", remedy=f"schedules are {first_five(worlds)}")
    return name if name is not None else next(iter(worlds))


def _realised(scenario: Scenario, draws: Draws) -> float:
    """Mean-field inspections over the horizon, mean over draws."""
    return float(totals(scenario, ["inspections"], draws)["inspections"].mean())


def _factors(
    worlds: Mapping[str, Scenario], first: str, match: Match, draws: Mapping[str, Draws], tolerance: float
) -> dict[str, float]:
    if match is None:
        return dict.fromkeys(worlds, 1.0)
    if match not in ("inspections", "planned"):
        raise ScenarioError(f"no match {match!r}", "match", remedy="take inspections, planned or None")
    if match == "planned":
        return _of_plans(worlds, first, draws)
    target = _realised(worlds[first], draws[first])
    others = {
        name: one_factor(name, s, draws[name], target, tolerance=tolerance)
        for name, s in worlds.items() if name != first
    }  # fmt: skip
    return {name: others.get(name, 1.0) for name in worlds}


def _of_plans(worlds: Mapping[str, Scenario], first: str, draws: Mapping[str, Draws]) -> dict[str, float]:
    size = {name: planned(s, draws[name]) for name, s in worlds.items()}
    if nothing := [name for name, told in size.items() if told == 0]:
        raise ScenarioError("it plans no visits", "schedules", nothing[0], remedy="give it ratios above 0")
    return {name: size[first] / told for name, told in size.items()}


def _engine(worlds: Mapping[str, Scenario], engine: str, n: int) -> str:
    """One engine for all, since luck is common within an engine only."""
    if engine == "mean":
        return engine
    ready = [(s, prepared(s)) for s in worlds.values()]
    taken = {chosen(s, m, engine, n)[0] for s, m in ready}
    if len(taken) == 1:
        return taken.pop()
    return next(name for name in ("cells", "firms", *ENGINES) if all(_can(s, m, name, n) for s, m in ready))


def _can(scenario: Scenario, m: object, engine: str, n: int) -> bool:
    try:
        return bool(chosen(scenario, m, engine, n))  # type: ignore[arg-type]
    except ScenarioError:
        return False


def _terms(
    worlds: Mapping[str, Scenario], first: str, draws: Mapping[str, Draws], tolerance: float
) -> tuple[str, dict[str, float]]:
    """The flag, and by how much inspections differ from the baseline's, relatively."""
    made = {name: _realised(s, draws[name]) for name, s in worlds.items()}
    if not made[first]:
        differs = {name: 0.0 if not told else np.inf for name, told in made.items()}
    else:
        differs = {name: told / made[first] - 1 for name, told in made.items()}
    if all(abs(told) <= tolerance for told in differs.values()):
        return "", differs
    size = [planned(s, draws[name]) for name, s in worlds.items()]
    alike = max(size) - min(size) <= tolerance * max(size)
    return "only_planned_equal" if alike else "inspections_differ", differs
