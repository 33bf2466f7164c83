"""From a policy folder to a :class:`Policy`, with file, line, rule and date in every refusal."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from credit_score.errors import PolicyError, first_five
from credit_score.policy.dated import day_of
from credit_score.policy.ruleset import RuleSet, numbers
from credit_score.policy.schema import PolicyModel
from credit_score.policy.source import Location, Source

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
BUNDLED = Path(__file__).parent
REQUIRED = ("policy", "catalogue", "enterprise", "tiers", "inspection")
SECTIONS = (*REQUIRED, "individual", "repair", "clocks", "resources", "risk")


class Policy:
    """A policy through time. ``at(date)`` gives the rules of one day; nothing here changes."""

    def __init__(self, model: PolicyModel, folder: Path) -> None:
        self.model, self.folder = model, folder
        self.name = model.policy.name

    def at(self, on: date | str) -> RuleSet:
        """The rules in force on a day. Raises PolicyError before the first rule."""
        return RuleSet.of(self.model, as_date(on))

    def days(self) -> list[date]:
        """The days on which a number starts or ends, from the first day the policy can be asked for.

        Raises PolicyError if there is no such day.
        """
        found = {day for number in numbers(self.model) for day in number.dated.days}
        held = [day for day in found if _in_force(self.model, day)]
        if not held:
            raise PolicyError(
                f"policy {self.name!r} is in force on no day",
                remedy="let its base, cut-offs and schedule hold together",
            )
        return sorted(day for day in found if day >= min(held))

    def __repr__(self) -> str:
        return f"Policy({self.name!r}, {str(self.folder)!r})"


def _in_force(model: PolicyModel, day: date) -> bool:
    try:
        RuleSet.of(model, day)
    except PolicyError:
        return False
    return True


def as_date(value: date | str) -> date:
    """A date of 1900–2199 from a date, a time or a text such as 2023-06-30; raises PolicyError for anything else."""
    try:
        day = day_of(value.date() if isinstance(value, datetime) else value)
    except ValueError:
        raise PolicyError(f"{value!r} is not a date", remedy="write it as 2023-06-30") from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        span = f"{EARLIEST_YEAR} to {LATEST_YEAR}"
        raise PolicyError(f"{day} is outside the years {span}", remedy="choose a day within them")
    return day


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
    policy = Policy(model, folder)
    for day in policy.days():
        _ = _in_force(model, day) and (policy.at(day).enterprise, policy.at(day).individual)
    return policy


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
    others = sorted(
        p.name
        for p in folder.iterdir()
        if p.suffix.lower() in (".yaml", ".yml") and p.name not in {f"{s}.yaml" for s in SECTIONS}
    )
    if others:
        raise PolicyError(
            f"unknown section file {first_five(others)}",
            where=str(folder),
            remedy=f"sections are {', '.join(SECTIONS)}",
        )


def _refusal(error: ValidationError, sources: dict[str, Source]) -> PolicyError:
    every = error.errors()
    first = next((e for e in every if e["type"] == "extra_forbidden"), every[0])
    beneath: tuple[str | int, ...] = getattr(first.get("ctx", {}).get("error"), "place", ())
    section, *rest = (*first["loc"], *beneath)
    source = sources[str(section)]
    place = _in_file(rest, source.data)
    rule = _rule(source.data, place)
    where = f"{source.path}, line {source.line(place)}" + (f", rule {rule}" if rule else "")
    field = ".".join(str(p) for p in place if not isinstance(p, int))
    more = f" (and {len(every) - 1} more refusals)" if len(every) > 1 else ""
    return PolicyError(f"{field + ': ' if field else ''}{_said(first)}{more}", where=where, remedy="mend this rule")


def _in_file(location: Iterable[str | int], data: Any) -> Location:
    """The part of a location that stands in the file: without names of union members, ids as positions."""
    place: Location = ()
    for part in location:
        step = _step(data, part)
        if step is not None:
            data = step[1]
            place = (*place, step[0])
    return place


def _step(data: Any, part: str | int) -> tuple[str | int, Any] | None:
    """The key, or the position in a list, that a part of a location names, and what stands there."""
    if isinstance(data, dict):
        return next(((str(k), v) for k, v in data.items() if part in (k, str(k), repr(k))), None)
    if isinstance(data, list):
        return next(((i, v) for i, v in enumerate(data) if part in (i, _id(v))), None)
    return None


def _id(node: Any) -> Any:
    return node.get("id") if isinstance(node, dict) else None


def _rule(data: Any, place: Location) -> str:
    """The id of the innermost rule that a path leads through."""
    found = ""
    for part in place:
        _, data = _step(data, part) or (part, None)
        found = str(_id(data) or found)
    return found


def _said(error: Any) -> str:
    """What pydantic found wrong, in words for a rule book, with the value found."""
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "unknown key"
    if error["type"] == "missing":
        return f"{error['loc'][-1]!r} is missing"
    return f"{error['msg']}, not {str(error['input'])[:60]!r}"
