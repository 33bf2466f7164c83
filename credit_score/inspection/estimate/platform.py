"""Visit results and sector evaluations as tables for the credit platform (信用信息共享平台).

Results are of firms, never of natural persons: sole proprietors are left out and counted. Evaluations are internal.
"""

from typing import TYPE_CHECKING, NamedTuple

from credit_score.records.door.identity import LETTERS

if TYPE_CHECKING:
    import pandas as pd

SOLE = f"{LETTERS['sole_proprietor']}-"
RESULT_COLUMNS = ("subject", "department", "visited_on", "stream", "result")


class Exported(NamedTuple):
    """A table, and how many rows of sole proprietors were left out of it."""

    table: "pd.DataFrame"
    left_out: int


def visit_table(inspections: "pd.DataFrame") -> Exported:
    """What visits found, a row a visit: ``subject, department, visited_on, stream, result`` (found or nothing found).

    No tier, no chance to be drawn and no inspector: nothing from which a tier follows. By day, department and firm.
    """
    kept = inspections[~inspections["enterprise_id"].str.startswith(SOLE)]
    told = kept.rename(columns={"enterprise_id": "subject", "inspected_on": "visited_on"})
    told = told.assign(result=kept["violation_found"].map({True: "violation_found", False: "nothing_found"}))
    order = ["visited_on", "department", "subject"]
    table = told.sort_values(order, kind="stable", ignore_index=True)[list(RESULT_COLUMNS)]
    return Exported(table, len(inspections) - len(kept))


def evaluation_table(sector_tiers: "pd.DataFrame", on: str) -> Exported:
    """A department's evaluation of each firm (行业信用评价), ``internal`` on every row: for regulators alone.

    ``subject, department, tier, evaluated_on, use``.
    """
    kept = sector_tiers[~sector_tiers["subject"].str.startswith(SOLE)]
    told = kept.assign(evaluated_on=on, use="internal")
    columns = ["subject", "department", "tier", "evaluated_on", "use"]
    return Exported(told[columns].reset_index(drop=True), len(sector_tiers) - len(kept))
