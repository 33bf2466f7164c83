"""The pilot's scoreboard for the page: indicators with lights and small trends, and the plan's tasks."""

from functools import partial
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, say
from credit_score.pilot.indicators import SIGNS, told
from credit_score.report.content import labels
from credit_score.report.figures import plot_trend
from credit_score.report.run import Run
from credit_score.report.style import as_svg

if TYPE_CHECKING:
    import pandas as pd

SMALL = {"height": 0.46, "width": 1.4}


def scoreboard(run: Run) -> dict[str, Any] | None:
    """``counts`` (of each light), ``rows`` (an indicator each) and ``tasks``; None where the policy has no indicators.

    A row has its words by language as :func:`credit_score.pilot.indicators.told` gives them, ``light``, ``rule``, and
    ``trend``, an SVG, empty where less than two months could be measured.
    """
    board = run.pilot.get("indicators")
    if board is None or board.empty:
        return None
    months = dict(list(run.pilot["indicator_trend"].groupby("indicator")))
    rows = [_row(row, months.get(row["indicator"])) for row in _plain(board)]
    tasks = [_task(task, labels(run.rules, "units")) for task in _plain(run.pilot["plan_tasks"])]
    return {"counts": {light: int((board["light"] == light).sum()) for light in SIGNS}, "rows": rows, "tasks": tasks}


def _plain(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows of a table, None where nothing is known."""
    whole = table.astype(object)
    return whole.where(whole.notna(), None).to_dict("records")


def _row(row: dict[str, Any], months: "pd.DataFrame | None") -> dict[str, Any]:
    words = {lang: {k: _unbroken(text) for k, text in told(row, lang).items()} for lang in LANGUAGES}
    return words | {"light": row["light"], "rule": row["rule"], "trend": _trend(row, months)}


def _unbroken(text: str) -> str:
    """A text whose line never breaks between a number and its sign of percent."""
    return text.replace(" %", "\u00a0%")


def _trend(row: dict[str, Any], months: "pd.DataFrame | None") -> str:
    if months is None or months["value"].notna().sum() < 2:
        return ""
    label = " / ".join(say("pilot.trend_of", lang, label=row[f"label_{lang}"]) for lang in LANGUAGES)
    draw = partial(plot_trend, months, target=row["target"])
    return as_svg(draw, name=f"trend-{row['indicator']}", label=label, **SMALL)


def _task(task: dict[str, Any], units: dict[str, dict[str, str]]) -> dict[str, Any]:
    named = task["units"].split(";") if task["units"] else []
    return {
        "number": task["task"], "label": {lang: task[f"label_{lang}"] for lang in LANGUAGES}, "rule": task["rule"],
        "deadline": task["deadline"],
        "units": {lang: say("explain.and", lang).join(units[unit][lang] for unit in named) for lang in LANGUAGES},
        "tracked": {lang: task[f"tracked_{lang}"] for lang in LANGUAGES} if task["tracked_en"] else None,
    }  # fmt: skip
