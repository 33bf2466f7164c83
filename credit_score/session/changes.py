"""What a draft changes: the numbers of an amendment, and what differs from the policy in force, in words."""

from collections import Counter
from typing import Any

from credit_score.language import in_both
from credit_score.report.content import labels
from credit_score.session.case import Case
from credit_score.session.refusal import said_in_both
from credit_score.session.state import Draft

Path = tuple[str, ...]
FIELDS = {"ratios": "ratio", "floors": "floor", "frequency": "frequency"}


def changes(case: Case, draft: Draft) -> dict[Path, float | int]:
    """Path of a number in the policy → its new value, for what differs from the policy in force.

    A number that departments share goes into the common schedule, where the most of them have it; those that differ
    get one of their own, as does a department that had one already.
    """
    found: dict[Path, float | int] = {}
    for tier, cut, before in zip(case.cube.tiers, draft.cutoffs, case.in_force.cutoffs, strict=False):
        if cut != before:
            found["tiers", "tiers", tier, "from_score"] = _plain(cut)
    for name, field in FIELDS.items():
        found |= _scheduled(case, draft, name, field)
    if draft.cap != case.in_force.cap:
        found["inspection", "cap"] = draft.cap
    return found


def _scheduled(case: Case, draft: Draft, name: str, field: str) -> dict[Path, float | int]:
    """Of the ratios, floors or frequencies, those that have to be written."""
    found: dict[Path, float | int] = {}
    rules = case.rules
    for k, tier in enumerate(case.cube.tiers):
        wanted, before = getattr(draft, name)[k], getattr(case.in_force, name)[k]
        if wanted == before:
            continue
        base = rules.figure(getattr(rules.model.inspection.schedule[tier], field)).value
        own = {d.id for d in rules.model.inspection.departments if _own(d, field, tier, case)}
        shared = [n for d, n in zip(case.cube.departments, wanted, strict=True) if d not in own]
        common = _most_common(shared, float(base)) if shared else float(base)
        if common != base:
            found["inspection", "schedule", tier, field] = _plain(common)
        for d, number, old in zip(case.cube.departments, wanted, before, strict=True):
            now = old if d in own else common
            if number != now:
                found["inspection", "departments", d, field, tier] = _plain(number)
    return found


def _own(department: Any, field: str, tier: str, case: Case) -> bool:
    dated = department.own[field].get(tier)
    return dated is not None and dated.at(case.day) is not None


def _most_common(numbers: list[float], before: float) -> float:
    """The number that most have; of several, the one before if it is among them, else the least."""
    counted = Counter(numbers)
    most = max(counted.values())
    best = [n for n, times in counted.items() if times == most]
    return before if before in best else min(best)


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else float(number)


def told_changes(case: Case, draft: Draft) -> list[dict[str, Any]]:
    """What differs from the policy in force, a row a number of the amendment: label, before, after, unit, reference."""
    return [_told(case, path, after) for path, after in changes(case, draft).items()]


def _told(case: Case, path: Path, after: float) -> dict[str, Any]:
    section, *_ = path
    tiers, departments = labels(case.rules, "tiers"), labels(case.rules, "departments")
    field, tier, department = _parted(path)
    figure = _before(case, path)
    unit = {"from_score": "points", "ratio": "share", "cap": "visits"}.get(field, "count")
    value = None if figure is None else figure.value / 1000 if field == "from_score" else figure.value
    label = tiers[tier] if tier else said_in_both("session.cap", {})
    return {
        "rule": ":".join(path[:-1]) or section, "field": field, "label": label, "unit": unit,
        "department": departments[department] if department else None, "before": value, "after": after,
        "reference": in_both(figure.reference) if figure else None,
    }  # fmt: skip


def _parted(path: Path) -> tuple[str, str | None, str | None]:
    """Field, tier and department that a path is of."""
    if path[1] == "departments":
        return path[3], path[4], path[2]
    if path[1] == "cap":
        return "cap", None, None
    return path[3], path[2], None


def _before(case: Case, path: Path) -> Any:
    """The figure in force: a department's own, or the common one that held for it."""
    field, tier, department = _parted(path)
    rules, inspection = case.rules, case.rules.model.inspection
    if tier is None:
        return rules.figure(inspection.cap)
    if field == "from_score":
        return next(t.from_score for t in rules.model.tiers.tiers if t.id == tier and t.from_score).at(case.day)
    own = next((d.own[field].get(tier) for d in inspection.departments if d.id == department), None)
    return (own.at(case.day) if own else None) or rules.figure(getattr(inspection.schedule[tier], field))
