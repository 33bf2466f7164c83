"""DuckDB and Spark on one county of many subjects: whether every score, tier, draw and indicator is the same.

``python benchmarks/both_engines.py 2000000 --place DIR`` makes the county in ``DIR`` (or takes the one of ``scale.py``
that stands there), runs it on both engines in processes of their own, and compares the run folders: tables row by row,
lists to the byte. Needs the ``[spark]`` extra and Java. Ends with exit code 1 where anything differs.
"""

import argparse
import shutil
from pathlib import Path
from typing import Any

from board import NOTHING, Figure, write
from cost import Cost, cost_of
from scale import AS_OF, MEMORY, making, size_of

LIBRARIES = {"duckdb": ("duckdb",), "spark": ("pyspark",)}
BESIDE = {"manifest.json"}  # it holds the fingerprints of Parquet files, which each engine writes in its own way


def running(kind: str, folder: str, out: str) -> Any:
    """The job of a run on an engine, to a run folder; answers with nothing."""
    import credit_score as cs
    from credit_score.engine import open_engine

    def run() -> None:
        engine = open_engine(kind, memory=MEMORY, spill=Path(out).parent / f"spill-{kind}")
        records = cs.read_records(folder, engine=engine)
        cs.run_county(records, cs.load_policy("gaoyang"), as_of=AS_OF, seed=1).save(out)

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


def main() -> int:
    """Measure, compare, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", type=int)
    parser.add_argument("--place", type=Path, required=True)
    arguments = parser.parse_args()
    folder, costs = arguments.place / f"county-{arguments.subjects}", dict[str, Cost]()
    if not folder.is_dir():
        making(arguments.subjects, str(folder))()
    for kind, libraries in LIBRARIES.items():
        out = arguments.place / f"run-{kind}"
        shutil.rmtree(out, ignore_errors=True)
        costs[kind] = cost_of("both_engines:running", kind, str(folder), str(out), libraries=libraries)
    runs = [arguments.place / f"run-{kind}" for kind in LIBRARIES]
    apart = differences(*runs)
    told = ", ".join(apart) if apart else f"nothing ({len(listed(runs[0]))} files, {size_of(runs[0]) / 1e6:,.0f} MB)"
    job = f"{arguments.subjects:,} subjects on DuckDB and on Spark: files that differ"
    write("engines", [
        Figure(job, NOTHING, told, "nothing", not apart),
        Figure("seconds of wall: Spark's to DuckDB's", NOTHING, f"{costs['spark'].wall / costs['duckdb'].wall:.1f} ×",
               cost=costs["duckdb"], beside=costs["spark"]),
    ])  # fmt: skip
    return int(bool(apart))


if __name__ == "__main__":
    raise SystemExit(main())
