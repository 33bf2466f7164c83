"""The what-if cube: every question about cut-offs and ratios answered from sums, whatever the number of firms.

Firms are counted by score bin × department, with their expected violations and inspector-days, as prefix sums from the
best score down. A tier is a difference of two of them, so that a question costs about a microsecond.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from credit_score.errors import FitError, PolicyError, first_five
from credit_score.inspection.cube import kernels
from credit_score.inspection.cube.grid import grid
from credit_score.inspection.cube.kpi import Kpi
from credit_score.inspection.cube.labels import Coded, coded
from credit_score.inspection.cube.sums import CubeSums
from credit_score.tiers.cutoffs import WIDEST, check_scores, numbers

if TYPE_CHECKING:
    import ibis
    from numpy.typing import ArrayLike

# Sums of so many rows are added up one after the other, so that they are the same on any number of cores.
CHUNK = 1 << 21


class WhatIfCube(CubeSums):
    """Sums of firms: made by :meth:`build` or :meth:`of_table`, asked by :meth:`evaluate`."""

    @classmethod
    def build(  # noqa: PLR0913 - the columns of a row, by their names
        cls,
        score: "ArrayLike",
        expected_bad: "ArrayLike",
        department: "ArrayLike",
        days: "ArrayLike | Mapping[Any, float]",
        sensitivity: "ArrayLike | Mapping[Any, float]" = 1.0,
        sector: "ArrayLike | None" = None,
        size: "ArrayLike | None" = None,
        firm: "ArrayLike | None" = None,
        *,
        capacity: "ArrayLike | Mapping[Any, float] | None" = None,
        n_bins: int = 1000,
        width: float | None = None,
    ) -> "WhatIfCube":
        """The cube of firms × departments, a row each, all of shape (n,).

        Parameters
        ----------
        score : higher is safer. ``expected_bad`` : chance of a violation, in [0, 1].
        department : label; whole numbers from 0 on stand for themselves.
        days : inspector-days of a visit: of each row, of each department, or one number.
        sensitivity : chance that a visit finds a violation that is there, in [0, 1]; of each department or one number.
        sector, size : labels of the firm; for burden. ``firm`` : label that several departments' rows of one firm
            share, so that it counts once in burden; without it each row is a firm.
        capacity : inspector-days a year of each department.
        n_bins : most bins (two more may be). ``width`` : of a bin, in points; the least of 1, 2, 5 × a power of ten by
            default. Cut-offs are multiples of it, or fall where no score is.

        Raises FitError for what is no score, chance, number of days, label or firm, with its row (from 0).
        """
        scores, low, high = _scores(score)
        bad = numbers(expected_bad, "chance of a violation")
        told = coded(department, "department", len(scores))
        per_row, per_visit = _days(days, told, len(scores))
        edges = grid(low, high, n_bins=n_bins, width=width)
        _check_shape(bad, len(scores), "chance of a violation")
        sums = _tallied((scores, bad, told.codes, per_row), edges, len(told.names))
        sums[..., kernels.DAYS] += per_visit * sums[..., kernels.ROWS]
        borne = _borne(scores, told, edges, _Bearers.of(sector, size, firm, len(scores)))
        return _made(sums, edges, told.names, {"sensitivity": sensitivity, "capacity": capacity}, borne)

    @classmethod
    def of_table(
        cls,
        table: "ibis.Table",
        *,
        sensitivity: "ArrayLike | Mapping[Any, float]" = 1.0,
        capacity: "ArrayLike | Mapping[Any, float] | None" = None,
        n_bins: int = 1000,
        width: float | None = None,
    ) -> "WhatIfCube":
        """The cube of a table in an engine, grouped there: only the sums leave it.

        ``table``: a row a firm × department: ``score_milli`` (whole thousandths of a point), ``department``,
        ``expected_bad``, ``days``, and perhaps ``sector``, ``size`` and ``subject`` (the firm, for burden); numbers of
        whatever kind the engine holds. Raises as :meth:`build` does, with how many rows instead of which.
        """
        from credit_score.inspection.cube.grouped import grouped

        sums, edges, names, borne = grouped(table, n_bins=n_bins, width=width)
        return _made(sums, edges, names, {"sensitivity": sensitivity, "capacity": capacity}, borne)

    @property
    def edges(self) -> np.ndarray:
        """Cut-offs that fall between bins, descending, (B − 1,): the lower bound of each bin but the last."""
        return self.bounds[0, :-1]

    def evaluate(self, cutoffs: "ArrayLike", ratios: "ArrayLike", frequency: "ArrayLike | None" = None) -> Kpi:
        """The expected figures of a year.

        Parameters
        ----------
        cutoffs : lowest score of each tier but the last, descending, (K − 1,).
        ratios : share of firms drawn a year, in [0, 1], by tier (K,) or by tier and department (K, D).
        frequency : visits a year to a drawn firm, of either shape; 1 by default.

        Raises PolicyError for cut-offs that rise or split a bin, a ratio outside [0, 1], and other shapes.
        """
        try:
            cut, share = np.asarray(cutoffs, np.float64), np.asarray(ratios, np.float64)
        except (TypeError, ValueError):
            cut, share = numbers(cutoffs, "cut-off"), numbers(ratios, "ratio")
        if cut.ndim != 1 or share.ndim not in (1, 2):
            raise self._misfit(cut, share)
        often, repeated = (None, None) if frequency is None else self._repeated(frequency, len(cut) + 1)
        found = np.empty((3 * len(cut) + 4, len(self.departments)))
        if wrong := kernels.answer(self.bounds, self.prefix, cut, share, repeated, found):
            raise self._refusal(wrong, cut, share)
        return Kpi(self, found, (cut, share, often))

    def _repeated(self, frequency: "ArrayLike", n_tiers: int) -> tuple[np.ndarray, np.ndarray]:
        """Visits to a drawn firm, (K, 1) or (K, D); and (2, K, D): the same, and how much more they find than one."""
        often = numbers(frequency, "frequency")
        often = often if often.ndim == 2 else often.reshape(-1, 1)
        fine = (often >= 0) & (often < np.inf)
        if not fine.all():
            odd = first_five(f"{f:g}" for f in often[~fine])
            raise PolicyError(f"a frequency of {odd}", remedy="give visits a year, 0 or more")
        try:
            visits = np.broadcast_to(often, (n_tiers, len(self.departments)))
        except ValueError:
            raise self._misfit(np.empty(n_tiers - 1), often) from None
        one = self.sensitivity
        finds = np.divide(1 - (1 - one) ** visits, one, out=np.array(visits), where=one > 0)
        return often, np.stack([visits, finds])

    def snapped(self, cutoffs: "ArrayLike") -> np.ndarray:
        """Cut-offs moved to the nearest that fall between bins, in the same order. Raises PolicyError for NaN."""
        edges, wanted = self.edges[::-1], numbers(cutoffs, "cut-off")
        if np.isnan(wanted).any():
            raise PolicyError("a cut-off that is no number", remedy="give points of score")
        if not len(edges):
            return np.full(wanted.shape, self.bounds[0, 0])
        right = np.clip(np.searchsorted(edges, wanted), 1, max(len(edges) - 1, 1))
        left, above = edges[right - 1], edges[np.minimum(right, len(edges) - 1)]
        return np.where(wanted - left <= above - wanted, left, above)

    def _misfit(self, cut: np.ndarray, share: np.ndarray) -> PolicyError:
        k, d = cut.size + 1, len(self.departments)
        wanted = f"({k},) or ({k}, {d})"
        return PolicyError(
            f"cut-offs of shape {cut.shape} and numbers of shape {share.shape} for {k} tiers and {d} departments",
            remedy=f"give them of shape {wanted}; cut-offs are one less than tiers",
        )

    def _refusal(self, wrong: int, cut: np.ndarray, share: np.ndarray) -> PolicyError:
        if wrong == kernels.MISFIT:
            return self._misfit(cut, share)
        if wrong == kernels.NO_RATIO:
            odd = first_five(f"{r:g}" for r in share[~((share >= 0) & (share <= 1))])
            return PolicyError(f"inspection ratio {odd} is outside [0, 1]", remedy="write a share: 0.03 for 3 %")
        if wrong == kernels.RISES:
            shown = first_five(f"{c:g}" for c in cut)
            return PolicyError(f"cut-offs {shown} do not descend", remedy="write the best tier's first")
        lower, upper = self.bounds
        split = next(c for c in cut if ((lower < c) & (c < upper)).any())
        b = int(np.flatnonzero((lower < split) & (split < upper))[0])
        return PolicyError(
            f"cut-off {split:g} splits the bin of scores from {lower[b]:g} to {upper[b]:g}",
            remedy=f"use {lower[b]:g} or {upper[b]:g}, or build the cube with narrower bins (width=)",
        )


def _scores(score: Any) -> tuple[np.ndarray, float, float]:
    """Scores, and the lowest and highest."""
    found = numbers(score, "score")
    if not found.size:
        raise FitError("no row", remedy="give a row a firm and department")
    low, high = found.min(), found.max()
    # A million numbers are looked at one by one only where the ends say that one of them is odd.
    return (found if found.ndim == 1 and high - low < WIDEST else check_scores(found)), float(low), float(high)


class _Bearers(NamedTuple):
    """Of each row the group of firms it belongs to, sector × size; the firms of each group; and the names."""

    group: np.ndarray
    firms: np.ndarray
    sectors: tuple[Any, ...]
    sizes: tuple[Any, ...]

    @classmethod
    def of(cls, sector: Any, size: Any, firm: Any, n: int) -> "_Bearers | None":
        if sector is None and size is None:
            return None
        sectors, sizes = (_group(values, name, n) for values, name in ((sector, "sector"), (size, "size")))
        group = sectors.codes.astype(np.int64) * len(sizes.names) + sizes.codes
        shape = (len(sectors.names), len(sizes.names))
        counted = np.bincount(group if firm is None else _once(group, firm), minlength=shape[0] * shape[1])
        return cls(group, counted.reshape(shape), sectors.names, sizes.names)


def _group(values: Any, name: str, n: int) -> Coded:
    return Coded(np.zeros(n, np.int64), ("",)) if values is None else coded(values, name, n)


def _once(group: np.ndarray, firm: Any) -> np.ndarray:
    """The group of each firm, once; refuses a firm that stands in two."""
    import pandas as pd

    if len(firm) != len(group):
        raise FitError(f"{len(group)} scores and {len(firm)} firms", remedy="give one firm a row")
    if (missing := np.asarray(pd.isna(firm))).any():
        raise FitError(f"no firm in row {int(np.argmax(missing))}", remedy="give a firm in each row")
    pairs = pd.DataFrame({"group": group, "firm": np.asarray(firm)}).drop_duplicates()
    if (twice := pairs["firm"].duplicated()).any():
        raise FitError(f"{int(twice.sum())} firms stand in two sectors or sizes", remedy="give each firm one")
    return pairs["group"].to_numpy()


def _days(days: Any, told: Coded, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Days of each row, or one zero; and days of each department beside them, (D,)."""
    if isinstance(days, Mapping) or np.ndim(days) == 0:
        return np.zeros(1), by_department(days, told.names, "days of a visit")
    found = np.ascontiguousarray(numbers(days, "number of days"))
    _check_shape(found, n, "number of days")
    return found, np.zeros(len(told.names))


def _check_shape(column: np.ndarray, n: int, what: str) -> None:
    if column.shape != (n,):
        raise FitError(f"{n} scores and a {what} of shape {column.shape}", remedy=f"give one {what} a row")


def by_department(values: Any, names: tuple[Any, ...], what: str, *, most: float = np.inf) -> np.ndarray:
    """One number a department, (D,), of a number, an array or a mapping by label; in [0, ``most``]. Raises FitError."""
    if isinstance(values, Mapping):
        if missing := [n for n in names if n not in values]:
            raise FitError(f"no {what} of department {first_five(missing)}", remedy="give one for each")
        values = [values[n] for n in names]
    found = numbers(values, what)
    if found.ndim and found.shape != (len(names),):
        raise FitError(f"{what} of shape {found.shape} for {len(names)} departments", remedy="give one for each")
    found = np.array(np.broadcast_to(found, (len(names),)), np.float64)
    fine = (found >= 0) & (found <= most) & (found < np.inf)
    if not fine.all():
        odd = first_five(f"{v:g} of {n}" for v, n in zip(found[~fine], np.array(names, object)[~fine], strict=True))
        raise FitError(f"{what} {odd}", remedy=f"give numbers in [0, {most:g}]" if most < np.inf else "give 0 or more")
    return found


def _tallied(columns: tuple[np.ndarray, ...], edges: np.ndarray, n_departments: int) -> np.ndarray:
    """Sums of rows by bin, ascending, (B, D, 4); a chunk of rows a thread."""

    def one(begin: int) -> tuple[int, np.ndarray]:
        part = [c if len(c) == 1 else c[begin : begin + CHUNK] for c in columns]
        sums = np.zeros((len(edges) - 1, n_departments, 4))
        score, bad, department, days = part
        odd = kernels.tally(score, bad, department, days, edges, sums)
        return (begin + odd if odd >= 0 else -1), sums

    total = np.zeros((len(edges) - 1, n_departments, 4))
    with ThreadPoolExecutor() as pool:
        for odd, sums in pool.map(one, range(0, len(columns[0]), CHUNK)):
            if odd >= 0:
                raise _odd_row(columns, odd)
            total += sums
    if not np.isfinite(total).all():
        raise _odd_row(columns, int(np.flatnonzero(~np.isfinite(columns[1] + columns[3]))[0]))
    return total


def _odd_row(columns: tuple[np.ndarray, ...], row: int) -> FitError:
    bad, days = columns[1][row], columns[3][row if len(columns[3]) > 1 else 0]
    if not 0 <= bad <= 1:
        return FitError(f"chance of a violation {bad:g} in row {row}", remedy="give a chance in [0, 1]")
    return FitError(f"{days:g} days in row {row}", remedy="give a finite number of days, 0 or more")


def _borne(scores: np.ndarray, told: Coded, edges: np.ndarray, who: _Bearers | None) -> Any:
    """Firms by bin, ascending, department, sector and size, (B, D, S, Z); firms once, and names; or None."""
    if who is None:
        return None
    counts = np.zeros((len(edges) - 1, len(told.names), who.firms.size), np.int64)
    kernels.tally_bearers(scores, told.codes, who.group, edges, counts)
    return counts.reshape(*counts.shape[:2], *who.firms.shape), who.firms, who.sectors, who.sizes


def _made(sums: np.ndarray, edges: np.ndarray, names: tuple[Any, ...], by: Mapping[str, Any], borne: Any) -> WhatIfCube:
    """The cube of sums of ascending bins; bins without a row are left out."""
    there = np.flatnonzero(sums[..., kernels.ROWS].sum(axis=1))[::-1]
    sensitivity = by_department(by["sensitivity"], names, "sensitivity", most=1.0)
    capacity = None if by["capacity"] is None else by_department(by["capacity"], names, "capacity")
    more: dict[str, Any] = {}
    if borne is not None:
        counts, firms, sectors, sizes = borne
        more = {"bearers": _prefix(counts[there]), "firms": firms, "sectors": sectors, "sizes": sizes}
    squares = _prefix(sums[there][..., kernels.SQUARES])
    sums[..., kernels.FOUND] = sums[..., kernels.BAD] * sensitivity
    bounds = np.stack([edges[there], edges[there + 1]])
    return WhatIfCube(bounds, _prefix(sums[there]), squares, names, sensitivity, capacity, **more)


def _prefix(values: np.ndarray) -> np.ndarray:
    """Sums of what stands before, (B + 1, …)."""
    return np.concatenate([np.zeros_like(values[:1]), values.cumsum(axis=0)])
