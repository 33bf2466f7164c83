"""Whether today's rows look like those a card was made on: PSI of parts, of scores, and CSI of characteristics.

PSI = Σ (actual share − expected share) · ln(actual share / expected share) ≥ 0, and 0 where nothing moved. To read
under .1 as stable and over .25 as shifted is a convention of the trade, neither a law nor a test: with few rows chance
alone passes .1, with many a shift that matters stays under it. So the tables tell what chance alone would bring, and no
function here judges.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.card import Attribute, Card
from credit_score.scorecard.columns import columns_of
from credit_score.scorecard.prebins import plain_between
from credit_score.scorecard.rates import as_rows, check_level, effective_rows, jeffreys_interval
from credit_score.scorecard.sample import equal_groups, finite
from credit_score.scorecard.settings import check_number
from credit_score.scorecard.woe import information_value, woe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def psi(expected: "ArrayLike", actual: "ArrayLike") -> float:
    """The population stability index of two distributions over the same parts, at least 0.

    Counts, sums of weight, or shares, shape (parts,). A part that is empty in one of them gets half a case of each, as
    in :func:`information_value`, of which this is another name. Under .1 and over .25 are a convention, not a law.
    Raises FitError for lengths that differ, numbers below 0, nothing at all, and an empty part among shares, which
    have no cases to halve.
    """
    return float(information_value(*_parts(expected, actual)[::-1]))


def psi_by_chance(n_expected: float, n_actual: float, n_parts: int, *, level: float = 0.95) -> float:
    """What PSI stays under with chance ``level`` where nothing moved: χ² quantile · (1/n + 1/m), parts − 1 degrees.

    Of many rows and no rare part (Yurdakul and Naranjo 2020). Raises FitError for no rows, or no part.
    """
    from scipy.stats import chi2

    check_level(level)
    for name, n in (("expected", n_expected), ("actual", n_actual)):
        check_number(f"{name} rows", n, above=0)
    check_number("parts", n_parts, least=1, whole=True)
    return float(chi2.ppf(level, n_parts - 1) * (1 / n_expected + 1 / n_actual)) if n_parts > 1 else 0.0


def psi_table(
    expected: "ArrayLike", actual: "ArrayLike", parts: "Sequence[str] | None" = None, *, level: float = 0.95
) -> "pd.DataFrame":
    """A row a part: ``part``, ``expected`` and ``actual`` share, ``low`` and ``high`` of the actual one, ``psi``.

    ``psi`` sums to :func:`psi`. The interval is Jeffreys', for which the sums of ``actual`` are counts.
    """
    import pandas as pd

    was, found = _parts(expected, actual)
    share, before = found / found.sum(), was / was.sum()
    low, high = jeffreys_interval(share, found.sum(), level=level)
    evidence = woe(found, was, float(found.sum()), float(was.sum()))
    names = [str(i + 1) for i in range(len(was))] if parts is None else list(parts)
    columns = {"expected": before, "actual": share, "low": low, "high": high, "psi": (share - before) * evidence}
    return pd.DataFrame({"part": names} | columns)


def score_psi(
    expected: "ArrayLike",
    actual: "ArrayLike",
    *,
    n_bins: int = 10,
    expected_weight: "ArrayLike | None" = None,
    actual_weight: "ArrayLike | None" = None,
) -> "pd.DataFrame":
    """The :func:`psi_table` of scores over bins that hold about equal weight of the expected ones, lowest first.

    Bins begin at plain numbers between expected scores, the first at −∞; actual scores fall where they fall.
    """
    was, found = finite(expected, "score"), finite(actual, "score")
    w, v = _weight(expected_weight, len(was)), _weight(actual_weight, len(found))
    group = equal_groups(was, w, n_bins)
    cuts = _cuts(was, group)
    parts = [Attribute("interval", 0, low=a, high=b).text() for a, b in pairwise([-np.inf, *cuts, np.inf])]
    at = np.searchsorted(cuts, found, side="right")
    before, after = (np.bincount(g, as_rows(x), len(parts)) for g, x in ((group, w), (at, v)))
    return psi_table(before, after, parts)


def csi(
    card: Card,
    expected: Any,
    actual: Any,
    *,
    expected_weight: "ArrayLike | None" = None,
    actual_weight: "ArrayLike | None" = None,
) -> "pd.DataFrame":
    """A row a characteristic of a card, the most shifted first: ``csi``, ``by_chance`` and ``points``.

    ``csi`` is the PSI over its attributes between two tables; ``by_chance``: :func:`psi_by_chance` at level .95;
    ``points``: by how much it moves the mean score. Under .1 and over .25 are a convention, not a law.
    """
    import pandas as pd

    w, v = _weight(expected_weight, len(expected)), _weight(actual_weight, len(actual))
    rows = []
    for name, table in _attributes(card, (expected, w), (actual, v)):
        n_parts = int(((table["expected"] > 0) | (table["actual"] > 0)).sum())
        chance = psi_by_chance(effective_rows(w), effective_rows(v), n_parts)
        moved = float(((table["actual"] - table["expected"]) * table["points"]).sum())
        rows.append((name, table["psi"].sum(), chance, moved))
    return pd.DataFrame(rows, columns=["characteristic", "csi", "by_chance", "points"]).sort_values(
        "csi", ascending=False, kind="stable", ignore_index=True
    )


def csi_table(
    card: Card,
    expected: Any,
    actual: Any,
    *,
    expected_weight: "ArrayLike | None" = None,
    actual_weight: "ArrayLike | None" = None,
) -> "pd.DataFrame":
    """A row an attribute of a card: ``characteristic``, the columns of :func:`psi_table`, and ``points``."""
    import pandas as pd

    w, v = _weight(expected_weight, len(expected)), _weight(actual_weight, len(actual))
    tables = [t.assign(characteristic=name) for name, t in _attributes(card, (expected, w), (actual, v))]
    columns = ["characteristic", "part", "expected", "actual", "low", "high", "psi", "points"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _attributes(
    card: Card, expected: "tuple[Any, Floats]", actual: "tuple[Any, Floats]"
) -> "Iterator[tuple[str, pd.DataFrame]]":
    """Each characteristic with the table of its attributes between two tables and their weights."""
    sides = [(columns_of(X, card.names), as_rows(weight)) for X, weight in (expected, actual)]
    for i, c in enumerate(card.characteristics):
        was, found = (np.bincount(c.attribute_of(columns[i]), w, len(c.attributes)) for columns, w in sides)
        table = psi_table(was, found, [a.text() for a in c.attributes])
        yield c.name, table.assign(points=[a.points for a in c.attributes])


def _cuts(values: "Floats", group: "NDArray[np.int64]") -> "Floats":
    """Where each group of ascending values but the first begins: the plainest number that parts it from the last."""
    low, high = np.full(group.max() + 1, np.inf), np.full(group.max() + 1, -np.inf)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    return np.array([plain_between(float(a), float(b)) for a, b in zip(high[:-1], low[1:], strict=True)])


def _parts(expected: "ArrayLike", actual: "ArrayLike") -> "tuple[Floats, Floats]":
    was, found = finite(expected, "expected part"), finite(actual, "actual part")
    if len(was) != len(found):
        raise FitError(f"{len(was)} expected and {len(found)} actual parts", remedy="count both over the same parts")
    for name, counts in (("expected", was), ("actual", found)):
        if (counts < 0).any() or counts.sum() <= 0:
            what = f"{name} parts hold {counts.min():.6g} at least and {counts.sum():.6g} in all"
            raise FitError(what, remedy="give counts or shares, none below 0 and not all 0")
        lacks = ((was > 0) | (found > 0)) & (counts == 0)
        if lacks.any() and counts.sum() <= 1 + 1e-6 and (_are_shares(was) or _are_shares(found)):
            what = f"the {name} share of part {int(np.argmax(lacks)) + 1} is 0"
            raise FitError(what, remedy="give counts: an empty part then gets half a case")
    return was, found


def _are_shares(parts: "Floats") -> bool:
    return bool(parts.sum() <= 1 + 1e-6 and (parts != np.rint(parts)).any())


def _weight(weight: "ArrayLike | None", n: int) -> "Floats":
    if not n:
        raise FitError("no rows", remedy="give at least one row")
    found = np.ones(n) if weight is None else finite(weight, "weight")
    if len(found) != n:
        raise FitError(f"{n} rows and {len(found)} weights", remedy="give one weight a row")
    if (found < 0).any() or not found.any():
        raise FitError(f"weights from {found.min():.6g} to {found.max():.6g}", remedy="give weights above 0")
    return found
