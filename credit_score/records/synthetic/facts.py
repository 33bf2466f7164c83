"""What is known about a synthetic county because it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class CountyFacts:
    """The sizes of a synthetic county and the amount of its dirt.

    folder : where it was written.
    format : ``csv``, ``parquet`` or ``units``.
    seed : the seed it was drawn from.
    n_enterprises, n_individuals : clean subjects.
    rows : rows of each raw table, dirt included.
    dirt : rows intake must reject, by table and kind of reason; tables without dirt are left out.
    events : clean rows of record_events by kind of event, decisions and how many of them were never reported; empty
        for a county without them.
    by : the parts that tables of subjects, records and visits are written in; none for one file each.
    records : how many records a subject was to have; None as the rates give.
    """

    folder: Path
    format: str
    seed: int
    n_enterprises: int
    n_individuals: int
    rows: Mapping[str, int]
    dirt: Mapping[str, Mapping[str, int]]
    events: Mapping[str, int] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    records: float | None = None

    def n_dirty(self, table: str) -> int:
        """Rows of a raw table that intake must reject."""
        return sum(self.dirt.get(table, {}).values())
