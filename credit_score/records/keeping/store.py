"""A store of records: batches taken in one after the other, of which none is ever changed.

A file that was taken in before adds nothing, nor does a row that is held already. Opened as known on a day, a store
gives what had been received by that day and nothing later.
"""

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from credit_score.engine import kept, open_engine, opened, saved
from credit_score.errors import RecordsError, RunError
from credit_score.files import alone, fingerprint
from credit_score.policy import Policy
from credit_score.records.contract import Contract
from credit_score.records.contracts import contracts
from credit_score.records.door.identity import is_synthetic, pseudonym_key
from credit_score.records.door.judge import content_order
from credit_score.records.door.pseudonyms import WARNINGS
from credit_score.records.door.refused import alike, in_order
from credit_score.records.door.taking import FILES, empty
from credit_score.records.intake import Earlier, Progress, Records, read_folder, silent
from credit_score.records.keeping.chain import STORE, Chain, day_of, key_digest
from credit_score.records.reading.folder import check_folder

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def is_store(path: Path) -> bool:
    """Whether a folder is a store."""
    return (path / STORE).is_file()


def add_batch(
    store: Path,
    folder: Path,
    policy: Policy,
    *,
    received_on: date,
    key: str | bytes | None = None,
    progress: Progress = silent,
) -> Records:
    """Take a folder into a store, which appears with the first; returns what was read of it.

    Files taken in before are passed over, unless rows of theirs were refused. Rows held already are duplicates; a
    record whose key is held with another content is refused (``key_conflict``), for a change comes by an event. Where
    nothing new is accepted or refused, the store stays as it is. Raises RecordsError as :func:`read_folder` does, and
    for another key, policy or an earlier day than the store's.
    """
    check_folder(folder)
    secret = pseudonym_key(folder, key)
    with alone(store):
        chain = _chain(store, folder, policy, secret)
        _check_day(chain, received_on)
        engine = open_engine()
        earlier = Earlier(_held(chain, policy, engine), _prints(chain), chain.deletions, chain.deleted("numbers"))
        records = read_folder(folder, policy, engine, key=secret, earlier=earlier, progress=progress)
        if _adds(records, chain):
            progress("writing the batch")
            _write(chain, records, received_on)
    return records


def open_store(store: Path, policy: Policy, engine: "ibis.BaseBackend", known_on: date | None = None) -> Records:
    """The records of a store as known on a day, by default as it is.

    Of a register's versions of a row the latest received counts, with the latest days. Raises
    RecordsError for a store that is not whole, of another policy, or that holds nothing by the day.
    """
    import pandas as pd

    chain = Chain.read(store)
    _check_policy(chain, policy)
    chain.check_parts()
    batches = chain.received_by(known_on or date.max)
    if not batches:
        when = f" by {known_on}" if known_on else ""
        raise RecordsError(f"nothing was received{when}", where=str(store), remedy="ask for a later day")
    known = contracts(policy.model)
    tables = {name: _table(chain, batches, contract, engine) for name, contract in known.items()}
    per_file = pd.DataFrame([f for b in batches for f in b["files"]], columns=[*FILES, "sha256", "open"])
    sums = per_file.groupby("table")[["read", "accepted", "rejected"]].sum()
    refused = _rejected(chain, batches, engine)
    return Records(
        folder=store, policy_name=policy.name, engine=engine, tables=tables,
        refused=in_order(engine, refused, known), refusals=alike(refused), files=per_file[FILES],
        counts=sums.reindex(list(known), fill_value=0).astype("int64").rename_axis("table").reset_index(),
        warnings=_warnings(chain, batches), fingerprints={STORE: fingerprint(store / STORE)},
        synthetic=chain.synthetic, deleted=chain.deletions, touched=chain.deleted("touched"),
        audit=_audit(chain, batches), known_between=_between(chain, batches), chain=chain,
    )  # fmt: skip


def every_version(records: Records, name: str) -> "ibis.Table":
    """All rows of a table of a store, each version of a register; of a folder of files those there are."""
    if not is_store(records.folder):
        return records[name]
    chain = Chain.read(records.folder)
    paths = _parts(chain, chain.batches, name)
    return opened(records.engine, paths, f"versions_{name}") if paths else records[name]


def _between(chain: Chain, batches: list[dict[str, Any]]) -> tuple[date, date]:
    after = [day_of(b) for b in chain.batches[len(batches) :]]
    return day_of(batches[-1]), after[0] if after else date.max


def _chain(store: Path, folder: Path, policy: Policy, key: bytes) -> Chain:
    """The store's history, or a new one where there is none."""
    synthetic = is_synthetic(folder)
    if not is_store(store):
        if store.exists() and (not store.is_dir() or any(store.iterdir())):
            raise RunError("holds something else than a store", where=str(store), remedy="choose another folder")
        if outer := next((p for p in store.resolve().parents if is_store(p)), None):
            raise RunError(f"lies in the store {outer}", where=str(store), remedy="choose another folder")
        return Chain(store, policy.name, key_digest(key), synthetic)
    chain = Chain.read(store)
    _check_policy(chain, policy)
    if chain.key != key_digest(key):
        what = "the key is not the one of this store: persons would get a second pseudonym"
        raise RecordsError(what, where=str(store), remedy="use the key that the store began with")
    if chain.synthetic != synthetic:
        what = "synthetic records and real ones do not go into one store"
        raise RecordsError(what, where=str(folder), remedy="keep a store for each")
    return chain


def _check_policy(chain: Chain, policy: Policy) -> None:
    if chain.policy != policy.name:
        what = f"the store is of policy {chain.policy!r}, not {policy.name!r}"
        raise RecordsError(what, where=str(chain.path), remedy=f"use --policy {chain.policy}, or another store")


def _check_day(chain: Chain, received_on: date) -> None:
    if chain.received_on and received_on < chain.received_on:
        what = f"{received_on} is before {chain.received_on}, the day of the last batch"
        raise RecordsError(what, where=str(chain.path), remedy="a store grows by days; give that day or a later one")


def _prints(chain: Chain) -> frozenset[str]:
    """Files that need not be read again: none of their rows was refused."""
    return frozenset(f["sha256"] for b in chain.batches for f in b["files"] if not f["open"])


def _adds(records: Records, chain: Chain) -> bool:
    """Whether a batch says anything new: a row accepted, or one refused of a file that was never seen."""
    seen = {f["sha256"] for b in chain.batches for f in b["files"]}
    fresh = [name for name, hash_ in records.fingerprints.items() if hash_ not in seen]
    return bool(records.counts["accepted"].sum() or len(_refused(records, fresh)))


def _refused(records: Records, names: list[str]) -> "pd.DataFrame":
    """How many rows of files were refused and are not merely held already."""
    rows = records.refusals
    return rows[rows["file"].isin(names) & (rows["reason"] != "duplicate")]


def _held(chain: Chain, policy: Policy, engine: "ibis.BaseBackend") -> "dict[str, ibis.Table]":
    """Every version of every row of a store, by table."""
    chain.check_parts()
    found = {name: _parts(chain, chain.batches, name) for name in contracts(policy.model)}
    return {name: opened(engine, paths, f"held_{name}") for name, paths in found.items() if paths}


def _parts(chain: Chain, batches: list[dict[str, Any]], name: str) -> list[str]:
    return [str(path) for batch in batches for path in chain.parts_of(batch, name)]


def _write(chain: Chain, records: Records, received_on: date) -> None:
    """The batch's parts in a folder of their own, then the history that names them: a kill between leaves neither."""
    number = len(chain.batches) + 1
    folder = chain.path / f"{number:06d}"
    partial = chain.path / f".partial-{uuid4().hex[:12]}"
    try:
        chain.sweep()
        partial.mkdir(parents=True)
        _save(records, partial, received_on)
        parts = {f"{folder.name}/{p.name}": fingerprint(p) for p in sorted(partial.iterdir())}
        partial.rename(folder)
    except OSError as error:
        what = f"could not write: {error.strerror or error}"
        raise RunError(what, where=str(chain.path), remedy="free space and run again; the store is unchanged") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    refused = _refused(records, list(records.fingerprints)).groupby("file")["n"].sum()
    files = [
        f | {"sha256": records.fingerprints[f["file"]], "open": int(refused.get(f["file"], 0))}
        for f in records.files.to_dict("records")
    ]
    entry = {"kind": "batch", "number": number, "received_on": received_on.isoformat(), "files": files, "parts": parts}
    chain.with_entry(**entry).write()


def _save(records: Records, folder: Path, received_on: date) -> None:
    import ibis

    for name, table in records.tables.items():
        if table.count().execute():
            dated = table.mutate(received_on=ibis.date(received_on)).order_by(_by_subject(table))
            saved(records.engine, dated, folder / f"{name}.parquet")
    dated_audit = records.audit.mutate(received_on=ibis.date(received_on))
    saved(records.audit.get_backend(), dated_audit, folder / "audit.parquet")
    saved(records.engine, records.refused.rows, folder / "rejected.parquet")
    records.warnings.to_parquet(folder / "warnings.parquet", index=False)


def _by_subject(table: "ibis.Table") -> list[str]:
    """The order of a part: a subject's records stand together, so they take less room and are found and summed fast."""
    return [*(c for c in ("subject_id",) if c in table.columns), table.columns[0]]


def _table(chain: Chain, batches: list[dict[str, Any]], contract: Contract, engine: "ibis.BaseBackend") -> "ibis.Table":
    """One row a key: of a register the latest received, with the latest days; ties by content.

    Intake lets no key come twice in a batch, and of tables that are no register not in two batches either
    (``duplicate``, ``key_conflict``): those are a view on the parts, and only a register's keys that come again are
    put in order.
    """
    name, found = contract.name, [paths for b in batches if (paths := _parts(chain, [b], contract.name))]
    if not found:
        return empty(engine, contract)
    rows = opened(engine, [path for paths in found for path in paths], f"parts_{name}")
    if not contract.register or len(found) == 1:
        return rows.select(*contract.columns)
    return kept(engine, name, _latest(rows, contract, found, engine).select(*contract.columns))


def _latest(rows: "ibis.Table", contract: Contract, found: list[list[str]], engine: "ibis.BaseBackend") -> "ibis.Table":
    """The version in force of each row of a register: rows whose key stands in one batch alone need no order."""
    import ibis

    oldest = opened(engine, found[0], f"first_{contract.name}")
    later = opened(engine, [path for paths in found[1:] for path in paths], f"later_{contract.name}")
    keys = later.select(contract.key).distinct()
    versions = ibis.union(oldest.semi_join(keys, contract.key), later)
    order = [versions.received_on.desc(), *content_order(versions, contract, latest=True)]
    return ibis.union(oldest.anti_join(keys, contract.key), _first(versions, contract.key, order))


def _first(rows: "ibis.Table", key: str, order: "list[ibis.Value]") -> "ibis.Table":
    """Of the rows with one key the first in an order."""
    import ibis

    place = ibis.row_number().over(ibis.window(group_by=key, order_by=order))
    return rows.mutate(_place=place).filter(lambda t: t["_place"] == 0).drop("_place")


def _rejected(chain: Chain, batches: list[dict[str, Any]], engine: "ibis.BaseBackend") -> "list[ibis.Table]":
    """The refused rows of the batches that have any, since a part without a row need not tell types.

    Those of the first batches of an old store tell no unit.
    """
    import ibis
    import pyarrow.parquet as pq

    paths: dict[bool, list[str]] = {}
    for path in _parts(chain, batches, "rejected"):
        told = pq.read_metadata(path)
        if told.num_rows:
            paths.setdefault("unit" in told.schema.names, []).append(path)
    tables = (opened(engine, same, f"parts_rejected_{number}") for number, same in enumerate(paths.values()))
    return [t if "unit" in t.columns else t.mutate(unit=ibis.literal("")) for t in tables]


def _warnings(chain: Chain, batches: list[dict[str, Any]]) -> "pd.DataFrame":
    import pandas as pd

    frames = [pd.read_parquet(path) for path in _parts(chain, batches, "warnings")]
    return pd.concat([pd.DataFrame(columns=WARNINGS), *(f for f in frames if len(f))], ignore_index=True)


def _audit(chain: Chain, batches: list[dict[str, Any]]) -> "ibis.Table":
    """Age band and gender as received last, in an engine of their own; of one day the older band."""
    engine = open_engine()
    parts = opened(engine, _parts(chain, batches, "audit"), "audit_parts")
    first = _first(parts, "subject", [parts.received_on.desc(), parts.age_band.desc()])
    return kept(engine, "audit", first.select("subject", "age_band", "gender"))
