"""Tables as a command tells them: in the words of the catalogue and numbers as they are read, or as plain rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from credit_score.language import say

if TYPE_CHECKING:
    import pandas as pd

LACKS = "–"


def in_words(
    table: "pd.DataFrame", lang: str, *, headings: Mapping[str, str], words: Mapping[str, str] = {},
    shares: Sequence[str] = (), counts: Sequence[str] = (), figures: Sequence[str] = (),
) -> "pd.DataFrame":  # fmt: skip
    """A table with headings in words; what is not known is left out as –.

    ``headings``: column → key of the catalogue. ``words``: value of a text → key. ``shares`` are written as percent,
    ``counts`` as whole numbers, ``figures`` with two decimals.
    """
    forms = dict.fromkeys(shares, ".1%") | dict.fromkeys(counts, ",.0f") | dict.fromkeys(figures, ".2f")
    shown = {name: [_written(v, forms.get(name, ".6g"), words, lang) for v in table[name]] for name in table}
    return table.assign(**shown).rename(columns={name: say(headings[name], lang) for name in table.columns})


def _written(value: Any, form: str, words: Mapping[str, str], lang: str) -> str:
    import numpy as np
    import pandas as pd

    if isinstance(value, str):
        return say(words[value], lang) if value in words else value
    if isinstance(value, (bool, np.bool_)):
        return say("told.yes" if value else "told.no", lang)
    return LACKS if pd.isna(value) else format(value + 0, form)


def numbers(table: "pd.DataFrame", columns: Sequence[str]) -> "pd.DataFrame":
    """Columns of a table that was read from a file as numbers; what the file leaves empty is not known."""
    import pandas as pd

    return table.assign(**{c: pd.to_numeric(table[c], errors="coerce") for c in columns if c in table.columns})


def rows_of(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a table as JSON has them, null where nothing is known or a number has no end."""
    import numpy as np

    plain = table.replace([np.inf, -np.inf], np.nan).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")
