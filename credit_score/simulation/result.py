"""The result of a simulation: arrays with named axes, and tidy tables with intervals."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.numbers import Numbers
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.records import Records
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.totals import check_whole

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MEASURES = (
    "inspections", "detections", "undetected", "firms", "violating", "tier_shares", "prevalence", "compliance",
    "inspected", "fines", "days", "waiting", "burden_by_sector", "burden_by_size", "moved", "misclassified",
    "score_mean", "score_variance", "entered", "left",
)  # fmt: skip


@dataclass(frozen=True)
class SimulationResult:
    """What a simulation found.

    Each measure is an ``xarray.DataArray`` of which the first two axes are replication and period (from 1); of the mean
    field there is one replication, of means.

    ``engine`` and ``why`` it was taken (a key of the catalogue), ``seed``. ``numbers``: the arrays simulated with,
    ``variants``: which of theirs each replication took. ``drew_ranges``: whether that is a draw of what is not known,
    so that intervals hold it beside chance.
    """

    scenario: Scenario
    engine: str
    why: str
    seed: int
    numbers: Numbers = field(repr=False)
    records: Records = field(repr=False)
    variants: np.ndarray = field(repr=False)
    drew_ranges: bool = False

    @property
    def n_replications(self) -> int:
        """Replications that were drawn; 0 of the mean field."""
        return 0 if self.engine == "mean" else len(self.variants)

    @cached_property
    def inspections(self) -> "xr.DataArray":
        """Planned visits that were made, (replication, period, tier)."""
        return self._by_tier(self.records.visits)

    @cached_property
    def detections(self) -> "xr.DataArray":
        """Visits that found a violation, (replication, period, tier)."""
        return self._by_tier(self.records.found)

    @cached_property
    def undetected(self) -> "xr.DataArray":
        """Firms in violation that no visit found in the period, (replication, period, tier)."""
        return self.violating - self.detections

    @cached_property
    def firms(self) -> "xr.DataArray":
        """Firms at the start of the period, (replication, period, tier)."""
        return self._by_tier(self.records.firms)

    @cached_property
    def violating(self) -> "xr.DataArray":
        """Firms in violation at the start of the period, (replication, period, tier)."""
        return self._by_tier(self.records.violating)

    @cached_property
    def tier_shares(self) -> "xr.DataArray":
        """Share of firms in each tier at the start of the period, (replication, period, tier)."""
        return self.firms / self.firms.sum("tier")

    @cached_property
    def level_shares(self) -> "xr.DataArray":
        """The shares of tiers with the tier that is looked at the most first, as levels of skip-lot are counted."""
        return self.tier_shares.isel(tier=slice(None, None, -1))

    @cached_property
    def prevalence(self) -> "xr.DataArray":
        """Share of firms in violation at the start of the period, (replication, period)."""
        return self.violating.sum("tier") / self.firms.sum("tier")

    @cached_property
    def compliance(self) -> "xr.DataArray":
        """Share of firms not in violation at the start of the period, (replication, period)."""
        return 1 - self.prevalence

    @cached_property
    def inspected(self) -> "xr.DataArray":
        """Visits a firm in the period, (replication, period)."""
        return self.inspections.sum("tier") / self.firms.sum("tier")

    @cached_property
    def fines(self) -> "xr.DataArray":
        """Fines of the period, (replication, period)."""
        per_finding = self.numbers.fine[self.variants][:, None, :]
        return (self.detections * per_finding).sum("tier")

    @cached_property
    def days(self) -> "xr.DataArray":
        """Inspector-days of planned visits, (replication, period, department)."""
        return self._by_department(self.records.visits.sum(axis=2)) * self.numbers.days[self.variants][:, None, :]

    @cached_property
    def waiting(self) -> "xr.DataArray":
        """Inspector-days of visits put off for want of days, at the end of the period, (…, department)."""
        made = self.records.waiting * self.numbers.days[self.variants][:, None, :]
        return self._array(made, department=self.departments)

    @cached_property
    def capacity(self) -> "xr.DataArray":
        """Inspector-days left for planned visits in a period, on average over variants, (period, department)."""
        import xarray as xr

        can, days = self.numbers.can, self.numbers.days[:, None]
        bound = np.isfinite(can)
        return xr.DataArray(
            np.where(bound, np.where(bound, can, 0.0) * days, np.inf).mean(axis=0), dims=("period", "department"),
            coords={"period": self.periods, "department": self.departments}, name="capacity",
        )  # fmt: skip

    @cached_property
    def burden_by_sector(self) -> "xr.DataArray":
        """Visits a firm in the period, (replication, period, sector)."""
        return self._burden("sector")

    @cached_property
    def burden_by_size(self) -> "xr.DataArray":
        """Visits a firm in the period, (replication, period, size)."""
        return self._burden("size")

    @cached_property
    def moved(self) -> "xr.DataArray":
        """Moves from a tier to another in the period, by visits and by time, (replication, period, from, to)."""
        return self._array(self.records.moved, **{"from": self.scenario.tiers, "to": self.scenario.tiers})

    @cached_property
    def misclassified(self) -> "xr.DataArray":
        """Firms that their tier speaks wrongly of, (replication, period, how).

        In violation in the best tier, or not in violation in the worst.
        """
        best, worst = self.violating.isel(tier=0), self.firms.isel(tier=-1) - self.violating.isel(tier=-1)
        return self._array(np.stack([best, worst], axis=-1), how=["violating in the best", "complying in the worst"])

    @cached_property
    def score_mean(self) -> "xr.DataArray":
        """Mean score after the visits of the period, before time moves it, (replication, period)."""
        return self._array(self.records.score_sum / self._rated())

    @cached_property
    def score_variance(self) -> "xr.DataArray":
        """Variance of scores, read as the mean is, (replication, period)."""
        return self._array(self.records.score_squares / self._rated()) - self.score_mean**2

    @cached_property
    def rated_shares(self) -> "xr.DataArray":
        """Share of firms in each tier, read as scores are, (replication, period, tier)."""
        return self._array(self.records.rated / self._rated()[..., None], tier=self.scenario.tiers)

    @cached_property
    def entered(self) -> "xr.DataArray":
        """Firms that entered at the end of the period, (replication, period)."""
        return self._array(self.records.entered.sum(axis=-1))

    @cached_property
    def left(self) -> "xr.DataArray":
        """Firms that left at the end of the period, (replication, period, tier)."""
        return self._by_tier(self.records.left)

    @property
    def periods(self) -> np.ndarray:
        """1 … T."""
        return np.arange(1, self.scenario.periods + 1)

    @property
    def departments(self) -> list[str]:
        """Names of the departments."""
        return [d.name for d in self.scenario.departments]

    def table(self, measure: str, *, level: float = 0.9) -> "pd.DataFrame":
        """A tidy table of a measure: period, the other axes, ``mean``, ``low`` and ``high``.

        Between low and high lies the given share of replications; of the mean field they are missing.
        Raises ScenarioError for what is no measure and for a level outside (0, 1].
        """
        values = self._named(measure)
        if not 0 < level <= 1:
            raise ScenarioError(f"level {level:g} is outside (0, 1]", remedy="give a share, such as 0.9")
        tails = [(1 - level) / 2, (1 + level) / 2]
        mean = values.mean("replication").rename("mean").to_dataframe().reset_index()
        if not self.n_replications:
            return mean.assign(low=np.nan, high=np.nan)
        low, high = (values.quantile(q, "replication", skipna=False).to_numpy().ravel() for q in tails)
        return mean.assign(low=low, high=high)

    def average(self, measure: str, *, since: int = 1) -> "pd.DataFrame":
        """The mean over periods from ``since`` on, by the other axes: ``mean`` and its standard error ``se``.

        Raises ScenarioError for what is no measure and for a period that is none.
        """
        values = self._named(measure)
        check_whole(since, "since", least=1, most=self.scenario.periods)
        over = values.sel(period=slice(since, None)).mean("period")
        mean, spread = over.mean("replication"), over.std("replication", ddof=1 if self.n_replications > 1 else 0)
        told = mean.rename("mean").to_dataframe().reset_index() if mean.ndim else _one_row(float(mean))
        se = spread.to_numpy().ravel() / max(self.n_replications, 1) ** 0.5
        return told.assign(se=se if self.n_replications > 1 else np.nan)

    def _named(self, measure: str) -> Any:
        if measure not in MEASURES:
            raise ScenarioError(f"no measure {measure!r}", remedy=f"measures are {first_five(MEASURES)}")
        return getattr(self, measure)

    def _array(self, values: np.ndarray, **axes: Any) -> "xr.DataArray":
        import xarray as xr

        names = {"replication": np.arange(len(self.variants)), "period": self.periods, **axes}
        return xr.DataArray(values, dims=tuple(names), coords={n: list(c) for n, c in names.items()})

    def _by_tier(self, values: np.ndarray) -> "xr.DataArray":
        return self._array(values.sum(axis=-1), tier=self.scenario.tiers)

    def _by_department(self, by_type: np.ndarray) -> "xr.DataArray":
        return self._array(by_type @ self.numbers.member, department=self.departments)

    def _burden(self, by: Literal["sector", "size"]) -> "xr.DataArray":
        told = [getattr(t, by) for t in self.scenario.types]
        names = list(dict.fromkeys(told))
        member = np.array([[name == one for name in names] for one in told], float)
        visits, firms = (a.sum(axis=2) @ member for a in (self.records.visits, self.records.firms))
        return self._array(np.divide(visits, firms, out=np.zeros_like(visits), where=firms > 0), **{by: names})

    def _rated(self) -> np.ndarray:
        n = self.records.rated.sum(axis=-1)
        return np.where(n > 0, n, np.nan)


def _one_row(mean: float) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({"mean": [mean]})
