"""The guard: counts and one ratio held against ``limits.json``, so that what got slower is named before it is merged.

Nothing is held against a clock. The county of ``data/samples`` is read, run and saved once so that all is loaded and
compiled, and counted the second time. ``python benchmarks/guard.py start county`` looks at those groups alone;
``--set`` writes what was found as the new limits.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cost import cost_of
from counts import counted, modules_after

LIMITS = Path(__file__).with_name("limits.json")
SAMPLES = Path(__file__).parents[1] / "data" / "samples"
STARTS = {
    "import credit_score": "import credit_score",
    "credit-score --help": "from credit_score.cli import main; main(['--help'])",
}
RECORDS, RUNS = 1_000_000, 5
# By how much a figure may grow before it is told, by the last words of its name: calls and modules differ a little
# between versions of Python, and a ratio between runs.
MARGINS = {"queries": 0.0, "compilations": 0.0, "calls": 0.1, "modules": 0.1, "SQL": 0.5}
SET_ANEW = "set it with: python -m nox -s guard -- --set"


def start() -> dict[str, float]:
    """Modules that an import and a help text load."""
    return {f"{name}: modules": modules_after(statement) for name, statement in STARTS.items()}


def county() -> dict[str, float]:
    """Calls, queries and compilations of reading, running and saving the samples."""
    return cost_of("guard:samples").answer


def samples() -> Callable[[], dict[str, int]]:
    """A job of :mod:`cost`: the counts of a county's steps, after one county that is not counted."""
    with tempfile.TemporaryDirectory() as place:
        steps(Path(place), lambda job: ({}, job()))

    def run() -> dict[str, int]:
        with tempfile.TemporaryDirectory() as place:
            return steps(Path(place), counted)

    return run


def steps(place: Path, count: Callable[[Callable[[], Any]], tuple[dict[str, int], Any]]) -> dict[str, int]:
    """Counts of each step from the samples to a run folder; ``count`` runs a job, and says what it asked for."""
    import credit_score as cs

    policy = cs.load_policy("gaoyang")
    reading, records = count(lambda: cs.read_records(SAMPLES, policy=policy))
    running, run = count(lambda: cs.run_county(records, policy, as_of="2023-06-30", seed=1))
    saving, _ = count(lambda: run.save(place / "run"))
    found = {"read_records": reading, "run_county": running, "run.save": saving}
    return {f"{step}: {what}": n for step, counts in found.items() for what, n in counts.items()}


def ledger() -> dict[str, float]:
    """CPU seconds of the ledger over those of hand-written SQL, both warm, in one run."""
    with tempfile.TemporaryDirectory() as folder:
        cost_of("ledger:made_up", folder, RECORDS, RECORDS // 10)
        how: dict[str, Any] = {"warm": 1, "runs": RUNS}
        own = cost_of("ledger:ours", folder, f"{folder}/ours.parquet", None, **how)
        theirs = cost_of("ledger_rivals:by_sql", folder, f"{folder}/theirs.parquet", **how)
    return {"ledger: CPU over hand-written SQL": round(own.cpu / theirs.cpu, 2)}


GROUPS: dict[str, Callable[[], dict[str, float]]] = {"start": start, "county": county, "ledger": ledger}


def grown(found: dict[str, float], limits: dict[str, float]) -> list[str]:
    """A line for each figure that is above its limit and margin, or has no limit."""
    wrong = []
    for name, value in found.items():
        if name not in limits:
            wrong.append(f"{name} is {value:,} and has no limit; {SET_ANEW}")
            continue
        margin = next(share for words, share in MARGINS.items() if name.endswith(words))
        if value > limits[name] * (1 + margin):
            beyond = f" by more than {margin:.0%}" if margin else ""
            wrong.append(f"{name} grew from {limits[name]:,} to {value:,}{beyond}; if it must, {SET_ANEW}")
    return wrong


def main() -> int:
    """Count, and say in a line each what grew; 1 where anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help=", ".join(GROUPS))
    parser.add_argument("--set", action="store_true", help="write what is found as the limits")
    parser.add_argument("--limits", type=Path, default=LIMITS)
    asked = parser.parse_args()
    if unknown := sorted({*asked.groups} - {*GROUPS}):
        parser.error(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    limits = json.loads(asked.limits.read_text(encoding="utf-8")) if asked.limits.exists() else {}
    found = {name: n for group in asked.groups or GROUPS for name, n in GROUPS[group]().items()}
    for name, value in found.items():
        print(f"{name}: {value:,} (limit {limits.get(name, 'none'):,})" if name in limits else f"{name}: {value:,}")
    if asked.set:
        asked.limits.write_text(json.dumps(limits | found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    wrong = grown(found, limits)
    for line in wrong:
        print(f"guard: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
