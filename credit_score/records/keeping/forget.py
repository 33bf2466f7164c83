"""Deletion: a person's payload and pseudonym, or single records, destroyed in a store, leaving a dated hash.

个人信息保护法 Arts 15 and 47, 征信业管理条例 Art 16. What remains is a hash of each pseudonym and of each record's
number, so that a later batch cannot bring them back and a question about a past score is answered with the day of
deletion; and, of each part that was rewritten, the hash before and after, so that the history still verifies.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from credit_score.engine import open_engine, opened, saved
from credit_score.errors import RecordsError, RunError
from credit_score.files import alone, fingerprint
from credit_score.records.door.identity import deletion_digest, is_person
from credit_score.records.keeping.chain import Chain

if TYPE_CHECKING:
    import ibis

# Tables whose rows are gone with a record of that number.
BY_RECORD = ("credit_records", "record_events", "decisions")


@dataclass(frozen=True)
class Gone:
    """What is to be deleted: natural persons by their pseudonyms, and records by their numbers.

    Raises RecordsError for a subject that is no natural person under a pseudonym.
    """

    subjects: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not all(map(is_person, self.subjects)):
            what = "the subject is no natural person under a pseudonym"
            raise RecordsError(what, remedy="give a pseudonym (P-… or S-…), or the number itself with the key at hand")

    @classmethod
    def of(cls, subjects: Iterable[str] = (), records: Iterable[str] = ()) -> "Gone":
        """From any collection of pseudonyms and any of numbers."""
        return cls(frozenset(subjects), frozenset(records))

    @property
    def digests(self) -> list[str]:
        """What is left of each."""
        return sorted(map(deletion_digest, self.subjects | self.records))


@dataclass(frozen=True)
class Rewritten:
    """One file without what is gone: where it is now, the hash of its bytes before and after, the rows that went."""

    to: str
    before: str
    after: str
    rows: int


def forget_in_store(store: Path, gone: Gone, on: date) -> dict[str, Rewritten]:
    """Persons' and records' rows out of every part of a store; returns what was rewritten, by the name it had.

    Rows go that name a person, a record of the person's, or one of the records. The rewritten parts stand beside the
    old ones until the history names them; then the old ones go, so a kill leaves the store whole, with them or without.
    Raises RecordsError for a store that is not whole, RunError where writing fails or a mention is left.
    """
    with alone(store):
        chain = Chain.read(store)
        chain.check_parts()
        every = Gone(gone.subjects, gone.records | _records_of(chain, gone.subjects))
        found = _forget(chain, every, on)
    check_gone(store, every)
    return found


def _forget(chain: Chain, gone: Gone, on: date) -> dict[str, Rewritten]:
    revised = chain.path / f"revised-{uuid4().hex[:12]}"
    try:
        revised.mkdir()
        found = dict(_revised(chain, gone, revised))
        if found:
            entry = {"kind": "deletion", "on": on.isoformat(), "names": gone.digests}
            longer = chain.with_entry(**entry, parts={name: asdict(r) for name, r in found.items()})
            longer.write()
            chain = longer  # only now: what the history in force does not name is swept
    except OSError as error:
        what = f"could not write: {error.strerror or error}"
        raise RunError(what, where=str(chain.path), remedy="free space and run again; the store is unchanged") from None
    finally:
        chain.sweep()
    return found


def _revised(chain: Chain, gone: Gone, folder: Path) -> Iterator[tuple[str, Rewritten]]:
    for number, (name, before) in enumerate(sorted(chain.parts().items())):
        new = folder / f"{number:06d}" / Path(name).name
        rows = rewrite(chain.path / name, new, gone)
        if rows:
            yield name, Rewritten(new.relative_to(chain.path).as_posix(), before, fingerprint(new), rows)


def _records_of(chain: Chain, subjects: Collection[str]) -> frozenset[str]:
    paths = [str(chain.path / p) for p in chain.parts() if Path(p).stem == "credit_records"]
    if not paths or not subjects:
        return frozenset()
    records = opened(open_engine(), paths)
    mine = records.filter(records.subject_id.isin(sorted(subjects))).select("record_id").distinct()
    return frozenset(mine.execute()["record_id"])


def rewrite(path: Path, new: Path, gone: Gone) -> int:
    """A Parquet file written anew without the rows that name what is gone; returns how many went.

    Nothing is written where there is none.
    """
    engine = open_engine()
    table = opened(engine, [path])
    named = _named(table, path.stem, gone)
    rows = int(table.filter(named).count().execute())
    if rows:
        new.parent.mkdir(exist_ok=True)
        saved(engine, table.filter(~named), new)
    return rows


def _named(table: "ibis.Table", name: str, gone: Gone) -> "ibis.Value":
    import ibis

    texts = [c for c, dtype in table.schema().items() if dtype.is_string()]
    tests: list[Any] = [table[c].isin(sorted(gone.subjects)).fill_null(False) for c in texts if gone.subjects]
    if gone.records and name in BY_RECORD:
        tests.append(table.record_id.isin(sorted(gone.records)).fill_null(False))
    return ibis.or_(ibis.literal(False), *tests)


def check_gone(folder: Path, gone: Gone) -> None:
    """Raise RunError where a file of a folder still names what is gone.

    Persons are sought in every file, Parquet decoded, all else byte by byte; records in the tables that hold them.
    """
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if _mentions(path, gone):
            where = str(path.relative_to(folder))
            raise RunError("what was deleted is still named", where=where, remedy="remove that file by hand")


def _mentions(path: Path, gone: Gone) -> bool:
    if path.suffix != ".parquet":
        text = path.read_bytes()
        return any(subject.encode() in text for subject in gone.subjects)
    table = opened(open_engine(), [path])
    return bool(table.filter(_named(table, path.stem, gone)).count().execute())
