"""The figures of a draft as lists and numbers for the page, and the limits of law and capacity it does not keep."""

from typing import Any

import numpy as np

from credit_score.inspection.breaches import Breach, breaches
from credit_score.inspection.county import Answer
from credit_score.report.content import labels
from credit_score.report.what_if import limits
from credit_score.session.case import Case
from credit_score.session.refusal import said_in_both
from credit_score.session.state import Draft

RED, WARN, SLACK = "red", "warn", 1e-9
ARRAYS = (
    "registered", "firms", "violations", "drawn", "visits", "detections", "undetected", "load", "duty_days", "rates",
)  # fmt: skip


def figures(answer: Answer) -> dict[str, Any]:
    """Expected figures of a year as lists, tiers best first; None where no visit says. See :class:`Answer`."""
    told = {name: plain(getattr(answer, name)) for name in ARRAYS}
    burden = {f"burden_{by}": plain(answer.burden(by)) for by in ("sector", "size")}
    return told | burden | {"days": plain(answer.days_by_tier), "county_share": answer.county_share}


def plain(numbers: np.ndarray) -> Any:
    """An array as lists, with None for what is no number."""
    finite: np.ndarray = np.isfinite(numbers)
    return np.where(finite, numbers.astype(object), np.array(None)).tolist()


def checks(case: Case, draft: Draft, answer: Answer) -> list[dict[str, Any]]:
    """What a draft does not keep, the red before the warnings: a red one refuses the signature.

    Red: a department's capacity, the county's least share, visits beyond the annual cap. Warned of: a tier of which
    some department draws nobody, so that its rate cannot be known; a worse tier that is visited less often than a
    better one. The browser module finds the same in the same words.
    """
    red = [*_limits(case, answer), *_beyond_the_cap(case, draft)]
    return [*red, *_nobody_drawn(case, answer), *_out_of_order(case, draft, answer)]


def _limits(case: Case, answer: Answer) -> list[dict[str, Any]]:
    import pandas as pd

    cube = case.cube
    planned = answer.load - cube.out_of_plan
    columns = {"days": planned, "out_of_plan_days": cube.out_of_plan, "capacity_days": cube.capacity}
    load = pd.DataFrame({"department": cube.departments} | columns)
    # A sum that meets its limit in real numbers may pass it by a last digit.
    found = [b for b in breaches(load, answer.county_share, case.rules) if b.excess > SLACK * b.limit]
    return [_limit(case, breach) for breach in found]


def _limit(case: Case, found: Breach) -> dict[str, Any]:
    form = ",.1f" if found.kind == "capacity" else ".2%"
    sizes = {"found": found.found, "limit": found.limit, "over": found.excess}
    place = case.cube.departments.index(found.department) if found.department else None
    named = {"department": _label(case, "departments", place)} if place is not None else {}
    numbers = {name: f"{size:{form}}" for name, size in sizes.items()}
    return _check(case, (found.kind, RED, found.rule), named | numbers, (found.found, found.limit), department=place)


def _beyond_the_cap(case: Case, draft: Draft) -> list[dict[str, Any]]:
    """Visits to one firm of one department; the cap is of all departments together, and no fewer than this."""
    most = max(*map(max, draft.frequency), float(case.cube.duty.max()))
    numbers = {"found": f"{most:g}", "limit": draft.cap}
    return [_check(case, ("cap", RED, "inspection"), numbers, (most, draft.cap))] if most > draft.cap else []


def _nobody_drawn(case: Case, answer: Answer) -> list[dict[str, Any]]:
    blind = (answer.firms > 0) & (answer.drawn == 0)
    return [
        _check(
            case, ("no_rate", WARN, f"inspection:schedule:{case.cube.tiers[k]}"),
            {"tier": _label(case, "tiers", k), "n": int(blind[k].sum())}, (0, 0), tier=k,
        )
        for k in map(int, np.flatnonzero(blind.any(axis=1)))
    ]  # fmt: skip


def _out_of_order(case: Case, draft: Draft, answer: Answer) -> list[dict[str, Any]]:
    """Pairs of neighbouring tiers of which the worse is visited less often, told with the department of most."""
    often = answer.chance * np.array(draft.frequency)
    found = []
    for k in range(len(case.cube.tiers) - 1):
        there = (answer.firms[k] > 0) & (answer.firms[k + 1] > 0)
        less = there & (often[k + 1] < often[k] * (1 - SLACK))
        if less.any():
            apart = np.where(less, often[k] - often[k + 1], 0.0)
            d = int(np.argmax(apart >= apart.max() * (1 - SLACK)))  # of several, the first
            found.append(_less_often(case, k, d, int(less.sum()), (often[k + 1, d], often[k, d])))
    return found


def _less_often(case: Case, k: int, d: int, n: int, sizes: tuple[float, float]) -> dict[str, Any]:
    named = {
        "worse": _label(case, "tiers", k + 1), "better": _label(case, "tiers", k),
        "department": _label(case, "departments", d), "found": f"{sizes[0]:.3f}", "limit": f"{sizes[1]:.3f}", "n": n,
    }  # fmt: skip
    rule = f"inspection:schedule:{case.cube.tiers[k + 1]}"
    return _check(case, ("order", WARN, rule), named, sizes, tier=k + 1, department=d)


def _label(case: Case, group: str, place: int) -> dict[str, str]:
    return labels(case.rules, group)[getattr(case.cube, group)[place]]


def _check(
    case: Case, what: tuple[str, str, str], values: dict[str, Any], sizes: tuple[float, float], *,
    tier: int | None = None, department: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A limit not kept; ``what``: kind, level and rule; ``sizes``: what there is and the limit."""
    kind, level, rule = what
    return {
        "kind": kind, "level": level, "rule": rule, "department": department, "tier": tier, "found": float(sizes[0]),
        "limit": float(sizes[1]), "text": said_in_both(f"check.{kind}", values),
        "reference": limits(case.rules)[kind]["reference"],
    }  # fmt: skip
