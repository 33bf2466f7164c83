"""The best schedule for what a state aims at: ratios at its cut-offs, proved; other cut-offs where they do more."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from credit_score.errors import PolicyError
from credit_score.inspection.county import Answer, CountyCube, best_ratios, by_score_cube, strata_cube
from credit_score.inspection.optimum import optimal_schedule
from credit_score.report.content import labels
from credit_score.session.case import Case
from credit_score.session.refusal import Refusal
from credit_score.session.state import Draft, State, moved

LEAST_SHARE = 0.01


def optimised(state: State, case: Case, *, cutoffs: bool = False) -> State:
    """The state with the best ratios within its days, bounds, floors and locks; with ``cutoffs`` other ones too.

    For given cut-offs no ratios do better (:func:`optimal_schedule`); they are then rounded to .0001, down within days,
    up for a risk. Cut-offs are looked for as if scores alone put firms in tiers, each tier of at least 1 % of firms;
    they are taken only if the true figures are better, and are not proved the best. Raises Refusal where no visit says
    how many are in violation, where a cut-off is locked, and where bounds and floors alone need more days than a
    department has.
    """
    if case.cube.curve is None:
        raise Refusal("refused.no_curve")
    found = _with_best_ratios(state, case, state.draft)
    if cutoffs:
        _check_free(state)
        with suppress(PolicyError):  # other cut-offs may need more for their floors than there is
            other = _with_best_ratios(state, case, _with_other_cutoffs(state, case.cube))
            found = other if _does_better(state, case.cube, other, found) else found
    return replace(state, draft=found)


def _with_best_ratios(state: State, case: Case, draft: Draft) -> Draft:
    """The draft with the ratios that serve the state's aim best, within the days that the state's own draft sets."""
    answer = draft.answer(case.cube)
    low, high = _bounds(state)
    asked = _asked(state, case, answer)
    best = best_ratios(answer, low=low, high=high, objective=state.objective, **asked).ratios
    return draft.with_ratios(best, up=state.objective == "burden", held=_held(state))


def _bounds(state: State) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest ratios, (K, D); those of a locked tier are as they are."""
    now, held = np.array(state.draft.ratios), _held(state)[:, None]
    return np.where(held, now, state.least), np.where(held, now, state.most)


def _held(state: State) -> np.ndarray:
    """Whether the ratios of a tier are locked, (K,)."""
    return np.array([f"ratio:{k}" in state.locks for k in range(len(state.draft.ratios))])


def _asked(state: State, case: Case, answer: Answer) -> dict[str, Any]:
    if state.objective == "burden":
        return {"risk": float(state.draft.answer(case.cube).undetected.sum())}
    asked: dict[str, Any] = {"budget": budget(state, case.cube, answer)}
    _check_enough(state, case, answer, asked["budget"])
    return asked | ({"deterrence": state.deterrence} if state.objective == "violations" else {})


def _check_enough(state: State, case: Case, answer: Answer, days: np.ndarray) -> None:
    """Refuse where the least ratios and the floors alone take more days than there are."""
    low, _ = _bounds(state)
    least = np.minimum(np.maximum(low * answer.firms, answer.plan.floors), answer.firms)
    needed = (least * answer.plan.frequency).sum(axis=0) * answer.cube.days
    short = np.flatnonzero(needed > days * (1 + 1e-9) + 1e-9)
    if len(short):
        d = short[np.argmax(needed[short] - days[short])]
        numbers = {"needed": f"{needed[d]:,.1f}", "days": f"{days[d]:,.1f}", "n": len(short)}
        department = labels(case.rules, "departments")[case.cube.departments[d]]
        raise Refusal("session.too_few_days", department=department, **numbers)


def budget(state: State, cube: CountyCube, answer: Answer) -> np.ndarray:
    """Inspector-days a year for the draws of each department, (D,)."""
    if state.budget == "capacity":
        left = strata_cube(answer).capacity
        return np.zeros(len(cube.departments)) if left is None else left
    return state.draft.answer(cube).days_by_tier.sum(axis=0)


def _check_free(state: State) -> None:
    if held := sorted(lock for lock in state.locks if lock.startswith("cutoff:")):
        raise Refusal("session.cutoffs_locked", n=len(held))


def _with_other_cutoffs(state: State, cube: CountyCube) -> Draft:
    """The draft with the cut-offs that are best for one budget of days in all, if scores alone placed firms."""
    answer = state.draft.answer(cube)
    often = np.divide(answer.visits.sum(axis=0), answer.drawn.sum(axis=0), out=np.ones(len(cube.departments)),
                      where=answer.drawn.sum(axis=0) > 0)  # fmt: skip
    days = {"budget": float(budget(state, cube, answer).sum())}
    aim = {"deterrence": state.deterrence} if state.objective == "violations" else {}
    asked = {"risk": float(answer.undetected.sum())} if state.objective == "burden" else days | aim
    bounds = {"min_ratio": state.least, "max_ratio": state.most, "min_share": LEAST_SHARE}
    best = optimal_schedule(
        by_score_cube(cube, often), n_tiers=len(cube.tiers), objective=state.objective, **bounds, **asked
    )
    found = state
    for k, cut in [*enumerate(best.cutoffs), *enumerate(best.cutoffs)]:  # a cut-off stops at one not yet moved
        found = moved(found, cube, "cutoff", float(cut), tier=k)
    return found.draft


def _does_better(state: State, cube: CountyCube, draft: Draft, other: Draft) -> bool:
    return _value(state, draft.answer(cube)) > _value(state, other.answer(cube))


def _value(state: State, answer: Answer) -> float:
    """What the state aims at, the more the better."""
    if state.objective == "burden":
        return -float(answer.drawn.sum())
    if state.objective == "violations":
        return -float((answer.violations * np.exp(-state.deterrence * answer.chance)).sum())
    return float(answer.detections.sum())
