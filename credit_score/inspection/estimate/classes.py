"""Classes of firms that a draw treats alike: those of a stratum with about the same chance.

Under an annual cap firms of one stratum have different chances. Of firms with the same chance those visited are a
simple random sample, and a class that was visited wholly is known. So classes, not strata, are what a visit stands for.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 9  # chances that agree so far are one
LEAST = 5.0  # visits expected of a class; with fewer it goes with its neighbours


def classes(drawn: "pd.DataFrame", population: "pd.DataFrame", keys: Sequence[str]) -> "pd.DataFrame":
    """A row a stratum and chance that firms can be drawn by, with the ``code`` of the class, from 0.

    Columns: ``keys``, ``draw_probability`` (rounded), ``firms``, ``n`` (visited), ``code``. From the least chance up,
    chances are put together until so many visits are expected and one was made; firms that are drawn for sure stand by
    themselves. A class of whom nobody was visited is spoken for by the next of its stratum.
    """
    at = [*keys, "draw_probability"]
    groups = _rounded(population[population["draw_probability"] > 0]).groupby(at, as_index=False)["firms"].sum()
    met = _rounded(drawn).groupby(at).size().rename("n").reset_index()
    groups = groups.merge(met, on=at, how="left").fillna({"n": 0}).sort_values(at, ignore_index=True)
    stratum = groups.groupby(list(keys), sort=False).ngroup().to_numpy()
    code = np.zeros(len(groups), np.int64)
    for s in range(stratum.max() + 1 if len(groups) else 0):
        rows = np.flatnonzero(stratum == s)
        code[rows] = _put_together(*(groups[c].to_numpy(float)[rows] for c in ("draw_probability", "firms", "n")))
    return groups.assign(code=groups.groupby([stratum, code], sort=False).ngroup())


def class_of(table: "pd.DataFrame", told: "pd.DataFrame", keys: Sequence[str]) -> np.ndarray:
    """The code of the class of each row of visits or of a population; −1 where there is none."""
    at = [*keys, "draw_probability"]
    return _rounded(table)[at].merge(told[[*at, "code"]], on=at, how="left")["code"].fillna(-1).to_numpy(np.int64)


def _put_together(chance: np.ndarray, firms: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Numbers of classes, ascending by chance."""
    code, now, expected, visited = np.zeros(len(chance), np.int64), 0, 0.0, 0.0
    for i in range(len(chance)):
        if visited and (expected >= LEAST or chance[i] >= 1) and n[i:].sum():
            now, expected, visited = now + 1, 0.0, 0.0
        code[i] = now
        expected, visited = expected + firms[i] * chance[i], visited + n[i]
    return code


def _rounded(table: "pd.DataFrame") -> "pd.DataFrame":
    return table.assign(draw_probability=table["draw_probability"].round(DIGITS))
