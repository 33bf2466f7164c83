"""From a folder of files to :class:`Records`: every row ends in accepted or in rejected, with a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.engine.work import Work
from credit_score.files import fingerprint
from credit_score.long_list import LongList
from credit_score.policy import Policy
from credit_score.records.contracts import contracts
from credit_score.records.door.audit import audit_table
from credit_score.records.door.identity import is_synthetic, pseudonym_key
from credit_score.records.door.pseudonyms import Pseudonyms
from credit_score.records.door.refused import alike, check_told, in_order
from credit_score.records.door.resuming import kept_taken
from credit_score.records.door.taking import Taken, take_in
from credit_score.records.keeping.chain import Chain, key_digest
from credit_score.records.life import effective
from credit_score.records.reading.amount import amounts
from credit_score.records.reading.folder import files

if TYPE_CHECKING:
    import ibis
    import pandas as pd

Progress = Callable[[str], None]


def silent(step: str) -> None:
    """No progress is shown."""


def know(progress: Progress, rows: Mapping[str, int]) -> None:
    """Tell a progress that asks for it (``know``) how many rows each step will go through."""
    getattr(progress, "know", silent)(rows)


@dataclass(frozen=True)
class Records:
    """What units reported, as accepted, with what was refused beside it.

    Attributes
    ----------
    tables : table name → accepted rows, in the engine; natural persons carry pseudonyms.
    refused : one row a refused row, in the engine: table, file, row (position in the file, header not counted),
        column, value (masked where it identifies), reason, unit.
    refusals : how many of them are alike: table, file, column, reason, unit, n.
    counts : per table ``read``, ``accepted``, ``rejected``; read = accepted + rejected.
    files : the same per file, with how it is ``written`` and the columns that were ``dropped``.
    warnings : what was accepted all the same: table, reason, n.
    fingerprints : file name → SHA-256 of its bytes.
    synthetic : whether the folder says that nothing in it is real.
    known_between : for a store, the days on which exactly this was known: from the last batch that is in it up to,
        and without, the first that is not. None for a folder of files.
    deleted : of a store, digest of each deleted person → the day of the deletion.
    touched : the same of each person of whom single records were deleted.
    chain : of a store, its history as it was opened.
    work : where what is computed is kept against a kill; None where nothing is.
    audit : age band and gender by person, in an engine of its own, for audits alone; no score can be joined to it.
    """

    folder: Path
    policy_name: str
    engine: "ibis.BaseBackend" = field(repr=False)
    tables: dict[str, "ibis.Table"] = field(repr=False)
    refused: LongList = field(repr=False)
    refusals: "pd.DataFrame" = field(repr=False)
    counts: "pd.DataFrame"
    files: "pd.DataFrame"
    warnings: "pd.DataFrame"
    fingerprints: dict[str, str] = field(repr=False)
    synthetic: bool
    audit: "ibis.Table" = field(repr=False)
    known_between: tuple[date, date] | None = None
    deleted: dict[str, str] = field(default_factory=dict, repr=False)
    touched: dict[str, str] = field(default_factory=dict, repr=False)
    chain: Chain | None = field(default=None, repr=False)
    work: Work | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> "ibis.Table":
        """One accepted table by its name."""
        return self.tables[name]

    @property
    def rejected(self) -> "pd.DataFrame":
        """Every refused row, as one frame."""
        return self.refused.frame

    def effective(self, on: date, as_known_on: date | None = None) -> "ibis.Table":
        """The credit records that count on a day, by what was known on a day; see :mod:`credit_score.records.life`."""
        return effective(self.tables, on, as_known_on)


@dataclass(frozen=True)
class Earlier:
    """What a store holds before it takes a folder in; ``deleted`` persons and ``numbers`` of records: digest → day."""

    tables: dict[str, "ibis.Table"] = field(default_factory=dict)
    fingerprints: frozenset[str] = frozenset()
    deleted: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


def read_folder(
    folder: Path,
    policy: Policy,
    engine: "ibis.BaseBackend",
    *,
    key: str | bytes | None = None,
    earlier: Earlier | None = None,
    work: Path | None = None,
    progress: Progress = silent,
) -> Records:
    """A folder of CSV, Excel or Parquet files, judged under a policy's codes and identifier scheme.

    Rows that break the contract are rejected with a reason and never raise. Files that a store has taken in
    ``earlier`` are passed over. Tables that a ``work`` folder holds of the same files are not read again. Raises
    RecordsError for a missing folder or table, an empty file, a wrong heading, or no key for pseudonyms.
    """
    held = earlier or Earlier()
    known = contracts(policy.model)
    found = files(folder, known, held.tables)
    know(progress, {f"reading {name}": n for name, n in amounts(found).items()})
    prints = {name: fingerprint(path) for paths in found.values() for name, path in paths.items()}
    gone = held.deleted | held.numbers
    secret = pseudonym_key(folder, key)
    names = Pseudonyms(engine, policy.model.policy.identifiers, secret, held.tables, gone)
    told = (__version__, policy.fingerprint, prints, key_digest(secret), sorted(held.fingerprints))
    resumed = Work.on(engine, work, *told) if work else None
    taken = {}
    for name, contract in known.items():
        progress(f"reading {name}")
        paths = found.get(name, {})
        fresh = {part: path for part, path in paths.items() if prints[part] not in held.fingerprints}
        take = partial(take_in, engine, fresh, contract, names, held.tables)
        taken[name] = kept_taken(resumed, contract, take) if resumed and fresh else take()
    audit, warnings = audit_table(names, taken["individuals"].accepted), names.warnings()
    names.forget()
    fresh_prints = {part: print_ for part, print_ in prints.items() if print_ not in held.fingerprints}
    more = {"audit": audit, "warnings": warnings, "fingerprints": fresh_prints, "work": resumed}
    return _records(folder, policy, engine, taken, more)


def _records(
    folder: Path, policy: Policy, engine: "ibis.BaseBackend", taken: dict[str, Taken], more: dict[str, Any]
) -> Records:
    import pandas as pd

    per_file = pd.concat([t.files for t in taken.values()], ignore_index=True)
    sums = per_file.groupby("table")[["read", "accepted", "rejected"]].sum()
    refused = [table for t in taken.values() for table in t.refused]
    refusals = alike(refused)
    check_told(refusals, per_file)
    return Records(
        folder=folder, policy_name=policy.name, engine=engine,
        tables={name: t.accepted for name, t in taken.items()},
        refused=in_order(engine, refused, taken), refusals=refusals,
        counts=sums.reindex(list(taken), fill_value=0).astype("int64").rename_axis("table").reset_index(),
        files=per_file, synthetic=is_synthetic(folder), **more,
    )  # fmt: skip
