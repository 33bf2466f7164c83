"""Deletion in a run folder: persons' rows out of every table, and a dated hash in the manifest.

The counterpart of :mod:`credit_score.records.keeping.forget` for what a run left on disk. The folder is written anew
beside the old one and takes its name in one step, so a kill leaves it with them or without, never half.
"""

import json
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from credit_score.files import clear_leftovers, fingerprint, whole_folder
from credit_score.records.door.identity import deletion_digest, is_person, record_digest
from credit_score.records.keeping.forget import Gone, Named, Rewritten, check_gone
from credit_score.report.run_folder import MANIFEST, RunFolder, read_list
from credit_score.report.statements.log import forget_in_log
from credit_score.sheet import write_csv


def forget_in_run(run: RunFolder, gone: Gone, on: date) -> dict[str, Rewritten]:
    """Persons' rows out of every table of a run folder; returns what was rewritten, by name.

    A score that rests on a record to be deleted goes with it: its subject's rows go. So does what the log of statements
    tells of who asked for theirs and why. Raises RunError where a file of the folder is not the one the run wrote,
    where writing fails, or where a mention is left; VerificationError where the log is not whole.
    """
    clear_leftovers(run.path)  # a run or a deletion that was killed may have left the person there
    files = {name: run.file(name) for name in run.manifest["outputs"]}
    resting = {subject for subject, number in _records(run) if (subject, number) in gone.records}
    named = Named(gone.subjects | resting)
    forget_in_log(run, named.subjects, on)
    with whole_folder(run.path, replaces=MANIFEST) as folder:
        found = {name: told for name, path in files.items() if (told := _without(path, folder / name, named))}
        told_of = {"subjects": sorted(map(deletion_digest, named.subjects)), "resting": bool(resting)}
        entry = {"on": on.isoformat(), **told_of}
        told = _manifest(run.manifest, folder, found, entry) if found else run.manifest
        (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
        check_gone(folder, named)
    clear_leftovers(run.path)
    return found


def held_of(run: RunFolder, digests: Collection[str]) -> Gone:
    """What a run still holds of persons and records that a store has deleted, known by their digests."""
    pairs = [(s, n) for s, n in _records(run) if is_person(s)]
    records = [pair for pair in pairs if record_digest(*pair) in digests]
    return Gone.of([s for s in _persons(run) if deletion_digest(s) in digests], records)


def _records(run: RunFolder) -> Iterator[tuple[str, str]]:
    """Subject and number of every record that a table of the run holds; those with points stand in two."""
    for name in ("ledger.parquet", "facts.parquet"):
        if run.holds(name):
            rows = run.table(name)
            yield from zip(rows["subject"], rows["record_id"], strict=True)


def _persons(run: RunFolder) -> list[str]:
    scored = [run.table(f"scores_{kind}.parquet")["subject"] for kind in ("individual", "enterprise")]
    return [subject for subjects in scored for subject in subjects if is_person(subject)]


def _without(path: Path, new: Path, named: Named) -> Rewritten | None:
    """One file without the persons; copied as it is where it names none of them."""
    new.parent.mkdir(parents=True, exist_ok=True)
    rows = named.without(path, new) if path.suffix == ".parquet" else _csv_without(path, new, named)
    if not rows:
        shutil.copyfile(path, new)
        return None
    return Rewritten(path.name, fingerprint(path), fingerprint(new), rows)


def _csv_without(path: Path, new: Path, named: Named) -> int:
    if path.suffix != ".csv":
        return 0
    table = read_list(path)
    held = table.isin(named.subjects).any(axis=1)
    if held.any():
        write_csv(table[~held], new)
    return int(held.sum())


def _manifest(
    manifest: dict[str, Any], folder: Path, found: dict[str, Rewritten], entry: dict[str, Any]
) -> dict[str, Any]:
    files = {name: {k: v for k, v in asdict(told).items() if k != "to"} for name, told in found.items()}
    outputs = {name: fingerprint(folder / name) for name in manifest["outputs"]}
    return manifest | {"outputs": outputs, "deleted": [*manifest.get("deleted", []), entry | {"files": files}]}
