"""The commands on the command line about statements: issue one, verify one, tell the log."""

from credit_score.cli_command import Commands, command, given, json_option, run_command


def add_statements(commands: Commands) -> None:
    """Statements of persons and reports of enterprises, one by one."""
    _add_statement(commands)
    _add_verify(commands)
    _add_log(commands)


def _add_statement(commands: Commands) -> None:
    text = "issue one subject's statement, or an enterprise's credit report, to read, print on A4 and verify"
    statement = command(commands, "statement", "commands_statement.issue", text)
    statement.add_argument("subject", type=given, metavar="SUBJECT", help="one pseudonym or code, as in the run")
    statement.add_argument("--run", type=given, required=True, metavar="RUN", help="run folder")
    statement.add_argument("--asked-by", type=given, required=True, metavar="TEXT", help="who asks; the log keeps it")
    desk = "desk that issues it (a unit of the policy's desks), or self for the subject's own request"
    statement.add_argument("--office", type=given, required=True, metavar="UNIT", help=desk)
    statement.add_argument("--why", type=given, required=True, metavar="TEXT", help="what for; the log keeps it")
    use = "government use that an enterprise's report is for, such as procurement"
    statement.add_argument("--use", type=given, metavar="USE", help=use)
    statement.add_argument("--lang", choices=("zh", "en", "both"), default="zh", help="language (default: zh)")
    out = "page (HTML, made for A4); appears whole or not at all"
    statement.add_argument("--out", type=given, required=True, metavar="FILE", help=out)
    json_option(statement)


def _add_verify(commands: Commands) -> None:
    text = "compute a statement again from its run and compare it, or tell what a paper with a code must say"
    verify = command(commands, "verify-statement", "commands_statement.verify", text)
    verify.add_argument("file", type=given, nargs="?", metavar="FILE", help="a statement as it was issued")
    verify.add_argument("--run", type=given, required=True, metavar="RUN", help="run folder it was issued of")
    verify.add_argument("--serial", type=given, metavar="SERIAL", help="of a paper, as printed; with --code")
    verify.add_argument("--code", type=given, metavar="CODE", help="of a paper, as printed; with --serial")
    verify.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    json_option(verify)


def _add_log(commands: Commands) -> None:
    text = (
        "the statements issued of a run: who asked, through which desk, why; checks that no entry was changed; "
        "entries cut off at the end show only beside a number noted elsewhere"
    )
    log = run_command(commands, "statements", "commands_statement.log", text)
    uses = "write the reports issued for a use as CSV, as the register report_uses takes them in"
    log.add_argument("--uses", type=given, metavar="FILE", help=uses)
