"""What a reader can work out of numbers that are told: the least and the greatest that an untold count can be.

The unknown cells of the cube are whole numbers of at least 0; every number told is a linear constraint on them, a
rounded one the interval of what rounds to it. Each end is one whole-number program (HiGHS), so that it is exact. It is
the audit of tables with suppressed cells (Fischetti and Salazar 2001, Management Science 47:1008-1027).
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credit_score.errors import RunError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Knowledge:
    """What a reader knows of sums of cells: ``sums`` (R, C) of 0 and 1, each at least ``low`` and at most ``high``.

    No cell is taken to be above ``most``; an end that reaches it may be any number above.
    """

    sums: "NDArray[np.bool_]"
    low: "NDArray[np.int64]"
    high: "NDArray[np.int64]"
    most: int

    def possible(self, group: "NDArray[np.bool_]") -> tuple[int, int]:
        """The least and the greatest that a sum of cells, (C,) of 0 and 1, can be.

        Raises RunError where no counts at all agree with what is known.
        """
        import numpy as np

        nowhere = np.zeros(len(group), dtype=np.int64)
        least, greatest = (self.extreme(group, sign, nowhere) @ group for sign in (1, -1))
        return int(least), int(greatest)

    def extreme(self, group: "NDArray[np.bool_]", sign: int, at: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """Counts of cells, (C,), by which a sum of them is least (``sign`` 1) or greatest (-1).

        Cells that do not bear on it are left as ``at`` has them. Raises RunError where no counts at all agree with what
        is known.
        """
        rows, cells = self._near(group)
        found = at.copy()
        if rows.any():
            near = replace(self, sums=self.sums[rows][:, cells], low=self.low[rows], high=self.high[rows])
            found[cells] = near._end(group[cells], sign)
        else:
            found[group] = 0 if sign > 0 else self.most
        return found

    def agreeing(self, counts: "NDArray[np.int64]", group: "NDArray[np.bool_]") -> "NDArray[np.int64]":
        """Those of some counts, a row of (C,) each, that agree with all that is known of a sum of cells."""
        import numpy as np

        rows, cells = self._near(group)
        sums = counts.astype(float) @ self.sums[rows].T.astype(float)
        agree = ((sums >= self.low[rows]) & (sums <= self.high[rows])).all(axis=1)
        return np.asarray(counts[agree & (counts[:, cells] <= self.most).all(axis=1)])

    def _near(self, group: "NDArray[np.bool_]") -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
        """The sums and cells that have to do with a group, by whatever way; the others do not bear on it."""
        import numpy as np

        cells = group
        while True:
            rows = np.asarray(self.sums[:, cells].any(axis=1))
            if not (self.sums[rows].any(axis=0) & ~cells).any():
                return rows, cells
            cells = np.asarray(cells | self.sums[rows].any(axis=0))

    def _end(self, group: "NDArray[np.bool_]", sign: int) -> "NDArray[np.int64]":
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        found = milp(
            sign * group.astype(float),
            constraints=LinearConstraint(self.sums.astype(float), self.low, self.high),
            bounds=Bounds(0, self.most),
            integrality=np.ones(len(group)),
        )
        if found.x is None or found.status != 0:
            raise RunError(
                "the numbers told contradict one another: no counts agree with all of them",
                remedy="take all tables from one run, as it wrote them",
            )
        return np.asarray(np.round(found.x).astype(np.int64))
