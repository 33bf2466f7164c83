"""The view model of a calibration session: its state, the commands that move it, and what the page is told.

Pure but for the drafts it is given: no widget, no clock of its own. A command is a mapping with ``do``; what comes of
it is :meth:`Session.told`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import category

from credit_score.errors import CreditScoreError
from credit_score.inspection.county import Answer
from credit_score.language import LANGUAGES, say
from credit_score.policy import amended, make_amendment
from credit_score.policy.signature import MOST_SIGNS, is_same_name
from credit_score.session.bands import bands, better_than_in_force
from credit_score.session.best import optimised
from credit_score.session.case import Case, draft_of
from credit_score.session.changes import changes, told_changes
from credit_score.session.decision import sign
from credit_score.session.drafts import Drafts, Kept
from credit_score.session.figures import RED, checks, figures
from credit_score.session.refusal import Refusal, said_in_both, told
from credit_score.session.state import Draft, State, aimed, locked, moved

MOST_UNDONE, MOST_COMPARED = 200, 3
LONGEST = {"name": MOST_SIGNS, "reason": 500}  # characters of a text; 60 of a person or an office
DECIDING = ("save", "open", "sign")  # what was signed before is told until one of these
Command = Mapping[str, Any]
Dossier = Callable[["Signing", Path], None]


@dataclass(frozen=True)
class Signing:
    """What a dossier is written of: the draft, who wrote and who signs it, and what it was weighed against.

    ``chain``: the last hash of the drafts' history before the signature.
    """

    case: Case
    draft: Draft
    name: str
    author: Mapping[str, str]
    signer: Mapping[str, str]
    reason: str
    written: str
    signed_on: date
    since: date
    amendment: str
    chain: str
    others: Mapping[str, tuple[Draft, Kept]] = field(default_factory=dict)


class Session:
    """One session on a run's case.

    Parameters
    ----------
    drafts : open for this session. ``decisions``: folder below which a signed draft becomes a folder of its own.
    clock : says what time it is, with its zone. ``dossier``: writes the files of a decision into a folder.
    """

    def __init__(
        self, case: Case, drafts: Drafts, *, decisions: Path, clock: Callable[[], datetime], dossier: Dossier,
        lang: str = "zh",
    ) -> None:  # fmt: skip
        self.case, self.drafts, self.decisions, self.clock, self.dossier = case, drafts, decisions, clock, dossier
        self.state = State(case.in_force, lang=lang)
        self.serial = 0
        self._undone: list[State] = []
        self._done: list[State] = []
        self._said: dict[str, str] | None = None
        self._comparison: dict[str, Any] | None = None
        self._signed: dict[str, Any] | None = None
        self._red: dict[str, int | None] = {}
        self._offered = self._kept()

    def do(self, command: Command) -> None:
        """Carry out a command, or refuse it: an error is told, and changes nothing."""
        self._said, before = None, self.state
        try:
            if _asked(command) in DECIDING:
                self._signed = None
            _COMMANDS.get(_asked(command), _unknown)(self, command)
        except CreditScoreError as error:
            self.state, self._said = before, {"level": "error"} | told(error)
        except (KeyError, TypeError, ValueError, OverflowError):
            self.state, self._said = before, {"level": "error"} | Refusal("session.no_command").both
        self.serial += 1

    @property
    def answer(self) -> Answer:
        """The expected figures of the draft."""
        return self.state.draft.answer(self.case.cube)

    def checks(self) -> list[dict[str, Any]]:
        """The limits that the draft does not keep."""
        return checks(self.case, self.state.draft, self.answer)

    def bands(self, draft: Draft) -> dict[str, Any] | None:
        """How well the figures of a draft are known; beside commands, from any thread."""
        return bands(self.case, draft)

    def told(self) -> dict[str, Any]:
        """All that the page shows, as lists and numbers; see ``figures``, ``checks``, ``changes``."""
        draft, answer = self.state.draft, self.answer
        return {
            "serial": self.serial, "state": self.state.told(), "figures": figures(answer),
            "checks": checks(self.case, draft, answer), "changes": told_changes(self.case.at(self.begins()), draft),
            "undo": bool(self._done), "redo": bool(self._undone),
            "drafts": [self._listed(kept) for kept in self.drafts.list()],
            "working": None if self._offered is None else {"written": self._offered.get("written", "")},
            "comparison": self._comparison, "signed": self._signed, "said": self._said,
        }  # fmt: skip

    def begins(self) -> date:
        """The day from which a draft written now would hold: the first of the next month, and after the run's day."""
        today = max(self.clock().date(), self.case.day)
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)

    def _change(self, state: State) -> None:
        """Take a state, remember the one before, and write it down so that nothing is lost."""
        if self._fits(state) == self.state:
            return
        self._done = [*self._done, self.state][-MOST_UNDONE:]
        self._undone, self.state = [], state
        self._keep()

    def _fits(self, state: State) -> State:
        """The state. Raises PolicyError where the run's cube cannot answer it, as one that was kept of another run."""
        state.draft.answer(self.case.cube)
        return state

    def _keep(self) -> None:
        self._offered = None
        self.drafts.autosave({"written": self._now(), "state": self.state.told()})

    def _kept(self) -> dict[str, Any] | None:
        """A state of an earlier session that was not saved as a draft, if it differs from the policy in force."""
        kept = self.drafts.restored()
        try:
            there = kept is not None and self._fits(State.of(kept["state"])).draft != self.case.in_force
        except (CreditScoreError, KeyError, TypeError):
            there = False
        return kept if there else None

    def _now(self) -> str:
        return self.clock().isoformat(timespec="seconds")

    def _move(self, command: Command) -> None:
        place: dict[str, Any] = {"tier": int(command.get("tier") or 0), "department": command.get("department")}
        state = moved(self.state, self.case.cube, str(command["what"]), float(command["to"]), **place)
        self._change(state)

    def _lock(self, command: Command) -> None:
        self._change(locked(self.state, str(command["what"]), int(command["tier"])))

    def _undo(self, _: Command) -> None:
        if self._done:
            *self._done, state = self._done
            self._undone, self.state = [*self._undone, self.state], replace(state, lang=self.state.lang)
            self._keep()

    def _redo(self, _: Command) -> None:
        if self._undone:
            *self._undone, state = self._undone
            self._done, self.state = [*self._done, self.state], replace(state, lang=self.state.lang)
            self._keep()

    def _reset(self, _: Command) -> None:
        self._change(replace(self.state, draft=self.case.in_force))

    def _aim(self, command: Command) -> None:
        given = {name: value for name, value in command.items() if name != "do"}
        if set(given) == {"lang"}:
            self.state = aimed(self.state, **given)
        else:
            self._change(aimed(self.state, **given))

    def _optimise(self, command: Command) -> None:
        before = self.answer
        self._change(optimised(self.state, self.case, cutoffs=bool(command.get("cutoffs"))))
        found = {"found": self.answer.detections.sum() - before.detections.sum()}
        days = {"days": self.answer.days_by_tier.sum() - before.days_by_tier.sum()}
        numbers = {name: f"{round(value, 1) + 0.0:+,.1f}" for name, value in (found | days).items()}
        self._say("session.optimised", **numbers)

    def _save(self, command: Command) -> None:
        author = _person(command, "author")
        name, reason, since = _given(command, "name"), _given(command, "reason"), self._since(command)
        if any(kept.signed and kept.name == name for kept in self.drafts.list()):
            raise Refusal("session.signed_name", name=name)
        numbers = changes(self.case.at(since), self.state.draft)
        if not numbers:
            raise Refusal("refused.nothing_changed")
        text = make_amendment(self.case.policy, since, numbers, author=author, written=self._now(), reason=reason)
        self.drafts.save(name, text, author=author, reason=reason, written=self._now())
        self._say("session.saved", name=name, day=since.isoformat())

    def _since(self, command: Command) -> date:
        """The day from which a draft holds; none that is past, of which runs have told already. Raises Refusal."""
        given = command.get("since")
        since, today = date.fromisoformat(str(given)) if given else self.begins(), self.clock().date()
        if since < today:
            raise Refusal("session.past", day=since.isoformat(), today=today.isoformat())
        return since

    def _open(self, command: Command) -> None:
        self._change(replace(self.state, draft=self.draft(_given(command, "name"))))

    def draft(self, name: str) -> Draft:
        """A draft that was saved, as it can be moved on. Raises RunError where there is none."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[Draft, date]:
        """A draft that was saved, and the day from which it would hold."""
        after = amended(self.case.policy, self.drafts.read(name))
        since = max(after.model.amendments)
        return draft_of(after.at(since)), since

    def _discard(self, command: Command) -> None:
        """Take a draft away, in the name of its author; the history keeps that it was there."""
        kept = self._kept_as(_given(command, "name"))
        if kept.signed:
            raise Refusal("session.signed_already", name=kept.name)
        reason = str(command.get("reason") or say("session.discarded", "zh"))
        self.drafts.discard(kept.name, author=kept.author, reason=reason, written=self._now())
        self._comparison = None

    def _listed(self, kept: Kept) -> dict[str, Any]:
        """A saved draft as the page lists it; ``red``: how many limits keep it from being signed, None if not known."""
        if kept.sha256 not in self._red:
            try:
                self._red[kept.sha256] = len(self._red_of(*self._read(kept.name)))
            except CreditScoreError:  # a draft of another run's bins cannot be asked
                self._red[kept.sha256] = None
        return asdict(kept) | {"status": "signed" if kept.signed else "draft", "red": self._red[kept.sha256]}

    def _red_of(self, draft: Draft, since: date) -> list[dict[str, Any]]:
        """The limits of the day from which a draft would hold that keep it from being signed."""
        case = self.case.at(since)
        return [c for c in checks(case, draft, draft.answer(case.cube)) if c["level"] == RED]

    def _kept_as(self, name: str) -> Kept:
        kept = next((k for k in self.drafts.list() if k.name == name), None)
        if kept is None:
            raise Refusal("session.no_draft", name=name)
        return kept

    def _compare(self, command: Command) -> None:
        names = list(dict.fromkeys(map(str, command.get("names", ()))))[:MOST_COMPARED]
        drafts = [self.draft(name) for name in names]
        answers = [draft.answer(self.case.cube) for draft in drafts]
        self._comparison = {
            "names": names, "drafts": [asdict(draft) for draft in drafts],
            "figures": [figures(answer) for answer in answers],
            "checks": [checks(self.case, *pair) for pair in zip(drafts, answers, strict=True)],
            "better": [better_than_in_force(self.case, draft) for draft in drafts],
        } if names else None  # fmt: skip

    def _sign(self, command: Command) -> None:
        name, signer = _given(command, "name"), _person(command, "signer")
        kept = self._kept_as(name)
        if kept.signed:
            raise Refusal("session.signed_already", name=name)
        if is_same_name(signer["name"], kept.author["name"]):
            raise Refusal("session.one_person", name=signer["name"])
        if rival := next((k.name for k in self.drafts.list() if k.signed), None):
            raise Refusal("session.decided", name=rival)
        signing = self._signing(kept, signer)
        self._check_may_be_signed(signing.draft, signing.since)
        out = self.decisions / f"{signing.since}-{kept.sha256[:12]}"
        sign(
            self.drafts, name, signer=signer, signed_on=signing.signed_on, out=out, run=self.case.run_hash,
            attach=lambda folder: self.dossier(signing, folder),
        )  # fmt: skip
        files = sorted(p.name for p in out.iterdir() if p.is_file())
        self._signed = {"folder": str(out), "files": files}
        self._say("session.is_signed", name=name, day=signing.since.isoformat())

    def _check_may_be_signed(self, draft: Draft, since: date) -> None:
        if red := self._red_of(draft, since):
            why = {lang: red[0]["text"][lang] for lang in LANGUAGES}
            raise Refusal("session.red", n=len(red), why=why)

    def _signing(self, kept: Kept, signer: Mapping[str, str]) -> Signing:
        draft, since = self._read(kept.name)
        weighed = [k for k in self.drafts.list() if k.name != kept.name and not k.signed]
        others = {k.name: (self.draft(k.name), k) for k in weighed}
        return Signing(
            self.case, draft, kept.name, kept.author, signer, kept.reason, kept.written, self.clock().date(),
            since, self.drafts.read(kept.name), self.drafts.history.last, others,
        )  # fmt: skip

    def _restore(self, _: Command) -> None:
        if self._offered is not None:
            kept = State.of(self._offered["state"])
            self._change(replace(kept, lang=self.state.lang))

    def _forget(self, _: Command) -> None:
        self._keep()

    def _ask(self, _: Command) -> None:
        """Nothing but that the page is told again."""

    def _say(self, key: str, **values: object) -> None:
        self._said = {"level": "info"} | said_in_both(key, values)


def _given(command: Command, name: str) -> str:
    """A text that is not empty, nor longer than a page holds, without signs that are not seen. Raises Refusal."""
    told = " ".join(str(command.get(name) or "").split())
    text = "".join(sign for sign in told if not category(sign).startswith("C"))  # such as one that turns a line round
    if not text:
        raise Refusal(f"needs.{name}")
    most = LONGEST.get(name, 60)
    if len(text) > most:
        raise Refusal("session.too_long", start=text[:10], n=len(text), most=most)
    return text


def _person(command: Command, role: str) -> dict[str, str]:
    """Name and office of author or signer."""
    return {"name": _given(command, role), "office": _given(command, "office")}


def _asked(command: object) -> str:
    return str(command.get("do")) if isinstance(command, Mapping) else ""


def _unknown(_: Session, __: Command) -> None:
    raise Refusal("session.no_command")


_COMMANDS: dict[str, Callable[[Session, Command], None]] = {
    "move": Session._move, "lock": Session._lock, "undo": Session._undo, "redo": Session._redo,
    "reset": Session._reset, "aim": Session._aim, "optimise": Session._optimise, "save": Session._save,
    "open": Session._open, "discard": Session._discard, "compare": Session._compare, "sign": Session._sign,
    "restore": Session._restore, "forget": Session._forget, "ask": Session._ask,
}  # fmt: skip
