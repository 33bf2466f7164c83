"""Labels that were looked for: a firm is known to be bad only where somebody went, so who went matters.

A row drawn at random with chance p stands for 1 / p rows. What came by complaint, alert or referral stands for nobody
else and has no weight here.
"""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError, first_five

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


# Below it, squares of weights are no numbers any more.
LEAST = 1e-100


def draw_weights(probability: "ArrayLike") -> "NDArray[np.float64]":
    """1 / the chance of each row to be drawn, shape (n,); 0 where it is missing, for a row that no draw chose.

    Give them as ``sample_weight`` with ``weights="draws"``. Raises FitError for chances that are no numbers, outside
    (0, 1] or under 1e−100, and where no row was drawn: such rows say nothing of the others.
    """
    import pandas as pd

    try:
        chance = pd.Series(probability).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise FitError(f"chances of being drawn: {error}", remedy="give numbers in (0, 1]") from None
    drawn = ~np.isnan(chance)
    wrong = drawn & ~((chance >= LEAST) & (chance <= 1))
    if wrong.any():
        told = first_five(f"{chance[i]:.15g} (row {i})" for i in np.flatnonzero(wrong))
        raise FitError(f"chance of being drawn {told}", remedy="give chances in (0, 1], missing where none was drawn")
    if not drawn.any():
        raise FitError("no row was drawn at random", remedy="give rows of the random stream, with their chances")
    return np.divide(1.0, chance, out=np.zeros(len(chance)), where=drawn)


def effective_weights(weight: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Weights of drawn rows scaled to sum to the rows they are worth, (Σw)² / Σw² (Kish 1965, Survey Sampling)."""
    return np.asarray(weight * (weight.sum() / (weight @ weight)), np.float64)
