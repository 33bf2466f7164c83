"""What of a table of persons or households may be told: no count that is too small, and none that gives one away."""

from typing import TYPE_CHECKING

from credit_score.language import Lang, say
from credit_score.policy import RuleSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def least_count(rules: RuleSet) -> int | None:
    """The smallest count of persons or households that may be told on the day; None where no rule says so."""
    publication = rules.model.publication
    found = rules.value(publication.least_count) if publication else None
    return None if found is None else int(found)


def gives_away(own: int, of: int, least: int) -> bool:
    """Whether a count of all firms tells too small a one of the sole proprietors among them: theirs, or its rest.

    Companies are known one by one. ``own``: of the sole proprietors, part of ``of``; of none nothing is told.
    """
    return of > 0 and (hidden(own, least) or hidden(of - own, least))


def hidden(n: int, least: int) -> bool:
    """Whether a count of persons or households, or of those left of a base, is too small to be told: 0 <= n < least.

    0 is too small as well: that nobody of a group has something tells it of everybody in the group.
    """
    return 0 <= n < least


def protected(
    table: "pd.DataFrame", count: str, by: "str | Sequence[str]", least: int, base: str | None = None
) -> "pd.DataFrame":
    """The same table, its column ``count`` (Int64) empty where it may not be told.

    ``by``: the columns that make the groups whose sums a reader may know (``[]``: the sum of the whole table).
    ``base``: a column of what the counts are parts of; what is left of it is then held to ``least`` as well.

    Empty are counts below ``least`` (:func:`hidden`) and, smallest first, as many others of the group as it takes
    until two or more are empty and those empty sum to ``least`` or more: the sum less what is told then leaves each
    of them at least ``least`` possible values. Where a whole group is empty and still sums to less, its sum may not
    be told either.
    """
    import numpy as np

    counts = table[count].astype("Int64")
    parts = [counts] if base is None else [counts, table[base].astype("Int64") - counts]
    groups = table.groupby(_names(by), dropna=False).indices.values() if _names(by) else [np.arange(len(table))]
    own = ((list(rows), [list(part.iloc[rows]) for part in parts]) for rows in groups)
    empty = {row for rows, numbers in own for row in _empty(numbers, rows, least)}
    return table.assign(**{count: counts.where(np.isin(np.arange(len(table)), list(empty), invert=True))})


def count_text(n: "int | None", least: int, lang: Lang) -> str:
    """A count as people read it: ``2,000``; ``<10`` where it is too small; withheld where a table leaves it empty.

    Of an empty count nothing more is said: whether it is small itself or keeps a small one from being worked out.
    """
    import pandas as pd

    if pd.isna(n):
        return say("cell_withheld", lang)
    return say("small_cell", lang, least=least) if hidden(int(n), least) else f"{n:,}"


def _names(by: "str | Sequence[str]") -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _empty(parts: list[list[int]], rows: "Sequence[int]", least: int) -> list[int]:
    """Rows of one group that are not told; ``parts``: their counts and, where there is a base, what is left of it."""
    smallest = sorted(range(len(rows)), key=lambda i: min(part[i] for part in parts))
    n = sum(any(hidden(part[i], least) for part in parts) for i in smallest)
    while 0 < n < len(rows) and (n == 1 or any(sum(part[i] for i in smallest[:n]) < least for part in parts)):
        n += 1
    return [rows[i] for i in smallest[:n]]
