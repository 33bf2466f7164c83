"""Files broken at random: intake must tell every row's fate or refuse in one line, and never crash.

Each round breaks one or two files of a small synthetic county (bytes flipped, cut out, doubled, cut off, NULs, stray
quotes, other encodings) and reads the folder. ``python benchmarks/fuzz.py --rounds 300 --seed 1``.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from board import Figure, write

import credit_score as cs
from credit_score.records.synthetic import make_county

STRAY = [b"\x00", b'"', b"\r", b"\n", b",", b"\xff\xfe", "乙".encode("gb18030"), "\ufeff".encode(), b"=1+1", b"9" * 400]


def broken(data: bytes, draw: np.random.Generator) -> bytes:
    """A file's bytes with between one and eight faults."""
    for _ in range(int(draw.integers(1, 9))):
        data = one_fault(data, draw)
    return data


def one_fault(data: bytes, draw: np.random.Generator) -> bytes:
    """The bytes with one fault at a random place."""
    at = int(draw.integers(0, len(data) + 1))
    length = int(draw.integers(1, 200))
    kind = int(draw.integers(0, 5))
    if kind == 0:
        return data[:at] + STRAY[int(draw.integers(0, len(STRAY)))] + data[at:]
    if kind == 1:
        return data[:at] + data[at + length :]
    if kind == 2:
        return data[:at] + data[max(0, at - length) : at] + data[at:]
    if kind == 3 and draw.random() < 0.2:
        return data[:at]
    return data[:at] + draw.integers(0, 256, 1, dtype=np.uint8).tobytes() + data[at + 1 :]


def one_round(clean: Path, place: Path, draw: np.random.Generator) -> tuple[str, int]:
    """What became of one broken folder (``read`` or ``refused``), and the rows accounted for."""
    folder = place / "broken"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(clean, folder)
    files = sorted(folder.glob("*.csv"))
    for i in draw.choice(len(files), size=int(draw.integers(1, 3)), replace=False):
        files[i].write_bytes(broken(files[i].read_bytes(), draw))
    try:
        records = cs.read_records(folder)
    except cs.RecordsError as error:
        if "\n" in str(error):
            raise SystemExit(f"not one line: {error}") from None
        return "refused", 0
    counts = records.counts
    if (
        not (counts["read"] == counts["accepted"] + counts["rejected"]).all()
        or len(records.rejected) != counts["rejected"].sum()
    ):
        raise SystemExit(f"rows were lost: {counts}")
    return "read", int(counts["read"].sum())


def main() -> None:
    """Break, read, count, and put the figures on the board; a crash ends the run with its trace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    fates: Counter[str] = Counter()
    rows, slowest = 0, 0.0
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        make_county(place / "clean", n_enterprises=60, n_individuals=60, seed=arguments.seed)
        for i in range(arguments.rounds):
            began = time.perf_counter()
            fate, n = one_round(place / "clean", place, np.random.default_rng([arguments.seed, i]))
            slowest = max(slowest, time.perf_counter() - began)
            fates[fate] += 1
            rows += n
    value = f"{fates['read']} read ({rows:,} rows accounted for), {fates['refused']} refused in one line, 0 crashes"
    write("fuzz", [
        Figure(f"{arguments.rounds} folders broken at random, seed {arguments.seed}", "–", value, "0 crashes", True),
        Figure("slowest round", "–", f"{slowest:.1f} s", "≤ 30 s", slowest <= 30),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
