"""The figures, limits and changes that the page is told of, and the optimum, held to the cube and to closed forms."""

import json
from dataclasses import replace

import numpy as np
import pytest

from credit_score.session.best import _with_best_ratios, _with_other_cutoffs, budget, optimised
from credit_score.session.changes import changes, told_changes
from credit_score.session.figures import checks, figures
from credit_score.session.refusal import Refusal
from credit_score.session.state import aimed, locked, matrix, moved

SHAPE = (4, 8)


def of(case, state):
    return {(c["kind"], c["level"]) for c in checks(case, state.draft, state.draft.answer(case.cube))}


def idle(case, state):
    """A draft that draws next to nobody."""
    for what in ("ratio", "floor"):
        for tier in range(4):
            state = moved(state, case.cube, what, 0.0, tier=tier)
    return state


def test_figures_are_those_of_the_answer_and_can_be_written_as_json(case, state):
    answer = state.draft.answer(case.cube)
    told = json.loads(json.dumps(figures(answer), allow_nan=False))
    assert np.array(told["days"]) == pytest.approx(answer.days_by_tier)
    assert np.array(told["load"]) == pytest.approx(answer.load)
    assert told["registered"] == answer.registered.tolist()
    assert told["county_share"] == answer.county_share


def test_without_a_curve_what_is_found_is_not_told_as_a_number(case, state):
    blind = replace(case.cube, curve=None)
    told = figures(state.draft.answer(blind))
    assert set(np.ravel(told["detections"])) == {None}
    assert told["load"] == figures(state.draft.answer(case.cube))["load"]


def test_a_department_beyond_its_capacity_is_red_and_says_by_how_much(case, state):
    for tier in range(4):
        state = moved(state, case.cube, "ratio", 1.0, tier=tier, department=1)
    found = [c for c in checks(case, state.draft, state.draft.answer(case.cube)) if c["department"] == 1]
    assert [c["kind"] for c in found if c["level"] == "red"] == ["capacity"]
    over = next(c for c in found if c["level"] == "red")
    load = state.draft.answer(case.cube).load
    assert over["found"] == pytest.approx(load[1])
    assert over["limit"] == case.cube.capacity[1]
    assert f"{load[1] - case.cube.capacity[1]:,.1f} too many" in over["text"]["en"]
    assert "生态环境局" in over["text"]["zh"]


def test_too_few_firms_visited_is_red_and_cites_the_order(case, state):
    case = replace(case, cube=replace(case.cube, duty=0 * case.cube.duty))
    draft = idle(case, state).draft
    found = checks(case, draft, draft.answer(case.cube))
    share = next(c for c in found if c["kind"] == "county_minimum")
    assert share["level"] == "red"
    assert share["limit"] == 0.03
    assert "第67号" in share["reference"]["zh"]
    assert "Order 67" in share["reference"]["en"]


def test_a_tier_of_which_nobody_is_drawn_and_a_worse_tier_visited_less_are_warned_of(case, state):
    assert ("no_rate", "warn") in of(case, idle(case, state))
    assert ("order", "warn") not in of(case, state)
    assert ("order", "warn") in of(case, moved(state, case.cube, "ratio", 0.9, tier=0))


def test_visits_beyond_the_cap_are_red(case, state):
    assert ("cap", "red") not in of(case, state)
    assert ("cap", "red") in of(case, moved(state, case.cube, "cap", 1))


def test_nothing_moved_is_nothing_changed(case, state):
    assert changes(case, state.draft) == {}


def test_a_number_of_all_departments_is_one_change_and_of_one_department_its_own(case, state):
    after = moved(state, case.cube, "ratio", 0.3, tier=2)
    after = moved(after, case.cube, "ratio", 0.4, tier=2, department=4)
    after = moved(moved(after, case.cube, "cutoff", 961, tier=1), case.cube, "cap", 5)
    assert changes(case, after.draft) == {
        ("tiers", "tiers", "B", "from_score"): 961, ("inspection", "cap"): 5,
        ("inspection", "schedule", "C", "ratio"): 0.3,
        ("inspection", "departments", "agriculture", "ratio", "C"): 0.4,
    }  # fmt: skip
    told = {(c["field"], (c["department"] or {}).get("en")): c for c in told_changes(case, after.draft)}
    assert (told["from_score", None]["before"], told["from_score", None]["after"]) == (950, 961)
    assert told["ratio", "Agriculture"]["before"] == 0.2
    assert "no national ratio" in told["ratio", None]["reference"]["en"]
    assert [told[field, None]["label"]["en"] for field in ("ratio", "cap")] == [
        "Tier C, some risk", "Most visits to a firm a year"]  # fmt: skip
    assert json.dumps(list(told.values()), allow_nan=False)


def test_one_department_alone_leaves_the_common_number(case, state):
    after = moved(state, case.cube, "floor", 9, tier=1, department=3)
    assert changes(case, after.draft) == {("inspection", "departments", "housing", "floor", "B"): 9}


def free(case, state):
    """Without floors, so that the ratios decide."""
    for tier in range(4):
        state = moved(state, case.cube, "floor", 0, tier=tier)
    return state


def test_the_optimum_finds_more_within_the_days_of_the_draft(case, state):
    before = free(case, state)
    after = optimised(before, case)
    now, then = (s.draft.answer(case.cube) for s in (after, before))
    assert now.detections.sum() > then.detections.sum()
    assert (now.days_by_tier.sum(axis=0) <= then.days_by_tier.sum(axis=0) + 1e-9).all()
    assert after.draft.cutoffs == before.draft.cutoffs


def test_no_random_schedule_within_the_same_days_finds_more_than_the_optimum(case, state):
    before = free(case, state)
    best = optimised(before, case)
    answer = before.draft.answer(case.cube)
    days, luck = budget(before, case.cube, answer), np.random.default_rng(5)
    most = best.draft.answer(case.cube).detections.sum(axis=0) + answer.violations.max() * 1e-4 * 4
    for _ in range(200):
        ratios = np.maximum(luck.uniform(size=SHAPE) ** 3, before.least)
        spent = (ratios * answer.firms * answer.plan.frequency).sum(axis=0) * case.cube.days
        room = spent <= days
        found = (ratios * answer.violations).sum(axis=0)
        assert (found[room] <= most[room]).all()


def test_the_least_burden_leaves_no_more_undetected(case, state):
    before = aimed(free(case, state), objective="burden")
    after = optimised(before, case)
    now, then = (s.draft.answer(case.cube) for s in (after, before))
    assert now.drawn.sum() < then.drawn.sum()
    assert now.undetected.sum() <= then.undetected.sum() + 1e-4 * now.violations.sum()


def test_the_fewest_violations_under_deterrence_spread_visits(case, state):
    before = aimed(free(case, state), objective="violations", deterrence=4.0)
    now, most = (optimised(s, case).draft.answer(case.cube) for s in (before, aimed(before, objective="detections")))

    def left(answer):
        return (answer.violations * np.exp(-4.0 * answer.chance)).sum()

    assert left(now) < left(most)
    assert now.detections.sum() < most.detections.sum()


def test_other_cutoffs_are_taken_only_if_they_find_more(case, state):
    before = free(case, state)
    ratios, both = (optimised(before, case, cutoffs=c).draft.answer(case.cube) for c in (False, True))
    assert both.detections.sum() >= ratios.detections.sum()


def test_a_locked_tier_keeps_its_ratios_and_locked_cutoffs_are_not_looked_for(case, state):
    held = locked(free(case, state), "ratio", 2)
    assert optimised(held, case).draft.ratios[2] == held.draft.ratios[2]
    with pytest.raises(Refusal, match="1 cut-offs are locked"):
        optimised(locked(held, "cutoff", 1), case, cutoffs=True)


def test_floors_that_need_more_than_there_is_are_told_with_the_department(case, state):
    short = aimed(state, budget="capacity")
    for tier in range(4):
        short = moved(short, case.cube, "floor", 400, tier=tier)
    with pytest.raises(Refusal, match=r"The least ratios and the floors alone need [0-9,.]+ days, and [A-Z]"):
        optimised(short, case)


def test_without_a_curve_there_is_no_optimum(case, state):
    blind = replace(case, cube=replace(case.cube, curve=None))
    with pytest.raises(Refusal, match="No visit that a draw chose"):
        optimised(state, blind)


def test_the_least_burden_misses_no_more_than_the_draft(case, state):
    luck = np.random.default_rng(4)
    for _ in range(5):
        draft = replace(state.draft, ratios=matrix(luck.uniform(0.01, 0.5, (4, 8)).round(4)))
        before = aimed(replace(state, draft=draft), objective="burden")
        now, then = (d.answer(case.cube).undetected.sum() for d in (optimised(before, case).draft, draft))
        assert now <= then * (1 + 1e-9)


def test_a_locked_ratio_stays_to_its_last_digit(case, state):
    draft = replace(state.draft, ratios=(*state.draft.ratios[:2], (0.123456,) * 8, state.draft.ratios[3]))
    held = locked(aimed(replace(state, draft=draft), budget="capacity"), "ratio", 2)
    plenty = replace(case, cube=replace(case.cube, capacity=case.cube.capacity * 10))
    assert optimised(held, plenty).draft.ratios[2] == draft.ratios[2]


def test_other_cutoffs_that_need_more_than_there_is_leave_those_of_the_draft(case, state):
    """The draft draws as many as its floors ask for, all of its firms in one tier; other tiers have floors too."""
    nobody = matrix(np.zeros(SHAPE))
    draft = replace(state.draft, cutoffs=(-100.0, -200.0, -300.0), ratios=nobody, floors=matrix(np.full(SHAPE, 3.0)))
    before = aimed(replace(state, draft=draft), least=0.0)
    with pytest.raises(Refusal, match="The least ratios and the floors alone need"):
        _with_best_ratios(before, case, _with_other_cutoffs(before, case.cube))
    assert optimised(before, case, cutoffs=True) == optimised(before, case)
