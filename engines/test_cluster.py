"""A cluster of processes on this machine: one worker is killed in the middle, and the run has the same numbers."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyspark
import pytest

from credit_score.cli import main

HOST = "127.0.0.1"
START = Path(pyspark.__file__).parent / "bin" / "spark-class"
DAY, SEED = "2023-06-30", "7"


def free_port():
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return asked.getsockname()[1]


@contextmanager
def process(*words, log):
    """A process of the cluster, with what it starts itself, while the block runs."""
    with log.open("wb") as told:
        made = subprocess.Popen([str(START), *words], stdout=told, stderr=told, start_new_session=True)
    try:
        yield made
    finally:
        stop(made)


def stop(made):
    """Kill a process and all that it has started, as a machine that goes dark would."""
    try:
        os.killpg(made.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    made.wait()


def waits_for(text, log, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if text in log.read_text(errors="replace"):
            return
        time.sleep(0.2)
    raise AssertionError(f"{log} never told {text!r}:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def cluster(tmp_path):
    """A master and two workers: the master's address and the workers' processes."""
    port, deploy = free_port(), "org.apache.spark.deploy"
    master = f"spark://{HOST}:{port}"
    logs = [tmp_path / f"{name}.log" for name in ("master", "worker-0", "worker-1")]
    words = ("--host", HOST, "--webui-port", "0")
    with process(f"{deploy}.master.Master", "--port", str(port), *words, log=logs[0]):
        waits_for("I have been elected leader", logs[0])
        size = (*words, "--cores", "1", "--memory", "1g", "--work-dir", str(tmp_path / "work"))
        with (
            process(f"{deploy}.worker.Worker", master, *size, log=logs[1]) as one,
            process(f"{deploy}.worker.Worker", master, *size, log=logs[2]) as other,
        ):
            for log in logs[1:]:
                waits_for("Successfully registered with master", log)
            yield master, (one, other)


@pytest.fixture
def store(county, tmp_path):
    """The county in a store, so that the run begins with accepted rows."""
    place = tmp_path / "store"
    assert main(["intake", str(county), "--store", str(place), "--received-on", DAY, "--quiet"]) == 0
    return place


def command(store, out, *more):
    return [sys.executable, "-m", "credit_score.cli", "run", str(store), "--as-of", DAY, "--seed", SEED,
            "--out", str(out), *more]  # fmt: skip


def test_a_part_that_is_gone_or_changed_is_named_and_nothing_is_left(cluster, store, tmp_path):
    part = store / "000001" / "credit_records.parquet"
    changed = part.read_bytes()[:-1] + b"\0"
    for harm, what in ((part.unlink, "is missing"), (partial(part.write_bytes, changed), "is not what was taken in")):
        harm()
        words = command(store, tmp_path / "out", "--engine", "spark", "--master", cluster[0], "--quiet")
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        # Spark tells of its start before.
        ours = [line for line in done.stderr.splitlines() if "credit-score: " in line]
        assert (done.returncode, len(ours)) == (1, 1)
        assert f"part 000001/credit_records.parquet {what}; restore it from a backup" in ours[0]
        assert done.stderr.rstrip().endswith(ours[0])
        assert not (tmp_path / "out").exists()


def test_a_run_whose_worker_is_killed_ends_with_the_same_numbers(cluster, store, tmp_path):
    master, (_, other) = cluster
    told = tmp_path / "told"
    spill = tmp_path / "shared"
    words = command(store, tmp_path / "spark", "--engine", "spark", "--master", master, "--spill", str(spill))
    with told.open("wb") as stream, subprocess.Popen(words, stdout=stream, stderr=stream) as run:
        waits_for("placing in tiers", told, 300)
        stop(other)
        assert run.wait(600) == 0, told.read_text()
    assert main([*command(store, tmp_path / "duckdb")[3:], "--quiet"]) == 0
    assert "done" in told.read_text()
    for name in ("scores_individual", "scores_enterprise", "ledger", "tiers", "frame"):
        one, two = (pq.read_table(tmp_path / place / f"{name}.parquet").to_pandas() for place in ("duckdb", "spark"))
        pd.testing.assert_frame_equal(two, one, obj=name)
    for name in ("draw.csv", "schedule.csv", "workload.csv", "indicators.csv", "cube.json"):
        assert (tmp_path / "spark" / name).read_bytes() == (tmp_path / "duckdb" / name).read_bytes(), name
    assert not any(spill.rglob("*.parquet"))
