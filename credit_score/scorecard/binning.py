"""A characteristic from a column: cells cut into attributes by the partition program, or by hand."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.partition import Limits, partition
from credit_score.partition.program import Objective, Trend
from credit_score.scorecard.card import Attribute, Characteristic
from credit_score.scorecard.columns import Categories, Column, Numbers
from credit_score.scorecard.prebins import Prebins, Target, category_cells, number_cells, plain_between
from credit_score.scorecard.woe import information_value, woe


class NothingToCut(FitError):
    """A column that tells nothing: without a value, or with one value alone."""


@dataclass(frozen=True)
class Binning:
    """How one characteristic is cut.

    Attributes
    ----------
    trend : of the bad rate along the numbers; ``auto`` is the better of ascending and descending. Categories have none.
    max_bins : most attributes, apart from special, missing and other.
    min_share : least share of all weight of each of them.
    min_z : least difference of neighbouring bad rates, in standard errors.
    specials : numbers that stand for something else, each an attribute of its own.
    cuts : by hand, ascending; an interval begins at each. None to learn them.
    groups : of categories by hand; None to learn them. What stands in none is ``other``.
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


def characteristic(
    column: Column, target: Target, how: Binning, objective: Objective = "information"
) -> Characteristic:
    """A column's characteristic with WOE and IV, without points yet.

    Raises NothingToCut for a column without a value or with one alone, FitError for cuts or groups that overlap.
    """
    if isinstance(column, Numbers):
        return _of_numbers(column, target, how, objective)
    return _of_categories(column, target, how, objective)


def _of_numbers(column: Numbers, target: Target, how: Binning, objective: Objective) -> Characteristic:
    specials = np.array(how.specials, np.float64)
    by_hand = None if how.cuts is None else _cuts(column.name, how.cuts)
    found = number_cells(column, target, specials, by_hand)
    _check_worth(column.name, found)
    edges = (
        np.arange(len(found.cells) + 1) if by_hand is not None else _edges(column.name, found, target, how, objective)
    )
    sums = np.add.reduceat(found.cells, edges[:-1])
    cuts = found.edges if by_hand is not None else _plain_cuts(found, edges)
    ends = [-np.inf, *cuts, np.inf]
    drafts = [Attribute("interval", 0, low=a, high=b) for a, b in pairwise(ends)]
    drafts += [Attribute("special", 0, special=float(s)) for s in specials]
    return _learned(column.name, drafts, np.vstack([sums, found.specials]), found.missing, target, how.trend)


def _plain_cuts(found: Prebins, edges: np.ndarray) -> list[float]:
    return [plain_between(found.below[e - 1], found.edges[e - 1]) for e in edges[1:-1]]


def _cuts(name: str, cuts: tuple[float, ...]) -> np.ndarray:
    told = np.array(cuts, np.float64)
    if not np.isfinite(told).all() or (np.diff(told) <= 0).any():
        what = f"characteristic {name!r}: cuts {first_five(cuts)} overlap"
        raise FitError(what, remedy="give finite numbers in ascending order, each once")
    return told


def _of_categories(column: Categories, target: Target, how: Binning, objective: Objective) -> Characteristic:
    found = category_cells(column, target, 0.0 if how.groups is not None else how.min_category_share)
    _check_worth(column.name, found)
    if how.groups is not None:
        found, edges = _by_hand(column.name, found, how.groups)
    else:
        edges = _edges(column.name, found, target, how, objective)
    sums, drafts = np.add.reduceat(found.cells, edges[:-1]), []
    for a, b in pairwise(edges):
        texts = tuple(sorted(t for group in found.groups[a:b] for t in group))
        drafts.append(Attribute("other" if a <= found.other < b else "values", 0, values=texts))
    if found.other < 0:  # what was never met: neither for nor against
        drafts.append(Attribute("other", 0))
        sums = np.vstack([sums, np.zeros((1, 3))])
    return _learned(column.name, drafts, sums, found.missing, target, "none")


def _by_hand(name: str, found: Prebins, groups: tuple[tuple[str, ...], ...]) -> tuple[Prebins, np.ndarray]:
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
    made = Prebins(cells, found.specials, found.missing, groups=tuple(tuple(g) for g, _ in listed), other=other)
    return made, np.arange(len(cells) + 1)


def _check_worth(name: str, found: Prebins) -> None:
    if found.cells[:, 2].sum() == 0:
        raise NothingToCut("no value", where=f"characteristic {name!r}", remedy="leave it out")
    if np.count_nonzero(found.cells[:, 2]) == 1 and not len(found.specials) and found.missing[2] == 0:
        raise NothingToCut("one value alone", where=f"characteristic {name!r}", remedy="leave it out")


def _edges(name: str, found: Prebins, target: Target, how: Binning, objective: Objective) -> np.ndarray:
    """Where the partition program cuts; one attribute where the values alone hold no good or no bad."""
    weight, bad = found.cells[:, 0].sum(), found.cells[:, 1].sum()
    if len(found.cells) < 2 or not 0 < bad < weight:
        return np.array([0, len(found.cells)])
    share = min(1.0, how.min_share * target.weight.sum() / weight)
    trend = "none" if found.groups else how.trend
    limits = Limits(1, how.max_bins, share, 1.0, 1.0, trend, how.min_z)
    return partition(found.for_partition(), limits, objective).edges


def _learned(
    name: str, drafts: list[Attribute], sums: np.ndarray, missing: np.ndarray, target: Target, trend: str
) -> Characteristic:
    """Attributes with what they were learned from; a missing one is always there, neutral where nothing was missing."""
    from dataclasses import replace

    listed, table = [*drafts, Attribute("missing", 0)], np.vstack([sums, missing])
    weight, bad = table[:, 0], table[:, 1]
    good = weight - bad
    evidence = woe(good, bad, *target.totals)
    rates = np.divide(bad, weight, out=np.full(len(weight), np.nan), where=weight > 0)
    total = target.weight.sum()
    learned = tuple(
        replace(a, woe=float(e), count=int(n), share=float(w / total), bad_rate=float(r))
        for a, e, n, w, r in zip(listed, evidence, table[:, 2], weight, rates, strict=True)
    )
    kept = _kept_trend(learned) if trend == "auto" else trend
    return Characteristic(name, learned, 0.0, information_value(good, bad), kept)


def _kept_trend(learned: tuple[Attribute, ...]) -> str:
    rates = [a.bad_rate for a in learned if a.kind == "interval" and a.count]
    return "none" if len(rates) < 2 else "ascending" if rates[0] < rates[-1] else "descending"
