"""The draw: random, by stratum, without replacement, and recomputable by anyone with the seed.

Each firm's key is SHA-256 of seed, department and firm; the firms of a stratum with the smallest keys
are drawn. A firm's place depends on nothing but its own key: not on row order, not on other firms.
"""

from typing import TYPE_CHECKING

from credit_score.inspection.frame import COLUMNS, RANDOM, STRATUM

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def sampling_frame(frame: "ibis.Table") -> "ibis.Table":
    """What a draw needs of the frame, and what an auditor checks it against."""
    return frame.select(*COLUMNS)


def open_to_draw(frame: "ibis.Table", schedule: "pd.DataFrame", *, cap: int, seed: int | str) -> "ibis.Table":
    """The rows of the frame that may be drawn, with ``drawn`` and ``frequency`` of their stratum and the ``key``.

    Parameters
    ----------
    frame : ``department, subject, tier_code, tier, duty`` and whatever else it carries.
    schedule : strata with ``drawn`` (n) and ``frequency`` (visits a year to a drawn firm).
    cap : most planned visits to one firm a year, over all departments. A firm that several departments could
        bring above it stays open to some of them only: statutory duties first, then by another key than the
        draw's, SHA-256 of ``seed|cap|department|subject``, so that being open says nothing about being drawn.
    seed : the draw's seed.
    """
    listed = _with_quota(frame, schedule)
    keyed = listed.mutate(key=draw_key(listed.department, listed.subject, seed))
    return _within_cap(keyed, cap, seed)


def draw_visits(open_pairs: "ibis.Table") -> "ibis.Table":
    """The firms to visit in the year, from the rows of :func:`open_to_draw`: a row a department × drawn firm.

    Returns ``department, subject, tier_code, tier, duty, place`` (in the stratum, 1 first), ``visits``,
    ``draw_probability`` (drawn ÷ firms open to the draw in the stratum) and ``key``.
    """
    import ibis

    stratum = [open_pairs[c] for c in STRATUM]
    window = ibis.window(group_by=stratum, order_by=[open_pairs.key, open_pairs.subject])
    everyone = ibis.window(group_by=stratum)
    placed = open_pairs.mutate(
        place=ibis.row_number().over(window) + 1, n_open=open_pairs.count().over(everyone), visits=open_pairs.frequency
    )
    drawn = placed.filter(placed.place <= placed.drawn)
    chance = ibis.least(drawn.drawn, drawn.n_open) / drawn.n_open
    return drawn.mutate(draw_probability=chance).select(*COLUMNS, "place", "visits", "draw_probability", "key")


def draw_key(department: "ibis.Value", subject: "ibis.Value", seed: int | str) -> "ibis.Value":
    """A firm's key in a department's draw: SHA-256 of ``seed|department|subject``, in hexadecimal."""
    import ibis

    return (ibis.literal(f"{seed}|") + department + ibis.literal("|") + subject).hexdigest("sha256")


def _with_quota(frame: "ibis.Table", schedule: "pd.DataFrame") -> "ibis.Table":
    import ibis

    schema = {"department": "string", "tier_code": "int64", "duty": "string", "drawn": "int64", "frequency": "int64"}
    quota = ibis.memtable({c: list(schedule[c]) for c in schema}, schema=schema)
    return frame.join(quota, STRATUM)


def _within_cap(keyed: "ibis.Table", cap: int, seed: int | str) -> "ibis.Table":
    """Department × firm pairs that cannot bring the firm above the cap; statutory duties always stay."""
    import ibis

    turn = draw_key(keyed.department, keyed.subject, f"{seed}|cap")
    window = ibis.window(group_by=keyed.subject, order_by=[keyed.duty == RANDOM, turn], following=0)
    counted = keyed.mutate(planned=keyed.frequency.sum().over(window))
    return counted.filter((counted.planned <= cap) | (counted.duty != RANDOM)).drop("planned")
