"""The draw: random, by stratum, without replacement, and recomputable by anyone with the seed.

Each firm's key is SHA-256 of seed, department and firm; the firms of a stratum with the smallest keys
are drawn. A firm's key depends on nothing else: not on row order, not on other firms.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from math import sqrt
from typing import TYPE_CHECKING

from credit_score.inspection.frame import COLUMNS, RANDOM, STRATUM

if TYPE_CHECKING:
    import ibis
    import pandas as pd

Hold = Callable[[str, "ibis.Table"], "ibis.Table"]
REACH = 12  # signs of a key that are compared first
LARGE = 100_000  # firms of a stratum from which on it pays not to sort them all


def sampling_frame(frame: "ibis.Table") -> "ibis.Table":
    """What a draw needs of the frame, and what an auditor checks it against."""
    return frame.select(*COLUMNS)


def draw_visits(
    frame: "ibis.Table", schedule: "pd.DataFrame", *, cap: int, seed: int | str, hold: Hold | None = None
) -> "ibis.Table":
    """The firms to visit in the year: a row a department × drawn firm.

    Statutory duties come first; then the departments draw in turn, in an order that the seed gives. A firm that
    the visits already drawn for it leave no room for another under the cap is closed to the departments after.

    Parameters
    ----------
    frame : ``department, subject, tier_code, tier, duty``, in an engine.
    schedule : strata with ``drawn`` (n), ``frequency`` (visits a year to a drawn firm) and ``draw_probability``.
    cap : most planned visits to one firm a year, over all departments; statutory duties stand above it.
    seed : the draw's seed; the same seed gives the same draw.
    hold : how what a department draws is computed once and held, by the turn's name; by default in the engine's memory.

    Returns ``department, subject, tier_code, tier, duty, place`` (in the stratum, 1 first), ``visits``,
    ``draw_probability`` and ``key``. The probability is the firm's chance over all seeds with this order of
    departments, E[n] ÷ N; it is null in a stratum where the annual cap could have closed a firm, since its chance
    is then not known in closed form, and an estimate may not use it.
    """
    import ibis

    hold = hold or _in_memory
    listed = _with_quota(sampling_frame(frame), schedule)
    keyed = listed.mutate(key=draw_key(listed.department, listed.subject, seed))
    before = keyed.filter(keyed.duty != RANDOM)
    drawn = [hold("turn_0", _smallest_keys(before.mutate(open_for_sure=True)))]
    at_random = keyed.filter(keyed.duty == RANDOM)
    for turn, department in enumerate(turns(schedule["department"].unique(), seed), 1):
        mine = at_random.filter(at_random.department == department)
        room = _with_room(mine, ibis.union(*drawn), before, cap)
        take = _within_reach if _is_large(schedule, department) else _of_all
        drawn.append(take(room, f"turn_{turn}", hold))
        before = ibis.union(before, mine)
    return ibis.union(*drawn)


def _in_memory(name: str, table: "ibis.Table") -> "ibis.Table":
    return table.cache()


def _is_large(schedule: "pd.DataFrame", department: str) -> bool:
    return "firms" in schedule.columns and bool(
        (schedule.loc[schedule["department"] == department, "firms"] >= LARGE).any()
    )


def _of_all(listed: "ibis.Table", name: str, hold: Hold) -> "ibis.Table":
    return hold(name, _smallest_keys(listed))


def _within_reach(listed: "ibis.Table", name: str, hold: Hold) -> "ibis.Table":
    """The smallest keys of each stratum, looked for first among those within reach.

    Of millions of firms few have a key small enough to be drawn, and only these are sorted; where they are too few, as
    where the cap has closed many, all are.
    """
    import ibis

    near = hold(name, _smallest_keys(listed.filter(listed.key.left(REACH) <= listed.reach)))
    found = near.group_by(*STRATUM).aggregate(found=near.count())
    asked = listed.group_by(*STRATUM, "drawn", "reach").aggregate(open=listed.count())
    held = asked.left_join(found, STRATUM)
    short = held.filter(held.found.fill_null(0) < ibis.least(held.drawn, held.open))
    return _of_all(listed, f"{name}_of_all", hold) if short.count().execute() else near


def reach(drawn: int, firms: int) -> str:
    """A key that more firms than are to be drawn lie under, all but surely: the first signs of it, in hexadecimal."""
    part = min(1.0, (drawn + 8 * sqrt(drawn) + 60) / max(firms, 1))
    return f"{min(int(part * 16**REACH), 16**REACH - 1):0{REACH}x}"


def turns(departments: Iterable[str], seed: int | str) -> list[str]:
    """Departments in the order in which they draw: by SHA-256 of ``seed|turn|department``."""
    return sorted(departments, key=lambda d: sha256(f"{seed}|turn|{d}".encode()).hexdigest())


def draw_key(department: "ibis.Value", subject: "ibis.Value", seed: int | str) -> "ibis.Value":
    """A firm's key in a department's draw: SHA-256 of ``seed|department|subject``, in hexadecimal."""
    import ibis

    return (ibis.literal(f"{seed}|") + department + ibis.literal("|") + subject).hexdigest("sha256")


def _with_quota(frame: "ibis.Table", schedule: "pd.DataFrame") -> "ibis.Table":
    import ibis

    schema = {
        "department": "string", "tier_code": "int64", "duty": "string", "drawn": "int64", "frequency": "int64",
        "draw_probability": "float64",
    }  # fmt: skip
    columns = {c: list(schedule[c]) for c in schema}
    # Without the number of firms everybody is within reach.
    firms = schedule["firms"] if "firms" in schedule.columns else schedule["drawn"] * 0
    columns["reach"] = [reach(int(n), int(of)) for n, of in zip(schedule["drawn"], firms, strict=True)]
    quota = ibis.memtable(columns, schema=schema | {"reach": "string"})
    return frame.join(quota, STRATUM)


def _with_room(listed: "ibis.Table", drawn: "ibis.Table", before: "ibis.Table", cap: int) -> "ibis.Table":
    """Firms that the visits drawn for them so far leave room for under the cap.

    ``open_for_sure``: whether every firm of the stratum would be open whatever had been drawn before.
    """
    possible = before.filter(before.draw_probability > 0)
    most = possible.group_by("subject").aggregate(most=possible.frequency.sum())
    taken = drawn.group_by("subject").aggregate(taken=drawn.visits.sum())
    joined = listed.left_join(taken, "subject").drop("subject_right").left_join(most, "subject").drop("subject_right")
    fits = joined.most.fill_null(0) + joined.frequency <= cap
    surely = joined.group_by(*STRATUM).aggregate(open_for_sure=fits.all())
    marked = joined.join(surely, STRATUM)
    return marked.filter(marked.taken.fill_null(0) + marked.frequency <= cap).drop("taken", "most")


def _smallest_keys(listed: "ibis.Table") -> "ibis.Table":
    """Of each stratum as many firms as it is to draw, those with the smallest keys."""
    import ibis

    stratum = [listed[c] for c in STRATUM]
    window = ibis.window(group_by=stratum, order_by=[listed.key, listed.subject])
    placed = listed.mutate(place=ibis.row_number().over(window) + 1, visits=listed.frequency)
    drawn = placed.filter(placed.place <= placed.drawn)
    chance = ibis.ifelse(drawn.open_for_sure, drawn.draw_probability, ibis.null("float64"))
    return drawn.mutate(draw_probability=chance).select(*COLUMNS, "place", "visits", "draw_probability", "key")
