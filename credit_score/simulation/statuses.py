"""The statuses a firm can have, and how it moves among them: one machine for every way of rating.

A status belongs to a tier and has a score. A finding leads from it to another, a clean visit to a third (with the
chance of release), and at the end of every period it drifts to one of two. A ladder, Harrington's groups, skip-lot
inspection, a score that decays and points that expire are such machines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from credit_score.simulation.parameter import ScenarioError

MOST = 1 << 16  # a status is kept in two bytes


@dataclass(frozen=True)
class Statuses:
    """S statuses as arrays of shape (S,), tiers best first from 0.

    ``tier``; ``score`` (higher is safer); ``found`` and ``clean``: the status after a finding and after a clean visit;
    ``release``: chance that a clean visit counts, in [0, 1]; ``drift``, (2, S): where a period ends, and
    ``drift_chance``: of the second. ``first``: of each tier, the status in which firms start there, (K,).
    """

    tier: np.ndarray
    score: np.ndarray
    found: np.ndarray
    clean: np.ndarray
    release: np.ndarray
    drift: np.ndarray
    drift_chance: np.ndarray
    first: np.ndarray

    @property
    def n(self) -> int:
        """How many statuses there are."""
        return len(self.tier)

    @property
    def drifts(self) -> bool:
        """Whether time alone moves a firm."""
        return bool((self.drift != np.arange(self.n)).any())

    def nearest(self, score: float) -> int:
        """The status of which the score is nearest to one, the first of equals."""
        return int(np.abs(self.score - score).argmin())


@dataclass(frozen=True)
class Moves:
    """What happens to a status: names of statuses, before they are numbered."""

    tier: int
    score: float
    found: Any
    clean: Any
    release: float = 1.0
    drift: tuple[Any, Any, float] | None = None


def statuses(moves: Callable[[Any], Moves], starts: list[Any]) -> Statuses:
    """The machine that is reached from where firms of each tier start, best tier first, by what ``moves`` says.

    Raises ScenarioError for more than 65,536 statuses.
    """
    names = _reached(moves, starts)
    number = {name: i for i, name in enumerate(names)}
    told = [moves(name) for name in names]
    drift = [m.drift or (name, name, 0.0) for name, m in zip(names, told, strict=True)]
    return Statuses(
        tier=np.array([m.tier for m in told], np.int64),
        score=np.array([m.score for m in told], float),
        found=np.array([number[m.found] for m in told], np.int64),
        clean=np.array([number[m.clean] for m in told], np.int64),
        release=np.array([m.release for m in told], float),
        drift=np.array([[number[d[i]] for d in drift] for i in (0, 1)], np.int64),
        drift_chance=np.array([d[2] for d in drift], float),
        first=np.array([number[name] for name in starts], np.int64),
    )


def _reached(moves: Callable[[Any], Moves], starts: list[Any]) -> list[Any]:
    """Every status that can be reached, in the order of their tiers, those met first before."""
    met = dict.fromkeys(starts)
    ahead = list(met)
    while ahead:
        told = moves(ahead.pop())
        new = [name for name in (told.found, told.clean, *(told.drift or ())[:2]) if name not in met]
        met |= dict.fromkeys(new)
        ahead += dict.fromkeys(new)
        if len(met) > MOST:
            raise ScenarioError(f"more than {MOST:,} statuses", remedy="take a greater step or fewer findings to keep")
    return sorted(met, key=lambda name: moves(name).tier)
