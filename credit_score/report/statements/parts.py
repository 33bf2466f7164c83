"""The parts that a person's statement and an enterprise's report have in common."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from credit_score.language import reference_in
from credit_score.policy.dated import Figure
from credit_score.report.statements.content import Row, Section
from credit_score.report.told import Told

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report.run_folder import RunFolder

SELF = "self"


@dataclass(frozen=True)
class Head:
    """What stands at the head of a statement: under which serial, by whom, for which use, on which day, until when."""

    serial: str
    office: str
    use: str
    issued_on: date
    valid_until: date


def facts_of(run: "RunFolder", subject: str, kind: str) -> "pd.DataFrame":
    """The facts that a run kept of a subject, the first that happened first."""
    facts = run.table("facts.parquet", subject=subject)
    return facts[facts["subject_kind"] == kind].sort_values(["occurred_on", "record_id"])


def pair(key: str, value: object, told: Told, *notes: str) -> Row:
    """A named value."""
    return Row((told.say(key), str(value)), notes)


def issued(run: "RunFolder", head: Head, told: Told) -> tuple[Row, ...]:
    """By whom a statement was issued, when, until when it is valid, and what it rests on."""
    units = {u.id: told.label(u) for u in told.rules.about.units}
    valid = told.figures["statements", "valid_for"]
    return (
        pair("statement.office", units.get(head.office, told.say("statement.self")), told),
        pair("statement.issued_on", head.issued_on, told),
        pair("statement.valid_until", head.valid_until, told, *_cited("statements", "valid_for", valid, told)),
        pair("explain.on", told.rules.on, told),
        pair("explain.known_on", run.manifest["as_known_on"], told),
        pair("explain.policy", told.label(told.rules.about), told),
    )


def dispute(kind: str, told: Told) -> Section:
    """What a subject may ask for, and how long units have to answer a dispute."""
    statements = told.rules.model.statements
    rights = [r for r in statements.rights if kind in r.of and r.in_force.at(told.rules.on)] if statements else []
    rows = [Row((told.label(r),), _ground(r.in_force.at(told.rules.on), told)) for r in rights]
    return Section("dispute", told.say("statement.dispute"), rows=(*rows, *_clocks(told)))


def verify(told: Told) -> Section:
    """How to verify, and what the code proves."""
    return Section("verify", told.say("statement.verify"), (told.say("statement.verify_how"),))


def stripped(lines: list[str]) -> tuple[str, ...]:
    """Lines of :class:`Told` without their indent."""
    return tuple(line.strip() for line in lines)


def _clocks(told: Told) -> list[Row]:
    """The clocks of disputes that the county is held to on the day."""
    day, found = told.rules.on, []
    for clock in told.rules.model.clocks or ():
        limit = next(filter(None, (d.at(day) for d in (clock.working_days, clock.calendar_days) if d)), None)
        held = clock.held.at(day) if clock.held else None
        if clock.starts == "disputed" and limit and held:
            unit = told.say(f"unit.{limit.unit.replace(' ', '_')}")
            text = told.say("statement.clock", clock=told.label(clock), n=limit.value, unit=unit)
            found.append(Row((text,), (*_ground(limit, told), *_ground(held, told))))
    return found


def _ground(figure: Figure | None, told: Told) -> tuple[str, ...]:
    if figure is None:
        return ()
    reference = reference_in(figure.reference, told.lang)
    return (told.say("statement.ground", basis=told.say(f"basis.{figure.basis}"), reference=reference),)


def _cited(rule: str, field: str, figure: Figure, told: Told) -> tuple[str, ...]:
    return stripped(told.cite(rule, [(field, figure)]))
