"""The clocks of a day for those who keep them: counted by clock and unit, and the ones that still run."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ["clock", "unit", "started", "in_time", "late", "open"]
RUNNING = ["clock", "record_id", "unit", "started_on", "due_on", "days_left", "late"]


def clock_counts(clocks: "pd.DataFrame") -> "pd.DataFrame":
    """Rows of a clock table by clock and unit: ``clock, unit, started, in_time, late, open``.

    ``in_time`` ended by its due day; ``late`` ended or is open after it; ``open`` has not ended, late or not.
    """
    told = clocks.assign(started=1, in_time=~clocks["late"] & ~clocks["open"])
    numbers = ["started", "in_time", "late", "open"]
    summed = told.astype(dict.fromkeys(numbers, "int64")).groupby(["clock", "unit"], as_index=False)[numbers].sum()
    return summed[COUNTED]


def running_clocks(clocks: "pd.DataFrame") -> "pd.DataFrame":
    """The open rows of a clock table, the late ones and then the first due first.

    Returns ``clock, record_id, unit, started_on, due_on, days_left, late``; ``days_left`` is in the limit's kind of
    days, 0 on the due day and after it.
    """
    found = clocks[clocks["open"]]
    left = (found["limit"] - found["days_used"]).clip(lower=0)
    ordered = found.assign(days_left=left).sort_values(
        ["late", "due_on", "clock", "record_id"], ascending=[False, True, True, True], ignore_index=True
    )
    return ordered[RUNNING]
