"""A draw for use as those meet it who freeze, seal, draw, audit, and those who are drawn."""

import json
import shutil
from hashlib import sha256

import pytest
from as_a_user import refused, told
from as_keepers import COURT, PRESS, TASK, listed, opened, sealed, swap

from credit_score.inspection.double_random import drawing_seed


def test_the_hash_is_told_at_the_freeze_and_nothing_of_the_firms(frozen):
    out, said = frozen
    record = (out / "record.jsonl").read_text(encoding="utf-8")
    assert json.loads(record)["data"]["root"] in said
    assert {p.name for p in out.iterdir()} == {"record.jsonl", "list.key"}
    assert (out / "list.key").stat().st_mode & 0o077 == 0


def test_seed_and_result_are_told_at_the_draw(drawn):
    out, said = drawn
    last = json.loads((out / "record.jsonl").read_text(encoding="utf-8").splitlines()[-1])["data"]
    assert last["seed"] in said
    assert last["result"] in said
    assert len(listed(out / "draw-1.csv")) == last["n"]
    assert {row["status"] for row in listed(out / "draw-1.csv")} == {"demonstration"}


def test_there_is_no_draw_before_all_have_opened(frozen, run_folder, tmp_path):
    lot = shutil.copytree(frozen[0], tmp_path / "lot")
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03")
    refused("0 sealed contributions", *draw)
    sealed(lot, COURT)
    refused("two bodies seal before one opens", "lot", "open", lot, *COURT, "--on", "2023-07-03")
    sealed(lot, PRESS)
    opened(lot, COURT)
    refused("press did not open", *draw)
    refused(
        "does not fit its seal", "lot", "open", lot, *PRESS[:2], "--value", "0816", *PRESS[4:], "--on", "2023-07-03"
    )
    assert not list(lot.glob("draw*"))
    assert told("lot", "abandon", lot, "--reason", "no answer", "--on", "2023-07-04")[0] == 0
    announce = ("lot", "announce", lot, "--name", "lottery 3D, issue 180", "--on", "2023-07-04", "--value-on")
    refused("this one could be known already", *announce, "2023-07-04")
    assert told(*announce, "2023-07-05")[0] == 0
    refused("'lottery 3D, issue 180' was announced", *announce, "2023-07-06")
    value = ("lot", "value", lot, "--value", "471", "--on")
    refused("wait for its day", *value, "2023-07-04")
    assert told(*value, "2023-07-05")[0] == 0
    refused("the value came out already", *value, "2023-07-05")
    assert told(*draw[:-1], "2023-07-06")[0] == 0
    assert "abandoned" in told("lot", "show", lot)[1]


def test_an_auditor_computes_all_of_it_again(lot, run_folder):
    code, said, _ = told("lot", "verify", lot, "--run", run_folder)
    assert code == 0
    assert "rows are what the frozen list, the seed and the policy give" in said


def test_nobody_without_the_key_can_compute_the_number_of_a_firm(lot):
    """With the published seed alone, a large number would tell a tier with a high ratio."""
    seed = json.loads((lot / "record.jsonl").read_text(encoding="utf-8").splitlines()[-1])["data"]["seed"]
    rows = listed(lot / "draw-1.csv")
    public = {sha256(f"{seed}|{r['department']}|{r['subject']}".encode()).hexdigest() for r in rows}
    assert not public & {r["key"] for r in rows}
    key = bytes.fromhex((lot / "list.key").read_text())
    by = drawing_seed(key, seed)
    assert all(r["key"] == sha256(f"{by}|{r['department']}|{r['subject']}".encode()).hexdigest() for r in rows)


def test_a_firm_taken_off_the_list_is_found(lot, run_folder, tmp_path):
    path = lot / "draw-1.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    for step in (
        ("verify", lot, "--run", run_folder),
        ("publish", lot, "--on", "2023-12-02", "--out", tmp_path / "x.csv"),
    ):
        if step[0] == "publish":
            assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
        refused("draw-1.csv is not the file that was recorded; look for a copy", "lot", *step)
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.thorough
def test_another_draw_needs_new_seals_and_a_reason_and_is_shown(lot, run_folder):
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-09", "--quiet")
    refused("0 sealed contributions", *draw)
    contributions = [(*c[:3], "new", *c[4:]) for c in (COURT, PRESS)]
    sealed(lot, *contributions, on="2023-07-08")
    opened(lot, *contributions, on="2023-07-08")
    refused("give the reason of another draw", *draw)
    assert told(*draw, "--reason", "firms had closed")[0] == 0
    assert listed(lot / "draw-1.csv") != listed(lot / "draw-2.csv")
    assert "drawn 2 times" in told("lot", "verify", lot, "--run", run_folder)[1]
    assert "firms had closed" in told("lot", "show", lot)[1]


def test_the_list_stays_closed_until_the_visits_are_done_and_then_tells_no_tier(lot, tmp_path):
    out = tmp_path / "list.csv"
    refused("the visits are not done", "lot", "publish", lot, "--on", "2023-08-01", "--out", out)
    assert not out.exists()
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    code, said, _ = told("lot", "publish", lot, "--on", "2023-12-02", "--out", out)
    assert code == 0
    rows, closed = listed(out), listed(lot / "draw-1.csv")
    assert set(rows[0]) == {"department", "subject", "status"}
    assert not [r for r in rows if r["subject"].startswith("S-")]
    assert len(rows) + sum(r["subject"].startswith("S-") for r in closed) == len(closed)
    assert rows == sorted(rows, key=lambda r: (r["department"], r["subject"]))
    assert "rows of sole proprietors left out" in said


def test_a_firm_checks_its_own_place_against_what_was_published(lot, run_folder, tmp_path):
    row = listed(lot / "draw-1.csv")[0]
    ask = ("lot", "proof", lot, "--run", run_folder, "--department", row["department"], "--firm", row["subject"])
    assert set(json.loads(told(*ask)[1])) == {"list"}  # whether it was drawn is told when the visits are done
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    proof = tmp_path / "proof.json"
    proof.write_text(told(*ask)[1], encoding="utf-8")
    told_of = json.loads(proof.read_text(encoding="utf-8"))
    hashes = ("--list-hash", told_of["list"]["root"], "--result-hash", told_of["result"]["root"])
    said = told("lot", "check-proof", proof, *hashes)[1]
    assert said == f"{row['subject']} stood in the list of {row['department']} and was drawn\n"
    refused("does not lead to the published hash", "lot", "check-proof", proof, "--list-hash", "0" * 64)
    mixed = told_of | {"result": told_of["result"] | {"subject": "another"}}
    proof.write_text(json.dumps(mixed), encoding="utf-8")
    refused("proofs of two firms", "lot", "check-proof", proof, *hashes)
    told_of["result"]["told"] = "not drawn"
    proof.write_text(json.dumps(told_of), encoding="utf-8")
    refused("does not lead to the published hash", "lot", "check-proof", proof, *hashes)
    proof.write_text("nonsense", encoding="utf-8")
    refused("this is no proof", "lot", "check-proof", proof, *hashes)
    refused("does not hold this firm", *ask[:-1], "nobody")


def test_a_run_nobody_signed_is_not_frozen(run_folder, tmp_path, monkeypatch):
    from credit_score.errors import PolicyError
    from credit_score.report import RunFolder
    from credit_score.report.lot import check_for_use

    run = RunFolder.open(run_folder)
    run.manifest["status"] = "draft"
    with pytest.raises(PolicyError, match="nobody has signed the policy, so no list is drawn for use"):
        check_for_use(run)
    run.manifest["status"] = "in force"
    monkeypatch.setattr("credit_score.report.lot.verified", lambda *_: 1)
    with pytest.raises(PolicyError, match=r"the schedule cannot be carried out: .* days where there are"):
        check_for_use(run)


def test_another_run_than_the_frozen_one_is_refused(lot, run_folder, tmp_path):
    other = shutil.copytree(run_folder, tmp_path / "other")
    swap(other / "manifest.json", '"seed": 7', '"seed": 8')
    refused("frozen from another run", "lot", "verify", lot, "--run", other)


def test_a_lot_is_never_frozen_over_another(lot, run_folder):
    record = (lot / "record.jsonl").read_text(encoding="utf-8")
    refused("a lot stands there", "lot", "freeze", run_folder, "--task", "t", "--out", lot, "--on", "2023-07-01")
    assert (lot / "record.jsonl").read_text(encoding="utf-8") == record


def test_steps_on_what_is_no_lot_are_refused(run_folder, tmp_path):
    refused("holds no record.jsonl", "lot", "show", tmp_path)
    refused(
        "no such run folder",
        "lot",
        "freeze",
        tmp_path / "x",
        "--task",
        "t",
        "--out",
        tmp_path / "y",
        "--on",
        "2023-07-01",
    )
    refused("is not a date", "lot", "freeze", run_folder, "--task", "t", "--out", tmp_path / "y", "--on", "2023-7-1")
    inside = ("lot", "freeze", run_folder, "--task", "t", "--out", run_folder / "y", "--on", "2023-07-01")
    refused("lies in what is read from", *inside)
    assert not (tmp_path / "y").exists()


def test_rates_of_a_draw_for_use_are_by_its_own_list(lot, run_folder, tmp_path):
    rows = [r for r in listed(lot / "draw-1.csv") if not r["duty"]]
    visits = tmp_path / "visits.csv"
    lines = [f"{r['department']},{r['subject']},2023-08-01,{i % 3 % 2}" for i, r in enumerate(rows)]
    visits.write_text("\n".join(["department,subject,day,bad", *lines]) + "\n", encoding="utf-8")
    ask = ("estimate", run_folder, "--visits", visits, "--lot", lot, "--json", "--quiet")
    said = json.loads(told(*ask)[1])
    assert sum(row["visits"] for row in said["rates"]["department"]) == len(rows)
    assert sum(row["found"] for row in said["rates"]["department"]) == sum(i % 3 % 2 for i in range(len(rows)))
    assert said["inspectors"] == []


def test_a_list_is_not_frozen_before_the_day_of_its_run(run_folder, tmp_path):
    freeze = ("lot", "freeze", run_folder, "--task", TASK, "--out", tmp_path / "y", "--on", "2023-06-29", "--quiet")
    refused("a freeze on 2023-06-29, before the day of the run, 2023-06-30", *freeze)
    assert not (tmp_path / "y").exists()


def test_what_is_drawn_and_published_is_counted_in_rows_and_in_firms(drawn, lot, tmp_path):
    rows = listed(lot / "draw-1.csv")
    firms = {row["subject"] for row in rows}
    assert len(firms) < len(rows)
    assert f"{len(rows):,} rows, of {len(firms):,} firms, are drawn" in drawn[1]
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    said = told("lot", "publish", lot, "--on", "2023-12-02", "--out", tmp_path / "list.csv")[1]
    shown = listed(tmp_path / "list.csv")
    assert f"{len(shown):,} rows, of {len({row['subject'] for row in shown}):,} firms, listed" in said


def test_a_proof_of_the_list_does_not_pass_for_one_of_the_result(lot, run_folder, tmp_path):
    row, proof = listed(lot / "draw-1.csv")[0], tmp_path / "proof.json"
    ask = ("lot", "proof", lot, "--run", run_folder, "--department", row["department"], "--firm", row["subject"])
    part = json.loads(told(*ask)[1])["list"]
    proof.write_text(json.dumps({"list": part, "result": part}), encoding="utf-8")
    hashes = ("--list-hash", part["root"], "--result-hash", part["root"])
    refused("does not say whether the firm was drawn", "lot", "check-proof", proof, *hashes)


def test_every_step_explains_itself_and_the_help_of_lot_names_them_all():
    steps = (
        "freeze", "sealing", "seal", "open", "announce", "value", "abandon", "draw", "diary", "done", "publish",
        "proof", "check-proof", "show", "verify",
    )  # fmt: skip
    said = told("lot", "--help")[1]
    for step in steps:
        assert step in said.split()
        code, own, _ = told("lot", step, "--help")
        assert code == 0
        assert own.startswith(f"usage: credit-score lot {step} ")
    assert "earlier one where the calendar of working days ends" in " ".join(told("lot", "diary", "--help")[1].split())
