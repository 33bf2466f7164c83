"""Tables of counts as groups of the cells of one cube: what a table tells is a sum of cells, whichever table it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# In the place of a value of a dimension that a group is summed over.
ALL = ""


@dataclass(frozen=True)
class Margin:
    """A table of a cube: counts by the dimensions ``by``, and all their totals where ``totals`` holds.

    ``base`` are the cells counted in, dimension → value (all, where empty), ``part`` those of them that are told: of
    enrolled persons those with a benefit. What is left of the base is told by nobody and can be worked out.
    """

    name: str
    by: tuple[str, ...]
    base: Mapping[str, str] = field(default_factory=dict)
    part: Mapping[str, str] = field(default_factory=dict)
    totals: bool = True

    @property
    def levels(self) -> list[tuple[str, ...]]:
        """The sets of dimensions that counts are told by, the finest first."""
        if not self.totals:
            return [self.by]
        return [chosen for n in range(len(self.by), -1, -1) for chosen in combinations(self.by, n)]


@dataclass(frozen=True)
class Groups:
    """The groups of all tables of a release, G of them over C cells.

    ``by``: the dimensions of each table. ``names``: a row a group: ``table`` and its value of each dimension, empty
    where it is summed over. ``member``: (G, C), whether a cell counts in a group. ``rest``: (G, C), whether it counts
    in what is left of the group's base.
    """

    by: Mapping[str, tuple[str, ...]]
    names: "pd.DataFrame"
    member: "NDArray[np.bool_]"
    rest: "NDArray[np.bool_]"


def groups_of(cells: "pd.DataFrame", margins: Iterable[Margin]) -> Groups:
    """The groups of some tables over cells, a row of dimensions each; a value that no cell has makes no group."""
    import numpy as np
    import pandas as pd

    margins = list(margins)
    found = [group for margin in margins for group in _groups(cells, margin)]
    columns = ["table", *cells.columns]
    names = pd.DataFrame([dict.fromkeys(columns, ALL) | name for name, _, _ in found], columns=columns)
    member, rest = (np.array([group[i] for group in found], dtype=bool).reshape(-1, len(cells)) for i in (1, 2))
    return Groups({m.name: m.by for m in margins}, names, member, rest)


def _groups(
    cells: "pd.DataFrame", margin: Margin
) -> "Iterator[tuple[dict[str, str], NDArray[np.bool_], NDArray[np.bool_]]]":
    base = _holds(cells, margin.base)
    part = base & _holds(cells, margin.part)
    for level in margin.levels:
        for value in _values(cells[base], level):
            within = _holds(cells, value)
            yield {"table": margin.name} | value, part & within, base & ~part & within


def _values(cells: "pd.DataFrame", level: Sequence[str]) -> list[dict[str, str]]:
    if not level:
        return [{}]
    return [dict(zip(level, row, strict=True)) for row in cells[list(level)].drop_duplicates().to_numpy()]


def _holds(cells: "pd.DataFrame", value: Mapping[str, str]) -> "NDArray[np.bool_]":
    import numpy as np

    return np.all([np.ones(len(cells), dtype=bool), *((cells[d] == v).to_numpy() for d, v in value.items())], axis=0)
