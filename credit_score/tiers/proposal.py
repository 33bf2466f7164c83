"""Cut-offs proposed for the scores of a run, beside those in force. A proposal changes no policy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from credit_score.errors import FitError
from credit_score.tiers.aim import Objective
from credit_score.tiers.calibrator import TierCalibrator
from credit_score.tiers.cutoffs import tier_codes
from credit_score.tiers.stability import cutoff_intervals
from credit_score.tiers.table import NAMES

if TYPE_CHECKING:
    import pandas as pd

BY_LABELS = ("likelihood", "information")
Numbers: TypeAlias = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Labels:
    """What visits found: ``score`` and ``bad`` (1 or 0) of each firm visited, and the chance of its draw if known."""

    score: np.ndarray
    bad: np.ndarray
    draw_probability: np.ndarray | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of a fit: a firm that was unlikely to be drawn stands for many."""
        own = {"score": self.score, "bad": self.bad}
        return own if self.draw_probability is None else own | {"sample_weight": 1 / self.draw_probability}

    @property
    def weights(self) -> Literal["counts", "draws"]:
        """What a weight is, in the words of :class:`TierCalibrator`."""
        return "counts" if self.draw_probability is None else "draws"


@dataclass(frozen=True)
class Asked:
    """What is asked for: the number of tiers, the objective with its target shares, limits, draws of the bootstrap."""

    n_tiers: int
    objective: Objective
    shares: Numbers | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    n_replications: int = 200
    seed: int = 0


@dataclass(frozen=True)
class Proposal:
    """Cut-offs in force and proposed.

    ``tiers`` and ``proposed`` : :func:`tier_page` of each; the second with the bootstrap interval of each cut-off,
    ``low``, ``high``, and its ``replications``. ``costs`` : of each constraint.
    """

    tiers: "pd.DataFrame"
    proposed: "pd.DataFrame"
    costs: "pd.DataFrame"


def propose(score: np.ndarray, cutoffs: Numbers, asked: Asked, labels: Labels | None = None) -> Proposal:
    """Cut-offs by an objective, beside those in force.

    Target shares are of all scored firms, by default those of the cut-offs in force; the other objectives ask for
    labels. Raises FitError for an objective without what it needs, for ``min_z`` where there are no rates, and where no
    cut-offs keep the limits.
    """
    calibrator, rows = _calibrator(score, cutoffs, asked, labels)
    fitted = calibrator.fit(**rows)
    found = cutoff_intervals(calibrator, **rows, seed=asked.seed, n_replications=asked.n_replications)
    page = tier_page(score, fitted.cutoffs_, labels)
    page = page.merge(found.drop(columns="cutoff"), on="tier", how="left").astype({"replications": "Int64"})
    costs = fitted.costs_
    if asked.objective not in BY_LABELS:
        costs = costs[costs["constraint"] != "trend"].reset_index(drop=True)  # kept by the stand-ins, not by firms
    return Proposal(tier_page(score, cutoffs, labels), page, costs)


def tier_page(score: np.ndarray, cutoffs: Numbers, labels: Labels | None) -> "pd.DataFrame":
    """A row a tier, by score alone: ``tier`` (A is best), ``cutoff`` (NaN for the last), ``firms``, ``share``.

    With labels also ``labelled`` firms and their bad ``rate`` with its Jeffreys interval ``rate_low``, ``rate_high``;
    NaN in a tier without one, of which no rate is known.
    """
    import pandas as pd

    n_tiers = len(cutoffs) + 1
    firms = np.bincount(tier_codes(score, cutoffs), minlength=n_tiers)
    columns: dict[str, Any] = {
        "tier": list(NAMES[:n_tiers]), "cutoff": np.append(np.asarray(cutoffs, float), np.nan), "firms": firms,
        "share": firms / max(len(score), 1),
    }  # fmt: skip
    if labels is not None:
        given = TierCalibrator(n_tiers, "fixed", cutoffs=cutoffs, weights=labels.weights).fit(**labels.columns)
        told = given.table_
        rates = {name: told[name].where(told["rows"] > 0) for name in ("rate", "rate_low", "rate_high")}
        columns |= {"labelled": told["rows"], **rates}
    return pd.DataFrame(columns)


def _calibrator(
    score: np.ndarray, cutoffs: Numbers, asked: Asked, labels: Labels | None
) -> tuple[TierCalibrator, dict[str, Any]]:
    """The calibrator, and the rows it is to be fitted to."""
    if asked.objective in BY_LABELS:
        if labels is None:
            raise FitError(f"objective {asked.objective!r} without labels", remedy="give labels, or ask for shares")
        return TierCalibrator(asked.n_tiers, asked.objective, weights=labels.weights, **asked.limits), labels.columns
    if "min_z" in asked.limits:
        raise FitError("min_z without labels", remedy="give labels: without them no rates stand apart")
    limits: dict[str, Any] = {"min_share": 0.0, "min_z": 0.0} | asked.limits
    return TierCalibrator(asked.n_tiers, "shares", shares=_shares(score, cutoffs, asked), **limits), _unlabelled(score)


def _shares(score: np.ndarray, cutoffs: Numbers, asked: Asked) -> Numbers:
    """The target shares: those asked for, or those of the cut-offs in force."""
    if asked.shares is not None:
        return asked.shares
    if asked.n_tiers != len(cutoffs) + 1:
        what = f"{asked.n_tiers} tiers without target shares; the policy has {len(cutoffs) + 1}"
        raise FitError(what, remedy="give the share of each tier, the best first, or labels")
    return np.bincount(tier_codes(score, cutoffs), minlength=asked.n_tiers) / max(len(score), 1)


def _unlabelled(score: np.ndarray) -> dict[str, Any]:
    """Rows for an objective that reads no label: stand-ins that rise as scores fall, so that no limit feels them."""
    if len(np.unique(score)) < 2:
        raise FitError(f"{len(score)} firms with one score cannot be told apart", remedy="score more of them")
    middle = np.median(score)
    bad = score < middle if (score < middle).any() else score <= middle
    return {"score": score, "bad": bad.astype(float)}
