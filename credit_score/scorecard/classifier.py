"""``ScorecardClassifier``: a card learned from rows, as a scikit-learn estimator.

Cards learned here are for enterprises. What is learned is read off integers alone: ``predict_proba`` and
``decision_function`` come from the points, so that the card on paper is the model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from warnings import warn

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import Tags, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from credit_score.errors import FitError, first_five
from credit_score.scorecard.binning import Binning, Draft, NothingToCut, draft
from credit_score.scorecard.boosted import Boosting, boosted_evidence
from credit_score.scorecard.card import Characteristic, Scaling
from credit_score.scorecard.checks import NothingTells, check_carried, check_missing
from credit_score.scorecard.columns import Categories, Column, check_once, columns_of
from credit_score.scorecard.labels import effective_weights
from credit_score.scorecard.learned import Evidence, Learned, Weighing, learn, woe_evidence
from credit_score.scorecard.path import penalty_path
from credit_score.scorecard.prebins import Target
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.partition.program import Trend


# Boosted trees read whole columns of cells, of which they tell no more than 255 apart.
BOOSTED_CELLS = 250


class ScorecardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A scorecard of integer points by optimal binning and a sign-constrained regression, or by boosted trees.

    Of any two labels the greater is bad. A column of numbers or booleans is numeric, of categories or texts
    categorical; missing values are an attribute of their own.

    Parameters
    ----------
    method : ``woe``: logistic regression on weight of evidence; ``boosted``: boosted trees of one characteristic each,
        compiled into the same kind of card.
    trend, max_bins, min_share, min_z, min_category_share : for every characteristic; see :class:`Binning`. With
        ``boosted`` the trend ``auto`` leaves each characteristic free, and ``min_z`` is refused.
    binning : name → :class:`Binning`, for those that are cut in their own way, or by hand.
    exclude : names of columns that no card may use.
    min_iv : characteristics with less information are left out.
    l1, l2 : penalties on the weights, per mean log-loss.
    fixed_weights : name → weight on WOE set by hand, at least 0, instead of learned.
    weights : what a sample weight is: ``counts``, so many equal rows; ``draws``, one over the chance that the row was
        drawn (see :func:`draw_weights`), which makes nothing more precise: rows then count as Kish's effective number
        of them, and standard errors are Huber's and White's.
    boosting : settings of the method ``boosted``; see :class:`Boosting`.
    pdo, ref_score, ref_odds : see :class:`Scaling`.
    lowest_zero : shift points so that the worst attribute of each characteristic has 0.

    Attributes
    ----------
    card_ : the :class:`Card`. ``table_``: its page. ``excluded_``: name → why it is not in the card.
    coefficients_ : a row a characteristic and the constant: weight, standard error, p-value. The card has the weights
        to six decimals.
    classes_, n_features_in_, feature_names_in_ : as in scikit-learn.
    """

    def __init__(
        self,
        method: "Literal['woe', 'boosted']" = "woe",
        *,
        trend: "Trend" = "auto",
        max_bins: int = 8,
        min_share: float = 0.05,
        min_z: float = 0.0,
        min_category_share: float = 0.005,
        binning: Mapping[str, Binning] | None = None,
        exclude: Sequence[str] = (),
        min_iv: float = 0.0,
        l1: float = 0.0,
        l2: float = 1e-4,
        fixed_weights: Mapping[str, float] | None = None,
        weights: "Literal['counts', 'draws']" = "counts",
        boosting: Boosting | None = None,
        pdo: float = 20.0,
        ref_score: float = 600.0,
        ref_odds: float = 50.0,
        lowest_zero: bool = False,
    ) -> None:
        self.method, self.trend, self.max_bins, self.min_share = method, trend, max_bins, min_share
        self.min_z, self.min_category_share, self.binning, self.exclude = min_z, min_category_share, binning, exclude
        self.min_iv, self.l1, self.l2, self.boosting = min_iv, l1, l2, boosting
        self.fixed_weights, self.weights = fixed_weights, weights
        self.pdo, self.ref_score, self.ref_odds, self.lowest_zero = pdo, ref_score, ref_odds, lowest_zero

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "ScorecardClassifier":
        """Learn the card. Raises FitError.

        Warns (CardWarning) where nothing in ``X`` tells good from bad, where what is missing tells by itself, and
        where one characteristic carries the card.
        """
        columns, target = self._read(X, y, sample_weight)
        self._keep(learn(self._evidence(columns, target), target, self._weighing()))
        self._warn(columns, target)
        return self

    def path(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        penalty: "Literal['l1', 'l2']" = "l1",
        strengths: Sequence[float] | None = None,
    ) -> "pd.DataFrame":
        """The weights on these rows along a penalty, the other as set; see :func:`penalty_path`. Fits nothing here."""
        fresh = clone(self)
        columns, target = fresh._read(X, y, sample_weight)
        return penalty_path(fresh._evidence(columns, target), target, fresh._weighing(), penalty, strengths)

    def points(self, X: Any) -> np.ndarray:
        """The score of each row, whole numbers of shape (n,); higher is safer."""
        seen = self._seen(X)
        return self.card_.points(seen)

    def reasons(self, X: Any, n: int = 3) -> "pd.DataFrame":
        """Where each row loses most; see :meth:`Card.reasons`."""
        seen = self._seen(X)
        return self.card_.reasons(seen, n)

    def decision_function(self, X: Any) -> np.ndarray:
        """The log-odds of bad by the points, shape (n,)."""
        points = self.points(X)
        return np.asarray(self.card_.scaling.bad_logit(points), dtype=np.float64)

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of good and of bad by the points, shape (n, 2)."""
        bad = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - bad, bad])

    def predict(self, X: Any) -> np.ndarray:
        """The likelier label of each row."""
        is_bad = self.decision_function(X) > 0
        return self.classes_[is_bad.astype(int)]

    @property
    def table_(self) -> "pd.DataFrame":
        """The page a committee reads; see :meth:`Card.table`."""
        check_is_fitted(self, "card_")
        return self.card_.table()

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _read(self, X: Any, y: Any, sample_weight: Any) -> tuple[list[Column], Target]:
        """The columns a card may use, and labels with weights."""
        self._check_settings()
        X, target = self._validated(X, y, sample_weight)
        every = columns_of(X)
        self._names_, self._named_ = [c.name for c in every], hasattr(X, "columns")
        # A misspelt name would leave in the card what was to be kept out.
        _check_names(self.exclude, [c.name for c in every])
        columns = [c for c in every if c.name not in set(self.exclude)]
        _check_names([*(self.binning or {}), *(self.fixed_weights or {})], [c.name for c in columns])
        self.excluded_ = dict.fromkeys(self.exclude, "excluded")
        if self.weights == "draws":
            target = replace(target, weight=effective_weights(target.weight))
        return columns, target

    def _check_settings(self) -> None:
        """Refuse what cannot be used before a row is read."""
        for name, choices in (("method", ("woe", "boosted")), ("weights", ("counts", "draws"))):
            if (found := getattr(self, name)) not in choices:
                raise FitError(f"{name} {found!r}", remedy=f"use one of {', '.join(choices)}")
        for name in ("l1", "l2"):
            check_number(name, getattr(self, name), least=0)
        check_number("min_iv", self.min_iv)
        for name, weight in (self.fixed_weights or {}).items():
            check_number(f"weight of {name!r}", weight, least=0)
        names: Any = self.exclude
        if isinstance(names, str) or not isinstance(names, Iterable) or not all(isinstance(n, str) for n in names):
            raise FitError(f"exclude {names!r:.60}", remedy="give a list of names")
        for name, how in (self.binning or {}).items():
            _check_is(f"binning of {name!r}", how, Binning)
        _check_is("boosting", self.boosting or Boosting(), Boosting)

    def _weighing(self) -> Weighing:
        scaling = Scaling(self.pdo, self.ref_score, self.ref_odds)
        return Weighing(self.l1, self.l2, self.fixed_weights or {}, scaling, self.lowest_zero, self.weights == "draws")

    def _warn(self, columns: list[Column], target: Target) -> None:
        check_missing(columns, target)
        check_carried(self.card_, columns, target)
        if not self.card_.characteristics:
            told = first_five(f"{name}: {why}" for name, why in self.excluded_.items())
            warn(f"no characteristic tells good from bad; all get the same score ({told})", NothingTells, stacklevel=3)

    def _validated(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Target]:
        frame = hasattr(X, "columns")
        if frame:
            _check_named([str(c) for c in X.columns])
            validate_data(self, X, skip_check_array=True)
            y = column_or_1d(y, warn=True)
        else:
            X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=False)
        target = self._target(X, y, sample_weight)
        there = target.weight > 0
        if there.all():
            return X, target
        return X[there], replace(target, bad=target.bad[there], weight=target.weight[there])

    def _target(self, X: Any, y: np.ndarray, sample_weight: Any) -> Target:
        check_classification_targets(y)
        if len(y) != len(X):
            raise FitError(f"{len(X)} rows and {len(y)} labels", remedy="give a label for each row")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            told = f"The type of the target is {type_of_target(y)}, with {len(self.classes_)} class(es)"
            what = f"Only binary classification is supported. {told}"
            raise FitError(what, remedy="give labels of good and bad, both in the rows")
        weight = _check_sample_weight(sample_weight, np.empty((len(y), 1)), dtype=np.float64)
        if (below := weight < 0).any():
            row = int(below.argmax())
            raise FitError(f"Negative values: weight {weight[row]:g} in row {row}", remedy="give weights of 0 or more")
        target = Target(codes.astype(np.float64), weight, sample_weight is not None)
        if min(target.totals) <= 0:
            raise FitError("only one class has weight", remedy="give weight to rows of both labels")
        return target

    def _drafted(self, column: Column, target: Target) -> Draft | None:
        """A column as cells, or None with the reason kept."""
        how = Binning(self.trend, self.max_bins, self.min_share, self.min_z, min_category_share=self.min_category_share)
        n_cells = BOOSTED_CELLS if self.method == "boosted" else None
        try:
            return draft(column, target, (self.binning or {}).get(column.name, how), n_cells)
        except NothingToCut as error:
            self.excluded_[column.name] = error.what
            return None

    def _evidence(self, columns: list[Column], target: Target) -> list[Evidence]:
        drafts = [d for column in columns if (d := self._drafted(column, target))]
        if self.method == "boosted":
            self._check_boosted(drafts)
            found = boosted_evidence(drafts, target, self.boosting or Boosting()) if drafts else []
        else:
            found = [woe_evidence(d, target) for d in drafts]
        return [e for e in found if self._informs(e.characteristic)]

    def _check_boosted(self, drafts: list[Draft]) -> None:
        """Refuse what trees cannot keep, rather than pass over it."""
        if apart := [d.column.name for d in drafts if d.how.min_z > 0 and not isinstance(d.column, Categories)]:
            what = f"min_z for {first_five(apart)} with method 'boosted'"
            raise FitError(what, remedy="leave it 0: trees find attributes by their effect; or use method 'woe'")

    def _informs(self, found: Characteristic) -> bool:
        if found.iv > self.min_iv or found.name in (self.fixed_weights or {}):
            return True
        self.excluded_[found.name] = f"information value {found.iv:.4f} is not above {self.min_iv:g}"
        return False

    def _keep(self, learned: Learned) -> None:
        good, bad = map(str, self.classes_)
        self.card_ = replace(learned.card, classes=(good, bad), method=self.method)
        self.coefficients_ = learned.coefficients
        self.excluded_ |= learned.excluded

    def _seen(self, X: Any) -> Any:
        """The rows to score as a frame; an array, or a frame where an array was fitted, has its columns in order."""
        check_is_fitted(self, "card_")
        if hasattr(X, "columns"):
            check_once([str(c) for c in X.columns])
            validate_data(self, X, reset=False, skip_check_array=True)
            there = {str(c) for c in X.columns}
            return X if self._named_ or there >= set(self._names_) else X.set_axis(self._names_, axis=1)
        array = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=False)
        import pandas as pd

        return pd.DataFrame(array, columns=self._names_, copy=False)


def _check_names(asked: Sequence[str], names: list[str]) -> None:
    if absent := sorted(set(asked) - set(names)):
        raise FitError(f"no column {first_five(absent)}", remedy=f"the columns are {first_five(names)}")


def _check_is(name: str, found: Any, kind: type) -> None:
    if not isinstance(found, kind):
        raise FitError(f"{name} is {found!r:.60}", remedy=f"give a {kind.__name__}")


def _check_named(names: list[str]) -> None:
    if nameless := [str(i) for i, name in enumerate(names, start=1) if not name.strip()]:
        raise FitError(f"column {first_five(nameless)} has no name", remedy="give each column a name")
    check_once(names)
