"""The scores of enterprises from Parquet to Parquet as a user would write them by hand: SQL, pandas, polars.

Each is a job of :mod:`cost`, run by the Python of an environment that has its library; nothing of this project is
imported. ``rules.json`` beside the tables holds the base, items and dimensions.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

NOTHING = 10**15  # no score comes near it: a bound that is none


def rules_in(folder: str) -> dict[str, Any]:
    """Day, base, dimensions and items of the catalogue."""
    return json.loads(Path(folder, "rules.json").read_text(encoding="utf-8"))


def by_sql(folder: str, out: str) -> Callable[[], None]:
    """One statement for DuckDB."""
    import duckdb

    statement = sql(folder, rules_in(folder))

    def run() -> None:
        duckdb.connect().execute(f"COPY ({statement}) TO '{out}' (FORMAT parquet)")

    return run


def sql(folder: str, rules: dict[str, Any]) -> str:
    """The statement: what counts, summed by item and cut to its cap, summed by dimension and bounded, on the base."""
    day = f"DATE '{rules['day']}'"
    items = ", ".join(f"('{i['item']}', '{i['kind']}', '{i['dimension']}', {i['points']}, {i['months']}, "
                      f"{NOTHING if i['cap'] is None else i['cap']})" for i in rules["items"])  # fmt: skip
    bounds = " + ".join(
        f"greatest({-NOTHING if d['floor'] is None else d['floor']}, least({d['cap']}, "
        f"coalesce(sum(points) FILTER (dimension = '{d['id']}'), 0)))"
        for d in rules["dimensions"]
    )
    return f"""
        WITH items(item, catalogue_kind, dimension, points, months, cap) AS (VALUES {items}),
        firms AS (SELECT enterprise_id AS subject FROM '{folder}/enterprises.parquet' WHERE registered_on <= {day}),
        ended AS (SELECT DISTINCT record_id FROM '{folder}/record_events.parquet' WHERE known_on <= {day}
                  AND (event IN ('corrected', 'withdrawn') OR (event = 'repaired' AND happened_on <= {day}))),
        counted AS (
            SELECT subject_id AS subject, item, dimension, cap, points
            FROM '{folder}/credit_records.parquet' r JOIN items USING (item, catalogue_kind)
            WHERE subject_kind = 'enterprise' AND occurred_on <= {day} AND reported_on <= {day}
              AND occurred_on + to_months(months::INT) > {day}
              AND subject_id IN (SELECT subject FROM firms)
              AND NOT EXISTS (SELECT 1 FROM ended WHERE ended.record_id = r.record_id)),
        by_item AS (SELECT subject, dimension, greatest(-any_value(cap), least(any_value(cap), sum(points))) AS points
                    FROM counted GROUP BY subject, item, dimension),
        scores AS (SELECT subject, {bounds} AS points FROM by_item GROUP BY subject)
        SELECT subject, ({rules["base"]} + coalesce(points, 0))::BIGINT AS score_milli
        FROM firms LEFT JOIN scores USING (subject)"""


def by_pandas(folder: str, out: str) -> Callable[[], None]:
    """As an analyst writes it, with days as numbers and not as objects."""
    import pandas as pd

    rules = rules_in(folder)
    day = pd.Timestamp(rules["day"])
    items = pd.DataFrame(rules["items"]).rename(columns={"kind": "catalogue_kind"})

    def read(name: str, *columns: str) -> pd.DataFrame:
        return pd.read_parquet(f"{folder}/{name}.parquet", columns=list(columns),
                               to_pandas_kwargs={"date_as_object": False})  # fmt: skip

    def counted(firms: pd.Series) -> pd.DataFrame:
        records = read("credit_records", "record_id", "subject_kind", "subject_id", "item", "catalogue_kind",
                       "occurred_on", "reported_on")  # fmt: skip
        known = (records["occurred_on"] <= day) & (records["reported_on"] <= day)
        records = records[known & (records["subject_kind"] == "enterprise")]
        events = read("record_events", "record_id", "event", "happened_on", "known_on")
        taken_back = events["event"].isin(["corrected", "withdrawn"])
        repaired = (events["event"] == "repaired") & (events["happened_on"] <= day)
        ended = events.loc[(events["known_on"] <= day) & (taken_back | repaired), "record_id"]
        records = records[~records["record_id"].isin(ended) & records["subject_id"].isin(firms)]
        rows = records.merge(items, on=["item", "catalogue_kind"])
        parts = [p[p["occurred_on"] + pd.DateOffset(months=int(m)) > day] for m, p in rows.groupby("months")]
        return pd.concat(parts)

    def run() -> None:
        register = read("enterprises", "enterprise_id", "registered_on")
        firms = register.loc[register["registered_on"] <= day, "enterprise_id"]
        total = counted(firms).groupby(["subject_id", "item", "dimension"])["points"].sum().reset_index()
        cap = total["item"].map({i["item"]: i["cap"] for i in rules["items"]}).fillna(NOTHING)
        total["points"] = total["points"].clip(lower=-cap, upper=cap)
        wide = total.pivot_table("points", "subject_id", "dimension", aggfunc="sum", fill_value=0)
        score = sum(wide[d["id"]].clip(d["floor"], d["cap"]) for d in rules["dimensions"] if d["id"] in wide)
        found = (rules["base"] + score.reindex(firms).fillna(0)).astype("int64")
        pd.DataFrame({"subject": firms.to_numpy(), "score_milli": found.to_numpy()}).to_parquet(out)

    return run


def by_polars(folder: str, out: str) -> Callable[[], None]:
    """One lazy plan, by the engine of polars that streams."""
    import polars as pl

    rules = rules_in(folder)
    day = date.fromisoformat(rules["day"])
    items = (
        pl.LazyFrame(rules["items"]).rename({"kind": "catalogue_kind"}).with_columns(pl.col("cap").fill_null(NOTHING))
    )

    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(f"{folder}/{name}.parquet")

    def run() -> None:
        firms = scan("enterprises").filter(pl.col("registered_on") <= day).select(subject="enterprise_id")
        taken_back = pl.col("event").is_in(["corrected", "withdrawn"])
        repaired = (pl.col("event") == "repaired") & (pl.col("happened_on") <= day)
        ended = scan("record_events").filter((pl.col("known_on") <= day) & (taken_back | repaired))
        rows = (
            scan("credit_records")
            .filter(pl.col("subject_kind") == "enterprise", pl.col("occurred_on") <= day, pl.col("reported_on") <= day)
            .join(items, on=["item", "catalogue_kind"])
            .filter(pl.col("occurred_on").dt.offset_by(pl.format("{}mo", "months")) > day)
            .join(ended, on="record_id", how="anti")
            .join(firms, left_on="subject_id", right_on="subject", how="semi")
        )
        by_item = rows.group_by("subject_id", "item", "dimension").agg(
            points=pl.col("points").sum().clip(-pl.col("cap").first(), pl.col("cap").first())
        )
        bounded = [
            pl.col("points").filter(pl.col("dimension") == d["id"]).sum().clip(d["floor"], d["cap"])
            for d in rules["dimensions"]
        ]
        scores = by_item.group_by(subject="subject_id").agg(points=pl.sum_horizontal(bounded))
        found = firms.join(scores, on="subject", how="left")
        score = (rules["base"] + pl.col("points").fill_null(0)).cast(pl.Int64)
        found.select("subject", score_milli=score).sink_parquet(out, engine="streaming")

    return run
