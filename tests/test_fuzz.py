"""The fuzzer's own accounting: a fault that is put in is noticed, and a sound reader has none."""

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import fuzz_door
import fuzz_workbook
from fuzz import EVERY, Job, Watched, pool_of
from fuzz_csv import CSV_FAULTS
from fuzz_files import Plan, broken_file, counted
from reliability import put, table

from credit_score.records.door import judge

SOUND = Plan("csv")


@pytest.fixture(scope="module")
def pool():
    return pool_of(large=False, seed=3)


@pytest.fixture
def door(pool, tmp_path):
    return fuzz_door.Door(tmp_path, pool, lambda step: None)


def some(pool, plan=SOUND, named="households", seed=1):
    """A broken file of a small table."""
    return broken_file(pool, named, pool.rows[named][:12], plan, f"{seed:04d}.000", Random(seed))


def alone(door, file):
    """What the reader alone comes to."""
    told = fuzz_door.Told()
    here = door.place / "here"
    here.mkdir(exist_ok=True)
    door._alone([file], here, told)
    return told


def test_the_same_seed_breaks_the_same_files(pool):
    assert Job(1, 0, 30).files(pool) == Job(1, 0, 30).files(pool) != Job(2, 0, 30).files(pool)


def test_a_workbook_holds_no_date_of_its_writing():
    archive = zipfile.ZipFile(io.BytesIO(fuzz_workbook.zipped({"a": b"a" * 99, "b": b""})))
    assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_way_of_breaking_makes_a_file(pool, monkeypatch):
    monkeypatch.setattr(fuzz_workbook, "BOMB", 1 << 10)
    files = Job(1, 0, len(EVERY)).files(pool)
    assert {f.kind for f in files} == {f"{plan.form}: {plan.fault}" for plan in EVERY}


def test_rows_of_a_csv_file_are_its_lines_below_the_first_that_are_not_empty():
    assert counted(b"h\r\na\r\r\nb\n\nc\rd") == 4
    assert counted(b"") == counted(b"h") == counted(b"\n\n") == 0


def test_a_whole_folder_is_read_without_a_fault(door, pool):
    files = [some(pool), some(pool, Plan("parquet"), seed=2), some(pool, Plan("csv", "no byte, or few"), seed=3)]
    told = door.folder(files, "folder")
    assert told.faults == []
    assert sum(told.fates.values()) == 3
    assert told.fates["csv: no byte, or few", fuzz_door.REFUSED] == 1


def test_a_row_that_is_lost_is_noticed(door, pool):
    file = some(pool)
    assert alone(door, file).faults == []
    told = alone(door, replace(file, rows=file.rows + 1))
    assert f"{file.rows} rows read, {file.rows + 1} stand in it" in told.faults[0]


def test_a_crash_of_the_reader_is_noticed_and_names_the_file(door, pool, monkeypatch):
    monkeypatch.setattr(fuzz_door, "read_files", lambda *_: 1 // 0)
    file = some(pool)
    told = alone(door, file)
    assert told.fates[file.kind, fuzz_door.FAULT] == 1
    assert told.faults[0].startswith(f"{file.name}: ")
    assert "ZeroDivisionError" in told.faults[0]


def test_an_error_of_many_lines_or_with_an_identity_number_is_noticed(door, pool):
    told = fuzz_door.Told()
    door._told_well(f"one line\nand {pool.planted[0]} in another", "file", told)
    assert len(told.faults) == 2


def test_an_identity_number_that_comes_through_is_noticed(door, pool, monkeypatch):
    monkeypatch.setattr(judge, "identity_number_in", lambda text: text.isnull())
    rows = [["H-1", pool.planted[1], "V1"]]
    file = broken_file(pool, "households", rows, Plan("csv", share=0), "0001.000", Random(1))
    assert "identity numbers came through" in door.folder([file], "folder").faults[-1]


def test_a_reader_that_takes_too_long_is_ended_and_the_folder_told(tmp_path):
    watched = Watched(tmp_path, limits=(0.01, 0.01))
    told = watched.run(Job(1, 0, 1))
    assert "hang" in told.faults[0]
    assert watched.process is None


def test_a_section_of_the_page_is_replaced_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n", encoding="utf-8")
    put("x", table(("n",), [(1234,)]), page=page)
    assert page.read_text(encoding="utf-8") == "a\n<!-- x -->\n| n |\n| --- |\n| 1,234 |\n<!-- end of x -->\nb\n"
    with pytest.raises(SystemExit, match="no place for 'y'"):
        put("y", "", page=page)


def test_every_way_of_breaking_a_csv_file_keeps_its_rows_countable(pool):
    assert len(CSV_FAULTS) > 15
    for fault in CSV_FAULTS:
        file = some(pool, Plan("csv", fault))
        assert file.rows == counted(file.data)
