"""The draw: random, by stratum, without replacement, and recomputable by anyone with the seed.

Each firm's key is SHA-256 of seed, department and firm; the firms of a stratum with the smallest keys
are drawn. A firm's place depends on nothing but its own key: not on row order, not on other firms.
"""

from typing import TYPE_CHECKING

from credit_score.inspection.frame import COLUMNS, RANDOM
from credit_score.policy.ruleset import RuleSet

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def sampling_frame(frame: "ibis.Table") -> "ibis.Table":
    """What a draw needs of the frame, and what an auditor checks it against."""
    return frame.select(*COLUMNS)


def draw_visits(frame: "ibis.Table", schedule: "pd.DataFrame", *, cap: int, seed: int | str) -> "ibis.Table":
    """The firms to visit in the year: a row a department × drawn firm.

    Parameters
    ----------
    frame : ``department, subject, tier_code, tier, duty``.
    schedule : strata with ``drawn`` (n) and ``frequency`` (visits a year to a drawn firm).
    cap : most planned visits to one firm a year, over all departments. A firm that several departments
        could bring above it is kept by those with the smallest keys, statutory duties first; the others
        draw among the rest.
    seed : the draw's seed; the same seed gives the same draw.

    Returns ``department, subject, tier_code, tier, duty, place`` (in the stratum, 1 first), ``visits``,
    ``draw_probability`` (drawn ÷ firms that could be drawn in the stratum) and ``key``.
    """
    import ibis

    listed = _with_quota(frame, schedule)
    keyed = listed.mutate(key=draw_key(listed.department, listed.subject, seed))
    free = _within_cap(keyed, cap)
    stratum = [free.department, free.tier_code, free.duty]
    window = ibis.window(group_by=stratum, order_by=[free.key, free.subject])
    everyone = ibis.window(group_by=stratum)
    placed = free.mutate(place=ibis.row_number().over(window) + 1, open_to_draw=free.count().over(everyone))
    drawn = placed.filter(placed.place <= placed.drawn)
    chance = ibis.least(drawn.drawn, drawn.open_to_draw) / drawn.open_to_draw
    return drawn.mutate(draw_probability=chance, visits=drawn.frequency).select(
        *COLUMNS, "place", "visits", "draw_probability", "key"
    )


def draw_key(department: "ibis.Value", subject: "ibis.Value", seed: int | str) -> "ibis.Value":
    """A firm's key in a department's draw: SHA-256 of ``seed|department|subject``, in hexadecimal."""
    import ibis

    return (ibis.literal(f"{seed}|") + department + ibis.literal("|") + subject).hexdigest("sha256")


def _with_quota(frame: "ibis.Table", schedule: "pd.DataFrame") -> "ibis.Table":
    import ibis

    columns = ["department", "tier_code", "duty", "drawn", "frequency"]
    schema = {"department": "string", "tier_code": "int64", "duty": "string", "drawn": "int64", "frequency": "int64"}
    quota = ibis.memtable({c: list(schedule[c]) for c in columns}, schema=schema)
    return frame.join(quota, ["department", "tier_code", "duty"])


def _within_cap(keyed: "ibis.Table", cap: int) -> "ibis.Table":
    """Department × firm pairs that cannot bring the firm above the cap; statutory duties always stay."""
    import ibis

    at_random = keyed.duty == RANDOM
    window = ibis.window(group_by=keyed.subject, order_by=[at_random, keyed.key], following=0)
    counted = keyed.mutate(planned=keyed.frequency.sum().over(window))
    return counted.filter((counted.planned <= cap) | (counted.duty != RANDOM)).drop("planned")
