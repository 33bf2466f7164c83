"""How far a count is from its target, to the last whole one, and the light that follows."""

from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from credit_score.policy.plan import Comparison

Light = Literal["green", "amber", "red", "grey"]
SIGNS = {"green": "√", "amber": "▲", "red": "×", "grey": "○"}
WORDS = {
    "green": "pilot.light_green", "amber": "pilot.light_amber", "red": "pilot.light_red", "grey": "pilot.light_grey",
}  # fmt: skip


def gap(numerator: int, denominator: int, comparison: Comparison, target: float) -> int:
    """How many more are needed for the target, or fewer (below 0); 0 where it is met.

    n/d is held to the target as a fraction of whole numbers, so that no rounding decides: ``above`` needs the smallest
    n with n/d > target. A count has d = 1.
    """
    wanted = Fraction(str(target)) * denominator
    if comparison == "at_most":
        return min(0, floor(wanted) - numerator)
    if comparison == "equals":
        return int(wanted) - numerator  # of a share 0 or 1 alone, which the schema sees to
    least = ceil(wanted) if comparison == "at_least" else floor(wanted) + 1
    return max(0, least - numerator)


def light(missing: int | None, on: date, due: date) -> Light:
    """Green where nothing is missing; else amber up to the day that it is due, and red after it; grey for None."""
    if missing is None:
        return "grey"
    if missing == 0:
        return "green"
    return "amber" if on <= due else "red"
