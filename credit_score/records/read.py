"""The door of the records room: a folder of files, or a store of what was taken in before."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score import __version__
from credit_score.engine import open_engine
from credit_score.engine.work import Work
from credit_score.errors import RecordsError
from credit_score.policy import Policy, load_policy
from credit_score.policy.loader import as_date
from credit_score.records.intake import Progress, Records, read_folder, silent
from credit_score.records.keeping.store import is_store, open_store

if TYPE_CHECKING:
    import ibis


def read_records(
    folder: Path | str,
    *,
    policy: Policy | str = "gaoyang",
    key: str | bytes | None = None,
    as_known_on: date | str | None = None,
    engine: "ibis.BaseBackend | None" = None,
    memory: str | None = None,
    work: Path | str | None = None,
    progress: Progress = silent,
) -> Records:
    """The records of a folder of CSV, Excel or Parquet files, or of a store, under a policy's codes and identifiers.

    ``engine`` is where the tables will live (:func:`credit_score.engine.open_engine`); by default a DuckDB of their
    own, which takes at most ``memory``. ``as_known_on`` opens a store as it was on a day, by default as it is; a folder
    of files has no days of arrival. ``work`` is a folder to keep in what is computed: after a kill, the same call goes
    on from there. It holds pseudonyms, no raw identifier, and is no longer needed once the run is saved.
    Rows that break the contract are rejected with a reason and never raise. Raises RecordsError for a missing folder
    or table, an empty file, a wrong heading, no key for pseudonyms, and a store that is not whole.
    """
    rules = load_policy(policy) if isinstance(policy, str) else policy
    path, engine = Path(folder), engine or open_engine(memory=memory)
    if is_store(path):
        records = open_store(path, rules, engine, as_date(as_known_on) if as_known_on else None)
        told = (__version__, rules.fingerprint, records.fingerprints, as_known_on)
        return replace(records, work=Work.on(engine, work, *told)) if work else records
    if as_known_on:
        what = "a folder of files does not say when they arrived"
        raise RecordsError(what, where=str(path), remedy="take it into a store with: credit-score intake")
    return read_folder(path, rules, engine, key=key, work=Path(work) if work else None, progress=progress)
