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
from credit_score.inspection.double_random import (
    DrawRecord,
    FrozenList,
    checked_list,
    drawing_seed,
    frozen_list,
    result_list,
)
from credit_score.report.findings import Listed
from credit_score.report.run_folder import MANIFEST, RunFolder, read_list
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
        if (Path(out) / RECORD).exists():
            raise RunError("a lot stands there", where=str(out), remedy="its record is never replaced; choose another")
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
        listed = self._listed(run)
        frame, schedule = self._schedule(run, self.record.seed)
        by = drawing_seed(self.key, self.record.seed)
        found = draw_visits(frame, schedule, cap=run.manifest["cap"], seed=by)
        draw = found.order_by("department", "tier_code", "duty", "place").execute()
        record = self.record.drawn(self._result(draw, listed).root, n=len(draw), on=on, reason=reason)
        tables = {"schedule": with_drawn(schedule, found), "draw": draw.assign(status=run.manifest["status"])}
        for name, table in tables.items():
            with whole_file(self.path / f"{name}-{record.n_draws}.csv") as partial:
                write_csv(table, partial)
        return self.kept(record)

    @property
    def drawn_list(self) -> "pd.DataFrame":
        """The last list, as it stands in the folder. Raises VerificationError before a draw, RunError without it."""
        _ = self.record.last_draw
        path = self.path / f"draw-{self.record.n_draws}.csv"
        if not path.is_file():
            raise RunError(f"{path.name} is missing", where=str(self.path), remedy="look for a copy")
        return read_list(path)

    def listed_in(self, run: RunFolder) -> Listed:
        """The last list with the schedule it was drawn by. Raises VerificationError for another run."""
        self._check_run(run)
        path = self.path / f"schedule-{self.record.n_draws}.csv"
        drawn = self.drawn_list
        if not path.is_file():
            raise RunError(f"{path.name} is missing", where=str(self.path), remedy="look for a copy")
        return Listed(run, drawn, read_list(path), drawing_seed(self.key, self.record.last_draw["seed"]))

    def verified(self, run: RunFolder) -> int:
        """The rows of the last list that record, run and key give again. Raises VerificationError for what differs."""
        drawn, seed = self.drawn_list, self.record.last_draw["seed"]
        listed = self._listed(run)
        _, schedule = self._schedule(run, seed)
        by = drawing_seed(self.key, seed)
        agreed = verify_draw(run.file("frame.parquet"), schedule, drawn, cap=run.manifest["cap"], seed=by)
        self._check_result(self._result(drawn, listed))
        return agreed

    def proof(self, run: RunFolder, department: str, subject: str) -> dict[str, Any]:
        """What a firm needs to check that it stood in the list, and once the visits are done whether it was drawn.

        ``list`` and ``result``: proofs, with the ``root`` that the record publishes of each. No tier is in it.
        """
        listed = self._listed(run)
        told: dict[str, Any] = {"list": listed.proof(department, subject) | {"root": self.record.root}}
        if not self.record.are_visits_done:
            return told
        result = self._result(self.drawn_list, listed)
        self._check_result(result)
        return told | {"result": result.proof(department, subject) | {"root": result.root}}

    def _schedule(self, run: RunFolder, seed: str) -> "tuple[ibis.Table, pd.DataFrame]":
        """The frame of a run, and its schedule by a seed under the key."""
        frame = _table(run)
        return frame, make_schedule(frame, run.rules(), seed=drawing_seed(self.key, seed))

    def _result(self, drawn: "pd.DataFrame", listed: FrozenList) -> FrozenList:
        return result_list(zip(drawn["department"], drawn["subject"], strict=True), listed, self.key)

    def _check_result(self, result: FrozenList) -> None:
        if result.root != self.record.last_draw["result"]:
            what = "the hash of the result is not the one that was recorded at the draw"
            raise VerificationError(what, where=str(self.path), remedy="the list was changed; look for a copy")

    def _listed(self, run: RunFolder) -> FrozenList:
        """The frozen list of a run, held to the record."""
        self._check_run(run)
        return checked_list(_frame(run), self.key, self.record.root)

    def _check_run(self, run: RunFolder) -> None:
        if fingerprint(run.path / MANIFEST) != self.record.events[0].data.get("run"):
            what = "the list was frozen from another run, or the run was changed"
            raise VerificationError(
                what, where=str(run.path), remedy="give the run folder that the list was frozen from"
            )


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
