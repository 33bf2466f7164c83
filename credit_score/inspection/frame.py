"""The frame: every firm that a department supervises, in the stratum it is drawn from.

A stratum is department × tier × duty. Duty is empty for the random draw, or the id of a statutory
minimum that falls due for the firm within the coming year.
"""

from typing import TYPE_CHECKING

from credit_score.policy.ruleset import RuleSet

if TYPE_CHECKING:
    import ibis

RANDOM = ""
COUNTS_AS_VISIT = ("random", "statutory")
STRATUM = ("department", "tier_code", "duty")
COLUMNS = ("department", "subject", "tier_code", "tier", "duty")


def inspection_frame(
    tables: dict[str, "ibis.Table"], tiers: "ibis.Table", rules: RuleSet, own: "ibis.Table | None" = None
) -> "ibis.Table":
    """A row a firm × department: ``department, subject, tier_code, tier, duty, sector, size``.

    Parameters
    ----------
    tables : accepted ``enterprises`` and ``inspections``.
    tiers : ``subject, tier_code, tier`` of the enterprises on the day.
    rules : who supervises which sector, and the statutory minimums, on the day.
    own : ``subject, department, tier_code, tier`` where a department has a tier of its own for a firm.
    """
    firms = tables["enterprises"]
    pairs = _supervision(rules)
    placed = tiers.join(firms, tiers.subject == firms.enterprise_id).join(pairs, "sector")
    placed = placed if own is None else with_own_tiers(placed, own)
    frame = placed.select("department", "subject", "tier_code", "tier", "sector", "size", "industry", "registered_on")
    return _with_duty(frame, tables["inspections"], rules).drop("industry", "registered_on")


def with_own_tiers(frame: "ibis.Table", own: "ibis.Table") -> "ibis.Table":
    """A frame of firms × departments in which a department's own tier of a firm stands in the place of the county's."""
    theirs = own.select("department", "subject", own_code="tier_code", own_tier="tier")
    joined = frame.left_join(theirs, ["department", "subject"])
    code, tier = joined.own_code.fill_null(joined.tier_code), joined.own_tier.fill_null(joined.tier)
    return joined.mutate(tier_code=code, tier=tier).select(*frame.columns)


def _supervision(rules: RuleSet) -> "ibis.Table":
    import ibis

    every = [s.id for s in rules.about.sectors]
    departments = rules.model.inspection.departments
    rows = [(d.id, s) for d in departments for s in (every if d.sectors == "all" else d.sectors)]
    columns = {"department": [r[0] for r in rows], "sector": [r[1] for r in rows]}
    return ibis.memtable(columns, schema={"department": "string", "sector": "string"})


def _with_duty(frame: "ibis.Table", inspections: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    """The most frequent statutory minimum that falls due within a year of the day, else empty."""
    import ibis

    minimums = [(m, rules.value(m.every)) for m in rules.model.inspection.statutory_minimums]
    # A firm under several is held to the most frequent; the visits it asks for cover the others.
    in_force = sorted(((m, months) for m, months in minimums if months), key=lambda pair: (pair[1], pair[0].id))
    if not in_force:
        return frame.mutate(duty=ibis.literal(RANDOM))
    last = _last_visit(inspections, rules)
    known = frame.left_join(last, ["department", "subject"]).drop("department_right", "subject_right")
    since = ibis.coalesce(known.last_visit, known.registered_on)
    year_end = ibis.date(rules.on) + ibis.interval(months=12)
    due = []
    for minimum, months in in_force:
        covered = known.industry.isin(minimum.industries) & (known.department == minimum.department)
        falls_due = (since + ibis.interval(months=months)).cast("date") <= year_end.cast("date")
        due.append(((covered & falls_due).fill_null(False), minimum.id))
    return known.mutate(duty=ibis.cases(*due, else_=RANDOM)).drop("last_visit")


def _last_visit(inspections: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    import ibis

    past = inspections.filter(
        inspections.inspected_on <= ibis.date(rules.on), inspections.stream.isin(COUNTS_AS_VISIT)
    )  # fmt: skip
    grouped = past.group_by("department", subject=past.enterprise_id)
    return grouped.aggregate(last_visit=past.inspected_on.max())
