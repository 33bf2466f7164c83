"""The scoreboard: each indicator of the plan on the day and at the ends of months, and the plan's tasks beside it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES
from credit_score.pilot.indicators.asked import Asked
from credit_score.pilot.indicators.lacking import Lacking, lacks
from credit_score.pilot.indicators.light import gap, light
from credit_score.pilot.indicators.quantities import number
from credit_score.pilot.indicators.words import gap_told
from credit_score.pilot.spans import days_of
from credit_score.pilot.standing import Standing
from credit_score.policy.plan import Indicator, Phase, Task

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.pilot.counted import Counts
    from credit_score.policy.dated import Figure
    from credit_score.policy.pilot import Pilot

COLUMNS = [
    "indicator", "task", "label_zh", "label_en", "numerator", "denominator", "value", "comparison", "target", "unit",
    "gap", "gap_zh", "gap_en", "light", "needs_zh", "needs_en", "units", "deadline", "phase", "basis", "reference",
    "words", "rule",
]  # fmt: skip
TREND = ["indicator", "month", "numerator", "denominator", "value"]
TASKS = [
    "task", "label_zh", "label_en", "units", "deadline", "words", "indicators", "tracked_zh", "tracked_en", "rule",
]  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """An indicator with its numbers on every day asked for; ``needs``: in words, where it cannot be measured."""

    indicator: Indicator
    numerators: "Counts" = ()
    denominators: "Counts" = ()
    needs: dict[str, str] | None = None


def indicator_tables(standing: Standing) -> "dict[str, pd.DataFrame]":
    """``indicators``, ``indicator_trend`` and ``plan_tasks``; none where the policy has no pilot.

    Counts are whole numbers, shares in [0, 1]; ``gap`` is how many more (or, where too many are there, fewer) of what
    is counted the target needs, 0 where it is met and not a number where it cannot be measured.
    """
    import pandas as pd

    pilot = standing.rules.model.pilot
    if pilot is None:
        return {}
    days = days_of(standing.on, pilot.phases[0].first) if pilot.phases else (standing.on,)
    measured = _measured(standing, pilot, days)
    trend = [row for own in measured for row in _trend(own, days)]
    numbers = {"numerator": float, "denominator": float, "value": float}
    board = pd.DataFrame([_row(own, standing, pilot) for own in measured], columns=COLUMNS)
    return {
        "indicators": board.astype(numbers | {"target": float, "gap": float}),
        "indicator_trend": pd.DataFrame(trend, columns=TREND).astype(numbers),
        "plan_tasks": pd.DataFrame([_task(task, standing, pilot) for task in pilot.tasks], columns=TASKS),
    }


def _measured(standing: Standing, pilot: "Pilot", days: tuple[date, ...]) -> list[Measured]:
    """Every indicator whose target is in force; each quantity is asked for once."""
    known: dict[Any, Counts | Lacking] = {}

    def ask(asked: Asked, quantity: Any) -> "Counts":
        key = (quantity, asked.months, asked.monthly)
        if key not in known:
            try:
                known[key] = number(asked, quantity)
            except Lacking as lacking:
                known[key] = lacking
        found = known[key]
        if isinstance(found, Lacking):
            raise found
        return found

    listed = (i for i in pilot.indicators if i.target.at(standing.on))
    return [_measure(i, _asked(i, standing, pilot, days), ask) for i in listed]


def _asked(indicator: Indicator, standing: Standing, pilot: "Pilot", days: tuple[date, ...]) -> Asked:
    months = standing.rules.value(indicator.within)
    return Asked(standing, days, pilot.phases[0].first, months, indicator.unit == "per_month")


def _measure(indicator: Indicator, asked: Asked, ask: Any) -> Measured:
    own = Measured(indicator)
    try:
        own = replace(own, numerators=ask(asked, indicator.numerator))
        below = ask(asked, indicator.denominator) if indicator.denominator else (1,) * len(asked.days)
        if not below[-1]:
            raise lacks("pilot.needs_any")
    except Lacking as lacking:
        return replace(own, numerators=(), needs=lacking.words)
    return replace(own, denominators=below)


def _row(own: Measured, standing: Standing, pilot: "Pilot") -> dict[str, Any]:
    rules, indicator = standing.rules, own.indicator
    task = next(t for t in pilot.tasks if t.number == indicator.task)
    deadline = indicator.deadline or task.deadline
    due, target = deadline or pilot.phases[-1].last, rules.figure(indicator.target)
    missing = _missing(own, target)
    units = rules.value(indicator.units or task.units) or ()
    return {
        "indicator": indicator.id, "task": indicator.task, "label_zh": indicator.label.zh,
        "label_en": indicator.label.en, **_numbers(own, -1), "comparison": indicator.comparison,
        "target": target.value, "unit": indicator.unit, "gap": None if missing is None else abs(missing),
        **{f"gap_{lang}": _gap_told(own, missing, target, lang) for lang in LANGUAGES},
        "light": light(missing, standing.on, due),
        **{f"needs_{lang}": own.needs[lang] if own.needs else "" for lang in LANGUAGES},
        "units": ";".join(units), "deadline": deadline, "phase": _phase(pilot.phases, due), "basis": target.basis,
        "reference": target.reference, "words": indicator.words, "rule": f"pilot:indicators:{indicator.id}",
    }  # fmt: skip


def _numbers(own: Measured, at: int) -> dict[str, float | None]:
    """Numerator, denominator (of shares) and value on one of the days; none where nothing is there to divide by."""
    if own.needs:
        return dict.fromkeys(("numerator", "denominator", "value"))
    above, below = own.numerators[at], own.denominators[at]
    return {
        "numerator": above, "denominator": below if own.indicator.denominator else None,
        "value": above / below if below else None,
    }  # fmt: skip


def _missing(own: Measured, target: "Figure") -> int | None:
    if own.needs:
        return None
    return gap(own.numerators[-1], own.denominators[-1], own.indicator.comparison, target.value)


def _gap_told(own: Measured, missing: int | None, target: "Figure", lang: str) -> str:
    return "" if missing is None else gap_told(own.indicator, missing, target.value, lang)


def _phase(phases: tuple[Phase, ...], day: date) -> str:
    """The phase in which an indicator is due."""
    return next((phase.id for phase in phases if phase.first <= day <= phase.last), phases[-1].id)


def _trend(own: Measured, days: tuple[date, ...]) -> list[dict[str, Any]]:
    """A row a day, none where the indicator cannot be measured."""
    if own.needs:
        return []
    told = {"indicator": own.indicator.id}
    return [told | {"month": f"{day:%Y-%m}"} | _numbers(own, at) for at, day in enumerate(days)]


def _task(task: Task, standing: Standing, pilot: "Pilot") -> dict[str, Any]:
    own = [i.id for i in pilot.indicators if i.task == task.number]
    tracked = {f"tracked_{lang}": getattr(task.tracked, lang) if task.tracked else "" for lang in LANGUAGES}
    units = standing.rules.value(task.units) or ()
    return {
        "task": task.number, "label_zh": task.label.zh, "label_en": task.label.en, "units": ";".join(units),
        "deadline": task.deadline, "words": task.words, "indicators": ";".join(own), **tracked,
        "rule": f"pilot:tasks:{task.id}",
    }  # fmt: skip
