"""The pilot's tables of a run folder, read back with their kinds, and in the words of a page."""

from typing import TYPE_CHECKING, Any

from credit_score.errors import NotAvailable
from credit_score.language import LANGUAGES
from credit_score.pilot.indicators import told
from credit_score.pilot.items import as_day, rows_of
from credit_score.report.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

# What the page and the folder beside it are made of, where the run has it.
NAMES = (
    "indicators", "indicator_trend", "plan_tasks", "unit_items", "league", "office", "government_cases", "calendar",
)  # fmt: skip
DAYS = ("deadline", "due_on", "found_on", "closed_on", "first_day", "last_day")
WHOLE = (
    "task", "days_late", "days_left", "n_units", "late", "late_shared", "soon", "open", "red", "amber", "green",
    "grey", "shared", "leaders", "liaisons", "staff",
)  # fmt: skip
NUMBERS = ("numerator", "denominator", "value", "target", "gap", "gap_share")


def pilot_tables_of(run: RunFolder) -> "dict[str, pd.DataFrame]":
    """Name → table of the pilot in a run folder: days as ``date`` or None, counts as ``Int64``, numbers as float.

    Raises NotAvailable where the run has no sheets of units.
    """
    held = [name for name in NAMES if f"pilot/{name}.csv" in run.manifest["outputs"]]
    if "unit_items" not in held:
        remedy = "run again under a policy with pilot.yaml and its office"
        raise NotAvailable("the run holds no sheets of units", where=str(run.path), remedy=remedy)
    return {name: _of_kind(run.table(f"pilot/{name}.csv")) for name in held}


def _of_kind(table: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    kinds: dict[str, Any] = {}
    for name in table.columns:
        if name in DAYS:
            kinds[name] = pd.Series([as_day(value) for value in table[name]], table.index, dtype=object)
        elif name in WHOLE:
            kinds[name] = pd.to_numeric(table[name]).astype("Int64")
        elif name in NUMBERS:
            kinds[name] = pd.to_numeric(table[name]).astype(float)
    return table.assign(**kinds)


def scoreboard_rows(tables: "dict[str, pd.DataFrame]") -> list[dict[str, Any]]:
    """Indicators as a page shows them: the columns of the table, and by language the words of them."""
    rows = rows_of(tables, "indicators")
    return [row | {lang: told(row, lang) for lang in LANGUAGES} for row in rows]
