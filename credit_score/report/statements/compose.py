"""A statement of one subject, made of a run folder and of nothing else."""

from typing import TYPE_CHECKING

from credit_score import __version__
from credit_score.errors import RunError
from credit_score.report.statement import found_subject
from credit_score.report.statements.content import Statement, Version
from credit_score.report.statements.enterprise import report_sections
from credit_score.report.statements.origin import run_fingerprint
from credit_score.report.statements.parts import Head
from credit_score.report.statements.person import person_sections
from credit_score.report.told import Told

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder


def composed(run: "RunFolder", subject: str, head: Head, langs: tuple[str, ...]) -> Statement:
    """The statement of one subject, whose kind must agree with the use at the head: a report has one, a person's none.

    Raises RunError for nobody the run knows, as ``explain`` does, and for a use that does not fit.
    """
    kind, row = found_subject(run, subject)
    _check_use(kind, head.use, run)
    rules = run.rules()
    versions = []
    for lang in langs:
        told = Told(rules, lang)
        if kind == "individual" and rules.individual:
            sections = person_sections(run, row, rules.individual, head, told)
        else:
            sections = report_sections(run, row["subject"], head, told)
        status = str(run.manifest["status"]).replace(" ", "_")
        words = (told.say(f"statement.{kind}"), told.say(f"statement.{status}"), told.say(f"statement.{status}_text"))
        versions.append(Version(lang, *words, tuple(sections)))
    return Statement(
        head.serial, kind, row["subject"], head.use, head.office, head.issued_on, head.valid_until,
        run_fingerprint(run.manifest), str(run.manifest["status"]), __version__, tuple(versions),
    )  # fmt: skip


def _check_use(kind: str, use: str, run: "RunFolder") -> None:
    if kind == "individual" and use:
        what = "a person's statement has no use: it is the person's own"
        raise RunError(what, where=str(run.path), remedy="leave out --use")
    if kind == "enterprise" and not use:
        statements = run.rules().model.statements
        known = ", ".join(u.id for u in statements.uses) if statements else ""
        raise RunError("an enterprise's report needs a use", where=str(run.path), remedy=f"give --use, one of {known}")
