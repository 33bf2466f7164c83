"""Labels of rows as codes: departments, sectors, sizes."""

from typing import Any, NamedTuple

import numpy as np

from credit_score.errors import FitError

MOST = 1000


class Coded(NamedTuple):
    """Of each row its code, whole numbers (n,), and the name of each code."""

    codes: np.ndarray
    names: tuple[Any, ...]


def coded(values: Any, what: str, n: int) -> Coded:
    """Labels as codes in the order of the names; a pandas category keeps its order, and its unused names.

    Whole numbers from 0 on stand for themselves. Raises FitError for a missing label, a number of labels other than
    ``n``, and more than a thousand different ones.
    """
    import pandas as pd

    if np.ndim(values) != 1 or len(values) != n:
        raise FitError(f"{n} scores and {what} of shape {np.shape(values)}", remedy=f"give one {what} a row")
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        told = pd.Categorical(values)
        found = Coded(np.asarray(told.codes), tuple(told.categories))
    elif np.asarray(values).dtype.kind in "iu":
        found = _whole(np.asarray(values), what)
    else:
        codes, names = pd.factorize(pd.Series(values), sort=True)
        found = Coded(codes.astype(np.int32), tuple(names))
    if found.codes.dtype.kind == "i" and n and found.codes.min() < 0:
        raise FitError(f"no {what} in row {int(np.argmin(found.codes))}", remedy=f"give a {what} in each row")
    check_n_labels(len(found.names), what)
    return found


def _whole(values: np.ndarray, what: str) -> Coded:
    if len(values) and values.min() < 0:
        raise FitError(f"{what} {values.min()} in row {int(np.argmin(values))}", remedy="number them from 0 on")
    check_n_labels(most := int(values.max(initial=-1)) + 1, what)
    return Coded(values, tuple(range(most)))


def check_n_labels(n: int, what: str) -> None:
    """Raises FitError for more different labels than a cube holds."""
    if n > MOST:
        raise FitError(f"{n:,} different labels of {what}", remedy=f"give at most {MOST:,}")
