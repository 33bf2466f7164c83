"""What the back-tests of learned cards share: models on grouped folds, and a card against its file and its SQL."""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from real_data import Labelled
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from credit_score.scorecard import Boosting, Card, ScorecardClassifier, card_sql, load_card, save_card
from credit_score.scorecard.classifier import NothingTells
from credit_score.scorecard.metrics import auc
from credit_score.scorecard.validation import Split, folds

N_FOLDS = 5
FINE = 1000  # times as many points as usual: what a card would say without rounding


class Winsorised(TransformerMixin, BaseEstimator):
    """Each column cut off at its 1st and 99th percentile, missing values at the median."""

    def fit(self, X: Any, y: Any = None) -> "Winsorised":
        self.low_, self.high_ = np.nanquantile(X, [0.01, 0.99], axis=0)
        self.middle_ = np.nanmedian(X, axis=0)
        return self

    def transform(self, X: Any) -> np.ndarray:
        values = np.asarray(X, float)
        return np.clip(np.where(np.isnan(values), self.middle_, values), self.low_, self.high_)


def plain_logistic() -> Pipeline:
    """Logistic regression as an analyst would begin: numbers winsorised and scaled, categories as indicators."""
    numbers = make_pipeline(Winsorised(), StandardScaler())
    categories = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, LogisticRegression(max_iter=2000))


def boosting() -> HistGradientBoostingClassifier:
    """scikit-learn's histogram boosting as it comes."""
    return HistGradientBoostingClassifier(random_state=0)


def boosting_alone() -> HistGradientBoostingClassifier:
    """The same where each tree looks at one characteristic, with the settings of a boosted card: not compiled."""
    how = Boosting()
    return HistGradientBoostingClassifier(
        max_iter=how.rounds, learning_rate=how.learning_rate, max_leaf_nodes=how.leaves, min_samples_leaf=how.min_leaf,
        l2_regularization=how.l2, interaction_cst="no_interactions", early_stopping=False, random_state=how.seed,
    )  # fmt: skip


def unrounded(card: ScorecardClassifier) -> ScorecardClassifier:
    """The same card with points so fine that rounding does not show."""
    return clone(card).set_params(pdo=card.pdo * FINE)


@dataclass(frozen=True)
class Fold:
    """A model and the rows that it was not fitted on."""

    model: Any
    X: pd.DataFrame
    bad: np.ndarray


def parted(data: Labelled, seed: int) -> list[Split]:
    """Five folds with about equal shares of bad; rows that are alike are never parted."""
    return folds(data.bad, data.group, N_FOLDS, seed)


def fitted(model: Any, data: Labelled, splits: list[Split]) -> list[Fold]:
    """A clone of a model for each fold, fitted on the other folds.

    On one thread: tables are small, and threads that wait for each other on a busy machine take minutes.
    """
    with threadpool_limits(1):
        return [
            Fold(clone(model).fit(data.X.iloc[s.fitted], data.bad[s.fitted]), data.X.iloc[s.tested], data.bad[s.tested])
            for s in splits
        ]


def aucs(made: list[Fold]) -> list[float]:
    """AUC of each fold; of a card by its integer points."""
    return [auc(fold.bad, safety(fold.model, fold.X)) for fold in made]


def safety(model: Any, X: pd.DataFrame) -> np.ndarray:
    """A score that is higher where it is safer."""
    return model.points(X) if isinstance(model, ScorecardClassifier) else -model.decision_function(X)


def mean_auc(model: Any, data: Labelled, splits: list[Split]) -> float:
    """Mean AUC over folds."""
    return float(np.mean(aucs(fitted(model, data, splits))))


def with_neutral_missing(card: Card) -> Card:
    """The card where a missing value has the mean points of the others, by their shares: it tells nothing."""
    listed = []
    for c in card.characteristics:
        others = [a for a in c.attributes if a.kind != "missing" and a.share > 0]
        middle = round(np.average([a.points for a in others], weights=[a.share for a in others]))
        given = tuple(replace(a, points=middle) if a.kind == "missing" else a for a in c.attributes)
        listed.append(replace(c, attributes=given))
    return replace(card, characteristics=tuple(listed))


def by_missingness(data: Labelled, splits: list[Split]) -> float:
    """Mean AUC of a logistic regression that sees nothing but which values are missing."""
    gaps = data.X.isna().astype(float)
    return mean_auc(LogisticRegression(max_iter=2000), replace(data, X=gaps), splits)


def without_gaps(data: Labelled, seed: int) -> Labelled:
    """The table with each missing value drawn from those of its column, so that nothing tells that it was missing."""
    draw, filled = np.random.default_rng(seed), data.X.copy()
    for name in filled:
        gap = filled[name].isna()
        known = filled.loc[~gap, name].to_numpy()
        filled.loc[gap, name] = known[draw.integers(0, len(known), gap.sum())]
    return replace(data, X=filled)


def one_by_one(card: ScorecardClassifier, data: Labelled, splits: list[Split]) -> dict[str, float]:
    """Mean AUC of a card of each characteristic alone, the best first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NothingTells)
        alone = {name: mean_auc(card, replace(data, X=data.X[[name]]), splits) for name in data.X}
    return dict(sorted(alone.items(), key=lambda pair: -pair[1]))


def saved_points(card: Card, X: pd.DataFrame, path: Path) -> np.ndarray:
    """The points of each row by the card as saved and loaded."""
    save_card(card, path)
    return load_card(path).points(X)


def sql_points(card: Card, X: pd.DataFrame) -> np.ndarray:
    """The points of each row by the card's SQL in DuckDB."""
    with duckdb.connect() as engine:
        rows = X.astype({n: str for n in X if isinstance(X[n].dtype, pd.CategoricalDtype)}).reset_index(drop=True)
        engine.register("rows", rows.assign(row=range(len(rows))))
        found = engine.sql(card_sql(card, "rows", also=("row",))).df()
    return found.sort_values("row")["score"].to_numpy()
