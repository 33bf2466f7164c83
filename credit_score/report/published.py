"""The published set of a run as it goes out: its tables, the cells behind them, and what the audit found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credit_score.pilot.publication.cubes import CUBES
from credit_score.policy.publication import PublishedTable
from credit_score.report.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet


@dataclass(frozen=True)
class PublishedSet:
    """Tables for everybody, by what they are; ``audit``: the withheld counts with what a reader can work out.

    ``missing``: tables that the policy publishes and the run does not have.
    """

    run: RunFolder
    rules: "RuleSet"
    tables: "tuple[tuple[PublishedTable, pd.DataFrame], ...]"
    cells: "dict[str, pd.DataFrame]"
    audit: "pd.DataFrame"
    missing: tuple[PublishedTable, ...]

    @property
    def summary(self) -> "pd.DataFrame":
        """A row a table: ``table, label_zh, label_en, rows, withheld, least_possible``.

        ``withheld`` counts rows; ``least_possible`` is the fewest values that a withheld count can have. Both are empty
        where a table has no counts of persons.
        """
        import pandas as pd

        rows = [self._row(table, frame) for table, frame in self.tables]
        numbers = dict.fromkeys(("withheld", "least_possible"), "Int64")
        columns = ["table", "label_zh", "label_en", "rows", *numbers]
        return pd.DataFrame(rows, columns=columns).astype(numbers)

    def _row(self, table: PublishedTable, frame: "pd.DataFrame") -> list[Any]:
        mine = self.audit[self.audit["table"] == table.id]
        protected = table.of in CUBES
        least = int(mine["possible"].min()) if len(mine) else None
        return [table.id, table.label.zh, table.label.en, len(frame), len(mine) if protected else None, least]
