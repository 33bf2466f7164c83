"""How well the figures of a draft are known: a year of it drawn again and again, with the violation curve as it may be.

Each replication draws a curve (what is not known of the chances) and then the year by the cells engine (chance: which
firms are drawn, which of them are in violation). A firm is found at most once, so that a year is one period in which a
drawn firm counts once; how often it is visited costs days and finds no more, as in the county cube.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from credit_score.inspection.county import Answer
from credit_score.session.case import Case
from credit_score.session.figures import plain
from credit_score.session.state import Draft, matrix
from credit_score.simulation.engines import prepared, run
from credit_score.simulation.scenario import Scenario

REPLICATIONS, LEVEL, SEED = 1000, 0.9, 2023
TIE, APART = 1e-9, 0.01  # relative: detections that are equal; days that are as good as the same


def bands(case: Case, draft: Draft, *, n: int = REPLICATIONS, seed: int = SEED) -> dict[str, Any] | None:
    """Intervals of rates, detections and undetected, and whether the draft is better than the policy in force.

    The share ``level`` of replications lies between ``low`` and ``high``, as many below as above. ``better``: as
    :func:`better_than_in_force` tells it. None where no visit says how many are in violation.
    """
    if case.cube.curve is None:
        return None
    answer = draft.answer(case.cube)
    expected = answer.violations_of(case.cube.curve.draws(n, seed))
    found, missed = year(answer, expected, seed)
    return {
        "level": LEVEL, "n": n, "rates": _ends(_rates(answer, expected)), "detections": _told(found.sum(axis=1)),
        "undetected": _told(missed.sum(axis=1)), "found_by_department": _ends(found),
        "better": better_than_in_force(case, draft, n=n, seed=seed),
    }  # fmt: skip


def better_than_in_force(case: Case, draft: Draft, *, n: int = REPLICATIONS, seed: int = SEED) -> dict[str, Any] | None:
    """Whether a draft is expected to find more than the policy in force, over what is not known of the rates.

    The share of the curves that may be under which it does, ties half, luck aside: ``as_it_stands``, and at the
    ``same_days``, its ratios scaled to the days of the policy in force, None where floors let no factor do that.
    ``gain``: how many more, ``mean``, ``low`` and ``high``. None where no visit says how many are in violation.
    """
    if case.cube.curve is None:
        return None
    curves = case.cube.curve.draws(n, seed)
    answer, before = draft.answer(case.cube), case.in_force.answer(case.cube)
    expected = answer.violations_of(curves)
    base = _expected(before, before.violations_of(curves))
    own, scaled = _expected(answer, expected), with_days_of(draft, before)
    apart = abs(scaled.days_by_tier.sum() - before.days_by_tier.sum())
    same = p_better(_expected(scaled, expected), base) if apart <= APART * before.days_by_tier.sum() else None
    return {"as_it_stands": p_better(own, base), "same_days": same, "gain": _told(own - base)}


def _expected(answer: Answer, expected: np.ndarray) -> np.ndarray:
    """Detections a year under each curve, (R,); ``expected``: its violations, (R, K, D)."""
    found: np.ndarray = (answer.chance * expected).sum(axis=(1, 2))
    return found


def year(answer: Answer, expected: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Firms found in violation and violations missed in a year, by replication and department, (R, D) each.

    ``expected``: violations by replication, tier and department, (R, K, D). Two drafts with one seed share their luck.
    """
    there = np.flatnonzero(answer.firms.sum(axis=0) > 0)
    scenario = _scenario(answer, there)
    records = run(prepared(scenario, _violating(answer, expected, there)), "cells", np.arange(len(expected)), seed)
    found, total = (np.zeros((len(expected), len(answer.cube.departments))) for _ in range(2))
    found[:, there] = records.found.sum(axis=(1, 2))
    total[:, there] = records.violating[:, 0].sum(axis=1)
    return found, total - found


def _scenario(answer: Answer, there: np.ndarray) -> Scenario:
    """A year in one period: a type of firms a department, violations that neither begin nor end, no response."""
    cube, plan = answer.cube, answer.plan
    types, departments = [], []
    for d in there:
        firms, name = answer.firms[:, d], cube.departments[d]
        schedule = {
            tier: {"ratio": float(plan.ratios[k, d]), "floor": int(min(plan.floors[k, d], firms[k]))}
            for k, tier in enumerate(cube.tiers)
        }
        start = {tier: float(n / firms.sum()) for tier, n in zip(cube.tiers, firms, strict=True) if n}
        violating = dict.fromkeys(start, 0.0)
        types.append({
            "name": name, "firms": int(firms.sum()), "start": start, "department": name, "violating": violating,
        })  # fmt: skip
        departments.append({"name": name, "schedule": schedule})
    common = {tier: {"ratio": 0.0} for tier in cube.tiers}
    given: dict[str, Any] = {"tiers": cube.tiers, "types": types, "departments": departments, "schedule": common}
    return Scenario(name="a year", periods=1, per_year=1, fix=0.0, **given)


def _violating(answer: Answer, expected: np.ndarray, there: np.ndarray) -> dict[str, np.ndarray]:
    """The share of each type and tier in violation, by where it stands in the scenario, (R,) each."""
    return {
        f"types.{j}.violating.{tier}": np.clip(expected[:, k, d] / answer.firms[k, d], 0.0, 1.0)
        for j, d in enumerate(there)
        for k, tier in enumerate(answer.cube.tiers)
        if answer.firms[k, d] > 0
    }


def with_days_of(draft: Draft, other: Answer) -> Answer:
    """The draft with all ratios scaled by one factor, so that its draws take the days of another, as near as may be.

    Floors stay. Raises PolicyError as an answer does.
    """
    cube, wanted = other.cube, float(other.days_by_tier.sum())
    ratios = np.array(draft.ratios)

    def scaled(factor: float) -> Answer:
        return replace(draft, ratios=matrix(np.clip(ratios * factor, 0.0, 1.0))).answer(cube)

    low, high = 0.0, 1.0
    while scaled(high).days_by_tier.sum() < wanted and ((ratios > 0) & (ratios * high < 1)).any():
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if scaled(middle).days_by_tier.sum() < wanted else (low, middle)
    return scaled(high)


def p_better(own: np.ndarray, other: np.ndarray) -> float:
    """The share of replications in which the one is more than the other, ties half; (R,) each."""
    tie = np.abs(own - other) <= TIE * np.maximum(np.abs(other), 1.0)
    return float(np.where(tie, 0.5, own > other).mean())


def _rates(answer: Answer, expected: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return expected.sum(axis=2) / answer.firms.sum(axis=1)


def _ends(values: np.ndarray) -> dict[str, list[float | None]]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return {"low": plain(low), "high": plain(high)}


def _told(values: np.ndarray) -> dict[str, Any]:
    return {"mean": float(values.mean())} | _ends(values)
