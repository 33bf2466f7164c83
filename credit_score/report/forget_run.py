"""Deletion in a run folder: a person's rows out of every table, and a dated hash in the manifest.

The counterpart of :mod:`credit_score.records.forget` for what a run left on disk. The folder is written anew beside the
old one and takes its name in one step, so a kill leaves it with the person or without, never half.
"""

import json
import shutil
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from credit_score.files import clear_leftovers, fingerprint, whole_folder
from credit_score.records.chain import subject_digest
from credit_score.records.forget import Rewritten, check_gone, check_person, rewrite
from credit_score.report.run_folder import MANIFEST, RunFolder, read_list
from credit_score.sheet import write_csv


def forget_in_run(run: RunFolder, subject: str, on: date) -> dict[str, Rewritten]:
    """A person's rows out of every table of a run folder; returns what was rewritten, by name.

    Raises RunError where a file of the folder is not the one the run wrote, where writing fails, or where a mention is
    left.
    """
    check_person(subject)
    clear_leftovers(run.path)  # a run or a deletion that was killed may have left the person there
    files = {name: run.file(name) for name in run.manifest["outputs"]}
    with whole_folder(run.path, replaces=MANIFEST) as folder:
        found = {name: told for name, path in files.items() if (told := _without(path, folder / name, subject))}
        told = _manifest(run.manifest, folder, found, subject, on) if found else run.manifest
        (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
        check_gone(folder, subject)
    clear_leftovers(run.path)
    return found


def _without(path: Path, new: Path, subject: str) -> Rewritten | None:
    """One file without the person; copied as it is where it names nobody of that name."""
    new.parent.mkdir(exist_ok=True)
    rows = rewrite(path, new, subject) if path.suffix == ".parquet" else _csv_without(path, new, subject)
    if not rows:
        shutil.copyfile(path, new)
        return None
    return Rewritten(path.name, fingerprint(path), fingerprint(new), rows)


def _csv_without(path: Path, new: Path, subject: str) -> int:
    if path.suffix != ".csv":
        return 0
    table = read_list(path)
    named = (table == subject).any(axis=1)
    if named.any():
        write_csv(table[~named], new)
    return int(named.sum())


def _manifest(
    manifest: dict[str, Any], folder: Path, found: dict[str, Rewritten], subject: str, on: date
) -> dict[str, Any]:
    files = {name: {k: v for k, v in asdict(told).items() if k != "to"} for name, told in found.items()}
    entry = {"subject": subject_digest(subject), "on": on.isoformat(), "files": files}
    outputs = {name: fingerprint(folder / name) for name in manifest["outputs"]}
    return manifest | {"outputs": outputs, "deleted": [*manifest.get("deleted", []), entry]}
