"""A month later with few subjects changed: CPU seconds of a full run and of one that starts from the month before.

The store is the synthetic county; the later batch brings a new record of one subject in a hundred. Both runs are of
the same day, as known a month later, each in a process of its own; their tables must be equal. Without a store a month
is all files read anew; with one it is the later batch taken in: both are told up to the scores.
``python benchmarks/incremental.py --subjects 100000 --records 1000000 --times 20``
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import ibis
import pandas as pd

import credit_score as cs
from credit_score.engine import open_engine, opened, saved
from credit_score.files import fingerprint
from credit_score.records.keeping.chain import Chain
from credit_score.records.keeping.store import add_batch, is_store
from credit_score.records.synthetic import make_county

DAY, LATER = "2023-06-30", "2023-07-31"
KEYS = {
    "credit_records": ("record_id", "subject_id"), "record_events": ("event_id", "record_id"),
    "enterprises": ("enterprise_id",), "individuals": ("person_id",), "audit": ("subject",),
    "inspections": ("inspection_id", "enterprise_id"),
}  # fmt: skip
MOST = 0.05  # of the CPU seconds of the full run


def delivered(place: Path, subjects: int, records: int, share: float) -> None:
    """Raw files: half firms, half persons, ``first``; two months of few, ``earlier`` and ``later``; ``whole``, all."""
    first, earlier, later, whole = (place / name for name in ("first", "earlier", "later", "whole"))
    make_county(first, n_enterprises=subjects // 2, n_individuals=subjects // 2, seed=1, format="parquet", dirt=False)
    rows = pd.read_parquet(first / "credit_records.parquet")
    more = rows.sample(max(records - len(rows), 0), replace=True, random_state=1)
    rows = pd.concat([rows, numbered(more, "M")], ignore_index=True)
    known = rows[rows["reported_on"].astype("datetime64[ns]") <= DAY]
    shutil.copytree(first, whole)
    tables = {
        first: known,
        earlier: news(known, share, "E", "2023-06-10"),
        later: news(known, share, "L", "2023-07-10"),
    }
    for folder, table in (tables | {whole: pd.concat(tables.values(), ignore_index=True)}).items():
        folder.mkdir(exist_ok=True)
        for name in ("synthetic.json", "demo.key"):
            (folder / name).write_bytes((whole / name).read_bytes())
        table.to_parquet(folder / "credit_records.parquet", index=False)


def news(known: pd.DataFrame, share: float, letter: str, reported: str) -> pd.DataFrame:
    """Another record of a share of the subjects, reported on a day."""
    chosen = known.drop_duplicates("subject_id").sample(frac=share, random_state=ord(letter))
    return numbered(chosen, letter).assign(reported_on=reported)


def taken_in(store: Path, folder: str, received_on: str) -> dict[str, float]:
    """CPU seconds of taking a folder of raw files into a store."""
    began = time.process_time()
    add_batch(store, Path(folder), cs.load_policy("gaoyang"), received_on=date.fromisoformat(received_on))
    return {"intake": time.process_time() - began}


def numbered(rows: pd.DataFrame, letter: str) -> pd.DataFrame:
    """Rows under numbers of their own."""
    return rows.assign(record_id=[f"{letter}{i}" for i in range(len(rows))])


def repeated(store: Path, larger: Path, times: int) -> None:
    """A store as many times as large: every subject, record and visit that often, each under a number of its own."""
    engine, chain = open_engine(), Chain.read(store)
    copy = ibis.memtable({"copy": list(range(times))})
    longer = Chain(larger, chain.policy, chain.key, chain.synthetic)
    for batch in chain.batches:
        parts = {}
        for part in batch["parts"]:
            (larger / part).parent.mkdir(parents=True, exist_ok=True)
            rows, keys = opened(engine, [store / part]), KEYS.get(Path(part).stem)
            if keys:
                every = rows.cross_join(copy)
                mark = ibis.literal("-") + every["copy"].cast("string")
                rows = every.mutate(**{key: every[key] + mark for key in keys}).drop("copy").order_by(list(keys[::-1]))
            saved(engine, rows, larger / part)
            parts[part] = fingerprint(larger / part)
        longer = longer.with_entry(
            **{k: v for k, v in batch.items() if k not in ("previous", "hash")} | {"parts": parts}
        )
    longer.write()


def one_run(source: Path, known: str, since: str, out: str) -> dict[str, float]:
    """A run and its folder, where one is named; CPU seconds to open what it is of, by step of the run, and to save."""
    taken, began = {}, [time.process_time(), "open"]

    def lap(step: str) -> None:
        taken[began[1]] = taken.get(began[1], 0.0) + time.process_time() - began[0]
        began[:] = [time.process_time(), step.split(" ", maxsplit=1)[0]]

    policy = cs.load_policy("gaoyang")
    records = cs.read_records(source, policy=policy, as_known_on=known if is_store(source) else None)
    run = cs.run_county(records, policy, as_of=DAY, as_known_on=known, seed=1, since=since or None, progress=lap)
    lap("save")
    if out:
        run.save(Path(out))
    lap("end")
    return taken


def in_a_process(job: str, *words: object) -> dict[str, float]:
    """The figures of a job of this file, measured in a process of its own."""
    command = [sys.executable, __file__, "--job", job, *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def check_equal(one: Path, other: Path) -> None:
    """Stop where a table of one run is not the other's, row by row."""
    tables = sorted(p.name for p in one.glob("*.parquet"))
    texts = [p.relative_to(one).as_posix() for p in one.rglob("*.csv")]
    for name in tables:
        if not pd.read_parquet(one / name).equals(pd.read_parquet(other / name)):
            raise SystemExit(f"{name} is not that of the full run")
    if any((one / name).read_bytes() != (other / name).read_bytes() for name in [*texts, "cube.json"]):
        raise SystemExit("a list is not that of the full run")


def main() -> None:
    """Measure, check that both give the same, and print the ratio by step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument(
        "--times", type=int, default=1, help="the store that often in one, for sizes that intake is long for"
    )
    parser.add_argument("--job", nargs="+", help=argparse.SUPPRESS)
    size = parser.parse_args()
    if size.job:
        job, source, *words = size.job
        print(json.dumps({"one_run": one_run, "taken_in": taken_in}[job](Path(source), *words)))
        return
    with tempfile.TemporaryDirectory() as name:
        compared(Path(name), size)


def compared(place: Path, size: argparse.Namespace) -> None:
    """Both ways to the same run, held against each other and told."""
    store, before, full, fast = (place / n for n in ("store", "before", "full", "fast"))
    delivered(place, size.subjects, size.records, size.share)
    for name in ("first", "earlier"):
        in_a_process("taken_in", store, place / name, DAY)
    month = in_a_process("taken_in", store, place / "later", LATER)
    if size.times == 1:
        anew = in_a_process("one_run", place / "whole", LATER, "", "")
    else:
        repeated(store, place / "larger", size.times)
        store = place / "larger"
    in_a_process("one_run", store, DAY, "", before)
    whole, part = (in_a_process("one_run", store, LATER, *w) for w in (("", full), (before, fast)))
    check_equal(full, fast)
    for step in whole:
        print(f"{step:12}{whole[step]:9.2f}{part[step]:9.2f}{part[step] / max(whole[step], 1e-9):8.1%}")
    told("scoring", reached(whole), reached(part))
    told("all", sum(whole.values()), sum(part.values()))
    if size.times == 1:
        told("from files to scores", reached(anew), month["intake"] + reached(part))


def reached(taken: dict[str, float]) -> float:
    """CPU seconds up to the scores."""
    return taken["open"] + taken["scoring"]


def told(what: str, full: float, part: float) -> None:
    """A line of the answer."""
    print(f"{what}: {full:.2f} CPU s full, {part:.2f} incremental, {part / full:.1%} (goal {MOST:.0%})")


if __name__ == "__main__":
    main()
