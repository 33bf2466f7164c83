"""Incremental runs: of a store at a later point, only who is new or changed is scored, all else is taken over.

The earlier run is one of the same store: its manifest tells the last entry of the history it was made from, and its
policy lies in its folder. Where the points of a kind of subject were amended between the two days, all of that kind
are scored again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.engine import opened
from credit_score.errors import RunError
from credit_score.files import fingerprint
from credit_score.points.changed import Before, Since, changed, restricted, taken_over
from credit_score.points.scores import catalogues, scores_of, with_ledger
from credit_score.policy import RuleSet
from credit_score.policy.loader import as_date
from credit_score.records import Records
from credit_score.records.keeping.chain import Chain, deleted_days

if TYPE_CHECKING:
    import ibis

    from credit_score.report import RunFolder

AGAIN = "make the run without an earlier one"


@dataclass(frozen=True)
class EarlierRun:
    """An earlier run of a store, and what the store has taken in and deleted since."""

    folder: "RunFolder"
    before: Before
    since: Since

    @property
    def fingerprint(self) -> str:
        """Of its manifest, which tells all its files."""
        from credit_score.report import MANIFEST

        return fingerprint(self.folder.path / MANIFEST)

    def told(self, tables: "dict[str, ibis.Table]") -> dict[str, Any]:
        """What a manifest says of it: the earlier run, and of each kind how many were scored anew."""
        kinds = ("individual", "enterprise")
        anew = {kind: int(tables.get(f"anew_{kind}", tables[f"scores_{kind}"]).count().execute()) for kind in kinds}
        told = {name: self.folder.manifest[name] for name in ("as_of", "as_known_on")}
        return {"manifest": self.fingerprint, **told, "rescored": anew}


def earlier_run(run: "RunFolder | Path | str", records: Records, rules: RuleSet, known: date) -> EarlierRun:
    """An earlier run, held to the store and the days of a later one.

    Raises RunError where it is not whole, of another store or version, later, or of no store at all.
    """
    from credit_score.report import RunFolder

    folder = run if isinstance(run, RunFolder) else RunFolder.open(run)
    chain = _history(folder, records)
    _check_days(folder, rules, known)
    names = ("ledger", "scores_individual", "scores_enterprise")
    tables = {name: opened(records.engine, [folder.file(f"{name}.parquet")]) for name in names}
    before = Before(folder.rules(), as_date(folder.manifest["as_known_on"]), tables)
    return EarlierRun(folder, before, _since(chain, folder.manifest, records))


def rescored(
    records: Records, rules: RuleSet, known: date, earlier: EarlierRun, progress: Callable[[str], None]
) -> "dict[str, ibis.Table]":
    """The tables of :func:`credit_score.points.all_scores`, equal to the last figure; ``anew_<kind>`` tells of whom."""
    before = earlier.before
    kept_ = [c for c in catalogues(rules) if before.same(c)]
    tables: dict[str, ibis.Table] = {}
    for catalogue in (c for c in catalogues(rules) if c not in kept_):
        progress(f"scoring everyone of kind {catalogue.subject_kind}: the points were amended since the earlier run")
        tables |= scores_of(records, records.tables, rules, catalogue, known)
    if kept_:
        subjects = changed(records, rules, known, before, earlier.since)
        progress(f"scoring {subjects.count().execute():,} subjects that are new or changed")
        theirs = restricted(records, subjects)
    for catalogue in kept_:
        tables |= taken_over(records, subjects, (rules, catalogue, known), before, theirs)
    return with_ledger(tables)


def _history(folder: "RunFolder", records: Records) -> Chain:
    """The store's history, which holds the point that the earlier run was made from."""
    told, where = folder.manifest, str(folder.path)
    point = told.get("store")
    if records.chain is None or not isinstance(point, dict):
        which = "the records are" if records.chain is None else "the earlier run is"
        raise RunError(f"{which} of a folder of files, not of a store", where=where, remedy=AGAIN)
    if told.get("version") != __version__:
        what = f"the earlier run was made by version {told.get('version')}, this is {__version__}"
        raise RunError(what, where=where, remedy=AGAIN)
    known = isinstance(point.get("batches"), int) and records.chain.after(str(point.get("last"))) is not None
    if not known:
        raise RunError("the earlier run is of another store, or of one put back since", where=where, remedy=AGAIN)
    return records.chain


def _check_days(folder: "RunFolder", rules: RuleSet, known: date) -> None:
    for name, day in (("as_of", rules.on), ("as_known_on", known)):
        if (then := folder.manifest[name]) > day.isoformat():
            what = f"the earlier run is of a later day: {name} {then}, not by {day}"
            raise RunError(what, where=str(folder.path), remedy="give a run of an earlier day")


def _since(chain: Chain, told: dict[str, Any], records: Records) -> Since:
    """Rows of the batches that the earlier run had not opened, and whom deletions reached since, there or here."""
    point = told["store"]
    until = records.known_between[0] if records.known_between else date.max
    fresh = chain.received_by(until)[int(point["batches"]) :]
    names = ("credit_records", "record_events", "enterprises", "individuals")
    parts = {name: [p for b in fresh for p in chain.parts_of(b, name)] for name in names}
    deletions = [e for e in chain.after(point["last"]) or () if e["kind"] == "deletion"]
    deletions += [e for e in told.get("deleted", []) if e["files"]]
    gone = {digest for what in ("subjects", "touched") for digest in deleted_days(deletions, what)}
    return Since({name: opened(records.engine, paths) for name, paths in parts.items() if paths}, gone)
