"""A draw checked by someone who was not there: frame, schedule and seed give the list again."""

from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.engine import open_engine, opened
from credit_score.errors import VerificationError, discreet, first_five
from credit_score.inspection.draw import draw_visits
from credit_score.inspection.frame import STRATUM
from credit_score.inspection.schedule import with_visits

if TYPE_CHECKING:
    import pandas as pd

KEY = ["department", "subject"]
CHECKED = ("tier_code", "tier", "duty", "place", "visits", "draw_probability", "key")


def verify_draw(
    frame: Path, schedule: "pd.DataFrame", listed: "pd.DataFrame", *, cap: int, seed: int | str,
    department: str | None = None,
) -> int:  # fmt: skip
    """Recompute a draw and compare it with the list; returns the number of rows that agree.

    Parameters
    ----------
    frame : Parquet file of the sampling frame.
    schedule : the strata as published: firms, ratio, floor, frequency and drawn.
    listed : the list to check: ``department, subject`` and what :func:`draw_visits` returns of them; its index
        is the position in the list, 0 first.
    department : the one that the list is of; without it the list is of all.

    Raises VerificationError that names what was changed: quotas, rows added, left out or altered.
    """
    _check_quotas(schedule, seed)
    table = opened(open_engine(), [frame], "frame")
    _check_firms(table.group_by(*STRATUM).aggregate(n=table.count()).execute(), schedule)
    again = draw_visits(table, with_visits(schedule, seed=seed), cap=cap, seed=seed).execute()
    again = again if department is None else again[again["department"] == department]
    _refuse(listed[listed.duplicated(KEY)], "stand twice in the list")
    _compare(listed, again)
    return len(again)


def _compare(listed: "pd.DataFrame", again: "pd.DataFrame") -> None:
    numbered = listed[[*KEY, *CHECKED]].rename_axis("position").reset_index()
    both = numbered.merge(again, on=KEY, how="outer", suffixes=("", "_again"), indicator=True).sort_values("position")
    added, missing = both["_merge"] == "left_only", both["_merge"] == "right_only"
    _refuse(both[added].set_index("position"), "stand in the list but are not drawn by this seed")
    _refuse_missing(both[missing])
    for column in CHECKED:
        said, again_said = (both[c].astype(str).fillna("") for c in (column, f"{column}_again"))
        changed = both[said != again_said]
        _refuse(changed.set_index("position"), f"have another {column} than the draw gives")


def _check_quotas(schedule: "pd.DataFrame", seed: int | str) -> None:
    again = with_visits(schedule, seed=seed)
    changed = schedule[schedule["drawn"] != again["drawn"]]
    if len(changed):
        row = changed.iloc[0]
        raise VerificationError(
            f"{row['drawn']} firms are to be drawn from {row['firms']}, but ratio, floor and seed give "
            f"{again.loc[changed.index[0], 'drawn']}",
            where=f"schedule, department {row['department']}, tier {row['tier']}",
            remedy="the schedule or the seed was changed after the draw",
        )


def _check_firms(counted: "pd.DataFrame", schedule: "pd.DataFrame") -> None:
    both = schedule.merge(counted, on=list(STRATUM), how="outer").fillna({"firms": 0, "n": 0})
    changed = both[both["firms"] != both["n"]]
    if len(changed):
        row = changed.iloc[0]
        raise VerificationError(
            f"the frame holds {row['n']:g} firms and the schedule says {row['firms']:g}",
            where=f"department {row['department']}, tier code {row['tier_code']:g}",
            remedy="the frame or the schedule was changed after the draw",
        )


def _refuse(rows: "pd.DataFrame", what: str) -> None:
    """Refuse rows of the list, named by department and position (1 first)."""
    if len(rows):
        places = first_five(
            f"{discreet(d)} row {int(i) + 1}" for i, d in zip(rows.index, rows["department"], strict=True)
        )
        raise VerificationError(
            f"{len(rows)} rows {what}: {places}", where="the list", remedy="do not use it; draw again"
        )


def _refuse_missing(rows: "pd.DataFrame") -> None:
    """Refuse a list that lacks rows, named by department, tier and place in the draw."""
    if len(rows):
        named = zip(rows["department"], rows["tier_again"], rows["place_again"], strict=True)
        places = first_five(f"{department} tier {tier} place {place:g}" for department, tier, place in named)
        raise VerificationError(
            f"{len(rows)} rows are drawn by this seed but missing from the list: {places}",
            where="the list", remedy="do not use it; draw again",
        )  # fmt: skip
