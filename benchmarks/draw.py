"""A draw from fifty million firms on one machine: wall seconds and peak memory of a process of its own.

``python benchmarks/draw.py --rows 1000000`` for a try. The list is written as Parquet first, and not counted.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
from board import NOTHING, Figure, write
from cost import GIB, cost_of

GOAL_GIB = 2.0
MEMORY = "1GB"


def made_up(path: Path, n: int) -> None:
    """A frame of one department in four tiers, as Parquet."""
    tier = "CASE WHEN i % 1000 < 654 THEN 0 WHEN i % 1000 < 907 THEN 1 WHEN i % 1000 < 985 THEN 2 ELSE 3 END"
    duckdb.sql(
        f"COPY (SELECT 'market_supervision' AS department, printf('91%016d', i) AS subject, ({tier})::BIGINT AS "
        f"tier_code, chr(65 + ({tier})::INT) AS tier, '' AS duty FROM range({n}) t(i)) TO '{path}' (FORMAT parquet)"
    )


def draw(path: str) -> Callable[[], int]:
    """A job of :mod:`cost`: a draw from the list, and how many firms were drawn."""
    return lambda: drawn_from(path)


def drawn_from(path: str) -> int:
    """Draw from a list, and count the firms drawn."""
    import pandas as pd

    from credit_score.engine import open_engine, opened
    from credit_score.inspection import draw_visits
    from credit_score.inspection.schedule import with_visits

    frame = opened(open_engine(memory=MEMORY), [path], "frame")
    firms = frame.group_by("department", "tier_code", "tier", "duty").aggregate(firms=frame.count()).execute()
    numbers = pd.DataFrame(
        {"tier_code": range(4), "ratio": [0.01, 0.05, 0.2, 0.5], "frequency": [1, 1, 1, 2], "floor": 5}
    )
    strata = firms.merge(numbers, on="tier_code").sort_values("tier_code", ignore_index=True)
    schedule = with_visits(strata, seed="7f" * 32)
    drawn = draw_visits(frame, schedule, cap=4, seed="7f" * 32).count().execute()
    if drawn != schedule["drawn"].sum():
        raise ValueError(f"{drawn} drawn of {schedule['drawn'].sum()}")
    return int(drawn)


def main() -> None:
    """Measure and put on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "frame.parquet"
        made_up(path, asked.rows)
        cost = cost_of("draw:draw", str(path))
    job, peak = f"draw from {asked.rows:,} firms, engine held to {MEMORY}", cost.peak / GIB
    value = f"peak {peak:.2f} GiB, {cost.answer:,} firms drawn"
    write("draw", [Figure(job, NOTHING, value, f"≤ {GOAL_GIB:g} GiB", peak <= GOAL_GIB, cost=cost)], own=("duckdb",))


if __name__ == "__main__":
    main()
