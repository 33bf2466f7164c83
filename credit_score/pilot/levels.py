"""Levels of a benefit (5 %, 10 %, 20 % off) that a provider's monthly budget can carry: from which scores they begin.

The provider says in which parts members should share out over the levels; without a word evenly. For each lowest
threshold the partition program finds the levels nearest to these parts, the lowest Σ (n_k − part_k × served)², and of
all lowest thresholds whose levels keep the budget the one that serves most is taken. Both steps are exact (ours; held
to enumeration by the tests). Of levels as near as others those with more members on the lower levels are taken. More
points never bring less, more budget never serves fewer, and no level begins at the base or below it. Only counts by
score enter. Levels further from the parts could serve more: :func:`steps` tells what each move would cost.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError
from credit_score.partition.kernels import NEVER, relaxed
from credit_score.partition.program import traced
from credit_score.pilot.scenes import Z

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS, MOST_PARTS = 10, 100


@dataclass(frozen=True)
class Asked:
    """What a provider offers: shares of a price by level, ascending, in (0, 1]; and what it can pay a month.

    ``parts``: whole numbers, how many members a level has in proportion to others; none for levels of equal size.
    ``price``: of a use without the benefit, yuan. ``take_up``: share of those who qualify who use it once a month.
    ``least``: fewest members of a level, and the smallest count of them that is told. Raises FitError.
    """

    shares: tuple[float, ...]
    budget: float
    price: float
    take_up: float
    least: int = 1
    parts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        told = ", ".join(f"{share * 100:g}" for share in self.shares)
        if not 1 <= len(self.shares) <= MOST_LEVELS:
            raise FitError(f"{len(self.shares)} levels", remedy=f"ask for 1 to {MOST_LEVELS}")
        if list(self.shares) != sorted(set(self.shares)) or not all(0 < share <= 1 for share in self.shares):
            remedy = "give percents above 0 and up to 100, the smallest first: more points bring more"
            raise FitError(f"levels of {told} %", remedy=remedy)
        if self.parts and (len(self.parts) != len(self.shares) or not all(0 < n <= MOST_PARTS for n in self.parts)):
            remedy = f"give a whole number from 1 to {MOST_PARTS} for each of the {len(self.shares)} levels"
            raise FitError(f"parts of {', '.join(map(str, self.parts))}", remedy=remedy)
        for name, value in (("budget", self.budget), ("price", self.price)):
            if not 0 < value < float("inf"):
                raise FitError(f"a {name} of {value:g} yuan", remedy="give an amount above 0")
        if not 0 < self.take_up <= 1:
            raise FitError(f"a take-up of {self.take_up:g}", remedy="give a share in (0, 1]")

    @property
    def costs(self) -> np.ndarray:
        """What a use costs at each level, yuan, (K,)."""
        return self.price * np.array(self.shares)

    def cost(self, members: np.ndarray) -> tuple[float, float]:
        """Expected cost of a month and half its 95 % interval, from members by level, (K,).

        Σ n_k p c_k and 1.96 √(Σ n_k p (1 − p) c_k²): binomial uses, independent, by the normal distribution.
        """
        spread = sqrt(float((members * self.take_up * (1 - self.take_up) * self.costs**2).sum()))
        return float((members * self.take_up * self.costs).sum()), Z * spread


@dataclass(frozen=True)
class Levels:
    """Levels that were chosen.

    Attributes
    ----------
    table : a row a level, the lowest first: ``level`` (share), ``from_score`` (points), ``members, cost, cost_low,
        cost_high`` (yuan a month).
    served, above : members with a benefit, and above the base.
    cost, cost_low, cost_high : of all levels.
    front : what each lowest threshold would cost: ``from_score, served, cost, cost_high, within``.
    """

    asked: Asked
    table: "pd.DataFrame"
    served: int
    above: int
    cost: float
    cost_low: float
    cost_high: float
    front: "pd.DataFrame"

    @property
    def starts(self) -> dict[str, int]:
        """Level, as ``5 %``, → lowest score in milli-points: how far each reaches is told by :func:`reach`."""
        begins = np.rint(self.table["from_score"].to_numpy(float) * 1000).astype(int).tolist()
        return {f"{share * 100:g} %": start for share, start in zip(self.asked.shares, begins, strict=True)}

    @property
    def left(self) -> float:
        """What is left of the budget, as expected, yuan."""
        return self.asked.budget - self.cost


def calibrate(counts: "pd.DataFrame", asked: Asked, *, base: float) -> Levels:
    """The thresholds that the budget carries, to the upper end of the 95 % interval of the cost.

    ``counts``: ``from_score`` (points) and ``members``, each score once; those at ``base`` or below are left out.
    Raises FitError where too few stand above the base, and where the budget carries no levels at all.
    """
    scores, members = _above(counts, base)
    front = _front(members, asked)
    within = front["cost_high"] <= asked.budget
    if not within.any():
        first = front.iloc[0]
        what = f"a budget of {asked.budget:,.2f} yuan carries no {len(asked.shares)} levels"
        cheapest = f"the {first['served']:,} members with most points cost up to {first['cost_high']:,.2f} yuan a month"
        raise FitError(what, remedy=f"{cheapest}; give more, or ask for fewer or lower levels")
    edges = front.loc[within, "edges"].iloc[-1]
    told = front.assign(from_score=scores[front["edges"].map(lambda e: e[-1] - 1)], within=within)
    return _levels(scores, members, edges, asked, told.drop(columns="edges"))


def _above(counts: "pd.DataFrame", base: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores above the base that somebody has, from the highest down, and members at each."""
    rows = counts[(counts["from_score"] > base) & (counts["members"] > 0)].sort_values("from_score", ascending=False)
    return rows["from_score"].to_numpy(float), rows["members"].to_numpy(np.int64)


def _front(members: np.ndarray, asked: Asked) -> "pd.DataFrame":
    """The levels of every number that can be served, ascending: ``served, cost, cost_high, edges``.

    ``members`` by score from the highest down.
    """
    import pandas as pd

    upto, rows = np.concatenate([[0], np.cumsum(members)]), []
    for last in range(len(asked.shares), len(upto)):
        edges = _nearest(upto[: last + 1], asked)
        if edges is not None:
            cost, half = asked.cost(np.diff(upto[edges])[::-1])
            rows.append({"served": int(upto[last]), "cost": cost, "cost_high": cost + half, "edges": edges})
    if not rows:
        what = f"{int(upto[-1]):,} members above the base, for {len(asked.shares)} levels of at least {asked.least:,}"
        raise FitError(what, remedy="ask for fewer levels")
    return pd.DataFrame(rows)


def _nearest(upto: np.ndarray, asked: Asked) -> np.ndarray | None:
    """The edges of levels nearest to the parts, the highest level first, (K + 1,); None where none keep the limits.

    The worth of a group is −(n × all parts − own part × served)², a whole number, so that ties are exact.
    """
    parts = np.array(asked.parts or [1] * len(asked.shares))[::-1, None, None]
    held = (upto[None, :] - upto[:, None]).astype(float)
    off = (held * parts.sum() - parts * upto[-1]) ** 2
    value = np.where(held >= max(asked.least, 1), -off, NEVER)
    best, begins = relaxed(value, len(parts), np.zeros((len(parts), len(upto))))
    return traced(begins, len(parts)) if np.isfinite(best[-1, -1]) else None


def _levels(scores: np.ndarray, members: np.ndarray, edges: np.ndarray, asked: Asked, front: "pd.DataFrame") -> Levels:
    import pandas as pd

    counted = np.add.reduceat(members[: edges[-1]], edges[:-1])[::-1]
    alone = [asked.cost(np.where(np.arange(len(counted)) == k, counted, 0)) for k in range(len(counted))]
    cost, half = asked.cost(counted)
    table = pd.DataFrame(
        {
            "level": asked.shares, "from_score": scores[edges[1:] - 1][::-1], "members": counted,
            "cost": [c for c, _ in alone], "cost_low": [max(0.0, c - h) for c, h in alone],
            "cost_high": [c + h for c, h in alone],
        }
    )  # fmt: skip
    served = int(counted.sum())
    return Levels(asked, table, served, int(members.sum()), cost, max(0.0, cost - half), cost + half, front)


def steps(found: Levels, counts: "pd.DataFrame", *, base: float) -> "pd.DataFrame":
    """What each threshold moved by one score does: ``level, move, from_score, members, cost, within``.

    ``move``: ``down`` to the next lower score that somebody has (``members``: who would newly have the level), or
    ``up`` to the next higher (who would no longer have it, on the level below or on none). ``cost`` is then that of
    all levels, and ``within`` whether its upper end keeps the budget. ``members`` (Int64) and ``cost`` are empty where
    fewer members move than may be told. A move that the base or another level bars is left out. To take back what
    was given is not proposed: a threshold goes up only before its scene opens.
    """
    import pandas as pd

    scores, members = (a[::-1] for a in _above(counts, base))
    begins = np.searchsorted(scores, found.table["from_score"].to_numpy(float))
    rows = []
    for level in range(len(begins)):
        for move, to in (("down", begins[level] - 1), ("up", begins[level] + 1)):
            moved = np.where(np.arange(len(begins)) == level, to, begins)
            bounds = np.append(moved, len(members))
            if moved[0] < 0 or (np.diff(bounds) <= 0).any():
                continue
            cost, half = found.asked.cost(np.add.reduceat(members, moved))
            n_moved = int(members[min(to, begins[level])])
            told = n_moved >= found.asked.least
            rows.append({
                "level": found.asked.shares[level], "move": move, "from_score": scores[to],
                "members": n_moved if told else None, "cost": cost if told else float("nan"),
                "within": cost + half <= found.asked.budget,
            })  # fmt: skip
    columns = ["level", "move", "from_score", "members", "cost", "within"]
    return pd.DataFrame(rows, columns=columns).astype({"members": "Int64"})


def against(found: Levels, counts: "pd.DataFrame", from_score: float) -> dict[str, int]:
    """Who would newly have a benefit and who would no longer, against one that begins at a score: two counts."""
    lowest = float(found.table["from_score"].iloc[0])
    scores, members = counts["from_score"], counts["members"]
    newly = members[(scores >= lowest) & (scores < from_score)].sum()
    no_longer = members[(scores >= from_score) & (scores < lowest)].sum()
    return {"newly": int(newly), "no_longer": int(no_longer)}
