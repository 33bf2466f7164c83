"""A scorecard: characteristics, their attributes and integer points; all that is needed to score, and nothing else.

Score = base points + Σ points of the attribute that each characteristic has; higher is safer. With factor = PDO / ln 2,
ln odds(good : bad) = (score − ref_score) / factor + ln ref_odds, so the probability of bad is read off the integers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.scorecard import kernels
from credit_score.scorecard.columns import Categories, Column, Numbers, columns_of
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["interval", "values", "special", "missing", "other"]
# The columns of the page.
PAGE = ["characteristic", "attribute", "points", "woe", "count", "share", "bad_rate", "weight", "iv", "trend"]


@dataclass(frozen=True)
class Scaling:
    """``pdo``: points that double the odds, not 0; ``ref_score``: the score at which good : bad is ``ref_odds`` : 1."""

    pdo: float = 20.0
    ref_score: float = 600.0
    ref_odds: float = 50.0

    def __post_init__(self) -> None:
        if not (self.pdo > 0 and self.ref_odds > 0 and np.isfinite([self.pdo, self.ref_score, self.ref_odds]).all()):
            what = f"pdo {self.pdo}, ref_score {self.ref_score}, ref_odds {self.ref_odds}"
            raise FitError(what, remedy="give finite numbers, pdo and ref_odds above 0")

    @property
    def factor(self) -> float:
        """Points a unit of log-odds."""
        return float(self.pdo / np.log(2))

    def score(self, bad_logit: Any) -> Any:
        """The score of a log-odds of bad, not rounded."""
        return self.ref_score - self.factor * (np.log(self.ref_odds) + bad_logit)

    def bad_logit(self, score: Any) -> Any:
        """The log-odds of bad at a score."""
        return -np.log(self.ref_odds) - (score - self.ref_score) / self.factor


@dataclass(frozen=True)
class Attribute:
    """One part of a characteristic and its points.

    ``interval``: numbers in [low, high); ``values``: categories by their text; ``special``: one number apart from the
    rest; ``missing``; ``other``: categories named in no attribute. What it was learned from is told, not used:
    ``woe``, ``count`` (rows), ``share`` (of all weight), ``bad_rate`` (weighted).
    """

    kind: Kind
    points: int
    low: float = -np.inf
    high: float = np.inf
    values: tuple[str, ...] = ()
    special: float | None = None
    woe: float = 0.0
    count: int = 0
    share: float = 0.0
    bad_rate: float | None = None

    def text(self) -> str:
        """The attribute in signs: ``[0.5, 2)``, ``a, b``, ``= -1``, ``–`` (missing) or ``*`` (other)."""
        if self.kind == "interval":
            left = f"[{self.low:.15g}" if np.isfinite(self.low) else "(−∞"
            return f"{left}, {self.high:.15g})" if np.isfinite(self.high) else f"{left}, ∞)"
        if self.special is not None:
            return f"= {self.special:.15g}"
        return {"missing": "–", "other": "*"}.get(self.kind) or ", ".join(self.values)


@dataclass(frozen=True)
class Characteristic:
    """A variable and its attributes. ``weight``: its coefficient on WOE; ``iv``, ``trend``: as learned."""

    name: str
    attributes: tuple[Attribute, ...]
    weight: float = 1.0
    iv: float = 0.0
    trend: str = "none"

    def __post_init__(self) -> None:
        check_attributes(self)

    @property
    def is_numeric(self) -> bool:
        """Whether it is of numbers, else of categories."""
        return any(a.kind == "interval" for a in self.attributes)

    def of(self, *kinds: Kind) -> list[Attribute]:
        """Its attributes of some kinds, in order."""
        return [a for a in self.attributes if a.kind in kinds]

    @cached_property
    def edges(self) -> np.ndarray:
        """Where intervals after the first begin, ascending."""
        return np.array([a.low for a in self.of("interval")[1:]], dtype=np.float64)

    @cached_property
    def specials(self) -> np.ndarray:
        """The special numbers, in the order of their attributes."""
        return np.array([a.special for a in self.of("special")], dtype=np.float64)

    def places(self, column: Column) -> np.ndarray:
        """For each code of the column's own (cells, specials, missing; or categories, missing) the attribute's place.

        −1 where the card has no attribute for it.
        """
        at = {id(a): i for i, a in enumerate(self.attributes)}
        missing = [at[id(a)] for a in self.of("missing")] or [-1]
        if isinstance(column, Numbers):
            return np.array([*(at[id(a)] for a in [*self.of("interval"), *self.of("special")]), *missing])
        named = {value: at[id(a)] for a in self.of("values", "other") for value in a.values}
        other = next((at[id(a)] for a in self.of("other")), -1)
        return np.array([*(named.get(text, other) for text in column.texts), *missing])

    def add(self, total: np.ndarray, column: Column, table: np.ndarray) -> None:
        """Add to each row of ``total`` what ``table`` holds for its attribute."""
        column = self._of_its_kind(column)
        places = self.places(column)
        self._check(column, places)
        if isinstance(column, Numbers):
            kernels.add_by_number(total, column.values, self.edges, self.specials, table[places])
        else:
            kernels.add_by_code(total, column.codes, table[places])

    def attribute_of(self, column: Column) -> np.ndarray:
        """The place of each row's attribute, int64 of shape (n,)."""
        found = np.zeros(_length(column), dtype=np.int64)
        self.add(found, column, np.arange(len(self.attributes)))
        return found

    def _of_its_kind(self, column: Column) -> Column:
        """A column without a single value may be read as either kind; here it is the card's."""
        if isinstance(column, Numbers) == self.is_numeric or not _all_missing(column):
            return column
        n = _length(column)
        return Numbers(self.name, np.full(n, np.nan)) if self.is_numeric else Categories(self.name, np.full(n, -1), ())

    def _check(self, column: Column, places: np.ndarray) -> None:
        if isinstance(column, Numbers) != self.is_numeric:
            kinds = ("numbers", "categories") if self.is_numeric else ("categories", "numbers")
            what = f"column {self.name!r} holds {kinds[1]}, the card asks for {kinds[0]}"
            raise FitError(what, remedy="give the column as it was when the card was made")
        if (places >= 0).all():
            return
        if places[-1] < 0 and _has_missing(column):
            what = f"column {self.name!r} has missing values, and the card has no attribute for them"
            raise FitError(what, remedy="add a 'missing' attribute to the card, or fill them")
        if isinstance(column, Categories) and len(unknown := _used(column, places)):
            what = f"column {self.name!r}: no attribute for {first_five(map(repr, unknown))}"
            raise FitError(what, remedy="add them, or an 'other' attribute, to the card")


def _length(column: Column) -> int:
    return len(column.values if isinstance(column, Numbers) else column.codes)


def _all_missing(column: Column) -> bool:
    return bool(np.isnan(column.values).all() if isinstance(column, Numbers) else (column.codes < 0).all())


def _has_missing(column: Column) -> bool:
    return bool(np.isnan(column.values).any() if isinstance(column, Numbers) else (column.codes < 0).any())


def _used(column: Categories, places: np.ndarray) -> list[str]:
    lacking = np.flatnonzero(places[:-1] < 0)
    return [column.texts[c] for c in lacking if (column.codes == c).any()]


@dataclass(frozen=True)
class Card:
    """A whole scorecard. ``classes``: the labels of good and of bad, as text."""

    characteristics: tuple[Characteristic, ...]
    base_points: int
    scaling: Scaling = Scaling()
    classes: tuple[str, str] = ("0", "1")
    method: str = "woe"

    def __post_init__(self) -> None:
        names = [c.name for c in self.characteristics]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise FitError(f"characteristic {first_five(twice)} stands twice", remedy="keep one of them")
        if self.classes[0] == self.classes[1]:
            raise FitError(f"good and bad are both {self.classes[0]!r}", remedy="give each its label")

    @property
    def names(self) -> list[str]:
        """The columns a table must have to be scored."""
        return [c.name for c in self.characteristics]

    def points(self, X: Any) -> np.ndarray:
        """The score of each row, int64 of shape (n,). ``X``: a pandas frame, or an array with the columns in order."""
        columns = columns_of(X, self.names)
        total = np.full(len(X), self.base_points, dtype=np.int64)
        for characteristic, column in zip(self.characteristics, columns, strict=True):
            characteristic.add(total, column, np.array([a.points for a in characteristic.attributes]))
        return total

    def parts(self, X: Any) -> "pd.DataFrame":
        """The points of each row by characteristic, in columns; their sum and the base points make the score."""
        import pandas as pd

        found = {}
        for characteristic, column in zip(self.characteristics, columns_of(X, self.names), strict=True):
            at = characteristic.attribute_of(column)
            found[characteristic.name] = np.array([a.points for a in characteristic.attributes])[at]
        return pd.DataFrame(found, index=getattr(X, "index", None))

    def reasons(self, X: Any, n: int = 3) -> "pd.DataFrame":
        """Where each row loses most against the best attribute, worst first: columns ``reason_1`` … ``reason_n``.

        The names of characteristics; empty where nothing more is lost.
        """
        import pandas as pd

        check_number("n", n, least=1, whole=True)
        parts = self.parts(X)
        best = np.array([max(a.points for a in c.attributes) for c in self.characteristics])
        lost = best - parts.to_numpy()
        order = np.argsort(-lost, axis=1, kind="stable")[:, :n]
        names = np.where(np.take_along_axis(lost, order, 1) > 0, np.array(self.names, object)[order], "")
        return pd.DataFrame(names, index=parts.index, columns=[f"reason_{i + 1}" for i in range(names.shape[1])])

    def table(self) -> "pd.DataFrame":
        """The page: a row an attribute, with its points and what it was learned from."""
        import pandas as pd

        return pd.DataFrame(list(self._rows()), columns=PAGE)

    def _rows(self) -> Iterator[dict[str, Any]]:
        for c in self.characteristics:
            for a in c.attributes:
                learned = (a.woe, a.count, a.share, a.bad_rate, c.weight, c.iv, c.trend)
                yield dict(zip(PAGE, (c.name, a.text(), a.points, *learned), strict=True))


def check_attributes(characteristic: Characteristic) -> None:
    """Raise FitError unless attributes cover every value of one type once, without gap or overlap."""
    name = characteristic.name
    if not name.strip():
        raise FitError("a characteristic without a name", remedy="name it as its column is named")
    _check_kinds(characteristic)
    for a in characteristic.attributes:
        _check_attribute(name, a)
    _check_intervals(name, characteristic.of("interval"))
    _check_once(name, [v for a in characteristic.of("values", "other") for v in a.values])
    _check_once(name, [a.special for a in characteristic.of("special")])


def _check_kinds(characteristic: Characteristic) -> None:
    name, kinds = characteristic.name, {a.kind for a in characteristic.attributes}
    numeric, categorical = kinds & {"interval", "special"}, kinds & {"values", "other"}
    if bool(numeric) == bool(categorical) or (numeric and "interval" not in kinds):
        what = f"characteristic {name!r} has neither intervals nor values alone"
        raise FitError(what, remedy="give it intervals of numbers, and special ones, or values of categories")
    for kind in ("missing", "other"):
        if len(characteristic.of(kind)) > 1:
            raise FitError(f"characteristic {name!r} has two attributes {kind!r}", remedy="keep one of them")


def _check_attribute(name: str, a: Attribute) -> None:
    if (a.kind == "special") != (a.special is not None) or (a.kind == "values" and not a.values):
        what = f"characteristic {name!r}: an attribute of kind {a.kind!r} without what it stands for, or with more"
        raise FitError(what, remedy="give a special its number and values their categories")
    if a.special is not None and not np.isfinite(a.special):
        what = f"characteristic {name!r}: special {a.special}"
        raise FitError(what, remedy="give a finite number; a missing value has an attribute of its own")


def _check_once(name: str, listed: list[Any]) -> None:
    if twice := sorted({v for v in listed if listed.count(v) > 1}):
        what = f"characteristic {name!r}: {first_five(map(repr, twice))} stands in two attributes"
        raise FitError(what, remedy="leave it in one of them")


def _check_intervals(name: str, intervals: list[Attribute]) -> None:
    if not intervals:
        return
    ends = [-np.inf, *(a.high for a in intervals)]
    for a, end in zip(intervals, ends, strict=False):
        if not a.low < a.high:
            raise FitError(f"characteristic {name!r}: {a.text()} holds no number", remedy="put its ends in order")
        if a.low != end:
            what = "overlap" if a.low < end else "gap"
            told = f"characteristic {name!r}: {what} between {end:.15g} and {a.low:.15g}"
            raise FitError(told, remedy="let each interval begin where the one before it ends")
    if np.isfinite(ends[-1]):
        told = f"characteristic {name!r}: no attribute from {ends[-1]:.15g} on"
        raise FitError(told, remedy="leave the end of the last interval out")
