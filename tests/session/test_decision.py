import json
from datetime import date

import pytest

from credit_score.errors import PolicyError, RunError, VerificationError
from credit_score.files import fingerprint
from credit_score.policy import load_policy, make_amendment
from credit_score.policy.loader import BUNDLED
from credit_score.records.keeping.linked import entry_hash
from credit_score.report import RunFolder
from credit_score.session.decision import sign, take_up, verify_decision
from credit_score.session.drafts import Drafts

BASE = load_policy("gaoyang")
SAID = {"author": {"name": "李四", "office": "信用办"}, "reason": "A 级过多", "written": "2026-11-29T15:00:00+08:00"}
SIGNER = {"name": "王五", "office": "分管副县长"}
RUN = "a" * 64
AMENDMENT = "amendment-2023-07-01.yaml"


def dossier(folder):
    (folder / "dossier.html").write_text("<p>一</p>", encoding="utf-8")


@pytest.fixture
def drafts(tmp_path):
    with Drafts.open(tmp_path / "drafts", BASE, "李四") as found:
        text = make_amendment(BASE, date(2023, 7, 1), {("tiers", "tiers", "A", "from_score"): 990}, **SAID)
        found.save("方案一", text, **SAID)
        yield found


def signed(drafts, **changed):
    told = {"signer": SIGNER, "signed_on": date(2026, 11, 30), "out": drafts.folder.parent / "decision", "run": RUN}
    return sign(drafts, "方案一", **{**told, "attach": dossier, **changed})


def test_a_decision_holds_the_policy_byte_for_byte_the_signed_amendment_and_the_dossier(drafts):
    out = signed(drafts)
    base = {f"policy/{p.name}" for p in (BUNDLED / "gaoyang").glob("*.yaml")}
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert found == base | {f"policy/{AMENDMENT}", "dossier.html", "manifest.json"}
    assert all((out / name).read_bytes() == (BUNDLED / "gaoyang" / name[7:]).read_bytes() for name in base)
    policy = load_policy(out / "policy")
    assert policy.at("2026-11-30").signed
    assert policy.at("2026-11-30").tiers[0].cutoff == 990_000


def test_the_manifest_tells_who_when_why_and_of_what(drafts):
    out = signed(drafts)
    told = verify_decision(out)
    assert told == json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (told["tool"], told["kind"], told["run"], told["draft"]) == ("credit_score", "decision", RUN, "方案一")
    assert told["policy"]["before"] == BASE.fingerprint
    assert told["policy"]["after"] == load_policy(out / "policy").fingerprint
    assert {name: told[name] for name in SAID} == SAID
    assert told["signature"] == SIGNER | {"signed_on": "2026-11-30"}
    assert told["outputs"]["dossier.html"] == fingerprint(out / "dossier.html")


def test_the_history_tells_of_the_signature(drafts):
    entry = json.loads((signed(drafts) / "manifest.json").read_text(encoding="utf-8"))["entry"]
    assert drafts.history.entries[-1] == entry
    assert entry["previous"] == drafts.history.entries[-2]["hash"]
    assert (entry["event"], entry["time"], entry["signer"]["name"]) == ("signed", "2026-11-30", "王五")
    assert [draft.signed for draft in drafts.list()] == [True]
    drafts.save("方案一", drafts.read("方案一"), **SAID)
    assert [draft.signed for draft in drafts.list()] == [False]


@pytest.mark.parametrize(
    ("changed", "kind", "told"),
    [
        ({"signer": SIGNER | {"name": "李 四"}}, PolicyError, "'李 四' wrote the amendment; another person signs it"),
        ({"signer": {"name": "王五"}}, PolicyError, "amendment.signature: 'office' is missing"),
        ({"signed_on": date(2026, 11, 28)}, PolicyError, "signed on 2026-11-28, before it was written on 2026-11-29"),
    ],
)
def test_a_signature_that_is_none_leaves_nothing(drafts, changed, kind, told):
    refused(drafts, kind, told, **changed)


def refused(drafts, kind, told, **changed):
    parent = drafts.folder.parent
    before = sorted(p for p in parent.rglob("*") if p.is_file())
    with pytest.raises(kind, match=told):
        signed(drafts, **changed)
    assert sorted(p for p in parent.rglob("*") if p.is_file()) == before
    assert len(drafts.history.entries) == 1


def test_a_dossier_that_fails_leaves_nothing(drafts):
    def full(folder):
        dossier(folder)
        raise OSError(28, "No space left on device")

    refused(drafts, RunError, "could not write: No space left on device", attach=full)
    assert not (drafts.folder.parent / "decision").exists()


def test_a_history_that_cannot_be_written_leaves_no_decision(drafts, monkeypatch):
    def full(history):
        raise RunError("could not write: No space left on device")

    monkeypatch.setattr("credit_score.session.history.History.write", full)
    refused(drafts, RunError, "could not write")
    assert not (drafts.folder.parent / "decision").exists()


def test_a_decision_is_never_replaced_and_lies_apart_from_the_drafts(drafts):
    out = signed(drafts)
    with pytest.raises(RunError, match="something stands there; choose a new folder; no decision is replaced"):
        signed(drafts)
    with pytest.raises(RunError, match="lies in what is read from"):
        signed(drafts, out=drafts.folder / "decision")
    assert verify_decision(out)


def test_a_decision_is_no_run(drafts):
    with pytest.raises(RunError, match="holds a decision, not a run of a county"):
        RunFolder.open(signed(drafts))


def in_manifest(**changed):
    def spoil(out):
        told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        (out / "manifest.json").write_text(json.dumps(told | changed), encoding="utf-8")

    return spoil


def rewritten(out):
    """Another dossier, with manifest and entry made to fit it but for the chain's own hash of the files."""
    (out / "dossier.html").write_text("<p>二</p>", encoding="utf-8")
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    told["outputs"]["dossier.html"] = fingerprint(out / "dossier.html")
    told["entry"]["hash"] = entry_hash(told["entry"])
    (out / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda out: (out / "dossier.html").write_text("b"), "dossier.html was changed"),
        (lambda out: (out / "dossier.html").unlink(), "dossier.html is missing"),
        (lambda out: (out / "b.html").write_text("b"), "b.html was added"),
        (lambda out: (out / "policy" / AMENDMENT).unlink(), f"policy/{AMENDMENT} is missing"),
        (lambda out: (out / "manifest.json").unlink(), "holds no manifest of a decision"),
        (in_manifest(kind="run"), "holds no manifest of a decision"),
        (in_manifest(reason="其他"), "the manifest says another reason than the amended policy"),
        (in_manifest(signature=SIGNER | {"name": "赵六", "signed_on": "2026-11-30"}), "says another signature than"),
        (in_manifest(run="b" * 64), "the link of the history is not of this decision"),
        (in_manifest(entry={"hash": "0"}), "the link of the history is not of this decision"),
        (rewritten, "the link of the history is not of this decision"),
    ],
)
def test_a_decision_that_is_not_as_it_was_signed_is_refused(drafts, spoil, told):
    out = signed(drafts)
    spoil(out)
    with pytest.raises(VerificationError, match=told) as caught:
        verify_decision(out)
    assert "\n" not in str(caught.value)


class Killed(BaseException):
    """What comes between the folder of a decision and the history that tells of it."""


@pytest.fixture
def left_behind(drafts, monkeypatch):
    """A decision in a folder of decisions, of which the history does not tell."""

    def killed(self):
        raise Killed

    out = drafts.folder.parent / "decisions" / "one"
    with monkeypatch.context() as patched:
        patched.setattr("credit_score.session.history.History.write", killed)
        with pytest.raises(Killed):
            signed(drafts, out=out)
    assert [draft.signed for draft in drafts.list()] == [False]
    return out


def test_a_decision_whose_history_a_kill_left_behind_is_taken_up_once(drafts, left_behind):
    take_up(drafts, left_behind.parent)
    assert [draft.signed for draft in drafts.list()] == [True]
    entries = drafts.history.entries
    take_up(drafts, left_behind.parent)
    assert drafts.history.entries == entries


def test_a_decision_that_does_not_verify_is_not_taken_up(drafts, left_behind):
    (left_behind / "dossier.html").write_text("other", encoding="utf-8")
    take_up(drafts, left_behind.parent)
    assert [draft.signed for draft in drafts.list()] == [False]
