"""A card as text that a person reads and edits: YAML, or CSV for a spreadsheet. Loaded, it gives the same integers.

A number is written with as many digits as tell it from its neighbours, so that no row changes its attribute.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from credit_score.errors import FitError, PolicyError
from credit_score.files import whole_file
from credit_score.policy.source import Source
from credit_score.scorecard.card import Attribute, Card, Characteristic, Scaling
from credit_score.sheet import as_written, write_csv

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
SETTINGS = ("pdo", "ref_score", "ref_odds", "base_points", "good", "bad", "method", "credit_score_card")
LEARNED = ("woe", "count", "share", "bad_rate")
COLUMNS = [
    "characteristic", "kind", "from", "below", "values", "points", *LEARNED, "weight", "iv", "trend",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False)


class _Attribute(_Strict):
    kind: Literal["interval", "values", "special", "missing", "other"]
    points: int
    low: float | None = Field(default=None, alias="from")
    high: float | None = Field(default=None, alias="below")
    values: list[str] | None = None
    special: float | None = None
    woe: float = 0.0
    count: int = Field(default=0, ge=0)
    share: float = Field(default=0.0, ge=0)
    bad_rate: float | None = None


class _Characteristic(_Strict):
    name: str = Field(min_length=1)
    attributes: list[_Attribute] = Field(min_length=1)
    weight: float = 1.0
    iv: float = 0.0
    trend: str = "none"


class _Card(_Strict):
    credit_score_card: Literal[1]
    method: str = "woe"
    pdo: float
    ref_score: float
    ref_odds: float
    base_points: int
    good: str = "0"
    bad: str = "1"
    characteristics: list[_Characteristic]


def save_card(card: Card, path: Path | str) -> None:
    """Write a card as ``.yaml`` or ``.csv``, by the name; the file appears whole or not at all. Raises RunError."""
    form = _form(Path(path))
    with whole_file(path) as partial:
        if form == ".csv":
            write_csv(_sheet(card), partial)
        else:
            text = yaml.safe_dump(_data(card), allow_unicode=True, sort_keys=False, width=120)
            partial.write_text(text, encoding="utf-8")


def load_card(path: Path | str) -> Card:
    """A card from ``.yaml`` or ``.csv``.

    Raises FitError, with file and place, for unknown or missing keys, a gap or overlap of intervals, a category in
    two attributes, and points that are no whole number.
    """
    file = Path(path)
    if not file.is_file():
        raise FitError("no such card", where=str(file), remedy="give a .yaml or .csv file that was saved as a card")
    try:
        data = _of_sheet(file) if _form(file) == ".csv" else Source(file).data
        return _card(_Card.model_validate(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        what = f"{place}: {first['msg'].lower()}, found {first['input']!r:.60}"
        raise FitError(what, where=str(file), remedy="mend the card, or save it anew") from None
    except PolicyError as error:  # not readable at all
        raise FitError(error.what, where=error.where, remedy=error.remedy) from None
    except FitError as error:
        raise FitError(str(error), where=str(file)) from None


def _form(path: Path) -> str:
    if path.suffix not in (".yaml", ".csv"):
        raise FitError(f"a card is no {path.suffix or 'file without an ending'}", remedy="name it .yaml or .csv")
    return path.suffix


def _card(told: _Card) -> Card:
    listed = tuple(
        Characteristic(c.name, tuple(map(_attribute, c.attributes)), c.weight, c.iv, c.trend)
        for c in told.characteristics
    )
    scaling = Scaling(told.pdo, told.ref_score, told.ref_odds)
    return Card(listed, told.base_points, scaling, (told.good, told.bad), told.method)


def _attribute(told: _Attribute) -> Attribute:
    return Attribute(
        kind=told.kind, points=told.points,
        low=-np.inf if told.low is None else told.low, high=np.inf if told.high is None else told.high,
        values=tuple(told.values or ()), special=told.special,
        woe=told.woe, count=told.count, share=told.share, bad_rate=told.bad_rate,
    )  # fmt: skip


def _data(card: Card) -> dict[str, Any]:
    return {
        "credit_score_card": FORMAT, "method": card.method, **_settings(card),
        "characteristics": [
            {
                "name": c.name, "weight": c.weight, "iv": c.iv, "trend": c.trend,
                "attributes": [dict(_told(a)) for a in c.attributes],
            }
            for c in card.characteristics
        ],
    }  # fmt: skip


def _settings(card: Card) -> dict[str, Any]:
    scaling = card.scaling
    return {
        "pdo": float(scaling.pdo), "ref_score": float(scaling.ref_score), "ref_odds": float(scaling.ref_odds),
        "base_points": int(card.base_points), "good": card.classes[0], "bad": card.classes[1],
    }  # fmt: skip


def _told(a: Attribute) -> Iterator[tuple[str, Any]]:
    """An attribute's keys, without those that say nothing."""
    yield "kind", a.kind
    if np.isfinite(a.low):
        yield "from", float(a.low)
    if np.isfinite(a.high):
        yield "below", float(a.high)
    if a.values:
        yield "values", list(a.values)
    if a.special is not None:
        yield "special", float(a.special)
    yield "points", int(a.points)
    for name in LEARNED:
        value = getattr(a, name)
        if value is not None:
            yield name, int(value) if name == "count" else float(value)


def _sheet(card: Card) -> "pd.DataFrame":
    """A row a setting, then a row an attribute; categories and special numbers stand in ``values`` as JSON."""
    import pandas as pd

    settings = {"credit_score_card": FORMAT, "method": card.method} | _settings(card)
    rows: list[dict[str, Any]] = [{"kind": name, "values": json.dumps(value)} for name, value in settings.items()]
    for c in card.characteristics:
        for a in c.attributes:
            told = dict(_told(a))
            held = told.pop("special", None) if a.kind == "special" else told.pop("values", None)
            values = "" if held is None else json.dumps(held, ensure_ascii=False)
            learned = {"weight": float(c.weight), "iv": float(c.iv), "trend": c.trend}
            rows.append({"characteristic": c.name, **told, "values": values, **learned})
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"points": "Int64", "count": "Int64"})


def _of_sheet(file: Path) -> dict[str, Any]:
    import pandas as pd

    try:
        table = as_written(pd.read_csv(file, dtype=str, keep_default_na=False))
    except (ValueError, UnicodeDecodeError) as error:
        raise FitError(f"is not readable as CSV: {error}", where=str(file)) from None
    if list(table.columns) != COLUMNS:
        raise FitError("the heading is not that of a card", remedy=f"begin with {','.join(COLUMNS)}")
    rows = table.to_dict("records")
    data: dict[str, Any] = {r["kind"]: _value(r["values"]) for r in rows if not r["characteristic"]}
    listed: dict[str, dict[str, Any]] = {}
    for row in (r for r in rows if r["characteristic"]):
        about = {"name": row["characteristic"], "trend": row["trend"], "attributes": []}
        shared = {name: _value(row[name]) for name in ("weight", "iv") if row[name]}
        listed.setdefault(row["characteristic"], about | shared)["attributes"].append(_attribute_of(row))
    return data | {"characteristics": list(listed.values())}


def _attribute_of(row: dict[Any, str]) -> dict[str, Any]:
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
