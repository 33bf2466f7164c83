"""A file's heading held to the contract: which column each name means, and which never enter."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_score.errors import RecordsError, discreet, first_five
from credit_score.policy.held import check_headings
from credit_score.records.contract import Contract
from credit_score.records.reading.vocabulary import column_of

NAMELESS = "(no name)"
PERSONAL = ("individuals", "households", "consents", "credit_records", "youth_households", "posts")


@dataclass(frozen=True)
class Heading:
    """The names of a file in their order, and the column of the contract that each means, or None."""

    names: tuple[str, ...]
    columns: tuple[str | None, ...]

    @property
    def dropped(self) -> list[str]:
        """Names of columns that do not enter: free text, contacts, and what else the contract has no place for."""
        return [name or NAMELESS for name, column in zip(self.names, self.columns, strict=True) if column is None]

    @property
    def places(self) -> dict[str, int]:
        """Column of the contract → its position in the file."""
        return {column: i for i, column in enumerate(self.columns) if column}


def heading_of(path: Path, names: Sequence[str], contract: Contract) -> Heading:
    """The heading of a file, without what may not be held.

    Raises RecordsError where it is none, where a name is unknown, doubled or missing, and where one is of data that
    the law forbids (:mod:`credit_score.policy.held`).
    """
    where = f"{path}, line 1" if path.suffix.lower() == ".csv" else str(path)
    known = ", ".join(contract.columns)
    columns = tuple(column_of(name, contract.name, contract.columns) for name in names)
    if not any(columns):
        raise RecordsError(
            f"the first line is no heading: none of its {len(names)} names is a column",
            where=where,
            remedy=f"begin with a heading; columns are {known}",
        )
    heading = Heading(tuple(name.strip() for name in names), columns)
    named = [name for name in heading.dropped if name != NAMELESS]  # a spreadsheet leaves commas behind its last column
    floor = check_headings(named, personal=contract.name in PERSONAL, where=where)
    _refuse_unknown(floor.unknown, where, known)
    _refuse_twice(heading, where)
    if missing := [c for c in contract.required if c not in columns]:
        raise RecordsError(
            f"column {first_five(missing)} is missing", where=where, remedy=f"add it; columns are {known}"
        )
    return heading


def _refuse_unknown(unknown: Sequence[str], where: str, known: str) -> None:
    if unknown:
        raise RecordsError(
            f"unknown column {first_five(repr(c) if discreet(c) == c else discreet(c) for c in unknown)}",
            where=where,
            remedy=f"remove or rename it; columns are {known}",
        )


def _refuse_twice(heading: Heading, where: str) -> None:
    found = [c for c in heading.columns if c]
    if twice := sorted({c for c in found if found.count(c) > 1}):
        raise RecordsError(f"column {first_five(twice)} stands twice", where=where, remedy="keep one of them")
