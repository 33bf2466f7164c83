"""Ever larger counties, from raw Parquet to the run folder: what each size costs, and how cost grows with the size.

``python benchmarks/scale.py 100000 500000 2000000`` makes and runs each size of subjects (half enterprises, half
persons, ten credit records a subject) in processes of their own, and keeps its figures in ``scale.json`` beside those
of other sizes; ``--place`` is where the data go. Without sizes it tells of those that are kept. The figures of all
sizes go to the board and to ``docs/scale.md``.
"""

import argparse
import itertools
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from board import NOTHING, Figure, where, write
from cost import GIB, Cost, cost_of
from reliability import put, table

KEPT, PAGE = Path(__file__).parent / "scale.json", Path(__file__).parent.parent / "docs" / "scale.md"
RECORDS, AS_OF, MEMORY, MOST, MOST_SLOPE = 10, "2023-06-30", "4GB", 8 * GIB, 1.1
LIBRARIES = ("duckdb", "ibis-framework", "pyarrow", "pandas")
READING, WRITING = "reading", ("writing tables", "drawing the report")
STAGES = ("read", "compute", "write")
PLANNED = {"a province": 6_100_000, "a country": 190_000_000}
GROWING: dict[str, Callable[[dict[str, Any]], float]] = {
    "raw Parquet, GB": lambda size: size["bytes"] / 1e9,
    "CPU, hours": lambda size: size["running"]["cpu"] / 3600,
    "on the disk meanwhile, GB": lambda size: size["spilled"] / 1e9,
    "run folder, GB": lambda size: size["saved"] / 1e9,
}


class Stages:
    """Progress that notes at each step the CPU and wall seconds so far, and what lies in the folder to spill."""

    def __init__(self, spill: Path) -> None:
        self.spill, self.noted, self.spilled = spill, list[tuple[str, float, float]](), 0

    def __call__(self, step: str) -> None:
        used = os.times()
        self.noted.append((step, used.user + used.system, time.perf_counter()))
        self.spilled = max(self.spilled, size_of(self.spill))

    def told(self) -> dict[str, list[float]]:
        """CPU and wall seconds of reading, of computing and of writing."""
        sums = {stage: [0.0, 0.0] for stage in STAGES}
        for (step, *before), (_, *after) in zip(self.noted, self.noted[1:], strict=False):
            stage = "read" if step.startswith(READING) else "write" if step in WRITING else "compute"
            sums[stage] = [total + end - begin for total, begin, end in zip(sums[stage], before, after, strict=True)]
        return sums


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def making(n: int, folder: str) -> Callable[[], dict[str, int]]:
    """The job of writing a county of n subjects; answers with the rows of its tables."""
    from credit_score.records.synthetic import make_county

    half = {"n_enterprises": n // 2, "n_individuals": n // 2}
    return lambda: make_county(Path(folder), **half, seed=1, format="parquet", by=("town",), records=RECORDS).rows


def running(folder: str, place: str, memory: str) -> Callable[[], dict[str, Any]]:
    """The job of a run, with tables and spill in a place on the disk."""
    import credit_score as cs
    from credit_score.engine import open_engine

    def run() -> dict[str, Any]:
        spill, out = Path(place) / "spill", Path(place) / "run"
        stages, policy = Stages(spill), cs.load_policy("gaoyang")
        records = cs.read_records(folder, engine=open_engine(memory=memory, spill=spill), progress=stages)
        if not (records.counts["read"] == records.counts["accepted"] + records.counts["rejected"]).all():
            raise ValueError("rows were lost")
        cs.run_county(records, policy, as_of=AS_OF, seed=1, progress=stages).save(out, progress=stages)
        stages("end")
        rows = records.counts.set_index("table")["read"].to_dict()
        return {"stages": stages.told(), "rows": rows, "spilled": stages.spilled, "saved": size_of(out)}

    return run


def measured(n: int, place: Path) -> dict[str, Any]:
    """The figures of one size. A county that stands in the place already is read and left, any other is removed."""
    folder = place / f"county-{n}"
    there = folder.is_dir()
    try:
        made = None if there else cost_of("scale:making", n, str(folder))
        ran = cost_of("scale:running", str(folder), str(place), MEMORY, libraries=LIBRARIES)
        told = {"subjects": n, "bytes": size_of(folder), "where": where(), "memory": MEMORY}
        return told | {"making": made and _cost(made), "running": _cost(ran)} | ran.answer
    finally:
        for path in (*([] if there else [folder]), place / "run", place / "spill"):
            shutil.rmtree(path, ignore_errors=True)


def _cost(cost: Cost) -> dict[str, Any]:
    return {"cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak, "versions": cost.versions}


def exponent(sizes: list[dict[str, Any]], figure: Callable[[dict[str, Any]], float]) -> float:
    """The slope of the least-squares line through the logarithms of a figure and of the number of records."""
    points = [(math.log(size["rows"]["credit_records"]), math.log(figure(size))) for size in sizes]
    x, y = (sum(column) / len(points) for column in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def figures(sizes: list[dict[str, Any]]) -> list[Figure]:
    """The largest size, and the exponents over all of them."""
    last = sizes[-1]
    job = f"{last['subjects']:,} subjects, {last['rows']['credit_records']:,} records, raw Parquet to run folder"
    peak = last["running"]["peak"]
    value = f"{last['running']['cpu']:,.0f} s CPU, {last['running']['wall'] / 60:.0f} min, {peak / GIB:.2f} GiB"
    found = [Figure(job, NOTHING, value, "≤ 8 GiB", peak <= MOST)]
    if len(sizes) > 1:
        spread = f"{sizes[0]['rows']['credit_records']:,} to {last['rows']['credit_records']:,} records"
        found += [_slope(f"exponent of CPU seconds fitted from {spread}", exponent(sizes, cpu))]
        found += [_slope("the steepest exponent from one size to the next", steepest(sizes, cpu))]
    return found


def cpu(size: dict[str, Any]) -> float:
    """CPU seconds of a run."""
    return float(size["running"]["cpu"])


def _slope(job: str, slope: float) -> Figure:
    return Figure(job, "1 is linear", f"{slope:.3f}", "≤ 1.1", slope <= MOST_SLOPE)


def shown(sizes: list[dict[str, Any]]) -> str:
    """The sizes as a table."""
    heading = (
        "subjects", "credit records", "all rows", "raw, MB", "CPU, s", "wall, s", "read, CPU s", "compute, CPU s",
        "write, CPU s", "peak, GiB", "spilled, GB", "run folder, MB",
    )  # fmt: skip
    rows = [
        (
            size["subjects"], size["rows"]["credit_records"], sum(size["rows"].values()), round(size["bytes"] / 1e6),
            round(size["running"]["cpu"]), round(size["running"]["wall"]),
            *(round(size["stages"][stage][0]) for stage in STAGES), f"{size['running']['peak'] / GIB:.2f}",
            f"{size['spilled'] / 1e9:.1f}", round(size["saved"] / 1e6),
        )
        for size in sizes
    ]  # fmt: skip
    return table(heading, rows)


def steepest(sizes: list[dict[str, Any]], figure: Callable[[dict[str, Any]], float]) -> float:
    """The steepest exponent of a figure from one size to the next."""
    return max(exponent([a, b], figure) for a, b in itertools.pairwise(sizes))


def plan(sizes: list[dict[str, Any]], growing: dict[str, Callable[[dict[str, Any]], float]]) -> str:
    """What larger counties are to cost, as a table: from the largest size on along the steepest slope measured."""
    rows = [("exponent", NOTHING, *(f"{steepest(sizes, figure):.2f}" for figure in growing.values()))]
    for name, subjects in PLANNED.items():
        grown = subjects / sizes[-1]["subjects"]
        told = (figure(sizes[-1]) * grown ** steepest(sizes, figure) for figure in growing.values())
        rows.append((name, f"{subjects:,}", *(f"{value:,.3g}" for value in told)))
    return table(("", "subjects", *growing), rows)


def main() -> None:
    """Measure the sizes that are asked for, and tell of all that are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--place", type=Path)
    arguments = parser.parse_args()
    if arguments.place and not arguments.place.is_dir():
        parser.error(f"--place: {arguments.place} is no folder")
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory(dir=arguments.place) as temporary:
        for n in arguments.sizes:
            kept[str(n)] = measured(n, arguments.place or Path(temporary))
            KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sizes = sorted(kept.values(), key=lambda size: size["subjects"])
    write("scale", figures(sizes))
    put("sizes", shown(sizes), page=PAGE)
    put("plan", plan(sizes, GROWING), page=PAGE)


if __name__ == "__main__":
    main()
