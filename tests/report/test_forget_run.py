import json
import re
import shutil
from datetime import date

import pandas as pd
import pytest

from credit_score.errors import RecordsError, RunError, VerificationError
from credit_score.files import fingerprint
from credit_score.records.door.identity import deletion_digest, record_digest
from credit_score.records.keeping.forget import Gone, Named, check_gone
from credit_score.report import RunFolder, statement, verified
from credit_score.report.forget_run import forget_in_run, held_of
from credit_score.report.run_folder import MANIFEST
from credit_score.sheet import write_csv

DAY = date(2023, 8, 1)


@pytest.fixture
def run(run_folder, tmp_path):
    return RunFolder.open(shutil.copytree(run_folder, tmp_path / "run"))


def person_with_points(run):
    rows = pd.read_parquet(run.path / "ledger.parquet")
    return rows[rows["subject_kind"] == "individual"]["subject"].iloc[0]


def proprietor_drawn(run):
    drawn = run.table("draw.csv")["subject"]
    return drawn[drawn.str.startswith("S-")].iloc[0]


def test_a_deleted_person_is_in_no_table_and_the_score_is_refused_with_the_day(run):
    person = person_with_points(run)
    before = {name: len(run.table(f"{name}.parquet")) for name in ("scores_individual", "ledger", "tiers")}
    mine = len(run.table("ledger.parquet", subject=person))
    found = forget_in_run(run, Gone.of([person]), DAY)
    after = RunFolder.open(run.path)
    rows = {"scores_individual.parquet": 1, "ledger.parquet": mine, "facts.parquet": mine}
    assert {name: told.rows for name, told in found.items()} == rows
    assert len(after.table("scores_individual.parquet")) == before["scores_individual"] - 1
    assert len(after.table("tiers.parquet")) == before["tiers"]
    check_gone(run.path, Named(frozenset([person])))
    with pytest.raises(RunError, match="deleted on 2023-08-01; the law required it"):
        statement(after, person, lang="en")
    assert after.manifest["deleted"][0]["subjects"] == [deletion_digest(person)]


def test_every_file_still_has_its_fingerprint_and_those_of_before_are_kept(run):
    old = dict(run.manifest["outputs"])
    forget_in_run(run, Gone.of([person_with_points(run)]), DAY)
    after = RunFolder.open(run.path)
    for name in after.manifest["outputs"]:
        after.file(name)
    for name, told in after.manifest["deleted"][0]["files"].items():
        assert (told["before"], told["after"]) == (old[name], after.manifest["outputs"][name])


def test_a_draw_without_one_of_its_firms_is_refused_with_the_hash_it_had(run):
    firm, before = proprietor_drawn(run), run.manifest["outputs"]["draw.csv"]
    assert set(forget_in_run(run, Gone.of([firm]), DAY)) >= {"draw.csv", "frame.parquet", "tiers.parquet"}
    after = RunFolder.open(run.path)
    with pytest.raises(VerificationError, match=f"were deleted on 2023-08-01.*SHA-256 {before}"):
        verified(after, after.table("draw.csv"))


def test_a_persons_deletion_leaves_the_draw_as_it_can_be_verified(run):
    forget_in_run(run, Gone.of([person_with_points(run)]), DAY)
    after = RunFolder.open(run.path)
    assert verified(after, after.table("draw.csv")) == len(after.table("draw.csv"))


def test_two_deletions_stand_beside_each_other(run):
    for name in (person_with_points(run), proprietor_drawn(run)):
        forget_in_run(RunFolder.open(run.path), Gone.of([name]), DAY)
    assert len(RunFolder.open(run.path).manifest["deleted"]) == 2


def test_a_person_the_run_does_not_know_changes_nothing(run):
    before = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    assert forget_in_run(run, Gone.of(["P-000000000000000000000000"]), DAY) == {}
    assert json.loads((run.path / "manifest.json").read_text(encoding="utf-8")) == before


def test_a_company_is_no_person(run):
    with pytest.raises(RecordsError, match="no natural person under a pseudonym"):
        forget_in_run(run, Gone.of(["92999999C75D8WCGEW"]), DAY)


def test_a_score_that_rests_on_a_deleted_record_goes_and_no_other_runs_number(run):
    rows = pd.read_parquet(run.path / "ledger.parquet")
    row = rows[rows["subject_kind"] == "individual"].iloc[0]
    other = rows[(rows["subject_kind"] == "individual") & (rows["subject"] != row["subject"])].iloc[0]
    assert forget_in_run(run, Gone.of(records=[(other["subject"], row["record_id"])]), DAY) == {}
    forget_in_run(RunFolder.open(run.path), Gone.of(records=[(row["subject"], row["record_id"])]), DAY)
    with pytest.raises(RunError, match="deleted on 2023-08-01; it rested on a record that the law lets nobody keep"):
        statement(RunFolder.open(run.path), row["subject"], lang="en")


def test_what_a_store_deleted_before_is_found_in_a_run_by_its_digests(run):
    rows = pd.read_parquet(run.path / "ledger.parquet")
    row = rows[rows["subject_kind"] == "individual"].iloc[0]
    digests = {deletion_digest(proprietor_drawn(run)), record_digest(row["subject"], row["record_id"])}
    assert held_of(run, digests) == Gone.of([proprietor_drawn(run)], [(row["subject"], row["record_id"])])


def with_pilot_table(run, rows):
    """A run whose folder has a table of the pilot."""
    (run.path / "pilot").mkdir(exist_ok=True)
    write_csv(pd.DataFrame(rows), run.path / "pilot" / "kept_of_firms.csv")
    told = json.loads((run.path / MANIFEST).read_text(encoding="utf-8"))
    told["outputs"]["pilot/kept_of_firms.csv"] = fingerprint(run.path / "pilot" / "kept_of_firms.csv")
    (run.path / MANIFEST).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return RunFolder.open(run.path)


def test_a_deleted_sole_proprietor_is_in_no_table_of_the_pilot(run):
    shop = proprietor_drawn(run)
    table = with_pilot_table(run, [{"enterprise_id": shop, "n": 1}, {"enterprise_id": "firm", "n": 2}])
    found = forget_in_run(table, Gone.of([shop]), DAY)
    assert found["pilot/kept_of_firms.csv"].rows == 1
    after = RunFolder.open(run.path)
    assert after.table("pilot/kept_of_firms.csv")["enterprise_id"].tolist() == ["firm"]
    check_gone(run.path, Named(frozenset([shop])))


def test_no_file_of_a_run_names_a_household_so_that_none_is_left_with_its_last_member(run_folder):
    files = [path for path in run_folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        text = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
        assert not re.search(r"\bH-[0-9a-f]{24}\b", text), path.name
