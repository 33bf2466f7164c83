"""Who looked: whether a gradient of tiers is of the firms or of the inspectors, and who finds more than his like.

On real visits most of a tier's gradient has been the inspector's; a difference between tiers stands only where it
stands within inspectors too.
"""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.tiers.gradient import gradient_table

if TYPE_CHECKING:
    import pandas as pd

WITHIN = ("department", "inspector")


def tier_gradients(visits: "pd.DataFrame", *, level: float = 0.95) -> "pd.DataFrame":
    """The odds of a violation from tier to tier, in all and within departments and within inspectors.

    ``visits``: ``tier_code, bad, department, inspector``, a row a visit with one of those who went; a row of
    :func:`gradient_table` a pair of tiers, with ``within_one`` (department or inspector; an inspector is a number of
    one department). Where no visit names its inspector, within departments alone. Mantel and Haenszel's odds ratio.
    """
    import pandas as pd

    _check(visits)
    who = (visits["department"].astype(str) + " " + visits["inspector"].astype(str)).where(visits["inspector"].notna())
    groups = {"department": visits["department"]} | ({"inspector": who} if who.notna().any() else {})
    tables = [
        gradient_table(visits["tier_code"], visits["bad"], group, level=level).assign(within_one=name)
        for name, group in groups.items()
    ]
    return pd.concat(tables, ignore_index=True)


def inspector_ratios(visits: "pd.DataFrame", *, level: float = 0.95) -> "pd.DataFrame":
    """A row an inspector: what he found against what all find in the same departments and tiers, the most apart first.

    ``visits, found, expected`` (Σ over his visits of the share found in the tier and department), ``ratio`` (found ÷
    expected) with the exact Poisson interval ``low, high``, and ``apart``: whether 1 lies outside it after Bonferroni's
    correction for their number. An inspector is told by ``department`` and his number in it, never by name. Raises
    FitError as above, and where no visit names its inspector.
    """
    import pandas as pd

    _check(visits)
    if visits["inspector"].notna().sum() == 0:
        raise FitError("no visit names its inspector", remedy="record who visited, by number")
    known = visits[visits["inspector"].notna()]
    expected = known.groupby(["department", "tier_code"])["bad"].transform("mean")
    rows = known.assign(expected=expected).groupby(list(WITHIN), as_index=False).agg(
        visits=("bad", "size"), found=("bad", "sum"), expected=("expected", "sum")
    )  # fmt: skip
    low, high = _poisson(rows["found"].to_numpy(float), level)
    far_low, far_high = _poisson(rows["found"].to_numpy(float), 1 - (1 - level) / max(len(rows), 1))
    told = rows["expected"].where(rows["expected"] > 0)
    rows = rows.assign(ratio=rows["found"] / told, low=low / told, high=high / told)
    rows["apart"] = (far_low > rows["expected"]) | (far_high < rows["expected"])
    order = np.abs(np.log(rows["ratio"].clip(lower=1e-3).fillna(1.0))).sort_values(ascending=False, kind="stable").index
    return pd.DataFrame(rows.loc[order]).reset_index(drop=True)


def _poisson(count: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact ends of a Poisson mean of which ``count`` was seen (Garwood 1936)."""
    from scipy.stats import gamma

    tail = (1 - level) / 2
    return np.where(count > 0, gamma.ppf(tail, np.maximum(count, 1)), 0.0), gamma.ppf(1 - tail, count + 1)


def _check(visits: "pd.DataFrame") -> None:
    needed = ("tier_code", "bad", *WITHIN)
    if lacking := [c for c in needed if c not in visits.columns]:
        raise FitError(f"visits without {first_five(lacking)}", remedy=f"give the columns {', '.join(needed)}")
    if not visits["bad"].isin((0, 1)).all():
        raise FitError("a label that is not 0 or 1", remedy="give 1 where a violation was found, else 0")
