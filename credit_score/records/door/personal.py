"""Numbers of persons in columns that are not for them: identity numbers, mobile telephones, bank cards.

A text is searched as it stands and with blanks, hyphens and dots taken out. What is a number of a document as often as
one of a person is decided so:

identity number : 18 or 15 signs standing alone are known by their form, as before; with digits spread, by the form of
    18. Of somebody born after 2012, and inside a longer run of digits, the check digit decides as well: of numbers of
    documents made of a place, a day and four digits, one in eleven is refused.
mobile telephone : 11 digits from 13 to 19 standing alone, also as 3-4-4 or with blanks between, with or without 86. A
    document numbered 13062823001 (a place and five digits) is refused too; 12 or more digits are not.
bank card : 16 to 19 digits standing alone that pass Luhn's check and begin as cards do (62, or 4 and 51 to 55 for 16
    digits). Digits 7 to 14 that are a day make it the number of a document. An account that is no card has no mark of
    its own and passes.
"""

from typing import TYPE_CHECKING

from credit_score.errors import (
    CHECK_DIGITS,
    IDENTITY_FORM,
    IDENTITY_NUMBER,
    NEW_IDENTITY_NUMBER,
    SEPARATORS,
    WEIGHTS,
)

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue

# A longer text is no name or number of a document and is refused as too long.
SEARCHED = 120
_ALONE = "(?:^|[^0-9]){}(?:$|[^0-9])"
MOBILE = _ALONE.format("(?:(?:00)?86[ -]?)?1[3-9][0-9][ .-]?[0-9]{4}[ .-]?[0-9]{4}")
CARD = _ALONE.format("(62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14})")
_DAY_INSIDE = "^[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DIGITS = 19
# What each of these numbers has, full-width or not: eleven digits with nothing between that is not taken out.
MANY_DIGITS = f"[0-9０-９](?:(?:{SEPARATORS}|[－．＿])*[0-9０-９]){{10}}"


def digits_in(text: "StringValue") -> "BooleanValue":
    """Whether so many digits stand in a text that a number of a person can: false, and none does."""
    return text.re_search(MANY_DIGITS)


def identity_number_in(text: "StringValue") -> "BooleanValue":
    """Whether an identity number stands in a text."""
    import ibis

    joined = _joined(text, SEPARATORS)
    starts = ibis.range(0, ibis.greatest(joined.length() - 17, 0))
    valid = starts.map(lambda start: joined.substr(start, 18)).filter(_is_valid).length() > 0
    inside = ibis.ifelse(joined.re_search(IDENTITY_FORM), valid, False)
    return text.re_search(IDENTITY_NUMBER) | joined.re_search(NEW_IDENTITY_NUMBER) | inside


def personal_number_in(text: "StringValue") -> "BooleanValue":
    """Whether a mobile telephone number or the number of a bank card stands in a text."""
    import ibis

    spaced, joined = _joined(text, "[ \\t]"), _joined(text, SEPARATORS)
    as_written = text.re_extract(CARD, 1)
    card = ibis.ifelse(as_written == "", joined.re_extract(CARD, 1), as_written)
    passes = ibis.ifelse((card != "") & ~card.re_search(_DAY_INSIDE), _luhn(card) % 10 == 0, False)
    return text.re_search(MOBILE) | spaced.re_search(MOBILE) | passes


def _joined(text: "StringValue", without: str) -> "StringValue":
    return text.substr(0, SEARCHED).re_replace(without, "")


def _is_valid(number: "StringValue") -> "BooleanValue":
    """Whether 18 signs have the form of an identity number and their check digit (GB 11643)."""
    import ibis

    weights = ibis.array(list(WEIGHTS))
    total = ibis.range(len(WEIGHTS)).map(lambda place: _digit(number, place) * weights[place]).sums()
    rest = (total % 11).cast("int32")  # the engine sums to 128 bits, and cuts a text at 64 at most
    last = ibis.literal(CHECK_DIGITS).substr(rest, 1)
    return number.re_search(f"^{IDENTITY_FORM}$") & (last == number.substr(17, 1).upper())


def _luhn(number: "StringValue") -> "IntegerValue":
    """The sum of Luhn's check (ISO/IEC 7812): every second digit from the right doubled, its digits added."""
    import ibis

    digits, values = number.lpad(_DIGITS, "0"), ibis.array([*range(10), 0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
    return ibis.range(_DIGITS).map(lambda place: values[_digit(digits, place) + 10 * (place % 2)]).sums()


def _digit(text: "StringValue", place: "IntegerValue") -> "IntegerValue":
    return text.substr(place, 1).ascii_str() - ord("0")
