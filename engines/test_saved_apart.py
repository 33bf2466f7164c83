"""A table written apart by a column stands in the same folders on either engine, and reads back as it was."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from credit_score.engine import kept, open_engine, opened, saved_apart

TOWNS = ("城关镇", "a b", "a/b", "x=1%", "q'\"", None)
FOLDERS = {"town=城关镇", "town=a b", "town=a%2Fb", "town=x%3D1%25", "town=q%27%22", "town=__HIVE_DEFAULT_PARTITION__"}


@pytest.fixture(params=["duckdb", "spark"])
def engine(request):
    return request.getfixturevalue("spark") if request.param == "spark" else open_engine()


def test_rows_stand_in_the_folder_of_their_value_in_order(engine, tmp_path):
    frame = pd.DataFrame({"n": range(600), "town": ["own"] * 600, "_town": [TOWNS[i % 6] for i in range(600)]})
    table = kept(engine, "numbers", frame.sample(frac=1.0, random_state=1))
    saved_apart(engine, table, tmp_path / "out", by="_town", as_="town", order=["n"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == FOLDERS
    for i, town in enumerate(("城关镇", "a b", "a%2Fb")):
        rows = pq.read_table(tmp_path / "out" / f"town={town}", partitioning=None)
        assert rows["n"].to_pylist() == list(range(i, 600, 6))
        assert rows.column_names == ["n", "town"]
    again = opened(engine, [tmp_path / "out"]).order_by("n").execute()
    assert again["n"].tolist() == list(range(600))
    assert set(again["town"]) == {"own"}
