"""Files and rows broken at random: intake must tell every row's fate or refuse in one line, and never crash or hang.

``python benchmarks/fuzz.py --seed 1`` breaks 10,000 files in every way that the ``fuzz_*`` modules know, two hundred to
a folder, and then large folders until 1,000,000 rows were given a fault. The folders are read in a process of their
own, which is ended when a file takes too long; a file that is at fault is kept, by name and seed. ``--rows`` and
``--files`` make it smaller. Figures go to ``docs/reliability.md``.
"""

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random

from board import Figure, where, write
from fuzz_door import FAULT, REFUSED, SOME, WHOLE, Door, Told
from fuzz_files import FORMS, ROWS_ONLY, Broken, Plan, broken_file
from fuzz_pool import Pool, make_pool
from reliability import put, table

EVERY = [Plan(form, fault) for form, faults in FORMS.items() for fault in (ROWS_ONLY, *faults)]
LARGE = [Plan("csv", share=1, plain=True), Plan("csv", share=1), Plan("parquet", share=1), Plan("xlsx", share=1)]
FOLDER, ROWS, CHUNK = 200, 20, 30_000
SMALL_COUNTY, LARGE_COUNTY = 150, 20_000
LIMIT, FOLDER_LIMIT = 60, 600
JOBS_OF_A_WORKER = 15


@dataclass(frozen=True)
class Job:
    """One folder of broken files: which, how many files, or a large one; the seed gives the same files again."""

    seed: int
    number: int
    n_files: int = 0

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"{'small' if self.n_files else 'large'}-{self.number:04d}"

    def files(self, pool: Pool) -> list[Broken]:
        """The broken files."""
        return [self._small(pool, i) for i in range(self.n_files)] if self.n_files else list(self._large(pool))

    def _small(self, pool: Pool, i: int) -> Broken:
        draw = Random(f"{self.seed} {self.name} {i}")
        named = draw.choice(sorted(pool.rows))
        known = pool.fresh(named)
        rows = draw.sample(known, min(ROWS, len(known)))
        plan = EVERY[(self.number * FOLDER + i) % len(EVERY)]
        return broken_file(pool, named, rows, plan, f"{self.number:04d}.{i:03d}", draw)

    def _large(self, pool: Pool):
        plans = cycle(LARGE)
        for named in sorted(pool.rows):
            rows = pool.fresh(named)
            for at in range(0, len(rows) if len(rows) > FOLDER else 0, CHUNK):
                draw = Random(f"{self.seed} {self.name} {named} {at}")
                yield broken_file(pool, named, rows[at : at + CHUNK], next(plans), f"{self.number:04d}.{at}", draw)


@cache
def pool_of(*, large: bool, seed: int) -> Pool:
    """The clean rows of small or of large folders."""
    with tempfile.TemporaryDirectory() as place:
        size = LARGE_COUNTY if large else SMALL_COUNTY
        return make_pool(Path(place) / "county", size=size, seed=seed)


def work(pipe, place: Path) -> None:
    """Read the folders of one job after the other, and tell what begins and what became of it."""
    while job := pipe.recv():
        pool = pool_of(large=not job.n_files, seed=job.seed)
        pipe.send(f"{job.name}, while the files are made")
        door = Door(place, pool, pipe.send)
        pipe.send(door.folder(job.files(pool), job.name))
        shutil.rmtree(place / job.name)


class Watched:
    """A process that reads folders, ended when one file or folder takes too long, and begun anew after some."""

    def __init__(self, place: Path, limits: tuple[float, float] = (LIMIT, FOLDER_LIMIT)) -> None:
        self.place, self.limits, self.process, self.done = place, limits, None, 0

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, self.place), daemon=True)
        self.process.start()
        other.close()

    def run(self, job: Job) -> Told:
        """What became of a folder; a hang or a death of the process is a fault that names the file."""
        if self.process is None:
            self._begin()
        self.pipe.send(job)
        now = job.name
        try:
            while self.pipe.poll(self.limits["." not in now or not job.n_files]):  # only a file's name has a dot
                told = self.pipe.recv()
                if isinstance(told, Told):
                    self._count()
                    return told
                now = told
            fault = f"{now}: hang: nothing came for the time that it has"
        except EOFError:
            fault = f"{now}: crash: the process died"
        self.end()
        return Told(faults=[fault], fates=Counter({("folder ended early", FAULT): 1}))

    def _count(self) -> None:
        self.done += 1
        if self.done % JOBS_OF_A_WORKER == 0:
            self.pipe.send(None)
            self.process.join(30)
            self.end()

    def end(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def merged(total: Told, told: Told) -> None:
    """Add what became of one folder."""
    for name in ("fates", "rows", "by_fault"):
        getattr(total, name).update(getattr(told, name))
    total.mutated += told.mutated
    total.faults += told.faults
    total.slowest = max(total.slowest, told.slowest)
    total.door, total.peak = max(total.door, told.door), max(total.peak, told.peak)


def keep(job: Job, faults: list[str], place: Path) -> None:
    """Keep the files that faults name, made again from the seed."""
    named = {fault.split(": ")[0] for fault in faults}
    for file in job.files(pool_of(large=not job.n_files, seed=job.seed)) if named else ():
        if file.name in named:
            place.mkdir(parents=True, exist_ok=True)
            (place / f"seed-{job.seed}-{file.name}").write_bytes(file.data)


def jobs(arguments: argparse.Namespace, total: Told):
    """Small folders until there are as many files as asked for, then large ones for the rows."""
    for number, at in enumerate(range(0, arguments.files, FOLDER)):
        yield Job(arguments.seed, number, min(FOLDER, arguments.files - at))
    number = 0
    while total.mutated < arguments.rows and number < 100:
        yield Job(arguments.seed, number)
        number += 1


def run(arguments: argparse.Namespace) -> tuple[Told, float]:
    """Break, read and count; faults are told as they come, with the time that is left."""
    total, began = Told(), time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        watched = Watched(Path(place))
        for job in jobs(arguments, total):
            told = watched.run(job)
            merged(total, told)
            keep(job, told.faults, arguments.keep)
            for fault in told.faults:
                print(f"FAULT (seed {job.seed}, {job.name}): {fault}", file=sys.stderr, flush=True)
            _progress(total, arguments, time.monotonic() - began, job)
        watched.end()
    return total, time.monotonic() - began


def _progress(total: Told, arguments: argparse.Namespace, seconds: float, job: Job) -> None:
    files = sum(total.fates.values())
    # A large row costs about a hundred-and-fiftieth of a small file.
    share = min(files, arguments.files) + min(total.mutated, arguments.rows) / 150
    left = seconds * ((arguments.files + arguments.rows / 150) / max(share, 1) - 1)
    done = f"{files:,} files, {total.mutated:,} rows broken, {len(total.faults)} faults"
    minutes = f"about {max(left, 0) / 60:.0f} min left"
    print(f"  {seconds:6.0f} s  {job.name}: {done}; {minutes}", file=sys.stderr, flush=True)


def report(total: Told, arguments: argparse.Namespace, seconds: float) -> str:
    """The section of ``docs/reliability.md``."""
    fates = (WHOLE, SOME, REFUSED, FAULT)
    kinds = sorted({kind for kind, _ in total.fates})
    files = [
        (k, sum(total.fates[k, f] for f in fates), total.rows[k], *(total.fates[k, f] for f in fates)) for k in kinds
    ]
    sums = [sum(row[i] for row in files) for i in range(1, 7)]
    faults = sorted({fault for fault, _ in total.by_fault})
    rows = [(fault or "none", *(total.by_fault[fault, gone] for gone in (False, True))) for fault in faults]
    command = f"python benchmarks/fuzz.py --seed {arguments.seed} --files {arguments.files} --rows {arguments.rows}"
    slowest = f"Slowest file {total.slowest[0]:.1f} s ({total.slowest[1]}), slowest folder {total.door:.0f} s"
    counted = f"{sums[0]:,} files, {sums[1]:,} rows accounted for, {total.mutated:,} rows with a fault"
    parts = [
        f"`{command}`: {where()}, one process, {seconds / 60:.0f} minutes.",
        f"**{counted}; {len(total.faults)} faults of intake.** {slowest}, peak memory {total.peak / 1024:.2f} GiB.",
        table(("file", "files", "rows", *fates), [*files, ("**all**", *sums)]),
        "Rows by the fault they were given, in files that are broken in no other way:",
        table(("fault of a row", "accepted", "rejected"), rows),
        *(f"- {fault.splitlines()[0]}" for fault in total.faults),
    ]
    return "\n\n".join(parts)


def main() -> int:
    """Break, read, count, and write the figures; 1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(__file__).parent.parent / "build" / "fuzz")
    arguments = parser.parse_args()
    total, seconds = run(arguments)
    put("fuzz", report(total, arguments, seconds))
    fates = Counter({fate: sum(n for (_, f), n in total.fates.items() if f == fate) for fate in (WHOLE, SOME, REFUSED)})
    told = ", ".join(f"{n:,} {fate}" for fate, n in fates.items())
    good, value = not total.faults, f"{told}; {len(total.faults)} faults"
    job = f"{sum(total.fates.values()):,} broken files and {total.mutated:,} broken rows, seed {arguments.seed}"
    write("fuzz", [
        Figure(job, "–", value, "0 faults", good),
        Figure("slowest file", "–", f"{total.slowest[0]:.1f} s", f"≤ {LIMIT} s", total.slowest[0] <= LIMIT),
    ])  # fmt: skip
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
