"""The best reply of a firm: where to violate and where to comply, given its cost of complying.

In a period a firm either pays the cost of complying or risks a visit that finds it out, a fine, and a worse status.
What it does from status to status is a Markov decision problem; policy iteration solves it exactly.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from credit_score.simulation.parameter import ScenarioError

if TYPE_CHECKING:
    from credit_score.simulation.statuses import Statuses


def best_reply(
    cost: float, visited: np.ndarray, fines: np.ndarray, machine: "Statuses", chances: tuple[float, float]
) -> np.ndarray:
    """Whether violating costs less than complying in each status, (S,); complying where both cost the same.

    Parameters
    ----------
    cost : of complying for a period. ``visited`` : chance of a visit, (S,). ``fines`` : of a finding, (S,).
    chances : that a visit finds a violation, and the discount a period, below 1.

    Policy iteration; with the discount below 1 it ends at the optimum. Raises ScenarioError for a discount of 1.
    """
    seen, discount = chances
    if not 0 <= discount < 1:
        raise ScenarioError(f"{discount:g} is outside [0, 1)", "behaviour", "discount", remedy="give one below 1")
    caught, freed = visited * seen, visited * machine.release
    move = {True: _moves(caught, machine.found, machine), False: _moves(freed, machine.clean, machine)}
    paid = np.stack([np.full(machine.n, float(cost)), caught * fines])
    violates = np.zeros(machine.n, bool)
    while True:
        chain = np.where(violates[:, None], move[True], move[False])
        value = np.linalg.solve(np.eye(machine.n) - discount * chain, paid[violates.astype(int), np.arange(machine.n)])
        complying, violating = (paid[i] + discount * move[bool(i)] @ value for i in (0, 1))
        # A firm changes what it does only for a gain beyond rounding, so that no tie is turned over for ever.
        margin = 1e-12 * np.maximum(1.0, np.abs(complying))
        better = np.where(violates, violating <= complying + margin, violating < complying - margin)
        if (better == violates).all():
            return violates
        violates = better


def _moves(chance: np.ndarray, to: np.ndarray, machine: "Statuses") -> np.ndarray:
    """The matrix of a period, (S, S): a move with its chance, then the drift."""
    here = np.arange(machine.n)
    moved = np.zeros((machine.n, machine.n))
    np.add.at(moved, (here, to), chance)
    np.add.at(moved, (here, here), 1 - chance)
    drifted = np.zeros_like(moved)
    for end, share in zip(machine.drift, (1 - machine.drift_chance, machine.drift_chance), strict=True):
        np.add.at(drifted, (here, end), share)
    return moved @ drifted


def switches(policy: Callable[[float], np.ndarray], low: float, high: float) -> list[float]:
    """The costs between two at which a best reply changes, ascending, to the last digits of a float."""
    at_low, at_high = policy(low), policy(high)
    if (at_low == at_high).all():
        return []
    middle = (low + high) / 2
    if not low < middle < high:
        return [high]
    return switches(policy, low, middle) + switches(policy, middle, high)
