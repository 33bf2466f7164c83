"""The cells of a sheet as text: what stands in the file, and a reason where nothing can be believed.

openpyxl says which styles are dates and what day a serial number is; the value itself is taken from the XML, so that
a number keeps its digits and a formula without a stored value is not taken for an empty cell.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from openpyxl import Workbook

# Reasons beyond those of a CSV file, each with its text in the catalogue.
REASONS = ("formula_without_value", "error_value", "number_too_long")
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# Excel keeps 15 digits of a number and puts noughts for the rest. An identity number so cut would pass its check digit
# once in eleven, as somebody else's: a number with more digits before the point is therefore never taken.
MOST_DIGITS = 15
# Dates and times that Chinese (and Japanese, Korean) Excel writes by number only: ISO/IEC 29500-1, 18.8.30.
EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FORMULA, _VALUE, _INLINE, _RUN, _TEXT = (NAMESPACE + name for name in ("f", "v", "is", "r", "t"))
_TEXTS = (f"{_INLINE}/{_TEXT}", f"{_INLINE}/{_RUN}/{_TEXT}")


class CellFault(Exception):
    """A cell whose value cannot be believed; ``reason`` is the reason of its row."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Book:
    """What the cells of a workbook share: ``texts`` by number, styles of ``dates``, the day 0 of its date system."""

    texts: list[str]
    dates: frozenset[str]
    epoch: datetime


def book_of(workbook: "Workbook", texts: list[str]) -> Book:
    """What the cells share; a duration ([h]:mm) is no date and stays the number of days that it is.

    A workbook may have no styles at all, as other programs than Excel write it; none of its numbers is then a date.
    """
    styles = enumerate(workbook._cell_styles)
    dates = set(workbook._date_formats) | {n for n, style in styles if style.numFmtId in EAST_ASIAN_DATES}
    return Book(texts, frozenset(map(str, dates - set(workbook._timedelta_formats))), workbook.epoch)


def cell_text(cell: "Element", book: Book) -> str:
    """The text of one ``<c>`` element, trimmed. Raises CellFault with the reason where it has none."""
    kind, held = cell.get("t", "n"), cell.find(_VALUE)
    value = "" if held is None else held.text or ""
    if kind == "inlineStr":
        return _inline(cell)
    if not value:
        if cell.find(_FORMULA) is not None and (held is None or kind != "str"):  # a formula may come to no text
            raise CellFault("formula_without_value")
        return ""
    if kind == "n":
        return _moment(value, book.epoch) if cell.get("s", "0") in book.dates else _number(value)
    return _other(kind, value, book)


def _other(kind: str, value: str, book: Book) -> str:
    if kind == "s":
        return _trimmed(_shared(value, book.texts))
    if kind == "str":
        return _trimmed(value)
    if kind == "b" and value in ("0", "1"):
        return "true" if value == "1" else "false"
    if kind == "d":
        return _iso_date(value)
    raise CellFault("error_value" if kind == "e" else "malformed_row")


def _trimmed(text: str) -> str:
    """Without white space around it; Excel writes a carriage return as ``_x000D_``."""
    return text.replace("_x000D_", "\r").strip()


def _inline(cell: "Element") -> str:
    """A text that stands in its cell, plain or in runs of different looks; how it is pronounced is no part of it."""
    return _trimmed("".join(part.text or "" for path in _TEXTS for part in cell.iterfind(path)))


def _shared(value: str, texts: list[str]) -> str:
    if not value.isdecimal():  # a negative number would count from the end
        raise ValueError("no number of a text")
    return texts[int(value)]


def _float(value: str) -> float:
    if not _NUMBER.fullmatch(value):
        raise CellFault("malformed_row")
    return float(value)


def _number(value: str) -> str:
    """The shortest decimal text that is this number, without exponent; 12 rather than 12.0."""
    number = _float(value)
    if abs(number) >= 10**MOST_DIGITS:
        raise CellFault("number_too_long")
    text = format(Decimal(repr(number or 0.0)), "f")  # no minus before a nought
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: str, epoch: datetime) -> str:
    """A serial number as day, day and time, or time; one before or after all days shows as ##### in Excel."""
    from openpyxl.utils.datetime import from_excel

    number = _float(value)
    try:
        if number >= 0:
            return _iso(from_excel(number, epoch))
    except (OverflowError, ValueError):
        pass
    raise CellFault("error_value")


def _iso_date(value: str) -> str:
    from openpyxl.utils.datetime import from_ISO8601

    try:
        found = from_ISO8601(value)
    except ValueError:
        found = None
    if not isinstance(found, (date, time)):
        raise CellFault("malformed_row")
    return _iso(found)


def _iso(moment: date | time) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ")
