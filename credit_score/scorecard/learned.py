"""From characteristics to a card: one weight a characteristic on its evidence, and then integer points.

ln odds(bad) = a − Σ b·evidence with b ≥ 0, where the evidence of an attribute is its WOE, or what boosted trees say of
it. Points = factor · b · evidence, rounded; the base takes the constant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from credit_score.scorecard.binning import Draft
from credit_score.scorecard.card import Card, Characteristic, Scaling
from credit_score.scorecard.columns import Column
from credit_score.scorecard.logistic import Bounds, Fit, fit_logistic, robust_errors
from credit_score.scorecard.prebins import Target

if TYPE_CHECKING:
    import pandas as pd

# Of a weight; those beyond differ from machine to machine.
DIGITS = 6
BY_HAND = "its weight was set to 0 by hand"
NO_WEIGHT = "its weight is 0: what it tells, the others tell"


@dataclass(frozen=True)
class Evidence:
    """A characteristic with what each of its attributes says for good, shape (attributes,), and its column."""

    column: Column
    characteristic: Characteristic
    values: np.ndarray


def woe_evidence(drafted: Draft, target: Target) -> Evidence:
    """A characteristic cut for the most information, and the WOE of each attribute."""
    edges = drafted.edges(drafted.found.for_partition(), target, "information")
    characteristic = drafted.cut(edges, target)
    return Evidence(drafted.column, characteristic, np.array([a.woe for a in characteristic.attributes]))


@dataclass(frozen=True)
class Weighing:
    """How weights are found: penalties, weights by hand (name → weight), scaling, whether the least points are 0.

    ``drawn``: sample weights are of rows drawn, not copies.
    """

    l1: float
    l2: float
    by_hand: Mapping[str, float]
    scaling: Scaling
    lowest_zero: bool
    drawn: bool


@dataclass(frozen=True)
class Learned:
    """A card, a row a coefficient (weight, standard error, p-value), and name → why a characteristic is left out."""

    card: Card
    coefficients: "pd.DataFrame"
    excluded: dict[str, str]


def learn(evidence: Sequence[Evidence], target: Target, how: Weighing) -> Learned:
    """The card of some characteristics; those without a weight are left out of it."""
    names, matrix = [e.characteristic.name for e in evidence], evidence_matrix(evidence, len(target.bad))
    fit = fit_logistic(matrix, target.bad, target.weight, bounds_of(names, how.by_hand), l1=how.l1, l2=how.l2)
    if how.drawn:
        fit = replace(fit, errors=robust_errors(matrix, target.bad, target.weight, fit))
    weights = np.round(fit.coefficients[1:], DIGITS)
    kept = [(e, b) for e, b in zip(evidence, weights, strict=True) if b != 0]
    card = _card(kept, float(fit.coefficients[0]), how)
    left = {
        name: BY_HAND if name in how.by_hand else NO_WEIGHT for name, b in zip(names, weights, strict=True) if b == 0
    }
    return Learned(card, _table(names, fit), left)


def evidence_matrix(evidence: Sequence[Evidence], n: int) -> np.ndarray:
    """What each characteristic says for bad in each row, shape (n, characteristics), a column in one piece."""
    rows = np.zeros((len(evidence), n))
    for e, row in zip(evidence, rows, strict=True):
        e.characteristic.add(row, e.column, -e.values)
    return rows.T


def bounds_of(names: list[str], by_hand: Mapping[str, float]) -> Bounds:
    """At least 0, or as set by hand."""
    free = Bounds.signs(len(names))
    for j, name in enumerate(names):
        if name in by_hand:
            free.low[j] = free.high[j] = by_hand[name]
    return free


def _card(kept: list[tuple[Evidence, float]], constant: float, how: Weighing) -> Card:
    factor, base, listed = how.scaling.factor, how.scaling.score(constant), []
    for e, b in kept:
        exact = factor * b * e.values
        lowest = exact.min() if how.lowest_zero else 0.0
        base += lowest
        points = np.rint(exact - lowest).astype(int)
        attributes = zip(e.characteristic.attributes, points, strict=True)
        given = tuple(replace(a, points=int(p)) for a, p in attributes)
        listed.append(replace(e.characteristic, attributes=given, weight=float(b)))
    return Card(tuple(listed), int(np.rint(base)), how.scaling)


def _table(names: list[str], fit: Fit) -> "pd.DataFrame":
    import pandas as pd
    from scipy.stats import norm

    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * norm.sf(np.abs(fit.coefficients / fit.errors))
    columns = {"weight": fit.coefficients, "standard_error": fit.errors, "p_value": p_values}
    return pd.DataFrame(columns, index=["(constant)", *names])
