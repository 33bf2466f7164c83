"""A draw from fifty million firms on one machine: wall seconds and peak memory of a process of its own.

``python benchmarks/draw.py --rows 1000000`` for a try. The list is written as Parquet first, and not counted.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from board import Figure, write

GOAL_GIB = 2.0
MEMORY = "1GB"


def made_up(path: Path, n: int) -> None:
    """A frame of one department in four tiers, as Parquet."""
    tier = "CASE WHEN i % 1000 < 654 THEN 0 WHEN i % 1000 < 907 THEN 1 WHEN i % 1000 < 985 THEN 2 ELSE 3 END"
    duckdb.sql(
        f"COPY (SELECT 'market_supervision' AS department, printf('91%016d', i) AS subject, ({tier})::BIGINT AS "
        f"tier_code, chr(65 + ({tier})::INT) AS tier, '' AS duty FROM range({n}) t(i)) TO '{path}' (FORMAT parquet)"
    )


def child(path: str) -> None:
    """Draw from the list, and print seconds, peak memory and the firms drawn."""
    import pandas as pd

    from credit_score.engine import open_engine, opened
    from credit_score.inspection import draw_visits
    from credit_score.inspection.schedule import with_visits

    began = time.perf_counter()
    frame = opened(open_engine(memory=MEMORY), [path], "frame")
    firms = frame.group_by("department", "tier_code", "tier", "duty").aggregate(firms=frame.count()).execute()
    numbers = pd.DataFrame(
        {"tier_code": range(4), "ratio": [0.01, 0.05, 0.2, 0.5], "frequency": [1, 1, 1, 2], "floor": 5}
    )
    strata = firms.merge(numbers, on="tier_code").sort_values("tier_code", ignore_index=True)
    schedule = with_visits(strata, seed="7f" * 32)
    drawn = draw_visits(frame, schedule, cap=4, seed="7f" * 32).count().execute()
    if drawn != schedule["drawn"].sum():
        raise SystemExit(f"{drawn} drawn of {schedule['drawn'].sum()}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": time.perf_counter() - began, "peak": peak, "drawn": int(drawn)}))


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--child", metavar="FILE", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child)
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "frame.parquet"
        made_up(path, asked.rows)
        said = subprocess.run([sys.executable, __file__, "--child", path], capture_output=True, text=True, check=True)
    told = json.loads(said.stdout.splitlines()[-1])
    value = f"{told['seconds']:.0f} s, peak {told['peak']:.2f} GiB, {told['drawn']:,} firms drawn"
    job = f"draw from {asked.rows:,} firms, engine held to {MEMORY}"
    write("draw", [Figure(job, "–", value, f"≤ {GOAL_GIB:g} GiB", told["peak"] <= GOAL_GIB)])


if __name__ == "__main__":
    main()
