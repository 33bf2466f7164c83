"""The chance of every firm to be drawn where the annual cap closes some: the draw simulated on counts of firms.

Firms that the same departments hold in the same strata stand alike in every draw, so their chance is the same; and how
many of them are drawn, with so many visits behind them, is all that the next department's draw depends on. A draw of
millions is then a few hypergeometric numbers, and the mean of many such draws is the chance (Fattorini 2006).
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from credit_score.inspection.draw import turns
from credit_score.inspection.frame import RANDOM
from credit_score.inspection.schedule import n_drawn

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 1000
# Chances are told to so many digits; those beyond are of the simulation.
DIGITS = 6


class Stratum(NamedTuple):
    """A stratum of a department: its row in the schedule, the classes of firms in it, and its draw."""

    row: int
    classes: np.ndarray
    firms: int
    ratio: float
    floor: int
    frequency: int


def capped_chances(
    frame: "pd.DataFrame", schedule: "pd.DataFrame", *, cap: int, seed: int | str, n_draws: int = DRAWS
) -> "pd.DataFrame":
    """The frame with ``draw_probability``: each firm's chance in each department's random draw, 1 under a duty.

    Parameters
    ----------
    frame : ``department, subject, tier_code, duty``, a row a firm × department.
    schedule : strata with ``firms, ratio, floor, frequency, drawn, draw_probability``.
    cap : most planned visits to one firm a year.
    seed : the draw's, which gives the order of the departments; the chance is over all seeds with this order.
    n_draws : simulated. Where the cap never closed a firm the chance is the closed form, E[n] ÷ N, without an error;
        elsewhere its standard error is below √(π(1 − π)/n_draws), far below for classes of many firms.
    """
    keys = ["department", "tier_code", "duty"]
    strata = schedule.reset_index(drop=True).rename_axis("row").reset_index()
    held = frame.merge(strata[["row", *keys]], on=keys, how="left")
    firms, classes = _classes(held)
    found = _simulated(strata, classes, firms, cap, seed, n_draws)
    chance = found[firms[held["subject"].factorize()[0]], held["row"]]
    return frame.assign(draw_probability=np.round(chance, DIGITS))


def _classes(held: "pd.DataFrame") -> tuple[np.ndarray, np.ndarray]:
    """The class of each firm, in order of first appearance, and of each class the row of its stratum by department.

    −1 where a department does not hold it.
    """
    place, department = held["subject"].factorize()[0], held["department"].factorize()[0]
    table = np.full((place.max() + 1, department.max() + 1), -1)
    table[place, department] = held["row"]
    classes, of = np.unique(table, axis=0, return_inverse=True)
    return of.ravel(), classes


def _simulated(
    strata: "pd.DataFrame", classes: np.ndarray, firms: np.ndarray, cap: int, seed: int | str, n_draws: int
) -> np.ndarray:
    """The chance of each class in each stratum, (classes, strata)."""
    counts = np.bincount(firms, minlength=len(classes))
    duties, in_turn = _ordered(strata, classes, seed)
    start = np.zeros((len(classes), cap + 1), dtype=np.int64)
    behind = np.zeros(len(classes), dtype=np.int64)
    for stratum in duties:
        behind[stratum.classes] += stratum.frequency
    start[np.arange(len(classes)), np.minimum(behind, cap)] = counts
    total, ever_closed = np.zeros((len(classes), len(strata))), np.zeros(len(strata), dtype=bool)
    rng = np.random.default_rng(0)
    for _ in range(n_draws):
        state = start.copy()
        for stratum in in_turn:
            ever_closed[stratum.row] |= _drawn(state, stratum, total, rng)
    found = total / n_draws / counts[:, None]
    sure = np.flatnonzero(~ever_closed)
    found[:, sure] = strata["draw_probability"].to_numpy(float)[sure]
    return found


def _ordered(strata: "pd.DataFrame", classes: np.ndarray, seed: int | str) -> tuple[list[Stratum], list[Stratum]]:
    """The strata under a duty, and those drawn at random in the turn of their departments."""
    turn = {department: i for i, department in enumerate(turns(strata["department"].unique(), seed))}
    listed = [
        (turn[row["department"]], row["duty"], Stratum(
            row["row"], np.flatnonzero((classes == row["row"]).any(axis=1)), int(row["firms"]), float(row["ratio"]),
            int(row["floor"]), int(row["frequency"])))
        for row in strata.to_dict("records")
    ]  # fmt: skip
    ordered = sorted(listed, key=lambda told: told[0])
    return [s for _, duty, s in ordered if duty != RANDOM], [s for _, duty, s in ordered if duty == RANDOM]


def _drawn(state: np.ndarray, stratum: Stratum, total: np.ndarray, rng: np.random.Generator) -> bool:
    """Draw once from a stratum: chances are added to ``total``, firms move on in ``state``; whether any was closed."""
    room = state.shape[1] - stratum.frequency
    open_to_draw = state[stratum.classes, : max(room, 0)]
    n_open = int(open_to_draw.sum())
    n = min(n_drawn(stratum.firms, stratum.ratio, stratum.floor, rng.random()), n_open)
    if n:
        total[stratum.classes, stratum.row] += open_to_draw.sum(axis=1) * (n / n_open)
        taken = rng.multivariate_hypergeometric(open_to_draw.ravel(), n, method="marginals").reshape(open_to_draw.shape)
        state[stratum.classes, :room] -= taken
        state[stratum.classes, stratum.frequency :] += taken
    return n_open < stratum.firms
