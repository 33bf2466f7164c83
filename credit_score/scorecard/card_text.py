"""A card as text that a person reads and edits: YAML, or CSV for a spreadsheet. Loaded, it gives the same integers.

A number is written with as many digits as tell it from its neighbours, so that no row changes its attribute.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from credit_score.errors import FitError, PolicyError
from credit_score.files import whole_file
from credit_score.policy.source import Source
from credit_score.scorecard.card import Attribute, Card, Characteristic, Scaling
from credit_score.scorecard.card_sheet import LEARNED, of_sheet, to_sheet
from credit_score.sheet import write_csv

FORMAT = 1
# What each kind of attribute stands for, and nothing else.
STANDS_FOR = {"interval": ("from", "below"), "values": ("values",), "other": ("values",), "special": ("special",)}
MOST_POINTS = 1_000_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False)


_Points = Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS)]
_Share = Annotated[float, Field(ge=0, le=1 + 1e-6)]  # sums of weights may round up


class _Attribute(_Strict):
    kind: Literal["interval", "values", "special", "missing", "other"]
    points: _Points
    low: float | None = Field(default=None, alias="from")
    high: float | None = Field(default=None, alias="below")
    values: list[str] | None = None
    special: float | None = None
    woe: float = 0.0
    count: int = Field(default=0, ge=0)
    share: _Share = 0.0
    bad_rate: _Share | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> "_Attribute":
        given = {"from": self.low, "below": self.high, "values": self.values, "special": self.special}
        odd = [n for n, value in given.items() if value is not None and n not in STANDS_FOR.get(self.kind, ())]
        if odd:
            raise ValueError(f"an attribute of kind {self.kind!r} has no {odd[0]!r}")
        return self


class _Characteristic(_Strict):
    name: str = Field(min_length=1)
    attributes: list[_Attribute] = Field(min_length=1)
    weight: float = Field(default=1.0, ge=0)
    iv: float = 0.0
    trend: Literal["ascending", "descending", "peak", "valley", "none"] = "none"


class _Card(_Strict):
    credit_score_card: int = Field(ge=FORMAT, le=FORMAT)
    method: Literal["woe", "boosted"] = "woe"
    pdo: float
    ref_score: float
    ref_odds: float
    base_points: _Points
    good: str = "0"
    bad: str = "1"
    characteristics: list[_Characteristic]


class _Dumper(yaml.SafeDumper):
    """Writes in quotes a text with U+0085, which plain YAML reads as the end of a line."""


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"' if "\x85" in text else None)
)


def save_card(card: Card, path: Path | str) -> None:
    """Write a card as ``.yaml`` or ``.csv``, by the name; the file appears whole or not at all.

    Raises RunError, and FitError for a text that UTF-8 cannot hold.
    """
    form, data = _form(Path(path)), _data(card)
    _check_texts(data)
    with whole_file(path) as partial:
        if form == ".csv":
            write_csv(to_sheet(data), partial)
        else:
            text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
            partial.write_text(text, encoding="utf-8")


def _check_texts(data: dict[str, Any]) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        part = error.object[error.start - 20 : error.end + 20]
        raise FitError(f"a name or category with half a sign, {part!r}", remedy="mend the text in the rows") from None


def load_card(path: Path | str) -> Card:
    """A card from ``.yaml`` or ``.csv``.

    Raises FitError, with file and place, for unknown or missing keys, keys that another kind of attribute has, a
    setting that stands twice, a gap or overlap of intervals, a category in two attributes, and points that are no whole
    number of at most 10⁹ either way.
    """
    file = Path(path)
    if not file.is_file():
        raise FitError("no such card", where=str(file), remedy="give a .yaml or .csv file that was saved as a card")
    try:
        data = of_sheet(file) if _form(file) == ".csv" else Source(file).data
        return _card(_Card.model_validate(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"]) or "the whole"
        asked = "should be a mapping, name: value" if first["type"] == "model_type" else first["msg"].lower()
        what = f"{place}: {asked}, found {first['input']!r:.60}"
        raise FitError(what, where=str(file), remedy="mend the card, or save it anew") from None
    except PolicyError as error:  # not readable at all
        raise FitError(error.what, where=error.where, remedy=error.remedy) from None
    except FitError as error:
        raise FitError(error.what, where=str(file), remedy=error.remedy) from None


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
