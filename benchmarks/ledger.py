"""Ledger and scores of enterprises from Parquet to Parquet, against SQL, pandas and polars written by hand.

20,000,000 records of 2,000,000 subjects by default; ``--records 200000 --subjects 20000`` for a try. The tables are
made once; each reads them in a process of its own, and all give the same scores or the run fails.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from board import NOTHING, Figure, times, write
from cost import GIB, Cost, cost_of
from rivals import rival

import credit_score as cs

DAY = date(2023, 6, 30)
CAP = "2GB"
TABLES = ("credit_records", "record_events", "enterprises")
RIVALS = {
    "hand-written SQL": ("ledger_rivals:by_sql", ("duckdb",)),
    "pandas": ("ledger_rivals:by_pandas", ("pandas", "pyarrow")),
    "polars": ("ledger_rivals:by_polars", ("polars",)),
}


def catalogue() -> Any:
    """The bundled policy's catalogue of enterprises on the day."""
    return cs.load_policy("gaoyang").at(DAY).enterprise


def made_up(folder: str, n_records: int, n_subjects: int) -> Callable[[], None]:
    """Three years of records of known items, an event of one in a hundred, and a register; drawn by hashes."""
    import duckdb

    listed = [{"item": i.id, "kind": i.catalogue_kind, "dimension": i.dimension, "points": i.points,
               "months": i.months, "cap": i.cap} for i in catalogue().items]  # fmt: skip
    bounds = [{"id": d.id, "cap": d.cap, "floor": d.floor} for d in catalogue().dimensions]
    rules = {"day": str(DAY), "base": catalogue().base, "items": listed, "dimensions": bounds}
    items, kinds = ([i[name] for i in listed] for name in ("item", "kind"))

    def draw(n: int, salt: int) -> str:
        return f"(hash(i * 8 + {salt}) % {n})::BIGINT"

    records = f"""
        SELECT printf('R%011d', i) AS record_id, 'enterprise' AS subject_kind,
               printf('91%016d', {draw(n_subjects, 0)}) AS subject_id, {items}[1 + k] AS item,
               {kinds}[1 + k] AS catalogue_kind, 'tax' AS unit, occurred AS occurred_on, occurred + 5 AS reported_on
        FROM (SELECT i, {draw(len(items), 1)} AS k, DATE '2020-07-01' + {draw(1095, 2)}::INT AS occurred
              FROM range({n_records}) t(i))"""
    events = f"""
        SELECT printf('V%011d', i) AS event_id, printf('R%011d', i * 100) AS record_id,
               ['disputed', 'upheld', 'corrected', 'withdrawn', 'repaired'][1 + {draw(5, 3)}] AS event,
               happened AS happened_on, happened + 3 AS known_on
        FROM (SELECT i, DATE '2022-07-01' + {draw(400, 4)}::INT AS happened FROM range({n_records // 100}) t(i))"""
    firms = f"""
        SELECT printf('91%016d', i) AS enterprise_id,
               CASE WHEN i % 100 = 0 THEN DATE '2023-07-01' ELSE DATE '2010-01-01' END AS registered_on
        FROM range({n_subjects}) t(i)"""

    def run() -> None:
        Path(folder, "rules.json").write_text(json.dumps(rules), encoding="utf-8")
        for name, query in zip(TABLES, (records, events, firms), strict=True):
            duckdb.sql(f"COPY ({query}) TO '{folder}/{name}.parquet' (FORMAT parquet)")

    return run


def ours(folder: str, out: str, memory: str | None) -> Callable[[], None]:
    """The same by the ledger, with an engine held to a memory."""
    from credit_score.engine import open_engine, opened, saved
    from credit_score.points import balance, ledger_of
    from credit_score.points.ledger import scored

    rules = cs.load_policy("gaoyang").at(DAY)

    def run() -> None:
        engine = open_engine(memory=memory)
        tables = {name: opened(engine, [Path(folder, f"{name}.parquet")], name) for name in TABLES}
        counted, subjects = ledger_of(tables, rules, rules.enterprise), scored(tables, rules, rules.enterprise)
        found = balance(counted, subjects, rules.enterprise)
        saved(engine, found.select("subject", "score_milli"), Path(out))

    return run


def different(ours: str, theirs: str) -> int:
    """Subjects whose scores are not the same integer in two answers, or who are in one of them alone."""
    import duckdb

    apart = f"FROM '{ours}' a FULL JOIN '{theirs}' b USING (subject) WHERE a.score_milli IS DISTINCT FROM b.score_milli"
    return duckdb.sql(f"SELECT count(*) {apart}").fetchall()[0][0]


def against(name: str, job: str, folder: str, own: Cost, runs: int) -> Figure:
    """A row of the board: a rival on the same tables. Raises SystemExit where it comes to other scores."""
    function, libraries = RIVALS[name]
    theirs = rival(function, folder, f"{folder}/theirs.parquet", libraries=libraries, runs=runs)
    if isinstance(theirs, str):
        return Figure(job, name, theirs, cost=own)
    if wrong := different(f"{folder}/ours.parquet", f"{folder}/theirs.parquet"):
        raise SystemExit(f"ledger: {wrong:,} subjects have another score by {name}")
    value, goal, met = held(name, own, theirs)
    return Figure(job, name, value, goal, met, cost=own, beside=theirs)


def held(name: str, own: Cost, theirs: Cost) -> tuple[str, str, bool | None]:
    """The ratio of CPU seconds to a rival, its goal, and whether it is met."""
    faster = times(theirs, own)
    if name == "hand-written SQL":
        return f"{1 / faster:.2f} × its CPU", "≤ 1.2 ×", 1 / faster <= 1.2
    return f"{faster:.1f} × faster", *(("≥ 5 ×", faster >= 5) if name == "pandas" else (NOTHING, None))


def main() -> None:
    """Measure, check that all agree, and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000_000)
    parser.add_argument("--subjects", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    job = f"scores of {asked.subjects:,} subjects from {asked.records:,} records"
    with tempfile.TemporaryDirectory() as folder:
        cost_of("ledger:made_up", folder, asked.records, asked.subjects)
        out = f"{folder}/ours.parquet"
        own = cost_of("ledger:ours", folder, out, None, runs=asked.runs)
        rows = [against(name, job, folder, own, asked.runs) for name in RIVALS]
        capped = cost_of("ledger:ours", folder, f"{folder}/capped.parquet", CAP)
        if different(out, f"{folder}/capped.parquet"):
            raise SystemExit(f"ledger: other scores with an engine held to {CAP}")
    peak = own.peak / GIB
    rows += [
        Figure(f"{job}, peak", NOTHING, f"{peak:.2f} GiB", "≤ 1.2 GiB", peak <= 1.2, cost=own),
        Figure(f"{job}, engine held to {CAP}", "engine not held", f"{capped.cpu / own.cpu:.2f} × its CPU",
               "it ends, same scores", True, cost=capped, beside=own),
    ]  # fmt: skip
    write("ledger", rows, own=("duckdb", "ibis-framework"))


if __name__ == "__main__":
    main()
