"""A draw for use, step by step in a folder of its own: list frozen, seals, seed, draw; after the visits the list.

``record.jsonl`` is public and holds no firm. ``list.key`` is secret, and lets an auditor compute all of it again; the
drawn lists stay closed until the visits are done. The run folder that was drawn from is named by the hash of its
manifest.
"""

import hmac
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.engine import open_engine, opened
from credit_score.errors import PolicyError, RunError, VerificationError, discreet, first_five
from credit_score.files import alone, fingerprint, whole_file, whole_folder
from credit_score.inspection import (
    check_schedule,
    county_share,
    draw_visits,
    make_schedule,
    verify_draw,
    with_drawn,
)
from credit_score.inspection.double_random import (
    STAFF,
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
TABLES = ("schedule", "draw")
# What a closed file means that the record does not name, and what to do.
CUT = (
    "events were cut from the end of the record: look for a whole copy; or a step was stopped as it wrote: run it "
    "again, or move the file away"
)
CLOSED = (*STAFF, *TABLES, "visits")


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
        VerificationError for a run that is not what its policy and seed give, and a day before that of the run.
        """
        _check_none(out)
        if on < date.fromisoformat(run.manifest["as_of"]):
            what = f"a freeze on {on}, before the day of the run, {run.manifest['as_of']}"
            raise VerificationError(what, remedy="date it by the day on which it is made")
        check_for_use(run)
        secret = secrets.token_bytes(32) if key is None else key
        listed = frozen_list(_frame(run), secret)
        about: dict[str, Any] = {"run": fingerprint(run.path / MANIFEST), "status": run.manifest["status"]}
        if staff:
            about["staff"] = {name: keyed_hash(secret, content) for name, content in staff.items()}
        record = DrawRecord.freeze(task, listed.root, n=len(listed.rows), on=on, about=about)
        with alone(Path(out)), whole_folder(out, replaces=RECORD) as folder:
            _check_none(out)
            for name, content in {KEY: secret.hex().encode() + b"\n", **_named(staff or {}, 0)}.items():
                _write_closed(folder / name, content)
            (folder / RECORD).write_bytes(record.text().encode())
        return cls(Path(out), record)

    def kept(self, record: DrawRecord, closed: Mapping[str, bytes] | None = None) -> "Lot":
        """The lot with a longer record, and the closed files of its last event by the names they take in the folder.

        One writer at a time, and only onto the record that this lot was opened with. Raises RunError where another step
        was recorded since, and VerificationError where a file stands there with other content.
        """
        text = record.text().encode()  # before anything is written
        with alone(self.path):
            if (self.path / RECORD).read_bytes() != self.record.text().encode():
                raise RunError("another step was recorded meanwhile", where=str(self.path), remedy="run this one again")
            for name, content in (closed or {}).items():
                _check_place(self.path / name, content)
            # The files first: if the step is killed between, the same step finds them as it would write them, and goes
            # on. The other way round the record would name a file that nobody has.
            for name, content in (closed or {}).items():
                _write_closed(self.path / name, content)
            with whole_file(self.path / RECORD) as partial:
                partial.write_bytes(text)
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
        tables = with_drawn(schedule, found), draw.assign(status=run.manifest["status"])
        contents = dict(zip(TABLES, map(_as_csv, tables), strict=True))
        record = self.record.drawn(root, n=len(draw), on=on, reason=reason, files=self._hashes(contents))
        return self.kept(record, _named(contents, n))

    def _hashes(self, contents: Mapping[str, bytes]) -> dict[str, str]:
        return {name: keyed_hash(self.key, content) for name, content in contents.items()}

    def held(self, name: str, n: int, recorded: str) -> Path:
        """A closed file of a draw or diary, the first being 1 (0: of the freeze), held to the hash in the record."""
        path = self.path / _name(name, n)
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

    def with_diary(self, copies: Mapping[str, bytes], about: dict[str, Any], *, on: date, reason: str) -> DrawRecord:
        """The record with a diary and the hashes of what it was made of.

        The record as it stands where its last event is this diary: a step that was killed before its folder had a name
        is completed by the same step, run again.
        """
        data = about | {"files": self._hashes(copies)}
        last = self.record.events[-1]
        if last.event == "diary" and last.data == data | {"reason": reason}:
            return self.record
        return self.record.diary(data, on=on, reason=reason)

    def diary_kept(self, record: DrawRecord, copies: Mapping[str, bytes]) -> "Lot":
        """The lot with the last diary of a record and copies of what it was made of, which only its keeper may read."""
        return self.kept(record, _named(copies, len(record.diaries)))

    @property
    def drawn_list(self) -> "pd.DataFrame":
        """The last list, held to the record. Raises VerificationError before a draw, RunError without the file."""
        _ = self.record.last_draw
        return self._table_of("draw", self.record.n_draws)

    def listed_in(self, run: RunFolder) -> Listed:
        """The last list with the schedule it was drawn by. Raises VerificationError for another run."""
        self.check_run(run)
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
        self._check_all_told()
        return [self._verified(run, listed, n) for n in range(1, self.record.n_draws + 1)][-1]

    def _check_all_told(self) -> None:
        """Closed files that no event names are what a record leaves behind that was cut at its end."""
        numbered = [(0, self.record.staff), *enumerate((draw["files"] for draw in self.record.draws), start=1)]
        numbered += enumerate((diary["files"] for diary in self.record.diaries), start=1)
        named = {_name(name, n) for n, files in numbered for name in files}
        if more := sorted({p.name for c in CLOSED for p in self.path.glob(f"{c}-*.csv")} - named):
            what = f"the record does not name {first_five(more)}, which stand there"
            raise VerificationError(what, where=str(self.path), remedy=CUT)

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
        self.check_run(run)
        return checked_list(_frame(run), self.key, self.record.root)

    def check_run(self, run: RunFolder) -> None:
        """Raise VerificationError for another run than the one that was frozen."""
        if fingerprint(run.path / MANIFEST) != self.record.events[0].data.get("run"):
            what = "the list was frozen from another run, or the run was changed"
            raise VerificationError(
                what, where=str(run.path), remedy="give the run folder that the list was frozen from"
            )


def _check_none(out: Path | str) -> None:
    if (Path(out) / RECORD).exists():
        raise RunError("a lot stands there", where=str(out), remedy="its record is never replaced; choose another")


def _name(name: str, n: int) -> str:
    """The name of a closed file of a draw or diary, the first being 1; what was frozen with the list is 0."""
    return f"{name}-{n}.csv"


def _named(contents: Mapping[str, bytes], n: int) -> dict[str, bytes]:
    return {_name(name, n): content for name, content in contents.items()}


def _check_place(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() != content:
        what = f"{path.name} stands there already and is another than this step gives"
        raise VerificationError(what, where=str(path.parent), remedy=CUT)


def _write_closed(path: Path, content: bytes) -> None:
    """A file that only its keeper may read, from its first byte on."""
    with whole_file(path) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(content)


def _as_csv(table: "pd.DataFrame") -> bytes:
    held = io.BytesIO()
    write_csv(table, held)
    return held.getvalue()


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
            remedy="have it signed (signature in policy.yaml, or in its last amendment), run again, then freeze",
        )  # fmt: skip
    listed = run.table("draw.csv")
    verified(run, listed)
    if status == "in force":
        check_feasible(run, listed)


def check_feasible(run: RunFolder, listed: "pd.DataFrame") -> None:
    """Raise PolicyError for a schedule that breaks a rule or asks for more days than there are."""
    n_firms = len(run.table("tiers.parquet"))
    check_schedule(run.table("workload.csv"), county_share(listed["subject"].nunique(), n_firms), run.rules())


def _table(run: RunFolder) -> "ibis.Table":
    return opened(open_engine(), [run.file("frame.parquet")], "frame")


def _frame(run: RunFolder) -> "pd.DataFrame":
    return _table(run).select("department", "subject", "tier_code", "duty").execute()
