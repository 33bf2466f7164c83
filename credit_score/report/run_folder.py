"""The run folder: what a run leaves on disk, and how a later command reads it back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.engine import saved
from credit_score.errors import RunError
from credit_score.files import TOOL, fingerprint, fingerprints, whole_folder
from credit_score.inspection import sampling_frame
from credit_score.inspection.county import CountyCube
from credit_score.language import say
from credit_score.policy import Policy, RuleSet, load_policy
from credit_score.report.page import report_page
from credit_score.report.reporting import reporting_tables
from credit_score.report.run import Run
from credit_score.report.statements.facts import report_tables
from credit_score.sheet import as_written, write_csv

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.records import Records


MANIFEST, CUBE = "manifest.json", "cube.json"
KEYS = {"status": str, "as_of": str, "as_known_on": str, "seed": int, "cap": int, "synthetic": bool, "outputs": dict}
TEXTS = (
    "department", "subject", "tier", "duty", "key", "status", "rule", "reference", "enterprise_id", "record_id",
    "bank_id", "measure_id", "authorisation_id",
)  # fmt: skip
NUMBERS = ("ratio", "days_per_visit", "draw_probability")
PARQUET = ("scores_individual", "scores_enterprise", "ledger", "tiers")
BY_SECTOR = ("register", "sector_tiers")


def save_run(run: Run, out: Path | str, *, progress: Callable[[str], None]) -> Path:
    """Write a run folder whole or not at all, manifest last. Raises RunError."""
    check_kind(out)
    with whole_folder(out, replaces=MANIFEST) as folder:
        progress("writing tables")
        _save_tables(run, folder)
        progress("drawing the report")
        (folder / "report.html").write_text(report_page(run), encoding="utf-8")
        (folder / MANIFEST).write_text(json.dumps(_manifest(run, folder), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return Path(out)


def check_kind(out: Path | str, kind: str = "") -> None:
    """Raise RunError where a folder holds a run of another kind, which one of this kind does not replace.

    ``kind``: as manifests name it; nothing for a run of a county.
    """
    told = _told(Path(out))
    if told and told.get("tool") == TOOL and told.get("kind", "") != kind:
        what = f"holds a run that is no {kind}" if kind else f"holds a {told['kind']}, not a run of a county"
        raise RunError(what, where=str(out), remedy="choose another folder")


def _told(folder: Path) -> dict[str, Any] | None:
    """What a manifest says; nothing where it is not readable."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _save_tables(run: Run, folder: Path) -> None:
    import ibis

    status = ibis.literal(run.status)
    tables = {name: run.tables[name] for name in (*PARQUET, *(name for name in BY_SECTOR if name in run.tables))}
    for name, table in (tables | report_tables(run)).items():
        order = ["subject"] + [c for c in ("record_id", "department") if c in table.columns]
        saved(run.records.engine, table.order_by(order).mutate(status=status), folder / f"{name}.parquet")
    frame = sampling_frame(run.tables["frame"]).order_by("department", "tier_code", "duty", "subject")
    saved(run.records.engine, frame.mutate(status=status), folder / "frame.parquet")
    marked = {
        "schedule": run.schedule, "workload": run.workload, "draw": run.draw, "uncounted": run.uncounted,
        "rejected": with_words(run.rejected), **reporting_tables(run),
    }  # fmt: skip
    for name, table in marked.items():
        write_csv(table.assign(status=run.status), folder / f"{name}.csv")
    _save_pilot(run, folder)
    told = {"status": run.status} | run.county_cube.to_dict()
    (folder / CUBE).write_text(json.dumps(told, ensure_ascii=False) + "\n", "utf-8")
    run.policy.save(folder / "policy")


def _save_pilot(run: Run, folder: Path) -> None:
    """Each table of the pilot as CSV in a folder of its own."""
    if run.pilot:
        (folder / "pilot").mkdir()
    for name, table in run.pilot.items():
        write_csv(table.assign(status=run.status), folder / "pilot" / f"{name}.csv")
    if "indicators" in run.pilot:
        write_csv(run.pilot["indicators"].assign(status=run.status), folder / "indicators.csv")


def with_words(rejected: "pd.DataFrame") -> "pd.DataFrame":
    """Rejected rows with what the reason means and what to do, in both languages."""
    words = {
        f"{kind}_{lang}": [say(f"{kind}.{reason}", lang) for reason in rejected["reason"]]
        for kind in ("reason", "remedy")
        for lang in ("zh", "en")
    }
    return rejected.assign(**words)


def _manifest(run: Run, folder: Path) -> dict[str, Any]:
    counts = run.records.counts.set_index("table")[["read", "accepted", "rejected"]]
    return {
        "tool": TOOL,
        "version": __version__,
        "status": run.status,
        "policy": run.rules.name,
        "signed": run.rules.signed,
        "as_of": run.rules.on.isoformat(),
        "as_known_on": run.as_known_on.isoformat(),
        "seed": run.seed,
        "synthetic": run.records.synthetic,
        "cap": run.rules.figure(run.rules.model.inspection.cap).value,
        "inputs": run.records.fingerprints,
        "rows": counts.to_dict(orient="index"),
        "deleted": _deleted(run.records),
        "outputs": fingerprints(folder),
    }


def _deleted(records: "Records") -> list[dict[str, Any]]:
    """By day the persons whom the records had deleted before the run, and those of whom single records were."""
    told = {"subjects": records.deleted, "touched": records.touched}
    days = sorted({day for names in told.values() for day in names.values()})
    return [
        {"on": day, "files": {}} | {what: sorted(n for n in names if names[n] == day) for what, names in told.items()}
        for day in days
    ]


def read_list(path: Path) -> "pd.DataFrame":
    """A CSV of a run folder, or a list issued from it, as it was written: codes stay text, numbers are exact.

    Raises RunError for a file that is no CSV in UTF-8.
    """
    import pandas as pd

    texts, exact = dict.fromkeys(TEXTS, str), dict.fromkeys(NUMBERS, _exact)
    try:
        return as_written(pd.read_csv(path, dtype=texts, converters=exact, keep_default_na=False, na_values=[]))
    except ValueError as error:
        what = f"not readable as CSV in UTF-8: {str(error).splitlines()[0]}"
        raise RunError(what, where=str(path), remedy="give draw.csv of a run, or a list issued from it") from None


def _exact(text: str) -> float:
    return float(text) if text else float("nan")


@dataclass(frozen=True)
class RunFolder:
    """A run folder opened for reading. Raises RunError where it is none or not whole."""

    path: Path
    manifest: dict[str, Any]

    @classmethod
    def open(cls, path: Path | str) -> "RunFolder":
        """Open a run folder by its manifest."""
        folder = Path(path)
        if not folder.is_dir():
            raise RunError("no such run folder", where=str(path), remedy="make one with: credit-score run")
        if not (folder / MANIFEST).is_file():
            raise RunError(f"holds no {MANIFEST}", where=str(path), remedy="give a folder made by: credit-score run")
        check_kind(folder)
        manifest = _told(folder)
        if manifest is None or not all(isinstance(manifest.get(k), kind) for k, kind in KEYS.items()):
            raise RunError("the manifest is not readable", where=str(folder / MANIFEST), remedy="run again")
        return cls(folder, manifest)

    def file(self, name: str) -> Path:
        """A file of the folder, held to its fingerprint in the manifest."""
        path = self.path / name
        if not path.is_file():
            raise RunError(f"{name} is missing", where=str(self.path), remedy="run again")
        if fingerprint(path) != self.manifest["outputs"].get(name):
            raise RunError(f"{name} is not the file the run wrote", where=str(self.path), remedy="run again")
        return path

    def policy(self) -> Policy:
        """The policy the run was made under, from the copy in the folder."""
        names = {n.removeprefix("policy/") for n in self.manifest["outputs"] if n.startswith("policy/")}
        for name in names:
            self.file(f"policy/{name}")
        policy = load_policy(self.path / "policy")
        if others := sorted(set(policy.files) - names):
            raise RunError(f"policy/{others[0]} is not of the run", where=str(self.path), remedy="take it out")
        return policy

    def cube(self) -> CountyCube:
        """The county cube of the run."""
        try:
            return CountyCube.from_dict(json.loads(self.file(CUBE).read_text(encoding="utf-8")))
        except (ValueError, RecursionError):
            raise RunError(f"{CUBE} is not readable", where=str(self.path), remedy="run again") from None

    def rules(self) -> RuleSet:
        """The rules of the run's day."""
        return self.policy().at(self.manifest["as_of"])

    def table(self, name: str, *, subject: str | None = None) -> "pd.DataFrame":
        """A table of the folder as a frame; of one subject only where it is Parquet and one is given."""
        import pandas as pd

        if name.endswith(".csv"):
            return read_list(self.file(name))
        chosen = [("subject", "==", subject)] if subject is not None else None
        path = self.file(name)
        try:
            return pd.read_parquet(path, filters=chosen)
        except (ValueError, OSError):
            raise RunError(f"{name} is not readable as Parquet", where=str(self.path), remedy="run again") from None
