"""Who goes and when: inspectors, recusals and diaries of a draw for use, as a department meets them."""

import shutil

import pytest
from as_a_user import refused, told
from as_keepers import COURT, PRESS, TASK, listed, opened, sealed, swap


@pytest.mark.thorough
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
    refused("this draw has a diary; give the reason", *ask, "--ends", "2024-05-31", "--out", tmp_path / "more")
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


@pytest.mark.thorough
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
    (f"inspector,department\n{'N' * 140_000},fire\n", "row 1: 140,000 signs in inspector"),
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


def drawn_by(people, run_folder, tmp_path):
    """A drawn lot of which the inspectors were frozen with the list."""
    lot = tmp_path / "lot"
    freeze = ("lot", "freeze", run_folder, "--task", TASK, "--out", lot, "--on", "2023-07-01", "--quiet")
    assert told(*freeze, "--inspectors", people)[0] == 0
    sealed(lot, COURT, PRESS)
    opened(lot, COURT, PRESS)
    assert told("lot", "draw", lot, "--run", run_folder, "--on", "2023-07-03", "--quiet")[0] == 0
    return lot


@pytest.mark.thorough
def test_each_diary_tells_whether_its_inspectors_were_frozen(run_folder, people, tmp_path):
    lot, recusals = drawn_by(people, run_folder, tmp_path), tmp_path / "recusals.csv"
    ask = ("lot", "diary", lot, "--run", run_folder, "--begins", "2023-07-04", "--on", "2023-07-03", "--quiet")
    recusals.write_text(f"inspector,subject\nN1,{listed(lot / 'draw-1.csv')[0]['subject']}\n", encoding="utf-8")
    more = (*ask, "--inspectors", people, "--recusals", recusals, "--out", tmp_path / "b")
    refused("other recusals than were frozen; give the reason", *more)
    assert told(*ask, "--out", tmp_path / "a")[0] == 0
    assert told(*more, "--reason", "a complaint")[0] == 0
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("".join(people.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    other = (*ask, "--inspectors", fewer, "--out", tmp_path / "c", "--reason", "one fell ill")
    assert told(*other)[0] == 0
    said = told("lot", "verify", lot, "--run", run_folder)[1]
    assert "diary 1, by inspectors that were named before the seed\n" in said
    assert "diary 2, by inspectors that were named before the seed, with recusals told after it" in said
    assert "diary 3, by inspectors that were named after the seed" in said
    assert "回避名单在其后另有补充" in told("lot", "verify", lot, "--run", run_folder, "--lang", "zh")[1]


@pytest.mark.thorough
def test_a_recusal_that_was_told_stands_in_the_next_diary(run_folder, people, tmp_path):
    lot, recusals = drawn_by(people, run_folder, tmp_path), tmp_path / "recusals.csv"
    ask = ("lot", "diary", lot, "--run", run_folder, "--begins", "2023-07-04", "--on", "2023-07-03", "--quiet")
    assert told(*ask, "--out", tmp_path / "a")[0] == 0
    first = listed(tmp_path / "a" / "visits.csv")[0]
    recusals.write_text(f"inspector,subject\n{first['inspector_1']},{first['subject']}\n", encoding="utf-8")
    # The inspectors that were frozen stand without their file.
    assert told(*ask, "--recusals", recusals, "--out", tmp_path / "b", "--reason", "recused")[0] == 0
    assert told(*ask, "--out", tmp_path / "c", "--reason", "a holiday")[0] == 0
    for name in ("b", "c"):
        met = [r for r in listed(tmp_path / name / "visits.csv") if r["subject"] == first["subject"]]
        assert met
        assert not [r for r in met if first["inspector_1"] in (r["inspector_1"], r["inspector_2"])]


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


@pytest.mark.thorough
def test_a_draw_of_nobody_goes_through_every_step(county_run, altered_policy, people, tmp_path):
    """Every ratio and floor 0 and no duty: the list is frozen, and no firm is drawn from it."""
    import credit_score as cs

    def nobody(inspection):
        inspection["statutory_minimums"] = []
        for tier in inspection["schedule"].values():
            for name in ("ratio", "floor"):
                tier[name] = {day: told | {"value": 0} for day, told in tier[name].items()}

    policy = cs.load_policy(altered_policy(inspection=nobody))
    run = cs.run_county(county_run.records, policy, as_of="2023-06-30", seed=7).save(tmp_path / "run")
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
