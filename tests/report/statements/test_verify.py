"""Statements held against their run: whatever was changed is found."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from as_a_desk import AT, SELF
from as_a_user import saved_quickly

from credit_score.errors import RunError, VerificationError
from credit_score.files import fingerprint
from credit_score.records.keeping.forget import Gone
from credit_score.report import RunFolder
from credit_score.report.forget_run import forget_in_run
from credit_score.report.statements import Asked, Log, issue, verified_code, verified_file
from credit_score.report.statements.content import Row
from credit_score.report.statements.log import log_folder
from credit_score.report.statements.page import statement_html
from credit_score.report.statements.verify import difference

DAY = date(2023, 7, 2)
FONT = re.compile(r"base64,[^)]*\)")


def without_font(html):
    return FONT.sub("", html)


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_a_statement_as_it_was_issued_verifies(issued, kind):
    found = verified_file(issued.run, getattr(issued, f"{kind}_file"), on=DAY)
    assert found.statement == getattr(issued, kind)
    assert not found.expired


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_a_changed_digit_anywhere_is_found_and_told_in_one_line(issued, kind):
    page = without_font(getattr(issued, f"{kind}_file").read_text(encoding="utf-8"))
    places = [found.start() for found in re.finditer(r"\d", page)]
    assert len(places) > 800
    for place in places:
        other = page[:place] + str((int(page[place]) + 1) % 10) + page[place + 1 :]
        fault = difference(page, other)
        assert fault
        assert "\n" not in fault


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_a_changed_figure_is_told_by_its_field(issued, kind):
    made, page = getattr(issued, kind), getattr(issued, f"{kind}_file").read_text(encoding="utf-8")
    for version in made.versions:
        for part in (s for s in version.sections if s.rows):
            for row in part.rows:
                told = row.cells[-1]
                if not re.search(r"\d", told):
                    continue
                at = page.index(f">{told}")
                changed = re.sub(r"\d", lambda d: str((int(d[0]) + 1) % 10), told, count=1)
                other = page[: at + 1] + changed + page[at + 1 + len(told) :]
                assert f"says {changed[:60]!r}, and should say {told[:60]!r}" in difference(page, other)


@pytest.mark.parametrize(("pattern", "place"), [
    (r'content="([0-9a-f])[0-9a-f]{7}-', "serial"),
    (r"url\(data:font/woff;base64,(\w)", "font"), (r"margin: (\d)8mm", "style"),
])  # fmt: skip
def test_what_stands_before_the_first_field_is_told_too(issued, pattern, place):
    page = issued.person_file.read_text(encoding="utf-8")
    at = re.search(pattern, page).start(1)
    assert place in difference(page, page[:at] + "#" + page[at + 1 :])


@pytest.mark.parametrize(
    "change", [lambda page: page + "<p>7</p>", lambda page: page[:-20], lambda page: page.replace("</main>", "")]
)
def test_what_was_added_or_cut_is_found(issued, change):
    page = issued.person_file.read_text(encoding="utf-8")
    assert difference(page, change(page))
    assert difference(page, page) == ""


def refusal(run, path):
    with pytest.raises(VerificationError) as caught:
        verified_file(run, path, on=DAY)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_with_another_score_is_refused(changeable):
    page = changeable.person_file.read_text(encoding="utf-8")
    score = changeable.person.versions[0].sections[1].rows[0].cells[1]
    changeable.person_file.write_text(page.replace(f">{score}\n", ">599\n", 1), encoding="utf-8")
    text = refusal(changeable.run, changeable.person_file)
    assert f"'积分 · 分数' says '599', and should say '{score}'" in text
    assert "is not what the run gives" in text


def test_a_forged_statement_with_its_code_computed_anew_is_refused(changeable):
    """The forger knows the whole program, but not the run."""
    made = changeable.person
    chinese, english = made.versions
    about, points, *rest = chinese.sections
    better = replace(points, rows=(Row(("分数", "599")), *points.rows[1:]))
    forged = replace(made, versions=(replace(chinese, sections=(about, better, *rest)), english))
    assert forged.code != made.code
    changeable.person_file.write_text(statement_html(forged), encoding="utf-8")
    text = refusal(changeable.run, changeable.person_file)
    assert made.code in text or "differs" in text
    with pytest.raises(VerificationError, match="has another code"):
        verified_code(changeable.run, forged.serial, forged.code, on=DAY)


def test_a_statement_under_a_serial_that_was_never_issued_is_refused(changeable):
    page = changeable.person_file.read_text(encoding="utf-8")
    serial = changeable.person.serial
    changeable.person_file.write_text(page.replace(serial, serial[:-1] + "9"), encoding="utf-8")
    assert "no statement was issued under the serial" in refusal(changeable.run, changeable.person_file)


@pytest.mark.thorough
def test_a_statement_does_not_verify_by_another_run(changeable, county_run, tmp_path):
    other = RunFolder.open(saved_quickly(replace(county_run, seed=8), tmp_path / "other"))
    assert "no statement was issued under the serial" in refusal(other, changeable.person_file)
    shutil.copytree(log_folder(changeable.run.path), log_folder(other.path))
    assert "the log is of a run with the fingerprint" in refusal(other, changeable.person_file)


def test_an_altered_run_folder_fails_by_its_manifest(changeable):
    run = changeable.run
    table = run.path / "ledger.parquet"
    rows = run.table("ledger.parquet")
    rows.assign(points_milli=rows["points_milli"] * 2).to_parquet(table)
    with pytest.raises(RunError, match=r"ledger.parquet is not the file the run wrote"):
        verified_file(run, changeable.person_file, on=DAY)
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"]["ledger.parquet"] = fingerprint(table)
    (run.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "the log is of a run with the fingerprint" in refusal(RunFolder.open(run.path), changeable.person_file)


def test_an_alteration_disguised_as_a_deletion_gives_another_code_than_the_log_has(changeable):
    run = changeable.run
    table, before = run.path / "ledger.parquet", run.manifest["outputs"]["ledger.parquet"]
    rows = run.table("ledger.parquet")
    rows.assign(points_milli=rows["points_milli"] * 2).to_parquet(table)
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"]["ledger.parquet"] = fingerprint(table)
    told = {"before": before, "after": fingerprint(table), "rows": 1}
    manifest["deleted"] = [
        *manifest["deleted"],
        {"on": "2023-07-02", "subjects": [], "files": {"ledger.parquet": told}},
    ]
    (run.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "another code than the log has" in refusal(RunFolder.open(run.path), changeable.person_file)


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_a_paper_is_told_what_it_must_say_by_serial_and_code(issued, kind):
    made = getattr(issued, kind)
    found = verified_code(issued.run, f" {made.serial.upper()} ", made.code.lower().replace("-", " "), on=DAY)
    assert found.statement == made
    assert made.versions[0].title in found.statement.text()


def test_a_paper_with_another_code_is_refused_without_its_content(issued):
    with pytest.raises(VerificationError, match="has another code") as caught:
        verified_code(issued.run, issued.person.serial, issued.firm.code, on=DAY)
    assert issued.person.code not in str(caught.value)


def test_an_expired_statement_says_so(issued):
    last = issued.person.valid_until
    assert last == AT.date() + timedelta(days=30)
    assert not verified_file(issued.run, issued.person_file, on=last).expired
    assert verified_file(issued.run, issued.person_file, on=last + timedelta(days=1)).expired


def test_line_ends_of_another_system_change_nothing(changeable):
    page = changeable.person_file.read_bytes()
    changeable.person_file.write_bytes(page.replace(b"\n", b"\r\n"))
    assert verified_file(changeable.run, changeable.person_file, on=DAY).statement == changeable.person


@pytest.mark.parametrize(("content", "told"), [(b"<html></html>", "is no statement"), (b"\xff", "not readable")])
def test_a_file_that_is_no_statement_is_refused(issued, tmp_path, content, told):
    path = tmp_path / "x.html"
    path.write_bytes(content)
    with pytest.raises(RunError, match=told):
        verified_file(issued.run, path, on=DAY)
    with pytest.raises(RunError, match="no such file"):
        verified_file(issued.run, tmp_path / "y.html", on=DAY)


def test_after_the_deletion_of_a_person_the_others_statements_still_verify(changeable):
    run = changeable.run
    other = run.table("scores_individual.parquet").query(f"subject != '{changeable.person.subject}'")["subject"].iloc[0]
    forget_in_run(run, Gone.of([other]), date(2023, 8, 1))
    after = RunFolder.open(run.path)
    assert verified_file(after, changeable.person_file, on=DAY).statement == changeable.person
    forget_in_run(after, Gone.of([changeable.person.subject]), date(2023, 8, 2))
    after = RunFolder.open(run.path)
    with pytest.raises(RunError, match="deleted on 2023-08-02; the law required it"):
        verified_file(after, changeable.person_file, on=DAY)
    assert verified_file(after, changeable.firm_file, on=DAY).statement == changeable.firm
    with pytest.raises(RunError, match="deleted on 2023-08-02"):
        issue(after, changeable.person.subject, SELF, run.path.parent / "again.html", at=AT)


def test_what_a_kill_left_of_the_log_goes_with_the_person(changeable):
    folder = log_folder(changeable.run.path)
    left = folder / ".log.json.partial-0123456789ab"
    left.write_bytes((folder / "log.json").read_bytes())
    forget_in_run(changeable.run, Gone.of([changeable.person.subject]), date(2023, 8, 1))
    assert sorted(path.name for path in folder.iterdir()) == ["log.json"]


def test_after_a_deletion_the_log_keeps_the_proof_and_not_what_was_said(changeable):
    run, subject = changeable.run, changeable.person.subject
    asked = Asked("张三的女儿", "town_government", "代办", langs=("en",))
    issue(run, subject, asked, run.path.parent / "second.html", at=AT)
    path = log_folder(run.path) / "log.json"
    assert "张三" in path.read_text(encoding="utf-8")
    assert subject not in path.read_text(encoding="utf-8")
    forget_in_run(run, Gone.of([subject]), date(2023, 8, 1))
    log = Log.of(RunFolder.open(run.path))
    text = path.read_text(encoding="utf-8")
    assert "张三" not in text
    assert "办理贷款" not in text
    assert "资格审查" in text
    assert len(log.issued) == 3
    assert log.entries[-1]["on"] == "2023-08-01"
