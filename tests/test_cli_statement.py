"""``credit-score statement``, ``verify-statement`` and ``statements`` as a desk meets them."""

import csv
import json
import shutil

import pytest
from as_a_desk import most_told
from as_a_user import refused, told

from credit_score.report import RunFolder
from credit_score.report.statements.log import log_folder

ASKED = ("--asked-by", "本人", "--office", "self", "--why", "办理贷款")
DESK = ("--asked-by", "窗口03", "--office", "administrative_approval", "--why", "资格审查", "--use", "bidding")


@pytest.fixture
def run(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "run")


@pytest.fixture
def person(run):
    return most_told(RunFolder.open(run), "individual")


@pytest.fixture
def firm(run):
    return most_told(RunFolder.open(run), "enterprise", "compliance")


def test_a_statement_is_issued_verified_and_logged(run, person, firm, tmp_path):
    page, report = tmp_path / "person.html", tmp_path / "firm.html"
    code, said, fault = told("statement", person, "--run", run, *ASKED, "--out", page)
    assert code == 0, fault
    assert "演示" in said
    code, said, fault = told("statement", firm, "--run", run, *DESK, "--lang", "both", "--out", report, "--json")
    assert code == 0, fault
    made = json.loads(said)
    assert (code, made["kind"], made["status"]) == (0, "enterprise", "demonstration")
    for path in (page, report):
        code, said, _ = told("verify-statement", path, "--run", run)
        assert code == 0
        assert said.startswith("verified: ")
        assert "valid until" in said
    code, said, _ = told("statements", run)
    assert code == 0
    assert "2 issued; the entries of the log follow one another and none was changed" in said
    assert person not in said
    assert firm in said
    assert "资格审查" in said


def test_a_paper_is_verified_by_serial_and_code(run, person, tmp_path):
    _, said, _ = told("statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html", "--json")
    made = json.loads(said)
    paper = ("--serial", made["serial"], "--code", made["code"])
    code, said, _ = told("verify-statement", *paper, "--run", run, "--lang", "zh")
    assert code == 0
    assert "纸面上应当是：" in said
    assert "个人信用积分说明" in said
    code, said, _ = told("verify-statement", *paper, "--run", run, "--json")
    assert json.loads(said)["statement"]["subject"] == person
    refused("has another code", "verify-statement", "--serial", made["serial"], "--code", "AAAA", "--run", run)


@pytest.mark.parametrize("how", [(), ("--serial", "x"), ("--code", "x"), ("x.html", "--code", "y", "--serial", "z")])
def test_a_file_or_a_serial_with_its_code_is_needed(run, how):
    refused("give a file, or the serial and the code of a paper", "verify-statement", *how, "--run", run)


def test_a_changed_file_is_refused_with_the_field(run, person, tmp_path):
    page = tmp_path / "x.html"
    told("statement", person, "--run", run, *ASKED, "--out", page)
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(">500\n", ">508\n", 1), encoding="utf-8")
    refused("'积分 · 基础分' says '508', and should say '500'", "verify-statement", page, "--run", run)


BULK = "none is issued in bulk"


@pytest.mark.parametrize(("subject", "change", "message"), [
    ("all", (), BULK), ("P-1,P-2", (), BULK), ("P-*", (), BULK),
    ("P-1", (), "no score for this subject (3 characters"),
    ("P-1", ("--why", "110101190001011237"), "holds an identity number"),
    ("P-1", ("--office", "court"), "may not issue statements"), ("P-1", ("--use", "hiring"), "unknown use 'hiring'"),
])  # fmt: skip
def test_what_is_not_issued_is_refused_in_a_line_and_leaves_nothing(run, tmp_path, subject, change, message):
    out = tmp_path / "x.html"
    line = refused(message, "statement", subject, "--run", run, *ASKED, *change, "--out", out)
    assert "1900" not in line
    assert not out.exists()
    assert not (log_folder(run) / "log.json").exists()


def test_two_subjects_are_no_command(run, tmp_path):
    code, _, said = told("statement", "P-1", "P-2", "--run", run, *ASKED, "--out", tmp_path / "x.html")
    assert code == 2
    assert "unrecognized arguments" in said


def test_an_enterprise_needs_a_use_and_a_person_has_none(run, person, firm, tmp_path):
    refused("needs a use", "statement", firm, "--run", run, *ASKED, "--out", tmp_path / "x.html")
    refused("has no use", "statement", person, "--run", run, *DESK, "--out", tmp_path / "x.html")


@pytest.mark.parametrize("place", ["run", "run.statements"])
def test_no_file_is_written_into_the_run_or_its_log(run, person, tmp_path, place):
    (tmp_path / "run.statements").mkdir()
    out = tmp_path / place / "x.html"
    refused("lies in what is read from", "statement", person, "--run", run, *ASKED, "--out", out)


def test_uses_are_written_in_the_columns_of_their_register(run, firm, tmp_path, county_run):
    told("statement", firm, "--run", run, *DESK, "--out", tmp_path / "x.html")
    path = tmp_path / "report_uses.csv"
    code, _, _ = told("statements", run, "--uses", path)
    assert code == 0
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    from credit_score.records.contracts import contracts

    assert list(rows[0]) == contracts(county_run.rules.model)["report_uses"].columns
    assert rows[0]["enterprise_id"] == firm
    assert rows[0]["report_use"] == "bidding"


def test_the_log_is_read_by_a_program_without_persons(run, person, tmp_path):
    told("statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html")
    code, said, _ = told("statements", run, "--json")
    entry = json.loads(said)["statements"][0]
    assert code == 0
    assert entry["subject"] is None
    assert (entry["office"], entry["why"], entry["kind"]) == ("self", "办理贷款", "individual")


def test_the_log_tells_offices_and_uses_in_words(run, person, firm, tmp_path):
    told("statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html")
    told("statement", firm, "--run", run, *DESK, "--out", tmp_path / "y.html")
    for lang, words in (("zh", ("本人（本企业）", "行政审批局")), ("en", ("own request", "Administrative approval"))):
        code, said, _ = told("statements", run, "--lang", lang)
        assert code == 0
        assert [word for word in words if word not in said] == []
        assert "administrative_approval" not in said
        assert "bidding" not in said


def test_no_paper_is_written_over_another(run, person, tmp_path):
    told("statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html")
    held = (tmp_path / "x.html").read_bytes()
    refused(
        "a file is there already; no paper", "statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html"
    )
    assert (tmp_path / "x.html").read_bytes() == held


def test_an_empty_log_is_one(run):
    code, said, _ = told("statements", run, "--lang", "zh")
    assert code == 0
    assert "已出具 0 份" in said


def test_who_asked_and_why_go_with_the_person_by_the_command_forget(run, person, tmp_path):
    told("statement", person, "--run", run, *ASKED, "--out", tmp_path / "x.html")
    code, _, _ = told("forget", person, run, "--on", "2023-08-01")
    assert code == 0
    _, said, _ = told("statements", run)
    assert "(deleted, as the law required)" in said
    assert "办理贷款" not in (log_folder(run) / "log.json").read_text(encoding="utf-8")
    refused("deleted on 2023-08-01", "verify-statement", tmp_path / "x.html", "--run", run)
