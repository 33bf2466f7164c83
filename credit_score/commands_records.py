"""What the commands on records do: how well units report, which clocks run, what arrived, who may ask for repair."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import Steps, check_outside, print_json, print_words, write_table
from credit_score.errors import PolicyError, RunError
from credit_score.told import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet
    from credit_score.records import Records


def quality(arguments: argparse.Namespace) -> None:
    """The four zeros by unit and by unit and month, with the reading they rest on."""
    from credit_score.records.duties.field_checks import field_check_table
    from credit_score.records.duties.four_zeros import four_zeros, four_zeros_rows, zeros_by_unit
    from credit_score.records.duties.quality_told import quality_reading

    records, rules, steps = _opened(arguments, "clocks")
    steps("measuring")
    by_month = four_zeros(records, rules)
    told = {
        "by_unit": zeros_by_unit(by_month),
        "by_month": by_month,
        "field_checks": field_check_table(records.refusals),
    }
    if arguments.rows:
        write_table(four_zeros_rows(records, rules), arguments.rows)
    steps("done")
    if arguments.json:
        _print_told(rules, **told, reading=quality_reading(arguments.lang))
    else:
        _print_quality(told, rules, arguments.lang)


def _print_quality(told: "dict[str, pd.DataFrame]", rules: "RuleSet", lang: str) -> None:
    from credit_score.language import say
    from credit_score.records.duties.quality_told import quality_reading, quality_told

    by_unit = quality_told(told["by_unit"].assign(month=""), rules, lang)
    print_words("quality.by_unit", by_unit.drop(columns=say("quality.month", lang)), lang)
    offended = told["by_month"][told["by_month"]["n"].fillna(0) > 0]
    print_words("quality.by_month", quality_told(offended, rules, lang), lang)
    checks = told["field_checks"].rename(columns={f"label_{lang}": "label"})
    shown = {"label": say("quality.check", lang), "n": say("column.rejected", lang)}
    print_words("quality.field_checks", checks[list(shown)].rename(columns=shown), lang)
    print(quality_reading(lang))


def clocks(arguments: argparse.Namespace) -> None:
    """Every clock by unit, and those that still run with the days left."""
    from credit_score.records.duties.clocks import clock_table
    from credit_score.records.duties.running import COUNTED, RUNNING, clock_counts, running_clocks
    from credit_score.records.duties.told import in_words

    records, rules, steps = _opened(arguments, "clocks")
    steps("measuring")
    table = _with_days(clock_table(records.tables, rules, rules.on, compared=arguments.compared).execute())
    counted, running = clock_counts(table), running_clocks(table)
    if arguments.rows:
        write_table(table.sort_values(["clock", "started_on", "record_id"], ignore_index=True), arguments.rows)
    steps("done")
    if arguments.json:
        _print_told(rules, counts=counted, running=running)
        return
    print_words("clocks.counts", in_words(counted, COUNTED, rules, arguments.lang), arguments.lang)
    print_words("clocks.running", in_words(running, RUNNING, rules, arguments.lang), arguments.lang)


def coverage(arguments: argparse.Namespace) -> None:
    """What is expected of each unit by the catalogue of resources, what arrived, and the new farm entities covered."""
    from credit_score.language import say
    from credit_score.records.duties.coverage import coverage_by, coverage_table, farm_coverage, first_day

    records, rules, steps = _opened(arguments, "resources")
    steps("measuring")
    since = _day(arguments.since) if arguments.since else first_day(rules.on)
    table = coverage_table(records["credit_records"], rules, since=since)
    farms = farm_coverage(records["enterprises"], records["credit_records"], rules) if _names_farms(rules) else None
    told = {"resources": table, "by_group": coverage_by(table, "group"), "by_unit": coverage_by(table, "unit")}
    if arguments.rows:
        write_table(table, arguments.rows)
    steps("done")
    if arguments.json:
        _print_told(rules, since=since, **told, farm_entities=vars(farms) if farms else None)
    else:
        _print_coverage(told, rules, arguments.lang)
        print(farms.told(arguments.lang) if farms else "")
        print(say("coverage.reading", arguments.lang))


def _names_farms(rules: "RuleSet") -> bool:
    return bool(rules.model.resources and rules.model.resources.farm_entities)


def _print_coverage(told: "dict[str, pd.DataFrame]", rules: "RuleSet", lang: str) -> None:
    from credit_score.records.duties.told import in_words

    resources = told["resources"].rename(columns={f"gap_{lang}": "gap"})
    shown = ["resource", "unit", "expected", "arrived", "share", "gap"]
    print_words("coverage.resources", in_words(resources, shown, rules, lang), lang)
    for by in ("group", "unit"):
        table = in_words(told[f"by_{by}"], [by, "expected", "arrived", "share"], rules, lang)
        print_words({"group": "coverage.by_group", "unit": "coverage.by_unit"}[by], table, lang)


def repair(arguments: argparse.Namespace) -> None:
    """Who may ask for repair now or soon and what is missing, by class and unit; notices for those not served one."""
    from credit_score.records.duties.repair import reminders, repair_table, served_share
    from credit_score.records.duties.repair_counts import repair_counts

    _check_notices(arguments)
    days = _days_of_repair(arguments)
    records, rules, steps = _opened(arguments, "repair", by_events=True)
    steps("measuring")
    tables = records["credit_records"], records["record_events"]
    table = repair_table(*tables, rules, **days)
    told = {"by_class": repair_counts(table), "served": served_share(*tables, rules, **days).execute()}
    if arguments.reminders or arguments.json:
        told["reminders"] = _with_days(reminders(table, rules).execute())
    if arguments.rows or arguments.notices:
        _write_penalties(table.order_by("record_id").execute(), records, rules, arguments)
    steps("done")
    if arguments.json:
        _print_told(rules, since=days["since"] or rules.model.repair.notices_since, **told)
    else:
        _print_repair(told, rules, arguments.lang)


def _days_of_repair(arguments: argparse.Namespace) -> dict[str, date | None]:
    """The day by what was known on which it is asked, and from which penalties on; refused before any work is done."""
    from credit_score.records.life import known_day

    known, since = (_day(text) if text else None for text in (arguments.as_known_on, arguments.since))
    return {"known_on": known_day(_day(arguments.as_of), known), "since": since}


def _check_notices(arguments: argparse.Namespace) -> None:
    """Refuse a folder that cannot become the notices' before any work is done."""
    from credit_score.files import check_free
    from credit_score.report.repair_notice import MARK

    if arguments.notices:
        target = Path(arguments.notices).resolve()
        if target == Path.cwd() or target in Path.cwd().parents:
            raise RunError("is the folder you are in", where=str(target), remedy="choose another folder")
        sources = [Path(p) for p in (arguments.folder, arguments.policy) if Path(p).is_dir()]
        check_free(target, replaces=MARK, inputs=sources)


def _write_penalties(
    penalties: "pd.DataFrame", records: "Records", rules: "RuleSet", arguments: argparse.Namespace
) -> None:  # fmt: skip
    """The rows of the penalties, and the notice of each that was not served one and still is public."""
    from credit_score.report.repair_notice import write_repair_notices

    if arguments.rows:
        write_table(_with_days(penalties), arguments.rows)
    if arguments.notices:
        due = penalties[penalties["missing"].str.contains("notice_not_served")]
        write_repair_notices(due, rules, arguments.notices, synthetic=records.synthetic)
        print(f"written: {arguments.notices} ({len(due):,} notices)", file=sys.stderr)


def _print_repair(told: "dict[str, pd.DataFrame]", rules: "RuleSet", lang: str) -> None:
    from credit_score.records.duties.repair_counts import STATES
    from credit_score.records.duties.told import in_words

    shown = ["class_id", "unit", "penalties", *STATES, "notice_not_served", "no_outcome"]
    print_words("repair.by_class", in_words(told["by_class"], shown, rules, lang), lang)
    served = told["served"][told["served"]["penalties"] > 0]
    print_words("repair.served_share", in_words(served, ["unit", "penalties", "served", "share"], rules, lang), lang)
    if "reminders" in told:
        shown = [
            "remind_by",
            "unit",
            "subject",
            "record_id",
            "class_id",
            "may_apply_from",
            "ends_by_itself_on",
            "missing",
        ]
        print_words("repair.reminders", in_words(told["reminders"], shown, rules, lang), lang)


def _opened(
    arguments: argparse.Namespace, section: str, *, by_events: bool = False
) -> "tuple[Records, RuleSet, Steps]":  # fmt: skip
    """Records and rules of the day; refuses a policy without the section before anything is read.

    ``by_events``: the command itself holds events to ``--as-known-on``, so that a folder of files can be asked too.
    """
    from credit_score.policy import load_policy
    from credit_score.records import read_records
    from credit_score.records.keeping.store import is_store

    check_outside(arguments.rows, arguments.folder)
    policy, steps = load_policy(arguments.policy), Steps(quiet=arguments.quiet)
    rules = policy.at(arguments.as_of)
    if not getattr(rules.model, section):
        raise PolicyError(f"policy {rules.name!r} has no {section} section", remedy=f"add {section}.yaml to it")
    known = None if by_events and not is_store(Path(arguments.folder)) else arguments.as_known_on
    return read_records(arguments.folder, policy=policy, as_known_on=known, progress=steps), rules, steps


def _day(text: str) -> date:
    from credit_score.policy.loader import as_date

    return as_date(text)


def _with_days(table: "pd.DataFrame") -> "pd.DataFrame":
    """A table with days as ``datetime.date``, so that they are written as 2023-06-30."""
    days = table.select_dtypes("datetime").columns
    return table.assign(**{c: table[c].dt.date for c in days})


def _print_told(rules: "RuleSet", **told: Any) -> None:
    """Tables as lists of rows, null where there is nothing, with the day they are of."""
    rows = {name: rows_of(value) if hasattr(value, "columns") else value for name, value in told.items()}
    print_json({"policy": rules.name, "as_of": rules.on, **rows})
