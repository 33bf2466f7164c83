"""The figures of a draft as lists and numbers for the page, and the limits of law and capacity it does not keep."""

from typing import Any

import numpy as np

from credit_score.inspection import Breach, breaches
from credit_score.inspection.county import Answer
from credit_score.language import LANGUAGES, say
from credit_score.report.content import breach_told, labels, reference_in
from credit_score.session.case import Case
from credit_score.session.state import Draft

RED, WARN = "red", "warn"
BY_CREDIT = "国办发〔2019〕35号 / General Office of the State Council, Guobanfa (2019) 35"
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
    return np.where(finite, numbers, None).tolist()


def checks(case: Case, draft: Draft, answer: Answer) -> list[dict[str, Any]]:
    """What a draft does not keep, the red before the warnings: a red one refuses the signature.

    Red: a department's capacity, the county's least share, visits beyond the annual cap. Warned of: a tier of which
    nobody is drawn, so that its rate cannot be known; a worse tier that is visited less often than a better one.
    """
    red = [*_limits(case, answer), *_beyond_the_cap(case, draft)]
    return [*red, *_nobody_drawn(case, answer), *_out_of_order(case, draft, answer)]


def _limits(case: Case, answer: Answer) -> list[dict[str, Any]]:
    import pandas as pd

    cube, names = case.cube, labels(case.rules, "departments")
    planned = answer.load - cube.out_of_plan
    columns = {"days": planned, "out_of_plan_days": cube.out_of_plan, "capacity_days": cube.capacity}
    load = pd.DataFrame({"department": cube.departments} | columns)
    # A sum that meets its limit in real numbers may pass it by a last digit.
    found = [b for b in breaches(load, answer.county_share, case.rules) if b.excess > 1e-9 * max(b.limit, 1.0)]
    return [_told_limit(case, b, {lang: breach_told(b, lang, names) for lang in LANGUAGES}) for b in found]


def _told_limit(case: Case, found: Breach, text: dict[str, str]) -> dict[str, Any]:
    reference = say_both("session.staff") if found.kind == "capacity" else both(found.reference)
    place = case.cube.departments.index(found.department) if found.department else None
    return _check(
        found.kind, RED, found.rule, (text, reference), department=place, found=found.found, limit=found.limit
    )


def _beyond_the_cap(case: Case, draft: Draft) -> list[dict[str, Any]]:
    most = max(max(row) for row in draft.frequency)
    if most <= draft.cap:
        return []
    reference = both(case.rules.figure(case.rules.model.inspection.cap).reference)
    text = say_both("session.beyond_the_cap", visits=f"{most:g}", cap=draft.cap)
    return [_check("cap", RED, "inspection", (text, reference), found=most, limit=draft.cap)]


def _nobody_drawn(case: Case, answer: Answer) -> list[dict[str, Any]]:
    blind = (answer.firms > 0) & (answer.drawn == 0)
    tiers = labels(case.rules, "tiers")
    return [
        _check(
            "no_rate", WARN, f"inspection:schedule:{case.cube.tiers[k]}",
            (
                {lang: say("session.no_rate", lang, tier=tiers[case.cube.tiers[k]][lang]) for lang in LANGUAGES},
                say_both("session.ground_of_rates"),
            ),
            tier=int(k), found=0.0, limit=0.0,
        )
        for k in np.flatnonzero(blind.any(axis=1))
    ]  # fmt: skip


def _out_of_order(case: Case, draft: Draft, answer: Answer) -> list[dict[str, Any]]:
    """Pairs of neighbouring tiers of which the worse is visited less often, told once for the departments together."""
    often = answer.chance * np.array(draft.frequency)
    found = []
    for k in range(len(case.cube.tiers) - 1):
        there = (answer.firms[k] > 0) & (answer.firms[k + 1] > 0)
        less = there & (often[k + 1] < often[k] * (1 - 1e-9))
        if less.any():
            d = int(np.argmax(np.where(less, often[k] - often[k + 1], -1)))
            found.append(_less_often(case, k, d, int(less.sum()), often[k + 1, d], often[k, d]))
    return found


def _less_often(case: Case, k: int, d: int, n: int, own: float, better: float) -> dict[str, Any]:
    departments, tiers = labels(case.rules, "departments"), labels(case.rules, "tiers")
    named = {
        lang: {
            "worse": tiers[case.cube.tiers[k + 1]][lang], "better": tiers[case.cube.tiers[k]][lang],
            "department": departments[case.cube.departments[d]][lang],
        }
        for lang in LANGUAGES
    }  # fmt: skip
    numbers = {"own": f"{own:.3f}", "than": f"{better:.3f}", "n": n}
    text = {lang: say("session.out_of_order", lang, **named[lang], **numbers) for lang in LANGUAGES}
    rule = f"inspection:schedule:{case.cube.tiers[k + 1]}"
    return _check("order", WARN, rule, (text, both(BY_CREDIT)), tier=k + 1, department=d, found=own, limit=better)


def _check(
    kind: str, level: str, rule: str, said: tuple[dict[str, str], dict[str, str]], *,
    tier: int | None = None, department: int | None = None, found: float, limit: float,
) -> dict[str, Any]:  # fmt: skip
    return {
        "kind": kind, "level": level, "rule": rule, "department": department, "tier": tier, "found": float(found),
        "limit": float(limit), "text": said[0], "reference": said[1],
    }  # fmt: skip


def both(reference: str) -> dict[str, str]:
    """A reference in both languages."""
    return {lang: reference_in(reference, lang) for lang in LANGUAGES}


def say_both(key: str, **values: object) -> dict[str, str]:
    """A text of the catalogue in both languages."""
    return {lang: say(key, lang, **values) for lang in LANGUAGES}
