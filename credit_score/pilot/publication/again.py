"""The audit once more, from what is published alone: no exact count is at hand, as for anybody who reads it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from credit_score.errors import RunError
from credit_score.pilot.groups import groups_of
from credit_score.pilot.publication.cubes import margin
from credit_score.pilot.release import UNTOLD, Release, audit
from credit_score.policy.publication import PublishedTable

if TYPE_CHECKING:
    import pandas as pd


def release_as_told(
    cells: "pd.DataFrame", tables: "Sequence[tuple[PublishedTable, pd.DataFrame]]", least: int, round_to: int
) -> Release:
    """The release that published tables of one cube are.

    ``cells``: those that there can be; ``tables``: with ``count``, empty where it is withheld. Raises RunError where a
    row of a group is missing or stands twice, or a count is no multiple of ``round_to`` or is below what can be told.
    """
    import numpy as np
    import pandas as pd

    groups = groups_of(cells.astype(str), [margin(table) for table, _ in tables])
    told = np.full(len(groups.names), UNTOLD, dtype=np.int64)
    for table, frame in tables:
        mine = (groups.names["table"] == table.id).to_numpy()
        names = groups.names.loc[mine, list(table.by)]
        joined = names.merge(frame.astype(dict.fromkeys(table.by, str)), on=list(table.by), how="outer", indicator=True)
        if len(joined) != len(names) or (joined["_merge"] != "both").any():
            raise _wrong(table, "does not have each of its groups once")
        rows = names.merge(joined, on=list(table.by), how="left")
        counts = pd.to_numeric(rows["count"].replace("", None), errors="coerce").fillna(UNTOLD).to_numpy(dtype=np.int64)
        shown = counts[counts != UNTOLD]
        if (shown % round_to).any() or (shown + (round_to - 1) // 2 < least).any():
            raise _wrong(table, f"tells a count that is below {least} or no multiple of {round_to}")
        told[mine] = counts
    return Release(groups, told, least, round_to)


def _wrong(table: PublishedTable, what: str) -> RunError:
    return RunError(f"table {table.id!r} {what}", remedy="run again; tables for the public are made by the run alone")


def audit_again(release: Release) -> "pd.DataFrame":
    """The audit of a release (:func:`~credit_score.pilot.release.audit`).

    Raises RunError where a count that is withheld can be worked out to fewer than ``least`` values.
    """
    found = audit(release)
    narrow = found[found["possible"] < release.least]
    if len(narrow):
        row = narrow.sort_values("possible").iloc[0]
        where = ", ".join(str(v) for v in row[[*release.groups.by[row["table"]]]] if v)
        raise RunError(
            f"the audit fails: {len(narrow)} withheld counts can be worked out to fewer than {release.least} values, "
            f"first {row['low']} to {row['high']} for {where or 'the total'} of table {row['table']!r}",
            remedy="do not publish; run again, or publish fewer dimensions",
        )
    return found
