"""A table in a folder of Parquet files: the same records as in one file, and each part told by its name."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from credit_score.errors import RecordsError
from credit_score.files import fingerprint

TOWNS = ("town=城关镇", "town=a%20b", "town=Ünïted (1)")


@pytest.fixture
def parted(hand, tmp_path):
    """The small county with its records in three parts, at two depths, beside tables that are single files."""

    def made(records=None, name="credit_records"):
        tables = hand.county()
        rows = records or tables["credit_records"]
        folder = hand.write(tmp_path / "parted", {n: t for n, t in tables.items() if n != "credit_records"})
        for i, part in enumerate((rows[:2], rows[2:3], rows[3:])):
            place = folder / name / TOWNS[i] / ("month=2023-06" if i else "")
            place.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(part).to_parquet(place / f"part-{i}.parquet", index=False)
        return folder

    return made


def part(folder, i=0):
    return min((folder / "credit_records").rglob(f"part-{i}.parquet"))


def refused(hand, folder):
    with pytest.raises(RecordsError) as told:
        hand.read(folder)
    assert "\n" not in str(told.value)
    return str(told.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize("name", ["credit_records", "credit_records.parquet", "信用记录-税务局"])
def test_a_table_in_parts_gives_the_records_of_one_file_and_counts_by_part(hand, clean, parted, name):
    folder = parted(name=name)
    read = hand.read(folder)
    assert hand.as_text(read, "credit_records") == hand.as_text(clean, "credit_records")
    told = read.files[read.files["table"] == "credit_records"]
    parts = {p.relative_to(folder).as_posix(): p for p in folder.rglob("part-*.parquet")}
    assert dict(zip(told["file"], told["read"], strict=True)) == dict(zip(sorted(parts), (1, 2, 2), strict=True))
    assert {n: read.fingerprints[n] for n in parts} == {n: fingerprint(p) for n, p in parts.items()}
    assert len(parts) == 3


def test_a_refused_row_is_told_by_its_part_and_its_place_there(hand, parted):
    rows = hand.county()["credit_records"]
    rows[1]["unit"] = rows[4]["unit"] = "nobody"
    told = hand.rejected_by(hand.read(parted(rows)), "table", "file", "row", "column", "reason")
    first, last = (
        f"credit_records/{TOWNS[0]}/part-0.parquet",
        f"credit_records/{TOWNS[2]}/month=2023-06/part-2.parquet",
    )
    assert told == {("credit_records", name, 2, "unit", "unknown_code") for name in (first, last)}


def test_parts_may_differ_in_the_order_the_types_and_the_optional_columns(hand, clean, parted):
    folder = parted()
    frame = pd.read_parquet(part(folder, 0))
    frame["occurred_on"] = pd.to_datetime(frame["occurred_on"]).dt.date
    frame.to_parquet(part(folder, 0), index=False)
    frame = pd.read_parquet(part(folder, 1))
    frame[frame.columns[::-1]].to_parquet(part(folder, 1), index=False)
    (folder / "enterprises.csv").unlink()
    (folder / "enterprises").mkdir()
    for i, row in enumerate(hand.county()["enterprises"]):
        kept = {c: v for c, v in row.items() if v or c != "industry"}
        pd.DataFrame([kept]).to_parquet(folder / "enterprises" / f"{i}.parquet", index=False)
    read = hand.read(folder)
    for name in ("credit_records", "enterprises"):
        assert hand.as_text(read, name) == hand.as_text(clean, name)


def test_a_part_without_a_needed_column_is_named(hand, parted):
    folder = parted()
    frame = pd.read_parquet(part(folder, 1))
    frame.drop(columns="item").to_parquet(part(folder, 1), index=False)
    told = refused(hand, folder)
    assert told.startswith(f"credit_records/{TOWNS[1]}/month=2023-06/part-1.parquet: column item is missing; add it")


@pytest.mark.parametrize("damage", ["empty", "no parquet", "torn", "spoilt"])
def test_a_part_that_cannot_be_read_is_named_in_one_line(hand, parted, damage):
    folder = parted()
    whole = part(folder, 2).read_bytes()
    spoilt = whole[:4] + bytes(76) + whole[80:]
    part(folder, 2).write_bytes({"empty": b"", "no parquet": b"a,b\n", "torn": whole[:-9], "spoilt": spoilt}[damage])
    why = "the file is empty" if damage == "empty" else "not readable as Parquet: "
    assert refused(hand, folder).startswith(f"credit_records/{TOWNS[2]}/month=2023-06/part-2.parquet: {why}")


def test_what_engines_leave_beside_parts_is_passed_over(hand, parted):
    folder = parted()
    for name in ("_SUCCESS", ".part-0.parquet.crc", "_metadata"):
        (folder / "credit_records" / name).write_bytes(b"x")
    assert hand.read(folder).counts.set_index("table")["read"]["credit_records"] == 5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("more.csv", "credit_records: 'more.csv' is not a Parquet file, as all files of a table in a folder must be"),
        ("_temporary/part-9.parquet", "credit_records: is not written to its end; write it again"),
        ("of=11010519491231002X/a.parquet", "credit_records: the name of a file holds an identity number"),
        ("of=11010519%34%391231002X/a.parquet", "credit_records: the name of a file holds an identity number"),
        ("a%0Ab/a.parquet", "credit_records: the name of a file holds a line end or a control sign"),
    ],
)
def test_what_may_not_lie_among_parts_is_refused(hand, parted, name, told):
    folder = parted()
    path = folder / "credit_records" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert refused(hand, folder).startswith(told)


def test_a_folder_without_a_part_is_refused(hand, parted):
    folder = parted()
    (folder / "households.csv").unlink()
    (folder / "households").mkdir()
    assert refused(hand, folder) == "households: the folder holds no Parquet file; send it again, or remove it"


def test_a_part_of_which_columns_are_named_like_its_path_keeps_its_own(hand, parted):
    folder = parted()
    (folder / "enterprises.csv").unlink()
    place = folder / "enterprises" / "town=Elsewhere"
    place.mkdir(parents=True)
    pd.DataFrame(hand.county()["enterprises"]).replace("", None).to_parquet(place / "p.parquet", index=False)
    assert set(hand.read(folder)["enterprises"].execute()["town"]) == {"T1"}


@pytest.mark.thorough
def test_a_thousand_parts_are_read_by_one_query(hand, parted, monkeypatch):
    folder = parted()
    table = pq.read_table(part(folder, 2)).slice(0, 1)
    for i in range(1000):
        pq.write_table(table, folder / "credit_records" / f"part-{i:04}.parquet")
    asked = []
    from credit_score.records.reading import parts

    whole = parts.numbered
    monkeypatch.setattr(parts, "numbered", lambda *given: asked.append(given[1]) or whole(*given))
    counts = hand.read(folder).counts.set_index("table").loc["credit_records"]
    assert (counts["read"], counts["accepted"]) == (1005, 5)
    assert asked == ["raw_credit_records_0"]


def test_one_table_may_come_as_parquet_and_csv_at_once(hand, clean, tmp_path):
    tables = hand.county()
    rows = tables.pop("credit_records")
    folder = hand.write(tmp_path / "both", tables)
    pd.DataFrame(rows[:2]).to_parquet(folder / "credit_records-one.parquet", index=False)
    pd.DataFrame(rows[2:]).to_csv(folder / "credit_records-two.csv", index=False)
    read = hand.read(folder)
    assert hand.as_text(read, "credit_records") == hand.as_text(clean, "credit_records")
    assert read.files.loc[read.files["table"] == "credit_records", "read"].tolist() == [2, len(rows) - 2]
