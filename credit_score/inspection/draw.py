"""The draw: random, by stratum, without replacement, and recomputable by anyone with the seed.

Each firm's key is SHA-256 of seed, department and firm; the firms of a stratum with the smallest keys
are drawn. A firm's key depends on nothing else: not on row order, not on other firms.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from credit_score.inspection.frame import COLUMNS, RANDOM, STRATUM

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def sampling_frame(frame: "ibis.Table") -> "ibis.Table":
    """What a draw needs of the frame, and what an auditor checks it against."""
    return frame.select(*COLUMNS)


def draw_visits(frame: "ibis.Table", schedule: "pd.DataFrame", *, cap: int, seed: int | str) -> "ibis.Table":
    """The firms to visit in the year: a row a department × drawn firm.

    Statutory duties come first; then the departments draw in turn, in an order that the seed gives. A firm that
    the visits already drawn for it leave no room for another under the cap is closed to the departments after.

    Parameters
    ----------
    frame : ``department, subject, tier_code, tier, duty``, in an engine.
    schedule : strata with ``drawn`` (n) and ``frequency`` (visits a year to a drawn firm).
    cap : most planned visits to one firm a year, over all departments; statutory duties stand above it.
    seed : the draw's seed; the same seed gives the same draw.

    Returns ``department, subject, tier_code, tier, duty, place`` (in the stratum, 1 first), ``visits``,
    ``draw_probability`` (drawn ÷ firms open to the draw when the department's turn came) and ``key``.
    """
    import ibis

    listed = _with_quota(sampling_frame(frame), schedule)
    keyed = listed.mutate(key=draw_key(listed.department, listed.subject, seed))
    drawn = _smallest_keys(keyed.filter(keyed.duty != RANDOM)).cache()
    at_random = keyed.filter(keyed.duty == RANDOM)
    for department in turns(schedule["department"].unique(), seed):
        mine = at_random.filter(at_random.department == department)
        drawn = ibis.union(drawn, _smallest_keys(_with_room(mine, drawn, cap))).cache()
    return drawn


def turns(departments: Iterable[str], seed: int | str) -> list[str]:
    """Departments in the order in which they draw: by SHA-256 of ``seed|turn|department``."""
    return sorted(departments, key=lambda d: sha256(f"{seed}|turn|{d}".encode()).hexdigest())


def draw_key(department: "ibis.Value", subject: "ibis.Value", seed: int | str) -> "ibis.Value":
    """A firm's key in a department's draw: SHA-256 of ``seed|department|subject``, in hexadecimal."""
    import ibis

    return (ibis.literal(f"{seed}|") + department + ibis.literal("|") + subject).hexdigest("sha256")


def _with_quota(frame: "ibis.Table", schedule: "pd.DataFrame") -> "ibis.Table":
    import ibis

    schema = {"department": "string", "tier_code": "int64", "duty": "string", "drawn": "int64", "frequency": "int64"}
    quota = ibis.memtable({c: list(schedule[c]) for c in schema}, schema=schema)
    return frame.join(quota, STRATUM)


def _with_room(listed: "ibis.Table", drawn: "ibis.Table", cap: int) -> "ibis.Table":
    """Firms that the visits drawn for them so far leave room for under the cap."""
    taken = drawn.group_by("subject").aggregate(taken=drawn.visits.sum())
    joined = listed.left_join(taken, "subject").drop("subject_right")
    return joined.filter(joined.taken.fill_null(0) + joined.frequency <= cap).drop("taken")


def _smallest_keys(listed: "ibis.Table") -> "ibis.Table":
    """Of each stratum as many firms as it is to draw, those with the smallest keys."""
    import ibis

    stratum = [listed[c] for c in STRATUM]
    window = ibis.window(group_by=stratum, order_by=[listed.key, listed.subject])
    everyone = ibis.window(group_by=stratum)
    placed = listed.mutate(
        place=ibis.row_number().over(window) + 1, n_open=listed.count().over(everyone), visits=listed.frequency
    )
    drawn = placed.filter(placed.place <= placed.drawn)
    chance = ibis.least(drawn.drawn, drawn.n_open) / drawn.n_open
    return drawn.mutate(draw_probability=chance).select(*COLUMNS, "place", "visits", "draw_probability", "key")
