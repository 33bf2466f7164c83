"""What of the counts of villages may be told, so that no small count of households or borrowers can be had.

What a reader sees of a village is its status, which criterion it lacks, and counts. A status tells a count too: of 12
households in a credit village at least 9 are of credit, so at most 3 are not. Therefore:

- A village *stands alone*, and has a status of its own, only where each answer to a criterion leaves at least
  ``least`` counts possible, as a cell of ``<10`` does; "fewer than 10 more" leaves one less (:meth:`Part.stands_alone`;
  it depends on the number of households or borrowers, never on who has what). At 70 % and 10 that is from 30
  households on, at 85 % from 60 borrowers on. Any other village is told within its town alone.
- A count is told where it and what is left of the whole are at least ``least`` and nothing lacks or at least
  ``least`` does; what lacks is told otherwise as fewer than ``least`` or as that many and more, in words.
- Where a count is not told, as many others of its town are not as it takes that the town's sum gives none away
  (:func:`~credit_score.pilot.disclosure.protected`); and where with that sum, and with what the statuses say, a small
  count had fewer possible values than without it and fewer than ``least``, the sum of the town is not told
  (:func:`sum_is_safe`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from credit_score.pilot.disclosure import hidden, protected


@dataclass(frozen=True)
class Part:
    """Of ``of`` households (or borrowers) ``have`` what a criterion asks of at least ``need`` of them."""

    of: int
    have: int
    need: int

    @property
    def met(self) -> bool:
        """Whether enough have it."""
        return self.have >= self.need

    @property
    def rest(self) -> int:
        """How many do not have it."""
        return self.of - self.have

    @property
    def lacking(self) -> int:
        """How many more would have to."""
        return max(self.need - self.have, 0)

    def stands_alone(self, least: int) -> bool:
        """Whether met, a few lacking, and more lacking each leave enough counts possible, whatever the count is."""
        return self.of - self.need + 1 >= least and self.need >= 2 * least - 1

    def is_small(self, least: int) -> bool:
        """Whether the count, what is left of the whole, or what lacks is too small to be told."""
        return hidden(self.have, least) or hidden(self.rest, least) or 0 < self.lacking < least

    def told(self, least: int) -> tuple[int, int]:
        """The least and the greatest count that the words about the criterion leave possible."""
        if self.met:
            return self.need, self.of
        if self.lacking < least:
            return max(self.need - least + 1, 0), self.need - 1
        return 0, self.need - least


def told_in_town(parts: Sequence[Part], alone: Sequence[bool], least: int) -> tuple[list[bool], bool]:
    """Which counts of the villages of a town are told, shape (n,), and whether their sum is.

    ``alone``: which villages stand alone; of the others no count is told.
    """
    import pandas as pd

    table = pd.DataFrame({"have": [p.have for p in parts], "of": [p.of for p in parts]})
    safe = protected(table, "have", [], least, base="of")["have"].notna()
    small = [p.is_small(least) for p in parts]
    told = [bool(kept) and own and not tiny for kept, own, tiny in zip(safe, alone, small, strict=True)]
    closed = [i for i, is_told in enumerate(told) if not is_told]
    bounds = [parts[i].told(least) if alone[i] else (0, parts[i].of) for i in closed]
    whole = Part(sum(p.of for p in parts), sum(p.have for p in parts), 0)
    safe_sum = sum_is_safe(bounds, [small[i] for i in closed], [parts[i].have for i in closed], least)
    return told, safe_sum and not whole.is_small(least)


def sum_is_safe(bounds: Sequence[tuple[int, int]], small: Sequence[bool], counts: Sequence[int], least: int) -> bool:
    """Whether the sum of counts of which none is told lets no small one be narrowed below ``least`` values.

    ``bounds``: what is known of each count without the sum. Shapes (n,). A count of which less was possible before
    must not be narrowed at all.
    """
    total = sum(counts)
    low, high = sum(lo for lo, _ in bounds), sum(hi for _, hi in bounds)
    for (lo, hi), is_small in zip(bounds, small, strict=True):
        now = min(hi, total - (low - lo)) - max(lo, total - (high - hi)) + 1
        if is_small and now < min(least, hi - lo + 1):
            return False
    return True
