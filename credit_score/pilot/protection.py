"""Tables of one cube of persons, told so that no small count can be worked out of all of them together.

A count below ``least`` is not told, nor one whose base leaves fewer than that; 0 is too small as well. What is told is
rounded to the nearest multiple of ``round_to``, each total on its own. Then more counts are left out, the smallest
sibling that helps first, until a reader's whole-number programs (:mod:`credit_score.pilot.attack`) show that:

1. Whoever knows all that is told, ``least``, ``round_to`` and even which of the counts left out are small and which
   are not can exclude none of 0 … ``least`` - 1 for any small count of a table, or of what is left of a base.
2. Whoever knows what is told alone finds ``least`` or more possible values for every count left out.
3. What tables tell only together (a cell of the cube, the difference of a group and one within it) can still be any
   of 0 … ``round_to`` - 1, and at least 0 or 1, where it is small: that two groups differ by a person tells nobody.

The first is ours and stricter than usual. Not guarded against: a reader who knows all others of a group exactly, or
that one person alone changed between two releases; and what the choice of siblings by their size tells (a "minimality
attack", Wong and others 2007).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credit_score.pilot.attack import Knowledge
from credit_score.pilot.disclosure import hidden
from credit_score.pilot.groups import ALL, Groups, Margin, groups_of
from credit_score.pilot.release import UNTOLD, Release

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sensitive:
    """A sum of cells of which ``values`` values must stay possible, those from 0 on where it is small.

    ``of``: the group that it belongs to. ``informed``: whether the reader knows which counts are small.
    """

    cells: "NDArray[np.bool_]"
    of: int
    values: int
    small: bool = True
    informed: bool = False

    def holds(self, known: Knowledge, examples: "list[NDArray[np.int64]]") -> bool:
        """Whether they do: by examples of counts that agree with what is known, else exactly, which gives more."""
        import numpy as np

        counts = known.agreeing(np.array(examples), self.cells)
        for sign in (-1, 1):
            if self._shown(counts):
                return True
            examples.append(known.extreme(self.cells, sign, examples[0]))
            counts = np.vstack([counts, examples[-1]])
        return self._shown(counts)

    def _shown(self, counts: "NDArray[np.int64]") -> bool:
        import numpy as np

        sums = counts @ self.cells
        low, high = np.min(sums, initial=np.iinfo(np.int64).max), np.max(sums, initial=-1)
        return bool(high - (0 if self.small else low) + 1 >= self.values and (low == 0 or not self.small))


@dataclass(frozen=True)
class Truth:
    """What is behind a release and never told: the exact counts of groups (G,), and which counts are small.

    ``small_rest``: whether what is left of a group's base is small. ``large``: (2, G), the same two ways, whether it is
    not small and no small group lies within: that a total of small counts is not small itself, no reader is taken to
    know where it is not told. ``examples``: counts of cells, the true ones first, that agreed with what is told at some
    time; more is left out from then on, so that most still do, and few programs need to be solved.
    """

    counts: "NDArray[np.int64]"
    small: "NDArray[np.bool_]"
    small_rest: "NDArray[np.bool_]"
    large: "NDArray[np.bool_]"
    examples: "list[NDArray[np.int64]]"


def protected_release(
    cells: "pd.DataFrame", n: "NDArray[np.int64]", margins: Iterable[Margin], *, least: int, round_to: int
) -> Release:
    """The tables of a cube as they may be told.

    Parameters
    ----------
    cells : a row a cell that there can be, a text column a dimension; cells without anybody are among them.
    n : (C,) persons of each cell.
    least : 1 or more. round_to : from 1 (nothing is rounded) to ``least``.
    """
    groups = groups_of(cells, margins)
    truth = _truth(groups, n, least)
    release = _first(groups, truth, least, round_to)
    for sensitive in _sensitive(release, truth, n):
        release = _guarded(release, truth, sensitive)
    return _with_all_untold_guarded(release, truth)


def _truth(groups: Groups, n: "NDArray[np.int64]", least: int) -> Truth:
    import numpy as np

    sums = np.array([groups.member, groups.rest])
    counts = sums.astype(np.int64) @ n.astype(np.int64)
    small = np.array([[hidden(int(c), least) for c in numbers] for numbers in counts]).reshape(counts.shape)
    small &= sums.any(axis=2)
    has_a_cell_outside = (sums[small].astype(np.int64) @ ~sums.transpose(0, 2, 1)) > 0
    return Truth(counts[0], small[0], small[1], ~small & has_a_cell_outside.all(axis=1), [n.astype(np.int64)])


def _first(groups: Groups, truth: Truth, least: int, round_to: int) -> Release:
    """All counts rounded, but for those that are small or leave a small rest."""
    import numpy as np

    rounded = (truth.counts + round_to // 2) // round_to * round_to
    return Release(groups, np.where(truth.small | truth.small_rest, UNTOLD, rounded), least, round_to)


def _sensitive(release: Release, truth: Truth, n: "NDArray[np.int64]") -> Iterator[Sensitive]:
    """Every small sum of cells that a reader could be after, each once: of tables, of rests, of several tables."""
    import numpy as np

    groups = release.groups
    seen: set[bytes] = set()
    for sums, small in ((groups.member, truth.small), (groups.rest, truth.small_rest)):
        for number in np.flatnonzero(small):
            if sums[number].tobytes() not in seen:
                seen.add(sums[number].tobytes())
                yield Sensitive(sums[number], int(number), release.least, informed=True)
    for of, cells in _together(groups):
        if cells.tobytes() not in seen and hidden(int(cells @ n), release.least):
            seen.add(cells.tobytes())
            yield Sensitive(cells, of, max(2, release.round_to))


def _together(groups: Groups) -> "Iterator[tuple[int, NDArray[np.bool_]]]":
    """What no table need tell: cells, and what a group has beyond another that lies within it; with a group of it."""
    import numpy as np

    member = groups.member
    for cell in np.flatnonzero(member.any(axis=0)):
        holding = np.flatnonzero(member[:, cell])
        of = holding[member[holding].sum(axis=1).argmin()]
        yield int(of), np.arange(member.shape[1]) == cell
    for of, outer in enumerate(member):
        within = ~(member & ~outer).any(axis=1) & (member.sum(axis=1) < outer.sum()) & member.any(axis=1)
        for inner in member[within]:
            yield of, outer & ~inner


def _guarded(release: Release, truth: Truth, sensitive: Sensitive) -> Release:
    """The release with as many counts left out as it takes; what is guarded stays so when more is left out."""
    reader, examples = _reader(release, truth, sensitive), truth.examples
    while not sensitive.holds(reader(release), examples):
        siblings = _siblings(release, truth, sensitive)
        tries = (_without(release, group) for group in siblings.sort_values(["lines", "count"]).index)
        enough = next((t for t in tries if sensitive.holds(reader(t), examples)), None)
        release = enough or _without(release, siblings.sort_values(["lines", "left_out", "count"]).index[0])
    return release


def _reader(release: Release, truth: Truth, sensitive: Sensitive) -> Callable[[Release], Knowledge]:
    """What the reader knows of a release that the sum is held against.

    Which counts are not small is known as well, unless that alone, with nothing told, says something of the sum. With
    nothing told every sum is guarded against every reader here, so that leaving out more leads to an end.
    """
    import numpy as np

    if not sensitive.informed:
        return lambda release: release.known
    untold = np.full_like(truth.large, UNTOLD, dtype=np.int64)
    ceiling = np.where([truth.small, truth.small_rest], release.least - 1, untold)
    floor = np.where(truth.large, release.least, untold)
    nothing = replace(release, told=untold[0])
    if not sensitive.holds(nothing.known_with(floor=floor, ceiling=ceiling), truth.examples):
        floor = untold
    return lambda release: release.known_with(floor=floor, ceiling=ceiling)


def _siblings(release: Release, truth: Truth, sensitive: Sensitive) -> "pd.DataFrame":
    """Told groups that may be left out: those of its table and level, else those that share a cell with it, else all.

    A row a group by its number. ``lines``: in how many dimensions it is another, ``left_out``: how many in its line are
    left out already, and its ``count``.
    """
    import numpy as np
    import pandas as pd

    names, told, of = release.groups.names, release.told != UNTOLD, sensitive.of
    own = names.drop(columns="table")
    level = ((own == ALL) == (own.iloc[of] == ALL)).all(axis=1) & (names["table"] == names["table"].iloc[of])
    sharing = (release.groups.member & sensitive.cells).any(axis=1)
    chosen = next(np.flatnonzero(m) for m in (told & level.to_numpy(), told & sharing, told) if m.any())
    line = own.ne(own.iloc[of]).apply(tuple, axis=1)
    left_out = line.map(line[level & ~told].value_counts()).fillna(0)
    return pd.DataFrame({"lines": line.map(sum), "left_out": left_out, "count": truth.counts}).iloc[chosen]


def _without(release: Release, group: int) -> Release:
    told = release.told.copy()
    told[group] = UNTOLD
    return replace(release, told=told)


def _with_all_untold_guarded(release: Release, truth: Truth) -> Release:
    """With every count left out guarded, those that were left out on the way too."""
    import numpy as np

    done: set[int] = set()
    while waiting := [int(g) for g in np.flatnonzero(release.told == UNTOLD) if int(g) not in done]:
        done.add(waiting[0])
        sensitive = Sensitive(release.groups.member[waiting[0]], waiting[0], release.least, small=False)
        release = _guarded(release, truth, sensitive)
    return release
