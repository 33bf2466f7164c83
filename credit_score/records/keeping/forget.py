"""Deletion: a person's payload and pseudonym, or single records, destroyed in a store, leaving a dated hash.

个人信息保护法 Arts 15 and 47, 征信业管理条例 Art 16. What remains is a hash of each pseudonym and of each record's
number, so that a later batch cannot bring them back and a question about a past score is answered with the day of
deletion; and, of each part that was rewritten, the hash before and after, so that the history still verifies.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from credit_score.engine import kept, open_engine, opened, saved
from credit_score.errors import RecordsError, RunError
from credit_score.files import alone, fingerprint
from credit_score.records.door.identity import deletion_digest, is_person, record_digest
from credit_score.records.keeping.chain import Chain

if TYPE_CHECKING:
    import ibis

# Tables whose rows are gone with a record of that number.
BY_RECORD = ("credit_records", "record_events", "decisions")
_PSEUDONYM = re.compile(rb"[A-Z]-[0-9a-f]+")


@dataclass(frozen=True)
class Gone:
    """What is to be deleted: natural persons by their pseudonyms, and records as pairs of a person and a number.

    A number alone says nothing: another store has the same. Raises RecordsError for a subject that is no natural person
    under a pseudonym.
    """

    subjects: frozenset[str] = frozenset()
    records: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        if not all(map(is_person, {*self.subjects, *(subject for subject, _ in self.records)})):
            what = "the subject is no natural person under a pseudonym"
            raise RecordsError(what, remedy="give a pseudonym (P-… or S-…), or the number itself with the key at hand")

    @classmethod
    def of(cls, subjects: Iterable[str] = (), records: Iterable[tuple[str, str]] = ()) -> "Gone":
        """From any collection of pseudonyms and any of pairs."""
        return cls(frozenset(subjects), frozenset(records))

    def digests(self) -> dict[str, list[str]]:
        """What is left of ``subjects``, of ``records``, of their ``numbers``, and of who was ``touched`` by those."""
        touched = {subject for subject, _ in self.records} - self.subjects
        return {
            "subjects": sorted(map(deletion_digest, self.subjects)),
            "records": sorted(record_digest(*pair) for pair in self.records),
            "numbers": sorted({deletion_digest(number) for _, number in self.records}),
            "touched": sorted(map(deletion_digest, touched)),
        }


@dataclass(frozen=True)
class Named:
    """Names to be found in tables: pseudonyms in any column of text, numbers of records where tables hold them."""

    subjects: frozenset[str]
    numbers: frozenset[str] = frozenset()
    engine: "ibis.BaseBackend" = field(default_factory=open_engine, repr=False, compare=False)

    def __post_init__(self) -> None:
        import pyarrow as pa

        for name, texts in (("gone_subjects", self.subjects), ("gone_numbers", self.numbers)):
            kept(self.engine, name, pa.table({"name": pa.array(sorted(texts), pa.string())}))

    def without(self, path: Path, new: Path) -> int:
        """A Parquet file written anew without the rows that name one of them; returns how many rows it changed.

        A record that replaced another is taken out of that event. Nothing is written where there is nothing to change.
        """
        table = opened(self.engine, [path])
        named, replacing = self._in(table, path.stem), self._replacing(table, path.stem)
        rows = int(table.filter(named | replacing).count().execute())
        if rows:
            new.parent.mkdir(exist_ok=True)
            saved(self.engine, self._cleared(table.filter(~named), path.stem), new)
        return rows

    def stands_in(self, path: Path) -> bool:
        """Whether a file still names one of them: Parquet decoded, all else byte by byte, where persons are sought."""
        if path.suffix != ".parquet":
            return not {name.encode() for name in self.subjects}.isdisjoint(_PSEUDONYM.findall(path.read_bytes()))
        table = opened(self.engine, [path])
        return bool(table.filter(self._in(table, path.stem) | self._replacing(table, path.stem)).count().execute())

    def _in(self, table: "ibis.Table", stem: str) -> "ibis.ir.BooleanValue":
        import ibis

        subjects = self.engine.table("gone_subjects").name
        texts = [c for c, dtype in table.schema().items() if dtype.is_string()]
        tests: list[Any] = [table[c].isin(subjects).fill_null(False) for c in texts]
        if stem in BY_RECORD:
            tests.append(table.record_id.isin(self.engine.table("gone_numbers").name).fill_null(False))
        return ibis.or_(ibis.literal(False), *tests)

    def _replacing(self, table: "ibis.Table", stem: str) -> "ibis.ir.BooleanValue":
        import ibis

        if stem != "record_events":
            return ibis.literal(False)
        return table.replaced_by.isin(self.engine.table("gone_numbers").name).fill_null(False)

    def _cleared(self, table: "ibis.Table", stem: str) -> "ibis.Table":
        import ibis

        if stem != "record_events":
            return table
        cleared = ibis.ifelse(self._replacing(table, stem), ibis.null("string"), table.replaced_by)
        return table.mutate(replaced_by=cleared)


@dataclass(frozen=True)
class Rewritten:
    """One file without what is gone: where it is now, the hash of its bytes before and after, the rows that changed."""

    to: str
    before: str
    after: str
    rows: int


def forget_in_store(store: Path, gone: Gone, on: date) -> dict[str, Rewritten]:
    """Persons' and records' rows out of every part of a store; returns what was rewritten, by the name it had.

    Rows go that name a person, a record of the person's, or one of the records, and households without a member left.
    The rewritten parts stand beside the old ones until the history names them; then the old ones go, so a kill leaves
    the store whole, with them or without. Raises RecordsError for a store that is not whole or a day before its last
    one, RunError where writing fails or a mention is left.
    """
    with alone(store):
        chain = Chain.read(store)
        chain.check_parts()
        _check_day(chain, on)
        told, named = _found(chain, gone)
        found = _forget(chain, told, named, on)
    check_gone(store, named)
    return found


def _check_day(chain: Chain, on: date) -> None:
    """A deletion dated before what was received by then would let the same files bring everything back."""
    last = max([d for d in (chain.received_on, *map(date.fromisoformat, chain.deletions.values())) if d], default=on)
    if on < last:
        what = f"{on} is before {last}, the last day of the store's history"
        raise RecordsError(what, where=str(chain.path), remedy="date a deletion by the day on which it is made")


def _found(chain: Chain, gone: Gone) -> tuple[Gone, Named]:
    """What of it this store holds: persons with the numbers of their records, and the single records."""
    records = _table(chain, "credit_records", ["subject_id", "record_id"])
    mine = records[records["subject_id"].isin(gone.subjects)]
    pairs = {*zip(mine["subject_id"], mine["record_id"], strict=True)}
    pairs |= {*zip(records["subject_id"], records["record_id"], strict=True)} & gone.records
    told = Gone.of(gone.subjects, pairs)
    return told, Named(gone.subjects | _left_empty(chain, gone.subjects), frozenset(number for _, number in pairs))


def _left_empty(chain: Chain, subjects: frozenset[str]) -> frozenset[str]:
    """Households all of whose members are gone."""
    members = _table(chain, "individuals", ["person_id", "household_id"]).dropna()
    gone = members["person_id"].isin(subjects)
    return frozenset(members.loc[gone, "household_id"]) - frozenset(members.loc[~gone, "household_id"])


def _table(chain: Chain, name: str, columns: list[str]) -> Any:
    import pandas as pd

    frames = [pd.read_parquet(chain.path / p, columns=columns) for p in chain.parts() if Path(p).stem == name]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _forget(chain: Chain, gone: Gone, named: Named, on: date) -> dict[str, Rewritten]:
    revised = chain.path / f"revised-{uuid4().hex[:12]}"
    try:
        revised.mkdir()
        found = dict(_revised(chain, named, revised))
        if found:
            entry = {"kind": "deletion", "on": on.isoformat(), **gone.digests()}
            longer = chain.with_entry(**entry, parts={name: asdict(r) for name, r in found.items()})
            longer.write()
            chain = longer  # only now: what the history in force does not name is swept
    except OSError as error:
        what = f"could not write: {error.strerror or error}"
        raise RunError(what, where=str(chain.path), remedy="free space and run again; the store is unchanged") from None
    finally:
        chain.sweep()
    return found


def _revised(chain: Chain, named: Named, folder: Path) -> Iterator[tuple[str, Rewritten]]:
    for number, (name, before) in enumerate(sorted(chain.parts().items())):
        new = folder / f"{number:06d}" / Path(name).name
        rows = named.without(chain.path / name, new)
        if rows:
            yield name, Rewritten(new.relative_to(chain.path).as_posix(), before, fingerprint(new), rows)


def check_gone(folder: Path, named: Named) -> None:
    """Raise RunError where a file of a folder still names one of them."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if named.stands_in(path):
            where = str(path.relative_to(folder))
            raise RunError("what was deleted is still named", where=where, remedy="remove that file by hand")
