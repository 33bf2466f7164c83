"""``credit-score verify``: a folder is what its manifest says, or the command tells what is not."""

import shutil
from datetime import date

import pytest
from as_a_user import refused, told

from credit_score.policy import load_policy, make_amendment
from credit_score.session.decision import sign
from credit_score.session.drafts import Drafts

SAID = {"author": {"name": "李四", "office": "信用办"}, "reason": "减轻负担", "written": "2026-11-29T15:00:00+08:00"}


@pytest.fixture
def decision(tmp_path):
    """A signed decision."""
    policy = load_policy("gaoyang")
    with Drafts.open(tmp_path / "drafts", policy, "李四") as drafts:
        text = make_amendment(policy, date(2026, 12, 1), {("tiers", "tiers", "A", "from_score"): 990}, **SAID)
        drafts.save("方案一", text, **SAID)
        signer = {"name": "王五", "office": "分管副县长"}
        about = {"signer": signer, "signed_on": date(2026, 11, 30), "run": "a" * 64, "attach": lambda folder: None}
        return sign(drafts, "方案一", out=tmp_path / "decision", **about)


def test_a_run_folder_that_is_whole_is_verified(run_folder):
    code, out, _ = told("verify", run_folder)
    assert code == 0
    assert "files are what the manifest says; status: demonstration" in out


def test_a_decision_that_is_whole_is_verified_with_who_wrote_and_signed_it(decision):
    code, out, _ = told("verify", decision)
    assert code == 0
    assert "方案一 holds from 2026-12-01, written by 李四 (信用办), signed by 王五 (分管副县长)" in out
    assert "a" * 64 in out
    assert "王五 (分管副县长)签署" in told("verify", decision, "--lang", "zh")[1]


def test_a_file_that_was_changed_is_told(run_folder, decision, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "copy")
    (copy / "cube.json").write_text("{}", encoding="utf-8")
    refused("cube.json is not the file the run wrote", "verify", copy)
    path = decision / "policy" / "tiers.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    refused("policy/tiers.yaml was changed", "verify", decision)


def test_what_is_no_folder_of_either_kind_is_refused(tmp_path):
    refused("holds no manifest.json", "verify", tmp_path)
    refused("no such run folder", "verify", tmp_path / "nowhere")
