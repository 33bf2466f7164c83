"""The commands about statements: issue one, verify one, tell the log."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import check_outside, print_json, print_words, write_table

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy import RuleSet
    from credit_score.report.statements import Log, Verified

COLUMNS = ("serial", "issued_on", "kind", "use", "office", "asked_by", "why", "subject")


def issue(arguments: argparse.Namespace) -> None:
    """One subject's statement, to the subject or through a desk, and its entry in the log."""
    from credit_score.language import LANGUAGES, say
    from credit_score.report import RunFolder
    from credit_score.report.statements import Asked
    from credit_score.report.statements import issue as issued
    from credit_score.report.statements.log import log_folder

    check_outside(arguments.out, arguments.run, log_folder(Path(arguments.run)))
    langs = tuple(LANGUAGES) if arguments.lang == "both" else (arguments.lang,)
    asked = Asked(_text(arguments.asked_by), arguments.office, _text(arguments.why), arguments.use or "", langs)
    made = issued(
        RunFolder.open(arguments.run), _text(arguments.subject), asked, arguments.out, at=datetime.now().astimezone()
    )
    lang = langs[0]
    if arguments.json:
        print_json({"serial": made.serial, "code": made.code, "kind": made.kind, "status": made.status,
                    "issued_on": made.issued_on, "valid_until": made.valid_until, "out": arguments.out})  # fmt: skip
        return
    print(say("statement.issued_told", lang, out=arguments.out))
    print(f"  {say('statement.serial', lang)}  {made.serial}\n  {say('statement.code', lang)}  {made.code}")
    print(f"  {made.versions[0].status_word}: {made.versions[0].status}")


def verify(arguments: argparse.Namespace) -> None:
    """A statement in a file, or on paper by its serial and code, against the run it was issued of."""
    from credit_score.errors import RunError
    from credit_score.report import RunFolder
    from credit_score.report.statements import verified_code, verified_file

    by_code = arguments.code and arguments.serial
    if bool(arguments.file) == bool(by_code) or (arguments.file and (arguments.code or arguments.serial)):
        raise RunError("give a file, or the serial and the code of a paper", remedy="see: verify-statement --help")
    run, today = RunFolder.open(arguments.run), datetime.now().astimezone().date()
    if arguments.file:
        found = verified_file(run, arguments.file, on=today)
    else:
        found = verified_code(run, _text(arguments.serial), _text(arguments.code), on=today)
    _tell(found, arguments, paper=not arguments.file)


def _tell(found: "Verified", arguments: argparse.Namespace, *, paper: bool) -> None:
    from credit_score.language import say

    made = found.statement
    if arguments.json:
        print_json({"serial": made.serial, "code": made.code, "status": made.status, "expired": found.expired,
                    "valid_until": made.valid_until} | ({"statement": made.told()} if paper else {}))  # fmt: skip
        return
    key = "statement.expired" if found.expired else "statement.valid"
    valid = say(key, arguments.lang, day=made.valid_until)
    print(say("statement.verified", arguments.lang, serial=made.serial, valid=valid))
    if paper:
        print(f"{say('statement.must_say', arguments.lang)}\n\n{made.text()}")


def log(arguments: argparse.Namespace) -> None:
    """The log of the statements of a run, its chain checked, and the uses of reports for the next intake."""
    from credit_score.report import RunFolder
    from credit_score.report.statements import Log

    check_outside(arguments.uses, arguments.run)
    run = RunFolder.open(arguments.run)
    found = Log.of(run)
    if arguments.uses:
        from credit_score.report.statements.uses import report_uses

        write_table(report_uses(run, found), arguments.uses)
    if arguments.json:
        print_json({"run": found.run, "statements": [_told(e, found) for e in found.issued]})
        return
    table = _in_words(found, run.rules(), arguments.lang)
    print_words("statement.log", table, arguments.lang, n=len(found.issued))


def _told(entry: dict[str, Any], log: "Log") -> dict[str, Any]:
    """An entry for a reader: a natural person is not told, and what was deleted is empty."""
    texts = log.texts.get(entry["serial"], {"asked_by": None, "why": None})
    own = {
        name: entry[name] for name in ("serial", "code", "issued_on", "valid_until", "time", "kind", "use", "office")
    }
    subject = None if log.is_of_person(entry) else entry["subject"]
    return own | {"asked_by": texts["asked_by"], "why": texts["why"], "subject": subject}


def _in_words(log: "Log", rules: "RuleSet", lang: str) -> "pd.DataFrame":
    import pandas as pd

    from credit_score.language import say

    uses = rules.model.statements.uses if rules.model.statements else ()
    labels = {n.id: getattr(n.label, lang) for n in (*rules.about.units, *uses)}
    labels |= {"self": say("statement.self", lang), "": "–"}
    rows = [_told(entry, log) for entry in log.issued]
    gone, person = say("statement.gone", lang), say("statement.person_of_log", lang)
    words = [
        row | {"kind": say(f"statement.{row['kind']}", lang), "use": labels.get(row["use"], row["use"]),
               "office": labels.get(row["office"], row["office"]),
               "asked_by": row["asked_by"] or gone, "why": row["why"] or gone, "subject": row["subject"] or person}
        for row in rows
    ]  # fmt: skip
    names = {column: say(f"statement.{column}", lang) for column in COLUMNS}
    return pd.DataFrame(words, columns=list(COLUMNS)).rename(columns=names)


def _text(given: str) -> str:
    """A text of the command line as a file can hold it."""
    return given.encode(errors="replace").decode()
