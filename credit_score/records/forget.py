"""Deletion: a person's payload and pseudonym destroyed in a store, leaving a dated hash.

个人信息保护法 Arts 15 and 47, 征信业管理条例 Art 16. What remains is a hash of the pseudonym, so that a later batch
cannot bring the person back and a question about a past score is answered with the day of deletion; and, of each part
that was rewritten, the hash before and after, so that the history still verifies.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from credit_score.engine import open_engine, opened, saved
from credit_score.errors import RecordsError, RunError
from credit_score.files import alone, fingerprint
from credit_score.records.chain import Chain, subject_digest

if TYPE_CHECKING:
    import ibis

PERSONS = ("P-", "S-")
# Tables that speak of a person through the number of a record alone.
BY_RECORD = ("record_events", "decisions")


@dataclass(frozen=True)
class Rewritten:
    """One file without a person: where it is now, the hash of its bytes before and after, and the rows that went."""

    to: str
    before: str
    after: str
    rows: int


def check_person(subject: str) -> None:
    """Raise RecordsError where a subject is not the pseudonym of a natural person."""
    if not subject.startswith(PERSONS):
        what = "the subject is no natural person under a pseudonym"
        raise RecordsError(what, remedy="give a pseudonym (P-… or S-…), or the number itself with the key at hand")


def forget_in_store(store: Path, subject: str, on: date) -> dict[str, Rewritten]:
    """A person's rows out of every part of a store; returns what was rewritten, by the name it had.

    Rows go that name the person, or a record of the person's. The rewritten parts stand beside the old ones until the
    history names them; then the old ones go, so a kill leaves the store whole, with the person or without. Raises
    RecordsError for a store that is not whole, RunError where writing fails or a mention is left.
    """
    check_person(subject)
    with alone(store):
        found = _forget(store, subject, on)
    check_gone(store, subject)
    return found


def _forget(store: Path, subject: str, on: date) -> dict[str, Rewritten]:
    chain = Chain.read(store)
    chain.check_parts()
    revised = store / f"revised-{uuid4().hex[:12]}"
    try:
        revised.mkdir()
        found = dict(_revised(chain, subject, revised))
        if found:
            entry = {"kind": "deletion", "on": on.isoformat(), "subject": subject_digest(subject)}
            longer = chain.with_entry(**entry, parts={name: asdict(r) for name, r in found.items()})
            longer.write()
            chain = longer  # only now: what the history in force does not name is swept
    except OSError as error:
        what = f"could not write: {error.strerror or error}"
        raise RunError(what, where=str(store), remedy="free space and run again; the store is unchanged") from None
    finally:
        chain.sweep()
    return found


def _revised(chain: Chain, subject: str, folder: Path) -> Iterator[tuple[str, Rewritten]]:
    records = _records_of(chain, subject)
    for number, (name, before) in enumerate(sorted(chain.parts().items())):
        new = folder / f"{number:06d}" / Path(name).name
        rows = rewrite(chain.path / name, new, subject, records)
        if rows:
            yield name, Rewritten(new.relative_to(chain.path).as_posix(), before, fingerprint(new), rows)


def _records_of(chain: Chain, subject: str) -> frozenset[str]:
    paths = [str(chain.path / p) for p in chain.parts() if Path(p).stem == "credit_records"]
    if not paths:
        return frozenset()
    records = opened(open_engine(), paths)
    mine = records.filter(records.subject_id == subject).select("record_id").distinct()
    return frozenset(mine.execute()["record_id"])


def rewrite(path: Path, new: Path, subject: str, records: Collection[str] = ()) -> int:
    """A Parquet file written anew without the rows that name a person or one of the records; returns how many went.

    Nothing is written where there is none.
    """
    engine = open_engine()
    table = opened(engine, [path])
    named = _named(table, subject, records if path.stem in BY_RECORD else ())
    rows = int(table.filter(named).count().execute())
    if rows:
        new.parent.mkdir(exist_ok=True)
        saved(engine, table.filter(~named), new)
    return rows


def _named(table: "ibis.Table", subject: str, records: Collection[str]) -> "ibis.Value":
    import ibis

    texts = [c for c, dtype in table.schema().items() if dtype.is_string()]
    tests: list[Any] = [(table[c] == subject).fill_null(False) for c in texts]
    if records:
        tests.append(table.record_id.isin(sorted(records)).fill_null(False))
    return ibis.or_(ibis.literal(False), *tests)


def check_gone(folder: Path, subject: str) -> None:
    """Raise RunError where a file of a folder still names a person: Parquet decoded, all else byte by byte."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if _mentions(path, subject):
            where = str(path.relative_to(folder))
            raise RunError("the deleted person is still named", where=where, remedy="remove that file by hand")


def _mentions(path: Path, subject: str) -> bool:
    if path.suffix != ".parquet":
        return subject.encode() in path.read_bytes()
    table = opened(open_engine(), [path])
    return bool(table.filter(_named(table, subject, ())).count().execute())
