import json
import shutil
from datetime import date

import pytest

import credit_score as cs
from credit_score.errors import RecordsError, RunError
from credit_score.records.door.identity import deletion_digest, pseudonym, record_digest
from credit_score.records.keeping.chain import STORE, Chain
from credit_score.records.keeping.forget import Gone, Named, check_gone, forget_in_store
from credit_score.records.keeping.store import add_batch

MAY, JUNE, JULY = date(2023, 5, 31), date(2023, 6, 30), date(2023, 7, 31)


@pytest.fixture(scope="module")
def policy():
    return cs.load_policy("gaoyang")


@pytest.fixture(scope="module")
def made(hand, policy, tmp_path_factory):
    """Two batches; person 0 stands in both, with a disputed record in the second."""
    tmp_path = tmp_path_factory.mktemp("made")
    tables = hand.county()
    folder = hand.write(tmp_path / "one", tables)
    add_batch(tmp_path / "store", folder, policy, received_on=MAY, key=hand.KEY)
    more = {
        "credit_records": [tables["credit_records"][i] | {"record_id": r} for i, r in ((3, "R70"), (0, "R71"))],
        "record_events": [
            {"event_id": f"E{n}", "record_id": record, "event": "disputed", "happened_on": "2023-06-01",
             "known_on": "2023-06-01", "unit": "", "replaced_by": ""}
            for n, record in enumerate(("R70", "R71"))
        ],
    }  # fmt: skip
    add_batch(tmp_path / "store", hand.write(tmp_path / "two", more), policy, received_on=JUNE, key=hand.KEY)
    return tmp_path / "store"


@pytest.fixture
def store(made, tmp_path):
    return shutil.copytree(made, tmp_path / "store")


@pytest.fixture
def person(hand):
    return pseudonym(hand.person(0), "person", hand.KEY.encode())


def ids(store, table, column, day=None):
    return sorted(cs.read_records(store, as_known_on=day)[table].execute()[column])


def test_a_deleted_persons_rows_are_gone_from_every_part_and_nobody_elses(store, person):
    rest = [p for p in ids(store, "individuals", "person_id") if p != person]
    found = forget_in_store(store, Gone.of([person]), JULY)
    told = "the register, two records, an event, the audit table, the household"
    assert sum(r.rows for r in found.values()) == 6, told
    assert ids(store, "individuals", "person_id") == rest
    assert ids(store, "credit_records", "record_id") == ["R1", "R2", "R3", "R5", "R71"]
    assert ids(store, "record_events", "record_id") == ["R71"]
    assert person not in cs.read_records(store).audit.execute()["subject"].tolist()
    check_gone(store, Named(frozenset([person])))


def test_what_is_left_is_a_dated_hash_and_the_history_still_verifies(store, person):
    forget_in_store(store, Gone.of([person]), JULY)
    chain = Chain.read(store)
    assert chain.deletions == {deletion_digest(person): "2023-07-31"}
    assert chain.deleted("records") == {record_digest(person, r): "2023-07-31" for r in ("R4", "R70")}
    assert chain.deleted("numbers") == {deletion_digest(r): "2023-07-31" for r in ("R4", "R70")}
    assert chain.deleted("touched") == {}
    assert person not in (store / STORE).read_text(encoding="utf-8")
    Chain.read(store).check_parts()
    assert not list(store.glob("000001/credit_records.parquet"))  # the old bytes are gone, not only unnamed


def test_deletion_reaches_the_past_as_it_was_known(store, person):
    assert "R4" in ids(store, "credit_records", "record_id", MAY)
    forget_in_store(store, Gone.of([person]), JULY)
    assert ids(store, "credit_records", "record_id", MAY) == ["R1", "R2", "R3", "R5"]


def test_a_deleted_person_does_not_come_back_with_a_later_batch(hand, store, person, policy, tmp_path):
    forget_in_store(store, Gone.of([person]), JULY)
    tables = hand.county()
    again = {
        "individuals": [row | {"age": "41"} for row in tables["individuals"][:2]],
        "credit_records": [tables["credit_records"][3] | {"record_id": "R80"}],
    }
    read = add_batch(store, hand.write(tmp_path / "late", again), policy, received_on=JULY, key=hand.KEY)
    told = hand.rejected_by(read, "table", "row", "reason")
    assert told == {("individuals", 1, "deleted_subject"), ("credit_records", 1, "deleted_subject")}
    check_gone(store, Named(frozenset([person])))


def test_a_person_who_comes_back_is_taken_from_the_day_of_return_on(hand, store, person, policy, tmp_path):
    forget_in_store(store, Gone.of([person]), JULY)
    mine = hand.county()["credit_records"][3]
    again = {
        "individuals": [hand.a_person(0, enrolled_on="2023-08-01")],
        "credit_records": [
            mine | {"record_id": "R80"},  # of the time before, which was deleted
            mine | {"record_id": "R81", "occurred_on": "2023-08-01", "reported_on": "2023-08-02"},
        ],
    }
    read = add_batch(store, hand.write(tmp_path / "late", again), policy, received_on=JULY, key=hand.KEY)
    assert hand.rejected_by(read, "table", "row", "reason") == {("credit_records", 1, "deleted_subject")}
    assert ids(store, "credit_records", "record_id")[-1] == "R81"
    assert ids(store, "individuals", "person_id").count(person) == 1


def test_a_single_record_goes_with_its_events_and_does_not_come_back(hand, store, person, policy, tmp_path):
    found = forget_in_store(store, Gone.of(records=[(person, "R70")]), JULY)
    assert sum(r.rows for r in found.values()) == 1 + 1
    assert ids(store, "record_events", "record_id") == ["R71"]
    assert Chain.read(store).deleted("touched") == {deletion_digest(person): "2023-07-31"}
    decided = {"record_id": "R70", "unit": "court", "item": "contract.fulfilled", "decided_on": "2023-01-01"}
    event = {"event_id": "E9", "record_id": "R70", "event": "told", "happened_on": "2023-06-02"}
    event |= {"known_on": "2023-06-02", "unit": "", "replaced_by": ""}
    mine = hand.county()["credit_records"][3] | {"record_id": "R70"}
    again = {"credit_records": [mine], "decisions": [decided], "record_events": [event]}
    read = add_batch(store, hand.write(tmp_path / "late", again), policy, received_on=JULY, key=hand.KEY)
    told = hand.rejected_by(read, "table", "column", "reason")
    assert told == {(table, "record_id", "deleted_record") for table in again}
    assert person in ids(store, "individuals", "person_id")
    check_gone(store, Named(frozenset(), frozenset(["R70"])))


def test_a_number_is_deleted_of_its_person_alone(store, person):
    other = ids(store, "individuals", "person_id")
    stranger = next(p for p in other if p != person)
    assert forget_in_store(store, Gone.of(records=[(stranger, "R70"), (stranger, "R1")]), JULY) == {}


def test_a_record_that_replaced_another_is_taken_out_of_that_event(hand, policy, tmp_path):
    tables = hand.county()
    event = {"event_id": "E1", "record_id": "R5", "event": "corrected", "happened_on": "2023-02-01"}
    tables["record_events"] = [event | {"known_on": "2023-02-01", "unit": "", "replaced_by": "R4"}]
    add_batch(tmp_path / "s", hand.write(tmp_path / "f", tables), policy, received_on=MAY, key=hand.KEY)
    person = pseudonym(hand.person(0), "person", hand.KEY.encode())
    forget_in_store(tmp_path / "s", Gone.of(records=[(person, "R4")]), JULY)
    left = cs.read_records(tmp_path / "s")["record_events"].execute()
    assert left["record_id"].tolist() == ["R5"]
    assert left["replaced_by"].isna().all()


def test_a_household_goes_with_its_last_member(hand, policy, tmp_path):
    tables = hand.county()
    tables["individuals"][1]["household_id"] = "House 0"
    add_batch(tmp_path / "s", hand.write(tmp_path / "f", tables), policy, received_on=MAY, key=hand.KEY)
    first, second = (pseudonym(hand.person(n), "person", hand.KEY.encode()) for n in (0, 1))
    before = len(ids(tmp_path / "s", "households", "household_id"))
    forget_in_store(tmp_path / "s", Gone.of([first]), JULY)
    assert len(ids(tmp_path / "s", "households", "household_id")) == before
    forget_in_store(tmp_path / "s", Gone.of([second]), JULY)
    assert len(ids(tmp_path / "s", "households", "household_id")) == before - 1


def test_a_deletion_dated_before_the_last_batch_is_refused(store, person):
    with pytest.raises(RecordsError, match="2023-06-29 is before 2023-06-30, the last day of the store's history"):
        forget_in_store(store, Gone.of([person]), date(2023, 6, 29))


def test_a_history_that_tells_of_one_deleted_subject_is_read(store):
    """As stores were written before single records could be deleted."""
    chain = Chain.read(store).with_entry(kind="deletion", on="2023-07-01", subject="abc", parts={})
    chain.write()
    assert Chain.read(store).deletions == {"abc": "2023-07-01"}


def test_a_second_deletion_of_others_follows_the_parts_that_the_first_moved(hand, store, person):
    forget_in_store(store, Gone.of([person]), JULY)
    other = pseudonym(hand.person(1), "person", hand.KEY.encode())
    found = forget_in_store(store, Gone.of([other]), JULY)
    assert sum(r.rows for r in found.values()) == 4  # the register, a record, the audit table, the household
    assert ids(store, "credit_records", "record_id") == ["R1", "R2", "R3", "R71"]
    assert {deletion_digest(name) for name in (person, other)} == set(Chain.read(store).deletions)


def test_a_sole_proprietor_is_a_person_and_a_company_is_not(hand, store):
    shop = pseudonym(hand.firm(2, "sole_proprietor"), "sole_proprietor", hand.KEY.encode())
    forget_in_store(store, Gone.of([shop]), JULY)
    assert ids(store, "inspections", "inspection_id") == ["V1"]
    with pytest.raises(RecordsError, match="no natural person under a pseudonym"):
        forget_in_store(store, Gone.of([hand.firm(1)]), JULY)


def test_a_person_whom_the_store_never_held_changes_nothing(store):
    before = (store / STORE).read_bytes()
    assert forget_in_store(store, Gone.of(["P-000000000000000000000000"]), JULY) == {}
    assert (store / STORE).read_bytes() == before
    assert not list(store.glob("revised-*"))


@pytest.mark.parametrize("moment", ["writing the parts", "writing the history"])
def test_a_deletion_that_fails_leaves_the_store_as_it_was(store, person, monkeypatch, moment):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = (store / STORE).read_bytes()
    place = (
        "credit_score.records.keeping.forget.saved"
        if moment == "writing the parts"
        else "credit_score.records.keeping.chain.Chain.write"
    )
    monkeypatch.setattr(place, full)
    with pytest.raises(RunError, match="No space left on device; free space and run again"):
        forget_in_store(store, Gone.of([person]), JULY)
    monkeypatch.undo()
    assert (store / STORE).read_bytes() == before
    assert person in ids(store, "individuals", "person_id")


def test_a_file_beside_the_parts_is_never_cleared_and_a_mention_in_it_is_told(store, person):
    (store / "letter.txt").write_text(f"about {person}", encoding="utf-8")
    with pytest.raises(RunError, match="what was deleted is still named; remove that file by hand"):
        forget_in_store(store, Gone.of([person]), JULY)
    assert (store / "letter.txt").exists()


def test_a_changed_deletion_is_refused(store, person):
    forget_in_store(store, Gone.of([person]), JULY)
    told = json.loads((store / STORE).read_text(encoding="utf-8"))
    told["entries"][2]["on"] = "2023-08-01"
    (store / STORE).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(RecordsError, match="entry 3 of the history was changed"):
        cs.read_records(store)
