"""How far the figures of a decision move when one thing that it rests on is another."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.inspection.county import Answer, CountyCube, moved_cutoffs
from credit_score.report.dossier.decision import Decision

if TYPE_CHECKING:
    import pandas as pd

POINTS, PART = 10.0, 0.2
VISIT, DETERRENCE, ENDS = (0.6, 0.8), (0.5, 1.0), (0.05, 0.95)
N_CURVES, SEED = 400, 0
NAMES = ("days", "found", "undetected")
Ends = tuple[tuple[float, float, float], tuple[float, float, float]]


def sensitivity(decision: Decision) -> "pd.DataFrame":
    """One row a thing that may be another, in the order of the rules.

    Columns: ``factor, tier`` (code; −1 where it is of none), ``low, high`` (its two settings), and for either end
    ``days_*, found_*, undetected_*`` of the year. Cut-offs move by 10 points, the ratios of a tier by a fifth. The
    violation curve is the one with which violations in all stand at the 5th and the 95th part of a hundred. Where a
    visit finds a share s of what is there, V / s violations stand behind the V that visits would find. Where firms
    respond, a firm's chance of a violation is p exp(−β (c − c₀)), c and c₀ its chances to be drawn after and before.
    The last three are left out where no visit says what is found.
    """
    import pandas as pd

    rows = [*_cutoffs(decision), *_ratios(decision)]
    if decision.cube.curve is not None:
        rows += [_curve(decision), _visit(decision.as_decided), _deterrence(decision)]
    return pd.DataFrame(rows)


def _row(factor: str, tier: int, settings: tuple[float, float], ends: Ends) -> dict[str, Any]:
    told = {"factor": factor, "tier": tier, "low": settings[0], "high": settings[1]}
    for end, figures in zip(("low", "high"), ends, strict=True):
        told |= {f"{name}_{end}": value for name, value in zip(NAMES, figures, strict=True)}
    return told


def _sums(answer: Answer) -> tuple[float, float, float]:
    return float(answer.load.sum()), float(answer.detections.sum()), float(answer.undetected.sum())


def _cutoffs(decision: Decision) -> Iterator[dict[str, Any]]:
    """Each cut-off 10 points lower and higher, as far as its neighbours let it."""
    answer = decision.as_decided
    now = tuple(map(float, answer.cutoffs))
    for k, cut in enumerate(now):
        low, high = (moved_cutoffs(decision.cube, now, k, cut + by) for by in (-POINTS, POINTS))
        ends = tuple(_sums(Answer(decision.cube, moved, answer.plan)) for moved in (low, high))
        yield _row("cutoff", k, (low[k], high[k]), ends)


def _ratios(decision: Decision) -> Iterator[dict[str, Any]]:
    """The ratios of each tier a fifth lower and higher, at most 1."""
    answer = decision.as_decided
    for k in range(len(decision.cube.tiers)):
        plans = [replace(answer.plan, ratios=_scaled(answer.plan.ratios, k, 1 + by)) for by in (-PART, PART)]
        ends = tuple(_sums(Answer(decision.cube, answer.cutoffs, plan)) for plan in plans)
        yield _row("ratio", k, (-PART, PART), ends)


def _scaled(ratios: np.ndarray, k: int, by: float) -> np.ndarray:
    scaled = ratios.copy()
    scaled[k] = np.minimum(scaled[k] * by, 1.0)
    return scaled


def _curve(decision: Decision) -> dict[str, Any]:
    """Violations in all are the same whatever the plan: they put the curves in order."""
    answer, cube = decision.as_decided, decision.cube
    draws, firms = cube.curve.draws(N_CURVES, SEED), cube.n_places.sum(axis=2)
    order = np.argsort([(firms * cube.chances(draw)).sum() for draw in draws])
    at = [draws[order[round(q * (N_CURVES - 1))]] for q in ENDS]
    ends = tuple(_sums(Answer(cube, answer.cutoffs, answer.plan, draw)) for draw in at)
    return _row("curve", -1, ENDS, ends)


def _visit(answer: Answer) -> dict[str, Any]:
    days, found, _ = _sums(answer)
    there = answer.violations.sum()
    ends = tuple((days, found, float(there / share - found)) for share in VISIT)
    return _row("visit", -1, VISIT, ends)


def _deterrence(decision: Decision) -> dict[str, Any]:
    was, now = _chances(decision.as_was), _chances(decision.as_decided)
    cube = decision.cube
    there = cube.n_places * cube.chances()[:, :, None]
    days = float(decision.as_decided.load.sum())
    left = [there * np.exp(-beta * (now - was)) for beta in DETERRENCE]
    ends = tuple((days, float((v * now).sum()), float((v * (1 - now)).sum())) for v in left)
    return _row("deterrence", -1, DETERRENCE, ends)


def _chances(answer: Answer) -> np.ndarray:
    """A firm's chance to be drawn, by bin, department and map, (B, D, M)."""
    cube: CountyCube = answer.cube
    by_score = np.searchsorted(answer.edges[1:-1], np.arange(len(cube.score)), side="right")
    found: np.ndarray = np.moveaxis(answer.chance[cube.maps[:, by_score]], (1, 2, 0), (0, 1, 2))
    return found
