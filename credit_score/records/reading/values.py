"""Cells in the ways people write them, brought to the one way the contract reads.

Full-width signs, Chinese and slashed dates, Excel's day numbers, thousands separators, and the policy's own words for
codes. What cannot be read one way only stays as it is and is refused by the contract.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Value

_WIDE = "".join(chr(c) for c in range(0xFF01, 0xFF5F)) + "\u3000\u00a0"
_NARROW = "".join(chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)) + "  "
_ISO = "____-__-__"
_WRITTEN = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([ T]0?0:00(:00(\.0+)?)?)?$"
_COMPACT = r"^(19|20)(\d{2})(\d{2})(\d{2})$"
_MONTH = r"^(\d{4})[-/.年]?(\d{1,2})月?$"
_SERIAL = r"^[1-9]\d{4}(\.0+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_DAY_ZERO = date(1899, 12, 30)  # so that Excel's 60, the 29 February 1900 that never was, does no harm after it


def narrow(text: "StringValue") -> "StringValue":
    """Text with full-width signs and spaces made half-width, null if only spaces are left; no other sign is lost."""
    import ibis

    # Translating is slow and hardly a cell needs it.
    wide = text.re_search("[\uff01-\uff5e\u3000\u00a0]")
    return ibis.ifelse(wide, text.translate(_WIDE, _NARROW).strip().nullif(""), text)


def read_date(text: "StringValue") -> "Value":
    """A day from 2023-03-15, 2023/3/15, 2023.3.15, 2023年3月15日, 20230315 or Excel's 45000; else null."""
    import ibis

    year, month, day = (text.re_extract(_WRITTEN, i) for i in (1, 2, 3))
    written = ibis.ifelse(text.re_search(_WRITTEN), year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0"), None)
    compact = ibis.ifelse(
        text.re_search(_COMPACT), text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2), None
    )
    serial = ibis.ifelse(text.re_search(_SERIAL), text.substr(0, 5), None).try_cast("int64")
    # The engine makes a moment of a day and an interval.
    counted = (ibis.date(_DAY_ZERO) + serial.as_interval("D")).cast("timestamp").cast("date")
    other = ibis.coalesce(written, compact).try_cast("date").fill_null(counted)
    # Most days are in ISO's way already, and what looks so can be in no other.
    return ibis.ifelse(text.like(_ISO) & ~text.startswith("-"), text.try_cast("date"), other)


def read_month(text: "StringValue") -> "Value":
    """The first day of a month from 2023-04, 2023/4, 2023.4, 2023年4月 or 202304; any other text as a day.

    A day within a month stays that day: whether it names the month is for the contract to say.
    """
    import ibis

    year, month = (text.re_extract(_MONTH, i) for i in (1, 2))
    first = ibis.ifelse(text.re_search(_MONTH), year + "-" + month.lpad(2, "0") + "-01", None)
    return read_date(text).fill_null(first.try_cast("date"))


def read_number(text: "StringValue") -> "StringValue":
    """A number without its thousands separators; 1,23 is left as it is, and is then no number."""
    import ibis

    return ibis.ifelse(text.re_search(_THOUSANDS), text.replace(",", ""), text)


def read_code(text: "StringValue", words: Mapping[str, str]) -> "StringValue":
    """The code that a word stands for, or the text as it is."""
    return text.cases(*words.items(), else_=text) if words else text
