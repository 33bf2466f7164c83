import json
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from credit_score.errors import PolicyError, RunError, VerificationError
from credit_score.files import fingerprint
from credit_score.policy import load_policy, make_amendment
from credit_score.session import drafts as module
from credit_score.session.drafts import Drafts, slug

BASE = load_policy("gaoyang")
AUTHOR = {"name": "李四", "office": "信用办"}
SAID = {"author": AUTHOR, "reason": "A 级过多", "written": "2026-11-29T15:00:00+08:00"}
CUT = ("tiers", "tiers", "A", "from_score")


def text(cut=990, since=date(2023, 7, 1)):
    return make_amendment(BASE, since, {CUT: cut}, **SAID)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "drafts"


def opened(folder, policy=BASE, who="李四"):
    return Drafts.open(folder, policy, who)


@pytest.fixture
def two(folder):
    """A folder with two drafts, left properly."""
    with opened(folder) as drafts:
        drafts.save("方案一", text(990), **SAID)
        drafts.save("Plan B", text(980), **SAID)
    return folder


def refused(kind, folder, match, policy=BASE):
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(kind, match=match) as caught, opened(folder, policy):
        pass
    assert "\n" not in str(caught.value)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_drafts_are_there_again_with_author_reason_and_time(two):
    assert {p.name for p in two.iterdir()} == {"方案一.yaml", "plan-b.yaml", "history.json"}
    with opened(two) as drafts:
        assert [(d.name, d.signed) for d in drafts.list()] == [("方案一", False), ("Plan B", False)]
        first = drafts.list()[0]
        assert {"author": first.author, "reason": first.reason, "written": first.written} == SAID
        assert first.sha256 == fingerprint(two / "方案一.yaml")
        told = drafts.read("Plan B")
    assert "name: Plan B" in told
    assert "signature" not in told
    assert "{value: 980, basis: decision" in told


def test_a_draft_saved_again_takes_the_place_of_the_older_and_the_history_has_both(two):
    with opened(two) as drafts:
        drafts.save("方案一", text(970), **SAID | {"reason": "再议"})
        assert "value: 970" in drafts.read("方案一")
        assert len(drafts.list()) == 2
        assert [e["reason"] for e in drafts.history.entries] == ["A 级过多", "A 级过多", "再议"]


def test_each_entry_holds_the_hash_of_the_one_before(two):
    entries = json.loads((two / "history.json").read_text(encoding="utf-8"))["entries"]
    assert [e["previous"] for e in entries] == [BASE.fingerprint, entries[0]["hash"]]
    assert {e["event"] for e in entries} == {"saved"}


def test_a_discarded_draft_leaves_its_entry_and_its_name_is_free(two):
    with opened(two) as drafts:
        drafts.discard("Plan B", **SAID | {"reason": "不采用"})
        assert [d.name for d in drafts.list()] == ["方案一"]
        with pytest.raises(RunError, match=r"no draft 'Plan B'; there are: 方案一"):
            drafts.read("Plan B")
        drafts.save("plan b", text(), **SAID)
    with opened(two) as drafts:
        assert [d.name for d in drafts.list()] == ["方案一", "plan b"]
        assert [e["event"] for e in drafts.history.entries] == ["saved", "saved", "discarded", "saved"]


def test_nobody_saves_or_discards_without_a_name_and_a_reason(two):
    with opened(two) as drafts:
        for act in (lambda **said: drafts.save("c", text(), **said), lambda **said: drafts.discard("Plan B", **said)):
            with pytest.raises(PolicyError, match=r"amendment\.reason: String should have"):
                act(**SAID | {"reason": " "})
            with pytest.raises(PolicyError, match=r"amendment\.author\.name: String should have"):
                act(**SAID | {"author": {"name": "", "office": "信用办"}})
        assert len(drafts.history.entries) == 2


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("plan-b", RunError, "the name 'plan-b' is too like 'Plan B'; choose another"),
        ("<>", RunError, "'<>' has neither letter nor digit"),
        ("案" * 41, PolicyError, r"amendment\.name: String should have at most 40"),
    ],
)
def test_a_name_that_no_file_can_have_is_refused(two, name, kind, told):
    with opened(two) as drafts, pytest.raises(kind, match=told):
        drafts.save(name, text(), **SAID)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("方案 一（甲）", "方案-一-甲"),
    ],
)  # fmt: skip
def test_a_file_stays_in_the_folder_whatever_the_name(folder, name, file):
    assert slug(name) == file
    with opened(folder) as drafts:
        assert drafts.save(name, text(), **SAID).name == name
        assert (folder / f"{file}.yaml").is_file()
        assert drafts.list()[0].name == name


def test_what_no_policy_may_say_is_no_draft(folder):
    with opened(folder) as drafts:
        with pytest.raises(PolicyError, match=r"drafts/a\.yaml, line .*cut-offs 900, 950, 850 do not descend"):
            drafts.save("a", text(900), **SAID)
        assert drafts.list() == []


def test_the_working_state_is_there_again(folder):
    with opened(folder) as drafts:
        assert drafts.restored() is None
        drafts.autosave({"cutoffs": [1000, 950.5], "理由": "过多\ud800"})
    with opened(folder) as drafts:
        assert drafts.restored() == {"cutoffs": [1000, 950.5], "理由": "过多\ud800"}
        (folder / "state.json").write_text("[1", encoding="utf-8")
        with pytest.raises(RunError, match="the working state is not readable; move it away"):
            drafts.restored()


CHILD = """
import sys, time
from credit_score.policy import load_policy
from credit_score.session.drafts import Drafts
with Drafts.open(sys.argv[1], load_policy("gaoyang"), "王五") as drafts:
    drafts.autosave({"budget": 7})
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_second_session_is_told_who_holds_the_drafts_and_a_killed_one_loses_nothing(folder, monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.1)
    with subprocess.Popen([sys.executable, "-c", CHILD, folder], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "ready\n"
            told = rf"another process is writing to it: 王五, process {child.pid} on \S+ since \d{{4}}-.*; wait, and"
            refused(RunError, folder, told)
        finally:
            child.send_signal(signal.SIGKILL)
    with opened(folder) as drafts:
        assert drafts.restored() == {"budget": 7}


@pytest.fixture
def killed(monkeypatch):
    """A session in the folder that is killed when it comes to a method of a path with an ending."""

    def run(folder, method, ending, act):
        real = getattr(Path, method)

        def stopped(path, *given, **options):
            if path.name.endswith(ending):
                raise KeyboardInterrupt
            return real(path, *given, **options)

        with monkeypatch.context() as patch, opened(folder) as drafts:
            patch.setattr(Path, method, stopped)
            with pytest.raises(KeyboardInterrupt):
                act(drafts)

    return run


@pytest.mark.parametrize(
    ("method", "ending", "kept"), [("exists", "history.json", "990"), ("replace", ".pending", "970")]
)
def test_a_save_that_was_killed_is_undone_before_the_history_has_it_and_done_after(two, killed, method, ending, kept):
    killed(two, method, ending, lambda drafts: drafts.save("方案一", text(970), **SAID))
    assert (two / ".方案一.yaml.pending").exists()
    with opened(two) as drafts:
        assert f"value: {kept}" in drafts.read("方案一")
    assert {p.name for p in two.iterdir()} == {"方案一.yaml", "plan-b.yaml", "history.json"}


def test_a_discard_that_was_killed_is_done(two, killed):
    killed(two, "unlink", ".yaml", lambda drafts: drafts.discard("方案一", **SAID))
    assert (two / "方案一.yaml").exists()
    with opened(two) as drafts:
        assert [d.name for d in drafts.list()] == ["Plan B"]
    assert not (two / "方案一.yaml").exists()


def altered(path, change):
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: altered(f / "方案一.yaml", lambda t: t.replace("990", "991")), "draft '方案一' is missing or was"),
        (lambda f: (f / "plan-b.yaml").unlink(), "draft 'Plan B' is missing or was changed outside"),
        (lambda f: (f / "c.yaml").write_text("a: 1"), r"c\.yaml: the file is no draft of this folder's history"),
        (lambda f: (f / "history.json").unlink(), "the file is no draft of this folder's history"),
        (lambda f: altered(f / "history.json", lambda t: t.replace("过多", "过少", 1)), "entry 1 of the history was"),
        (lambda f: altered(f / "history.json", lambda t: t[:-9]), "the history of the drafts is not readable"),
        (lambda f: altered(f / "history.json", lambda t: t.replace('"format": 1', '"format": 2')), "is not readable"),
    ],
)  # fmt: skip
def test_what_was_changed_by_another_hand_is_told_and_left_as_it_is(two, spoil, told):
    spoil(two)
    refused(VerificationError, two, told)


def test_an_entry_taken_out_is_missed(two):
    def without_first(told):
        data = json.loads(told)
        return json.dumps(data | {"entries": data["entries"][1:]})

    altered(two / "history.json", without_first)
    refused(VerificationError, two, "entry 1 of the history was changed after it was written")


def test_a_draft_changed_while_the_session_is_open_is_not_written_over(two):
    with opened(two) as drafts:
        altered(two / "方案一.yaml", lambda t: t.replace("990", "991"))
        with pytest.raises(VerificationError, match="changed outside of a session"):
            drafts.save("方案一", text(970), **SAID)
        (two / "c.yaml").write_text("a: 1", encoding="utf-8")
        with pytest.raises(VerificationError, match="no draft of this folder's history"):
            drafts.save("c", text(970), **SAID)
    assert "991" in (two / "方案一.yaml").read_text(encoding="utf-8")


def test_drafts_of_another_policy_are_refused(two, tmp_path):
    BASE.save(tmp_path / "policy")
    altered(tmp_path / "policy" / "tiers.yaml", lambda t: t + "# a word more\n")
    other = load_policy(tmp_path / "policy")
    told = (
        f"the drafts amend policy {BASE.fingerprint[:12]}…, the run has {other.fingerprint[:12]}…; give another folder"
    )
    refused(RunError, two, told, other)


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("a", encoding="utf-8")
    with pytest.raises(RunError, match="could not make the folder: File exists"), opened(tmp_path / "file"):
        pass
