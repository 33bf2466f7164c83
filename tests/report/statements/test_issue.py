"""Statements are issued one by one, to the subject or through a desk, and each stands in the log."""

import inspect
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from as_a_desk import AT, DESK, SELF, most_told

from credit_score import report
from credit_score.errors import PolicyError, RunError, VerificationError
from credit_score.report import RunFolder, statements
from credit_score.report.statements import Log, issue, verified_file
from credit_score.report.statements.log import log_folder
from credit_score.report.statements.uses import report_uses


@pytest.fixture
def person(opened):
    return most_told(opened, "individual")


def test_each_statement_has_an_entry_and_the_next_serial(opened, person, tmp_path):
    first = issue(opened, person, SELF, tmp_path / "1.html", at=AT)
    second = issue(opened, person, replace(SELF, langs=("en",)), tmp_path / "2.html", at=AT)
    log = Log.of(opened)
    assert [e["serial"] for e in log.issued] == [first.serial, second.serial]
    assert [s[-5:] for s in (first.serial, second.serial)] == ["00001", "00002"]
    assert first.serial.startswith(log.run[:8])
    assert [e["code"] for e in log.issued] == [first.code, second.code]
    assert log.texts[first.serial]["asked_by"] == "本人"
    assert log.issued[0]["valid_until"] == "2023-07-31"


@pytest.mark.parametrize(
    "subject", ["all", "全部", "P-1,P-2", "P-*", "P-1 P-2", "P-1\nP-2", "P-1；P-2", "EVERYONE", "P-?", "a|b"]
)
def test_several_subjects_are_refused_in_one_line(opened, tmp_path, subject):
    with pytest.raises(RunError, match="a statement is of one subject") as caught:
        issue(opened, subject, SELF, tmp_path / "x.html", at=AT)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("subjects", [["P-1", "P-2"], ("P-1",), {"P-1"}, None, iter(["P-1"])])
def test_a_collection_of_subjects_is_refused(opened, tmp_path, subjects):
    with pytest.raises(RunError, match="a statement is of one subject"):
        issue(opened, subjects, SELF, tmp_path / "x.html", at=AT)


def test_no_function_of_the_package_takes_several_subjects_or_loops_over_issuing():
    modules = [m for m in vars(statements).values() if inspect.ismodule(m)]
    assert len(modules) >= 8
    found = [f for m in modules for f in vars(m).values() if inspect.isfunction(f) and f.__module__ == m.__name__]
    assert issue in found
    for function in found:
        names = inspect.signature(function).parameters
        if function.__name__ not in ("subjects_of", "forget_in_log"):  # these tell no statement
            assert "subjects" not in names
        source = inspect.getsource(function)
        assert not re.search(r"for [^\n]*\n?[^\n]*\bissue\(", source), function
    assert inspect.signature(issue).parameters["subject"].annotation == "str" or (
        inspect.signature(issue).parameters["subject"].annotation is str
    )
    assert not hasattr(report, "issue_all")


@pytest.mark.parametrize(("change", "told"), [
    ({"by": " "}, "--asked-by is empty"), ({"why": ""}, "--why is empty"),
    ({"why": "x" * 201}, "--why has 201 signs"), ({"by": "a\nb"}, "some that do not print"),
    ({"why": "为110101190001011237办理"}, "--why holds an identity number"),
    ({"by": "110101 19000101 1237"}, "--asked-by holds an identity number"),
    ({"why": "代P-0123456789abcdef01234567查询"}, "--why holds a pseudonym"),
    ({"by": "s-0123456789ABCDEF01234567"}, "--asked-by holds a pseudonym"),
    ({"langs": ("fr",)}, "unknown language 'fr'"),
])  # fmt: skip
def test_who_asks_and_why_is_told_in_a_line_without_identity_numbers(change, told):
    with pytest.raises(RunError, match=told) as caught:
        replace(SELF, **change)
    assert "1900" not in str(caught.value)


@pytest.mark.parametrize("office", ["publicity", "court", "nobody"])
def test_an_office_that_is_no_desk_is_refused(opened, person, tmp_path, office):
    with pytest.raises(RunError, match="may not issue statements; those that may: self, administrative_approval, town"):
        issue(opened, person, replace(SELF, office=office), tmp_path / "x.html", at=AT)
    assert not log_folder(opened.path).exists()


def test_an_unknown_use_is_refused(opened, tmp_path):
    with pytest.raises(RunError, match="unknown use 'hiring'; known are procurement, bidding"):
        issue(opened, most_told(opened, "enterprise"), replace(DESK, use="hiring"), tmp_path / "x.html", at=AT)


@pytest.mark.parametrize("subject", ["someone-else", "P-000000000000000000000000", "110101190001011237"])
def test_nobody_the_run_knows_is_refused_as_explain_does(opened, tmp_path, subject):
    with pytest.raises(RunError, match=r"no score for this subject.*nothing follows from having none") as caught:
        issue(opened, subject, SELF, tmp_path / "x.html", at=AT)
    assert subject not in str(caught.value)
    assert Log.of(opened).issued == []
    assert not (tmp_path / "x.html").exists()


def test_a_file_that_cannot_be_written_leaves_no_file_and_one_that_is_logged_no_gap(opened, person, tmp_path):
    (tmp_path / "x.html").mkdir()
    with pytest.raises(RunError, match="is no ordinary file"):
        issue(opened, person, SELF, tmp_path / "x.html", at=AT)
    assert Log.of(opened).issued == []


def test_no_file_is_named_by_an_identity_number(opened, person, tmp_path):
    with pytest.raises(RunError, match="the name of the file holds an identity number") as caught:
        issue(opened, person, SELF, tmp_path / "110101190001011237.html", at=AT)
    assert "1900" not in str(caught.value)
    assert Log.of(opened).issued == []


@pytest.mark.parametrize("place", ["run/ledger.parquet", "run/page.html", "run.statements/log.json"])
def test_no_statement_is_written_over_the_run_or_its_log(opened, person, tmp_path, place):
    issue(opened, person, SELF, tmp_path / "first.html", at=AT)
    with pytest.raises(RunError, match="lies in what is read from"):
        issue(opened, person, SELF, tmp_path / place, at=AT)
    assert len(Log.of(opened).issued) == 1


def test_a_run_whose_policy_has_no_statements_is_refused(opened, person, tmp_path):
    manifest = opened.manifest | {
        "outputs": {k: v for k, v in opened.manifest["outputs"].items() if k != "facts.parquet"}
    }
    with pytest.raises(PolicyError, match="the run kept no facts for statements"):
        issue(replace(opened, manifest=manifest), person, SELF, tmp_path / "x.html", at=AT)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_policy_without_the_section_keeps_no_facts(small_run, tmp_path):
    run = RunFolder.open(small_run(lambda folder: (folder / "statements.yaml").unlink()).save(tmp_path / "out"))
    assert "facts.parquet" not in run.manifest["outputs"]
    with pytest.raises(PolicyError, match="the run's policy has no statements"):
        issue(run, "firm-1", DESK, tmp_path / "x.html", at=AT)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_draft_is_told_large_and_in_the_running_head(small_run, tmp_path):
    run = RunFolder.open(small_run().save(tmp_path / "out"))
    made = issue(run, "firm-1", replace(DESK, langs=("en",)), tmp_path / "x.html", at=AT)
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert made.status == "draft"
    assert '<strong data-field="Status">DRAFT</strong>' in page
    assert f'content: "Serial {made.serial} · Code {made.code} · DRAFT"' in page
    assert "not for use" in page


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_run_of_another_time_is_refused_but_for_a_demonstration(small_run, opened, person, tmp_path):
    """The run is of 2023-06-30: a statement of it on that day and for thirty days after."""
    run = RunFolder.open(small_run().save(tmp_path / "out"))
    days = {"29 June": AT - timedelta(2), "30 June": AT - timedelta(1), "30 July": AT + timedelta(29)}
    for name in ("30 June", "30 July"):
        issue(run, "firm-1", DESK, tmp_path / f"{name}.html", at=days[name])
    for day in (days["29 June"], AT + timedelta(30)):
        with pytest.raises(RunError, match=f"tells of 2023-06-30, and a statement of {day.date()}.* 30 days before"):
            issue(run, "firm-1", DESK, tmp_path / "x.html", at=day)
    assert not (tmp_path / "x.html").exists()
    issue(opened, person, SELF, tmp_path / "sample.html", at=AT + timedelta(1000))


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_penalty_normally_not_public_and_one_that_has_ended_stand_in_no_report(small_run, tmp_path):
    """A minor one of 2026-03-01 is not public from 2026-04-01; a general one of 2025-03-01 ended on that day."""
    penalties = [
        {"item": f"compliance.penalty_{grade}", "catalogue_kind": "行政管理信息", "unit": "ecology",
         "occurred_on": day, "reported_on": day}
        for grade, day in (("minor", "2026-03-01"), ("general", "2025-03-01"), ("serious", "2025-03-01"))
    ]  # fmt: skip
    run = RunFolder.open(small_run(records=penalties, on="2026-04-10").save(tmp_path / "out"))
    at = datetime(2026, 4, 11, tzinfo=UTC)
    made = issue(run, "firm-1", replace(DESK, langs=("en",)), tmp_path / "x.html", at=at)
    told = next(s for s in made.versions[0].sections if s.id == "penalties")
    assert [row.cells for row in told.rows] == [
        ("Serious penalty", "Ecology and environment", "2025-03-01", "2025-03-01", "2028-03-01")
    ]
    assert verified_file(run, tmp_path / "x.html", on=at.date()).statement == made


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_report_is_the_same_under_other_cut_offs_and_points(small_run, tmp_path):
    """So nothing in it can tell the tier."""

    def other(folder):
        path = folder / "tiers.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for tier in data["tiers"][:-1]:
            for entry in tier["from_score"].values():
                entry["value"] += 7
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    made = []
    for name, change in (("a", lambda folder: None), ("b", other)):
        run = RunFolder.open(small_run(change).save(tmp_path / name)) if name == "a" else None
        if name == "b":
            (tmp_path / "county").rename(tmp_path / "before")
            run = RunFolder.open(small_run(change).save(tmp_path / name))
        made.append(issue(run, "firm-1", DESK, tmp_path / f"{name}.html", at=AT))
    assert made[0].run != made[1].run
    assert made[0].versions == made[1].versions


def test_reports_issued_through_a_desk_are_uses_for_the_next_intake(issued):
    table = report_uses(issued.run, Log.of(issued.run))
    assert table.to_dict("records") == [{
        "report_use_id": issued.firm.serial, "unit": "administrative_approval", "report_use": "bidding",
        "enterprise_id": issued.firm.subject, "used_on": "2023-07-01",
    }]  # fmt: skip


def test_what_a_firm_asks_for_itself_is_no_use(opened, tmp_path):
    issue(opened, most_told(opened, "enterprise"), replace(DESK, office="self"), tmp_path / "x.html", at=AT)
    assert report_uses(opened, Log.of(opened)).empty


def changed(log, change):
    path = log_folder(log.run.path) / "log.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize(("change", "told"), [
    (lambda t: t["entries"][0].update(office="town_government"), "entry 1 of the log was changed"),
    (lambda t: t["entries"].pop(0), "entry 1 of the log was changed"),
    (lambda t: t["entries"].reverse(), "entry 1 of the log was changed"),
    (lambda t: t["entries"][1].update(code="AAAA-AAAA-AAAA-AAAA-AAAA"), "entry 2 of the log was changed"),
    (lambda t: next(iter(t["texts"].values())).update(why="other"), "who asked or why was changed in entry 1"),
    (lambda t: t["texts"].clear(), "who asked and why is missing from entry 1"),
    (lambda t: t.update(format=2), "the log of statements is not readable"),
    (lambda t: t["entries"][0].pop("code"), "the log of statements is not readable"),
    (lambda t: t["entries"][0].update(event="kept"), "the log of statements is not readable"),
    (lambda t: t.update(run="0" * 64), "the log is of a run with the fingerprint 000000000000"),
])  # fmt: skip
def test_a_log_that_was_tampered_with_is_found(changeable, change, told):
    changed(changeable, change)
    with pytest.raises(VerificationError, match=told):
        Log.of(changeable.run)
    with pytest.raises(VerificationError, match=told):
        verified_file(changeable.run, changeable.person_file, on=AT.date())
    with pytest.raises(VerificationError, match=told):
        issue(changeable.run, changeable.person.subject, SELF, changeable.run.path.parent / "again.html", at=AT)


def test_the_log_names_no_person(issued):
    text = (log_folder(issued.run.path) / "log.json").read_text(encoding="utf-8")
    assert issued.person.subject not in text
    assert issued.firm.subject in text
