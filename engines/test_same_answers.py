"""A county on Spark has the answers of DuckDB: every row, score, tier, drawn firm and indicator, from raw files on."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from credit_score.report import RunFolder, verified

TABLES = ("scores", "tiers", "sector_tiers", "ledger", "draw", "schedule", "workload", "uncounted", "tier_shares")
BY_ENGINE = "manifest.json"  # tells the bytes of files, of which Spark writes others


@pytest.fixture(scope="module")
def folders(on_duckdb, on_spark, tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    return on_duckdb.save(place / "duckdb"), on_spark.save(place / "spark")


def rows(path):
    """A table of a run folder, whether a file or a folder of files."""
    return pq.read_table(path).to_pandas()


def test_each_engine_is_the_one_that_was_asked_for(on_duckdb, on_spark):
    assert on_duckdb.records.engine.name == "duckdb"
    assert on_spark.records.engine.name == "pyspark"


@pytest.mark.parametrize("name", ["counts", "files", "rejected", "warnings"])
def test_the_door_takes_and_refuses_the_same_rows(on_duckdb, on_spark, name):
    pd.testing.assert_frame_equal(getattr(on_spark.records, name), getattr(on_duckdb.records, name))
    assert on_duckdb.records.counts["rejected"].sum() > 0


def test_accepted_tables_are_the_same(on_duckdb, on_spark):
    for name, table in on_duckdb.records.tables.items():
        order = list(table.columns)
        ours = table.order_by(order).execute()
        pd.testing.assert_frame_equal(on_spark.records[name].order_by(order).execute(), ours, obj=name)


def test_what_is_for_audits_alone_is_the_same_and_apart(on_duckdb, on_spark):
    one, other = (run.records.audit.order_by("subject").execute() for run in (on_duckdb, on_spark))
    pd.testing.assert_frame_equal(one, other)
    assert on_spark.records.audit.get_backend() is not on_spark.records.engine
    assert "audit" not in on_spark.records.engine.list_tables()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_run_is_the_same(on_duckdb, on_spark, name):
    found = getattr(on_duckdb, name)
    assert len(found)
    pd.testing.assert_frame_equal(getattr(on_spark, name), found)


def test_indicators_and_every_table_of_the_pilot_are_the_same(on_duckdb, on_spark):
    assert len(on_duckdb.indicators) > 20
    assert on_spark.pilot.keys() == on_duckdb.pilot.keys()
    for name, table in on_duckdb.pilot.items():
        pd.testing.assert_frame_equal(on_spark.pilot[name], table, obj=name)


def test_the_folders_hold_the_same(folders):
    """Every file but Parquet to the byte, report and cube too; Parquet row by row, in order."""
    one, other = folders
    names = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert len(names) > 40
    for name in names:
        if name.endswith(".parquet"):
            pd.testing.assert_frame_equal(rows(other / name), rows(one / name), obj=name)
        elif name != BY_ENGINE:
            assert (other / name).read_bytes() == (one / name).read_bytes(), name


def test_a_draw_of_spark_is_verified_without_it(folders):
    folder = RunFolder.open(folders[1])
    assert verified(folder, folder.table("draw.csv")) > 10


def test_tables_by_town_stand_in_the_same_folders_with_the_same_rows(on_duckdb, on_spark, folders, tmp_path):
    one, other = on_duckdb.save(tmp_path / "duckdb", by="town"), on_spark.save(tmp_path / "spark", by="town")
    for name in ("tiers.parquet", "scores_individual.parquet", "ledger.parquet"):
        towns = sorted(path.name for path in (one / name).iterdir())
        assert sorted(path.name for path in (other / name).iterdir()) == towns
        assert len(towns) > 3
        whole = RunFolder.open(folders[0]).table(name)
        for folder in (one, other):
            pd.testing.assert_frame_equal(RunFolder.open(folder).table(name), whole)
    folder = RunFolder.open(other)
    assert verified(folder, folder.table("draw.csv")) > 10
