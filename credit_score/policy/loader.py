"""From a policy folder to a :class:`Policy`, with file, line, rule and date in every refusal."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from credit_score.errors import PolicyError, first_five
from credit_score.policy.ruleset import RuleSet, every_dated
from credit_score.policy.schema import PolicyModel
from credit_score.policy.source import Location, Source

BUNDLED = Path(__file__).parent
REQUIRED = ("policy", "catalogue", "enterprise", "tiers", "inspection")
SECTIONS = (*REQUIRED, "individual")


class Policy:
    """A policy through time. ``at(date)`` gives the rules of one day; nothing here changes."""

    def __init__(self, model: PolicyModel, folder: Path) -> None:
        self.model, self.folder = model, folder
        self.name = model.policy.name

    def at(self, on: date | str) -> RuleSet:
        """The rules in force on a day. Raises PolicyError before the first rule."""
        return RuleSet.of(self.model, as_date(on))

    def days(self) -> list[date]:
        """The days on which a number starts or ends, from the first day the policy can be asked for."""
        found = {day for dated in every_dated(self.model) for day in dated.days}
        first = min(day for day in found if _in_force(self.model, day))
        return sorted(day for day in found if day >= first)

    def __repr__(self) -> str:
        return f"Policy({self.name!r}, {str(self.folder)!r})"


def _in_force(model: PolicyModel, day: date) -> bool:
    try:
        RuleSet.of(model, day)
    except PolicyError:
        return False
    return True


def as_date(value: date | str) -> date:
    """A date from a date or an ISO text; raises PolicyError for anything else."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PolicyError(f"{value!r} is not a date", remedy="write it as 2023-06-30") from None


def bundled() -> list[str]:
    """Names of the policies that come with the package."""
    return sorted(p.parent.name for p in BUNDLED.glob("*/policy.yaml"))


def load_policy(name: str | Path) -> Policy:
    """Read a policy by bundled name (``"gaoyang"``) or from a folder of YAML files.

    Raises PolicyError, in one line with file and line, for a missing folder or section, a duplicate
    or unknown key, a value out of its range, a rule without a reference, or a rule unjust to persons.
    """
    folder = _folder(name)
    sources = {section: Source(folder / f"{section}.yaml") for section in _sections(folder)}
    _refuse_other_files(folder)
    try:
        model = PolicyModel.model_validate({section: source.data for section, source in sources.items()})
    except ValidationError as error:
        raise _refusal(error, sources) from None
    return Policy(model, folder)


def _folder(name: str | Path) -> Path:
    if str(name) in bundled():
        return BUNDLED / str(name)
    folder = Path(name)
    if not folder.is_dir():
        raise PolicyError(
            f"no policy {str(name)!r}", remedy=f"give a folder, or a bundled name: {', '.join(bundled())}"
        )
    return folder


def _sections(folder: Path) -> Iterator[str]:
    for section in SECTIONS:
        if (folder / f"{section}.yaml").is_file():
            yield section
        elif section in REQUIRED:
            raise PolicyError(f"{section}.yaml is missing", where=str(folder), remedy="a policy has this section")


def _refuse_other_files(folder: Path) -> None:
    others = sorted(p.name for p in folder.glob("*.y*ml") if p.name not in {f"{s}.yaml" for s in SECTIONS})
    if others:
        raise PolicyError(
            f"unknown section file {first_five(others)}",
            where=str(folder),
            remedy=f"sections are {', '.join(SECTIONS)}",
        )


def _refusal(error: ValidationError, sources: dict[str, Source]) -> PolicyError:
    first = error.errors()[0]
    section, *rest = first["loc"] or ("policy",)
    source = sources.get(str(section))
    if source is None:
        return PolicyError(_said(first), remedy="mend the policy's sections")
    place = _in_file(tuple(rest), source)
    rule = _rule(source.data, place)
    where = f"{source.path}, line {source.line(place)}" + (f", rule {rule}" if rule else "")
    field = ".".join(str(p) for p in place if not isinstance(p, int))
    more = f" (and {error.error_count() - 1} more refusals)" if error.error_count() > 1 else ""
    return PolicyError(f"{field + ': ' if field else ''}{_said(first)}{more}", where=where, remedy="mend this rule")


def _in_file(location: Location, source: Source) -> Location:
    """The part of a pydantic location that stands in the file: without names of union members."""
    place: Location = ()
    for part in location:
        if (*place, str(part)) in source.lines:
            place = (*place, str(part))
        elif (*place, part) in source.lines:
            place = (*place, part)
    return place


def _rule(data: Any, place: Location) -> str:
    """The id of the innermost rule that a path leads through."""
    found = ""
    for part in place:
        if isinstance(data, dict):
            data = next((v for k, v in data.items() if str(k) == part), None)
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
        if isinstance(data, dict) and "id" in data:
            found = str(data["id"])
    return found


def _said(error: Any) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    plain = {"extra_forbidden": "unknown key", "missing": f"{error['loc'][-1]!r} is missing"}
    return plain.get(error["type"], text)
