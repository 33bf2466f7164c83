"""Visits that no plan foresees: complaints, alerts and referrals. Beside the schedule, and never in a rate."""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.inspection.frame import COUNTS_AS_VISIT

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def out_of_plan(inspections: "ibis.Table", on: date) -> "pd.DataFrame":
    """The year up to a day, a row a department × stream: ``department, stream, visits, days`` (inspector-days).

    What the last year asked for is the forecast of the next: a count, no model. Streams are those that the plan does
    not hold, ``complaint``, ``alert``, ``referral``.
    """
    import ibis

    year_before = ibis.date(on) - ibis.interval(months=12)
    seen = inspections.filter(
        inspections.inspected_on <= ibis.date(on),
        inspections.inspected_on > year_before.cast("date"),
        inspections.stream.notin(COUNTS_AS_VISIT),
    )
    counted = seen.group_by("department", "stream").aggregate(visits=seen.count(), days=seen.days.sum())
    return counted.order_by("department", "stream").execute()
