import stat
from pathlib import Path

import pandas as pd
import pytest

from credit_score.engine import dropped, kept, open_engine, opened, saved
from credit_score.errors import CreditScoreError


def setting(engine, name):
    return engine.con.execute("SELECT current_setting(?)", [name]).fetchone()[0]


def test_the_engine_fetches_no_extension_from_anywhere():
    engine = open_engine()
    assert setting(engine, "autoinstall_known_extensions") is False
    assert setting(engine, "autoload_known_extensions") is False


def test_what_spills_goes_to_a_folder_that_only_this_user_can_read():
    folder = Path(setting(open_engine(), "temp_directory"))
    assert folder.is_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.thorough
def test_what_does_not_fit_is_spilled_and_is_not_readable_there(tmp_path):
    engine = open_engine(memory="60MB", spill=tmp_path)
    engine.raw_sql("SET threads = 2")  # each takes memory of its own: as many on every machine
    engine.raw_sql("CREATE TABLE t AS SELECT i, 'person-' || i AS a, md5(i::VARCHAR) AS b FROM range(600000) r(i)")
    engine.raw_sql("CREATE TABLE s AS SELECT a, b, row_number() OVER (ORDER BY b) AS place FROM t")
    assert engine.table("s").count().execute() == 600_000
    spilled = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"tables.db"} < {path.name for path in spilled}
    assert sum(path.stat().st_size for path in spilled) > 10_000_000
    assert not [path.name for path in spilled if b"person-2" in path.read_bytes()]


def test_memory_and_the_place_to_spill_can_be_given(tmp_path):
    engine = open_engine(memory="500MB", spill=tmp_path)
    (own,) = tmp_path.iterdir()
    assert setting(engine, "temp_directory") == str(own)
    assert own.stat().st_mode & 0o077 == 0
    assert setting(engine, "memory_limit") == "476.8 MiB"


@pytest.mark.parametrize("memory", ["much", "2", "2 gigabytes", "-1GB", "80%", "2GB; DROP TABLE x"])
def test_a_size_that_is_none_is_refused(memory):
    with pytest.raises(CreditScoreError, match="is not a size; write it as 2GB or 500MB"):
        open_engine(memory=memory)


def test_a_table_is_kept_under_its_name_and_a_later_one_takes_its_place():
    engine = open_engine()
    kept(engine, "numbers", pd.DataFrame({"n": [1, 2]}))
    table = kept(engine, "numbers", pd.DataFrame({"n": [3]}))
    assert table.execute()["n"].tolist() == [3]
    assert engine.list_tables() == ["numbers"]


def test_a_table_is_saved_as_parquet_and_a_place_that_is_not_there_told(tmp_path):
    engine = open_engine()
    table = kept(engine, "numbers", pd.DataFrame({"n": [1, 2]}))
    saved(engine, table, tmp_path / "numbers.parquet")
    assert pd.read_parquet(tmp_path / "numbers.parquet")["n"].tolist() == [1, 2]
    with pytest.raises(OSError, match="nowhere"):
        saved(engine, table, tmp_path / "nowhere" / "numbers.parquet")


@pytest.mark.parametrize("spill", [True, False])
def test_tables_and_views_are_dropped_as_such_or_by_name(tmp_path, spill):
    engine = open_engine(spill=tmp_path / "spill" if spill else None)
    tables = [kept(engine, name, pd.DataFrame({"a": [1]})) for name in ("one", "two", "three")]
    saved(engine, tables[0], tmp_path / "four.parquet")
    dropped(engine, [tables[0], "two", opened(engine, [tmp_path / "four.parquet"], "four"), "no such"])
    assert {"one", "two", "three", "four"} & set(engine.list_tables()) == {"three"}
