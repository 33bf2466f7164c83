"""How a word is recognised in a column heading or an item id, however it is spelled.

A name is first made plain: compatibility forms (NFKC, full width among them) and brackets to one form, camelCase cut
apart, lower case, a space for every run of other signs. Words are then found by a regular expression in the part that
Python and RE2 (DuckDB) have in common. The same steps serve a text here and a column in the engine.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

_FORMS = (
    (0x2460, 0x2500), (0x2E80, 0x2FE0), (0x3200, 0x3400), (0xF900, 0xFB00), (0xFF01, 0xFF5F), (0x1D400, 0x1D800),
    (0x2F800, 0x2FA20),
)  # fmt: skip
_BRACKETS = dict.fromkeys("[{<〔【《〈「『", "(") | dict.fromkeys("]}>〕】》〉」』", ")")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# ASCII without letters, digits and round brackets; signs of typography, of Chinese and of full width.
_SIGNS = (
    r"[\x00-'*-/:-@\[-`{-\x7f"
    "\u00a0\u00b7\u2000-\u206f\u3000-\u3004\u3008-\u3020\u30fb\ufe30-\ufe6f\uff5f-\uff65]+"
)
_OTHER = (
    "[" + "".join(f"{chr(low)}-{chr(high - 1)}" for low, high in _FORMS) + _INVISIBLE
    + "".join(map(re.escape, _BRACKETS)) + "]"
)  # fmt: skip
_CAMEL = (("([a-z])([A-Z])", r"\1 \2"), ("([A-Z])([A-Z][a-z])", r"\1 \2"))
_GAP, _NO_LETTER = "[ ()]*", "[^a-z]"


def plain(text: str) -> str:
    """A name in its plain spelling: ``ＢｌｏｏｄType【ABO】`` is ``blood type(abo)``."""
    told = text.translate(str.maketrans(*_forms()))
    for found, put in _CAMEL:
        told = re.sub(found, put, told)
    return re.sub(_SIGNS, " ", told.lower()).strip(" ")


def plain_column(column: Any) -> Any:
    """A string column of Ibis in its plain spelling, by the same steps as :func:`plain`."""
    import ibis

    # Translating is dear (a table of 2,500 signs a row), so only rows that hold another form are translated.
    same = column.translate(*_forms()[:2]).re_replace(f"[{_INVISIBLE}]", "")
    told = ibis.ifelse(column.re_search(_OTHER), same, column)
    for found, put in _CAMEL:
        told = told.re_replace(found, put)
    return told.lower().re_replace(_SIGNS, " ").re_replace("^ +| +$", "")


def pattern(anywhere: Iterable[str], whole: Iterable[str] = ()) -> str:
    """A regular expression for plain names: words within one, or as the whole of one but for a part in brackets.

    Chinese words are found by their signs, English ones between their boundaries and in the plural too. Without words
    it matches nothing.
    """
    found = [*(_within(word) for word in anywhere), *(rf"^{_body(w)} ?(?:\([^)]*\))? ?$" for w in whole)]
    return "|".join(found) or r"[^\s\S]"


def _within(word: str) -> str:
    return f"(?:^|{_NO_LETTER}){_body(word)}(?:$|{_NO_LETTER})" if word.isascii() else _body(word)


def _body(word: str) -> str:
    return f"{_GAP.join(word.split())}(?:e?s)?" if word.isascii() else _GAP.join(word)


@cache
def _forms() -> tuple[str, str, str]:
    """Signs of other forms, the sign each is made, and signs that are left out."""
    same = dict(_BRACKETS)
    for sign in (chr(code) for low, high in _FORMS for code in range(low, high)):
        meant = unicodedata.normalize("NFKC", sign)
        if meant != sign and len(meant) == 1:
            same[sign] = _BRACKETS.get(meant, meant)
    return "".join(same), "".join(same.values()), _INVISIBLE
