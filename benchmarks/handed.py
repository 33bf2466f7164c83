"""A table handed to another Python, and its answer: columns in one ``.npz`` without pickle, figures back as JSON.

Both sides use this module, so it needs numpy and pandas alone.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PYTHON = "CREDIT_SCORE_YARDSTICK"
SCRIPT = Path(__file__).with_name("yardstick.py")
ABSENT = "not installed: `nox -s bench` puts it into an environment of its own"


def ask(job: str, X: pd.DataFrame, **arrays: np.ndarray) -> dict[str, Any] | None:
    """What the yardsticks say of a table, or None, with a line on the screen, where they are not installed.

    Raises SystemExit with the last of their words where they fail.
    """
    python = os.environ.get(PYTHON)
    if not python:
        print(f"{job}: yardsticks {ABSENT}")
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.npz")
        hand_over(path, X, **arrays)
        done = subprocess.run([python, str(SCRIPT), job, str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"yardstick {job} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def hand_over(path: Path, X: pd.DataFrame, **arrays: np.ndarray) -> None:
    """Write a table of numbers and categories, and arrays of a value a row."""
    columns: dict[str, np.ndarray] = {"columns": np.array(X.columns, str)}
    for name in X:
        if isinstance(X[name].dtype, pd.CategoricalDtype):
            columns[f"texts {name}"] = X[name].cat.categories.to_numpy(str)
            columns[f"codes {name}"] = X[name].cat.codes.to_numpy()
        else:
            columns[f"numbers {name}"] = X[name].to_numpy(np.float64)
    np.savez(path, **columns, **{f"array {name}": values for name, values in arrays.items()})


def taken(path: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The table and the arrays as they were handed over."""
    with np.load(path, allow_pickle=False) as held:
        X = pd.DataFrame({str(name): _column(held, str(name)) for name in held["columns"]})
        return X, {key.removeprefix("array "): held[key] for key in held.files if key.startswith("array ")}


def _column(held: Any, name: str) -> Any:
    if f"numbers {name}" in held:
        return held[f"numbers {name}"]
    return pd.Categorical.from_codes(held[f"codes {name}"], [str(text) for text in held[f"texts {name}"]])
