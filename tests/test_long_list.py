"""A list of the engine is the same whether it is asked for whole or passes through a batch at a time."""

import io

import ibis
import ibis.expr.operations as ops
import pandas as pd
import pytest

import credit_score as cs
from credit_score import long_list
from credit_score.long_list import LongList, Tables
from credit_score.sheet import write_csv

ROWS = pd.DataFrame(
    {"n": range(7), "text": ["a", "=1", None, "甲", "", "-5", "x,y"], "day": [None, *["2023-06-30"] * 6]}
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(long_list, "BATCH", 3)


def listed(frame, **more):
    con = ibis.duckdb.connect()
    table = con.create_table("t", frame)
    return LongList(table.mutate(day=table["day"].cast("date")).order_by("n"), **more)


def written(table):
    file = io.BytesIO()
    write_csv(table, file)
    return file.getvalue()


@pytest.mark.parametrize("frame", [ROWS, ROWS[:1], ROWS[:0], ROWS.assign(text=["a"] * 6 + ["b\rc"])])
def test_a_list_written_in_batches_is_the_list_written_whole(frame):
    found = listed(frame.astype({"text": "str", "day": "str"}).where(frame.notna(), None))
    assert max(len(batch) for batch in found.batches()) <= 3
    assert written(found.batches) == written(found.frame)
    quoted = frame["text"].str.contains("\r").any()
    assert written(found.batches).startswith(b'"n","text","day"\n' if quoted else b"n,text,day\n")


def test_words_are_put_beside_each_batch_as_beside_the_whole():
    found = listed(ROWS, told=lambda batch: batch.assign(twice=batch["n"] * 2))
    assert pd.concat(list(found.batches()), ignore_index=True)["twice"].tolist() == found.frame["twice"].tolist()


def test_tables_give_frames_and_keep_what_is_long_in_the_engine():
    tables = Tables({"short": ROWS, "long": listed(ROWS)})
    assert list(tables) == ["short", "long"]
    assert len(tables) == 2
    assert tables["long"]["n"].tolist() == tables["short"]["n"].tolist()
    assert isinstance(tables.made["long"], LongList)


def told_apart(table, distinct=ibis.Table.distinct, **more):
    """Ibis asks Spark for the columns of an order as well, so that rows which are the same stay apart there."""
    assert not table.op().find(ops.Sort), "rows in an order are told apart"
    return distinct(table, **more)


@pytest.mark.thorough
def test_saving_a_run_makes_no_long_list_whole(county_run, tmp_path, monkeypatch):
    """The draw, measures, published decisions and lists of financing have a row a firm or a record.

    And no rows in an order are told apart by the way.
    """
    run = cs.run_county(county_run.records, county_run.policy, as_of="2023-06-30", seed=7)
    monkeypatch.setattr(ibis.Table, "distinct", told_apart)
    long = [name for name, table in run.pilot.made.items() if isinstance(table, LongList)]
    assert set(long) == {
        "measures_matched", "measures_taken", "published_double_publicity", "authorised", "finance_cells",
    }  # fmt: skip
    monkeypatch.setattr(LongList, "frame", property(lambda self: pytest.fail("a long list was made whole")))
    run.save(tmp_path / "run")
    lines = (tmp_path / "run" / "draw.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + run.tables["draw"].count().execute()
