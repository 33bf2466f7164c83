"""The pilot's tables of a run folder, read back with their kinds, and in the words of a page."""

from typing import TYPE_CHECKING, Any

from credit_score.pilot.items import STATES, as_day, rows_of
from credit_score.report.number import exact, percent, rounded_percent
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
SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "equals": "="}


def pilot_tables_of(run: RunFolder) -> "dict[str, pd.DataFrame]":
    """Name → table of the pilot in a run folder: days as ``date`` or None, counts as ``Int64``, numbers as float."""
    held = [name for name in NAMES if f"pilot/{name}.csv" in run.manifest["outputs"]]
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
    """Indicators as a page shows them: ``now``, ``aim`` in words of numbers beside the columns of the table."""
    return [
        row | {"now": _shown(row["value"], row["unit"]), "aim": _aim(row), "due": _due(row["deadline"])}
        for row in rows_of(tables, "indicators")
    ]


def _shown(value: float, unit: str) -> str:
    if value != value:  # noqa: PLR0124 - a number that is not known is not itself
        return "–"
    return rounded_percent(value) if unit == "share" else exact(round(value, 3))


def _aim(row: dict[str, Any]) -> str:
    target = percent(row["target"]) if row["unit"] == "share" else exact(row["target"])
    return f"{SIGNS[row['comparison']]} {target}"


def _due(day: Any) -> str:
    return "–" if day is None else str(day)


def sheet_of(tables: "dict[str, pd.DataFrame]", unit: str) -> "pd.DataFrame":
    """The sheet of one unit: its items, what is late first, as the run ordered them."""
    items = tables["unit_items"]
    return items[items["unit"] == unit].reset_index(drop=True)


def sheet_rows(sheet: "pd.DataFrame") -> list[dict[str, Any]]:
    """The items of a sheet in groups by how they stand: ``state`` and ``items``; groups without one are left out."""
    rows = rows_of({"sheet": sheet}, "sheet")
    groups = [{"state": state, "items": [row for row in rows if row["state"] == state]} for state in STATES]
    return [group for group in groups if group["items"]]
