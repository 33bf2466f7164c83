import shutil
from datetime import date

import pandas as pd
import pytest

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.errors import RecordsError, RunError
from credit_score.files import alone, fingerprint
from credit_score.records.keeping.chain import STORE, Chain
from credit_score.records.keeping.store import add_batch

MAY, JUNE, JULY = date(2023, 5, 31), date(2023, 6, 30), date(2023, 7, 31)


@pytest.fixture(scope="module")
def policy():
    return cs.load_policy("gaoyang")


@pytest.fixture
def take(hand, policy, tmp_path):
    """Tables written into a folder and taken into one store on a day."""
    n = iter(range(100))

    def taken(tables, on, key=hand.KEY, store="store"):
        folder = hand.write(tmp_path / f"batch {next(n)}", tables)
        return add_batch(tmp_path / store, folder, policy, received_on=on, key=key)

    return taken


@pytest.fixture(scope="module")
def june(hand, policy, tmp_path_factory):
    """A store that took the small county on 30 June, to copy, and what was read."""
    place = tmp_path_factory.mktemp("june")
    folder = hand.write(place / "batch", hand.county())
    return place / "store", add_batch(place / "store", folder, policy, received_on=JUNE, key=hand.KEY)


@pytest.fixture
def of_june(june, tmp_path):
    """That store, to change; what was read of the county."""
    shutil.copytree(june[0], tmp_path / "store")
    return june[1]


@pytest.fixture
def opened(tmp_path):
    def at(day=None):
        return cs.read_records(tmp_path / "store", as_known_on=day)

    return at


def staffed(tables, policy):
    """Every department with inspectors, so that a run can be scheduled."""
    departments = [d.id for d in policy.model.inspection.departments]
    rows = [{"department": d, "inspectors": "3", "days_per_inspector": "200"} for d in departments]
    return tables | {"departments": rows}


def event(hand, n, record, kind, happened, known, replaced_by=""):
    row = {"event_id": f"E{n}", "record_id": record, "event": kind, "happened_on": happened, "known_on": known}
    return row | {"unit": "court", "replaced_by": replaced_by}


def bytes_of(folder):
    return {p.relative_to(folder).as_posix(): fingerprint(p) for p in folder.rglob("*") if p.is_file()}


def test_a_store_gives_what_its_folder_gave(hand, of_june, opened):
    read, held = of_june, opened()
    for name in read.tables:
        assert hand.as_text(held, name) == hand.as_text(read, name)
    assert held.counts.equals(read.counts)
    assert held.fingerprints.keys() == {STORE}
    assert sorted(held.audit.execute()["subject"]) == sorted(read.audit.execute()["subject"])


@pytest.mark.usefixtures("of_june")
def test_the_same_files_a_second_time_add_nothing(hand, take, tmp_path):
    before = bytes_of(tmp_path / "store")
    again = take(hand.county(), JULY)
    assert again.counts[["read", "accepted", "rejected"]].to_numpy().sum() == 0
    assert bytes_of(tmp_path / "store") == before


@pytest.mark.thorough
@pytest.mark.usefixtures("of_june")
def test_the_same_rows_in_another_file_are_duplicates_and_score_once(hand, take, opened):
    tables = hand.county()
    once = opened().tables["credit_records"].execute()
    again = take({name: list(reversed(rows)) for name, rows in tables.items() if len(rows) > 1}, JULY)
    assert again.counts["accepted"].sum() == 0
    assert set(again.rejected["reason"]) == {"duplicate"}
    assert len(opened().tables["credit_records"].execute()) == len(once)


def test_a_batch_that_was_kept_before_rejected_rows_had_a_unit_is_read_with_none(
    hand, take, opened, tmp_path, monkeypatch
):
    bad = hand.record(9, "enterprise", hand.firm(1), unit="fire", occurred_on="2023-02-30")
    tables = hand.few()
    take(tables | {"credit_records": [*tables["credit_records"], bad]}, JUNE)
    take({"credit_records": [bad | {"record_id": "R99"}]}, JULY)
    part = tmp_path / "store" / "000001" / "rejected.parquet"
    pd.read_parquet(part).drop(columns="unit").to_parquet(part, index=False)
    monkeypatch.setattr(Chain, "check_parts", lambda chain: None)
    found = opened().rejected
    assert found[["row", "unit"]].to_numpy().tolist() == [[1, "fire"], [len(tables["credit_records"]) + 1, ""]]


def test_a_later_batch_may_speak_of_subjects_of_an_earlier_one_by_their_identifiers(hand, take, opened, clean):
    tables = hand.county()
    later = tables.pop("credit_records"), tables.pop("inspections")
    take(tables | {"credit_records": later[0][:1]}, JUNE)
    read = take({"credit_records": later[0][1:], "inspections": later[1]}, JULY)
    assert read.rejected.empty
    for name in ("credit_records", "inspections"):
        assert hand.as_text(opened(), name) == hand.as_text(clean, name)


def test_what_one_store_holds_is_not_said_of_another(hand, take):
    """What is asked of the engine is written once for both."""
    tables = hand.county()
    fewer = tables | {"enterprises": tables["enterprises"][:2], "credit_records": tables["credit_records"][:2]}
    later = {"credit_records": [hand.record(6, "enterprise", hand.firm(3, "cooperative")), tables["credit_records"][2]]}
    for store, held in (("whole", tables), ("fewer", fewer)):
        take(held, JUNE, store=store)
    found = [take(later, JULY, store=store).rejected["reason"].tolist() for store in ("whole", "fewer")]
    assert found == [["duplicate"], ["unknown_subject", "unknown_subject"]]


@pytest.mark.usefixtures("of_june")
def test_an_event_may_name_a_record_of_an_earlier_batch_and_no_unknown_one(hand, take, opened):
    events = [
        event(hand, 1, "R1", "disputed", "2023-07-03", "2023-07-03"),
        event(hand, 2, "R99", "disputed", "2023-07-03", "2023-07-03"),
        event(hand, 3, "R1", "corrected", "2023-07-05", "2023-07-05", "R98"),
    ]
    read = take({"record_events": events}, JULY)
    told = hand.rejected_by(read, "row", "column", "reason")
    assert told == {(2, "record_id", "unknown_record"), (3, "replaced_by", "unknown_record")}
    assert opened().tables["record_events"].count().execute() == 1


def test_a_store_as_known_on_a_day_holds_nothing_received_later(hand, take, opened):
    tables = hand.few()
    last = tables["credit_records"].pop()
    take(tables, MAY)
    take({"credit_records": [last]}, JUNE)
    ids = [
        sorted(opened(day).tables["credit_records"].execute()["record_id"]) for day in (MAY, date(2023, 6, 29), JUNE)
    ]
    assert [len(i) for i in ids] == [2, 2, 3]
    with pytest.raises(RecordsError, match="nothing was received by 2023-05-30"):
        opened(date(2023, 5, 30))


@pytest.mark.usefixtures("of_june")
def test_of_a_register_the_latest_version_known_counts(hand, take, opened):
    firms = [row | {"size": "large"} for row in hand.county()["enterprises"][:1]]
    assert take({"enterprises": firms}, JULY).counts["accepted"].sum() == 1
    sizes = {d: opened(d).tables["enterprises"].execute().set_index("name")["size"]["Name 1"] for d in (JUNE, JULY)}
    assert sizes == {JUNE: "small", JULY: "large"}


@pytest.mark.usefixtures("of_june")
def test_another_record_under_a_number_that_is_held_is_refused_and_the_first_stands(hand, take, opened):
    tables = hand.county()
    other = tables["credit_records"][1] | {"record_id": "R1", "occurred_on": "2020-01-01"}
    read = take({"credit_records": [other, *tables["credit_records"][2:3]]}, JULY)
    told = hand.rejected_by(read, "row", "column", "reason")
    assert told == {(1, "record_id", "key_conflict"), (2, "record_id", "duplicate")}
    found = opened().tables["credit_records"].execute().set_index("record_id")["occurred_on"]
    assert pd.Timestamp(found["R1"]) == pd.Timestamp("2023-01-01")


@pytest.mark.thorough
def test_a_file_whose_rows_were_refused_is_read_again_once_what_they_lacked_has_come(hand, take, opened, tmp_path):
    tables = hand.county()
    persons = {"individuals": tables.pop("individuals")}
    refused = take(tables, MAY).rejected
    assert set(refused["reason"]) == {"unknown_subject"}
    read = take(persons | {"credit_records": tables["credit_records"]}, JUNE)
    assert (set(read.rejected["reason"]), read.rejected["table"].unique().tolist()) == (
        {"duplicate"},
        ["credit_records"],
    )
    assert opened().tables["credit_records"].count().execute() == 5
    before = bytes_of(tmp_path / "store")
    take(persons | {"credit_records": tables["credit_records"]}, JULY)
    assert bytes_of(tmp_path / "store") == before


def test_a_consent_that_was_withdrawn_admits_nothing_more(hand, take):
    tables = {name: hand.county()[name] for name in ("enterprises", "individuals", "credit_records")}
    consent = {"consent_id": "C1", "person_id": hand.person(0), "purpose": "income", "given_on": "2023-01-01"}
    take(tables | {"consents": [consent | {"withdrawn_on": ""}]}, MAY)
    take({"consents": [consent | {"withdrawn_on": "2023-03-01"}]}, JUNE)
    own = {"item": "income.level", "occurred_on": "2023-05-01", "reported_on": "2023-05-02"}
    read = take({"credit_records": [tables["credit_records"][3] | {"record_id": "R90"} | own]}, JULY)
    assert hand.rejected_by(read, "column", "reason") == {("item", "no_consent")}


def test_a_store_whose_name_looks_like_a_pattern_is_that_store_alone(hand, take, tmp_path):
    tables = hand.few()
    take(tables, JUNE, store="zz[1]")
    take({name: rows[:1] for name, rows in tables.items()}, JUNE, store="zz1")
    assert cs.read_records(tmp_path / "zz[1]").tables["credit_records"].count().execute() == 3
    assert cs.read_records(tmp_path / "zz1").tables["credit_records"].count().execute() == 1


@pytest.mark.thorough
def test_a_run_as_of_a_past_day_is_the_same_whatever_came_later(hand, take, opened, policy):
    tables = staffed(hand.few(), policy)
    take(tables, MAY)

    def scores(known):
        run = cs.run_county(opened(known), policy, as_of=JUNE, as_known_on=known, seed=1)
        return run.scores.set_index("subject")["score_milli"].to_dict()

    published = scores(JUNE)
    take({"record_events": [event(hand, 1, "R1", "withdrawn", "2023-07-03", "2023-07-04")]}, JULY)
    assert scores(JUNE) == published
    moved = {s for s, n in scores(JULY).items() if n != published[s]}
    assert moved == {tables["enterprises"][0]["enterprise_id"]}


@pytest.mark.thorough
def test_a_run_refuses_a_store_opened_as_of_another_day(hand, take, opened, policy):
    take(staffed(hand.few(), policy), MAY)
    take({"credit_records": [hand.county()["credit_records"][0] | {"record_id": "R77"}]}, JULY)
    with pytest.raises(RecordsError, match="not opened as known on 2023-06-30; read it with as_known_on='2023-06-30'"):
        cs.run_county(opened(), policy, as_of=JUNE)
    assert len(cs.run_county(opened(JUNE), policy, as_of=JUNE).scores)


def test_a_folder_of_files_has_no_days_of_arrival(hand, tmp_path):
    folder = hand.write(tmp_path / "few", hand.few())
    with pytest.raises(RecordsError, match="does not say when they arrived; take it into a store"):
        cs.read_records(folder, key=hand.KEY, as_known_on="2023-06-30")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: next(s.glob("0*/enterprises.parquet")).unlink(), "part 000001/enterprises.parquet is missing"),
        (lambda s: next(s.glob("0*/enterprises.parquet")).write_bytes(b"x"), "enterprises.parquet is not what was"),
        (lambda s: (s / STORE).write_text("{}"), "the store's history is not readable"),
        (lambda s: (s / STORE).write_text("[" * 10**5), "the store's history is not readable"),
        (lambda s: _edit(s, '"accepted": 3', '"accepted": 4'), "entry 1 of the history was changed"),
        (lambda s: _edit(s, "2023-06-30", "2023-06-29"), "entry 1 of the history was changed"),
        (lambda s: _edit(s, '"synthetic": false', '"synthetic": true'), "entry 1 of the history was changed"),
        (lambda s: _edit(s, '"format": 1', '"format": 2'), "format 2 of a store is not 1"),
    ],
)
@pytest.mark.usefixtures("of_june")
def test_a_store_that_was_changed_is_refused(hand, take, opened, tmp_path, spoil, told):
    spoil(tmp_path / "store")
    with pytest.raises(RecordsError, match=told):
        opened()
    with pytest.raises(RecordsError, match=told):
        take({"credit_records": hand.county()["credit_records"][:1]}, JULY)


def _edit(store, old, new):
    text = (store / STORE).read_text(encoding="utf-8")
    assert old in text
    (store / STORE).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.usefixtures("of_june")
def test_another_key_another_policy_an_earlier_day_and_another_folder_are_refused(hand, take, tmp_path):
    more = {"credit_records": [hand.county()["credit_records"][0] | {"record_id": "R77"}]}
    with pytest.raises(RecordsError, match="the key is not the one of this store"):
        take(more, JULY, key="another key, also long enough")
    with pytest.raises(RecordsError, match="2023-05-31 is before 2023-06-30, the day of the last batch"):
        take(more, MAY)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RunError, match="holds something else than a store"):
        take(more, JULY, store="full")
    chain = Chain.read(tmp_path / "store")
    Chain(chain.path, "chicago", chain.key, chain.synthetic).write()
    with pytest.raises(RecordsError, match="the store is of policy 'chicago', not 'gaoyang'"):
        take(more, JULY)


@pytest.mark.thorough
@pytest.mark.usefixtures("of_june")
def test_what_a_killed_intake_left_is_swept_and_a_failed_one_leaves_nothing(hand, take, tmp_path, monkeypatch):
    store, more = tmp_path / "store", {"credit_records": [hand.county()["credit_records"][0] | {"record_id": "R77"}]}
    before = bytes_of(store)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("credit_score.records.keeping.store.saved", full)
    with pytest.raises(RunError, match="could not write: No space left on device; free space and run again"):
        take(more, JULY)
    assert bytes_of(store) == before
    monkeypatch.undo()
    (store / "000002").mkdir()
    (store / "000002" / "half.parquet").write_bytes(b"half")
    assert take(more, JULY).counts["accepted"].sum() == 1
    assert not (store / "000002" / "half.parquet").exists()
    assert len(Chain.read(store).batches) == 2


def test_the_engine_keeps_no_raw_identifier_of_a_batch(hand, june):
    read = june[1]
    assert read.engine.list_tables()
    assert hand.person(0) not in str([read.engine.table(t).execute().to_csv() for t in read.engine.list_tables()])
    assert open_engine().list_tables() == []


@pytest.mark.usefixtures("of_june")
def test_of_two_writers_at_once_the_second_is_refused_and_a_kill_would_let_go(hand, take, tmp_path):
    more = {"credit_records": [hand.county()["credit_records"][0] | {"record_id": "R81"}]}
    with alone(tmp_path / "store"), pytest.raises(RunError, match="another process is writing to it; wait, and run"):
        take(more, JULY)
    assert take(more, JULY).counts["accepted"].sum() == 1
