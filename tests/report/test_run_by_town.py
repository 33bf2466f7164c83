"""A run whose tables are parts by town: the same rows, draw and reasons, and a part that is not whole named."""

import shutil
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from as_a_user import saved_quickly

from credit_score.errors import RunError
from credit_score.records.keeping.forget import Gone
from credit_score.report import RunFolder, statement, verified
from credit_score.report.forget_run import forget_in_run
from credit_score.report.run_folder import FRAME, PARQUET

TABLES = (*(f"{name}.parquet" for name in PARQUET), FRAME, "facts.parquet", "firms.parquet", "sector_tiers.parquet")


@pytest.fixture(scope="module")
def by_town(county_run, tmp_path_factory):
    return saved_quickly(county_run, tmp_path_factory.mktemp("apart") / "out", by="town")


@pytest.fixture
def copied(by_town, tmp_path):
    return shutil.copytree(by_town, tmp_path / "copy")


def parts(folder, table):
    found = sorted(p.relative_to(folder).as_posix() for p in (folder / table).rglob("*.parquet"))
    assert len(found) > 3
    return found


@pytest.mark.parametrize("table", TABLES)
def test_a_table_by_town_reads_back_as_the_one_file(by_town, run_folder, table):
    parts(by_town, table)
    one = RunFolder.open(run_folder).table(table)
    pd.testing.assert_frame_equal(RunFolder.open(by_town).table(table), one)


def test_each_part_holds_the_subjects_of_its_town_alone_in_their_order(by_town, county_run):
    firms = county_run.records["enterprises"].select("enterprise_id", "town").execute()
    towns = dict(zip(firms["enterprise_id"], firms["town"], strict=True))
    for name in parts(by_town, "tiers.parquet"):
        subjects = pq.read_table(by_town / name, partitioning=None)["subject"].to_pylist()
        assert {towns[subject] for subject in subjects} == {name.split("/")[1].removeprefix("town=")}
        assert subjects == sorted(subjects)


def test_two_runs_by_town_have_the_same_bytes(by_town, county_run, tmp_path):
    again = saved_quickly(county_run, tmp_path / "again", by="town")
    assert RunFolder.open(again).manifest["outputs"] == RunFolder.open(by_town).manifest["outputs"]


def test_a_draw_is_verified_from_parts(by_town):
    folder = RunFolder.open(by_town)
    assert verified(folder, folder.table("draw.csv")) > 10


def test_a_subject_is_explained_from_its_town_alone(by_town, run_folder, copied):
    ledger = RunFolder.open(run_folder).table("ledger.parquet")
    subject = ledger["subject"].iloc[-1]
    told = statement(RunFolder.open(by_town), subject, lang="en")
    assert told == statement(RunFolder.open(run_folder), subject, lang="en")
    own = [name for name in parts(copied, "ledger.parquet")
           if subject in set(pq.read_table(copied / name, partitioning=None)["subject"].to_pylist())]  # fmt: skip
    for name in set(parts(copied, "ledger.parquet")) - set(own):
        (copied / name).unlink()
    assert len(own) == 1
    assert statement(RunFolder.open(copied), subject, lang="en") == told
    (copied / own[0]).unlink()
    with pytest.raises(RunError, match="is missing"):
        statement(RunFolder.open(copied), subject, lang="en")


@pytest.mark.parametrize("damage", ["missing", "changed", "added"])
def test_a_part_that_is_not_the_one_the_run_wrote_is_named(copied, damage):
    name = parts(copied, "ledger.parquet")[1]
    said = {"missing": f"{name} is missing", "changed": f"{name} is not the file the run wrote"}
    if damage == "missing":
        (copied / name).unlink()
    elif damage == "changed":
        pq.write_table(pq.read_table(copied / name, partitioning=None).slice(1), copied / name)
    else:
        name = name.replace("part-0", "part-9")
        shutil.copyfile(copied / parts(copied, "ledger.parquet")[0], copied / name)
    with pytest.raises(RunError) as told:
        RunFolder.open(copied).table("ledger.parquet")
    assert str(told.value).startswith(f"{copied}: {said.get(damage, f'{name} is not of the run')}; ")
    folder = RunFolder.open(copied)
    with pytest.raises(RunError, match="part-"):
        verified(folder, folder.table("draw.csv"))


@pytest.mark.thorough
def test_a_person_is_forgotten_in_parts(copied):
    folder = RunFolder.open(copied)
    subject = folder.table("scores_individual.parquet")["subject"].iloc[0]
    found = forget_in_run(folder, Gone.of([subject]), date(2023, 7, 1))
    assert any(name.startswith("scores_individual.parquet/town=") for name in found)
    after = RunFolder.open(copied)
    assert subject not in set(after.table("scores_individual.parquet")["subject"])
    assert len(after.table("tiers.parquet"))


def test_a_run_by_anything_else_is_refused(county_run, tmp_path):
    with pytest.raises(RunError, match="no tables by 'village'; use by='town'"):
        county_run.save(tmp_path / "out", by="village")
