"""Schedules compared fairly: the same inspections made, the same luck, the same draws of what is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from credit_score.simulation.carried import NOT_CARRIED, differ, factors_of_plans, planned, share_carried
from credit_score.simulation.engines import ENGINES, Progress, chosen, prepared
from credit_score.simulation.matching import (
    TIE,
    Schedules,
    as_scenarios,
    as_simulated,
    baseline_of,
    check_tolerance,
    common_draws,
    matching_factors,
    n_draws,
)
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.totals import TOTALS, check_level, check_threads, check_whole, totals

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

    ``samples``: of each measure, (schedules, replications); the r-th of all schedules share luck and draw. ``draws``:
    of the ranges, by schedule and place, (V,) each, empty where every number is known. ``factors``: what each schedule
    was scaled by in each draw, (V,), V = 1 without draws. ``scenarios``: as simulated without draws, else as given.
    ``differs``: inspections over the horizon, mean over draws, relative to those of the baseline, less 1: of the mean
    field, or as drawn, where few firms under a cap make that differ by four standard errors and more than
    ``tolerance``. ``apart``: by how much they differ at most in a draw, in the mean field. ``carried``: the least share
    of the visits planned over the horizon that is made in a draw, in the mean field. ``flag``: ``inspections_differ``,
    if one of the first two is more than ``tolerance``, or ``only_planned_equal`` where the plans are of one size and
    what is done is not; else ``plans_not_carried_out``, if the shares carried out differ by more than .01 in a draw
    where firms answer to plans, as what is announced deters even if nobody does it; else nothing.
    """

    baseline: str
    engine: str
    seed: int
    tolerance: float
    flag: str
    differs: Mapping[str, float]
    apart: Mapping[str, float]
    carried: Mapping[str, float]
    factors: Mapping[str, np.ndarray] = field(repr=False)
    scenarios: Mapping[str, Scenario] = field(repr=False)
    draws: Mapping[str, Draws] = field(repr=False)
    samples: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def names(self) -> list[str]:
        """Of the schedules, in the order given."""
        return list(self.scenarios)

    @property
    def is_fair(self) -> bool:
        """Whether all schedules make the same inspections and carry out as much of their plans, in every draw."""
        return not self.flag

    def table(self, *, level: float = 0.9) -> "pd.DataFrame":
        """A row a schedule and measure, with the difference from the baseline.

        ``mean``; ``difference`` of means and its standard error ``se``; ``low`` and ``high``, between which the share
        ``level`` of the paired differences lies; ``p_better``: the share of replications, and so of draws, in which the
        schedule is better, ties half (a relative difference up to 1e-6 is one); ``factor`` and ``factor_most``: median
        and greatest of what it was scaled by; ``differs``, ``carried`` and ``flag``, as of the comparison.
        Missing where there is one run of means, for the baseline itself, and ``p_better`` of fines. More detections
        are no sign of a better schedule by themselves: deterrence leaves fewer violations to detect.
        """
        import pandas as pd

        check_level(level)
        rows = [self._row(name, measure, level) for name in self.names for measure in TOTALS]
        return pd.DataFrame(rows)

    def _row(self, name: str, measure: str, level: float) -> dict[str, object]:
        own, other = (self.samples[measure][self.names.index(n)] for n in (name, self.baseline))
        told = {"schedule": name, "measure": measure, "mean": own.mean(), "difference": (own - other).mean()}
        several = len(own) > 1 and name != self.baseline
        spread = _spread(own, other, DIRECTION[measure], level) if several else dict.fromkeys(SPREAD, np.nan)
        scale = {"factor": np.median(self.factors[name]), "factor_most": self.factors[name].max()}
        return told | spread | scale | {"differs": self.differs[name], "carried": self.carried[name], "flag": self.flag}


FEW_DRAWN = 30  # replications with which a standard error says little
SPREAD = ("se", "low", "high", "p_better")


def _spread(own: np.ndarray, other: np.ndarray, direction: int, level: float) -> dict[str, float]:
    difference = own - other
    low, high = np.quantile(difference, [(1 - level) / 2, (1 + level) / 2])
    gain = np.where(np.abs(difference) <= TIE * np.abs(other), 0.0, direction * difference)
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
    match : ``inspections``: every schedule is scaled, in each draw of the ranges by a factor of its own, until its
        inspections over the horizon, in the mean field, are those of the baseline; ratios grow to 1, then frequencies;
        floors stay. A schedule is its proportions, then; its level follows the inspections made. Where several factors
        would do, it is the one that plans as many for the firms of the start as the baseline, else the one met first by
        doubling or halving.
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
    check_threads(threads)
    check_tolerance(tolerance)
    worlds = as_scenarios(scenario, schedules)
    first = baseline_of(baseline, worlds)
    draws = common_draws(worlds, n_replications, seed=seed) if n_replications else {name: {} for name in worlds}
    factors = _factors(worlds, first, match, draws, {"tolerance": tolerance, "threads": threads})
    made = {name: as_simulated(s, draws[name], factors[name]) for name, s in worlds.items()}
    scenarios = {name: s for name, (s, _) in made.items()}
    taken = _engine(scenarios, engine, n_replications)
    n = 1 if taken == "mean" else n_replications
    told = {
        name: totals(s, list(TOTALS), own, engine=taken, n=n, seed=seed, threads=threads, progress=progress)
        for name, (s, own) in made.items()
    }
    samples = {measure: np.stack([told[name][measure] for name in worlds]) for measure in TOTALS}
    return Comparison(
        first, taken, seed, tolerance, *_terms(made, first, samples["inspections"], tolerance), factors, scenarios,
        draws, samples,
    )  # fmt: skip


def _factors(
    worlds: Mapping[str, Scenario], first: str, match: Match, draws: Mapping[str, Draws], asked: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """What each schedule is scaled by in each draw, (V,)."""
    if match == "inspections":
        return matching_factors(worlds, draws, first, **asked)
    if match not in ("planned", None):
        raise ScenarioError(f"no match {match!r}", "match", remedy="take inspections, planned or None")
    if match == "planned":
        return _of_plans(worlds, first, draws)
    return {name: np.ones(n_draws(draws[name])) for name in worlds}


def _of_plans(worlds: Mapping[str, Scenario], first: str, draws: Mapping[str, Draws]) -> dict[str, np.ndarray]:
    plan = planned(worlds[first], draws[first])
    found = {name: factors_of_plans(s, draws[name], plan) for name, s in worlds.items()}
    if nothing := [name for name, x in found.items() if not (np.isfinite(x) & (x > 0)).all()]:
        what = f"ratios of no size plan the {plan.mean():,.6g} visits of {first!r}"
        raise ScenarioError(what, "schedules", nothing[0], remedy="give it ratios above 0, or lower floors")
    return found


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
    made: Mapping[str, tuple[Scenario, Draws]], first: str, drawn: np.ndarray, tolerance: float
) -> tuple[str, dict[str, float], dict[str, float], dict[str, float]]:
    """The flag; by how much inspections differ from the baseline's, relatively, on average and at most; least carried.

    Those of the mean field over the horizon, unless those ``drawn``, (schedules, replications), tell otherwise.
    """
    told = {name: totals(s, ["inspections", share_carried], draws) for name, (s, draws) in made.items()}
    visits, shares = ({name: t[of] for name, t in told.items()} for of in ("inspections", share_carried))
    differs = {name: float(_relative(own.mean(), visits[first].mean())) for name, own in visits.items()}
    apart = {name: float(np.abs(_relative(own, visits[first])).max()) for name, own in visits.items()}
    flag = "" if max(apart.values()) <= tolerance else _unequal(made, tolerance)
    base = drawn[list(made).index(first)]
    luck = {name: _as_drawn(own, base, tolerance) for name, own in zip(made, drawn, strict=True)}
    if not flag and any(luck.values()):
        flag, differs = "inspections_differ", {name: luck[name] or differs[name] for name in made}
    if not flag and differ(np.stack(list(shares.values())), made[first][0]):
        flag = NOT_CARRIED
    return flag, differs, apart, {name: float(own.min()) for name, own in shares.items()}


def _unequal(made: Mapping[str, tuple[Scenario, Draws]], tolerance: float) -> str:
    """The flag of schedules that make different inspections."""
    size = [float(planned(s, draws).mean()) for s, draws in made.values()]
    alike = max(size) - min(size) <= tolerance * max(size)
    return "only_planned_equal" if alike else "inspections_differ"


def _as_drawn(own: np.ndarray, base: np.ndarray, tolerance: float) -> float:
    """By how much inspections drawn differ on average, relatively; 0 where that may be luck or is within tolerance."""
    if len(own) < FEW_DRAWN or not base.any():
        return 0.0
    difference = own - base
    beyond = 4 * difference.std(ddof=1) / len(own) ** 0.5
    told = float(difference.mean() / base.mean())
    return told if abs(told) > tolerance and abs(difference.mean()) > beyond else 0.0


def _relative(told: np.ndarray, base: np.ndarray) -> np.ndarray:
    """By how much a number differs from another, relatively; 0 of nothing from nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(told == base, 0.0, told / base - 1)
