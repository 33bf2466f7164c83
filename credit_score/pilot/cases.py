"""Cases of government bodies in default as a register: what is open, by when it is to be closed, and what was closed.

How long a case may stay open is no number of the plan: each row brings its own due day. A body is a government body;
no natural person stands in the register.
"""

from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, say
from credit_score.pilot.items import Item, Tables, as_day, ground_of, in_words, rows_of, state_on
from credit_score.pilot.standing import Standing
from credit_score.policy.pilot import Pilot

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

# As the register lists them: those that are late first.
CASE_STATES = ("overdue", "open", "closed_late", "closed")
DAYS = ("found_on", "due_on", "closed_on")
COLUMNS = [
    "case_id", "body", "case_kind", "kind_zh", "kind_en", "unit", "unit_zh", "unit_en", "found_on", "due_on",
    "closed_on", "state", "days_late", "days_left",
]  # fmt: skip


def case_table(standing: Standing, plan: Pilot) -> "pd.DataFrame":
    """The register on the day, a row a case found by then: overdue ones first, the most overdue on top.

    ``state``: ``open``, ``overdue`` (open after ``due_on``), ``closed`` (by it) or ``closed_late``; a case closed after
    the day is open on it. ``days_late`` counts from ``due_on`` to the day or the closing; ``days_left`` is of open
    cases.
    """
    import ibis
    import pandas as pd

    listed = standing.records["government_cases"]
    known = listed.filter(listed.found_on <= ibis.date(standing.on)).order_by("case_id").execute()
    kinds = {k.id: k.label for k in plan.case_kinds}
    units = {u.id: u.label for u in standing.rules.about.units}
    rows = []
    for row in known.to_dict("records"):
        kind, unit = kinds[row["case_kind"]], units[row["unit"]]
        words = {"kind_zh": kind.zh, "kind_en": kind.en, "unit_zh": unit.zh, "unit_en": unit.en}
        days = {name: as_day(row[name]) for name in DAYS}
        rows.append(row | words | days | _on_the_day(days["due_on"], days["closed_on"], standing.on))
    rows.sort(key=lambda r: (CASE_STATES.index(r["state"]), r["due_on"], r["case_id"]))
    types = {"days_late": "Int64", "days_left": "Int64"} | dict.fromkeys(DAYS, object)
    return pd.DataFrame(rows, columns=COLUMNS).astype(types)


def _on_the_day(due: Any, closed: "date | None", on: "date") -> dict[str, Any]:
    """The state of a case, the day it was closed on by then, and the days it is late or has left."""
    closed = closed if closed and closed <= on else None
    late = ((closed or on) - due).days
    state = ("closed_late" if late > 0 else "closed") if closed else ("overdue" if late > 0 else "open")
    left = None if closed or late > 0 else -late
    return {"closed_on": closed, "state": state, "days_late": late if late > 0 else None, "days_left": left}


def case_counts(cases: "pd.DataFrame") -> "pd.DataFrame":
    """Cases by kind and responsible unit: ``overdue, open, closed_late, closed`` and ``n``, and their words."""
    by = ["case_kind", "kind_zh", "kind_en", "unit", "unit_zh", "unit_en"]
    told = cases.assign(**{state: (cases["state"] == state).astype(int) for state in CASE_STATES}, n=1)
    return told.groupby(by, sort=False)[[*CASE_STATES, "n"]].sum().reset_index()


def case_items(made: Tables, standing: Standing, plan: Pilot) -> list[Item]:
    """An item an open case of the register, of the unit that answers for it."""
    if plan.office is None:
        return []
    soon, number = standing.rules.value(plan.office.soon) or 0, plan.office.item_tasks.get("case")
    ground = ground_of(next((t for t in plan.tasks if t.number == number), None), standing.on)
    open_ones = [row for row in rows_of(made, "government_cases") if row["state"] in ("open", "overdue")]
    return [
        Item(
            row["unit"], "case", row["case_id"],
            {lang: say("sheet.case", lang, body=row["body"], kind=row[f"kind_{lang}"]) for lang in LANGUAGES},
            in_words("sheet.close_case", found=row["found_on"], due=row["due_on"]),
            state_on(row["due_on"], standing.on, soon=soon), f"pilot:case_kinds:{row['case_kind']}", *ground,
            number, row["due_on"],
        )
        for row in open_ones
    ]  # fmt: skip
