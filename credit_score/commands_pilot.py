"""What the commands on the pilot do: the scoreboard of a run."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, print_json, print_words
from credit_score.errors import RunError
from credit_score.told import LACKS, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet
    from credit_score.report import RunFolder

BOARD, TREND, TASKS = "indicators.csv", "pilot/indicator_trend.csv", "pilot/plan_tasks.csv"
NUMBERS = ("numerator", "denominator", "value", "target", "gap")
HEADINGS = {
    "task": "pilot.task", "light": "pilot.light", "label": "pilot.indicator", "value": "pilot.value",
    "target": "pilot.target", "gap": "pilot.gap", "deadline": "pilot.deadline",
}  # fmt: skip


def pilot(arguments: argparse.Namespace) -> None:
    """The scoreboard of a saved run, or the sheet of one unit; and the pilot's folder where one is asked for."""
    from credit_score.report import RunFolder

    folder = RunFolder.open(arguments.run)
    (_sheet if arguments.unit else _scoreboard)(folder, arguments)
    if arguments.out:
        _save(folder, arguments)


def _scoreboard(folder: "RunFolder", arguments: argparse.Namespace) -> None:
    """The indicators, and the plan's tasks with what is tracked where it gives no number."""
    board, tasks = _read(folder)
    if arguments.json:
        about = {"policy": folder.manifest["policy"], "as_of": folder.manifest["as_of"]}
        told = {"indicators": board, "trend": _table(folder, TREND), "tasks": tasks}
        status = {"status": folder.manifest["status"]}
        print_json(about | status | {name: rows_of(t.drop(columns="status")) for name, t in told.items()})
    else:
        _print(board, tasks, folder, arguments.lang)


def _save(folder: "RunFolder", arguments: argparse.Namespace) -> None:
    from credit_score.report.pilot_folder import save_pilot

    Steps(quiet=arguments.quiet)("writing page, sheets and calendar")
    written = save_pilot(folder, arguments.out, lang=arguments.lang)
    print(f"written: {arguments.out} (pilot.html and {len(written) - 1} files beside it)", file=sys.stderr)


def _sheet(folder: "RunFolder", arguments: argparse.Namespace) -> None:
    from credit_score.report.pilot_sheet import sheet_lines, unit_sheet

    sheet = unit_sheet(folder, arguments.unit)
    if arguments.json:
        about = {name: folder.manifest[name] for name in ("policy", "as_of", "status")}
        print_json(about | {"unit": arguments.unit, "items": rows_of(sheet)})
        return
    for line in sheet_lines(folder, arguments.unit, sheet, arguments.lang):
        print(line)


def _read(folder: "RunFolder") -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Indicators and tasks of a run folder; raises RunError where it was made under a policy without a pilot."""
    if BOARD not in folder.manifest["outputs"]:
        remedy = "run again under a policy with pilot.yaml"
        raise RunError(f"holds no {BOARD}", where=str(folder.path), remedy=remedy)
    return _table(folder, BOARD), _table(folder, TASKS)


def _table(folder: "RunFolder", name: str) -> "pd.DataFrame":
    """A table of the pilot with its numbers as numbers, missing where a cell is empty."""
    import pandas as pd

    table = folder.table(name)
    found = [column for column in NUMBERS if column in table]
    return table.assign(**{column: pd.to_numeric(table[column].replace("", None)) for column in found})


def _print(board: "pd.DataFrame", tasks: "pd.DataFrame", folder: "RunFolder", lang: str) -> None:
    from credit_score.language import say, status_told

    rules = folder.rules()
    print_words("pilot.heading", _in_words(board, lang), lang, on=folder.manifest["as_of"])
    print(say("pilot.counts", lang, **_lights(board)))
    print()
    print(say("pilot.tasks", lang))
    for task in tasks.to_dict("records"):
        print(f"  {_task_told(task, rules, lang)}")
    print()
    print(status_told(folder.manifest["status"], lang))


def _lights(board: "pd.DataFrame") -> dict[str, int]:
    from credit_score.pilot.indicators import SIGNS

    return {light: int((board["light"] == light).sum()) for light in SIGNS}


def _in_words(board: "pd.DataFrame", lang: str) -> "pd.DataFrame":
    import pandas as pd

    from credit_score.language import say
    from credit_score.pilot.indicators import told

    rows = [told(row, lang) for row in board.to_dict("records")]
    return pd.DataFrame(rows, columns=list(HEADINGS)).rename(columns={c: say(k, lang) for c, k in HEADINGS.items()})


def _task_told(task: dict[str, Any], rules: "RuleSet", lang: str) -> str:
    """A task in one line: number, label, deadline, units, and what is tracked."""
    from credit_score.language import say

    names = {unit.id: getattr(unit.label, lang) for unit in rules.about.units}
    comma = say("explain.and", lang)
    units = comma.join(names.get(unit, unit) for unit in task["units"].split(";"))
    number = task["task"] or LACKS
    line = say("pilot.task_line", lang, number=number, label=task[f"label_{lang}"], units=units,
               deadline=task["deadline"] or say("pilot.long_term", lang))  # fmt: skip
    tracked = task[f"tracked_{lang}"]
    return line + (say("pilot.tracked", lang, what=tracked) if tracked else "")
