"""What is remembered of one reading changes nothing that another says, in this process and in the next."""

import os
import subprocess
import sys

import ibis
import pytest

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.records.door import statements, written
from credit_score.records.door.statements import Statements

PHONE = "13912345678"


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """The first process on a machine, which has read nothing yet; the folder that it keeps statements in."""
    monkeypatch.setattr(statements, "_WRITTEN", {})
    monkeypatch.setattr(written, "folder", lambda: tmp_path / "kept" / "statements-now")
    written._make.cache_clear()
    return written.folder()


def told(hand, folder, **changes):
    """What is refused of a small county with some cells of its first rows changed."""
    tables = hand.county()
    for name, cells in changes.items():
        tables[name][0].update(cells)
    rows = hand.read(hand.write(folder, tables)).rejected
    return set(zip(rows["table"], rows["column"], rows["reason"], strict=True))


CHANGES = [
    {},
    {"enterprises": {"name": PHONE}},
    {"enterprises": {"size": "vast"}, "inspections": {"days": "many"}},
    {"credit_records": {"item": "religion"}},
    {"households": {"village": f"V1 {PHONE}"}, "individuals": {"age": "8"}},
]


@pytest.mark.thorough
def test_a_second_reading_refuses_what_a_first_would(hand, tmp_path, monkeypatch):
    first = []
    for i, changes in enumerate(CHANGES):
        monkeypatch.setattr(statements, "_WRITTEN", {})
        monkeypatch.setattr(written, "folder", lambda i=i: tmp_path / f"kept_{i}")
        first.append(told(hand, tmp_path / f"first_{i}", **changes))
    assert [told(hand, tmp_path / f"again_{i}", **changes) for i, changes in enumerate(CHANGES)] == first
    assert first[0] == set()
    assert ("enterprises", "name", "personal_number") in first[1]
    assert ("households", "village", "personal_number") in first[4]


@pytest.mark.thorough
def test_a_second_reading_writes_nothing_anew(hand, fresh, tmp_path):
    told(hand, tmp_path / "one")
    before = dict(statements._WRITTEN)
    assert before
    told(hand, tmp_path / "two")
    assert before == statements._WRITTEN


@pytest.mark.thorough
def test_another_policy_or_heading_is_judged_by_itself(hand, fresh, tmp_path, altered_policy):
    tables = hand.county()
    tables["enterprises"][0]["size"] = "vast"
    folder = hand.write(tmp_path / "county", tables)
    assert "unknown_code" in set(hand.read(folder).rejected["reason"])
    known = altered_policy(
        policy=lambda about: about["sizes"].append({"id": "vast", "label": {"zh": "特大", "en": "Vast"}})
    )
    assert "enterprises" not in set(hand.read(folder, policy=str(known)).rejected["table"])
    assert "unknown_code" in set(hand.read(folder).rejected["reason"])


def test_beyond_the_most_that_is_remembered_all_is_written_again(fresh, monkeypatch):
    monkeypatch.setattr(statements, "MOST", 2)
    monkeypatch.setattr(written, "keep", lambda key, value: None)
    ask = Statements(open_engine(), ())
    assert [ask.remembered(name, lambda n=name: f"of {n}") for name in "abca"] == ["of a", "of b", "of c", "of a"]
    assert len(statements._WRITTEN) <= 2


def test_what_cannot_be_said_to_depend_on_something_is_not_remembered(fresh):
    ask = Statements(open_engine(), None).with_known("more")
    assert [ask.remembered("name", lambda n=n: n) for n in (1, 2)] == [1, 2]
    assert statements._WRITTEN == {}


@pytest.mark.thorough
def test_what_was_written_for_tables_in_memory_is_not_asked_of_tables_on_the_disk(hand, fresh, tmp_path):
    """The texts name the catalogue in which the tables lie."""
    folder = hand.write(tmp_path / "county", hand.county())
    spill = {"spill": tmp_path / "disk"}
    read = [cs.read_records(folder, key=hand.KEY, engine=open_engine(**more)) for more in ({}, spill, {}, spill)]
    for name in read[0].tables:
        assert all(one[name].to_pyarrow().num_rows == read[0][name].to_pyarrow().num_rows for one in read)
    assert all(one.rejected.equals(read[0].rejected) for one in read)


READ = """
import sys, credit_score as cs
from credit_score.records.door import written
kept, keep = [], written.keep
written.keep = lambda key, value: (kept.append(key), keep(key, value))
print(len(kept), *sorted(cs.read_records(sys.argv[1], key="0123456789abcdef").rejected["reason"]), len(kept))
"""


def test_the_next_process_writes_nothing_anew(hand, tmp_path):
    """However its sets are ordered."""
    tables = hand.few()
    tables["enterprises"][0]["name"], tables["enterprises"][1]["size"] = PHONE, "uncountable"
    folder = hand.write(tmp_path / "county", tables)
    told = []
    for seed in ("1", "2"):
        surroundings = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path / "kept"), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", READ, str(folder)]
        told.append(
            subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stdout.split()
        )
    assert told[0][:-1] == told[1][:-1]
    assert "personal_number" in told[0]
    assert int(told[0][-1]) > 0
    assert int(told[1][-1]) == 0
    (kept,) = (tmp_path / "kept").rglob("statements-*")
    assert not any(
        word in file.read_text(encoding="utf-8") for file in kept.iterdir() for word in (PHONE, "uncountable")
    )


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-1], lambda text: "5", lambda text: text.replace("1", "3"), str.upper]
)
def test_what_is_kept_but_not_whole_is_written_anew(fresh, spoil):
    ask = Statements(open_engine(), ("known",))
    assert ask.remembered("name", lambda: [1]) == [1]
    (kept,) = fresh.iterdir()
    statements._WRITTEN.clear()
    assert ask.remembered("name", lambda: [2]) == [1]
    statements._WRITTEN.clear()
    kept.write_text(spoil(kept.read_text()))
    assert ask.remembered("name", lambda: [2]) == [2]
    statements._WRITTEN.clear()
    assert ask.remembered("name", lambda: [3]) == [2]


def test_an_engine_of_another_name_has_statements_of_its_own(hand, fresh, tmp_path):
    """They name the catalogue that a table lies in."""
    folder = hand.write(tmp_path / "county", hand.few())
    read = [hand.read(folder, engine=engine) for engine in (ibis.duckdb.connect(tmp_path / "other.db"), open_engine())]
    assert read[0].counts.equals(read[1].counts)


def test_where_nothing_can_be_kept_nothing_is_and_all_goes_on(fresh, monkeypatch):
    fresh.parent.write_text("a file where the folder would be")
    assert Statements(open_engine(), ("known",)).remembered("name", lambda: [1]) == [1]


def test_what_another_state_of_the_program_wrote_goes(fresh, monkeypatch):
    older = fresh.with_name("statements-before")
    older.mkdir(parents=True)
    written.keep("key", 1)
    assert not older.exists()
    assert written.recalled("key") == 1


def test_another_line_of_the_program_is_another_state_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(written, "PROGRAM", tmp_path)
    told = set()
    for line in ("a = 1", "a = 2"):
        (tmp_path / "module.py").write_text(line)
        written._program.cache_clear()
        told.add(written._program())
    written._program.cache_clear()
    assert len(told) == 2


def test_beyond_the_most_that_is_kept_the_next_process_begins_anew(fresh, monkeypatch):
    monkeypatch.setattr(written, "MOST", 1)
    for key in ("one", "two", "three"):
        written.keep(key, key)
    assert written.recalled("one") == "one"
    written._make.cache_clear()
    written.keep("four", 4)
    assert [file.name for file in fresh.iterdir()] == [written._file("four").name]
