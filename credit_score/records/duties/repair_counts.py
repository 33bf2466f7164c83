"""Penalties counted by class and unit: in which state of repair they are, and what is missing of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis
    import pandas as pd

STATES = ("may_apply_now", "soon", "not_yet", "applied", "refused", "repaired", "ended")
MISSING = ("notice_not_served", "not_applied", "no_outcome")


def repair_counts(table: "ibis.Table") -> "pd.DataFrame":
    """Rows of a repair table by class and unit, a column a state and a column a thing missing.

    Returns ``class_id, unit, penalties``, the states, which sum to ``penalties``, and what is missing.
    """
    states = {state: (table.state == state).sum() for state in STATES}
    missing = {what: table.missing.contains(what).sum() for what in MISSING}
    counted = table.group_by("class_id", "unit").aggregate(penalties=table.count(), **states, **missing)
    return counted.order_by("class_id", "unit").execute()
