"""Statements issued one by one: to the subject, or through an authorised desk, with a log of who asked and why.

There is no way to issue several: the door takes one subject, and each statement has an entry of its own.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import PolicyError, RunError, impersonal
from credit_score.files import alone, check_apart, whole_file
from credit_score.language import LANGUAGES
from credit_score.policy.statements import Statements
from credit_score.report.statements.compose import composed
from credit_score.report.statements.content import Statement
from credit_score.report.statements.log import Log, log_folder, logged_name
from credit_score.report.statements.page import statement_html
from credit_score.report.statements.parts import SELF, Head

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder

LONGEST = 200
PATIENCE = 30.0  # seconds: another desk of the same run issues for two or three
SEVERAL = re.compile(r"[\s,;*?|，；、＊？]")
PSEUDONYM = re.compile(r"[PS]-[0-9a-f]{24}", re.IGNORECASE)
EVERYBODY = ("all", "any", "everybody", "everyone", "全部", "所有")


@dataclass(frozen=True)
class Asked:
    """Who asks for a statement, through which office (a unit, or ``self``), why, and for which use and languages.

    Raises RunError for an empty or long text, and for one with an identity number or a pseudonym in it, since the log
    keeps it: a person stands there by a digest alone, and goes from no text but that of the person's own statement.
    """

    by: str
    office: str
    why: str
    use: str = ""
    langs: tuple[str, ...] = ("zh",)

    def __post_init__(self) -> None:
        for name, text in (("--asked-by", self.by), ("--why", self.why)):
            if not text.strip():
                raise RunError(f"{name} is empty", remedy="the log tells of each statement who asked and why")
            if len(text) > LONGEST or not text.isprintable():
                what = f"{name} has {len(text)} signs, or some that do not print"
                raise RunError(what, remedy=f"write one line of at most {LONGEST} signs")
            if impersonal(text) != text:
                raise RunError(f"{name} holds an identity number", remedy="the log keeps none; leave it out")
            if PSEUDONYM.search(text):
                raise RunError(f"{name} holds a pseudonym", remedy="the log keeps none; leave it out")
        if not self.langs or not set(self.langs) <= set(LANGUAGES):
            raise RunError(f"unknown language {', '.join(self.langs)!r}", remedy=f"known are {', '.join(LANGUAGES)}")


def issue(run: "RunFolder", subject: str, asked: Asked, out: Path | str, *, at: datetime) -> Statement:
    """Write one subject's statement to a file and into the log; returns the statement, with its code.

    ``at``: the moment, whose day is the day of issue. A file appears only with its entry in the log. Raises RunError
    for several subjects, for nobody the run knows, for an office that is no desk, for a use that does not fit, for a
    file that is there or in the folder of the run or of its log, for a run whose day lies too far back or ahead;
    PolicyError where the policy has no statements; VerificationError where log and run do not belong together.
    """
    rules = _statements(run)
    _check_one(subject)
    _check_asked(asked, rules, run)
    _check_place(Path(out), run)
    _check_day(run, at.date())
    with alone(log_folder(run.path), wait=PATIENCE):
        log = Log.of(run)
        days = run.rules().figure(rules.valid_for).value
        day = at.date()
        head = Head(log.next_serial, asked.office, asked.use, day, day + timedelta(days=days))
        made = composed(run, subject, head, asked.langs)
        entry = {
            "serial": made.serial, "code": made.code, "kind": made.kind, "subject": logged_name(made.subject),
            "use": made.use, "office": made.office, "langs": list(asked.langs), "issued_on": str(made.issued_on),
            "valid_until": str(made.valid_until), "time": at.isoformat(timespec="seconds"),
        }  # fmt: skip
        with whole_file(out) as partial:
            partial.write_text(statement_html(made), encoding="utf-8")
            log.added(entry, asked_by=asked.by.strip(), why=asked.why.strip()).write()
    return made


def _statements(run: "RunFolder") -> Statements:
    statements = run.rules().model.statements
    if statements is None or not run.holds("facts.parquet"):
        what = "the run's policy has no statements" if statements is None else "the run kept no facts for statements"
        raise PolicyError(what, where=str(run.path), remedy="add its section statements.yaml, and run again")
    return statements


def _check_one(subject: str) -> None:
    """Refuse what is not one subject."""
    if not isinstance(subject, str):
        raise RunError("a statement is of one subject", remedy="give one code, as a text")
    if SEVERAL.search(subject.strip()) or subject.strip().lower() in EVERYBODY:
        raise RunError("a statement is of one subject, and none is issued in bulk", remedy="give one code")


def _check_place(out: Path, run: "RunFolder") -> None:
    """Refuse a file that names somebody by a number, that is there, or is in the folder of the run or of its log."""
    if impersonal(out.name) != out.name:
        raise RunError("the name of the file holds an identity number", where=str(out), remedy="choose another name")
    check_apart(out, (run.path, log_folder(run.path)))
    if out.is_file():
        raise RunError(
            "a file is there already", where=str(out), remedy="no paper is written over; choose another name"
        )


def _check_day(run: "RunFolder", day: date) -> None:
    """Refuse a run that tells of another time than the day of issue; a demonstration tells of none."""
    as_of, rules = date.fromisoformat(run.manifest["as_of"]), run.rules()
    most = rules.figure(_statements(run).run_within).value
    if run.manifest["status"] != "demonstration" and not 0 <= (day - as_of).days <= most:
        what = f"the run tells of {as_of}, and a statement of {day} tells of that day or of at most {most} days before"
        raise RunError(what, where=str(run.path), remedy="score the county again as of today, and issue it of that run")


def _check_asked(asked: Asked, rules: Statements, run: "RunFolder") -> None:
    """Refuse an office that is neither the subject itself nor a desk, and a use that is none of the plan's."""
    desks = run.rules().figure(rules.desks).value
    if asked.office not in (SELF, *desks):
        what, known = f"office {asked.office!r} may not issue statements", ", ".join((SELF, *desks))
        raise RunError(what, where=f"policy {run.manifest['policy']!r}", remedy=f"those that may: {known}")
    uses = [u.id for u in rules.uses]
    if asked.use and asked.use not in uses:
        raise RunError(f"unknown use {asked.use!r}", remedy=f"known are {', '.join(uses)}")
