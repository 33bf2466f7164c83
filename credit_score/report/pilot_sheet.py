"""The sheet of one unit as a run folder holds it: what is late first, in groups, and in lines of a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from credit_score.errors import RunError
from credit_score.language import say
from credit_score.pilot.items import STATES, rows_of
from credit_score.report.pilot_tables import pilot_tables_of
from credit_score.report.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd


def unit_sheet(run: RunFolder, unit: str) -> "pd.DataFrame":
    """The items of one unit. Raises RunError for a unit that the policy does not have, naming those there are."""
    known = [u.id for u in run.rules().about.units]
    if unit not in known:
        raise RunError(f"no unit {unit!r}", where=str(run.path), remedy=f"units are {', '.join(known)}")
    return sheet_of(pilot_tables_of(run)["unit_items"], unit)


def sheet_of(items: "pd.DataFrame", unit: str) -> "pd.DataFrame":
    """The items of one unit, as the run ordered them."""
    return items[items["unit"] == unit].reset_index(drop=True)


def sheet_groups(sheet: "pd.DataFrame") -> list[dict[str, Any]]:
    """The items of a sheet by how they stand: ``state`` and ``items``; groups without one are left out."""
    rows = rows_of({"sheet": sheet}, "sheet")
    groups = [{"state": state, "items": [row for row in rows if row["state"] == state]} for state in STATES]
    return [group for group in groups if group["items"]]


def sheet_lines(run: RunFolder, unit: str, sheet: "pd.DataFrame", lang: str) -> Iterator[str]:
    """The sheet in lines: days, task, what, what is asked, rule; under a heading a group."""
    label = next(getattr(u.label, lang) for u in run.rules().about.units if u.id == unit)
    yield say("sheet.heading", lang, unit=label, on=run.manifest["as_of"])
    for group in sheet_groups(sheet):
        yield ""
        yield say("sheet.group", lang, state=say(f"state.{group['state']}", lang), n=len(group["items"]))
        yield from (f"  {_line(row, lang)}" for row in group["items"])
    if sheet.empty:
        yield say("sheet.nothing", lang)
    yield ""
    yield say("standing." + run.manifest["status"].replace(" ", "_"), lang)


def _line(row: dict[str, Any], lang: str) -> str:
    import pandas as pd

    days = "" if pd.isna(row["days_left"]) else say("sheet.days_left", lang, n=row["days_left"])
    days = days if pd.isna(row["days_late"]) else say("sheet.days_late", lang, n=row["days_late"])
    shared = say("sheet.shared_by", lang, n=row["n_units"]) if row["n_units"] > 1 else ""
    task = "" if pd.isna(row["task"]) else say("sheet.of_task", lang, task=row["task"])
    told = say("explain.pair", lang, name=row[f"label_{lang}"] + shared, value=row[f"asked_{lang}"])
    return "  ".join(part for part in (days, task, told, f"[{row['rule']}]") if part)
