"""A table handed to another Python: columns in one ``.npz`` without pickle.

Both sides use this module, so it needs numpy and pandas alone.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cost import Cost
from rivals import rival


def ask(job: str, X: pd.DataFrame, *arguments: Any, libraries: Iterable[str], **arrays: np.ndarray) -> Cost | str:
    """What a job of ``yardstick.py`` costs on a table and answers, or in words why it did not run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.npz")
        hand_over(path, X, **arrays)
        return rival(f"yardstick:{job}", str(path), *arguments, libraries=libraries)


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
