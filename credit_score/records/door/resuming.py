"""A table taken in before a kill is not taken in again.

Registers of subjects are: what their raw identifiers became is kept nowhere, and the tables after them need it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.engine import opened, saved
from credit_score.engine.work import Work
from credit_score.records.contract import Contract
from credit_score.records.door.taking import Taken

if TYPE_CHECKING:
    import pandas as pd

AGAIN = ("enterprises", "individuals")
ACCEPTED, REFUSED, FILES = "accepted.parquet", "refused.parquet", "files.parquet"


def kept_taken(work: Work, contract: Contract, take: Callable[[], Taken]) -> Taken:
    """What became of a table's files, as it was kept in the work, or found out and kept now."""
    if contract.name in AGAIN:
        return take()
    place = work.whole(contract.name, lambda folder: _write(work, take(), folder))
    accepted = opened(work.engine, [place / ACCEPTED], contract.name)
    refused = sorted(place.glob(f"*{REFUSED}"))
    tables = [opened(work.engine, [path], f"{path.name.split('.')[0]}_{contract.name}") for path in refused]
    return Taken(accepted, tables, _read(place / FILES))


def _write(work: Work, taken: Taken, folder: Path) -> None:
    folder.mkdir()
    saved(work.engine, taken.accepted, folder / ACCEPTED)
    for number, table in enumerate(taken.refused):
        saved(work.engine, table, folder / f"{number}.{REFUSED}")
    taken.files.to_parquet(folder / FILES, index=False)


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_parquet(path)
