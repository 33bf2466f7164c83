"""An item on a unit's sheet: what is asked of the unit, by which rule, and how it stands on the day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from credit_score.language import LANGUAGES, say
from credit_score.policy.named import Named
from credit_score.policy.plan import Task

if TYPE_CHECKING:
    import pandas as pd

State = Literal["late", "soon", "open", "unmeasured", "met"]
# As they stand on a sheet: what is late, what is soon due, then the rest.
STATES: tuple[State, ...] = ("late", "soon", "open", "unmeasured", "met")
Words = dict[str, str]
Tables: TypeAlias = "Mapping[str, pd.DataFrame]"
COLUMNS = [
    "unit", "kind", "item", "task", "label_zh", "label_en", "asked_zh", "asked_en", "state", "due_on", "days_late",
    "days_left", "light", "n_units", "rule", "basis", "reference",
]  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing of one unit.

    ``kind``: indicator, task, case, clock, resource or post. ``asked``: what the unit is to do, in plain words, by
    language as ``label``. ``task``: its number in the plan, where it has one. ``due_on``: None where nothing says by
    when. ``light``: of an indicator, else empty. ``n_units``: how many units answer for it.
    """

    unit: str
    kind: str
    item: str
    label: Words
    asked: Words
    state: State
    rule: str
    basis: str
    reference: str
    task: int | None = None
    due_on: date | None = None
    light: str = ""
    n_units: int = 1


def in_words(key: str, **values: object) -> Words:
    """A text of the catalogue in each language."""
    return {lang: say(key, lang, **values) for lang in LANGUAGES}


def label_of(rule: Named) -> Words:
    """The label of a rule by language."""
    return {"zh": rule.label.zh, "en": rule.label.en}


def ground_of(task: Task | None, on: date) -> tuple[str, str]:
    """On what it rests that a task is a unit's: basis and reference; empty where nothing says so on the day."""
    figure = task.units.at(on) if task else None
    return (figure.basis, figure.reference) if figure else ("", "")


def state_on(due_on: date | None, on: date, *, soon: int) -> State:
    """How something that is still to be done stands on a day: late after its due day, soon within ``soon`` days."""
    if due_on is None:
        return "open"
    left = (due_on - on).days
    return "late" if left < 0 else "soon" if left <= soon else "open"


def item_table(items: Iterable[Item], on: date, units: Iterable[str]) -> "pd.DataFrame":
    """A row an item, columns ``COLUMNS``: units in their order, of each the late items first, then as in ``STATES``.

    The most overdue stands on top, the first due before the later, what has no due day last. ``days_late`` and
    ``days_left`` are counts of days to the day ``on``; of what is met or cannot be measured there are none.
    """
    import pandas as pd

    place = {unit: i for i, unit in enumerate(units)}
    ordered = sorted(items, key=lambda i: (place[i.unit], STATES.index(i.state), i.due_on or date.max, i.task or 99))
    table = pd.DataFrame([_row(item, on) for item in ordered], columns=COLUMNS)
    return table.astype(dict.fromkeys(("task", "days_late", "days_left", "n_units"), "Int64") | {"due_on": object})


def _row(item: Item, on: date) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in COLUMNS if hasattr(item, name)}
    words = {f"{name}_{lang}": getattr(item, name)[lang] for name in ("label", "asked") for lang in LANGUAGES}
    left = (item.due_on - on).days if item.due_on and item.state in ("late", "soon", "open") else None
    late = None if left is None or left >= 0 else -left
    return told | words | {"days_late": late, "days_left": left if late is None else None}


def as_day(value: Any) -> date | None:
    """A day as the engine, pandas or a CSV hands it over; None where there is none."""
    import pandas as pd

    if pd.isna(value) or value == "":
        return None
    return value.date() if hasattr(value, "date") else date.fromisoformat(str(value))


def rows_of(made: Tables, name: str) -> list[dict[str, Any]]:
    """The rows of a table of another part; none where that part left none."""
    rows = made[name].to_dict("records") if name in made else []
    return [{str(column): value for column, value in row.items()} for row in rows]
