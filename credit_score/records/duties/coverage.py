"""Coverage of the resource catalogue: what is expected, what arrived, by unit.

A resource is due from each unit that answers for it once a period: months, quarters or years of the calendar, or the
whole range where it is due once. A period counts when it lies whole within the range, so the one that is still
running is not yet missing. Something arrived in a period if the unit reported a record of the resource in it; what
another unit reported does not count for this one and is told beside it. Periods depend on the range and the policy
alone, so one more record never lowers a coverage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from credit_score.errors import NotAvailable, RecordsError
from credit_score.language import LANGUAGES, say
from credit_score.policy import RuleSet
from credit_score.policy.resources import FarmEntities, Resource, Resources

if TYPE_CHECKING:
    import ibis
    import pandas as pd

COLUMNS = [
    "resource", "label_zh", "label_en", "group", "unit", "every", "expected", "arrived", "records", "others",
    "last_arrived_on", "share", "target", "missing", "gap_zh", "gap_en", "basis", "reference", "unit_basis",
    "unit_reference",
]  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A period in which a resource is due: its first and last day, and its name (2023-03, 2023-Q1, 2023)."""

    first: date
    last: date
    name: str


def due_periods(every: int | None, since: date, on: date) -> tuple[Span, ...]:
    """Periods of ``every`` calendar months that lie whole in [since, on]; one, the range itself, where it is None."""
    if every is None:
        return (Span(since, on, f"{since:%Y-%m}/{on:%Y-%m}"),)
    starts = range(_month(since) // every * every, _month(on) + 1, every)
    spans = (Span(_day(m), _day(m + every) - timedelta(1), _name(m, every)) for m in starts)
    return tuple(s for s in spans if since <= s.first and s.last <= on)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _name(month: int, every: int) -> str:
    first, last = _day(month), _day(month + every - 1)
    if every == 1:
        return f"{first:%Y-%m}"
    if every == 3:
        return f"{first.year}-Q{first.month // 3 + 1}"
    return str(first.year) if every == 12 else f"{first:%Y-%m}/{last:%Y-%m}"


def first_day(on: date) -> date:
    """The first day of the year before, so that a whole year is over and what is due once a year can be measured."""
    return date(on.year - 1, 1, 1)


def coverage_table(credit_records: "ibis.Table", rules: RuleSet, *, since: date) -> "pd.DataFrame":
    """A row a resource and unit: periods expected and arrived, records, share, target, and what is missing.

    Parameters
    ----------
    credit_records : accepted records; those reported from ``since`` to the day of the rules count.
    rules : the policy at the as-of day, with its catalogue of resources.
    since : the first day of the first month.

    ``every`` is in months (empty: due once); ``share`` is in [0, 1], and not a number where no period is over yet;
    ``others`` are records of the resource that units who do not answer for it reported; ``basis`` and ``reference``
    are of the target, ``unit_basis`` and ``unit_reference`` of the unit's being named.
    Raises NotAvailable where the policy names no resources, RecordsError for a range that is none.
    """
    import pandas as pd

    resources = _resources(rules)
    if since.day != 1 or since > rules.on:
        what = f"{since} to {rules.on} is no range of months"
        raise RecordsError(what, remedy="begin on the first day of a month that is not after the as-of day")
    found = _arrivals(credit_records, since, rules.on)
    rows = [row for resource in resources.resources for row in _rows(resource, found, rules, since)]
    types = {"every": "Int64", "share": float, "target": float, "last_arrived_on": object}
    return pd.DataFrame(rows, columns=COLUMNS).astype(types)


def _resources(rules: RuleSet) -> Resources:
    if rules.model.resources is None:
        remedy = "add resources.yaml to the policy"
        raise NotAvailable(f"policy {rules.name!r} has no catalogue of resources", remedy=remedy)
    return rules.model.resources


def period_table(credit_records: "ibis.Table", rules: RuleSet, *, since: date) -> "pd.DataFrame":
    """A row a resource, unit and period that is over: ``resource, group, unit, last`` (its last day), ``arrived``.

    Summed they are the periods of :func:`coverage_table`, whose arguments and errors it has.
    """
    import pandas as pd

    table, rows = coverage_table(credit_records, rules, since=since), []
    spans = {r.id: due_periods(rules.value(r.every), since, rules.on) for r in _resources(rules).resources}
    named = {r.id: r for r in _resources(rules).resources}
    for own in table.itertuples():
        missing = own.missing.split(", ")
        due = (s for s in spans[own.resource] if own.unit in _throughout(named[own.resource], s))
        rows += [(own.resource, own.group, own.unit, s.last, s.name not in missing) for s in due]
    return pd.DataFrame(rows, columns=["resource", "group", "unit", "last", "arrived"])


def _arrivals(credit_records: "ibis.Table", since: date, on: date) -> "pd.DataFrame":
    """Records in the range by item, kind, unit and month (months since the year 0), with the last day of each."""
    rows = credit_records.filter(credit_records.reported_on.between(since, on))
    month = rows.reported_on.year() * 12 + rows.reported_on.month() - 1
    by = rows.group_by("item", "catalogue_kind", "unit", month=month)
    return by.aggregate(records=rows.count(), last=rows.reported_on.max()).execute()


def _rows(resource: Resource, found: "pd.DataFrame", rules: RuleSet, since: date) -> Iterator[dict[str, Any]]:
    every = rules.value(resource.every)
    due = [(span, _throughout(resource, span)) for span in due_periods(every, since, rules.on)]
    units = sorted({unit for _, named in due for unit in named} | set(_units(resource, rules.on)))
    takes = [resource.takes(i, k) for i, k in zip(found["item"], found["catalogue_kind"], strict=True)]
    mine = found.loc[found.index[takes]] if len(found) else found
    others = int(mine.loc[~mine["unit"].isin(units), "records"].sum())
    told = _told(resource, rules) | {"every": every, "others": others}
    for unit in units:
        spans = [span for span, named in due if unit in named]
        yield told | {"unit": unit} | _of_unit(mine[mine["unit"] == unit], spans)


def _throughout(resource: Resource, span: Span) -> tuple[str, ...]:
    """The units responsible on the first and on the last day of a period: nobody is late before the duty began."""
    first = _units(resource, span.first)
    return tuple(unit for unit in _units(resource, span.last) if unit in first)


def _units(resource: Resource, on: date) -> tuple[str, ...]:
    figure = resource.units.at(on)
    return figure.value if figure else ()


def _told(resource: Resource, rules: RuleSet) -> dict[str, Any]:
    """What the policy says of a resource, and on which ground."""
    target, units = resource.target.at(rules.on), resource.units.at(rules.on)
    return {
        "resource": resource.id, "label_zh": resource.label.zh, "label_en": resource.label.en, "group": resource.group,
        "target": target.value if target else None,
        "basis": target.basis if target else "", "reference": target.reference if target else "",
        "unit_basis": units.basis if units else "", "unit_reference": units.reference if units else "",
    }  # fmt: skip


def _of_unit(arrived: "pd.DataFrame", spans: list[Span]) -> dict[str, Any]:
    months = set(arrived["month"])
    missing = [s.name for s in spans if months.isdisjoint(range(_month(s.first), _month(s.last) + 1))]
    n, n_missing = len(spans), len(missing)
    return {
        "expected": n, "arrived": n - n_missing, "records": int(arrived["records"].sum()),
        "last_arrived_on": _as_day(arrived["last"].max()) if len(arrived) else None,
        "share": (n - n_missing) / n if n else None, "missing": ", ".join(missing),
    } | {f"gap_{lang}": _gap(n, missing, lang) for lang in LANGUAGES}  # fmt: skip


def _as_day(value: Any) -> date:
    return value.date() if hasattr(value, "date") else value


def _gap(expected: int, missing: list[str], lang: str) -> str:
    if not expected:
        return say("coverage.no_period", lang)
    if not missing:
        return say("coverage.no_gap", lang, expected=expected)
    periods = ("、" if lang == "zh" else ", ").join(missing)
    return say("coverage.gap", lang, missing=len(missing), expected=expected, periods=periods)


def coverage_by(table: "pd.DataFrame", by: Literal["group", "unit", "resource"]) -> "pd.DataFrame":
    """Periods expected and arrived by group, unit or resource, with their share; not a number where none is due."""
    summed = table.groupby(by, sort=True)[["expected", "arrived", "records"]].sum().reset_index()
    share = summed["arrived"] / summed["expected"].where(summed["expected"] > 0)
    return summed.assign(share=share.astype(float))


@dataclass(frozen=True)
class FarmCoverage:
    """New farm entities of the register, and how many have a record; ``share`` is None where it cannot be measured."""

    entities: int
    covered: int
    share: float | None
    target: float | None
    reference: str

    def told(self, lang: str) -> str:
        """The coverage in words."""
        if self.share is None:
            return say("coverage.no_register", lang)
        return say("coverage.farms", lang, covered=self.covered, entities=self.entities)


def farm_coverage(enterprises: "ibis.Table | None", credit_records: "ibis.Table", rules: RuleSet) -> FarmCoverage:
    """Entities with at least one record ÷ entities in the register, as known on the day of the rules.

    New farm entities are the enterprises of the legal forms and sectors that the policy names, which is our reading.
    Without a register, or with none of them in it, there is no share. Raises NotAvailable where the policy says
    nothing of farm entities.
    """
    import pandas as pd

    target = _farms(rules).target.at(rules.on)
    ground = (target.value, target.reference) if target else (None, "")
    if enterprises is None:
        return FarmCoverage(0, 0, None, *ground)
    register = farm_register(enterprises, credit_records, rules)
    known = register.filter(register.registered_on <= rules.on)
    told = known.aggregate(n=known.count(), covered=(known.covered_on <= rules.on).sum()).execute().iloc[0]
    n, covered = int(told["n"]), 0 if pd.isna(told["covered"]) else int(told["covered"])
    return FarmCoverage(n, covered, covered / n if n else None, *ground)


def farm_register(enterprises: "ibis.Table", credit_records: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    """Every new farm entity by the policy's reading: ``enterprise_id, registered_on`` and ``covered_on``.

    ``covered_on`` is the day on which its first record was reported, null without one.
    """
    farms = _farms(rules)
    of_form = enterprises.legal_form.isin(farms.legal_forms) | enterprises.sector.isin(farms.sectors)
    own = credit_records.filter(credit_records.subject_kind == "enterprise")
    first = own.group_by("subject_id").aggregate(covered_on=own.reported_on.min())
    register = enterprises.filter(of_form).left_join(first, enterprises.enterprise_id == first.subject_id)
    return register.select("enterprise_id", "registered_on", "covered_on")


def _farms(rules: RuleSet) -> FarmEntities:
    farms = _resources(rules).farm_entities
    if farms is None:
        raise NotAvailable(f"policy {rules.name!r} says nothing of farm entities", remedy="add them to resources.yaml")
    return farms
