"""Rivals, run in the environment that ``nox -s bench`` makes of ``yardstick.txt``; without it, by what is here."""

import os
import sys
from collections.abc import Iterable
from typing import Any

from cost import Cost, DidNotRun, cost_of

PYTHON = "CREDIT_SCORE_YARDSTICK"


def rival_python() -> str:
    """The Python that has the rivals, or this one."""
    return os.environ.get(PYTHON) or sys.executable


def rival(job: str, *arguments: Any, libraries: Iterable[str], **how: Any) -> Cost | str:
    """What a job of :mod:`cost` costs a rival, or in words for the board why it did not run."""
    try:
        return cost_of(job, *arguments, libraries=libraries, python=rival_python(), **how)
    except DidNotRun as why:
        told = f"did not run: {why}"
        print(f"{job} {told}", file=sys.stderr)
        return told
