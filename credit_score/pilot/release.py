"""A release: several tables of one cube of persons as they are told, and its audit from the told numbers alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credit_score.pilot.attack import Knowledge
from credit_score.pilot.groups import Groups

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

UNTOLD = -1


@dataclass(frozen=True)
class Release:
    """What is told of groups: ``told`` (G,), a multiple of ``round_to`` or UNTOLD; it holds no other count."""

    groups: Groups
    told: "NDArray[np.int64]"
    least: int
    round_to: int

    def table(self, name: str) -> "pd.DataFrame":
        """One table as told: a column a dimension, empty where a row is summed over it, and ``count`` (Int64)."""
        import pandas as pd

        mine = (self.groups.names["table"] == name).to_numpy()
        count = pd.Series(self.told[mine], dtype="Int64")
        rows = self.groups.names.loc[mine, list(self.groups.by[name])].reset_index(drop=True)
        return rows.assign(count=count.mask(count == UNTOLD))

    @property
    def known(self) -> Knowledge:
        """What a reader of the tables knows: a number told, and what is left of its base, is ``least`` or more."""
        import numpy as np

        untold = np.full((2, len(self.told)), UNTOLD)
        return self.known_with(floor=untold, ceiling=untold)

    def known_with(self, *, floor: "NDArray[np.int64]", ceiling: "NDArray[np.int64]") -> Knowledge:
        """The same of a reader who knows more of what is not told.

        Each (2, G): the least and the greatest that a group, and what is left of its base, can be as that reader knows;
        UNTOLD where nothing is known. What is told of a group goes before.
        """
        import numpy as np

        groups, shown, first = self.groups, self.told != UNTOLD, self.told - self.round_to // 2
        last = first + self.round_to - 1
        most = int(np.max(last[shown], initial=0)) + 2 * self.least
        least = np.maximum(floor, 0)
        low = np.where(shown, [np.maximum(first, self.least), np.full(len(shown), self.least)], least)
        high = np.where(ceiling == UNTOLD, most * groups.member.shape[1], ceiling)
        high[0] = np.where(shown, last, high[0])
        sums = np.concatenate([groups.member, groups.rest])
        there = sums.any(axis=1)
        return Knowledge(sums[there], low.ravel()[there], high.ravel()[there], most)


def audit(release: Release) -> "pd.DataFrame":
    """The groups left out, with what a reader can work out of all that is told: ``low``, ``high`` and ``possible``.

    ``possible`` is how many values a count can have, ``high - low + 1``; below ``least`` the release must not go out.
    """
    known, untold = release.known, release.told == UNTOLD
    ends = [known.possible(group) for group in release.groups.member[untold]]
    low, high = [low for low, _ in ends], [high for _, high in ends]
    possible = [b - a + 1 for a, b in ends]
    return release.groups.names[untold].assign(low=low, high=high, possible=possible).reset_index(drop=True)
