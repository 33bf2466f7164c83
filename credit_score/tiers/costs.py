"""What each constraint costs, and which one leaves no cut-offs at all: the aim is tried without each in turn."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError
from credit_score.tiers.aim import Aim, Cut, best_cut, least_days
from credit_score.tiers.cells import ScoreCells

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("constraint", "value", "objective", "without", "difference")


def constraint_costs(cells: ScoreCells, aim: Aim, cut: Cut) -> "pd.DataFrame":
    """A row a constraint that is set: ``constraint, value, objective`` with it, ``without`` it, and the ``difference``.

    The difference is ≥ 0, in the units of the objective (:func:`best_cut`); 0 where the constraint does not bind. The
    row ``fixed`` compares given cut-offs with the best by likelihood within the limits, NaN where those do not exist.
    """
    import pandas as pd

    rows = []
    for name, value in aim.constraints().items():
        free = _reached(cells, aim.without(name))
        without = free.objective if free else np.nan
        rows.append((name, value, cut.objective, without, without - cut.objective))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _reached(cells: ScoreCells, aim: Aim) -> Cut | None:
    try:
        return best_cut(cells, aim)
    except FitError:
        return None


def possible_cut(cells: ScoreCells, aim: Aim) -> Cut:
    """The best cut. Raises FitError that names the constraints of which each alone leaves none."""
    if len(cells.lowest) < aim.n_tiers and aim.cutoffs is None:
        what = f"{len(cells.lowest)} different scores cannot make {aim.n_tiers} tiers"
        raise FitError(what, remedy="ask for fewer tiers, or score more finely")
    found = _reached(cells, aim)
    if found is None:
        raise _refusal(cells, aim)
    return found


def _refusal(cells: ScoreCells, aim: Aim) -> FitError:
    """The error for an aim that no cut meets."""
    every = aim.constraints()
    binding = [n for n in every if _reached(cells, aim.without(n))]
    told = " and ".join(f"{n} {every[n]}" for n in binding or every)
    if not binding:
        return FitError(
            f"no {aim.n_tiers} tiers keep {told}", remedy="relax more than one of them, or ask for fewer tiers"
        )
    hint = f"; without it {_reach(cells, aim, binding[0])}" if len(binding) == 1 else ""
    remedy = f"relax {'it' if len(binding) == 1 else 'one of them'}, or ask for fewer tiers"
    return FitError(f"no {aim.n_tiers} tiers keep {told}{hint}", remedy=remedy)


def _reach(cells: ScoreCells, aim: Aim, constraint: str) -> str:
    """How far tiers without a constraint are from keeping it."""
    if constraint == "capacity":
        return f"the least that any need is {least_days(cells, aim):,.6g} days in all"
    tiers = cells.grouped(best_cut(cells, aim.without(constraint)).edges)
    shares = tiers.weight / tiers.weight.sum()
    figures = {
        "min_share": f"the smallest share is {shares.min():.4g}",
        "max_share": f"the greatest share is {shares.max():.4g}",
        "min_count": f"the smallest tier has {tiers.rows.min():g} rows",
        "trend": f"the rates are {', '.join(f'{r:.4g}' for r in tiers.bad / tiers.weight)}",
        "min_z": f"neighbours are {tiers.separation(drawn=aim.drawn)[1:].min():.2f} standard errors apart at the least",
    }  # fmt: skip
    return figures[constraint]
