"""The chance of every firm to be drawn where the annual cap closes some: the draw simulated on counts of firms.

Firms that the same departments hold in the same strata stand alike in every draw, so their chance is the same; and how
many of them are drawn, with so many visits behind them, is all that the next department's draw depends on. A draw of
millions is then a few hypergeometric numbers, and the mean of many such draws is the chance (Fattorini 2006).
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from credit_score.errors import FitError, discreet, first_five
from credit_score.inspection.draw import turns
from credit_score.inspection.frame import RANDOM
from credit_score.inspection.schedule import either_drawn
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 1000
# Chances are told to so many digits; those beyond are of the simulation.
DIGITS = 6
KEYS = ["department", "tier_code", "duty"]
DRAW = ["firms", "ratio", "floor", "frequency", "draw_probability"]


class Stratum(NamedTuple):
    """A stratum of a department: its row in the schedule, the classes of firms in it, and its draw.

    ``low`` firms are drawn, or ``high`` with the chance ``part``, each for ``frequency`` visits.
    """

    row: int
    classes: np.ndarray
    firms: int
    low: int
    high: int
    part: float
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

    Raises FitError for a frame without firms, a column or a stratum that is missing, a firm that stands twice in a
    department, and a cap or number of draws below 1.
    """
    check_number("cap", cap, least=1, whole=True)
    check_number("n_draws", n_draws, least=1, whole=True)
    _check_columns(frame, schedule)
    strata = schedule.reset_index(drop=True).rename_axis("row").reset_index()
    held = frame.merge(strata[["row", *KEYS]], on=KEYS, how="left")
    _check_strata(held)
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
            row["row"], np.flatnonzero((classes == row["row"]).any(axis=1)), int(row["firms"]),
            *either_drawn(int(row["firms"]), float(row["ratio"]), int(row["floor"])), int(row["frequency"])))
        for row in strata.to_dict("records")
    ]  # fmt: skip
    ordered = sorted(listed, key=lambda told: told[0])
    return [s for _, duty, s in ordered if duty != RANDOM], [s for _, duty, s in ordered if duty == RANDOM]


def _drawn(state: np.ndarray, stratum: Stratum, total: np.ndarray, rng: np.random.Generator) -> bool:
    """Draw once from a stratum: chances are added to ``total``, firms move on in ``state``; whether any was closed.

    The chance is of the mean number drawn from those open; the number that chance gives only moves the state.
    """
    room = state.shape[1] - stratum.frequency
    open_to_draw = state[stratum.classes, : max(room, 0)]
    n_open = int(open_to_draw.sum())
    low, high = min(stratum.low, n_open), min(stratum.high, n_open)
    n = high if rng.random() < stratum.part else low
    if high:
        mean = low + stratum.part * (high - low)
        total[stratum.classes, stratum.row] += open_to_draw.sum(axis=1) * (mean / n_open)
        taken = rng.multivariate_hypergeometric(open_to_draw.ravel(), n, method="marginals").reshape(open_to_draw.shape)
        state[stratum.classes, :room] -= taken
        state[stratum.classes, stratum.frequency :] += taken
    return n_open < stratum.firms


def _check_columns(frame: "pd.DataFrame", schedule: "pd.DataFrame") -> None:
    for table, what, columns in (
        (frame, "the frame", ["subject", *KEYS]), (schedule, "the schedule", [*KEYS, *DRAW]),
    ):  # fmt: skip
        if lacking := [c for c in columns if c not in table.columns]:
            raise FitError(f"{what} without {first_five(lacking)}", remedy=f"give the columns {', '.join(columns)}")
    if frame.empty:
        raise FitError("a frame without firms", remedy="give a row a firm × department")


def _check_strata(held: "pd.DataFrame") -> None:
    twice, unknown = held.duplicated(["department", "subject"]), held["row"].isna()
    for wrong, what, remedy in (
        (twice, "a firm twice in one department", "give a firm × department one row, and a stratum one"),
        (unknown, "firms of a stratum that is not in the schedule", "give the schedule of this frame"),
    ):
        if wrong.any():
            row = held[wrong.to_numpy()].iloc[0]
            where = f"department {discreet(row['department'])}, tier_code {row['tier_code']}, duty {row['duty']!r}"
            raise FitError(f"{what} ({where})", remedy=remedy)
