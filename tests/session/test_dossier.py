"""What the dossier of a signed draft is about: the policy as signed, held against the folder that it lies in."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

import credit_score as cs
from credit_score.policy import compare
from credit_score.session.bands import bands, better_than_in_force
from credit_score.session.case import draft_of
from credit_score.session.decision import verify_decision
from credit_score.session.dossier import decision
from credit_score.session.drafts import Drafts
from credit_score.session.model import Session

WHO = {"author": "李四", "office": "信用办", "reason": "减轻负担"}
CHANGED = {"inspection:schedule:C", "tiers:tiers:B"}


@pytest.fixture(scope="module")
def signed(case, tmp_path_factory):
    """What was signed, on a county with as many inspectors as it takes, whose records count as real; its folder."""
    place, kept = tmp_path_factory.mktemp("signed"), []
    about = replace(case, cube=replace(case.cube, capacity=case.cube.capacity * 10), status="draft")
    with Drafts.open(place / "drafts", about.policy, "a test") as drafts:
        session = Session(
            about, drafts, decisions=place / "decisions", clock=lambda: datetime(2026, 11, 29, 15, tzinfo=UTC),
            dossier=lambda signing, folder: kept.append(signing),
        )  # fmt: skip
        for name, ratio in (("more", 0.5), ("less", 0.3)):
            session.do({"do": "move", "what": "ratio", "tier": 2, "to": ratio})
            session.do({"do": "move", "what": "cutoff", "tier": 1, "to": 961})
            session.do({"do": "save", "name": name, **WHO})
        session.do({"do": "sign", "name": "less", "signer": "王五", "office": "分管副县长"})
        [signing] = kept
        return signing, session.told()["signed"]["folder"]


def test_what_changes_is_what_the_draft_changes_not_what_the_law_changed_since_the_run(signed):
    signing, _ = signed
    made = decision(signing)
    assert made.before.on == made.after.on == date(2026, 12, 1)
    assert set(compare(made.before, made.after)["rule"]) == CHANGED
    assert set(compare(signing.case.rules, made.after)["rule"]) > CHANGED
    assert made.day == signing.case.day


def test_its_fingerprints_are_those_of_the_folder(signed):
    signing, folder = signed
    told, marks = verify_decision(folder), decision(signing).fingerprints
    assert marks == {"run": told["run"], "policy": told["policy"]["after"], "chain": told["entry"]["previous"]}
    assert marks["policy"] == cs.load_policy(f"{folder}/policy").fingerprint


def test_a_decision_that_is_signed_is_no_draft_unless_its_records_are_made_up(signed):
    signing, _ = signed
    assert decision(signing).status == "in force"
    made_up = replace(signing, case=replace(signing.case, status="demonstration"))
    assert decision(made_up).status == "demonstration"


def test_its_figures_and_chances_are_those_of_the_session(signed):
    signing, _ = signed
    made, [other] = decision(signing), decision(signing).alternatives
    assert made.bands == bands(signing.case, signing.draft)
    assert other.better == better_than_in_force(signing.case, signing.others["more"][0])
    for own, wanted in ((made.as_decided, signing.draft), (made.as_was, draft_of(signing.case.rules))):
        assert np.allclose(own.detections, wanted.answer(signing.case.cube).detections)
