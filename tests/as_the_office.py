"""A day in the office of a pilot, by hand, for tests: registers, indicators and tasks as parts hand them on."""

from datetime import date
from types import SimpleNamespace

import ibis
import pandas as pd

from credit_score.pilot.units import unit_tables
from credit_score.policy import load_policy
from credit_score.report.run_folder import read_list
from credit_score.sheet import write_csv

POLICY = load_policy("gaoyang")
PLAN = POLICY.model.pilot
ON = date(2023, 6, 30)
POSTS = {"post_id": "string", "unit": "string", "role": "string", "since": "date", "until": "date"}
CASES = {
    "case_id": "string", "body": "string", "case_kind": "string", "unit": "string", "found_on": "date",
    "due_on": "date", "closed_on": "date",
}  # fmt: skip
RECORDS = {
    "record_id": "string", "subject_kind": "string", "subject_id": "string", "item": "string",
    "catalogue_kind": "string", "unit": "string", "occurred_on": "date", "reported_on": "date",
}  # fmt: skip
DECISIONS = {"record_id": "string", "unit": "string", "item": "string", "decided_on": "date"}
SCHEMAS = {"posts": POSTS, "government_cases": CASES, "credit_records": RECORDS, "decisions": DECISIONS}
NO_QUALITY = pd.DataFrame(columns=["unit", "month", "measure", "clock", "n", "of", "share", "needs"])


class Records(dict):
    """Tables by name."""

    @property
    def tables(self):
        return self


def standing(on=ON, policy=POLICY, quality=NO_QUALITY, **registers):
    """Where a county stands that handed in these registers, rows as tuples, and no others."""
    told = {name: registers.get(name, ()) for name in SCHEMAS}
    records = Records({
        name: ibis.memtable(pd.DataFrame(rows, columns=list(SCHEMAS[name])), schema=SCHEMAS[name])
        for name, rows in told.items()
    })  # fmt: skip
    return SimpleNamespace(on=on, rules=policy.at(on), records=records, has=registers.__contains__, quality=quality)


def without_duties(policy=POLICY):
    """The policy without clocks and resources: nothing but indicators, tasks and registers is due."""
    return SimpleNamespace(
        at=lambda on: SimpleNamespace(
            on=on, about=policy.model.policy, name="gaoyang", value=policy.at(on).value, figure=policy.at(on).figure,
            model=policy.model.model_copy(update={"clocks": None, "resources": None}),
        )
    )  # fmt: skip


def indicator(name, units, light="amber", *, task=11, deadline=None, gap=1.0, numerator=1.0, **more):
    """A row of the scoreboard: a count of at least 10 unless told otherwise."""
    words = {"label_zh": f"指标{name}", "label_en": f"Indicator {name}", "gap_zh": "还差", "gap_en": "more to come"}
    needs = {"needs_zh": "需要表", "needs_en": "needs a table"} if light == "grey" else {"needs_zh": "", "needs_en": ""}
    told = {
        "indicator": name, "task": task, "numerator": numerator, "denominator": None, "value": numerator,
        "comparison": "at_least", "target": 10.0, "unit": "count", "gap": gap, "light": light, "units": ";".join(units),
        "deadline": deadline, "phase": "implementation", "basis": "plan", "reference": "方案 / plan", "words": "词",
        "rule": f"pilot:indicators:{name}",
    }  # fmt: skip
    return told | words | needs | more


def task(number, units, *, deadline=None, indicators=""):
    """A row of the plan's tasks."""
    return {
        "task": number, "label_zh": f"任务{number}", "label_en": f"Work {number}", "units": ";".join(units),
        "deadline": deadline, "words": "词", "indicators": indicators, "tracked_zh": "跟踪", "tracked_en": "tracked",
    }  # fmt: skip


def made(indicators=(), tasks=()):
    """The tables that the parts before hand on."""
    found = {"indicators": pd.DataFrame(indicators), "plan_tasks": pd.DataFrame(tasks)}
    return {name: table for name, table in found.items() if len(table)}


def sheet(table, unit):
    """The items of one unit as rows."""
    return table[table["unit"] == unit].to_dict("records")


class Folder:
    """As a run folder, with the tables of a standing in it and nothing else."""

    def __init__(self, path, where, before):
        self.path, self._rules = path, where.rules
        tables = {**before, **unit_tables(where, before)}
        for name, table in tables.items():
            write_csv(table.assign(status="draft"), path / f"{name}.csv")
        outputs = {f"pilot/{name}.csv": "" for name in tables}
        self.manifest = {"status": "draft", "as_of": str(where.on), "policy": "gaoyang", "outputs": outputs}

    def rules(self):
        return self._rules

    def table(self, name):
        return read_list(self.path / name.removeprefix("pilot/"))
