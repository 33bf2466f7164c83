"""A draw for use, step by step in a folder of its own: list frozen, seals, seed, draw; after the visits the list.

``record.jsonl`` is public and holds no firm. ``list.key`` is secret, and lets an auditor compute all of it again; the
drawn lists stay closed until the visits are done. The run folder that was drawn from is named by the hash of its
manifest.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.engine import open_engine, opened
from credit_score.errors import PolicyError, RunError, VerificationError
from credit_score.files import fingerprint, whole_file, whole_folder
from credit_score.inspection import (
    check_schedule,
    county_share,
    draw_visits,
    make_schedule,
    verify_draw,
    with_drawn,
)
from credit_score.inspection.double_random import DrawRecord, FrozenList, check_list, frozen_list, result_list
from credit_score.report.run_folder import MANIFEST, RunFolder
from credit_score.report.verify import verified
from credit_score.sheet import write_csv

if TYPE_CHECKING:
    import ibis
    import pandas as pd

RECORD, KEY = "record.jsonl", "list.key"


@dataclass(frozen=True)
class Lot:
    """A folder of a draw and its record."""

    path: Path
    record: DrawRecord

    @classmethod
    def open(cls, path: Path | str) -> "Lot":
        """A lot that was frozen. Raises RunError where there is none, VerificationError for a changed record."""
        folder = Path(path)
        if not (folder / RECORD).is_file():
            raise RunError(f"holds no {RECORD}", where=str(path), remedy="begin with: credit-score lot freeze")
        return cls(folder, DrawRecord.read(folder / RECORD))

    @classmethod
    def freeze(cls, run: RunFolder, out: Path | str, task: str, *, on: date, key: bytes | None = None) -> "Lot":
        """The lot of a run: its list frozen, nothing drawn.

        Raises PolicyError under a policy that nobody signed, or a schedule that cannot be carried out;
        VerificationError for a run that is not what its policy and seed give.
        """
        check_for_use(run)
        secret = secrets.token_bytes(32) if key is None else key
        listed = frozen_list(_frame(run), secret)
        about = {"run": fingerprint(run.path / MANIFEST), "status": run.manifest["status"]}
        record = DrawRecord.freeze(task, listed.root, n=len(listed.rows), on=on, about=about)
        with whole_folder(out, replaces=RECORD) as folder:
            (folder / KEY).write_text(secret.hex() + "\n", encoding="ascii")
            (folder / KEY).chmod(0o600)
            (folder / RECORD).write_text(record.text(), encoding="utf-8")
        return cls(Path(out), record)

    def kept(self, record: DrawRecord) -> "Lot":
        """The lot with a longer record, written whole or not at all."""
        with whole_file(self.path / RECORD) as partial:
            partial.write_text(record.text(), encoding="utf-8")
        return Lot(self.path, record)

    @property
    def key(self) -> bytes:
        """The secret of the list. Raises RunError where it is not there."""
        try:
            return bytes.fromhex((self.path / KEY).read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            raise RunError(
                f"{KEY} is missing or no key", where=str(self.path), remedy="ask who froze the list"
            ) from None

    def drawn(self, run: RunFolder, *, on: date, reason: str = "") -> "Lot":
        """The lot after a draw by the seed of its record; the list is written and stays closed.

        Raises VerificationError while there is no seed, for another draw without a reason, and for another run or list.
        """
        seed = self.record.seed
        listed = self._listed(run)
        schedule, draw = _drawn(run, seed)
        result = result_list(_places(draw), listed, self.key)
        record = self.record.drawn(result.root, n=len(draw), on=on, reason=reason)
        n = record.n_draws
        for name, table in (("schedule", schedule), ("draw", draw.assign(status=run.manifest["status"]))):
            with whole_file(self.path / f"{name}-{n}.csv") as partial:
                write_csv(table, partial)
        return self.kept(record)

    def verified(self, run: RunFolder, drawn: "pd.DataFrame") -> int:
        """The rows of the last list that record, run and key give again. Raises VerificationError for what differs."""
        if not self.record.n_draws:
            raise VerificationError("nothing was drawn", where=str(self.path), remedy="draw first")
        last = [e for e in self.record.events if e.event == "drawn"][-1].data
        listed = self._listed(run)
        schedule, again = _drawn(run, last["seed"])
        cap = run.manifest["cap"]
        agreed = verify_draw(run.file("frame.parquet"), schedule, drawn, cap=cap, seed=last["seed"])
        if result_list(_places(again), listed, self.key).root != last["result"]:
            what = "the hash of the result is not the one that was recorded at the draw"
            raise VerificationError(what, where=str(self.path), remedy="the record was changed; look for a copy")
        return agreed

    def proof(self, run: RunFolder, department: str, subject: str) -> dict[str, Any]:
        """What a firm needs to check that it stood in the list, and once the visits are done its place in the draw.

        ``list`` and ``result``: proofs, with the ``root`` that the record publishes of each. No tier is in it.
        """
        listed = self._listed(run)
        told: dict[str, Any] = {"list": listed.proof(department, subject) | {"root": self.record.root}}
        if not any(e.event == "visits_done" for e in self.record.events):
            return told
        last = [e for e in self.record.events if e.event == "drawn"][-1].data
        _, draw = _drawn(run, last["seed"])
        result = result_list(_places(draw), listed, self.key)
        return told | {"result": result.proof(department, subject) | {"root": last["result"]}}

    def _listed(self, run: RunFolder) -> FrozenList:
        """The frozen list of a run, held to the record."""
        said = self.record.events[0].data.get("run")
        if fingerprint(run.path / MANIFEST) != said:
            what = "the list was frozen from another run, or the run was changed"
            raise VerificationError(
                what, where=str(run.path), remedy="give the run folder that the list was frozen from"
            )
        frame = _frame(run)
        check_list(frame, self.key, self.record.root)
        return frozen_list(frame, self.key)


def check_for_use(run: RunFolder) -> None:
    """Raise PolicyError unless a list of the run may be for use: signed, and a schedule that can be carried out.

    A demonstration on synthetic records passes, and says so on every row.
    """
    status, rules = run.manifest["status"], run.rules()
    if status == "draft":
        raise PolicyError(
            "nobody has signed the policy, so no list is drawn for use", where=f"policy {rules.name!r}",
            remedy="have it signed (policy.yaml: signature), run again, then freeze",
        )  # fmt: skip
    listed = run.table("draw.csv")
    verified(run, listed)
    if status == "in force":
        check_feasible(run, listed)


def check_feasible(run: RunFolder, listed: "pd.DataFrame") -> None:
    """Raise PolicyError for a schedule that breaks a rule or asks for more days than there are."""
    n_firms = len(run.table("tiers.parquet"))
    check_schedule(run.table("workload.csv"), county_share(listed, n_firms), run.rules())


def _table(run: RunFolder) -> "ibis.Table":
    return opened(open_engine(), [run.file("frame.parquet")], "frame")


def _frame(run: RunFolder) -> "pd.DataFrame":
    return _table(run).select("department", "subject", "tier_code", "duty").execute()


def _drawn(run: RunFolder, seed: str) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Schedule and draw of a run by a seed."""
    frame, rules = _table(run), run.rules()
    schedule = make_schedule(frame, rules, seed=seed)
    found = draw_visits(frame, schedule, cap=run.manifest["cap"], seed=seed)
    draw = found.order_by("department", "tier_code", "duty", "place").execute()
    return with_drawn(schedule, found), draw


def _places(draw: "pd.DataFrame") -> list[tuple[str, str, int]]:
    return list(zip(draw["department"], draw["subject"], draw["place"], strict=True))
