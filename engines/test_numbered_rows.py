"""Rows of many Parquet files know their file and their place in it, on either engine, whatever the files are called."""

import pandas as pd
import pytest

from credit_score.engine import numbered, open_engine, unreadable

ODD = (
    "town=城 关/p+%2F[0].parquet",
    "town=a%20b/p{1}*.parquet",
    "#x?.parquet",
    "p~ü'é\".parquet",
    "x;y&=@,!$()^`|.parquet",
)


@pytest.fixture(params=["duckdb", "spark"])
def engine(request):
    return request.getfixturevalue("spark") if request.param == "spark" else open_engine()


def test_rows_of_many_files_know_their_file_and_their_place_in_it(engine, tmp_path):
    paths = {9 - i: tmp_path / name for i, name in enumerate(ODD)}
    for number, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = pd.DataFrame(
            {'a`"b': [f"{number}.{j}" for j in range(4)], "day": [pd.Timestamp(2023, 1, 1).date()] * 4}
        )
        frame.to_parquet(path, row_group_size=2, index=False)
    table = numbered(engine, "rows", paths, {'a`"b': "text", "day": "day"}).select("_file", "row", "text", "day")
    rows = [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]
    assert sorted(rows) == sorted((n, j + 1, f"{n}.{j}", "2023-01-01") for n in paths for j in range(4))


def test_a_file_that_cannot_be_read_is_told_as_the_engine_tells_it(engine, tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(unreadable(engine)):
        numbered(engine, "rows", {0: tmp_path / "a.parquet"}, {"a": "a"})
