"""A run that was killed goes on from what it had computed, and ends with the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import credit_score as cs
from credit_score.cli import main
from credit_score.engine import kept, open_engine
from credit_score.engine.work import Work
from credit_score.files import alone
from credit_score.records.synthetic import make_county

ON = "2023-06-30"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county") / "records"
    make_county(folder, n_enterprises=60, n_individuals=60, seed=5, events=True)
    return folder


def command(county, out, *more):
    return ["run", str(county), "--as-of", ON, "--seed", "3", "--out", str(out), *more]


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()}


def killed_at(step, words, told):
    """Run a command in a process of its own and kill it when it tells a step."""
    with told.open("wb") as stream:
        made = [sys.executable, "-m", "credit_score.cli", *words]
        process = subprocess.Popen(made, stdout=subprocess.DEVNULL, stderr=stream)
        while step not in told.read_text() and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert step in told.read_text()


@pytest.mark.thorough
def test_a_run_killed_twice_ends_with_the_bytes_of_one_that_was_not(county, tmp_path):
    work, words = tmp_path / "work", command(county, tmp_path / "out", "--work", str(tmp_path / "work"))
    killed_at("reading inspections", words, tmp_path / "told")
    read = {path.parent.name for path in work.rglob("accepted.parquet")}
    assert "credit_records" in read
    assert "enterprises" not in read
    killed_at("scheduling inspections", words, tmp_path / "told")
    assert {p.name for p in work.rglob("*.parquet")} >= {"scores_enterprise.parquet", "tiers.parquet"}
    assert main([*words, "--quiet"]) == 0
    assert not work.exists()
    assert main([*command(county, tmp_path / "whole"), "--quiet"]) == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_what_was_computed_is_not_computed_again(tmp_path):
    engine = open_engine()
    work = Work.on(engine, tmp_path / "work", "numbers", 1)
    first = kept(engine, "numbers", cs_table([1, 2]))
    assert work.table("kept", first).execute()["n"].tolist() == [1, 2]
    assert work.table("kept", kept(engine, "others", cs_table([3]))).execute()["n"].tolist() == [1, 2]
    other = Work.on(engine, tmp_path / "work", "numbers", 2)
    assert other.table("kept", engine.table("others")).execute()["n"].tolist() == [3]
    work.clear()
    assert (tmp_path / "work").exists()
    other.clear()
    assert not (tmp_path / "work").exists()


def cs_table(numbers):
    import pyarrow as pa

    return pa.table({"n": numbers})


@pytest.mark.thorough
def test_other_files_day_or_seed_are_other_work(county, tmp_path):
    policy = cs.load_policy("gaoyang")
    records = cs.read_records(county, policy=policy, work=tmp_path / "work")
    runs = [cs.run_county(records, policy, as_of=ON, seed=seed) for seed in (1, 2)]
    assert runs[0].records.work.top == runs[1].records.work.top == records.work.top
    assert runs[0].records.work.folder != runs[1].records.work.folder
    assert not runs[0].draw.equals(runs[1].draw)
    assert runs[0].scores.equals(runs[1].scores)


def test_work_holds_no_raw_identifier(county, tmp_path):
    cs.read_records(county, work=tmp_path / "work")
    lines = (county / "individuals.csv").read_bytes().splitlines()[1:]
    numbers = {line.split(b",")[0].decode() for line in lines if len(line.split(b",")[0]) == 18}
    files = list((tmp_path / "work").rglob("*.parquet"))
    held = {cell for path in files for column in pq.read_table(path).columns for cell in column.to_pylist()}
    assert len(files) > 30
    assert len(numbers) > 50
    assert not numbers & held


@pytest.mark.parametrize("place", ["records/work", "out/work", "."])
def test_work_lies_apart_from_what_is_read_and_written(county, tmp_path, capsys, place):
    (tmp_path / "records").symlink_to(county)
    words = command(tmp_path / "records", tmp_path / "out", "--work", str(tmp_path / place), "--quiet")
    assert main(words) == 1
    assert "choose another place" in capsys.readouterr().err


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_store_is_worked_on_too(county, tmp_path):
    store, work = tmp_path / "store", tmp_path / "work"
    assert main(["intake", str(county), "--store", str(store), "--received-on", ON, "--quiet"]) == 0
    words = command(store, tmp_path / "out", "--work", str(work))
    killed_at("drawing", words, tmp_path / "told")
    assert list(work.rglob("frame.parquet"))
    assert main([*words, "--quiet"]) == 0
    assert not work.exists()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["seed"] == 3


@pytest.mark.thorough
def test_other_learned_chances_are_other_work(county, tmp_path):
    policy = cs.load_policy("gaoyang")
    records = cs.read_records(county, policy=policy, work=tmp_path / "work")
    firms = cs.run_county(records, policy, as_of=ON).tiers["subject"]
    given = [pd.DataFrame({"subject": firms, "pd": chance}) for chance in (0.05, 0.95)]
    runs = [cs.run_county(records, policy, as_of=ON, pd=table) for table in given]
    assert not runs[0].sector_tiers.equals(runs[1].sector_tiers)


@pytest.mark.parametrize("option", ["--work", "--spill"])
def test_a_file_in_the_place_of_a_folder_is_told_at_once(county, tmp_path, capsys, option):
    (tmp_path / "file").write_text("")
    assert main([*command(county, tmp_path / "out", option, str(tmp_path / "file")), "--quiet"]) == 1
    told = f"credit-score: {tmp_path / 'file'}: is a file, not a folder; choose another folder\n"
    assert capsys.readouterr().err == told
    assert not (tmp_path / "out").exists()


def test_work_can_be_read_by_this_user_alone(county, tmp_path):
    records = cs.read_records(county, work=tmp_path / "work")
    assert records.work.top.stat().st_mode & 0o777 == 0o700


def test_a_second_run_on_the_same_folder_for_work_is_told_so(county, tmp_path, capsys):
    work = tmp_path / "work"
    with alone(work):
        assert main([*command(county, tmp_path / "out", "--work", str(work)), "--quiet"]) == 1
    assert capsys.readouterr().err == f"credit-score: {work}: another process is writing to it; wait, and run again\n"
    assert not (tmp_path / "out").exists()
    assert not work.exists()


@pytest.mark.parametrize("place", ["out", "out/spilled", "county/spilled"])
def test_what_is_spilled_into_a_folder_that_is_read_or_written_is_refused_first(county, tmp_path, capsys, place):
    spill = county / "spilled" if place.startswith("county") else tmp_path / place
    assert main([*command(county, tmp_path / "out", "--spill", str(spill)), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"credit-score: {spill}: lies in what is read from or written, ")
    assert told.endswith("; choose another place\n")
    assert not spill.exists()
