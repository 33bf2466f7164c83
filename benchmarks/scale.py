"""A county at several sizes, from raw Parquet to the run folder: seconds, memory, and the slope between them.

Each size runs in a process of its own, so that the peak memory is its own.
``python benchmarks/scale.py 100000 1000000``
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from board import Figure, write

STEPS = ("synth", "read", "run", "save")


def one_size(n: int, place: Path) -> dict[str, float]:
    """Make, read, run and save a county of n enterprises and n persons; seconds a step, and peak memory."""
    import credit_score as cs
    from credit_score.records.synthetic import make_county

    taken: dict[str, float] = {}

    def timed(step: str, job):
        began = time.perf_counter()
        result = job()
        taken[step] = time.perf_counter() - began
        return result

    folder = place / "records"
    facts = timed("synth", lambda: make_county(folder, n_enterprises=n, n_individuals=n, seed=1, format="parquet"))
    policy = cs.load_policy("gaoyang")
    records = timed("read", lambda: cs.read_records(folder))
    if not (records.counts["read"] == records.counts["accepted"] + records.counts["rejected"]).all():
        raise SystemExit("rows were lost")
    run = timed("run", lambda: cs.run_county(records, policy, as_of="2023-06-30", seed=1))
    timed("save", lambda: run.save(place / "out"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return taken | {"rows": float(sum(facts.rows.values())), "peak_gib": peak}


def in_a_process(n: int) -> dict[str, float]:
    """The figures of one size, measured in a process of its own."""
    command = [sys.executable, __file__, "--one", str(n)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure the sizes and put them on the board."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[50_000, 200_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(one_size(arguments.one, Path(place))))
        return
    found = {n: in_a_process(n) for n in arguments.sizes}
    figures = []
    for n, figure in found.items():
        seconds = ", ".join(f"{step} {figure[step]:.1f}" for step in STEPS)
        value = f"{seconds} s; peak {figure['peak_gib']:.2f} GiB"
        figures.append(Figure(f"{n:,} enterprises and as many persons, {figure['rows']:,.0f} rows", "–", value, "–"))
    small, large = min(found), max(found)
    if large > small:
        total = {n: sum(found[n][s] for s in STEPS[1:]) for n in (small, large)}
        slope = math.log(total[large] / total[small]) / math.log(large / small)
        job = "exponent of read + run + save in the size"
        figures.append(Figure(job, "1 is linear", f"{slope:.2f}", "≤ 1.1", slope <= 1.1))
    write("scale", figures)


if __name__ == "__main__":
    main()
