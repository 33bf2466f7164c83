"""The command ``measures``: joint reward and discipline of a run, and the notices to serve."""

import argparse
import sys
from typing import TYPE_CHECKING

from credit_score.commands import Steps, check_outside, print_json, print_words
from credit_score.errors import PolicyError, RunError
from credit_score.language import say, status_told
from credit_score.told import in_words, numbers, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet
    from credit_score.report import RunFolder

TABLES = ("measures_matched", "measures_taken", "measure_statistics")
WORDS = {
    "reward": "measure.reward", "discipline": "measure.discipline", "repaired": "measure.repaired",
    "withdrawn": "measure.withdrawn", "corrected": "measure.corrected", "expired": "measure.expired",
    "longest": "measure.longest", "repeal": "measure.repeal", "no_basis": "measure.no_basis",
    "no_unit": "measure.no_unit", "no_record": "measure.no_record", "law": "basis.law", "plan": "basis.plan",
    "published": "basis.published", "assumption": "basis.assumption", "decision": "basis.decision",
}  # fmt: skip
HEADINGS = {
    "measure": "measure.measure", "direction": "measure.direction", "units": "measure.units", "basis": "measure.basis",
    "may_be_taken": "measure.may_be_taken", "firms": "measure.firms", "open": "measure.open", "taken": "measure.taken",
    "enterprise_id": "measure.enterprise", "unit": "measure.unit", "begun_on": "measure.begun_on",
    "why": "measure.why", "ground_ended_on": "measure.ground_ended_on", "days_late": "measure.days_late",
    "month": "measure.month", "n": "measure.n", "fed_back": "measure.fed_back",
    "feedback_share": "measure.feedback_share", "days_to_feedback": "measure.days_to_feedback",
    "to_lift": "measure.to_lift", "lifted_late": "measure.lifted_late",
}  # fmt: skip
NUMBERS = ("n", "fed_back", "feedback_share", "days_to_feedback", "to_lift", "lifted_late", "days_late", "refused")
LISTED = ["measure", "direction", "units", "basis", "may_be_taken"]
LIFTED = ["measure", "enterprise_id", "unit", "begun_on", "why", "ground_ended_on", "days_late"]
COUNTED = ["month", "unit", "direction", "n", "fed_back", "feedback_share", "days_to_feedback", "to_lift",
           "lifted_late", "days_late"]  # fmt: skip


def measures(arguments: argparse.Namespace) -> None:
    """Measures matched and taken, as a run left them; with --notices also what is to be served."""
    from credit_score.pilot.measures import measure_list
    from credit_score.report import RunFolder

    steps, run = Steps(quiet=arguments.quiet), RunFolder.open(arguments.run)
    check_outside(arguments.notices, arguments.run)
    rules = run.rules()
    _check(run, rules, arguments.unit)
    read = {name: numbers(run.table(f"pilot/{name}.csv").drop(columns="status"), NUMBERS) for name in TABLES}
    told = {"measure_list": measure_list(rules)} | read
    told = _of_unit(told, arguments.unit) if arguments.unit else told
    if arguments.notices:
        steps("writing notices")
        _write(told["measures_matched"], run, rules, arguments.notices)
    if arguments.json:
        about = {"policy": rules.name, "as_of": rules.on, "status": run.manifest["status"]}
        print_json(about | {name: rows_of(table) for name, table in told.items()})
    else:
        _print(told, run, rules, arguments.lang)


def _check(run: "RunFolder", rules: "RuleSet", unit: str | None) -> None:
    """Refuse a run without measures, and a unit that the policy does not have."""
    if rules.model.measures is None:
        raise PolicyError(f"policy {rules.name!r} has no measures section", remedy="add measures.yaml to it")
    if f"pilot/{TABLES[0]}.csv" not in run.manifest["outputs"]:
        raise RunError("the run holds no measures", where=str(run.path), remedy="run again with this version")
    units = sorted(u.id for u in rules.about.units)
    if unit and unit not in units:
        raise PolicyError(f"unknown unit {unit!r}", where=f"policy {rules.name!r}", remedy=f"known: {', '.join(units)}")


def _of_unit(told: "dict[str, pd.DataFrame]", unit: str) -> "dict[str, pd.DataFrame]":
    """What a unit may take, and what it took."""
    listed = told["measure_list"]
    own = listed[[unit in units.split(";") for units in listed["units"]]]
    matched = told["measures_matched"]
    taken, counted = (told[name][told[name]["unit"] == unit] for name in TABLES[1:])
    return {
        "measure_list": own, "measures_matched": matched[matched["measure"].isin(own["measure"])],
        "measures_taken": taken, "measure_statistics": counted,
    }  # fmt: skip


def _write(matched: "pd.DataFrame", run: "RunFolder", rules: "RuleSet", out: str) -> None:
    from credit_score.report.measure_notice import write_measure_notices

    write_measure_notices(matched, rules, out, synthetic=run.manifest["synthetic"])
    n = len(matched[["enterprise_id", "measure"]].drop_duplicates())
    print(f"written: {out} ({n:,} notices)", file=sys.stderr)


def by_measure(matched: "pd.DataFrame", listed: "pd.DataFrame") -> "pd.DataFrame":
    """Of each measure that may be taken the enterprises it stands for, those open and those taken.

    Two records of one enterprise are one enterprise. Open and taken are empty where no file tells what units did.
    """
    pairs = matched.drop_duplicates(["enterprise_id", "measure"])
    known = not (pairs["state"] == "").any()
    told = listed[listed["may_be_taken"].astype(bool)][["measure", "direction"]]
    counts = {"firms": pairs} | {state: pairs[pairs["state"] == state] for state in ("open", "taken")}
    for name, rows in counts.items():
        found = told["measure"].map(rows.groupby("measure").size()).fillna(0)
        told = told.assign(**{name: found if known or name == "firms" else float("nan")})
    return told


def _print(told: "dict[str, pd.DataFrame]", run: "RunFolder", rules: "RuleSet", lang: str) -> None:
    listed, matched, taken, counted = told.values()
    units = {u.id: str(getattr(u.label, lang)) for u in rules.about.units}
    names = dict(zip(listed["measure"], listed[f"label_{lang}"], strict=True))
    print(status_told(run.manifest["status"], lang))
    may = {True: say("measure.may", lang), False: say("measure.may_not", lang)}
    rows = listed.assign(
        may_be_taken=listed["may_be_taken"].map(may),
        units=[say("explain.and", lang).join(units[u] for u in text.split(";") if u) for text in listed["units"]],
    )  # fmt: skip
    _table("measure.listed", rows[LISTED], names, units, lang)
    _table("measure.by_measure", by_measure(matched, listed), names, units, lang)
    _table("measure.lift", taken[taken["state"] == "to_lift"][LIFTED], names, units, lang)
    _table("measure.statistics", counted[counted["n"] > 0][COUNTED], names, units, lang)
    if not run.manifest["rows"].get("measures_taken", {}).get("read"):
        print(say("measure.nothing_known", lang))
    if n := int(counted["refused"].sum()):
        print(say("measure.refused_rows", lang, n=f"{n:,}"))


def _table(
    heading: str, table: "pd.DataFrame", names: dict[str, str], units: dict[str, str], lang: str
) -> None:  # fmt: skip
    labels = {"measure": names, "unit": units}
    worded = {c: table[c].map(lambda v, c=c: labels[c].get(v, v)) for c in labels if c in table.columns}
    counts = ("firms", "open", "taken", "n", "fed_back", "to_lift", "lifted_late", "days_late")
    shown = in_words(
        table.assign(**worded), lang, headings=HEADINGS, words=WORDS, shares=("feedback_share",), counts=counts,
        figures=("days_to_feedback",),
    )  # fmt: skip
    print_words(heading, shown, lang)
