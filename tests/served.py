"""The page of a session, served by a process of its own, for tests."""

import subprocess
import sys
from contextlib import contextmanager

import psutil

PATIENCE = 20_000  # milliseconds, on a machine that is busy
DRAWN = ".what-if .handle"


@contextmanager
def serving(run, drafts):
    """A server of its own process; it ends with the block."""
    words = [
        "-P",
        "-m",
        "credit_score.cli",
        "session",
        str(run),
        "--drafts",
        str(drafts),
        "--no-browser",
        "--lang",
        "en",
    ]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        process.address = process.stdout.readline().strip()
        yield process
    finally:
        process.kill()
        process.communicate()


def kernels(server):
    return psutil.Process(server.pid).children()
