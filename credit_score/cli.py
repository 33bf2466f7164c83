"""The command line: one command a job, each with help, exit code 0, 1 (bad input, one line) or 2 (usage)."""

import argparse
import codecs
import gc
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from credit_score import __version__
from credit_score.cli_command import Commands, command, engine_options, given, json_option, policy_option
from credit_score.cli_inspection import add_inspection
from credit_score.cli_pilot import add_pilot
from credit_score.cli_records import RECORDS, add_checks, add_keeping
from credit_score.errors import CreditScoreError, impersonal

AS_OF = "2023-06-30"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Bad input is told in one line on stderr."""
    _readable_output()
    arguments = _parser().parse_args(argv)
    # Expressions of tables are a great many small objects: looking for garbage among them took a seventh of a run.
    gc.set_threshold(20_000, 20, 20)
    try:
        _stop_on_signals()
        code = _done(arguments)
        sys.stdout.flush()
        return code
    except CreditScoreError as error:
        print(f"credit-score: {error}", file=sys.stderr)
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"credit-score: {error.strerror or error}{where}; check the path and its permissions", file=sys.stderr)
        _drop_output()
    except _engine_errors() as error:
        first = impersonal(str(error).splitlines()[0])
        print(f"credit-score: the engine gave up: {first}; give it more memory (--memory) or disk", file=sys.stderr)
    except KeyboardInterrupt:
        print("credit-score: stopped; nothing was left half-written", file=sys.stderr)
    except Exception as error:
        if os.environ.get("CREDIT_SCORE_TRACE"):
            raise
        # Its text can hold a value of a record.
        what = f"a fault of the program itself ({type(error).__name__})"
        remedy = "nothing was left half-written; set CREDIT_SCORE_TRACE=1, run again, and report what is printed"
        print(f"credit-score: {what}; {remedy}", file=sys.stderr)
    return 1


def _stop_on_signals() -> None:
    """A polite kill and a closed terminal stop a command as Ctrl-C does, so that nothing half-written stays."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) is not signal.SIG_IGN:  # nohup has it ignored
                signal.signal(number, signal.default_int_handler)


def _readable_output() -> None:
    """Chinese on any terminal, and no failure over a sign that it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="backslashreplace")


def _drop_output() -> None:
    """Give up what stdout no longer takes, so that Python does not fail on it once more as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _engine_errors() -> tuple[type[BaseException], ...]:
    """Errors of an engine (no memory, no disk to spill to, no executor left), once it has been loaded at all."""
    named = {"duckdb": "Error", "pyspark.errors": "PySparkException", "py4j.protocol": "Py4JError"}
    return tuple(getattr(sys.modules[module], error) for module, error in named.items() if module in sys.modules)


def _done(arguments: argparse.Namespace) -> int:
    """What a command gives back; its progress is at an end, however it ends."""
    try:
        return int(_job(arguments.job)(arguments) or 0)
    finally:
        if "credit_score.steps" in sys.modules:
            sys.modules["credit_score.steps"].end()


def _job(name: str) -> Callable[[argparse.Namespace], int | None]:
    """A command's function, imported only when it is called for, so that help stays quick."""
    module, _, function = name.rpartition(".")
    job: Callable[[argparse.Namespace], int | None] = getattr(
        import_module(f"credit_score.{module or 'commands'}"), function
    )
    return job


class _Parser(argparse.ArgumentParser):
    """A parser whose refusals repeat no long number: it could be somebody's."""

    def error(self, message: str) -> NoReturn:
        super().error(re.sub(r"\d{8,}\w*", "(a long number)", message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="credit-score",
        description="Credit points, tiers, inspection schedules and their workload, by dated rules that are cited.",
        epilog="Results are internal priors for where to look; points of persons only reward.",
    )
    parser.add_argument("--version", action="version", version=f"credit-score {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_run(commands)
    add_checks(commands)
    _add_explain(commands)
    _add_policy(commands)
    add_inspection(commands)
    add_pilot(commands)
    add_keeping(commands)
    return parser


def _add_demo(commands: Commands) -> None:
    demo = command(commands, "demo", "demo", "score, tier, schedule, draw and report a small synthetic county")
    demo.add_argument(
        "--out", type=given, default="credit-score-demo", metavar="DIR", help="run folder (default: %(default)s)"
    )
    demo.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the summary (default: en)")


def _add_run(commands: Commands) -> None:
    run = command(commands, "run", "run", "score, tier, schedule, draw and report a folder of records")
    run.add_argument("folder", type=given, metavar="FOLDER", help=RECORDS)
    policy_option(run)
    run.add_argument("--as-of", required=True, metavar="DATE", help="the day, as 2023-06-30")
    run.add_argument("--as-known-on", metavar="DATE", help="by what was known on this day (default: the same day)")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the draw (default: 0)")
    learned = "CSV of a learned PD by firm (subject, pd), for departments that evaluate by credit and risk"
    run.add_argument("--pd", type=given, metavar="FILE", help=learned)
    since = "an earlier run of the same store: only who is new or changed is scored, to the same result"
    run.add_argument("--since", type=given, metavar="RUN", help=since)
    run.add_argument("--out", type=given, required=True, metavar="DIR", help="run folder; appears whole or not at all")
    apart = "write the Parquet tables of the run in a part for each town of their subjects"
    run.add_argument("--by", choices=("town",), help=apart)
    engine_options(run)
    run.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the summary (default: en)")
    json_option(run)


def _add_explain(commands: Commands) -> None:
    explain = command(commands, "explain", "explain", "tell why a subject has its score, by which rules, until when")
    explain.add_argument(
        "subject", type=given, metavar="SUBJECT", help="pseudonym, or code of an enterprise, as in the run"
    )
    explain.add_argument("--run", type=given, required=True, metavar="RUN", help="run folder")
    explain.add_argument("--lang", choices=("zh", "en"), default="zh", help="language (default: zh)")
    json_option(explain)


def _add_policy(commands: Commands) -> None:
    text = "show, compare or check rules"
    policy = commands.add_parser("policy", help=text, description=text.capitalize() + ".")
    actions = policy.add_subparsers(metavar="ACTION", required=True)
    show = command(actions, "show", "policy_show", "every number in force on a day, with its basis and reference")
    show.add_argument("policy", type=given, metavar="POLICY", help="bundled name or folder")
    show.add_argument("--as-of", default=AS_OF, metavar="DATE", help="the day (default: %(default)s)")
    json_option(show)
    diff = command(actions, "diff", "policy_diff", "what differs between two days, or two policies")
    diff.add_argument("before", metavar="POLICY@DATE", help="as gaoyang@2023-06-30")
    diff.add_argument("after", metavar="POLICY@DATE", help="as gaoyang@2026-04-01")
    json_option(diff)
    check = command(actions, "check", "policy_check", "read a policy folder and refuse what is wrong or unjust")
    check.add_argument("policy", type=given, metavar="POLICY", help="bundled name or folder")


if __name__ == "__main__":
    sys.exit(main())
