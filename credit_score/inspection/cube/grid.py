"""Score bins of one round width, so that the cut-offs people name fall between bins."""

from fractions import Fraction
from math import ceil, floor, log10

import numpy as np

from credit_score.errors import FitError


def grid(low: float, high: float, *, n_bins: int = 1000, width: float | None = None) -> np.ndarray:
    """Where bins begin, ascending, and where the last ends; (B + 1,), B ≤ ``n_bins`` + 2, multiples of the width.

    The width is 1, 2 or 5 times a power of ten unless one is given. Every score from ``low`` to ``high`` is in a bin,
    which holds its lower end and not its upper. Raises FitError for a width that is no positive number or makes more
    than a million bins, and for scores too large to be told apart by it.
    """
    if width is not None and not 0 < width < np.inf:
        raise FitError(f"bins {width!r} wide", remedy="give a width above 0")
    if n_bins < 1:
        raise FitError(f"{n_bins} bins", remedy="ask for 1 or more")
    if low == high and width is None:
        return np.array([low, np.nextafter(high, np.inf)])
    wide = round_up((high - low) / n_bins) if width is None else width
    first, last = floor(low / wide), floor(high / wide) + 1
    if last - first > 1_000_000:
        raise FitError(f"{last - first:,} bins", remedy="give a greater width")
    edges = _multiples(first, last, wide)
    edges = edges[np.searchsorted(edges, low, side="right") - 1 : np.searchsorted(edges, high, side="right") + 1]
    if not (np.diff(edges) > 0).all() or edges[0] > low or edges[-1] <= high:
        raise FitError(f"scores of {low:g} to {high:g} are too large to be told apart", remedy="subtract a number")
    return edges


def round_up(width: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below a width."""
    power = floor(log10(width))
    return next(m * 10.0**e for e in (power, power + 1) for m in (1, 2, 5) if m * 10.0**e >= width * (1 - 1e-12))


def _multiples(first: int, last: int, width: float) -> np.ndarray:
    """Whole multiples of a width as it is written, one beyond both ends: the nearest doubles, .9 and not .3 × 3.

    A width that is one over a whole number is that fraction: three bins of 1/3 end at 1.
    """
    parts = 1 / width
    whole = ceil(parts) > 1 and abs(parts - round(parts)) < 1e-9 * parts
    step = Fraction(1, round(parts)) if whole else Fraction(repr(float(width)))
    # The quotient of two whole numbers, however long they are, is rounded once.
    return np.array([n * step.numerator / step.denominator for n in range(first - 1, last + 2)])
