"""A card as rows of a spreadsheet: a row a setting, then a row an attribute.

Categories and special numbers stand in ``values`` as JSON. What a spreadsheet adds when it saves, empty rows and empty
columns at the end, is passed over; what contradicts itself is refused.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.errors import FitError, first_five
from credit_score.sheet import as_written

if TYPE_CHECKING:
    import pandas as pd

SETTINGS = ("pdo", "ref_score", "ref_odds", "base_points", "good", "bad", "method", "credit_score_card")
LEARNED = ("woe", "count", "share", "bad_rate")
OF_ALL = ("weight", "iv", "trend")
COLUMNS = ["characteristic", "kind", "from", "below", "values", "points", *LEARNED, *OF_ALL]


def to_sheet(data: dict[str, Any]) -> "pd.DataFrame":
    """The table of a card that is told as in YAML."""
    import pandas as pd

    rows: list[dict[str, Any]] = [{"kind": n, "values": json.dumps(data[n])} for n in data if n in SETTINGS]
    for c in data["characteristics"]:
        of_all = {"characteristic": c["name"]} | {name: c[name] for name in OF_ALL}
        rows.extend(_row(a) | of_all for a in c["attributes"])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"points": "Int64", "count": "Int64"})


def _row(told: dict[str, Any]) -> dict[str, Any]:
    held = told.get("special", told.get("values"))
    return told | {"values": "" if held is None else json.dumps(held, ensure_ascii=False)}


def of_sheet(file: Path) -> dict[str, Any]:
    """A card as it is told in YAML, from CSV.

    Raises FitError where the file is no CSV, has another heading, a setting that stands twice or is none, and a
    characteristic whose rows differ in weight, iv or trend.
    """
    rows = _rows(file)
    data: dict[str, Any] = {}
    listed: dict[str, dict[str, Any]] = {}
    for number, row in rows:
        if name := row["characteristic"]:
            told = listed.setdefault(name, {"name": name, **_of_all(row), "attributes": []})
            _check_same(number, told, _of_all(row))
            told["attributes"].append(_attribute(row))
        else:
            _check_setting(number, row, data)
            data[row["kind"]] = _value(row["values"])
    return data | {"characteristics": list(listed.values())}


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows that say something, each with its number, the heading being row 1."""
    import pandas as pd

    try:
        cells = pd.read_csv(file, dtype=str, keep_default_na=False, header=None, skip_blank_lines=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise FitError(f"not readable as CSV in UTF-8: {error}", remedy="save it as CSV in UTF-8") from None
    table = as_written(cells.rename(columns=str))
    table = table.loc[:, [(table[c] != "").any() for c in table.columns]]
    heading = list(table.iloc[0]) if len(table) else []
    if heading != COLUMNS:
        raise FitError("the heading is not that of a card", remedy=f"begin with {','.join(COLUMNS)}")
    rows = [dict(zip(COLUMNS, map(str, row), strict=True)) for row in table.iloc[1:].itertuples(index=False)]
    return [(i, row) for i, row in enumerate(rows, start=2) if any(row.values())]


def _of_all(row: dict[str, str]) -> dict[str, Any]:
    """What a row says of its whole characteristic."""
    return {n: row[n] if n == "trend" else _value(row[n]) for n in OF_ALL if row[n]}


def _check_same(number: int, told: dict[str, Any], of_all: dict[str, Any]) -> None:
    for name, value in of_all.items():
        if told.setdefault(name, value) != value:
            what = f"row {number}: {name} {value!r} of {told['name']!r}, which has {told[name]!r} in a row before"
            raise FitError(what, remedy="give all rows of a characteristic the same")


def _check_setting(number: int, row: dict[str, str], data: dict[str, Any]) -> None:
    name = row["kind"]
    if name not in SETTINGS:
        what = f"row {number}: {name!r} without a characteristic"
        raise FitError(what, remedy=f"name the characteristic, or one of the settings {', '.join(SETTINGS)}")
    if name in data:
        raise FitError(f"row {number}: {name} stands twice", remedy="leave one of them")
    if odd := [c for c in COLUMNS if row[c] and c not in ("kind", "values")]:
        what = f"row {number}: {name} with something under {first_five(odd)}"
        raise FitError(what, remedy="give a setting under 'values' alone")


def _attribute(row: dict[str, str]) -> dict[str, Any]:
    told = {name: _value(row[name]) for name in ("from", "below", "points", *LEARNED) if row[name]}
    if row["values"]:
        told["special" if row["kind"] == "special" else "values"] = _value(row["values"])
    return {"kind": row["kind"]} | told


def _value(text: str) -> Any:
    """A cell as JSON has it; anything else stays text, for the schema to refuse where it does not belong."""
    try:
        return json.loads(text)
    except ValueError:
        return text
