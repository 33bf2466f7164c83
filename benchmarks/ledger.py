"""Ledger and scores of enterprises, against hand-written SQL on the same engine and against pandas.

2,000,000 records of 200,000 subjects by default; the three give the same scores or the run fails.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date

import ibis
import numpy as np
import pandas as pd
from board import Figure, write

import credit_score as cs
from credit_score.engine import kept, open_engine
from credit_score.points import balance, ledger
from credit_score.points.ledger import item_table

DAY = date(2023, 6, 30)
RUNS = 5


def made_up(n_records: int, n_subjects: int, items: pd.DataFrame) -> pd.DataFrame:
    """Random records of known items, three years of them."""
    draw = np.random.default_rng(7)
    item = draw.integers(0, len(items), n_records)
    occurred = pd.Timestamp("2020-07-01") + pd.to_timedelta(draw.integers(0, 1095, n_records), "D")
    return pd.DataFrame({
        "record_id": np.arange(n_records).astype(str), "subject_kind": "enterprise",
        "subject_id": ["E" + str(i) for i in draw.integers(0, n_subjects, n_records)],
        "item": items["item"].to_numpy()[item], "catalogue_kind": items["catalogue_kind"].to_numpy()[item],
        "unit": "tax", "occurred_on": occurred, "reported_on": occurred + pd.Timedelta(days=5),
    })  # fmt: skip


def by_sql(catalogue) -> str:
    """The same scores as one statement written by hand."""
    caps = " ".join(f"WHEN '{i.id}' THEN {i.cap}" for i in catalogue.items if i.cap is not None)
    bounds = " + ".join(
        f"greatest({-(10**15) if d.floor is None else d.floor}, least({d.cap}, "
        f"coalesce(sum(total) FILTER (dimension = '{d.id}'), 0)))"
        for d in catalogue.dimensions
    )
    return f"""
        WITH counted AS (
            SELECT subject_id AS subject, i.item, i.dimension, i.points_milli AS points
            FROM credit_records r JOIN items i USING (item, catalogue_kind)
            WHERE subject_kind = 'enterprise' AND occurred_on <= DATE '{DAY}' AND reported_on <= DATE '{DAY}'
              AND occurred_on + to_months(months::INT) > DATE '{DAY}' AND subject_id IN (SELECT subject FROM subjects)),
        by_item AS (SELECT subject, item, dimension, sum(points) AS total FROM counted GROUP BY ALL),
        capped AS (SELECT subject, dimension, CASE WHEN cap IS NULL THEN total
                          ELSE greatest(-cap, least(cap, total)) END AS total
                   FROM (SELECT *, CASE item {caps} END AS cap FROM by_item))
        SELECT s.subject, {catalogue.base} + coalesce(points, 0) AS score_milli
        FROM subjects s LEFT JOIN (SELECT subject, {bounds} AS points FROM capped GROUP BY subject) USING (subject)"""


def by_pandas(records: pd.DataFrame, items: pd.DataFrame, subjects: pd.DataFrame, catalogue) -> pd.Series:
    """The same scores with pandas, as an analyst would write it."""
    day = pd.Timestamp(DAY)
    known = records[(records["occurred_on"] <= day) & (records["reported_on"] <= day)]
    rows = known.merge(items, on=["item", "catalogue_kind"])
    parts = [part[part["occurred_on"] + pd.DateOffset(months=int(m)) > day] for m, part in rows.groupby("months")]
    rows = pd.concat(parts)
    rows = rows[rows["subject_id"].isin(subjects["subject"])]
    total = rows.groupby(["subject_id", "item", "dimension"])["points_milli"].sum().reset_index()
    cap = total["item"].map({i.id: i.cap for i in catalogue.items if i.cap is not None})
    total["points_milli"] = total["points_milli"].clip(lower=-cap.fillna(np.inf), upper=cap.fillna(np.inf))
    wide = total.pivot_table("points_milli", "subject_id", "dimension", aggfunc="sum", fill_value=0)
    score = sum(wide[d.id].clip(lower=d.floor, upper=d.cap) for d in catalogue.dimensions if d.id in wide)
    return (catalogue.base + score.reindex(subjects["subject"]).fillna(0)).astype("int64")


def median_seconds(*jobs: Callable[[], object]) -> list[float]:
    """Median CPU seconds of each job over runs in turn."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(RUNS):
        for job, into in zip(jobs, taken, strict=True):
            began = time.process_time()
            job()
            into.append(time.process_time() - began)
    return [statistics.median(t) for t in taken]


def main() -> None:
    """Measure, check that the three agree, and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--subjects", type=int, default=200_000)
    size = parser.parse_args()
    catalogue = cs.load_policy("gaoyang").at(DAY).enterprise
    items = item_table(catalogue, DAY).execute()
    frame = made_up(size.records, size.subjects, items)
    everyone = pd.DataFrame({"subject": ["E" + str(i) for i in range(size.subjects)]})
    engine = open_engine()
    records, subjects = kept(engine, "credit_records", frame), kept(engine, "subjects", everyone)
    days = {c: records[c].date() for c in ("occurred_on", "reported_on")}
    records = kept(engine, "credit_records", records.mutate(**days))
    kept(engine, "items", items)
    statement = by_sql(catalogue)

    def ours() -> ibis.Table:
        return kept(engine, "ours", balance(ledger(records, subjects, catalogue, DAY), subjects, catalogue))

    def sql() -> object:
        return engine.raw_sql(f"CREATE OR REPLACE TABLE by_hand AS {statement}")

    pandas_scores = by_pandas(frame, items, everyone, catalogue)
    a = ours().order_by("subject").execute().set_index("subject")["score_milli"]
    sql()
    b = engine.table("by_hand").order_by("subject").execute().set_index("subject")["score_milli"]
    if not (a.equals(b.astype("int64")) and (a.sort_index() == pandas_scores.sort_index()).all()):
        raise SystemExit("the three do not give the same scores")
    t_ours, t_sql, t_pandas = median_seconds(ours, sql, lambda: by_pandas(frame, items, everyone, catalogue))
    job = f"scores of {size.subjects:,} subjects from {size.records:,} records, {t_ours:.2f} CPU s"
    write(
        "ledger",
        [
            Figure(job, "hand-written SQL, same engine", f"{t_ours / t_sql:.2f} ×", "≤ 1.2 ×", t_ours / t_sql <= 1.2),
            Figure(job, "pandas", f"{t_pandas / t_ours:.1f} × faster", "≥ 5 ×", t_pandas / t_ours >= 5),
        ],
    )


if __name__ == "__main__":
    main()
