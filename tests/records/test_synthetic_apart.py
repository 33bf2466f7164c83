"""A synthetic county in parts by town and month: the same rows as in one file, and as many records as asked for."""

import pyarrow.parquet as pq
import pytest

from credit_score.errors import RecordsError
from credit_score.files import fingerprints
from credit_score.records.synthetic import apart as apart_module
from credit_score.records.synthetic import make_county
from credit_score.records.synthetic.apart import DAYS
from credit_score.records.synthetic.identifiers import MOST_ENTERPRISES, MOST_INDIVIDUALS
from credit_score.records.synthetic.volume import rate_factor

SIZES = {"n_enterprises": 300, "n_individuals": 300, "seed": 5}


def county(folder, **more):
    make_county(folder, **SIZES | {"format": "parquet"} | more)
    return folder


def rows(path):
    table = pq.read_table(path, partitioning=None)
    return sorted(map(str, table.to_pylist()))


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    return county(tmp_path_factory.mktemp("synth") / "apart", by=("town", "month"), events=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return county(tmp_path_factory.mktemp("synth") / "whole", events=True)


@pytest.mark.parametrize("name", DAYS)
def test_the_parts_of_a_table_hold_the_rows_of_the_one_file(apart, whole, name):
    assert len(list((apart / name).rglob("*.parquet"))) > 7
    assert rows(apart / name) == rows(whole / f"{name}.parquet")


def test_what_is_not_apart_is_the_same_to_the_byte(apart, whole):
    one, other = (fingerprints(folder) for folder in (apart, whole))
    same = {name for name, told in one.items() if other.get(name) == told}
    assert {"departments.parquet", "decisions.parquet", "record_events.parquet", "truth/enterprises.parquet"} <= same


def test_a_row_stands_in_the_town_of_its_subject_and_the_month_of_its_report(apart, whole):
    firms = pq.read_table(whole / "enterprises.parquet").to_pylist()
    towns = {row["enterprise_id"]: row["town"] for row in firms if row["town"]}
    months = set()
    for path in (apart / "credit_records").rglob("*.parquet"):
        town, month = (part.partition("=")[2] for part in path.relative_to(apart / "credit_records").parts[:2])
        for row in pq.read_table(path, partitioning=None).to_pylist():
            assert towns.get(row["subject_id"], town) == town
            assert month == "__HIVE_DEFAULT_PARTITION__" or row["reported_on"].startswith(f"{month}-")
        months.add(month)
    assert {"2023-05", "2020-09", "__HIVE_DEFAULT_PARTITION__"} < months


def test_the_same_seed_gives_the_same_bytes(apart, tmp_path):
    again = county(tmp_path / "again", by=("town", "month"), events=True, format=None)
    assert fingerprints(again) == fingerprints(apart)


@pytest.mark.parametrize("records", [4.0, 10.0])
def test_a_subject_has_about_as_many_records_as_were_asked_for(tmp_path, records):
    sizes = {"n_enterprises": 6000, "n_individuals": 6000}
    facts = make_county(tmp_path / "many", **sizes, seed=2, format="parquet", dirt=False, records=records)
    assert facts.rows["credit_records"] / 12_000 == pytest.approx(records, rel=0.02)


def test_without_a_number_of_records_the_rates_are_as_they_are():
    assert rate_factor(None, n_enterprises=10, n_individuals=10, seed=1) == 1.0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"by": ("town",), "format": "csv"}, "csv by town; choose parquet by town or by town,month"),
        ({"by": ("month",)}, "parquet by month; choose"),
        (
            {"records": 0.5},
            "0.5 records a subject, where the registers, visits and ratings alone make .*; ask for more",
        ),
        ({"records": 1e9}, "records a subject, 6e.11 in all; ask for fewer"),
        ({"records": float("nan")}, "nan is no number of records a subject; ask for some, as 10"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, asked, told):
    with pytest.raises(RecordsError, match=told):
        county(tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()


def test_a_country_has_identifiers():
    assert MOST_ENTERPRISES + MOST_INDIVIDUALS >= 190_000_000
    assert MOST_ENTERPRISES >= 60_000_000
    assert MOST_INDIVIDUALS >= 130_000_000


def test_the_note_tells_how_the_county_was_made(apart, tmp_path):
    assert "--format parquet --events --by town,month --out DIR" in (apart / "README.md").read_text(encoding="utf-8")
    county(tmp_path / "out", records=5.0)
    assert "--format parquet --records 5 --out DIR" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_a_place_of_many_rows_gets_a_further_part(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(apart_module, "ROWS", 10)
    monkeypatch.setattr(apart_module, "FULL", 30)
    folder = county(tmp_path / "small", by=("town",), events=True)
    parts = sorted(path.name for path in (folder / "credit_records" / "town=虚构甲镇").iterdir())
    assert len(parts) > 3
    assert parts == sorted(f"part-{i}.parquet" for i in range(len(parts)))
    assert rows(folder / "credit_records") == rows(whole / "credit_records.parquet")
