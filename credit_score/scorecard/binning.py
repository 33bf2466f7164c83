"""A characteristic from a column: cells cut into attributes by the partition program, or by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.partition import Cells, Limits, zoomed
from credit_score.partition.program import TRENDS, Objective, Trend
from credit_score.scorecard import kernels
from credit_score.scorecard.card import Attribute, Characteristic
from credit_score.scorecard.columns import Categories, Column, Numbers
from credit_score.scorecard.prebins import Prebins, Target, category_cells, number_cells, plain_between
from credit_score.scorecard.settings import check_number
from credit_score.scorecard.woe import information_value, woe


class NothingToCut(FitError):
    """A column that tells nothing: without a value, or with one value alone."""


@dataclass(frozen=True)
class Binning:
    """How one characteristic is cut.

    Attributes
    ----------
    trend : of the bad rate along the numbers; ``auto`` is the better of ascending and descending. Categories have none,
        and cuts by hand the one that their rates show.
    max_bins : most attributes, apart from special, missing and other.
    min_share : least share of all weight of each of them.
    min_z : least difference of neighbouring bad rates, in standard errors.
    specials : numbers that stand for something else, each an attribute of its own.
    cuts : by hand, ascending; an interval begins at each. None to learn them.
    groups : of categories by hand, by their text; None to learn them. What stands in none is ``other``.
    min_category_share : categories under this share of all weight go together as ``other``.
    """

    trend: Trend = "auto"
    max_bins: int = 8
    min_share: float = 0.05
    min_z: float = 0.0
    specials: tuple[float, ...] = ()
    cuts: tuple[float, ...] | None = None
    groups: tuple[tuple[str, ...], ...] | None = None
    min_category_share: float = 0.005

    def __post_init__(self) -> None:
        if self.trend not in TRENDS:
            raise FitError(f"trend {self.trend!r}", remedy=f"use one of {', '.join(TRENDS)}")
        for name in ("min_share", "min_category_share"):
            check_number(name, getattr(self, name), least=0, most=1)
        check_number("max_bins", self.max_bins, least=1, whole=True)
        check_number("min_z", self.min_z, least=0)
        for special in self.specials:
            check_number("special", special)


@dataclass(frozen=True)
class Draft:
    """A column laid out as cells, and how it is to be cut. ``fixed``: its attributes are those given by hand."""

    column: Column
    how: Binning
    found: Prebins
    fixed: bool

    @property
    def trend(self) -> Trend:
        """The trend asked for; categories stand in the order of their rates and have none."""
        return "none" if isinstance(self.column, Categories) else self.how.trend

    def codes(self) -> np.ndarray:
        """The cell of each row, as a number: cells, then specials; NaN where missing."""
        n_codes = len(self.found.cells) + len(self.found.specials)
        table = np.append(np.arange(n_codes, dtype=np.float64), np.nan)
        if isinstance(self.column, Numbers):
            total = np.zeros(len(self.column.values))
            kernels.add_by_number(total, self.column.values, self.found.edges, self._specials, table)
            return total
        at = {text: i for i, group in enumerate(self.found.groups) for text in group}
        return np.append([at.get(text, np.nan) for text in self.column.texts], np.nan)[self.column.codes]

    def edges(self, cells: Cells, target: Target, objective: Objective) -> np.ndarray:
        """Where the partition program cuts the cells; one attribute where all of them hold no good, or no bad."""
        weight, bad = self.found.cells[:, 0].sum(), self.found.cells[:, 1].sum()
        if self.fixed:
            return np.arange(len(self.found.cells) + 1)
        if len(self.found.cells) < 2 or not 0 < bad < weight:
            return np.array([0, len(self.found.cells)])
        share = min(1.0, self.how.min_share * target.weight.sum() / weight)
        trend: Trend = "none" if objective == "squares" else self.trend
        min_z = 0.0 if objective == "squares" else self.how.min_z
        limits = Limits(1, self.how.max_bins, share, 1.0, 1.0, trend, min_z)
        return zoomed(cells, limits, objective).edges

    def cut(self, edges: np.ndarray, target: Target) -> Characteristic:
        """The characteristic whose attributes are the cells between edges, with WOE and IV, without points yet."""
        sums, trend = np.add.reduceat(self.found.cells, edges[:-1]), self.trend
        if isinstance(self.column, Numbers):
            drafts, sums = self._intervals(edges), np.vstack([sums, self.found.specials])
            trend = "auto" if self.fixed else trend  # what bins by hand do, whatever was asked
        else:
            drafts = self._values(edges)
            sums = np.vstack([sums, np.zeros((len(drafts) - len(sums), 3))])
        return _learned(self.column.name, drafts, sums, self.found.missing, target, trend)

    @property
    def _specials(self) -> np.ndarray:
        return np.array(self.how.specials, np.float64)

    def _intervals(self, edges: np.ndarray) -> list[Attribute]:
        if self.fixed:
            cuts = list(self.found.edges)
        else:
            cuts = [plain_between(self.found.below[e - 1], self.found.edges[e - 1]) for e in edges[1:-1]]
        drafts = [Attribute("interval", 0, low=a, high=b) for a, b in pairwise([-np.inf, *cuts, np.inf])]
        return drafts + [Attribute("special", 0, special=float(s)) for s in self._specials]

    def _values(self, edges: np.ndarray) -> list[Attribute]:
        """Groups of categories; what was never met is ``other``, with the rare ones or for itself, neutral."""
        drafts = []
        for a, b in pairwise(edges):
            texts = tuple(sorted(t for group in self.found.groups[a:b] for t in group))
            drafts.append(Attribute("other" if a <= self.found.other < b else "values", 0, values=texts))
        return drafts if self.found.other >= 0 else [*drafts, Attribute("other", 0)]


def draft(column: Column, target: Target, how: Binning, n_cells: int | None = None) -> Draft:
    """A column as cells; raises NothingToCut where it has no value or one alone, FitError where cuts overlap."""
    _check_kind(column, how)
    if isinstance(column, Numbers):
        cuts = None if how.cuts is None else _cuts(column.name, how.cuts)
        specials, fixed = np.array(how.specials, np.float64), cuts is not None
        found = number_cells(column, target, specials, n_cells=n_cells, edges=cuts)
    else:
        fixed = how.groups is not None
        found = category_cells(column, target, 0.0 if fixed else how.min_category_share)
        if how.groups is not None:
            found = _by_hand(column.name, found, _groups(column.name, how.groups))
    _check_worth(column.name, found, fixed=fixed)
    return Draft(column, how, found, fixed)


def _check_kind(column: Column, how: Binning) -> None:
    """Refuse what is set by hand for a column of the other kind, rather than pass over it."""
    odd = ("groups",) if isinstance(column, Numbers) else ("cuts", "specials")
    given = [name for name in odd if getattr(how, name)]
    if given:
        kind = "numbers" if isinstance(column, Numbers) else "categories"
        what = f"characteristic {column.name!r}: {first_five(given)} for a column of {kind}"
        raise FitError(what, remedy="cuts and specials are of numbers, groups of categories")


def characteristic(
    column: Column, target: Target, how: Binning, objective: Objective = "information"
) -> Characteristic:
    """A column's characteristic cut by an objective; raises as :func:`draft` does."""
    drafted = draft(column, target, how)
    return drafted.cut(drafted.edges(drafted.found.for_partition(), target, objective), target)


def _cuts(name: str, cuts: tuple[float, ...]) -> np.ndarray:
    try:
        told = np.array(cuts, np.float64)
    except (TypeError, ValueError):
        told = np.array(np.nan)
    if told.ndim != 1 or not np.isfinite(told).all() or (np.diff(told) <= 0).any():
        said = first_five(np.array(cuts, object).ravel())
        what = f"characteristic {name!r}: cuts {said} do not ascend, so that intervals would overlap"
        raise FitError(what, remedy="give finite numbers in ascending order, each once")
    return told


def _groups(name: str, groups: Any) -> tuple[tuple[str, ...], ...]:
    """The members of each group by their text, as the categories of a column are read."""
    for group in groups if isinstance(groups, Iterable) else [groups]:
        if isinstance(group, str) or not isinstance(group, Iterable) or not list(group):
            what = f"characteristic {name!r}: group {group!r:.60}, which is no list of categories"
            raise FitError(what, remedy="write each group as a list, (('u', 'v'), ('w',))")
    return tuple(tuple(map(str, group)) for group in groups)


def _by_hand(name: str, found: Prebins, groups: tuple[tuple[str, ...], ...]) -> Prebins:
    """The cells in the order of groups given by hand; those in none come last, as the cell of the others."""
    named = [text for group in groups for text in group]
    if twice := sorted({t for t in named if named.count(t) > 1}):
        what = f"characteristic {name!r}: {first_five(map(repr, twice))} stands in two groups"
        raise FitError(what, remedy="leave it in one of them")
    at = {group[0]: i for i, group in enumerate(found.groups)}
    places = [[at[t] for t in group if t in at] for group in groups]
    rest = sorted(set(range(len(found.cells))) - {i for group in places for i in group})
    listed = [*zip(groups, places, strict=True), *([(tuple(found.groups[i][0] for i in rest), rest)] if rest else [])]
    cells = np.array([found.cells[p].sum(axis=0) for _, p in listed])
    other = len(groups) if rest else -1
    return Prebins(cells, found.specials, found.missing, groups=tuple(g for g, _ in listed), other=other)


def _check_worth(name: str, found: Prebins, *, fixed: bool) -> None:
    if found.cells[:, 2].sum() == 0:
        raise NothingToCut("no value", where=f"characteristic {name!r}", remedy="leave it out")
    if np.count_nonzero(found.cells[:, 2]) == 1 and not len(found.specials) and found.missing[2] == 0:
        raise NothingToCut(_alone(found, fixed=fixed), where=f"characteristic {name!r}", remedy="leave it out")


def _alone(found: Prebins, *, fixed: bool) -> str:
    if fixed:
        return "all rows are in one attribute of those by hand"
    n = len(found.groups[0]) if found.groups else 1
    return f"{n:,} categories, each of them rare" if n > 1 else "one value alone"


def _learned(
    name: str, drafts: list[Attribute], sums: np.ndarray, missing: np.ndarray, target: Target, trend: str
) -> Characteristic:
    """Attributes with what they were learned from; a missing one is always there, neutral where nothing was missing."""
    from dataclasses import replace

    listed, table = [*drafts, Attribute("missing", 0)], np.vstack([sums, missing])
    weight, bad = table[:, 0], table[:, 1]
    good = weight - bad
    evidence = woe(good, bad, *target.totals)
    rates = [float(b / w) if w > 0 else None for b, w in zip(bad, weight, strict=True)]
    total = target.weight.sum()
    learned = tuple(
        replace(a, woe=float(e), count=int(n), share=float(w / total), bad_rate=r)
        for a, e, n, w, r in zip(listed, evidence, table[:, 2], weight, rates, strict=True)
    )
    kept = _kept_trend(learned) if trend == "auto" else trend
    return Characteristic(name, learned, 0.0, information_value(good, bad), kept)


def _kept_trend(learned: tuple[Attribute, ...]) -> str:
    """The trend that the bad rates of the intervals have."""
    rates = [a.bad_rate for a in learned if a.kind == "interval" and a.bad_rate is not None]
    steps = [up for a, b in pairwise(rates) if (up := round(b - a, 12))]
    turns = tuple(rises for rises, _ in groupby(up > 0 for up in steps))
    shapes = {(True,): "ascending", (False,): "descending", (True, False): "peak", (False, True): "valley"}
    return shapes.get(turns, "none")
