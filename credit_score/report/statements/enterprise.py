"""An enterprise's credit report for one of the government uses: facts with source, rule and end.

No points, no score, no tier and no visit: nothing here is read from the tables that hold them but the day on which the
rules end a record.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from credit_score.policy.periods import months_later
from credit_score.policy.repair import NOT_PUBLIC, DishonestyClass
from credit_score.policy.ruleset import RuleSet
from credit_score.policy.statements import Section as Facts
from credit_score.records.door.identity import is_person
from credit_score.report.statement import day_text
from credit_score.report.statements.content import Row, Section
from credit_score.report.statements.parts import Head, dispute, facts_of, issued, pair, stripped, verify
from credit_score.report.told import Told

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder

Fact: TypeAlias = dict[str, Any]
COLUMNS = ("fact", "source", "happened", "reported", "stands_until")
REGISTERED = ("legal_form", "sector", "size")


def report_sections(run: "RunFolder", subject: str, head: Head, told: Told) -> list[Section]:
    """The sections of an enterprise's report for the use at its head."""
    shown = _shown(told.rules, head.use)
    standing = _standing(run, subject, told.rules, _read_on(run, head, told.rules))
    facts = [f for f in standing if any(f["item"] in _names(s, told) for s in shown)]
    return [
        _about(run, subject, head, told), _registration(run, subject, told),
        *(_section(section, facts, told) for section in shown),
        *_repair(facts, told), dispute("enterprise", told), verify(told),
    ]  # fmt: skip


def _read_on(run: "RunFolder", head: Head, rules: RuleSet) -> date:
    """The day of issue; a demonstration, which may be of any time, is read on its own day."""
    return rules.on if run.manifest["status"] == "demonstration" else head.issued_on


def _standing(run: "RunFolder", subject: str, rules: RuleSet, issued_on: date) -> list[Fact]:
    """The facts that stand on the run's day and on that of issue, each with ``until``, when it first does no more.

    A report of an older run tells nothing whose time is over by the day on which somebody reads it.
    """
    ledger = run.table("ledger.parquet", subject=subject).set_index("record_id")
    ends = ledger["expires_on"].map(day_text).to_dict()
    facts = facts_of(run, subject, "enterprise").to_dict("records")
    placed = [(f, section) for f in facts if (section := _section_of(f, rules))]
    dated = [(f, _until(f, section, ends, rules)) for f, section in placed]
    return [f | {"until": until} for f, until in dated if until and until > issued_on]


def _shown(rules: RuleSet, use: str) -> list[Facts]:
    """The sections that the policy gives a use, in its order."""
    statements = rules.model.statements
    if statements is None:
        return []
    named = {section.id: section for section in statements.sections}
    of_use = next(u for u in statements.uses if u.id == use)
    return [named[name] for name in rules.figure(of_use.sections).value]


def _about(run: "RunFolder", subject: str, head: Head, told: Told) -> Section:
    uses = {u.id: told.label(u) for u in told.rules.model.statements.uses} if told.rules.model.statements else {}
    key = "statement.proprietor" if is_person(subject) else "statement.code_of_firm"
    rows = (pair(key, subject, told), pair("statement.use", uses[head.use], told), *issued(run, head, told))
    return Section("about", told.say("statement.about"), (told.say("statement.facts_only"),), rows=rows)


def _registration(run: "RunFolder", subject: str, told: Told) -> Section:
    firm = run.table("firms.parquet", subject=subject).iloc[0]
    about = told.rules.about
    words = {"legal_form": told.say(f"statement.{firm['legal_form']}")}
    words |= {name: told.label(next(n for n in group if n.id == firm[name]))
              for name, group in (("sector", about.sectors), ("size", about.sizes))}  # fmt: skip
    by_hand = firm["name"] is None or firm["name"] != firm["name"]
    name = pair("statement.name_by_hand", "", told) if by_hand else pair("statement.name", firm["name"], told)
    rows = [pair(f"statement.{key}", words[key], told) for key in REGISTERED]
    rows += [pair("statement.town", firm["town"], told),
             pair("statement.registered_on", day_text(firm["registered_on"]), told)]  # fmt: skip
    return Section("registration", told.say("statement.registration"), rows=(name, *rows))


def _names(section: Facts, told: Told) -> dict[str, str]:
    """Labels of what a section tells, by item."""
    items = {i.id: told.label(i) for i in told.rules.model.enterprise.items if i.id in section.items}
    return items | {o.id: told.label(o) for o in section.others}


def _section(section: Facts, facts: list[Fact], told: Told) -> Section:
    names = _names(section, told)
    own = sorted((f for f in facts if f["item"] in names), key=lambda f: list(names).index(f["item"]))
    rows = _once([_row(fact, names[fact["item"]], section, told) for fact in own])
    if not rows:
        return Section(section.id, told.label(section), (told.say("statement.none"),))
    headings = tuple(told.say(f"statement.{column}") for column in COLUMNS)
    return Section(section.id, told.label(section), headings=headings, rows=rows)


def _once(rows: list[Row]) -> tuple[Row, ...]:
    """Rows without the notes that stand below the next one of the same fact too."""
    told = [
        replace(row, notes=tuple(n for n in row.notes if row.cells[0] != below.cells[0] or n not in below.notes))
        for row, below in pairwise(rows)
    ]
    return (*told, *rows[-1:])


def _row(fact: Fact, label: str, section: Facts, told: Told) -> Row:
    unit = next(told.label(u) for u in told.rules.about.units if u.id == fact["unit"])
    marked = label + (told.say("explain.disputed") if fact["disputed"] else "")
    days = (day_text(fact[name]) for name in ("occurred_on", "reported_on", "until"))
    number = told.say("statement.number", number=fact["record_id"])
    return Row((marked, unit, *days), (number, *_ending(fact, section, told), *_how_to_repair(fact, told)))


def _until(fact: Fact, section: Facts, ends: dict[str, str], rules: RuleSet) -> date | None:
    """The first day on which a fact is told no more; None where that is so already, or it is normally not public."""
    happened, grade = _day(fact), _class(fact, rules)
    if fact["item"] not in section.items:
        end = months_later(happened, rules.value(section.shown_for) or 0)
        return end if end > rules.on else None
    if fact["record_id"] not in ends or (grade and rules.value(grade.published) == NOT_PUBLIC):
        return None
    days = [date.fromisoformat(ends[fact["record_id"]]), *filter(None, [grade.ends(happened) if grade else None])]
    return min(days) if min(days) > rules.on else None


def _section_of(fact: Fact, rules: RuleSet) -> Facts | None:
    """The section that tells a fact; None of one that no report tells, such as a visit."""
    sections = rules.model.statements.sections if rules.model.statements else ()
    return next((s for s in sections if fact["item"] in {*s.items, *(o.id for o in s.others)}), None)


def _day(fact: Fact) -> date:
    return date.fromisoformat(day_text(fact["occurred_on"]))


def _class(fact: Fact, rules: RuleSet) -> DishonestyClass | None:
    """The class of dishonesty of a penalty; None of anything else."""
    return rules.model.repair.of_item(fact["item"]) if rules.model.repair else None


def _ending(fact: Fact, section: Facts, told: Told) -> tuple[str, ...]:
    """The rule that ends a fact."""
    if fact["item"] not in section.items:
        return (told.rule(f"statements:sections:{section.id}", "shown_for").strip(),)
    last = replace(told.rules, on=fact["until"]).ending("enterprise", fact["item"])
    end = last or told.rules.ending("enterprise", fact["item"])
    return stripped(told.cite(end.rule, [(end.field, end.figure)])) if end else ()


def _how_to_repair(fact: Fact, told: Told) -> Iterator[str]:
    """Of a penalty, when and where repair may be asked for."""
    grade, repair = _class(fact, told.rules), told.rules.model.repair
    if grade and repair:
        day = grade.may_apply(_day(fact), told.rules.on)
        offices = [c for c in repair.offices if c.holds(told.rules.on, grade.id, fact["unit"])]
        where = told.label(offices[0]) if offices else "–"
        yield told.say("statement.repair", day=day, office=where) if day else told.say("notice.never")


def _repair(facts: list[Fact], told: Told) -> list[Section]:
    """The conditions of repair that apply to one of the penalties that are told."""
    repair, rules = told.rules.model.repair, told.rules
    graded = [(grade, f) for f in facts if (grade := _class(f, rules))]
    if not (repair and graded):
        return []
    held = [c for c in repair.conditions if any(c.holds(rules.on, grade.id, f["unit"]) for grade, f in graded)]
    rows = [Row((told.label(c),), (told.rule(f"repair:conditions:{c.id}", "in_force").strip(),)) for c in held]
    return [Section("repair", told.say("statement.how_to_repair"), rows=tuple(rows))] if rows else []
