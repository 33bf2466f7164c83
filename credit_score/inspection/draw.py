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
QUOTA = {
    "department": "string", "tier_code": "int64", "duty": "string", "drawn": "int64", "frequency": "int64",
    "draw_probability": "float64",
}  # fmt: skip
ALL = "f" * REACH  # every key lies within it


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

    hold, order = hold or _in_memory, turns(schedule["department"].unique(), seed)
    quota = schedule[list(QUOTA)].assign(stratum=range(len(schedule)))
    listed = sampling_frame(frame).join(ibis.memtable(quota, schema=QUOTA | {"stratum": "int64"}), STRATUM)
    quota = quota.assign(open_for_sure=_open_for_sure(listed, quota, order, cap))
    keyed = listed.mutate(key=draw_key(listed.department, listed.subject, seed))
    drawn = [hold("turn_0", _smallest_keys(keyed.filter(keyed.duty != RANDOM).mutate(open_for_sure=True)))]
    for turn, department in enumerate(order, 1):
        mine = keyed.filter(keyed.duty == RANDOM, keyed.department == department)
        taken = _visits(ibis.union(*drawn))
        strata = quota.merge(_open_firms(mine, taken, cap), on="stratum")
        found = hold(f"turn_{turn}", _open_within_reach(mine, strata, taken, cap))
        if strata["reach"].ne(ALL).any() and found.count().execute() < _to_draw(strata):
            found = hold(f"turn_{turn}_of_all", _open_within_reach(mine, strata.assign(reach=ALL), taken, cap))
        drawn.append(found)
    return ibis.union(*drawn)


def _in_memory(name: str, table: "ibis.Table") -> "ibis.Table":
    return table.cache()


def _visits(drawn: "ibis.Table") -> "ibis.Table":
    """``subject, taken``: the visits that were drawn for each firm so far."""
    return drawn.group_by("subject").aggregate(taken=drawn.visits.sum())


def _open_for_sure(listed: "ibis.Table", quota: "pd.DataFrame", order: list[str], cap: int) -> list[bool]:
    """Of each stratum: whether every firm of it is open whatever is drawn before its turn.

    Firms that share their strata in every department are of one kind, and there are few kinds.
    """
    import ibis

    by_lot, possible = listed.duty == RANDOM, ibis.ifelse(listed.draw_probability > 0, listed.frequency, 0)
    own = {f"turn_{k}": listed.stratum.max(where=by_lot & (listed.department == d)) for k, d in enumerate(order)}
    by_firm = listed.group_by("subject").aggregate(most=ibis.ifelse(by_lot, 0, possible).sum().cast("int64"), **own)
    kinds = by_firm.drop("subject").distinct().execute()
    sure, most = [True] * len(quota), kinds["most"].to_numpy()
    could = quota["frequency"].where(quota["draw_probability"] > 0, 0)
    for turn in own:
        strata = kinds[turn].fillna(-1).astype("int64")
        closed = strata[(strata >= 0) & (most + strata.map(quota["frequency"]) > cap)]
        sure = [was and number not in set(closed) for number, was in enumerate(sure)]
        most = most + strata.map(could).fillna(0).astype("int64").to_numpy()
    return sure


def _open_firms(mine: "ibis.Table", taken: "ibis.Table", cap: int) -> "pd.DataFrame":
    """``stratum, open, reach``: how many firms of each stratum are open under the cap, and the reach of their keys."""
    joined = mine.left_join(taken, "subject").drop("subject_right")
    is_open = joined.taken.fill_null(0) + joined.frequency <= cap
    told = joined.group_by("stratum", "drawn").aggregate(open=is_open.sum().cast("int64")).execute()
    return told.assign(reach=[reach(*n) for n in told[["drawn", "open"]].itertuples(index=False)]).drop(columns="drawn")


def _to_draw(strata: "pd.DataFrame") -> int:
    """How many firms the strata draw: of one with fewer open than it is to draw all that are."""
    return int(strata[["drawn", "open"]].min(axis="columns").sum())


def _open_within_reach(mine: "ibis.Table", strata: "pd.DataFrame", taken: "ibis.Table", cap: int) -> "ibis.Table":
    """The smallest keys of open firms, looked for among those within reach.

    Of millions of firms few have a key small enough to be drawn, and only these are held and sorted.
    """
    import ibis

    schema = {"stratum": "int64", "open_for_sure": "boolean", "reach": "string"}
    near = mine.join(ibis.memtable(strata[[*schema]], schema=schema), "stratum")
    room = near.filter(near.key.left(REACH) <= near.reach).left_join(taken, "subject").drop("subject_right")
    return _smallest_keys(room.filter(room.taken.fill_null(0) + room.frequency <= cap))


def reach(drawn: int, firms: int) -> str:
    """A key that more of so many firms lie under than are drawn, all but surely: its first signs, in hexadecimal."""
    part = min(1.0, (drawn + 8 * sqrt(drawn) + 60) / max(firms, 1))
    return f"{min(int(part * 16**REACH), 16**REACH - 1):0{REACH}x}"


def turns(departments: Iterable[str], seed: int | str) -> list[str]:
    """Departments in the order in which they draw: by SHA-256 of ``seed|turn|department``."""
    return sorted(departments, key=lambda d: sha256(f"{seed}|turn|{d}".encode()).hexdigest())


def draw_key(department: "ibis.Value", subject: "ibis.Value", seed: int | str) -> "ibis.Value":
    """A firm's key in a department's draw: SHA-256 of ``seed|department|subject``, in hexadecimal."""
    import ibis

    return (ibis.literal(f"{seed}|") + department + ibis.literal("|") + subject).hexdigest("sha256")


def _smallest_keys(listed: "ibis.Table") -> "ibis.Table":
    """Of each stratum as many firms as it is to draw, those with the smallest keys."""
    import ibis

    stratum = [listed[c] for c in STRATUM]
    window = ibis.window(group_by=stratum, order_by=[listed.key, listed.subject])
    placed = listed.mutate(place=ibis.row_number().over(window) + 1, visits=listed.frequency)
    drawn = placed.filter(placed.place <= placed.drawn)
    chance = ibis.ifelse(drawn.open_for_sure, drawn.draw_probability, ibis.null("float64"))
    return drawn.mutate(draw_probability=chance).select(*COLUMNS, "place", "visits", "draw_probability", "key")
