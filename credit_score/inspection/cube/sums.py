"""What a cube holds: sums of firms by score bin and department, from the best score down."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class CubeSums:
    """Sums over the bins that hold a firm; B bins, D departments, S sectors, Z sizes.

    ``bounds``: lower and upper score of a bin, the best first, (2, B); the upper is not in it. ``prefix``: sums of the
    bins before, (B + 1, D, 4): firms, expected violations, those that a visit to each would find, and its
    inspector-days; ``squares``, (B + 1, D): squared chances of a violation. ``sensitivity``: (D,). ``capacity``:
    inspector-days a year, (D,), or None. ``bearers``: firms of the bins before by sector and size, (B + 1, D, S, Z),
    and ``firms``, each counted once, (S, Z); or None.
    """

    bounds: np.ndarray
    prefix: np.ndarray
    squares: np.ndarray
    departments: tuple[Any, ...]
    sensitivity: np.ndarray
    capacity: np.ndarray | None = None
    bearers: np.ndarray | None = None
    firms: np.ndarray | None = None
    sectors: tuple[Any, ...] = ()
    sizes: tuple[Any, ...] = ()
