"""A draw for use as those meet it who freeze, seal, draw, audit, and those who are drawn."""

import csv
import json
import shutil
from hashlib import sha256

import pytest
from as_a_user import refused, told

from credit_score.inspection.double_random import drawing_seed

TASK = "2023 plan"
COURT = ("--body", "court", "--value", "4711", "--nonce", "abcdefghijklmnop")
PRESS = ("--body", "press", "--value", "0815", "--nonce", "ponmlkjihgfedcba")


def sealed(lot, *bodies, on="2023-07-02"):
    for contribution in bodies:
        root = json.loads((lot / "record.jsonl").read_text(encoding="utf-8").splitlines()[0])["data"]["root"]
        seal = told("lot", "sealing", "--task", TASK, "--list-hash", root, *contribution)[1].strip()
        code, _, err = told("lot", "seal", lot, *contribution[:2], "--seal", seal, "--on", on)
        assert code == 0, err


def opened(lot, *bodies, on="2023-07-03"):
    for contribution in bodies:
        assert told("lot", "open", lot, *contribution, "--on", on)[0] == 0


@pytest.fixture(scope="module")
def frozen(run_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("lots") / "frozen"
    code, said, _ = told("lot", "freeze", run_folder, "--task", TASK, "--out", out, "--on", "2023-07-01", "--quiet")
    assert code == 0
    return out, said


@pytest.fixture(scope="module")
def drawn(frozen, run_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("lots") / "drawn"
    shutil.copytree(frozen[0], out)
    sealed(out, COURT, PRESS)
    opened(out, COURT, PRESS)
    code, said, _ = told("lot", "draw", out, "--run", run_folder, "--on", "2023-07-03", "--quiet")
    assert code == 0
    return out, said


@pytest.fixture
def lot(drawn, tmp_path):
    return shutil.copytree(drawn[0], tmp_path / "lot")


def listed(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


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


def swap(path, old, new):
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("change", "message"), [
    (lambda lot: swap(lot / "record.jsonl", "0815", "0816"), "event 5: the value of press does not fit its seal"),
    (lambda lot: swap(lot / "record.jsonl", '"n": ', '"n": 1'), "event 1: event 'frozen' is not the one"),
    (lambda lot: (lot / "list.key").write_text("00" * 32), "list and key give the hash"),
    (lambda lot: (lot / "list.key").unlink(), "list.key is missing or no key"),
    (lambda lot: (lot / "draw-1.csv").unlink(), "draw-1.csv is missing"),
])  # fmt: skip
def test_what_was_changed_is_found_and_named(lot, run_folder, change, message):
    change(lot)
    refused(message, "lot", "verify", lot, "--run", run_folder)


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


@pytest.fixture
def people(county_folder, tmp_path):
    """The county's inspectors, as a department writes them down; the first has a leave and a firm she may not meet."""
    source = listed(county_folder / "inspectors.csv")
    path = tmp_path / "inspectors.csv"
    rows = ["inspector,department,skills,leave"]
    known = [row["department"] for row in source if row["department"] != "bureau_of_weather"]  # a faulty row's
    rows += [f"N{i},{department},," for i, department in enumerate(known)]
    rows[1] += "2023-08-01/2023-08-14; 2024-02-01/2024-02-05"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_diaries_are_written_for_every_department(lot, run_folder, people, tmp_path):
    firm = next(r for r in listed(lot / "draw-1.csv") if r["department"] == "market_supervision")
    recusals = tmp_path / "recusals.csv"
    recusals.write_text(f"inspector,subject\nN0,{firm['subject']}\n", encoding="utf-8")
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--begins", "2023-07-04")
    ask += ("--on", "2023-07-03", "--quiet")
    code, said, err = told(*ask, "--recusals", recusals, "--out", tmp_path / "diaries")
    assert code == 0, err
    rows = listed(tmp_path / "diaries" / "visits.csv")
    assert len(rows) == sum(int(r["visits"]) for r in listed(lot / "draw-1.csv"))
    assert "spared by coming together" in said
    departments = {r["department"] for r in rows}
    assert {p.stem for p in (tmp_path / "diaries").glob("*.ics")} == departments
    assert not [r for r in rows if r["subject"] == firm["subject"] and "N0" in (r["inspector_1"], r["inspector_2"])]
    assert all(r["inspector_1"] != r["inspector_2"] for r in rows)
    assert "diary 1, by inspectors that were named after" in told("lot", "verify", lot, "--run", run_folder)[1]
    refused("this draw has a diary; give the reason", *ask, "--out", tmp_path / "more")
    assert not (tmp_path / "more").exists()
    assert all(p.stat().st_mode & 0o077 == 0 for p in lot.glob("*.csv"))
    _rewrite(lot, "visits-1.csv", rows[0]["inspector_1"], rows[1]["inspector_1"])
    refused("visits-1.csv: row", "lot", "verify", lot, "--run", run_folder)


def _rewrite(lot, name, old, new):
    """A closed file and the record changed by whoever holds the key, hashes and all."""
    from credit_score.inspection.double_random import DrawRecord, keyed_hash

    path, key = lot / name, bytes.fromhex((lot / "list.key").read_text())
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    record = DrawRecord.read(lot / "record.jsonl")
    *before, last = record.events
    files = last.data["files"] | {name.partition("-")[0]: keyed_hash(key, path.read_bytes())}
    again = DrawRecord(tuple(before)).added(last.event, last.on, last.data | {"files": files})
    (lot / "record.jsonl").write_text(again.text(), encoding="utf-8")


def test_what_the_record_says_of_lists_is_held_to_the_lists(lot, run_folder):
    """Numbers in the record that are changed with the whole chain of hashes after them."""
    from credit_score.inspection.double_random import DrawRecord

    path = lot / "record.jsonl"
    whole = DrawRecord.read(path)
    for place, change, message in (
        (0, {"n": 5}, "for the rows of the frozen list"), (0, {"status": "in force"}, "for the status"),
        (-1, {"n": 3}, "for the rows of draw 1"), (-1, {"result": "0" * 64}, "for the hash of the result of draw 1"),
    ):  # fmt: skip
        again = DrawRecord()
        for event in whole.events:
            data = event.data | change if event is whole.events[place] else event.data
            again = again.added(event.event, event.on, data)
        path.write_text(again.text(), encoding="utf-8")
        refused(message, "lot", "verify", lot, "--run", run_folder)


def test_inspectors_frozen_with_the_list_are_those_who_go(run_folder, people, tmp_path):
    lot, recusals = tmp_path / "lot", tmp_path / "recusals.csv"
    recusals.write_text("inspector,subject\n", encoding="utf-8")
    staff = ("--inspectors", people, "--recusals", recusals)
    freeze = ("lot", "freeze", run_folder, "--task", TASK, "--out", lot, "--on", "2023-07-01", "--quiet")
    refused("recusals without inspectors", *freeze, "--recusals", recusals)
    assert told(*freeze, *staff)[0] == 0
    sealed(lot, COURT, PRESS)
    opened(lot, COURT, PRESS)
    assert told("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03", "--quiet")[0] == 0
    ask = ("lot", "diary", lot, "--run", run_folder, "--begins", "2023-07-04", "--on", "2023-07-03", "--quiet")
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("".join(people.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    refused(
        "other inspectors than were frozen; give the reason",
        *ask, "--inspectors", fewer, "--out", tmp_path / "a",
    )  # fmt: skip
    code, _, err = told(*ask, "--out", tmp_path / "b")
    assert code == 0, err
    assert "inspectors that were named before the seed" in told("lot", "verify", lot, "--run", run_folder)[1]


@pytest.mark.parametrize(("text", "message"), [
    ("N0,lower\n", "no firm of the run in row 1; write its code as the run does"),
    ("N999,{firm}\n", "no inspector N999"),
])  # fmt: skip
def test_a_recusal_that_keeps_nobody_apart_is_refused(lot, run_folder, people, tmp_path, text, message):
    recusals = tmp_path / "recusals.csv"
    firm = listed(lot / "draw-1.csv")[0]["subject"]
    recusals.write_text("inspector,subject\n" + text.format(firm=firm), encoding="utf-8")
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--recusals", recusals)
    refused(message, *ask, "--begins", "2023-07-04", "--on", "2023-07-03", "--out", tmp_path / "o", "--quiet")


def test_a_year_of_visits_begins_after_the_draw(lot, run_folder, people, tmp_path):
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--on", "2023-07-03", "--quiet")
    refused(
        "visits begin on 2022-01-03, before the day the diary is made",
        *ask,
        "--begins",
        "2022-01-03",
        "--out",
        tmp_path / "o",
    )


@pytest.mark.parametrize(("text", "message"), [
    ("inspector,department\nN1,fire\nN1,fire\n", "inspector N1 stands twice"),
    ("inspector,department,leaves\nN1,fire,\n", "unknown heading 'leaves'; write leave"),
    ("inspector,department,skill\nN1,fire,\n", "unknown heading 'skill'; write skills"),
    ("inspector,department,telephone\nN1,fire,\n", "unknown heading 'telephone'; leave it out; there are inspector, "),
    ("inspector,department\n", "inspectors.csv: no inspector"),
    ("", "inspectors.csv: not readable as CSV"),
    ('inspector,department\nN0,fire\n"N\n1",fire\n', "row 2: a control sign or line end in inspector"),
    ("inspector,department\nN\x1b1,fire\n", "row 1: a control sign or line end in inspector"),
    (f"inspector,department\n{'N' * 1001},fire\n", "row 1: 1,001 signs in inspector"),
    (f"inspector,department\n{'N' * 140_000},fire\n", "not readable as CSV in UTF-8: line 2: field larger"),
    ("inspector\nN1\n", "column department is missing"),
    ("inspector,department\nN1,\n", "row 1: no department"),
    ("inspector,department,leave\nN1,fire,2023-08-01\n", "row 1: leave that is no first and last day"),
    ("inspector,department,leave\nN1,fire,2023-08-01/2023-8-3\n", "row 1: '2023-8-3' is not a date"),
    ("inspector,department\nN1,fire\n", "inspectors; visits are made in pairs"),
    ("inspector,department\nN1,fire_brigade\n", "no department fire_brigade; there are "),
    ("inspector,department,skills\nN1,fire,minimum.fod\n", "no skill minimum.fod; there are "),
])  # fmt: skip
def test_inspectors_that_cannot_be_are_refused_and_nothing_is_written(lot, run_folder, tmp_path, text, message):
    path = tmp_path / "inspectors.csv"
    path.write_text(text, encoding="utf-8")
    ask = (
        "lot",
        "diary",
        lot,
        "--run",
        run_folder,
        "--inspectors",
        path,
        "--begins",
        "2023-07-04",
        "--on",
        "2023-07-03",
        "--out",
        tmp_path / "o",
    )
    refused(message, *ask)
    assert not (tmp_path / "o").exists()


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


def test_a_recusal_under_a_heading_that_is_not_known_is_refused(lot, run_folder, people, tmp_path):
    recusals = tmp_path / "recusals.csv"
    recusals.write_text("inspector,subject,subjects\n", encoding="utf-8")
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--recusals", recusals)
    ask += ("--begins", "2023-07-04", "--on", "2023-07-03", "--out", tmp_path / "o", "--quiet")
    refused("recusals.csv: unknown heading 'subjects'; write subject", *ask)


def test_leave_and_skills_may_stand_between_semicolons_in_full_width(tmp_path):
    from credit_score.report.lot_staff import read_inspectors

    path = tmp_path / "inspectors.csv"
    path.write_text("inspector,department,skills,leave\nN1,fire,a；b,2023-08-01/2023-08-02；2023-09-01/2023-09-02\n")
    (one,) = read_inspectors(path)
    assert one.skills == {"a", "b"}
    assert len(one.leave) == 2


def test_a_diary_is_of_the_run_that_was_frozen(lot, run_folder, people, tmp_path):
    other = shutil.copytree(run_folder, tmp_path / "other")
    swap(other / "manifest.json", '"seed": 7', '"seed": 8')
    ask = ("lot", "diary", lot, "--run", other, "--inspectors", people, "--begins", "2023-07-04", "--on", "2023-07-03")
    refused("frozen from another run", *ask, "--out", tmp_path / "o", "--quiet")
    assert told("lot", "verify", lot, "--run", run_folder)[0] == 0


def test_each_diary_tells_whether_its_inspectors_were_frozen(run_folder, people, tmp_path):
    lot, recusals = tmp_path / "lot", tmp_path / "recusals.csv"
    freeze = ("lot", "freeze", run_folder, "--task", TASK, "--out", lot, "--on", "2023-07-01", "--quiet")
    assert told(*freeze, "--inspectors", people)[0] == 0
    sealed(lot, COURT, PRESS)
    opened(lot, COURT, PRESS)
    assert told("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03", "--quiet")[0] == 0
    ask = ("lot", "diary", lot, "--run", run_folder, "--begins", "2023-07-04", "--on", "2023-07-03", "--quiet")
    recusals.write_text(f"inspector,subject\nN1,{listed(lot / 'draw-1.csv')[0]['subject']}\n", encoding="utf-8")
    more = (*ask, "--inspectors", people, "--recusals", recusals, "--out", tmp_path / "b")
    refused("other recusals than were frozen; give the reason", *more)
    assert told(*ask, "--out", tmp_path / "a")[0] == 0
    assert told(*more, "--reason", "a complaint")[0] == 0
    said = told("lot", "verify", lot, "--run", run_folder)[1]
    assert "diary 1, by inspectors that were named before the seed" in said
    assert "diary 2, by inspectors that were named after the seed" in said
    assert "第 2 份日程，检查人员在种子产生之后" in told("lot", "verify", lot, "--run", run_folder, "--lang", "zh")[1]


def test_a_diary_may_be_of_the_days_that_the_calendar_knows(lot, run_folder, people, tmp_path):
    from credit_score.records.duties.calendar import working_calendar

    last = working_calendar("cn").last
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--on", "2023-07-03", "--quiet")
    ask += ("--begins", last.replace(month=3, day=1))
    refused(f"knows the days until {last}; plan the part that is known: --ends {last}", *ask, "--out", tmp_path / "o")
    code, _, err = told(*ask, "--ends", last, "--out", tmp_path / "o")
    assert code == 0, err
    days = [row["day"] for row in listed(tmp_path / "o" / "visits.csv")]
    assert min(days) >= f"{last.year}-03-01"
    assert max(days) <= last.isoformat()
    assert told("lot", "verify", lot, "--run", run_folder)[0] == 0


def test_a_diary_that_was_recorded_and_lost_its_folder_is_completed_by_the_same_step(lot, run_folder, people, tmp_path):
    ask = ("lot", "diary", lot, "--run", run_folder, "--inspectors", people, "--begins", "2023-07-04", "--quiet")
    assert told(*ask, "--on", "2023-07-03", "--out", tmp_path / "a")[0] == 0
    record = (lot / "record.jsonl").read_bytes()
    shutil.move(tmp_path / "a", tmp_path / "kept")  # as if it had been killed before the folder had its name
    assert told(*ask, "--on", "2023-07-03", "--out", tmp_path / "a")[0] == 0
    assert (lot / "record.jsonl").read_bytes() == record
    again = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.suffix != ".xlsx"}
    assert again == {p.name: p.read_bytes() for p in (tmp_path / "kept").iterdir() if p.suffix != ".xlsx"}
    stamps = {
        line for name in again if name.endswith(".ics") for line in again[name].split(b"\r\n") if b"STAMP" in line
    }
    assert stamps == {b"DTSTAMP:20230703T000000Z"}


def test_a_step_writes_only_onto_the_record_that_it_read(lot):
    from datetime import date

    from credit_score.errors import RunError
    from credit_score.report.lot import Lot

    one, other = Lot.open(lot), Lot.open(lot)
    kept = one.kept(one.record.visits_done(on=date(2023, 12, 1)))
    with pytest.raises(RunError, match="another step was recorded meanwhile; run this one again"):
        other.kept(other.record.sealed("court", "ab" * 32, on=date(2023, 12, 1)))
    assert Lot.open(lot).record == kept.record


def test_a_step_that_finds_another_at_work_says_so(lot, run_folder, tmp_path):
    from credit_score.files import alone

    with alone(lot):
        refused("another process is writing to it; wait, and run again", "lot", "done", lot, "--on", "2023-12-01")
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    with alone(tmp_path / "new"):
        freeze = (
            "lot",
            "freeze",
            run_folder,
            "--task",
            TASK,
            "--out",
            tmp_path / "new",
            "--on",
            "2023-07-01",
            "--quiet",
        )
        refused("another process is writing to it", *freeze)


@pytest.mark.parametrize("name", ["list.key", "draw-1.csv", "record.jsonl", "new.csv"])
def test_a_list_is_not_published_into_the_lot(lot, name):
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    before = {p.name: p.read_bytes() for p in lot.iterdir()}
    refused("lies in what is read from", "lot", "publish", lot, "--on", "2023-12-02", "--out", lot / name)
    assert {p.name: p.read_bytes() for p in lot.iterdir()} == before


def test_events_cut_from_the_end_of_the_record_are_found(lot, run_folder):
    """By files that the record does not name, before another draw is written over them; by a published hash, always."""
    record = lot / "record.jsonl"
    whole = record.read_text(encoding="utf-8")
    said = told("lot", "show", lot)[1]
    published = json.loads(whole.splitlines()[-1])["hash"]
    assert published in said
    verify = ("lot", "verify", lot, "--run", run_folder, "--last-hash")
    assert "the published hash is that of event 6 of 6 in the record" in told(*verify, published)[1]
    drawn = (lot / "draw-1.csv").read_bytes()
    record.write_text("".join(whole.splitlines(keepends=True)[:1]), encoding="utf-8")
    refused("none of 1 events has the hash", *verify, published)
    contributions = [(*c[:3], "new", *c[4:]) for c in (COURT, PRESS)]
    sealed(lot, *contributions, on="2023-07-08")
    opened(lot, *contributions, on="2023-07-08")
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-09", "--quiet")
    refused("-1.csv stands there already and is another than this step gives; events were cut", *draw)
    assert (lot / "draw-1.csv").read_bytes() == drawn
    record.write_text(whole, encoding="utf-8")
    shutil.copy(lot / "draw-1.csv", lot / "draw-2.csv")
    refused("the record does not name draw-2.csv, which stand there", *verify[:-1])


def test_a_draw_that_was_stopped_before_it_was_recorded_is_completed_by_the_same_step(lot, run_folder):
    record = lot / "record.jsonl"
    whole = record.read_text(encoding="utf-8")
    record.write_text("".join(whole.splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert told("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03", "--quiet")[0] == 0
    assert record.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize("text", ["\ud800", "a\nb", "\x1b[2J"])
def test_a_text_that_cannot_be_recorded_leaves_nothing_behind(lot, run_folder, tmp_path, text):
    freeze = ("lot", "freeze", run_folder, "--task", text, "--out", tmp_path / "y", "--on", "2023-07-01", "--quiet")
    refused("give text in UTF-8 without control signs", *freeze)
    assert not (tmp_path / "y").exists()
    contributions = [(*c[:3], "new", *c[4:]) for c in (COURT, PRESS)]
    sealed(lot, *contributions, on="2023-07-08")
    opened(lot, *contributions, on="2023-07-08")
    before = {p.name: p.read_bytes() for p in lot.iterdir()}
    draw = ("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-09", "--quiet", "--reason", text)
    refused("give text in UTF-8 without control signs", *draw)
    seal = ("lot", "sealing", "--task", TASK, "--list-hash", "ab" * 32, "--body", "court", "--nonce", "n" * 16)
    refused("give text in UTF-8 without control signs", *seal, "--value", text)
    assert {p.name: p.read_bytes() for p in lot.iterdir()} == before


def test_a_seed_that_was_known_and_given_up_is_told_by_verify(lot, run_folder):
    for i, day in enumerate(("2023-07-04", "2023-07-05")):
        contributions = [(*c[:3], f"new{i}", *c[4:]) for c in (COURT, PRESS)]
        sealed(lot, *contributions, on=day)
        opened(lot, *contributions, on=day)
        assert told("lot", "abandon", lot, "--reason", "not liked", "--on", day)[0] == 0
    verify = ("lot", "verify", lot, "--run", run_folder)
    assert "policy give; a seed was known and given up 2 times" in told(*verify)[1]
    assert "种子已知后放弃 2 次" in told(*verify, "--lang", "zh")[1]


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


def test_a_draw_of_nobody_goes_through_every_step(county_folder, altered_policy, people, tmp_path):
    """Every ratio and floor 0 and no duty: the list is frozen, and no firm is drawn from it."""
    import credit_score as cs

    def nobody(inspection):
        inspection["statutory_minimums"] = []
        for tier in inspection["schedule"].values():
            for name in ("ratio", "floor"):
                tier[name] = {day: told | {"value": 0} for day, told in tier[name].items()}

    policy = cs.load_policy(altered_policy(inspection=nobody))
    records = cs.read_records(county_folder, policy=policy)
    run = cs.run_county(records, policy, as_of="2023-06-30", seed=7).save(tmp_path / "run")
    lot = tmp_path / "lot"
    assert told("lot", "freeze", run, "--task", TASK, "--out", lot, "--on", "2023-07-01", "--quiet")[0] == 0
    sealed(lot, COURT, PRESS)
    opened(lot, COURT, PRESS)
    assert "0 rows, of 0 firms, are drawn" in told("lot", "draw", lot, "--run", run, "--on", "2023-07-03", "--quiet")[1]
    ask = ("lot", "diary", lot, "--run", run, "--inspectors", people, "--begins", "2023-07-04", "--on", "2023-07-03")
    code, said, err = told(*ask, "--out", tmp_path / "diary", "--quiet")
    assert code == 0, err
    assert "0 visits in 0 calls" in said
    assert {p.name for p in (tmp_path / "diary").iterdir()} == {"visits.csv", "visits.xlsx"}
    code, said, err = told("lot", "verify", lot, "--run", run)
    assert code == 0, err
    assert "verified: 0 rows" in said
    assert told("lot", "done", lot, "--on", "2023-12-01")[0] == 0
    assert told("lot", "publish", lot, "--on", "2023-12-02", "--out", tmp_path / "list.csv")[0] == 0
    assert (tmp_path / "list.csv").read_text(encoding="utf-8") == "department,subject,status\n"
