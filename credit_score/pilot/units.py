"""Assessment by unit: of each unit its own sheet, and the supervising office's league of gaps.

An indicator or a task for which several units answer stands on the sheet of each, and says how many they are. In the
league it counts for each of them, and it moves none: a unit is placed by what it alone is to do, since of what several
share only one of the others may be able to do what is lacking. What is shared and late stands in a column beside.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES
from credit_score.pilot.calendar import calendar_table
from credit_score.pilot.cases import case_items, case_table
from credit_score.pilot.duty_items import clock_items, quality_items, resource_items
from credit_score.pilot.items import Item, Tables, Words, as_day, ground_of, item_table, label_of, rows_of, state_on
from credit_score.pilot.office import office_table, post_items
from credit_score.pilot.standing import Standing
from credit_score.policy.named import Named
from credit_score.policy.pilot import Pilot

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

LIGHTS = ("red", "amber", "green", "grey")
LEAGUE = [
    "unit", "label_zh", "label_en", "late", "late_shared", "soon", "open", "days_late", *LIGHTS, "shared",
    "gap_indicator", "gap_label_zh", "gap_label_en", "gap_zh", "gap_en", "gap_share",
]  # fmt: skip


def unit_tables(standing: Standing, made: Tables) -> "dict[str, pd.DataFrame]":
    """``unit_items``, ``league``, ``office``, ``government_cases``, ``calendar``; none where the policy has no office.

    ``government_cases`` is left out where there is no register of them.

    ``made``: the tables of the parts before, of which ``indicators`` and ``plan_tasks`` are read.
    """
    plan = standing.rules.model.pilot
    if plan is None or plan.office is None:
        return {}
    office = plan.office
    cases = {"government_cases": case_table(standing, plan)} if standing.has("government_cases") else {}
    soon = standing.rules.value(office.soon) or 0
    items = [
        *indicator_items(made, standing.on, plan.last_day, soon=soon), *task_items(made, plan, standing.on, soon=soon),
        *case_items(cases, standing, plan), *clock_items(standing, office), *quality_items(standing, plan),
        *resource_items(standing, office), *post_items(standing, office),
    ]  # fmt: skip
    units = standing.rules.about.units
    told_of = {name: made[name] for name in ("indicators", "plan_tasks") if name in made}
    days = calendar_table(told_of | cases, standing.rules, plan)
    table = item_table(items, standing.on, [unit.id for unit in units])
    return {
        "unit_items": table, "league": league(table, made, units), "office": office_table(standing, office),
        "calendar": days, **cases,
    }  # fmt: skip


def indicator_items(made: Tables, on: "date", last: "date | None", *, soon: int) -> Iterator[Item]:
    """An item an indicator and responsible unit: to close its gap, to bring what it needs, or met.

    ``last``: the last day of the plan's phases, on which an indicator without a deadline is due once its light is red.
    """
    for row in rows_of(made, "indicators"):
        units, due = _split(row["units"]), as_day(row["deadline"]) or (last if row["light"] == "red" else None)
        state, asked = state_on(due, on, soon=soon), told(row, "gap")
        if row["light"] == "grey":
            state, asked = "unmeasured", told(row, "needs")
        elif row["light"] == "green":
            state = "met"
        for unit in units:
            yield Item(
                unit, "indicator", row["indicator"], told(row, "label"), asked, state, row["rule"], row["basis"],
                row["reference"], int(row["task"]) or None, due, row["light"], len(units),
            )  # fmt: skip


def task_items(made: Tables, plan: Pilot, on: "date", *, soon: int) -> Iterator[Item]:
    """An item a task without a number and responsible unit; after its deadline nobody can tell whether it is done."""
    tasks = {task.number: task for task in plan.tasks}
    for row in rows_of(made, "plan_tasks"):
        if row["indicators"]:
            continue
        task, units, due = tasks[int(row["task"])], _split(row["units"]), as_day(row["deadline"])
        state = state_on(due, on, soon=soon)
        for unit in units:
            yield Item(
                unit, "task", task.id, label_of(task), told(row, "tracked"), "unmeasured" if state == "late" else state,
                f"pilot:tasks:{task.id}", *ground_of(task, on), task.number or None, due, "", len(units),
            )  # fmt: skip


def told(row: Mapping[str, Any], name: str) -> Words:
    """A text of a row in each language."""
    return {lang: row[f"{name}_{lang}"] for lang in LANGUAGES}


def _split(units: str) -> list[str]:
    return [unit for unit in units.split(";") if unit]


def league(items: "pd.DataFrame", made: Tables, units: tuple[Named, ...]) -> "pd.DataFrame":
    """A row a unit, first the one with most late items of its own; ties by the policy's order.

    ``late``: items of its own that are late; ``late_shared``: those that it shares with others, which move no unit;
    ``soon, open``: all of its. ``days_late``: of the most overdue of its own. ``red, amber, green, grey``: indicators
    by light, shared ones in each unit's, ``shared`` of them. ``gap_…``: the unmet indicator of the unit that is
    furthest from its target, by ``gap_share``, the share in (0, 1] of the way that is still to go.
    """
    import pandas as pd

    gaps = {row["indicator"]: row for row in rows_of(made, "indicators") if share_to_go(row)}
    rows = [_of_unit(unit, items[items["unit"] == unit.id], gaps) for unit in units]
    rows.sort(key=lambda row: -row["late"])
    return pd.DataFrame(rows, columns=LEAGUE).astype({"days_late": "Int64", "gap_share": "Float64"})


def _of_unit(unit: Named, own: "pd.DataFrame", gaps: dict[str, Any]) -> dict[str, Any]:
    late, shared = own["state"] == "late", own["n_units"] > 1
    measured = own[own["kind"] == "indicator"]
    counts = {light: int((measured["light"] == light).sum()) for light in LIGHTS}
    days = own.loc[late & ~shared, "days_late"]
    unmet = [gaps[name] for name in measured["item"] if name in gaps]
    far: dict[str, Any] = max(unmet, key=share_to_go, default={})
    return {
        "unit": unit.id, "label_zh": unit.label.zh, "label_en": unit.label.en, "late": int((late & ~shared).sum()),
        "late_shared": int((late & shared).sum()), "soon": int((own["state"] == "soon").sum()),
        "open": int((own["state"] == "open").sum()), "days_late": int(days.max()) if len(days) else None, **counts,
        "shared": int((measured["n_units"] > 1).sum()), "gap_indicator": far.get("indicator", ""),
        "gap_share": share_to_go(far) if far else None,
        **{f"gap_label_{lang}": far.get(f"label_{lang}", "") for lang in LANGUAGES},
        **{f"gap_{lang}": far.get(f"gap_{lang}", "") for lang in LANGUAGES},
    }  # fmt: skip


def share_to_go(row: Mapping[str, Any]) -> float:
    """How far an indicator is from its target, as the share of the way that is left: gap ÷ (numerator + gap).

    0 where it is met or cannot be measured; 1 where nothing is there yet, and where there is to be nothing at all but
    something is.
    """
    gap, have = row["gap"], row["numerator"]
    if row["light"] in ("green", "grey") or not gap > 0:
        return 0.0
    fewer = row["comparison"] == "at_most" or (row["comparison"] == "equals" and row["value"] > row["target"])
    return float(gap / have if fewer else gap / (have + gap))
