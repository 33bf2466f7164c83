"""Drafts of amendments to the policy of one run, kept as they change, with a history that is only ever added to.

A draft is the YAML of an amendment without a signature. Nothing that was changed by another hand is written over.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeGuard

from credit_score.errors import RunError, VerificationError, first_five
from credit_score.files import alone, fingerprint, whole_file
from credit_score.policy import Policy, amended, with_head
from credit_score.policy.amendment import Person
from credit_score.records.keeping.linked import Entry
from credit_score.session.history import History

HISTORY, STATE = "history.json", "state.json"
WAIT = 3.0  # seconds until another session must have let go
PENDING = ".pending"


@dataclass(frozen=True)
class Kept:
    """A draft as its history tells it; ``sha256`` is of its text, ``signed`` says whether it is as it was signed."""

    name: str
    author: dict[str, Any]
    reason: str
    written: str
    sha256: str
    signed: bool


@dataclass
class Drafts:
    """The drafts in a folder. Open it with :meth:`open`; while it is open no other session can."""

    folder: Path
    policy: Policy
    history: History

    @classmethod
    @contextmanager
    def open(cls, folder: Path | str, policy: Policy, who: str) -> Iterator["Drafts"]:
        """The drafts that amend a policy; ``who``: the name that another session is told meanwhile.

        Raises RunError where another session holds the folder or its drafts are of another policy, VerificationError
        where a draft or the history was changed by another hand.
        """
        place = _made(Path(folder))
        with alone(place, who=who, wait=WAIT):
            drafts = cls(place, policy, History.read(place / HISTORY, policy.fingerprint))
            drafts._complete()
            drafts._verify()
            yield drafts

    def list(self) -> list[Kept]:
        """The drafts there are, the first saved first."""
        return [_told(entry, self.history) for entry in map(self.history.of, self.history.names) if _is_held(entry)]

    def read(self, name: str) -> str:
        """The YAML of a draft. Raises RunError where there is none, VerificationError where it was changed."""
        entry = self.history.of(name, "saved", "discarded")
        if not _is_held(entry):
            known = first_five(draft.name for draft in self.list()) or "none"
            raise RunError(f"no draft {name!r}", where=str(self.folder), remedy=f"there are: {known}")
        path = self._path(name)
        content = path.read_bytes() if path.is_file() else b""
        if sha256(content).hexdigest() != entry["sha256"]:
            what = f"draft {name!r} is missing or was changed outside of a session"
            remedy = "put it back as it was, or move it away with its history; it is not written over"
            raise VerificationError(what, where=str(path), remedy=remedy)
        return content.decode("utf-8")

    def save(self, name: str, text: str, *, author: Person, reason: str, written: str) -> Kept:
        """Keep an amendment as a draft under a name, in the place of an older one of that name.

        ``author``: name and office; ``written``: a moment as 2026-11-29T15:00:00+08:00. Name, author, reason and moment
        are set in its head. Raises PolicyError for what no policy may say, RunError for a name that cannot be a file's
        or is too like another's, VerificationError where the older one was changed by another hand.
        """
        name = name.strip()
        told = with_head(text, name=name, author=author, reason=reason, written=written, signature=None)
        path = self._path(name)
        amended(self.policy, told, path=path)
        self._check_name(name)
        content = told.encode("utf-8")
        pending = path.with_name(f".{path.name}{PENDING}")
        with whole_file(pending) as partial:
            partial.write_bytes(content)
        self._record("saved", name, author, reason, written, sha256(content).hexdigest())
        pending.replace(path)
        return next(draft for draft in self.list() if draft.name == name)

    def discard(self, name: str, *, author: Person, reason: str, written: str) -> None:
        """Take a draft away; the history keeps that it was there, who took it away and why."""
        text = self.read(name)
        amended(self.policy, with_head(text, author=author, reason=reason, written=written))
        self._record("discarded", name, author, reason, written, sha256(text.encode("utf-8")).hexdigest())
        self._path(name).unlink()

    def autosave(self, state: dict[str, Any]) -> None:
        """Keep the working state, as JSON, whole or not at all: it is there again after a crash. Raises RunError."""
        with whole_file(self.folder / STATE) as partial:
            partial.write_text(json.dumps(state, allow_nan=False), encoding="utf-8")

    def restored(self) -> dict[str, Any] | None:
        """The working state that was kept last, or None. Raises RunError where it is not readable."""
        path = self.folder / STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            return dict(state) or None
        except (OSError, ValueError, TypeError, RecursionError):
            raise RunError("the working state is not readable", where=str(path), remedy="move it away") from None

    def add(self, entry: Entry) -> None:
        """Add an entry made by ``history.next`` to the history, on disk too. Raises RunError."""
        longer = self.history.added(entry)
        longer.write()
        self.history = longer

    def _record(self, event: str, name: str, author: Person, reason: str, time: str, hash_: str) -> None:
        told = {"event": event, "name": name, "author": dict(author), "reason": reason, "time": time, "sha256": hash_}
        self.add(self.history.next(told))

    def _path(self, name: str) -> Path:
        return self.folder / f"{slug(name)}.yaml"

    def _check_name(self, name: str) -> None:
        """A name whose file is another draft's is refused; so is one whose draft was changed by another hand."""
        others = [draft.name for draft in self.list() if slug(draft.name) == slug(name)]
        if others and others[0] != name:
            what = f"the name {name!r} is too like {others[0]!r}"
            raise RunError(what, where=str(self.folder), remedy="choose another")
        if others:
            self.read(name)
        elif self._path(name).exists():
            self._refuse_strange(self._path(name))

    def _complete(self) -> None:
        """Finish what a kill has interrupted: what the history tells is done, what it does not is undone."""
        for pending in self.folder.glob(f".*{PENDING}"):
            path = self.folder / pending.name.removeprefix(".").removesuffix(PENDING)
            told = {fingerprint(pending)} & {draft.sha256 for draft in self.list() if self._path(draft.name) == path}
            if told:
                pending.replace(path)
            else:
                pending.unlink()
        for name in self.history.names:
            entry, path = self.history.of(name), self._path(name)
            if entry and not _is_held(entry) and path.is_file() and fingerprint(path) == entry["sha256"]:
                path.unlink()

    def _verify(self) -> None:
        known = {self._path(draft.name) for draft in self.list()}
        for draft in self.list():
            self.read(draft.name)
        for path in sorted(self.folder.glob("*.yaml")):
            if path not in known:
                self._refuse_strange(path)

    def _refuse_strange(self, path: Path) -> None:
        what, remedy = "the file is no draft of this folder's history", "move it away; it is not written over"
        raise VerificationError(what, where=str(path), remedy=remedy)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"could not make the folder: {error.strerror}"
        raise RunError(what, where=str(folder), remedy="choose another folder for the drafts") from None
    return folder


def slug(name: str) -> str:
    """What a draft's file is called: letters, digits and hyphens of its name. Raises RunError where there are none."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    found = re.sub(r"[\W_]+", "-", plain).strip("-")
    if not found:
        raise RunError(f"{name!r} has neither letter nor digit", remedy="choose another name for the draft")
    return found


def _is_held(entry: Entry | None) -> TypeGuard[Entry]:
    return entry is not None and entry["event"] != "discarded"


def _told(entry: Entry, history: History) -> Kept:
    saved = history.of(entry["name"], "saved") or entry
    told = {field: saved[field] for field in ("name", "author", "reason", "sha256")}
    return Kept(**told, written=saved["time"], signed=entry["event"] == "signed")
