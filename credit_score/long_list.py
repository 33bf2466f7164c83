"""Lists with a row a firm or record: they stay in the engine, and pass through Python a batch at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis
    import pandas as pd

BATCH = 100_000


def _as_it_is(batch: "pd.DataFrame") -> "pd.DataFrame":
    return batch


@dataclass(frozen=True)
class LongList:
    """A table of the engine in its order; ``told`` puts beside each row what is said of it, a batch at a time."""

    rows: "ibis.Table"
    told: "Callable[[pd.DataFrame], pd.DataFrame]" = field(default=_as_it_is)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The whole list."""
        return self.told(self.rows.execute())

    def batches(self) -> "Iterator[pd.DataFrame]":
        """The same rows, some at a time; at least one batch, so that a list without a row has its heading."""
        n = 0
        for batch in self.rows.get_backend().to_pandas_batches(self.rows, chunk_size=BATCH):
            n += len(batch)
            yield self.told(batch)
        if not n:
            yield self.told(self.rows.execute())


class Tables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, each a frame when it is asked for; a long list is one only then."""

    def __init__(self, made: "Mapping[str, pd.DataFrame | LongList]") -> None:
        self.made = dict(made)

    def __getitem__(self, name: str) -> "pd.DataFrame":
        """The table as a frame."""
        table = self.made[name]
        return table.frame if isinstance(table, LongList) else table

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)
