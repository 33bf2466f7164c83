"""Scenarios as YAML: read with the file and the line of what is wrong, and written so that they read back the same.

A number is plain, then it is an assumption, or a mapping of ``value``, ``low``, ``high``, ``basis`` and ``reference``.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic.fields import FieldInfo

from credit_score.errors import PolicyError
from credit_score.policy.plain_yaml import WithoutAliases
from credit_score.policy.source import Location, Source
from credit_score.simulation.parameter import NUMBER, WHOLE, Parameter, ScenarioError, Stated

BUNDLED = Path(__file__).parent / "scenarios"
Scenario = TypeVar("Scenario", bound=Stated)


def bundled() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(p.stem for p in BUNDLED.glob("*.yaml"))


def read_scenario(path: Path | str, kind: type[Scenario]) -> Scenario:
    """A scenario from a YAML file, or one that comes with the package by its name; see :meth:`Scenario.read`.

    ``kind``: the class of scenarios, handed in since it reads by this function. Raises ScenarioError with file, line
    and place of the first thing that is wrong, and the nearest key for one that is not known.
    """
    file = _file(path)
    source = _source(file)
    data = _with_text_keys(source.data)
    if not isinstance(data, dict):
        raise ScenarioError("holds no keys", where=f"{file}, line 1", remedy="write 'periods:', 'tiers:' and so on")
    try:
        return kind(**data)
    except ScenarioError as error:
        at = _location(error.place, data)
        asked = error.told.startswith((f"should be {NUMBER}", f"should be {WHOLE}"))
        remedy = _written_plainly(_at(at, data)) if asked else error.remedy
        where = f"{file}, line {source.line(at)}"
        raise ScenarioError(error.told, *error.place, where=where, remedy=remedy) from None


def written(scenario: Stated) -> str:
    """YAML that reads back to an equal scenario; what is as it would be anyway is left out."""
    return yaml.dump(_plain(scenario), Dumper=WithoutAliases, allow_unicode=True, sort_keys=False, width=120)


def _file(path: Path | str) -> Path:
    if Path(path).is_file():
        return Path(path)
    if str(path) in bundled():
        return BUNDLED / f"{path}.yaml"
    if Path(path).is_dir():
        held = sorted(Path(path).glob("*.yaml"))
        remedy = f"give {held[0]}" if len(held) == 1 else "give the YAML file in it"
        raise ScenarioError("a folder is no scenario", where=str(path), remedy=remedy)
    close = get_close_matches(str(path), bundled(), n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"give a file, or a bundled name: {', '.join(bundled())}"
    raise ScenarioError(f"no scenario {str(path)!r}", remedy=remedy)


def _source(file: Path) -> Source:
    try:
        return Source(file)
    except PolicyError as error:
        raise ScenarioError(error.what, where=error.where, remedy=_remedy(error)) from None


def _remedy(error: PolicyError) -> str:
    """What a rule book asks for, in so far as a scenario asks for it too: it has no amendments and no sections."""
    return "write a scenario" if "empty" in error.what else error.remedy.rpartition("; ")[2]


def _with_text_keys(data: Any) -> Any:
    """Keys as texts: a score at which firms start reads as a number."""
    if isinstance(data, dict):
        return {str(key): _with_text_keys(value) for key, value in data.items()}
    return [_with_text_keys(value) for value in data] if isinstance(data, list) else data


def _location(place: tuple[Any, ...], data: Any) -> Location:
    """Where a place stands in a file: parts that no file has, such as the kind of a rating, are passed over.

    A place that begins with what stands in a part (the cut-offs of a rating) is looked for there.
    """
    found: list[str | int] = []
    if place and _key(place[0], data) is None:
        found = [key for key, part in data.items() if isinstance(part, dict) and place[0] in part][:1]
        data = data[found[0]] if found else data
    for part in place:
        key = _key(part, data)
        if key is not None:
            found.append(key)
            data = data[key]
    return tuple(found)


def _key(part: Any, data: Any) -> str | int | None:
    if isinstance(data, dict) and part in data:
        return str(part)
    if not isinstance(data, list):
        return None
    if isinstance(part, int):
        return part if part < len(data) else None
    named = (i for i, one in enumerate(data) if isinstance(one, dict) and one.get("name") == part)
    return next(named, None)


def _at(location: Location, data: Any) -> Any:
    for part in location:
        data = data[part]
    return data


def _written_plainly(value: Any) -> str:
    """What to write for a text that was meant as a number: 1e-2 and 2% are texts in YAML."""
    try:
        text = value.strip()
        number = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (AttributeError, InvalidOperation):
        return ""
    short = number.is_finite() and -12 <= number.adjusted() <= 12
    return f"YAML reads that as a text; write {number.normalize():f}" if short else "YAML reads that as a text"


def _plain(part: Any) -> Any:
    """A part of a scenario as YAML has it."""
    if isinstance(part, Stated):
        told = dict(_told(part))
        return told["value"] if isinstance(part, Parameter) and set(told) == {"value"} else told
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    return [_plain(value) for value in part] if isinstance(part, tuple) else part


def _told(part: Stated) -> Iterator[tuple[str, Any]]:
    """What differs from what would be there anyway, and what tells kinds apart."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if name == "kind" or value != _default(field):
            yield name, _plain(value)


def _default(field: FieldInfo) -> Any:
    return field.get_default(call_default_factory=True)
