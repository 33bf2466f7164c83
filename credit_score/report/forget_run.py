"""Deletion in a run folder: persons' rows out of every table, and a dated hash in the manifest.

The counterpart of :mod:`credit_score.records.keeping.forget` for what a run left on disk. The folder is written anew
beside the old one and takes its name in one step, so a kill leaves it with them or without, never half.
"""

import json
import shutil
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from credit_score.files import clear_leftovers, fingerprint, whole_folder
from credit_score.records.keeping.forget import Gone, Rewritten, check_gone, rewrite
from credit_score.report.run_folder import MANIFEST, RunFolder, read_list
from credit_score.sheet import write_csv


def forget_in_run(run: RunFolder, gone: Gone, on: date) -> dict[str, Rewritten]:
    """Persons' rows out of every table of a run folder; returns what was rewritten, by name.

    A score that rests on a record to be deleted goes with it: its subject's rows go. Raises RunError where a file of
    the folder is not the one the run wrote, where writing fails, or where a mention is left.
    """
    clear_leftovers(run.path)  # a run or a deletion that was killed may have left the person there
    files = {name: run.file(name) for name in run.manifest["outputs"]}
    persons = Gone(gone.subjects | _resting_on(run, gone))
    with whole_folder(run.path, replaces=MANIFEST) as folder:
        found = {name: told for name, path in files.items() if (told := _without(path, folder / name, persons))}
        told = _manifest(run.manifest, folder, found, persons, on) if found else run.manifest
        (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
        check_gone(folder, persons)
    clear_leftovers(run.path)
    return found


def _resting_on(run: RunFolder, gone: Gone) -> frozenset[str]:
    if not gone.records:
        return frozenset()
    rows = run.table("ledger.parquet")
    return frozenset(rows.loc[rows["record_id"].isin(gone.records), "subject"])


def _without(path: Path, new: Path, gone: Gone) -> Rewritten | None:
    """One file without the persons; copied as it is where it names none of them."""
    new.parent.mkdir(exist_ok=True)
    rows = rewrite(path, new, gone) if path.suffix == ".parquet" else _csv_without(path, new, gone)
    if not rows:
        shutil.copyfile(path, new)
        return None
    return Rewritten(path.name, fingerprint(path), fingerprint(new), rows)


def _csv_without(path: Path, new: Path, gone: Gone) -> int:
    if path.suffix != ".csv":
        return 0
    table = read_list(path)
    named = table.isin(gone.subjects).any(axis=1)
    if named.any():
        write_csv(table[~named], new)
    return int(named.sum())


def _manifest(
    manifest: dict[str, Any], folder: Path, found: dict[str, Rewritten], gone: Gone, on: date
) -> dict[str, Any]:
    files = {name: {k: v for k, v in asdict(told).items() if k != "to"} for name, told in found.items()}
    entry = {"names": gone.digests, "on": on.isoformat(), "files": files}
    outputs = {name: fingerprint(folder / name) for name in manifest["outputs"]}
    return manifest | {"outputs": outputs, "deleted": [*manifest.get("deleted", []), entry]}
