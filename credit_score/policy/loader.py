"""From a policy folder to a :class:`Policy`, with file, line, rule and date in every refusal."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from credit_score.errors import PolicyError, first_five
from credit_score.policy.dated import DECISION, day_of
from credit_score.policy.merging import HEAD, head_of, merged
from credit_score.policy.places import by_id, in_file, node_at, rule_at, told
from credit_score.policy.ruleset import RuleSet, numbers
from credit_score.policy.schema import PolicyModel
from credit_score.policy.signature import Amendment
from credit_score.policy.source import Location, Source

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
BUNDLED = Path(__file__).parent
REQUIRED = ("policy", "catalogue", "enterprise", "tiers", "inspection")
SERVICES = ("pilot", "three_credit", "scenes", "measures", "statements", "publication")
SECTIONS = (*REQUIRED, "individual", "repair", "clocks", "resources", "risk", *SERVICES)
_FILE = re.compile(rf"({'|'.join(SECTIONS)}|{HEAD}-\d{{4}}-\d\d-\d\d)\.yaml", re.ASCII)


class Policy:
    """A policy through time. ``at(date)`` gives the rules of one day; nothing here changes.

    ``files``: name → bytes of the sections and amendments it was read from. ``data``: section → what stands in it, with
    the dates of the amendments.
    """

    def __init__(self, model: PolicyModel, folder: Path, files: Mapping[str, bytes], data: dict[str, Any]) -> None:
        self.model, self.folder, self.files, self.data = model, folder, files, data
        self.name = model.policy.name

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names and bytes of sections and amendments, in hexadecimal: what an amendment amends."""
        told = [[name, sha256(self.files[name]).hexdigest()] for name in sorted(self.files)]
        return sha256(json.dumps(told).encode()).hexdigest()

    def save(self, folder: Path) -> None:
        """Write sections and amendments into a new folder, byte for byte.

        Raises PolicyError where an amendment is a draft.
        """
        for amendment in self.model.amendments.values():
            if amendment.signature is None:
                what = f"the amendment of {amendment.since} is a draft, and a draft is no policy"
                raise PolicyError(what, where=f"policy {self.name!r}", remedy="have it signed first")
        folder.mkdir()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)

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


# One command reads the same files several times, and a server again and again.
MOST_KNOWN = 32
_KNOWN: dict[tuple[tuple[str, bytes], ...], Policy] = {}


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
    _refuse_other_files(folder)
    policy = _base(folder)
    for path in _amendments(folder):
        policy = _amended(policy, Source(path))
        _check_signed(policy, path)
    return policy


def _base(folder: Path) -> Policy:
    """The policy of a folder before its amendments; of files that were read before, as it was found then."""
    files = {f"{section}.yaml": (folder / f"{section}.yaml").read_bytes() for section in _sections(folder)}
    known = tuple(files.items())
    if known not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[known] = _read(folder, files)
    read = _KNOWN[known]
    return Policy(read.model, folder, files, read.data)


def _read(folder: Path, files: Mapping[str, bytes]) -> Policy:
    sources = {name.removesuffix(".yaml"): Source(folder / name, content) for name, content in files.items()}
    _refuse_decisions(sources.values())

    def find(location: Location) -> tuple[Source, Location]:
        section, *rest = location
        source = sources[str(section)]
        return source, in_file(rest, source.data)

    data = {section: source.data for section, source in sources.items()}
    return _whole(Policy(_model(data, find), folder, files, data))


def amended(policy: Policy, text: str, *, path: Path = Path(HEAD)) -> Policy:
    """A policy with one amendment more, given as YAML, signed or a draft; nothing is written.

    ``path``: the file that refusals name.
    Raises PolicyError, in one line with file and line: for an amendment that was not written for this policy, or is not
    later than its last one; for whatever is more than added dates; for what the amended policy may not say.
    """
    return _amended(policy, Source(path, text.encode("utf-8", "surrogatepass")))


def _amended(policy: Policy, amendment: Source) -> Policy:
    head = _head(amendment)
    _check_follows(policy, head, amendment)
    data = merged(policy.data, amendment, head.since)

    def find(location: Location) -> tuple[Source, Location]:
        return amendment, in_file(by_id(location, data), amendment.data)

    model = _model(data | {"amendments": policy.model.amendments | {head.since: head}}, find)
    files = dict(policy.files) | {amendment_file(head.since): amendment.content}
    return _whole(Policy(model, policy.folder, files, data))


def amendment_file(since: date) -> str:
    """What the file of an amendment is called, by its day; one a day."""
    return f"{HEAD}-{since}.yaml"


def _model(data: Mapping[str, Any], find: Callable[[Location], tuple[Source, Location]]) -> PolicyModel:
    try:
        return PolicyModel.model_validate(data)
    except ValidationError as error:
        raise _refusal(error, find) from None


def _whole(policy: Policy) -> Policy:
    """The policy, once every day on which something in it changes can be computed."""
    for day in policy.days():
        _ = _in_force(policy.model, day) and (policy.at(day).enterprise, policy.at(day).individual)
    return policy


def _head(amendment: Source) -> Amendment:
    try:
        return Amendment.model_validate(head_of(amendment))
    except ValidationError as error:
        raise _refusal(error, lambda place: (amendment, in_file((HEAD, *place), amendment.data))) from None


def _check_follows(policy: Policy, head: Amendment, amendment: Source) -> None:
    """An amendment is later than the one before, and was written for the policy as that one left it."""
    last = next(reversed(policy.model.amendments.values()), None)
    if last and (head.since <= last.since or head.written < last.written):
        field = "since" if head.since <= last.since else "written"
        what = (
            f"{field} {getattr(head, field)} is not later than {getattr(last, field)} of {amendment_file(last.since)}"
        )
        raise PolicyError(what, where=amendment.where((HEAD, field)), remedy="amendments follow one another")
    if head.amends != policy.fingerprint:
        what = f"amends {head.amends[:12]}…, but the policy before it is {policy.fingerprint[:12]}…"
        remedy = (
            "a file of it was edited, or an amendment is missing or out of order; restore it, or write this one anew"
        )
        raise PolicyError(what, where=amendment.where((HEAD, "amends")), remedy=remedy)


def _check_signed(policy: Policy, path: Path) -> None:
    """A file of a policy folder is signed, and called by its day."""
    *_, head = policy.model.amendments.values()
    if path.name != amendment_file(head.since):
        what, remedy = f"the file is of {head.since}", f"name it {amendment_file(head.since)}"
        raise PolicyError(what, where=str(path), remedy=remedy)
    if head.signature is None:
        what = "the amendment is not signed, and a draft is no policy"
        raise PolicyError(what, where=str(path), remedy="have it signed, or keep it out of the folder")


def _refuse_decisions(sources: Iterable[Source]) -> None:
    """A decision of the county stands in an amendment, where its signature is."""
    for source in sources:
        for place in source.lines:
            if place[-1:] == ("basis",) and node_at(source.data, place) == DECISION:
                what, remedy = f"{told(place)}: {DECISION!r} is for amendments", "give the ground it had before"
                raise PolicyError(what, where=source.where(place), remedy=remedy)


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


def _amendments(folder: Path) -> list[Path]:
    """The files of the amendments, in the order of their days."""
    return sorted(p for p in folder.glob(f"{HEAD}-*.yaml") if p.is_file())


def _refuse_other_files(folder: Path) -> None:
    others = sorted(
        p.name for p in folder.iterdir() if p.suffix.lower() in (".yaml", ".yml") and not _FILE.fullmatch(p.name)
    )
    if others:
        raise PolicyError(
            f"unknown section file {first_five(others)}",
            where=str(folder),
            remedy=f"sections are {', '.join(SECTIONS)}; an amendment is named by its day, amendment-2023-07-01",
        )


def _refusal(error: ValidationError, find: Callable[[Location], tuple[Source, Location]]) -> PolicyError:
    """The refusal of what pydantic found first; ``find`` gives the file it stands in, and where in it."""
    every = error.errors()
    first = next((e for e in every if e["type"] == "extra_forbidden"), every[0])
    beneath: tuple[str | int, ...] = getattr(first.get("ctx", {}).get("error"), "place", ())
    source, place = find((*first["loc"], *beneath))
    rule = rule_at(source.data, place)
    where = source.where(place) + (f", rule {rule}" if rule else "")
    field, more = told(place), f" (and {len(every) - 1} more refusals)" if len(every) > 1 else ""
    return PolicyError(f"{field + ': ' if field else ''}{_said(first)}{more}", where=where, remedy="mend this rule")


def _said(error: Any) -> str:
    """What pydantic found wrong, in words for a rule book, with the value found."""
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "unknown key"
    if error["type"] == "missing":
        return f"{error['loc'][-1]!r} is missing"
    return f"{error['msg']}, not {str(error['input'])[:60]!r}"
