"""What is remembered of one reading changes nothing that another says."""

import pytest

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.records.door import statements
from credit_score.records.door.statements import Statements

PHONE = "13912345678"


@pytest.fixture
def fresh(monkeypatch):
    """A process that has read nothing yet."""
    monkeypatch.setattr(statements, "_WRITTEN", {})


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


def test_a_second_reading_refuses_what_a_first_would(hand, tmp_path, monkeypatch):
    first = []
    for i, changes in enumerate(CHANGES):
        monkeypatch.setattr(statements, "_WRITTEN", {})
        first.append(told(hand, tmp_path / f"first_{i}", **changes))
    assert [told(hand, tmp_path / f"again_{i}", **changes) for i, changes in enumerate(CHANGES)] == first
    assert first[0] == set()
    assert ("enterprises", "name", "personal_number") in first[1]
    assert ("households", "village", "personal_number") in first[4]


def test_a_second_reading_writes_nothing_anew(hand, fresh, tmp_path):
    told(hand, tmp_path / "one")
    before = dict(statements._WRITTEN)
    assert before
    told(hand, tmp_path / "two")
    assert before == statements._WRITTEN


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


def test_beyond_the_most_that_is_remembered_all_is_written_again(monkeypatch):
    monkeypatch.setattr(statements, "MOST", 2)
    monkeypatch.setattr(statements, "_WRITTEN", {})
    ask = Statements(open_engine(), ())
    assert [ask.remembered(name, lambda n=name: f"of {n}") for name in "abca"] == ["of a", "of b", "of c", "of a"]
    assert len(statements._WRITTEN) <= 2


def test_what_cannot_be_said_to_depend_on_something_is_not_remembered(fresh):
    ask = Statements(open_engine(), None).with_known("more")
    assert [ask.remembered("name", lambda n=n: n) for n in (1, 2)] == [1, 2]
    assert statements._WRITTEN == {}


def test_what_was_written_for_tables_in_memory_is_not_asked_of_tables_on_the_disk(hand, fresh, tmp_path):
    """The texts name the catalogue in which the tables lie."""
    folder = hand.write(tmp_path / "county", hand.county())
    spill = {"spill": tmp_path / "disk"}
    read = [cs.read_records(folder, key=hand.KEY, engine=open_engine(**more)) for more in ({}, spill, {}, spill)]
    for name in read[0].tables:
        assert all(one[name].to_pyarrow().num_rows == read[0][name].to_pyarrow().num_rows for one in read)
    assert all(one.rejected.equals(read[0].rejected) for one in read)
