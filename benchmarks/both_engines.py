"""DuckDB and Spark on counties of many subjects: whether every score, tier, draw and indicator is the same.

``python benchmarks/both_engines.py 20000 2000000 --place DIR`` makes each county in ``DIR`` (or takes the one of
``scale.py`` that stands there), runs it on both engines in processes of their own, and compares the run folders: tables
row by row, lists to the byte. What Spark moves between its tasks is read off its event log. Figures are kept in
``engines.json`` beside those of other sizes, and go to the board and to ``docs/scale.md``. Needs the ``[spark]`` extra
and Java. Ends with exit code 1 where anything differs.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from board import NOTHING, Figure, where, write
from cost import cost_of
from reliability import put, table
from scale import AS_OF, MEMORY, PAGE, making, plan, size_of
from spark_log import log_to, told_by

KEPT = Path(__file__).parent / "engines.json"
LIBRARIES = {"duckdb": ("duckdb",), "spark": ("pyspark",)}
MOVING: dict[str, Callable[[dict[str, Any]], float]] = {
    "CPU of executors, hours": lambda size: size["spark"]["cpu"] / 3600,
    "shuffled, GB": lambda size: size["spark"]["shuffled"] / 1e9,
    "the widest stage, GB": lambda size: size["spark"]["widest"] / 1e9,
    "tasks": lambda size: size["spark"]["tasks"],
}
BESIDE = {"manifest.json"}  # it holds the fingerprints of Parquet files, which each engine writes in its own way


def running(kind: str, folder: str, out: str, log: str) -> Any:
    """The job of a run on an engine, to a run folder; answers with how many credit records there are."""
    log_to(Path(log) / kind)
    import credit_score as cs
    from credit_score.engine import open_engine

    def run() -> dict[str, Any]:
        engine = open_engine(kind, memory=MEMORY, spill=Path(out).parent / f"spill-{kind}")
        records = cs.read_records(folder, engine=engine)
        cs.run_county(records, cs.load_policy("gaoyang"), as_of=AS_OF, seed=1).save(out)
        return {"rows": {"credit_records": int(records.counts.set_index("table")["read"]["credit_records"])}}

    return run


def differences(one: Path, other: Path) -> list[str]:
    """Files of two run folders that are not the same: tables as sets of rows, anything else to the byte."""
    names = [{p.name if p.parent == at else f"{p.parent.name}/{p.name}" for p in listed(at)} for at in (one, other)]
    apart = sorted(names[0] ^ names[1])
    return apart + [name for name in sorted((names[0] & names[1]) - BESIDE) if not same(one / name, other / name)]


def listed(folder: Path) -> list[Path]:
    """The files of a run folder; a table that is a folder of parts is one."""
    return [p for p in (*folder.glob("*"), *folder.glob("p*/*")) if p.suffix == ".parquet" or p.is_file()]


def same(one: Path, other: Path) -> bool:
    """Whether two files, or tables, hold the same."""
    if one.suffix != ".parquet":
        return one.read_bytes() == other.read_bytes()
    import duckdb

    places = [f"'{p}/**/*.parquet'" if p.is_dir() else f"'{p}'" for p in (one, other)]
    tables = [duckdb.sql(f"FROM read_parquet({place}, hive_partitioning=false)") for place in places]
    columns = [sorted(zip(t.columns, map(str, t.types), strict=True)) for t in tables]
    a, b = (t.select(*(name for name, _ in columns[0])) for t in tables) if columns[0] == columns[1] else (None, None)
    return a is not None and not any(x.except_(y).limit(1).fetchall() for x, y in ((a, b), (b, a))) and len(a) == len(b)


def measured(n: int, place: Path) -> dict[str, Any]:
    """The figures of one size; the county and both run folders stay in the place."""
    folder = place / f"county-{n}"
    if not folder.is_dir():
        making(n, str(folder))()
    runs, told = {kind: place / f"run-{kind}" for kind in LIBRARIES}, dict[str, Any]()
    with tempfile.TemporaryDirectory(dir=place) as log:
        for kind, libraries in LIBRARIES.items():
            shutil.rmtree(runs[kind], ignore_errors=True)
            cost = cost_of("both_engines:running", kind, str(folder), str(runs[kind]), log, libraries=libraries)
            told |= {kind: {"wall": cost.wall, "cpu": cost.cpu, "versions": cost.versions}} | cost.answer
        told["spark"] |= told_by(Path(log) / "spark")
    files = {"files": len(listed(runs["duckdb"])), "saved": size_of(runs["duckdb"])}
    return {"subjects": n, "where": where(), "memory": MEMORY, "apart": differences(*runs.values())} | files | told


def figures(sizes: list[dict[str, Any]]) -> list[Figure]:
    """What differs, by size, and how much longer Spark took on the largest."""
    jobs = [f"{size['subjects']:,} subjects, {size['rows']['credit_records']:,} records" for size in sizes]
    found = [
        Figure(f"{job} on DuckDB and on Spark: files that differ", NOTHING, _apart(size), "nothing", not size["apart"])
        for job, size in zip(jobs, sizes, strict=True)
    ]
    last = sizes[-1]
    return [*found, Figure("seconds of wall: Spark's to DuckDB's, on the largest", NOTHING, f"{_ratio(last):.1f} ×")]


def _apart(size: dict[str, Any]) -> str:
    return ", ".join(size["apart"]) or f"nothing ({size['files']} files, {size['saved'] / 1e6:,.0f} MB)"


def _ratio(size: dict[str, Any]) -> float:
    return float(size["spark"]["wall"] / size["duckdb"]["wall"])


def shown(sizes: list[dict[str, Any]]) -> str:
    """The sizes as a table."""
    heading = (
        "subjects", "credit records", "files that differ", "DuckDB, wall s", "Spark, wall s", "Spark, executor CPU s",
        "stages", "tasks", "shuffled, MB", "the widest stage, MB", "spilled, MB",
    )  # fmt: skip
    rows = [
        (
            size["subjects"], size["rows"]["credit_records"], len(size["apart"]), round(size["duckdb"]["wall"]),
            round(size["spark"]["wall"]), *(round(size["spark"][name]) for name in ("cpu", "stages", "tasks")),
            *(round(size["spark"][name] / 1e6) for name in ("shuffled", "widest", "spilled")),
        )
        for size in sizes
    ]  # fmt: skip
    return table(heading, rows)


def main() -> int:
    """Measure the sizes that are asked for, compare, and tell of all that are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--place", type=Path, required=True)
    arguments = parser.parse_args()
    if not arguments.place.is_dir():
        parser.error(f"--place: {arguments.place} is no folder")
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for n in arguments.sizes:
        kept[str(n)] = measured(n, arguments.place)
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sizes = sorted(kept.values(), key=lambda size: size["subjects"])
    write("engines", figures(sizes))
    put("engines", shown(sizes), page=PAGE)
    if len(sizes) > 1:
        put("moved", plan(sizes, MOVING), page=PAGE)
    return int(any(size["apart"] for size in sizes))


if __name__ == "__main__":
    raise SystemExit(main())
