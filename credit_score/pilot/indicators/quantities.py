"""Each named quantity of a policy, computed: its number on every day asked for, in one query."""

from typing import TYPE_CHECKING, Any

from credit_score.pilot.counted import Counts, counted
from credit_score.pilot.indicators.asked import Asked, Count
from credit_score.pilot.indicators.lacking import lacks
from credit_score.pilot.indicators.of_records import (
    credit_records,
    farm_entities,
    farm_entities_covered,
    judged_reports,
    offending_reports,
    periods_arrived,
    periods_due,
    rated_firms,
    wrong_disputes,
)
from credit_score.pilot.spans import stocks
from credit_score.policy.ruleset import numbers

if TYPE_CHECKING:
    from datetime import date

    import ibis

    from credit_score.policy.quantities import Activities, Institution, Quantity, Responsible


def number(asked: Asked, quantity: "Quantity") -> Counts:
    """A quantity on each day that is asked for; raises Lacking where it cannot be told."""
    return QUANTITIES[quantity.of](asked, quantity)


def _rows(table: str, key: str, begun: str, ended: str | None = None) -> Count:
    """Distinct keys of a table that stand on each day."""
    return lambda asked, _: asked.standing_rows(table, key, begun, ended)


def _firms(table: str, begun: str, ended: str | None = None) -> Count:
    """Firms of the register of which a row of a table stands on each day; none before it is registered."""
    return lambda asked, _: _of_register(asked, asked.table(table), begun, ended)


def _of_register(asked: Asked, rows: "ibis.Table", begun: str, ended: str | None) -> Counts:
    import ibis

    firms = asked.standing.firms.select("enterprise_id", "registered_on")
    known = rows.filter(rows[begun].notnull()).join(firms, "enterprise_id")
    until = {"ended": known[ended]} if ended else {}
    since = ibis.greatest(known[begun], known.registered_on)
    return counted(known.select(key=known.enterprise_id, begun=since, **until), stocks(asked.days))


def _register(asked: Asked, _: "Quantity") -> Counts:
    firms = asked.standing.firms
    return counted(firms.select(key=firms.enterprise_id, begun=firms.registered_on), stocks(asked.days))


def _banks(asked: Asked, _: "Quantity") -> Counts:
    """Banks of the county; the table tells no day on which one opened, so that each counts on every day."""
    n = int(asked.table("banks").count().execute())
    return (n,) * len(asked.days)


def _report_uses(asked: Asked, _: "Quantity") -> Counts:
    return asked.happened(asked.table("report_uses"), "report_use", "used_on")


def _office_staff(asked: Asked, _: "Quantity") -> Counts:
    """Posts of the role staff: only the office has them, whichever unit they were sent from."""
    posts = asked.table("posts")
    own = posts.filter(posts.role == "staff")
    return counted(own.select(key=own.post_id, begun=own.since, ended=own.until), stocks(asked.days))


def _activities(asked: Asked, own: "Activities") -> Counts:
    column = {"activities": "activity_id", "activity_kinds": "activity", "activity_places": "place"}[own.of]
    rows = asked.table("activities")
    return asked.happened(rows.filter(rows.activity.isin(list(own.kinds))), column, "held_on")


def _units(asked: Asked, own: "Responsible") -> Counts:
    """Units with a task on the as-of day."""
    return (len(_responsible(asked, own)),) * len(asked.days)


def _responsible(asked: Asked, own: "Responsible") -> set[str]:
    rules = asked.standing.rules
    named = (rules.value(task.units) for task in rules.model.pilot.tasks) if rules.model.pilot else ()
    return {unit for units in named for unit in units or ()} - set(own.without)


def _units_staffed(asked: Asked, own: "Responsible") -> Counts:
    """Units with at least one leader and one liaison: the smaller number of each, unit by unit."""
    posts = asked.table("posts")
    named = posts.filter(posts.unit.isin(sorted(_responsible(asked, own))))
    leaders, liaisons = (named.filter(named.role == role) for role in ("leader", "liaison"))
    both = leaders.join(liaisons, "unit").select(
        "unit", "since", "until", since_other="since_right", until_other="until_right"
    )  # fmt: skip
    return counted(_overlaps(both), stocks(asked.days))


def _overlaps(both: "ibis.Table") -> "ibis.Table":
    """The days on which both posts of a pair are filled."""
    import ibis

    last = ibis.date(9999, 1, 1)
    ended = ibis.least(both.until.fill_null(last), both.until_other.fill_null(last))
    begun = ibis.greatest(both.since, both.since_other)
    return both.select(key=both.unit, begun=begun, ended=ended).filter(lambda t: t.begun < t.ended)


def _scenes(asked: Asked, _: "Quantity") -> Counts:
    scenes = asked.standing.rules.model.scenes
    if scenes is None:
        raise lacks("pilot.needs_section", section="scenes")
    return tuple(sum(_in_force(scene, day) for scene in scenes.scenes) for day in asked.days)


def _in_force(rules: Any, day: "date") -> bool:
    """Whether rules hold on a day: by their own ``in_force``, else by any number of theirs, or by having none."""
    own = getattr(rules, "in_force", None)
    found = [own] if own is not None else [n.dated for n in numbers(rules)]
    return not found or any(dated.at(day) for dated in found)


def _institution(asked: Asked, own: "Institution") -> Counts:
    """1 where the rules hold and somebody who consents is assessed: a member; of households, one with a household."""
    section = getattr(asked.standing.rules.model, own.section)
    people = asked.table("individuals")
    members = people.filter(people.enrolled_on.notnull())
    if own.section == "three_credit":
        members = members.filter(members.household_id.notnull())
    rows = members.select(key=members.person_id, begun=members.enrolled_on, ended=members.left_on)
    met = zip(counted(rows, stocks(asked.days)), asked.days, strict=True)
    return tuple(int(section is not None and n > 0 and _in_force(section, day)) for n, day in met)


QUANTITIES: dict[str, Count] = {
    "firms": _register,
    "banks": _banks,
    "banks_joined": _rows("banks", "bank_id", "joined_on"),
    "platform_firms": _firms("platform", "joined_on"),
    "real_name_firms": _firms("platform", "real_name_on"),
    "authorised_firms": _firms("authorisations", "given_on", "withdrawn_on"),
    "joint_firms": _firms("joint_building", "applied_on"),
    "bodies_in_default": _rows("government_cases", "body", "found_on", "closed_on"),
    "report_uses": _report_uses,
    "office_staff": _office_staff,
    "activities": _activities,
    "activity_kinds": _activities,
    "activity_places": _activities,
    "units": _units,
    "units_staffed": _units_staffed,
    "scenes": _scenes,
    "institution": _institution,
    "wrong_disputes": wrong_disputes,
    "farm_entities": farm_entities,
    "farm_entities_covered": farm_entities_covered,
    "credit_records": credit_records,
    "rated_firms": rated_firms,
    "offending_reports": offending_reports,
    "judged_reports": judged_reports,
    "periods_due": periods_due,
    "periods_arrived": periods_arrived,
}
