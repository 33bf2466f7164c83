"""A table in a folder of parts gives both engines the same records, and the same names of parts in what is told."""

import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.errors import RecordsError
from credit_score.records.synthetic import make_county


@pytest.fixture(scope="module")
def parted(tmp_path_factory):
    """A county in Parquet, its credit records in parts by unit."""
    folder = tmp_path_factory.mktemp("parted") / "records"
    make_county(folder, n_enterprises=60, n_individuals=60, seed=3, format="parquet")
    whole = pq.read_table(folder / "credit_records.parquet").to_pandas()
    (folder / "credit_records.parquet").unlink()
    for unit, rows in whole.groupby("unit"):
        place = folder / "credit_records" / f"单位={unit}"
        place.mkdir(parents=True)
        rows.to_parquet(place / "part-0.parquet", index=False)
    return folder


def test_parts_are_the_same_records_on_both(parted, spark):
    one, other = (cs.read_records(parted, engine=engine) for engine in (open_engine(), spark))
    pd.testing.assert_frame_equal(other.files, one.files)
    pd.testing.assert_frame_equal(other.rejected, one.rejected)
    assert one.files["file"].str.startswith("credit_records/单位=").sum() > 3
    order = list(one["credit_records"].columns)
    frames = [read["credit_records"].order_by(order).execute() for read in (one, other)]
    pd.testing.assert_frame_equal(*frames)


def test_a_torn_part_is_named_on_spark(parted, spark, tmp_path):
    folder = shutil.copytree(parted, tmp_path / "copy")
    part = min((folder / "credit_records").rglob("*.parquet"))
    whole = part.read_bytes()
    part.write_bytes(whole[:4] + bytes(76) + whole[80:])
    with pytest.raises(RecordsError) as told:
        cs.read_records(folder, engine=spark)
    assert str(told.value).startswith(f"{part}: not readable as Parquet: ")
    assert "\n" not in str(told.value)
