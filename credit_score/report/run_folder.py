"""The run folder: what a run leaves on disk, and how a later command reads it back."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score import __version__
from credit_score.engine import saved, saved_apart
from credit_score.errors import RunError
from credit_score.files import TOOL, fingerprint, fingerprints, whole_folder
from credit_score.inspection import sampling_frame
from credit_score.inspection.county import CountyCube
from credit_score.language import say
from credit_score.long_list import LongList
from credit_score.policy import Policy, RuleSet, load_policy
from credit_score.report.page import report_page
from credit_score.report.reporting import reporting_tables
from credit_score.report.run import Run
from credit_score.report.statements.facts import report_tables
from credit_score.sheet import as_written, write_csv

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from credit_score.records import Records


MANIFEST, CUBE, FRAME, REJECTED = "manifest.json", "cube.json", "frame.parquet", "rejected.csv"
KEYS = {"status": str, "as_of": str, "as_known_on": str, "seed": int, "cap": int, "synthetic": bool, "outputs": dict}
TEXTS = (
    "department", "subject", "tier", "duty", "key", "status", "rule", "reference", "enterprise_id", "record_id",
    "bank_id", "measure_id", "authorisation_id",
)  # fmt: skip
NUMBERS = ("ratio", "days_per_visit", "draw_probability")
PARQUET = ("scores_individual", "scores_enterprise", "ledger", "tiers")
BY_SECTOR = ("register", "sector_tiers")
BY = ("town",)
SCORES = ("scores_enterprise.parquet", "scores_individual.parquet")


def save_run(run: Run, out: Path | str, *, progress: Callable[[str], None], by: str | None = None) -> Path:
    """Write a run folder whole or not at all, manifest last; ``by`` ``town``: its Parquet tables in a part a town.

    Raises RunError.
    """
    check_kind(out)
    if by not in (None, *BY):
        raise RunError(f"no tables by {by!r}", where=str(out), remedy=f"use by={' or '.join(map(repr, BY))}")
    with whole_folder(out, replaces=MANIFEST) as folder:
        progress("writing tables")
        _save_tables(run, folder, by)
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


def _save_tables(run: Run, folder: Path, by: str | None) -> None:
    import ibis

    status = ibis.literal(run.status)
    tables = {name: run.tables[name] for name in (*PARQUET, *(name for name in BY_SECTOR if name in run.tables))}
    for name, table in (tables | report_tables(run)).items():
        _save(run, table.mutate(status=status), folder / f"{name}.parquet", by)
    _save(run, sampling_frame(run.tables["frame"]).mutate(status=status), folder / FRAME, by)
    listed = {
        "schedule": run.schedule, "workload": run.workload, "draw": run.drawn, "uncounted": run.uncounted,
        **reporting_tables(run),
    }  # fmt: skip
    for name, table in listed.items():
        _save_list(table, folder / f"{name}.csv", run.status)
    refused = run.records.refused.batches
    write_csv(lambda: (with_words(part).assign(status=run.status) for part in refused()), folder / REJECTED)
    _save_pilot(run, folder)
    told = {"status": run.status} | run.county_cube.to_dict()
    (folder / CUBE).write_text(json.dumps(told, ensure_ascii=False) + "\n", "utf-8")
    run.policy.save(folder / "policy")


def _save(run: Run, table: "ibis.Table", path: Path, by: str | None) -> None:
    """A table in its order: as one file or what the engine makes of it, or in a part for each town of its subjects."""
    order = order_of(path.name, table.columns)
    if by is None:
        saved(run.records.engine, table.order_by(order), path)
        return
    towns = _towns(run.records)
    apart = table.left_join(towns, table.subject == towns["_subject"]).drop("_subject")
    saved_apart(run.records.engine, apart, path, by="_town", as_=by, order=order)


def order_of(name: str, columns: Collection[str]) -> list[str]:
    """The columns by which the rows of a Parquet table of the folder are sorted."""
    if name == FRAME:
        return ["department", "tier_code", "duty", "subject"]
    return ["subject", *(c for c in ("record_id", "department") if c in columns)]


def _towns(records: "Records") -> "ibis.Table":
    """``_subject`` and ``_town`` of everyone in a register; null where it tells none."""
    import ibis

    firms, persons = records["enterprises"], records["individuals"]
    both = ((firms, firms.enterprise_id), (persons, persons.person_id))
    return ibis.union(*(t.select(_subject=key, _town=t.town.nullif("")) for t, key in both))


def _save_pilot(run: Run, folder: Path) -> None:
    """Each table of the pilot as CSV in a folder of its own."""
    if run.pilot:
        (folder / "pilot").mkdir()
    for name, table in run.pilot.made.items():
        _save_list(table, folder / "pilot" / f"{name}.csv", run.status)
    if "indicators" in run.pilot:
        write_csv(run.pilot["indicators"].assign(status=run.status), folder / "indicators.csv")


def _save_list(table: "pd.DataFrame | LongList", path: Path, status: str) -> None:
    """As CSV, every row with the run's status."""
    parts = table.batches if isinstance(table, LongList) else lambda: iter([table])
    write_csv(lambda: (part.assign(status=status) for part in parts()), path)


def with_words(rejected: "pd.DataFrame") -> "pd.DataFrame":
    """Rejected rows with what the reason means and what to do, in both languages."""
    reasons = rejected["reason"]
    words = {
        f"{kind}_{lang}": reasons.map({r: say(f"{kind}.{r}", lang) for r in reasons.unique()})
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
        **_told_of_store(run),
        "rows": counts.to_dict(orient="index"),
        "deleted": _deleted(run.records),
        "outputs": fingerprints(folder),
    }


def _told_of_store(run: Run) -> dict[str, Any]:
    """Of a store the point of its history, which a later run starts from; and the earlier run that this one did."""
    chain, between = run.records.chain, run.records.known_between
    if chain is None or between is None:
        return {}
    point = {"last": chain.last, "batches": len(chain.received_by(between[0]))}
    return {"store": point} | ({"since": run.since} if run.since else {})


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

    def holds(self, name: str) -> bool:
        """Whether the run wrote a file of that name, or a table of parts."""
        return name in self.manifest["outputs"] or bool(self._parts(name))

    def file(self, name: str) -> Path:
        """A file of the folder, or a table that is a folder of parts, each held to its fingerprint in the manifest."""
        parts = self._parts(name)
        for part in parts or [name]:
            self._check(part)
        found = (p for p in sorted((self.path / name).rglob("*")) if parts and not p.is_dir())
        if others := [told for p in found if (told := p.relative_to(self.path).as_posix()) not in parts]:
            raise RunError(f"{others[0]} is not of the run", where=str(self.path), remedy="take it out")
        return self.path / name

    def _parts(self, name: str) -> list[str]:
        """The parts of a table by their names in the folder; none where it is a file."""
        return sorted(told for told in self.manifest["outputs"] if told.startswith(f"{name}/"))

    def _check(self, name: str) -> Path:
        path = self.path / name
        if not path.is_file():
            raise RunError(f"{name} is missing", where=str(self.path), remedy="run again")
        if fingerprint(path) != self.manifest["outputs"].get(name):
            raise RunError(f"{name} is not the file the run wrote", where=str(self.path), remedy="run again")
        return path

    def _place(self, name: str, subject: str) -> Path:
        """Where the rows of a subject stand in a table: of one by town only the part of the subject's town."""
        apart = [part for part in self._parts(name) if part.count("/") > 1]
        if not apart or name in SCORES:
            return self.file(name)
        town = self._folder_of(subject)
        mine = [self._check(part) for part in apart if part.split("/")[1] == town]
        return mine[0].parent if mine else self.file(name)

    def _folder_of(self, subject: str) -> str | None:
        """The folder of a subject's town, by the scores."""
        from pyarrow import parquet

        for part in (part for name in SCORES for part in self._parts(name)):
            one = [("subject", "==", subject)]
            if parquet.read_table(self._check(part), columns=["subject"], filters=one, partitioning=None).num_rows:
                return part.split("/")[1]
        return None

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
        path = self.file(name) if subject is None else self._place(name, subject)
        try:
            table = pd.read_parquet(path, filters=chosen, partitioning=None)
        except (ValueError, OSError):
            raise RunError(f"{name} is not readable as Parquet", where=str(self.path), remedy="run again") from None
        apart = any(part.count("/") > 1 for part in self._parts(name))  # by town, of which each is sorted by itself
        return table.sort_values(order_of(name, table.columns), ignore_index=True) if apart else table
