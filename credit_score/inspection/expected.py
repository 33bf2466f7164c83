"""What a schedule asks for on average, from counts and ratios alone, before anything is drawn."""

from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import PolicyError, first_five

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def expected_visits(n: "ArrayLike", ratio: "ArrayLike", *, frequency: "ArrayLike" = 1) -> "NDArray[np.float64]":
    """Visits a year by tier, on average over draws, in the shape of ``n``.

    n_k r_k f_k: firms in the tier, share of it drawn a year, visits a year to a drawn firm. Floors, statutory
    minimums and the annual cap are left out. Ours.

    Parameters
    ----------
    n : firms, shape (K,), or (..., K) such as departments × tiers.
    ratio : inspection ratios, shape (K,); shares in [0, 1], never percent.
    frequency : visits a year to a drawn firm, a number or shape (K,).

    Raises PolicyError for a ratio outside [0, 1], and where there is not one ratio a tier.
    """
    firms, share = np.asarray(n, dtype=float), np.asarray(ratio, dtype=float)
    if share.shape != firms.shape[-1:]:
        raise PolicyError(f"{share.size} inspection ratios for {firms.shape[-1]} tiers", remedy="give one a tier")
    outside = share[~((share >= 0) & (share <= 1))]
    if outside.size:
        found = first_five(f"{r:g}" for r in outside)
        raise PolicyError(f"inspection ratio {found} is outside [0, 1]", remedy="write a share: 0.03 for 3 %")
    return firms * share * np.asarray(frequency, dtype=float)
