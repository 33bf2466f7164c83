"""What a card is fitted to and scores: columns of numbers or of categories, read once, from a frame or an array."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from credit_score.errors import FitError, first_five


@dataclass(frozen=True)
class Numbers:
    """A column of finite numbers, float64 of shape (n,); NaN is missing."""

    name: str
    values: np.ndarray


@dataclass(frozen=True)
class Categories:
    """A column of categories: codes of shape (n,) into ``texts``, −1 where missing."""

    name: str
    codes: np.ndarray
    texts: tuple[str, ...]


Column = Numbers | Categories
# Objects that an engine writes otherwise: True and False with gaps, as pandas reads them, and a database's decimals.
NUMERIC = ("boolean", "decimal")


def columns_of(X: Any, names: Iterable[str] | None = None) -> list[Column]:
    """The columns of a pandas frame, or of a 2-d array, in order or as named.

    Numbers, booleans and Decimals are read as numbers, whatever holds them; other categories, texts and objects as
    categories, by their text. Raises FitError for a name that is not there, or there twice, infinite numbers, and types
    that are neither.
    """
    if not hasattr(X, "columns"):
        array = np.asarray(X)
        if array.ndim != 2:
            what = f"{type(X).__name__} of shape {array.shape}"
            raise FitError(what, remedy="give a frame, or an array with a row a case and a column a characteristic")
        return [_column(f"x{i}" if names is None else n, array[:, i]) for i, n in _numbered(array.shape[1], names)]
    wanted = [str(c) for c in X.columns] if names is None else list(names)
    there = {str(c): c for c in X.columns}
    asked = set(wanted)
    check_once([text for text in map(str, X.columns) if text in asked])
    absent = [name for name in wanted if name not in there]
    if absent:
        what = f"no column {first_five(absent)}"
        raise FitError(what, remedy="give a table with every characteristic of the card")
    return [_column(name, X[there[name]]) for name in wanted]


def check_once(names: list[str]) -> None:
    """Raise FitError where a column stands twice."""
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FitError(f"column {first_five(twice)} stands twice", remedy="give each column a name of its own")


def _numbered(width: int, names: Iterable[str] | None) -> list[tuple[int, str]]:
    listed = [""] * width if names is None else list(names)
    if len(listed) != width:
        raise FitError(f"{width} columns, not {len(listed)}", remedy="give the columns that were fitted")
    return list(enumerate(listed))


def _column(name: str, values: Any) -> Column:
    import pandas as pd
    from pandas.api.types import infer_dtype, is_bool_dtype, is_numeric_dtype

    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return _numbers(name, values)
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes, categories = series.cat.codes.to_numpy(), series.cat.categories
        if infer_dtype(categories) in NUMERIC:
            return _numbers(name, np.append(categories.to_numpy(np.float64), np.nan)[codes])
        return _categories(name, codes, categories)
    if is_numeric_dtype(series.dtype) or is_bool_dtype(series.dtype):
        if series.dtype.kind == "c":
            raise _unreadable(name, series.dtype)
        return _numbers(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if not (series.dtype == object or isinstance(series.dtype, pd.StringDtype)):
        raise _unreadable(name, series.dtype)
    if infer_dtype(series, skipna=True) in NUMERIC:
        return _numbers(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    try:
        codes, categories = pd.factorize(series)
    except TypeError as error:  # lists, of which none is equal to another for good
        what = f"column {name!r} holds what is no category: {error}"
        raise FitError(what, remedy="turn it into numbers or texts") from None
    return _categories(name, codes, categories)


def _unreadable(name: str, dtype: Any) -> FitError:
    remedy = "turn it into numbers, such as days since a date, or into a category"
    return FitError(f"column {name!r} is of type {dtype}", remedy=remedy)


def _numbers(name: str, values: np.ndarray) -> Numbers:
    infinite = np.isinf(values)
    if infinite.any():
        what = f"column {name!r} holds {int(infinite.sum())} infinite values, the first in row {int(infinite.argmax())}"
        raise FitError(what, remedy="make them missing, or a number that stands for them")
    return Numbers(name, values)


def _categories(name: str, codes: np.ndarray, categories: Any) -> Categories:
    texts = tuple(str(c) for c in categories)
    if len(set(texts)) < len(texts):
        twice = sorted({t for t in texts if texts.count(t) > 1})
        what = f"column {name!r}: two categories are both written {first_five(twice)}"
        raise FitError(what, remedy="give each category a text of its own")
    return Categories(name, codes, texts)
