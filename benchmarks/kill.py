"""Processes killed at a random moment: what they write must stay the old one, or be the new one, whole.

``python benchmarks/kill.py`` runs ``credit-score run`` over an older run folder, and an intake into a store, each 100
times in a process of its own, and ends it with SIGKILL at a moment drawn uniformly over the time that it takes. Figures
go to ``docs/reliability.md``.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import NamedTuple

from board import Figure, where, write
from reliability import put, table

import credit_score as cs
from credit_score.files import fingerprint
from credit_score.records.keeping.chain import STORE, Chain
from credit_score.records.keeping.store import add_batch
from credit_score.records.synthetic import make_county

OLD, NEW, NEITHER = "the old one", "the new one", "neither"
DAYS = (date(2023, 6, 1), date(2023, 6, 2))
KEPT = ("enterprises.csv", "credit_records.csv", "synthetic.json", "demo.key")
RUN = "from credit_score.cli import main; raise SystemExit(main())"
LONGER = 1.1  # the moment is drawn over a little more than the time taken, so that the very end is met too


class Kills(NamedTuple):
    """What was found after kills: fates, what was wrong in words, hidden leftovers beside the target, seconds taken."""

    fates: Counter
    wrong: list[str]
    left: int
    seconds: float


def ended(command: list[str], after: float | None) -> float:
    """Start a process and kill it after some seconds, or wait for its end; the seconds that passed."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, told = process.communicate(timeout=after)
        if process.returncode:
            raise SystemExit(f"{command[1:4]} failed by itself: {told.decode()[-500:]}")
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return time.monotonic() - began


def snapshot(folder: Path) -> dict[str, str]:
    """Every file of a folder with the fingerprint of its bytes; empty where there is none."""
    return {p.relative_to(folder).as_posix(): fingerprint(p) for p in folder.rglob("*") if p.is_file()}


def whole_run(out: Path, seed: int) -> bool:
    """Whether a run folder is that of a seed, with every file that its manifest names, as it names it, and no other."""
    try:
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    found = snapshot(out)
    found.pop("manifest.json")
    return manifest["seed"] == seed and found == manifest["outputs"]


def killed(n: int, draw: Random, longest: float, once: Callable[[int, float], str]) -> tuple[Counter, list[str]]:
    """Fates of n kills at random moments, and what was wrong."""
    fates, wrong = Counter(), []
    for i in range(1, n + 1):
        moment = draw.uniform(0, longest * LONGER)
        fate = once(i, moment)
        fates[fate] += 1
        if fate not in (OLD, NEW):
            wrong.append(f"kill {i} after {moment:.3f} s: {fate}")
        print(f"  {i}/{n}: {dict(fates)}", file=sys.stderr, flush=True)
    return fates, wrong


def kill_runs(n: int, place: Path, draw: Random) -> Kills:
    """Kills of ``credit-score run`` over the run folder of the last one that came to its end."""
    records, out = place / "records", place / "runs" / "out"
    make_county(records, n_enterprises=40, n_individuals=40, seed=1)
    out.parent.mkdir()

    def command(seed: int) -> list[str]:
        more = ["--as-of", "2023-06-30", "--seed", str(seed), "--out", str(out), "--quiet"]
        return [sys.executable, "-c", RUN, "run", str(records), "--policy", "gaoyang", *more]

    ended(command(0), None)
    seconds = ended(command(0), None)

    def once(seed: int, moment: float) -> str:
        before = snapshot(out)
        ended(command(seed), moment)
        if snapshot(out) == before:
            return OLD
        return NEW if whole_run(out, seed) else NEITHER

    fates, wrong = killed(n, draw, seconds, once)
    left = sum(1 for p in out.parent.iterdir() if p != out)
    return Kills(fates, wrong, left, seconds)


def two_batches(place: Path) -> list[Path]:
    """Two folders for a store: a small register and some records, then the same register with later records."""
    make_county(place / "county", n_enterprises=40, n_individuals=4, seed=2, dirt=False)
    with (place / "county" / "credit_records.csv").open(newline="", encoding="utf-8") as stream:
        heading, *rows = csv.reader(stream)
    folders = [place / "first", place / "second"]
    for folder, part in zip(folders, (rows[::2], rows[1::2]), strict=True):
        folder.mkdir()
        for name in KEPT:
            shutil.copy(place / "county" / name, folder / name)
        with (folder / "credit_records.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows([heading, *part])
    return folders


def intake(store: str, folder: str) -> None:
    """Take the second batch into a store."""
    add_batch(Path(store), Path(folder), cs.load_policy("gaoyang"), received_on=DAYS[1])


def kill_intakes(n: int, place: Path, draw: Random) -> Kills:
    """Kills of an intake into a store of one batch; after each the store opens, and a second intake succeeds."""
    policy, store, kept = cs.load_policy("gaoyang"), place / "stores" / "store", place / "kept"
    first, second = two_batches(place)
    add_batch(kept, first, policy, received_on=DAYS[0])
    command = [sys.executable, __file__, "--intake", str(store), str(second)]
    shutil.copytree(kept, store)
    seconds = ended(command, None)
    expected, left = counts(store, policy), 0
    old = fingerprint(kept / STORE)

    def once(_: int, moment: float) -> str:
        nonlocal left
        shutil.rmtree(store)
        shutil.copytree(kept, store)
        ended(command, moment)
        fate = OLD if fingerprint(store / STORE) == old else NEW
        ours = {STORE, "000001"} if fate == OLD else {STORE, "000001", "000002"}
        left += sum(1 for p in store.iterdir() if p.name not in ours)
        wanted = counts(kept, policy) if fate == OLD else expected
        if counts(store, policy) != wanted or len(Chain.read(store).batches) != (1 if fate == OLD else 2):
            return NEITHER
        add_batch(store, second, policy, received_on=DAYS[1])
        return fate if counts(store, policy) == expected else "a second intake came to another store"

    fates, wrong = killed(n, draw, seconds, once)
    return Kills(fates, wrong, left, seconds)


def counts(store: Path, policy: cs.Policy) -> list[list[object]]:
    """What a store holds as it opens: rows by table, and the counts of its files; raises where it is not whole."""
    records = cs.read_records(store, policy=policy)
    held = [[name, table.count().execute()] for name, table in records.tables.items()]
    return held + records.counts.to_numpy().tolist()


def report(found: dict[str, Kills], arguments: argparse.Namespace) -> str:
    """The section of ``docs/reliability.md``."""
    rows = [
        (what, sum(k.fates.values()), k.fates[OLD], k.fates[NEW], len(k.wrong), k.left, f"{k.seconds:.1f} s")
        for what, k in found.items()
    ]
    heading = ("killed", "times", OLD, NEW, NEITHER, "hidden leftovers", "takes")
    wrong = [f"- {what}: {w}" for what, k in found.items() for w in k.wrong]
    begun = f"`python benchmarks/kill.py --seed {arguments.seed} --times {arguments.times}`: {where()}."
    note = "Leftovers are hidden, or unnamed by the history; the next writer sweeps them, those of a run after a day."
    return "\n\n".join([begun, table(heading, rows), note, *wrong])


def main() -> int:
    """Kill, look, and write the figures; 1 where anything was left half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--intake", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.intake:
        intake(*arguments.intake)
        return 0
    draw, found = Random(arguments.seed), {}
    with tempfile.TemporaryDirectory() as place:
        found["`credit-score run` over an older run"] = kill_runs(arguments.times, Path(place), draw)
        found["an intake into a store"] = kill_intakes(arguments.times, Path(place), draw)
    put("kills", report(found, arguments))
    for what, kills in found.items():
        told = ", ".join(f"{n} {fate}" for fate, n in sorted(kills.fates.items()))
        write(f"kill: {what}", [Figure(f"{arguments.times} kills at random", "–", told, "0 neither", not kills.wrong)])
    return 1 if any(kills.wrong for kills in found.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
