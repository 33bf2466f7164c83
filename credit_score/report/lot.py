"""A draw for use, step by step in a folder of its own: list frozen, seals, seed, draw; after the visits the list.

``record.jsonl`` is public and holds no firm. ``list.key`` is secret, and lets an auditor compute all of it again; the
drawn lists stay closed until the visits are done. The run folder that was drawn from is named by the hash of its
manifest.
"""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.engine import open_engine, opened
from credit_score.errors import PolicyError, RunError, VerificationError, discreet
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
    keyed_hash,
    result_list,
)
from credit_score.inspection.double_random.merged import DAYS
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
    def freeze(
        cls, run: RunFolder, out: Path | str, task: str, *, on: date, key: bytes | None = None,
        staff: dict[str, bytes] | None = None,
    ) -> "Lot":  # fmt: skip
        """The lot of a run: its list frozen, nothing drawn; with it ``inspectors`` and ``recusals``, files as bytes.

        Frozen before there is a seed, they can no more be chosen by what pairs they give.

        Raises PolicyError under a policy that nobody signed, or a schedule that cannot be carried out;
        VerificationError for a run that is not what its policy and seed give.
        """
        if (Path(out) / RECORD).exists():
            raise RunError("a lot stands there", where=str(out), remedy="its record is never replaced; choose another")
        check_for_use(run)
        secret = secrets.token_bytes(32) if key is None else key
        listed = frozen_list(_frame(run), secret)
        about: dict[str, Any] = {"run": fingerprint(run.path / MANIFEST), "status": run.manifest["status"]}
        if staff:
            about["staff"] = {name: keyed_hash(secret, content) for name, content in staff.items()}
        record = DrawRecord.freeze(task, listed.root, n=len(listed.rows), on=on, about=about)
        with whole_folder(out, replaces=RECORD) as folder:
            with _closed(folder / KEY) as partial:
                partial.write_text(secret.hex() + "\n", encoding="ascii")
            for name, content in (staff or {}).items():
                with _closed(folder / f"{name}-0.csv") as partial:
                    partial.write_bytes(content)
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
        root, n = self._result(draw, listed).root, self.record.n_draws + 1
        _ = self.record.drawn(root, n=len(draw), on=on, reason=reason)  # refused before anything is written
        tables = {"schedule": with_drawn(schedule, found), "draw": draw.assign(status=run.manifest["status"])}
        files = {}
        for name, table in tables.items():
            with _closed(self._file(name, n)) as partial:
                write_csv(table, partial)
            files[name] = keyed_hash(self.key, self._file(name, n).read_bytes())
        return self.kept(self.record.drawn(root, n=len(draw), on=on, reason=reason, files=files))

    def _file(self, name: str, n: int) -> Path:
        """The file of a draw or diary, the first being 1; what was frozen with the list is 0."""
        return self.path / f"{name}-{n}.csv"

    def held(self, name: str, n: int, recorded: str) -> Path:
        """A closed file of a draw or diary, the first being 1, held to the hash in the record."""
        path = self._file(name, n)
        if not path.is_file():
            raise RunError(f"{path.name} is missing", where=str(self.path), remedy="look for a copy")
        if not hmac.compare_digest(keyed_hash(self.key, path.read_bytes()), recorded):
            raise VerificationError(
                f"{path.name} is not the file that was recorded", where=str(self.path), remedy="look for a copy"
            )
        return path

    def _table_of(self, name: str, n: int) -> "pd.DataFrame":
        """The list, or its schedule, of a draw, the first being 1."""
        return read_list(self.held(name, n, self.record.draws[n - 1]["files"].get(name, "")))

    def list_of(self, n: int) -> "pd.DataFrame":
        """The list of a draw, the first being 1, held to the record."""
        return self._table_of("draw", n)

    def diary_kept(self, copies: dict[str, bytes], *, begins: date, n: int, on: date, reason: str) -> "Lot":
        """The lot with a diary and copies of what it was made of, which only its keeper may read."""
        about = {"begins": begins.isoformat(), "n": n}
        hashes = {name: keyed_hash(self.key, content) for name, content in copies.items()}
        record = self.record.diary(about | {"files": hashes}, on=on, reason=reason)
        for name, content in copies.items():
            with _closed(self._file(name, len(record.diaries))) as partial:
                partial.write_bytes(content)
        return self.kept(record)

    @property
    def drawn_list(self) -> "pd.DataFrame":
        """The last list, held to the record. Raises VerificationError before a draw, RunError without the file."""
        _ = self.record.last_draw
        return self._table_of("draw", self.record.n_draws)

    def listed_in(self, run: RunFolder) -> Listed:
        """The last list with the schedule it was drawn by. Raises VerificationError for another run."""
        self._check_run(run)
        seed = drawing_seed(self.key, self.record.last_draw["seed"])
        on, diaries = self.record.drawn_on, [d for d in self.record.diaries if d["draw"] == self.record.n_draws]
        begins = date.fromisoformat(diaries[-1]["begins"]) if diaries else on
        ends = begins + timedelta(days=DAYS)
        return Listed(run, self.drawn_list, self._table_of("schedule", self.record.n_draws), seed, on, ends)

    def verified(self, run: RunFolder) -> int:
        """The rows of the last list that record, run and key give again; the lists and diaries before it are held too.

        Raises VerificationError for what differs.
        """
        _ = self.record.last_draw
        listed, first = self._listed(run), self.record.events[0].data
        _check_said("rows of the frozen list", first.get("n"), len(listed.rows))
        _check_said("status", first.get("status"), run.manifest["status"])
        return [self._verified(run, listed, n) for n in range(1, self.record.n_draws + 1)][-1]

    def _verified(self, run: RunFolder, listed: FrozenList, n: int) -> int:
        said, drawn = self.record.draws[n - 1], self._table_of("draw", n)
        _, schedule = self._schedule(run, said["seed"])
        by = drawing_seed(self.key, said["seed"])
        agreed = verify_draw(run.file("frame.parquet"), schedule, drawn, cap=run.manifest["cap"], seed=by)
        _check_said(f"rows of draw {n}", said["n"], len(drawn))
        _check_said(f"hash of the result of draw {n}", said["result"], self._result(drawn, listed).root)
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
        _check_said("hash of the result", self.record.last_draw["result"], result.root)
        return told | {"result": result.proof(department, subject) | {"root": result.root}}

    def _schedule(self, run: RunFolder, seed: str) -> "tuple[ibis.Table, pd.DataFrame]":
        """The frame of a run, and its schedule by a seed under the key."""
        frame = _table(run)
        return frame, make_schedule(frame, run.rules(), seed=drawing_seed(self.key, seed))

    def _result(self, drawn: "pd.DataFrame", listed: FrozenList) -> FrozenList:
        return result_list(zip(drawn["department"], drawn["subject"], strict=True), listed, self.key)

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


@contextmanager
def _closed(path: Path) -> Iterator[Path]:
    """A file that only its keeper may read, from its first byte on."""
    with whole_file(path) as partial:
        partial.touch(mode=0o600)
        yield partial


def _check_said(what: str, said: object, found: object) -> None:
    if said != found:
        told = f"the record says {discreet(said)!r:.40} for the {what}, run and key give {found!s:.40}"
        raise VerificationError(told, where="record.jsonl", remedy="the record was changed; look for a copy")


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
