"""What a quantity is asked for: of which standing, on which days, and how far back events count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from credit_score.pilot.counted import Counts, counted
from credit_score.pilot.indicators.lacking import lacks_table
from credit_score.pilot.spans import Span, events, stocks, whole_months
from credit_score.pilot.standing import Standing

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True)
class Asked:
    """One question: ``days`` ascending, the last the as-of day; ``first``: of the plan; ``months``: that events count.

    ``monthly``: events of the last month that is over count, whatever ``months`` says.
    """

    standing: Standing
    days: tuple[date, ...]
    first: date
    months: int | None = None
    monthly: bool = False

    @cached_property
    def events(self) -> tuple[Span, ...]:
        """The period before each day in which events count."""
        return whole_months(self.days) if self.monthly else events(self.days, self.first, self.months)

    def table(self, name: str) -> "ibis.Table":
        """A table of the records; raises Lacking where there was no file of it."""
        if not self.standing.has(name):
            raise lacks_table(name)
        return self.standing.records[name]

    def standing_rows(self, name: str, key: str, begun: str, ended: str | None = None) -> Counts:
        """Distinct keys of a table that stand on each day; rows that have not begun, without a day, do not."""
        rows = self.table(name)
        until = {"ended": rows[ended]} if ended else {}
        return counted(rows.select(key=rows[key], begun=rows[begun], **until), stocks(self.days))

    def happened(self, rows: "ibis.Table", key: str, begun: str) -> Counts:
        """Distinct keys of rows whose day lies in the period before each day."""
        return counted(rows.select(key=rows[key], begun=rows[begun]), self.events)


Count = Callable[[Asked, Any], Counts]
