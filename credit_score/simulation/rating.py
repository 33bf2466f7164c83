"""Ways of rating: how visits and time move a firm among tiers. Each gives its :class:`Statuses`.

Tiers are named best first. What a firm does in a period moves it at the end of the period: first the finding or the
clean visit, then decay or expiry (`statistics of scores are read between the two`).
"""

from collections.abc import Hashable
from itertools import pairwise
from math import floor
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from credit_score.simulation.parameter import Chance, Money, Number, ScenarioError, Stated, Whole
from credit_score.simulation.statuses import MOST, Moves, Statuses, statuses

Finite = Annotated[Number, Field(allow_inf_nan=False)]


class Fixed(Stated):
    """Tiers do not change."""

    kind: Literal["fixed"] = "fixed"

    def statuses(self, n_tiers: int) -> Statuses:
        return statuses(lambda k: Moves(k, float(-k), k, k), list(range(n_tiers)))


class Ladder(Stated):
    """A finding moves a firm one tier down, a clean visit one up with the chance ``release``.

    With two tiers, Harrington's groups (J. Public Econ. 37, 1988); with more, escalation and graduated response.
    """

    kind: Literal["ladder"] = "ladder"
    release: Chance = Chance(value=1.0)

    def statuses(self, n_tiers: int) -> Statuses:
        worst, chance = n_tiers - 1, self.release.value
        return statuses(lambda k: Moves(k, float(-k), min(k + 1, worst), max(k - 1, 0), chance), list(range(n_tiers)))


class SkipLot(Stated):
    """Up a tier after ``clearance`` clean visits in a row; on a finding back to the last tier, or one down.

    With ``reinstatement`` a firm that was found out climbs back to the tier it held after so many clean visits, if
    it was found once. Practice of border inspection.
    """

    kind: Literal["skip_lot"] = "skip_lot"
    clearance: Whole
    on_finding: Literal["back", "down"] = "back"
    reinstatement: Whole | None = None

    @model_validator(mode="after")
    def _is_faster(self) -> Self:
        if self.reinstatement is not None and self.reinstatement >= self.clearance:
            what = f"reinstatement after {self.reinstatement} clean visits is no faster than clearance {self.clearance}"
            raise ScenarioError(what, "reinstatement", remedy="give less, or leave it out")
        return self

    def statuses(self, n_tiers: int) -> Statuses:
        """A status is a tier, clean visits in a row there, and the tier to return to."""

        def moves(status: Any) -> Moves:
            k, run, held = status
            return Moves(k, float(-k), self._found(k, held, n_tiers), self._clean(k, run, held))

        return statuses(moves, [(k, 0, None) for k in range(n_tiers)])

    def _found(self, k: int, held: int | None, n_tiers: int) -> Hashable:
        to = n_tiers - 1 if self.on_finding == "back" else min(k + 1, n_tiers - 1)
        returns = self.reinstatement is not None and held is None and k < to
        return (to, 0, k if returns else None)

    def _clean(self, k: int, run: int, held: int | None) -> Hashable:
        if k == 0:
            return (0, 0, None)
        if held is not None and run + 1 == self.reinstatement:
            return (held, 0, None)
        return (k - 1, 0, None) if run + 1 >= self.clearance else (k, run + 1, held)


class Score(Stated):
    """Tiers by a score: ``cutoffs`` are the lowest score of each tier but the last, descending."""

    cutoffs: tuple[Finite, ...]
    base: Finite = 100.0
    penalty: Money

    @model_validator(mode="after")
    def _cutoffs_descend(self) -> Self:
        for above, below in pairwise(self.cutoffs):
            if not above > below:
                raise ScenarioError(f"{above:g} is not above {below:g}", "cutoffs", remedy="the best tier comes first")
        return self

    def tier(self, score: float, n_tiers: int) -> int:
        """The tier of a score, best first; raises ScenarioError if cut-offs are not one less than tiers."""
        if len(self.cutoffs) != n_tiers - 1:
            raise ScenarioError(f"{len(self.cutoffs)} cut-offs for {n_tiers} tiers", "cutoffs", remedy="give one less")
        return sum(score < cut - 1e-9 for cut in self.cutoffs)

    def first_of_tiers(self, scores: list[float], n_tiers: int) -> list[int]:
        """Of each tier the place of the first score in it; raises ScenarioError for a tier that has none."""
        tiers = [self.tier(score, n_tiers) for score in scores]
        for k in range(n_tiers):
            if k not in tiers:
                told = f"no firm can be in tier {k + 1} of {n_tiers}: scores are {min(scores):g} to {max(scores):g}"
                raise ScenarioError(told, "cutoffs", remedy="move the cut-offs to where scores are")
        return [tiers.index(k) for k in range(n_tiers)]


class Decaying(Score):
    """A finding takes ``penalty``, a clean visit adds ``reward``; every period s ← φ s + (1 − φ) base.

    Held on a grid of ``step`` from ``lowest`` to ``highest``: what falls between two of its points goes to one of
    them at random, so that the mean is exact; the variance grows by at most step² ÷ (4 (1 − φ²)). A firm that starts
    in a tier starts with the lowest score of it; to start it elsewhere, name the score.
    """

    kind: Literal["decaying"] = "decaying"
    reward: Money = Money(value=0.0)
    keep: Chance
    lowest: Finite = 0.0
    highest: Finite = 100.0
    step: Finite = 1.0

    @model_validator(mode="after")
    def _is_on_the_grid(self) -> Self:
        if not (self.step > 0 and self.lowest < self.highest):
            raise ScenarioError(f"no score from {self.lowest:g} to {self.highest:g} by {self.step:g}", "step")
        if (self.highest - self.lowest) / self.step >= MOST:
            raise ScenarioError(f"more than {MOST:,} scores by {self.step:g}", "step", remedy="take a greater step")
        if not self.lowest <= self.base <= self.highest:
            raise ScenarioError(f"{self.base:g} is outside {self.lowest:g} to {self.highest:g}", "base")
        numbers = {"base": self.base - self.lowest, "highest": self.highest - self.lowest}
        numbers |= {"penalty": self.penalty.value, "reward": self.reward.value}
        for name, number in numbers.items():
            if abs(number / self.step - round(number / self.step)) > 1e-9:
                raise ScenarioError(f"{number:g} is no whole number of steps of {self.step:g}", name)
        return self

    def statuses(self, n_tiers: int) -> Statuses:
        """A status is a point of the grid."""
        n, penalty, reward, base = (
            round(x / self.step)
            for x in (self.highest - self.lowest, self.penalty.value, self.reward.value, self.base - self.lowest)
        )

        def moves(i: Any) -> Moves:
            aim = self.keep.value * i + (1 - self.keep.value) * base
            low = floor(aim + 1e-12)
            score = self.lowest + i * self.step
            drift = (low, min(low + 1, n), max(aim - low, 0.0))
            return Moves(self.tier(score, n_tiers), score, max(i - penalty, 0), min(i + reward, n), drift=drift)

        lowest_of = self.first_of_tiers([self.lowest + i * self.step for i in range(n + 1)], n_tiers)
        return statuses(moves, lowest_of if n_tiers > 1 else [base])


class Expiring(Score):
    """Each finding takes ``penalty`` for ``months`` periods; of older ones than the last ``most`` nothing is kept.

    ``repair``: chance a period that the oldest finding is cleared once it is ``repair_after`` periods old (信用修复).
    A firm that starts in a tier has the fewest findings that lead there, of the periods just before the first.
    """

    kind: Literal["expiring"] = "expiring"
    months: Whole
    most: Whole = 2
    repair: Chance = Chance(value=0.0)
    repair_after: Whole = 3

    @model_validator(mode="after")
    def _is_repaired_in_time(self) -> Self:
        if (self.repair.value or self.repair.is_range) and self.repair_after >= self.months:
            what = f"repair after {self.repair_after} periods, but findings count for {self.months}"
            raise ScenarioError(what, "repair_after", remedy="give less, or leave repair out")
        return self

    def statuses(self, n_tiers: int) -> Statuses:
        """A status is the ages of the last findings, the newest first."""

        def moves(ages: Any) -> Moves:
            score = self.base - self.penalty.value * len(ages)
            older = tuple(a + 1 for a in ages if a + 1 < self.months)
            cleared = older[:-1] if older and older[-1] >= self.repair_after else older
            found = (0, *(a for a in ages if a > 0))[: self.most]
            return Moves(self.tier(score, n_tiers), score, found, ages, drift=(older, cleared, self.repair.value))

        scores = [self.base - self.penalty.value * i for i in range(self.most + 1)]
        counts = self.first_of_tiers(scores, n_tiers)
        return statuses(moves, [tuple(range(1, n + 1)) for n in counts])


Rating = Annotated[Fixed | Ladder | SkipLot | Decaying | Expiring, Field(discriminator="kind")]
