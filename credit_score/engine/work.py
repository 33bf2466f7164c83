"""A folder in which a long job keeps what it has computed, so that after a kill it goes on from there.

What is kept lies under a digest of all that it depends on, so nothing is ever taken for something else.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from credit_score.engine import opened, saved
from credit_score.engine.places import check_folder

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True)
class Work:
    """Tables of one job in one engine: ``folder`` holds those that depend on the same, ``top`` all of the job's."""

    engine: "ibis.BaseBackend"
    folder: Path
    top: Path

    @classmethod
    def on(cls, engine: "ibis.BaseBackend", place: Path | str, *known: object) -> "Work":
        """The work on what ``known`` tells, in a folder below a place, which only this user can read.

        Raises CreditScoreError where the place is a file.
        """
        top = check_folder(place) / _digest(known)
        top.parent.mkdir(parents=True, exist_ok=True)
        top.mkdir(mode=0o700, exist_ok=True)
        return cls(engine, top, top)

    def within(self, *known: object) -> "Work":
        """The part of the work that depends on more."""
        return Work(self.engine, self.folder / _digest(known), self.top)

    def table(self, name: str, table: "ibis.Table") -> "ibis.Table":
        """A table as it was kept, or computed and kept now."""
        path = self.whole(f"{name}.parquet", lambda place: saved(self.engine, table, place))
        return opened(self.engine, [path])

    def whole(self, name: str, write: Callable[[Path], object]) -> Path:
        """A file or folder of the work, written now if it is not there; it appears whole or not at all."""
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{uuid4().hex[:12]}.{name}")
            write(partial)
            partial.rename(path)
        return path

    def clear(self) -> None:
        """Remove the whole job's work, and the place if nothing else is in it."""
        shutil.rmtree(self.top, ignore_errors=True)
        if not any(self.top.parent.iterdir()):
            self.top.parent.rmdir()


def _digest(known: tuple[object, ...]) -> str:
    """Of what a job depends on, in words and numbers."""
    return sha256(json.dumps(known, sort_keys=True, default=str).encode()).hexdigest()[:24]
