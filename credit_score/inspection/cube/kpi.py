"""The answer to one question, what cut-offs and ratios cost, find and miss: load at once, the rest on access."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import NotAvailable
from credit_score.inspection.cube.kernels import BAD, DAYS, ROWS, places
from credit_score.inspection.cube.sums import CubeSums

if TYPE_CHECKING:
    import pandas as pd


class Kpi:
    """Expected figures of a year, arrays with the axes tier (best first) × department.

    ``inspections``, ``detections`` (firms found in violation), ``undetected`` (violations that no visit finds): (K, D).
    ``days`` (inspector-days): (D,).
    """

    __slots__ = ("_asked", "_found", "cube")

    def __init__(
        self, cube: CubeSums, found: np.ndarray, asked: tuple[np.ndarray, np.ndarray, np.ndarray | None]
    ) -> None:
        self.cube, self._found, self._asked = cube, found, asked

    @property
    def cutoffs(self) -> np.ndarray:
        """Lowest score of each tier but the last, (K − 1,)."""
        return self._asked[0]

    @property
    def n_tiers(self) -> int:
        """K."""
        return len(self._asked[0]) + 1

    @property
    def inspections(self) -> np.ndarray:
        """Visits a year, (K, D): ratio × frequency × firms."""
        return self._found[: self.n_tiers]

    @property
    def detections(self) -> np.ndarray:
        """Firms found in violation, (K, D): ratio × (1 − (1 − sensitivity)^frequency) × expected violations."""
        k = self.n_tiers
        return self._found[k : 2 * k]

    @property
    def undetected(self) -> np.ndarray:
        """Expected violations that no visit finds, (K, D)."""
        k = self.n_tiers
        return self._found[2 * k : 3 * k]

    @property
    def days(self) -> np.ndarray:
        """Inspector-days, (D,)."""
        return self._found[-1]

    @property
    def ratios(self) -> np.ndarray:
        """Inspection ratios, (K, D)."""
        share = self._asked[1]
        return np.broadcast_to(share if share.ndim > 1 else share[:, None], self.inspections.shape)

    @property
    def frequency(self) -> np.ndarray:
        """Visits a year to a drawn firm, (K, D)."""
        return np.broadcast_to(1.0 if self._asked[2] is None else self._asked[2], self.inspections.shape)

    @property
    def utilisation(self) -> np.ndarray:
        """Days ÷ capacity, (D,); infinite where there is work and no capacity. Raises NotAvailable without capacity."""
        if self.cube.capacity is None:
            raise NotAvailable("no capacity to hold the days against", remedy="build the cube with capacity=")
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.days > 0, self.days / self.cube.capacity, 0.0)

    @property
    def hit_rate(self) -> np.ndarray:
        """Firms found in violation ÷ firms visited, by tier, (K,); NaN where none is."""
        visited = (self.ratios * self.firms).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(visited > 0, self.detections.sum(axis=1) / visited, np.nan)

    @property
    def edges(self) -> np.ndarray:
        """Where tiers begin among the bins of the cube, (K + 1,)."""
        edges = np.empty(len(self.cutoffs) + 2, np.int64)
        places(self.cutoffs, self.cube.bounds, edges)
        return edges

    @property
    def _sums(self) -> np.ndarray:
        return np.diff(self.cube.prefix[self.edges], axis=0)

    @property
    def firms(self) -> np.ndarray:
        """Firms of each stratum, (K, D)."""
        return self._sums[..., ROWS]

    @property
    def violations(self) -> np.ndarray:
        """Expected violations, (K, D)."""
        return self._sums[..., BAD]

    @property
    def days_of_all(self) -> np.ndarray:
        """Inspector-days of a visit to every firm, (K, D)."""
        return self._sums[..., DAYS]

    @property
    def variance(self) -> np.ndarray:
        """Variance of detections, (K, D), over draws among firms whose state is as it is.

        Of N firms pN are in violation; n = ⌊rN + U⌋, U uniform(0, 1), are drawn without replacement, and a visit, or
        several, find a violation with chance d: E[n(N − n)] d² p(1 − p)/(N − 1) + rN p d(1 − d) + (p d)² Var n.
        """
        return self._spread(self.violations)

    @property
    def predictive_variance(self) -> np.ndarray:
        """The same where the state of each firm is not known either: a violation with its own chance, independently."""
        return self._spread(np.diff(self.cube.squares[self.edges], axis=0))

    def _spread(self, squares: np.ndarray) -> np.ndarray:
        """Variance of detections where Σ p² is as given: that of firms of known state is Σ p.

        With q = p d: E[n]·(mean q − mean q²) + E[n(N − n)]/(N − 1) · (mean q² − (mean q)²) + (mean q)² Var n.
        """
        n, seen = self.firms, 1 - (1 - self.cube.sensitivity) ** self.frequency
        with np.errstate(divide="ignore", invalid="ignore"):
            mean, square = self.violations / n * seen, squares / n * seen**2
        drawn = self.ratios * n
        rounding = (drawn - np.floor(drawn)) * (np.ceil(drawn) - drawn)
        pairs = drawn * n - drawn**2 - rounding
        apart = np.divide(pairs, n - 1, out=np.zeros_like(n), where=n > 1)
        spread = drawn * (mean - square) + apart * (square - mean**2) + mean**2 * rounding
        return np.where(n > 0, np.maximum(spread, 0.0), 0.0)

    @property
    def burden(self) -> np.ndarray:
        """Visits a year per firm, (sector, size), as in the cube; NaN where it holds no firm.

        Raises NotAvailable where the cube was built without sector and size.
        """
        if self.cube.bearers is None or self.cube.firms is None:
            raise NotAvailable("the cube knows no sector or size", remedy="build it with sector= or size=")
        rows = np.diff(self.cube.bearers[self.edges], axis=0)
        visits = np.einsum("kd,kdsz->sz", self.ratios * self.frequency, rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            return visits / np.where(self.cube.firms > 0, self.cube.firms, np.nan)

    def table(self) -> "pd.DataFrame":
        """A row a tier × department: ``tier_code, department``, and each figure of that shape."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [range(self.n_tiers), self.cube.departments], names=["tier_code", "department"]
        )
        names = ("firms", "violations", "ratios", "frequency", "inspections", "detections", "undetected", "variance")
        return pd.DataFrame({n: getattr(self, n).ravel() for n in names}, index=index).reset_index()
