"""The view model of a session, without a browser: commands in, what the page is told out, drafts and decisions kept."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import credit_score as cs
from credit_score.errors import RunError
from credit_score.policy import compare, make_amendment
from credit_score.session.case import Case, draft_of
from credit_score.session.decision import verify_decision
from credit_score.session.dossier import decision
from credit_score.session.drafts import Drafts
from credit_score.session.model import Session
from credit_score.session.state import State

NOW = datetime(2026, 11, 29, 15, 0, tzinfo=UTC)
WHO = {"author": "李四", "office": "信用办", "reason": "减轻负担"}


def written(signing, folder):
    (folder / "dossier.txt").write_text(f"{signing.name}: {sorted(signing.others)}", encoding="utf-8")


@pytest.fixture
def opened(case, tmp_path):
    """Opens a session on the drafts of this test, as often as it is called; a second closes the first."""
    held = []

    def fresh(about=case):
        for old in held:
            old.__exit__(None, None, None)
        held.clear()
        drafts = Drafts.open(tmp_path / "run.drafts", about.policy, "a test")
        held.append(drafts)
        return Session(about, drafts.__enter__(), decisions=tmp_path / "decisions", clock=lambda: NOW, dossier=written)

    yield fresh
    for old in held:
        old.__exit__(None, None, None)


@pytest.fixture
def session(opened):
    return opened()


@pytest.fixture
def feasible(case):
    """The case with as many inspectors as it takes."""
    return replace(case, cube=replace(case.cube, capacity=case.cube.capacity * 10))


def said(session, **command):
    session.do(command)
    return session.told()["said"]


def test_a_session_tells_all_that_the_page_shows_as_json(session):
    told = json.loads(json.dumps(session.told(), allow_nan=False))
    assert told["state"]["draft"]["cutoffs"] == [1000.0, 950.0, 850.0]
    assert told["changes"] == []
    assert (told["undo"], told["redo"], told["drafts"], told["said"]) == (False, False, [], None)


def test_a_move_is_told_with_its_change_and_can_be_undone_and_done_again(session):
    before = session.told()
    session.do({"do": "move", "what": "ratio", "tier": 2, "department": None, "to": 0.3})
    after = session.told()
    assert [c["after"] for c in after["changes"]] == [0.3]
    assert after["undo"]
    session.do({"do": "undo"})
    undone = session.told()
    assert undone["state"] == before["state"]
    assert undone["redo"]
    session.do({"do": "redo"})
    assert session.told()["state"] == after["state"]
    assert session.serial == 3


@settings(deadline=None, max_examples=20)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["ratio", "floor", "cutoff"]), st.integers(0, 2), st.floats(0, 1000)), max_size=8
    )
)
def test_undoing_as_often_as_something_moved_leads_back(case, moves):
    class Nowhere:
        def restored(self):
            return None

        def list(self):
            return []

        def autosave(self, kept):
            self.kept = kept

    session = Session(case, Nowhere(), decisions=None, clock=lambda: NOW, dossier=written)
    start = session.state
    for what, tier, to in moves:
        session.do({"do": "move", "what": what, "tier": tier, "to": to})
    moved_to = session.state
    while session.told()["undo"]:
        session.do({"do": "undo"})
    assert session.state == start
    while session.told()["redo"]:
        session.do({"do": "redo"})
    assert session.state == moved_to


def test_language_is_no_step_that_can_be_undone(session):
    session.do({"do": "aim", "lang": "en"})
    assert session.told()["state"]["lang"] == "en"
    assert not session.told()["undo"]


@pytest.mark.parametrize(
    "command",
    [
        {}, {"do": "dance"}, {"do": "move"}, {"do": "move", "what": "ratio", "to": "much"}, {"do": "lock"},
        {"do": "lock", "what": "cutoff", "tier": 3}, {"do": "lock", "what": "ratio", "tier": -1},
        {"do": "move", "what": "cutoff", "to": 1e308}, {"do": "move", "what": "floor", "to": 10**400},
        {"do": "move", "what": "ratio", "to": 0.3, "tier": float("inf")},
        {"do": "move", "what": "ratio", "to": 0.3, "department": 1.5},
        {"do": "move", "what": "ratio", "to": 0.3, "department": True},
    ],
)  # fmt: skip
def test_what_is_no_command_is_refused_and_changes_nothing(session, command):
    before = session.state
    told = said(session, **command)
    assert told["level"] == "error"
    assert session.state == before


@pytest.mark.parametrize("command", [None, 5, "undo", ["undo"]])
def test_a_message_that_is_no_mapping_is_no_command(session, command):
    session.do(command)
    assert session.told()["said"]["level"] == "error"


def test_a_refused_move_says_why_in_both_languages(session):
    session.do({"do": "lock", "what": "ratio", "tier": 1})
    told = said(session, do="move", what="ratio", tier=1, to=0.4)
    assert (told["level"], told["en"]) == ("error", "This number of tier B is locked; unlock it first")
    assert "已锁定" in told["zh"]


def test_the_optimum_says_what_it_gains(session):
    for tier in range(4):
        session.do({"do": "move", "what": "floor", "tier": tier, "to": 0})
    before = session.answer.detections.sum()
    told = said(session, do="optimise", cutoffs=False)
    assert told["en"].startswith(f"Optimised: {session.answer.detections.sum() - before:+,.1f} found")


@pytest.mark.parametrize("missing", ["name", "author", "office", "reason"])
def test_a_draft_needs_a_name_an_author_an_office_and_a_reason(session, missing):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    told = said(session, do="save", **{"name": "less", **WHO, missing: "  "})
    assert told["level"] == "error"
    assert session.told()["drafts"] == []


@pytest.mark.parametrize(("field", "most"), [("name", 40), ("author", 60), ("office", 60), ("reason", 500)])
def test_a_text_that_no_page_holds_is_refused(session, field, most):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    told = said(session, do="save", **{"name": "less", **WHO, field: "字" * (most + 1)})
    assert told["en"] == f"“{'字' * 10}…” has {most + 1} characters; at most {most} are taken"
    assert said(session, do="save", **{"name": "less", **WHO, field: "字" * most})["level"] == "info"


def test_signs_that_are_not_seen_are_not_taken_into_a_name(session):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    said(session, do="save", **{"name": "less", **WHO, "author": "李\u202e四\x07\u200b"})
    assert session.told()["drafts"][0]["author"]["name"] == "李四"
    assert said(session, do="save", **{"name": "\u202e", **WHO})["en"] == "Give the draft a name"


def test_nothing_changed_is_nothing_to_save(session):
    assert said(session, do="save", name="same", **WHO)["en"].startswith("Nothing differs")


def test_a_saved_draft_is_an_amendment_that_makes_the_policy_what_was_shown(session, case):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    session.do({"do": "move", "what": "ratio", "tier": 3, "department": 4, "to": 0.75})
    session.do({"do": "move", "what": "cutoff", "tier": 1, "to": 961})
    session.do({"do": "move", "what": "floor", "tier": 0, "department": 2, "to": 3})
    session.do({"do": "move", "what": "cap", "to": 6})
    shown = session.state.draft
    assert said(session, do="save", name="less", **WHO)["level"] == "info"
    session.do({"do": "reset"})
    session.do({"do": "open", "name": "less"})
    assert session.state.draft == shown
    [kept] = session.told()["drafts"]
    told = tuple(kept[k] for k in ("name", "author", "reason", "status", "red"))
    assert told[:4] == ("less", {"name": "李四", "office": "信用办"}, "减轻负担", "draft")
    assert kept["written"] == "2026-11-29T15:00:00+00:00"


def test_a_draft_begins_on_the_first_of_the_next_month(session):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    assert "from 2026-12-01" in said(session, do="save", name="less", **WHO)["en"]


def test_a_draft_does_not_begin_on_a_day_that_is_past(session):
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    told = said(session, do="save", name="less", since="2026-11-28", **WHO)
    assert told["en"].startswith("2026-11-28 is past, today is 2026-11-29")
    assert session.told()["drafts"] == []
    assert "from 2026-11-29" in said(session, do="save", name="less", since="2026-11-29", **WHO)["en"]


def test_what_was_moved_and_not_saved_is_offered_again_and_restored(opened):
    first = opened()
    first.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    moved_to = first.state
    second = opened()
    assert second.told()["working"] == {"written": "2026-11-29T15:00:00+00:00"}
    assert second.state.draft == second.case.in_force
    second.do({"do": "restore"})
    assert second.state == moved_to
    assert second.told()["working"] is None


def test_what_is_offered_and_not_wanted_is_forgotten(opened):
    opened().do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    opened().do({"do": "forget"})
    assert opened().told()["working"] is None


def test_drafts_are_compared_with_the_policy_in_force(session):
    for name, to in (("less", 0.1), ("more", 0.6)):
        session.do({"do": "move", "what": "ratio", "tier": 2, "to": to})
        session.do({"do": "save", "name": name, **WHO})
    session.do({"do": "compare", "names": ["less", "more", "less"]})
    told = session.told()["comparison"]
    assert told["names"] == ["less", "more"]
    found = [sum(map(sum, figures["detections"])) for figures in told["figures"]]
    assert found[0] < found[1]
    assert told["better"][0]["as_it_stands"] < 0.5 < told["better"][1]["as_it_stands"]


def sign(session, name="less", signer="王五"):
    return said(session, do="sign", name=name, signer=signer, office="分管副县长")


def saved(opened, feasible):
    session = opened(feasible)
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    session.do({"do": "save", "name": "less", **WHO})
    return session


def test_a_signed_draft_is_a_decision_that_can_be_verified_and_a_policy_that_holds_from_its_day(opened, feasible):
    session = saved(opened, feasible)
    assert sign(session)["level"] == "info"
    signed = session.told()["signed"]
    assert signed["files"] == ["dossier.txt", "manifest.json"]
    told = verify_decision(signed["folder"])
    assert (told["author"]["name"], told["signature"]["name"], told["run"]) == ("李四", "王五", feasible.run_hash)
    policy = cs.load_policy(f"{signed['folder']}/policy")
    before, after = policy.at("2026-11-30"), policy.at("2026-12-01")
    assert (before.signed, after.signed) == (False, True)
    assert draft_of(after) == session.draft("less")
    assert set(compare(before, after)["rule"]) == {"inspection:schedule:C"}
    assert session.told()["drafts"][0]["status"] == "signed"
    assert sign(session)["en"] == "Draft less is signed already"


def test_author_and_signer_are_two_people(opened, feasible):
    session = saved(opened, feasible)
    assert sign(session, signer=" 李 四 ")["level"] == "error"
    assert session.told()["drafts"][0]["status"] == "draft"
    assert not list(session.decisions.glob("*"))


def test_a_red_check_refuses_the_signature_and_says_which(opened, case):
    session = opened(replace(case, cube=replace(case.cube, capacity=0.1 * case.cube.capacity)))
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    session.do({"do": "save", "name": "less", **WHO})
    told = sign(session)
    assert told["level"] == "error"
    assert "cannot be signed" in told["en"]
    assert "too many" in told["en"]
    assert not list(session.decisions.glob("*"))


def test_a_draft_that_is_discarded_is_gone_and_one_that_is_signed_stays(opened, feasible):
    session = saved(opened, feasible)
    session.do({"do": "save", "name": "other", **WHO})
    session.do({"do": "discard", "name": "other"})
    assert [kept["name"] for kept in session.told()["drafts"]] == ["less"]
    sign(session)
    assert said(session, do="discard", name="less")["en"] == "Draft less is signed already"
    assert [kept["name"] for kept in session.told()["drafts"]] == ["less"]


def test_a_draft_that_is_not_there_is_not_signed(session):
    assert sign(session, name="nothing")["en"] == "There is no draft nothing"


def test_a_dossier_that_fails_leaves_no_decision_and_no_entry(opened, feasible):
    session = saved(opened, feasible)

    def fails(signing, folder):
        (folder / "half").write_text("half", encoding="utf-8")
        raise RunError("no room for the dossier")

    session.dossier = fails
    assert "no room for the dossier" in sign(session)["en"]
    assert session.told()["drafts"][0]["status"] == "draft"
    assert not list(session.decisions.glob("*"))


def test_a_run_folder_without_its_cube_is_no_case(run_folder, tmp_path):
    import shutil

    copy = shutil.copytree(run_folder, tmp_path / "copy")
    (copy / "cube.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunError, match=r"cube\.json is not the file the run wrote"):
        Case.open(copy)


def test_a_kept_state_of_another_shape_is_not_offered(opened, case, tmp_path):
    session = opened()
    draft = State(case.in_force).told()["draft"]
    split = [float(case.cube.bounds[:, 0].mean()), 950, 850]
    odd = [{}, draft | {"cutoffs": [10**400, 950, 850]}, draft | {"ratios": [[0.1]] * 4}, draft | {"cutoffs": split}]
    for state in [[], *({"draft": each} for each in odd)]:
        session.drafts.autosave({"written": "x", "state": state})
        session = opened()
        assert session.told()["working"] is None


def test_a_draft_of_a_run_with_finer_bins_of_scores_is_not_opened_and_breaks_nothing(session, case):
    cut = float(case.cube.bounds[:, 0].mean())
    numbers = {("tiers", "tiers", "A", "from_score"): cut}
    told = {"author": {"name": "李四", "office": "信用办"}, "written": NOW.isoformat(), "reason": "r"}
    session.drafts.save("fine", make_amendment(case.policy, date(2026, 12, 1), numbers, **told), **told)
    assert "split a bin" in said(session, do="open", name="fine")["en"]
    assert session.state.draft == case.in_force


@pytest.fixture
def amended_later(feasible, altered_policy):
    """The feasible case under a policy in which other numbers hold from October 2026 on."""

    def dated(value):
        return {date(2026, 10, 1): {"value": value, "basis": "assumption", "reference": "以后 / later"}}

    def edit(section):
        section["county_minimum"] |= dated(0.9)
        section["schedule"]["D"]["ratio"] |= dated(0.6)

    policy = cs.load_policy(altered_policy(inspection=edit))
    return replace(feasible, policy=policy, rules=policy.at(feasible.day))


def test_a_draft_is_held_to_the_limits_of_the_day_from_which_it_would_hold(opened, amended_later):
    session = saved(opened, amended_later)
    assert not [c for c in session.checks() if c["level"] == "red"]
    assert "cannot be signed" in sign(session)["en"]


def test_the_dossier_tells_what_a_draft_undoes_of_what_was_to_come(opened, amended_later):
    session = saved(opened, amended_later)
    told = decision(session._signing(session._kept_as("less"), {"name": "王五", "office": "县"}))
    changed = compare(told.before, told.after)
    assert set(changed["rule"]) == {"inspection:schedule:C", "inspection:schedule:D"}
    assert told.plan_before.ratios[3].tolist() == [0.6] * 8


def test_a_signed_draft_is_not_written_over_and_is_told_while_numbers_are_moved_on(opened, feasible):
    session = opened(feasible)
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    session.do({"do": "save", "name": "less", **WHO})
    session.do({"do": "sign", "name": "less", "signer": "王五", "office": "县政府"})
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.4})
    assert session.told()["signed"]["files"]
    assert said(session, do="save", name="less", **WHO)["en"].startswith("less is signed and is not written over")
    assert session.told()["signed"] is None
    assert session.told()["drafts"][0]["status"] == "signed"


def test_a_saved_draft_is_told_with_the_number_of_its_broken_limits(session):
    session.do({"do": "move", "what": "ratio", "tier": 0, "to": 1.0})
    session.do({"do": "save", "name": "all", **WHO})
    red = [check for check in session.checks() if check["level"] == "red"]
    session.do({"do": "reset"})
    assert [kept["red"] for kept in session.told()["drafts"]] == [len(red)]
    assert red


def test_the_author_who_would_sign_is_told_so_in_both_languages(opened, feasible):
    session = opened(feasible)
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.3})
    session.do({"do": "save", "name": "less", **WHO})
    told = said(session, do="sign", name="less", signer="李 四", office="县政府")
    assert told["zh"] == "草案由李 四起草，须由另一人签署"
    assert told["en"] == "李 四 wrote the draft; another person signs it"


def test_what_a_signed_draft_has_amended_is_not_amended_twice(opened, feasible):
    session = saved(opened, feasible)
    session.do({"do": "move", "what": "ratio", "tier": 2, "to": 0.4})
    session.do({"do": "save", "name": "other", **WHO})
    sign(session)
    assert sign(session, name="other")["en"].startswith("less is signed already and amends the policy")
    assert [kept["status"] for kept in session.told()["drafts"]] == ["signed", "draft"]
