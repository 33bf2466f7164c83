"""How units write a table: Chinese headings and words for codes, days and digits in the manner of the file.

What is written reads back as the same values; only the columns in ``MORE`` are lost, since no score needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from credit_score.records.reading.vocabulary import written_names, written_words
from credit_score.records.synthetic.codes import bundled
from credit_score.records.synthetic.dictionary import columns_of

DAY_COLUMNS = ("month", "since", "until")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_WIDE_EVERY = 29
_REMARKS = ("", "已核对", "以决定书原件为准,见附件", "", "虚构备注，无实际内容")
_REMARK, _PHONE = "备注", "联系电话"

# Columns that units send and no score needs: free text and a way to reach somebody.
MORE: Mapping[str, tuple[str, ...]] = {
    "enterprises": (_PHONE, _REMARK),
    "individuals": (_PHONE, _REMARK),
    "inspectors": (_PHONE,),
    "credit_records": (_PHONE, _REMARK),
    "inspections": (_REMARK,),
    "record_events": (_REMARK,),
    "decisions": (_REMARK,),
    "platform": (_REMARK,),
    "activities": (_REMARK,),
    "government_cases": (_REMARK,),
    "posts": (_PHONE,),
}


def _chinese(year: int, month: int, day: int) -> str:
    return f"{year}年{month}月{day}日"


def _iso(year: int, month: int, day: int) -> str:
    return f"{year}-{month:02d}-{day:02d}"


def _slashed(year: int, month: int, day: int) -> str:
    return f"{year}/{month}/{day}"


def _compact(year: int, month: int, day: int) -> str:
    return f"{year}{month:02d}{day:02d}"


def _cell_of_excel(year: int, month: int, day: int) -> date | str:
    """A date cell; a day that there is not can only be a text."""
    try:
        return date(year, month, day)
    except ValueError:
        return _iso(year, month, day)


DAYS = (_chinese, _iso, _slashed, _compact)


@dataclass(frozen=True)
class Wording:
    """The manner of one file: its table, which of the names for a column it uses, and how it writes days.

    manner : 0, 1, …; a way of writing days, and the turn of the name among those that a column has.
    excel : whether days are date cells.
    """

    table: str
    manner: int = 0
    excel: bool = False

    @cached_property
    def headings(self) -> list[str]:
        """The names of the columns, and of those that will be dropped."""
        names = written_names(self.table)
        own = [names[c.name][self.manner % len(names[c.name])] for c in columns_of(self.table)]
        return [*own, *MORE.get(self.table, ())]

    def cells(self, row: Mapping[str, Any], number: int) -> list[Any]:
        """The cells of the file's row of this number; every 29th is typed with full-width digits."""
        told = [self._told(column, value, row) for column, value in row.items()]
        if number % _WIDE_EVERY == _WIDE_EVERY - 1:
            told = [cell.translate(WIDE) if isinstance(cell, str) else cell for cell in told]
        return [*told, *(_more(column, number) for column in MORE.get(self.table, ()))]

    def _told(self, column: str, value: Any, row: Mapping[str, Any]) -> Any:
        if value is None:
            return None
        if isinstance(value, bool):
            return words()[column]["true" if value else "false"]
        if isinstance(value, int):
            return f"{value:,}" if value >= 1000 else value
        if isinstance(value, float):
            return value
        if column.endswith("_on") or column in DAY_COLUMNS:
            return self._day(value)
        if column == "item":
            column = f"item.{row.get('subject_kind', 'enterprise')}"
        return words().get(column, {}).get(value, value)

    def _day(self, iso: str) -> Any:
        written = _cell_of_excel if self.excel else DAYS[self.manner % len(DAYS)]
        return written(*map(int, iso.split("-")))


def _more(column: str, number: int) -> str | None:
    """What is to be dropped. 00 begins a call abroad and no country has the code 0: the number is nobody's."""
    if column == _PHONE:
        return f"0000-{number % 10_000_000:07d}"
    return _REMARKS[number % len(_REMARKS)] or None


@cache
def words() -> dict[str, dict[str, str]]:
    """Column → code → Chinese word, of the bundled policy, whose codes the county has."""
    return written_words(bundled())
