"""Settings that a hand has given: a number in its range, or one clear line."""

from typing import Any

import numpy as np

from credit_score.errors import FitError


def check_number(
    name: str, value: Any, *, least: float = -np.inf, most: float = np.inf, above: float = -np.inf, whole: bool = False
) -> None:
    """Raise FitError unless a setting is one finite number, at least ``least``, above ``above``, at most ``most``.

    ``whole``: an integer by its type. Texts that look like numbers are none, and neither are True and False.
    """
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    number = isinstance(value, kinds) and not isinstance(value, bool)
    if number and np.isfinite(value) and least <= value <= most and value > above:
        return
    bounds = [(least, "of at least"), (above, "above"), (most, "of at most")]
    told = " and ".join(f"{words} {bound:g}" for bound, words in bounds if np.isfinite(bound))
    raise FitError(f"{name} {value!r:.60}", remedy=f"give a {'whole' if whole else 'finite'} number {told}".strip())
