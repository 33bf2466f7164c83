"""Excel workbooks that grow row by row, and whose bytes depend on nothing but their cells."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from credit_score.files import undated

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NO_TIME = b"1980-01-01T00:00:00Z"
_PROPERTIES = "docProps/core.xml"
_MADE_BY = "credit-score synth"


class Book:
    """One workbook of one sheet; rows are streamed to disk as they are added."""

    def __init__(self, path: Path, title: str) -> None:
        from openpyxl import Workbook

        self._path = path
        self._book = Workbook(write_only=True)
        self._book.properties.creator = _MADE_BY
        self._sheet = self._book.create_sheet(title)

    def add(self, cells: Sequence[Any]) -> None:
        """Append a row of texts, numbers and dates."""
        self._sheet.append(cells)

    def close(self) -> None:
        """Write the file, without the time at which that was."""
        partial = self._path.with_suffix(".partial")
        self._book.save(partial)
        with ZipFile(partial) as made, ZipFile(self._path, "w", ZIP_DEFLATED) as kept:
            for name in made.namelist():
                _copy(made, kept, name)
        partial.unlink()


def _copy(made: ZipFile, kept: ZipFile, name: str) -> None:
    """One part of a workbook under a date that is always the same; its properties tell the moment of saving."""
    info = undated(name)
    if name == _PROPERTIES:
        kept.writestr(info, _TIME.sub(_NO_TIME, made.read(name)))
        return
    with made.open(name) as source, kept.open(info, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)
