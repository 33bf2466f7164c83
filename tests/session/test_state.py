"""Moves of a draft: each takes a state and returns another, within what can be."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.inspection.county import step
from credit_score.session.refusal import Refusal
from credit_score.session.state import Draft, State, aimed, locked, moved


def test_a_session_begins_with_the_policy_in_force(case, state):
    assert state.draft.cutoffs == (1000.0, 950.0, 850.0)
    assert [row[0] for row in state.draft.ratios] == [0.01, 0.05, 0.2, 0.5]
    assert {n for row in state.draft.floors for n in row} == {5.0}
    assert [row[3] for row in state.draft.frequency] == [1, 1, 1, 2]
    assert state.draft.cap == 4


def test_a_move_changes_one_number_and_leaves_the_state_it_began_with(case, state):
    after = moved(state, case.cube, "ratio", 0.3, tier=2, department=1)
    assert after.draft.ratios[2][1] == 0.3
    assert after.draft.ratios[2][0] == state.draft.ratios[2][0] == 0.2
    everywhere = moved(state, case.cube, "ratio", 0.3, tier=2)
    assert set(everywhere.draft.ratios[2]) == {0.3}


@pytest.mark.parametrize(
    ("what", "to", "found"),
    [("ratio", 1.7, 1.0), ("ratio", -2, 0.0), ("ratio", 0.123456, 0.1235), ("floor", 3.4, 3.0), ("floor", -1, 0.0),
     ("frequency", 0, 1.0), ("frequency", 99, 4.0)],
)  # fmt: skip
def test_a_number_stops_at_the_ends_of_its_range(case, state, what, to, found):
    draft = moved(state, case.cube, what, to, tier=1).draft
    assert {"ratio": draft.ratios, "floor": draft.floors, "frequency": draft.frequency}[what][1][0] == found


def test_the_cap_is_a_whole_number_of_at_least_one(case, state):
    assert moved(state, case.cube, "cap", 2.6).draft.cap == 3
    assert moved(state, case.cube, "cap", -5).draft.cap == 1


@given(moves=st.lists(st.tuples(st.integers(0, 2), st.floats(-5000, 5000)), min_size=1, max_size=12))
def test_cutoffs_descend_and_can_be_asked_for_whatever_the_moves(case, moves):
    state = State(case.in_force)
    for tier, to in moves:
        state = moved(state, case.cube, "cutoff", to, tier=tier)
    assert (np.diff(state.draft.cutoffs) < 0).all()
    assert state.draft.answer(case.cube).registered.sum() == case.cube.n_firms


def test_a_cutoff_goes_where_it_is_put_to_the_width_of_a_bin(case, state):
    assert step(case.cube) == pytest.approx((case.cube.bounds[1] - case.cube.bounds[0]).min())
    assert moved(state, case.cube, "cutoff", 961, tier=1).draft.cutoffs[1] == 961
    assert moved(state, case.cube, "cutoff", 2000, tier=1).draft.cutoffs[1] == pytest.approx(1000 - step(case.cube))


def test_what_is_locked_does_not_move_until_it_is_let_go(case, state):
    held = locked(locked(state, "ratio", 2), "cutoff", 0)
    for what, tier in (("ratio", 2), ("cutoff", 0)):
        with pytest.raises(Refusal, match="is locked; unlock it first"):
            moved(held, case.cube, what, 0.5, tier=tier)
    assert moved(locked(held, "ratio", 2), case.cube, "ratio", 0.5, tier=2).draft.ratios[2][0] == 0.5


def test_a_refusal_is_in_both_languages(case, state):
    with pytest.raises(Refusal) as refused:
        moved(locked(state, "ratio", 0), case.cube, "ratio", 0.5, tier=0)
    assert refused.value.both["zh"].startswith("A级")
    assert refused.value.both["en"] == str(refused.value)


@pytest.mark.parametrize(
    ("what", "to", "place", "message"),
    [("ratio", float("nan"), {}, "no number"), ("height", 1, {}, "nothing is called 'height'"),
     ("cutoff", 900, {"tier": 3}, "no cutoff of tier 3"), ("ratio", 0.1, {"tier": 4}, "no ratio of tier 4"),
     ("ratio", 0.1, {"department": 8}, "no department 8")],
)  # fmt: skip
def test_what_cannot_be_moved_is_refused(case, state, what, to, place, message):
    with pytest.raises(PolicyError, match=message):
        moved(state, case.cube, what, to, **place)


def test_a_floor_has_no_lock(state):
    with pytest.raises(PolicyError, match="'floor' has no lock"):
        locked(state, "floor", 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"objective": "fame"}, "objective 'fame'"), ({"budget": "all"}, "budget 'all'"), ({"lang": "fr"}, "lang 'fr'"),
     ({"deterrence": -1}, "from 0 to 100"), ({"least": "x"}, "least 'x'"), ({"least": 0.5, "most": 0.1}, "from 0.5"),
     ({"draft": 1}, "nothing is called 'draft'")],
)  # fmt: skip
def test_an_aim_that_is_none_is_refused(state, given, message):
    with pytest.raises(PolicyError, match=message):
        aimed(state, **given)


def test_a_state_told_as_json_is_the_same_state(case, state):
    moved_on = locked(moved(aimed(state, objective="burden", least=0.02), case.cube, "floor", 9, tier=3), "cutoff", 1)
    assert State.of(json.loads(json.dumps(moved_on.told()))) == moved_on


@pytest.mark.parametrize("told", [{}, {"cutoffs": [1]}, {"cutoffs": "x", "ratios": [[2.0]]}])
def test_what_is_no_draft_is_refused(told):
    with pytest.raises(PolicyError, match="no draft"):
        Draft.of(told)


def test_ratios_are_rounded_down_so_that_they_cost_no_more(state):
    given = np.full((4, 8), 0.123_49)
    assert set(state.draft.with_ratios(given).ratios[0]) == {0.1234}
    assert set(state.draft.with_ratios(np.full((4, 8), 0.1235)).ratios[0]) == {0.1235}
