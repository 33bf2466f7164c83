"""What statements say: held to the run's own tables, and to what they must never say."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from credit_score.errors import RunError
from credit_score.language import say
from credit_score.records.door.identity import is_person
from credit_score.report import RunFolder
from credit_score.report.statements.compose import composed
from credit_score.report.statements.content import Statement, plain_code
from credit_score.report.statements.parts import Head

DAY = date(2023, 7, 1)


def head(use=""):
    return Head("00000000-00001", "self", use, DAY, date(2023, 7, 31))


def section(made, name, lang="en"):
    version = next(v for v in made.versions if v.lang == lang)
    return next((s for s in version.sections if s.id == name), None)


def all_of(run, subject, use="", lang="en"):
    return composed(run, subject, head(use), (lang,))


@pytest.fixture(scope="module")
def run(issued):
    return issued.run


def test_a_persons_statement_tells_the_score_and_each_record_with_points_and_end(issued):
    rows = issued.run.table("ledger.parquet", subject=issued.person.subject)
    told = section(issued.person, "records")
    assert len(told.rows) == len(rows) > 3
    score = issued.run.table("scores_individual.parquet", subject=issued.person.subject)["score_milli"].iloc[0]
    assert section(issued.person, "points").rows[0].cells == ("Score", f"{score / 1000:g}")
    for row in rows.itertuples():
        mine = next(r for r in told.rows if f"Number of the record: {row.record_id}" in r.notes)
        assert mine.cells[0] == f"+{row.points_milli / 1000:g}"
        assert mine.cells[-1] == str(pd.Timestamp(row.expires_on).date())


def test_every_rule_and_its_ground_stands_below_the_records_it_is_of(issued):
    rows = issued.run.table("ledger.parquet", subject=issued.person.subject)
    notes = " ".join(note for row in section(issued.person, "records").rows for note in row.notes)
    for item in set(rows["item"]):
        assert notes.count(f"rule individual:items:{item}, points") == 1
    assert "(assumption)" in notes


def test_the_unit_that_reported_a_record_is_told(issued, county_run):
    told = county_run.records["credit_records"].execute().set_index("record_id")["unit"]
    labels = {u.id: u.label.en for u in county_run.rules.about.units}
    for row in section(issued.person, "records").rows:
        number = row.notes[0].rpartition(" ")[2]
        assert row.cells[2] == labels[told[number]]


def test_benefits_and_scenes_open_at_the_score_are_told_and_no_others(run, county_run):
    scores = run.table("scores_individual.parquet").sort_values("score_milli")
    for row in (scores.iloc[0], scores.iloc[-1]):
        made = all_of(run, row["subject"])
        due = {b.label.en for b in county_run.rules.benefits(int(row["score_milli"]))}
        assert {r.cells[0] for r in section(made, "benefits").rows} == due
        scenes = county_run.rules.model.scenes.scenes
        starts = {s.label.en: s.eligibility.from_score for s in scenes if s.in_force.at(county_run.rules.on)}
        reached = {n for n, f in starts.items() if f and f.at(county_run.rules.on).value <= row["score_milli"]}
        told = section(made, "scenes")
        assert {r.cells[0] for r in told.rows} == reached if told else not reached


def test_whom_a_scene_is_open_to_is_not_told_that_there_is_no_benefit(run):
    scores = run.table("scores_individual.parquet")
    made = all_of(run, scores[scores["score_milli"] == 505_000]["subject"].iloc[0])
    assert section(made, "scenes").rows
    assert section(made, "benefits") is None
    assert say("explain.no_benefits", "en") not in made.text()


def test_a_person_at_the_base_is_told_that_nothing_follows(run):
    scores = run.table("scores_individual.parquet")
    least = scores[(scores["score_milli"] == 500_000) & (scores["n_records"] == 0)]["subject"].iloc[0]
    made = all_of(run, least)
    assert section(made, "records").texts == (say("explain.none", "en"),)
    assert section(made, "benefits").texts == (say("explain.no_benefits", "en"),)
    assert section(made, "dimensions") is None
    assert "Nothing." in section(made, "follows").texts[0]
    assert not re.search(r"tier|inspect|penalt|withh", made.text().lower())


def test_disputes_are_told_with_the_clocks_the_county_is_held_to(issued):
    rows = section(issued.person, "dispute").rows
    assert rows[-1].cells == ("Disputes, 20 days (credit reporting): 20 calendar days",)
    assert "Art 25" in rows[-1].notes[0]
    assert sum("Shandong" in row.cells[0] for row in rows) == 0


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_a_statement_keeps_to_its_language_but_for_names(issued, kind):
    made = getattr(issued, kind)
    for version in made.versions:
        texts = [t for s in version.sections if s.id != "registration" for t in (s.heading, *s.texts, *s.headings)]
        texts += [t for s in version.sections if s.id != "registration" for r in s.rows for t in (*r.cells, *r.notes)]
        chinese = [bool(re.search(r"[一-鿿]", t)) for t in texts]
        assert len(texts) > 40
        assert not any(chinese) if version.lang == "en" else sum(chinese) > 0.6 * len(texts)


@pytest.mark.parametrize("use", ["procurement", "bidding", "market_access", "qualification", "approval"])
def test_a_report_has_the_sections_of_its_use_in_the_policys_order(run, issued, county_run, use):
    made = all_of(run, issued.firm.subject, use)
    statements = county_run.rules.model.statements
    due = county_run.rules.figure(next(u for u in statements.uses if u.id == use).sections).value
    told = [s.id for s in made.versions[0].sections]
    assert [t for t in told if t in {s.id for s in statements.sections}] == list(due)
    assert told[:2] == ["about", "registration"]


def test_every_penalty_that_counts_is_told_with_its_end_and_how_to_repair_it(issued, county_run):
    rows = issued.run.table("ledger.parquet", subject=issued.firm.subject)
    due = rows[rows["item"].str.startswith("compliance.penalty")]
    told = section(issued.firm, "penalties").rows
    assert len(told) == len(due) > 0
    numbers = {row.notes[0].rpartition(" ")[2]: row for row in told}
    for row in due.itertuples():
        grade = county_run.rules.model.repair.of_item(row.item)
        happened, end = pd.Timestamp(row.occurred_on).date(), pd.Timestamp(row.expires_on).date()
        assert numbers[row.record_id].cells[-1] == str(min(end, grade.ends(happened) or end))
    assert any("Repair may be asked for from" in note for row in told for note in row.notes)
    assert section(issued.firm, "repair").rows


def test_licences_without_points_stand_in_a_report_until_they_are_shown_no_more(run, county_run):
    licences = county_run.records["credit_records"].execute().query("item == 'licence.granted'")
    recent = licences[licences["occurred_on"].astype(str).between("2021-01-01", "2023-06-01")]
    facts = run.table("facts.parquet").query("item == 'licence.granted'")
    row = recent[recent["record_id"].isin(facts["record_id"])].iloc[0]
    told = section(all_of(run, row["subject_id"], "approval"), "licences").rows
    mine = next(r for r in told if r.notes[0].endswith(row["record_id"]))
    happened = pd.Timestamp(row["occurred_on"])
    assert mine.cells[-1] == str((happened + pd.DateOffset(months=36)).date())
    assert any("statements:sections:licences" in note for note in told[-1].notes)


def test_a_report_tells_nothing_whose_time_is_over_on_the_day_of_issue(run, issued):
    """Of a demonstration all that stands on its own day is told: it may be shown at any time."""
    subject, sample = issued.firm.subject, run
    run = replace(run, manifest=run.manifest | {"status": "draft"})
    rows = [row for s in all_of(run, subject, "bidding").versions[0].sections if s.headings for row in s.rows]
    ends = sorted(date.fromisoformat(row.cells[-1]) for row in rows)
    assert ends[0] < ends[-1]
    later = replace(head("bidding"), issued_on=ends[0], valid_until=date(2033, 1, 1))
    made = composed(run, subject, later, ("en",))
    told = [row.cells[-1] for s in made.versions[0].sections if s.headings for row in s.rows]
    assert sorted(told) == [str(end) for end in ends if end > ends[0]]
    shown = composed(sample, subject, later, ("en",))
    assert len([row for s in shown.versions[0].sections if s.headings for row in s.rows]) == len(rows)


def numbers_of(made):
    """Every number of the facts of a report, without days and numbers of records."""
    sections = [s for s in made.versions[0].sections if s.id not in ("about", "dispute", "verify", "repair")]
    return " ".join(cell for s in sections for row in s.rows for cell in row.cells)


def test_no_report_tells_a_tier_a_score_or_a_visit(run, county_run):
    tiers = {t.id: t.label for t in county_run.rules.tiers}
    placed = run.table("tiers.parquet")
    for tier in tiers:
        subject = placed[placed["tier"] == tier]["subject"].iloc[0]
        score = placed[placed["tier"] == tier]["score_milli"].iloc[0] / 1000
        for lang in ("zh", "en"):
            made = all_of(run, subject, "procurement", lang)
            text = made.text()
            assert not any(getattr(label, lang) in text for label in tiers.values())
            assert f"{score:g}" not in re.findall(r"[\d.]+", numbers_of(made))
            assert not re.search(r"cut-off|draw_probability|tiers:|inspection:|points", text)


def test_a_report_is_made_without_tiers_scores_of_tiers_schedule_and_draw(run, issued, tmp_path):
    bare = RunFolder.open(shutil.copytree(run.path, tmp_path / "bare"))
    for name in ("tiers.parquet", "schedule.csv", "draw.csv", "frame.parquet", "workload.csv", "cube.json"):
        (bare.path / name).unlink()
    assert all_of(bare, issued.firm.subject, "bidding") == all_of(run, issued.firm.subject, "bidding")


def test_a_sole_proprietor_has_a_report_by_pseudonym_without_a_name(run):
    firms = run.table("firms.parquet")
    own = firms[firms["subject"].map(is_person)]
    assert len(own) > 0
    assert own["name"].isna().all()
    assert firms[~firms["subject"].map(is_person)]["name"].notna().any()
    rows = section(all_of(run, own["subject"].iloc[0], "approval"), "registration").rows
    assert rows[0].cells == (say("statement.name_by_hand", "en"), "")


def test_the_code_is_of_all_that_the_statement_says(issued):
    made = issued.person
    assert re.fullmatch(r"([A-Z2-7]{4}-){4}[A-Z2-7]{4}", made.code)
    assert len(plain_code(made.code)) * 5 >= 80
    told = json.dumps(made.told(), ensure_ascii=False)
    changed = [
        Statement(**{**vars(made), name: value})
        for name, value in {"serial": "x", "use": "bidding", "valid_until": DAY, "run": "0", "status": "draft"}.items()
    ]
    assert made.code not in {other.code for other in changed}
    assert len({other.code for other in changed}) == len(changed)
    assert made.subject in told


@pytest.mark.parametrize(("subject", "use", "why"), [
    ("person", "bidding", "a person's statement has no use"), ("firm", "", "an enterprise's report needs a use"),
])  # fmt: skip
def test_a_use_that_does_not_fit_is_refused(issued, subject, use, why):
    with pytest.raises(RunError, match=why):
        all_of(issued.run, getattr(issued, subject).subject, use)


def test_the_codes_alphabet_reads_whatever_was_typed():
    assert plain_code(" abcd-ef gh\n") == "ABCDEFGH"
