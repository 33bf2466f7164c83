"""What the four zeros cannot count: reported decisions without a register of them, and items that no clock covers.

Either is told in its own rows, with null numbers and what they lack, so that neither reads as nothing to count.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import RuleSet
from credit_score.records.duties.clocks import uncovered

if TYPE_CHECKING:
    import ibis
    import pandas as pd

REGISTER = "register of decisions"
CLOCK = "clock for these items"
OF_A_CLOCK = ("withheld", "late", "missing")


def month_of(day: Any) -> Any:
    """The month of a day as text, such as 2023-05."""
    return day.strftime("%Y-%m")


def without_register(counted: "pd.DataFrame", listed: "ibis.Table | None") -> "pd.DataFrame":
    """Missing and withheld of each unit, month and clock with decisions reported and none in the register.

    ``counted`` has ``unit, month, measure, clock``; ``listed`` are the clocks of the register's decisions, run out or
    not. Returns ``unit, month, clock, measure, needs``.
    """
    by = ["unit", "month", "clock"]
    met = counted.loc[counted["measure"] == "late", by]
    if listed is not None:
        own = listed.select("unit", "clock", month=month_of(listed.started_on)).distinct().execute()
        met = met[~met.set_index(by).index.isin(own.set_index(by).index)]
    return _told(met, ("missing", "withheld"), REGISTER)


def without_clock(
    tables: "dict[str, ibis.Table]", register: "ibis.Table | None", rules: RuleSet, on: date
) -> "pd.DataFrame":  # fmt: skip
    """Withheld, late and missing of each unit and month with items that no clock covers; the clock is empty.

    Returns ``unit, month, clock, measure, needs``.
    """
    rows = uncovered(tables, rules, on, register)
    met = rows.select("unit", month=month_of(rows.day)).distinct().execute()
    return _told(met.assign(clock=""), OF_A_CLOCK, CLOCK)


def _told(met: "pd.DataFrame", measures: tuple[str, ...], needs: str) -> "pd.DataFrame":
    import pandas as pd

    return pd.concat([met.assign(measure=m, needs=needs) for m in measures], ignore_index=True)
