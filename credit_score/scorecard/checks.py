"""What a committee should hear before it trusts a card: missingness that tells alone, one characteristic that carries.

Both are looked at on at most ``ROWS`` rows, half of them good and half bad, drawn by a fixed seed: an AUC does not hang
on how many there are of each, and rows of a file may stand in any order. The bounds are conventions of ours, not law.
"""

from collections.abc import Sequence
from dataclasses import replace
from warnings import warn

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.card import Card, Characteristic
from credit_score.scorecard.columns import Column, Numbers
from credit_score.scorecard.intervals import auc_interval
from credit_score.scorecard.logistic import Bounds, fit_logistic
from credit_score.scorecard.metrics import auc
from credit_score.scorecard.prebins import Target

ROWS, SEED = 20_000, 0
# An AUC of missingness that is surely above this is told.
MISSING_AUC = 0.55
# A characteristic that alone reaches this share of what the card adds to .5 is told.
CARRIED = 0.9


class CardWarning(UserWarning):
    """Something about a card, or about the rows it was learned from, that its reader should know."""


class NothingTells(CardWarning):
    """A card without a characteristic: everybody has the base points."""


class MissingTells(CardWarning):
    """Which values are missing predicts the label by itself: the card may learn who was recorded, not who is safe."""


class OneCarries(CardWarning):
    """One characteristic gives nearly all that the card tells."""


def check_missing(columns: Sequence[Column], target: Target) -> None:
    """Warn (MissingTells) where a regression on what is missing, tested on rows it did not see, tells good from bad."""
    found = missing_auc(columns, target)
    if found is not None and found[1] > MISSING_AUC:
        value, low, high = found
        told = f"which values are missing predicts the label alone: AUC {value:.3f} ({low:.3f} to {high:.3f})"
        warn(f"{told}; ask why they are missing, and look at the card without them", MissingTells, stacklevel=4)


def missing_auc(columns: Sequence[Column], target: Target) -> tuple[float, float, float] | None:
    """AUC of missingness alone with the ends of its interval, by two halves of each class each tested by the other.

    None where nothing, or too little, is missing or bad.
    """
    few = _drawn(target.bad)
    gaps = np.array([_missing(_part(c, few)) for c in columns]).reshape(len(columns), len(target.bad[few])).T
    gaps = gaps[:, (gaps.mean(axis=0) > 0) & (gaps.mean(axis=0) < 1)]
    bad, weight = target.bad[few], target.weight[few]
    if not gaps.shape[1] or min(_rows_by_half(bad)) < 2:
        return None
    try:
        found = auc_interval(bad, -_crossed(gaps, bad, weight), sample_weight=weight)
    except FitError:  # a regression that does not settle tells nothing
        return None
    return (found.value, found.low, found.high)


def check_carried(card: Card, columns: Sequence[Column], target: Target) -> None:
    """Warn (OneCarries) where the points of one characteristic order rows nearly as well as the score of all does."""
    few = _drawn(target.bad)
    by_name = {c.name: _part(c, few) for c in columns}
    parts = {c.name: _points(c, by_name[c.name]) for c in card.characteristics}
    bad, weight = target.bad[few], target.weight[few]
    filled = sum(not _missing(c).all() for c in by_name.values())
    if filled < 2 or not parts or min(bad.sum(), len(bad) - bad.sum()) == 0:
        return  # of one column nothing else can be asked
    whole = auc(bad, np.sum(list(parts.values()), axis=0), sample_weight=weight)
    alone = {name: auc(bad, points, sample_weight=weight) for name, points in parts.items()}
    name = max(alone, key=lambda n: alone[n])
    if whole > 0.5 and alone[name] - 0.5 >= CARRIED * (whole - 0.5):
        told = f"characteristic {name!r} carries the card: AUC {alone[name]:.3f} alone, {whole:.3f} with all"
        remedy = "ask whether it is known before the outcome, and look at the card without it"
        warn(f"{told}; {remedy}", OneCarries, stacklevel=4)


def _drawn(bad: np.ndarray) -> np.ndarray:
    """The places of at most ROWS / 2 good rows and then of as many bad ones, each in an order of chance."""
    draw = np.random.default_rng(SEED)
    return np.concatenate([draw.permutation(np.flatnonzero(bad == label))[: ROWS // 2] for label in (0, 1)])


def _part(column: Column, few: np.ndarray) -> Column:
    if isinstance(column, Numbers):
        return replace(column, values=column.values[few])
    return replace(column, codes=column.codes[few])


def _missing(column: Column) -> np.ndarray:
    gaps = np.isnan(column.values) if isinstance(column, Numbers) else column.codes < 0
    return gaps.astype(np.float64)


def _rows_by_half(bad: np.ndarray) -> list[int]:
    halves = (bad[0::2], bad[1::2])
    return [int(n) for half in halves for n in (half.sum(), len(half) - half.sum())]


def _crossed(gaps: np.ndarray, bad: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The log-odds of bad of each row by what is missing, from a fit to the half it is not in."""
    free = Bounds(np.full(gaps.shape[1], -np.inf), np.full(gaps.shape[1], np.inf))
    logits = np.empty(len(bad))
    for half in (0, 1):
        rows = slice(1 - half, None, 2)
        fit = fit_logistic(np.ascontiguousarray(gaps[rows]), bad[rows], weight[rows], free, l2=1e-3)
        logits[half::2] = fit.coefficients[0] + gaps[half::2] @ fit.coefficients[1:]
    return logits


def _points(characteristic: Characteristic, column: Column) -> np.ndarray:
    total = np.zeros(len(column.values if isinstance(column, Numbers) else column.codes), dtype=np.int64)
    characteristic.add(total, column, np.array([a.points for a in characteristic.attributes]))
    return total
