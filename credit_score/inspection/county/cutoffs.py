"""Where the cut-offs of a draft can stand: between bins of scores, each below the one before."""

import numpy as np

from credit_score.inspection.county.cube import CountyCube


def step(cube: CountyCube) -> float:
    """The distance between the places that a cut-off can have, in points: the width of a bin."""
    return float(np.round((cube.bounds[1] - cube.bounds[0]).min(), 3))


def moved_cutoffs(cube: CountyCube, cutoffs: tuple[float, ...], k: int, to: float) -> tuple[float, ...]:
    """Cut-offs, descending (K − 1,), with the one of tier k as near to a score as bins and its neighbours let it."""
    wide = step(cube)
    above = cutoffs[k - 1] if k else np.ceil((cube.bounds[1, 0] + 1) / wide) * wide + wide
    below = cutoffs[k + 1] if k + 1 < len(cutoffs) else np.floor((cube.bounds[0, -1] - 1) / wide) * wide - wide
    place = float(np.round(np.clip(round(to / wide) * wide, below + wide, above - wide), 3))
    return (*cutoffs[:k], place, *cutoffs[k + 1 :])
