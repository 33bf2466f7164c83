"""The command line: one command a job, each with help, exit code 0, 1 (bad input, one line) or 2 (usage)."""

import argparse
import codecs
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
from credit_score.cli_lot import Commands, add_lot, given
from credit_score.errors import CreditScoreError, impersonal

RECORDS = "records as CSV, Excel or Parquet, or a store of them"
AS_OF, SEED = "2023-06-30", 2023
DOMAINS = ("tier", "department", "sector")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Bad input is told in one line on stderr."""
    _readable_output()
    arguments = _parser().parse_args(argv)
    try:
        _stop_on_signals()
        code = int(_job(arguments.job)(arguments) or 0)
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
    """Errors of the engine (no memory, no disk to spill to), once it has been loaded at all."""
    duckdb = sys.modules.get("duckdb")
    return (duckdb.Error,) if duckdb else ()


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
    _add_check(commands)
    _add_quality(commands)
    _add_clocks(commands)
    _add_coverage(commands)
    _add_repair(commands)
    _add_explain(commands)
    _add_policy(commands)
    _add_calibrate(commands)
    _add_draw(commands)
    _add_verify_draw(commands)
    add_lot(commands, _command)
    _add_estimate(commands)
    _add_simulate(commands)
    _add_synth(commands)
    _add_intake(commands)
    _add_forget(commands)
    _add_due(commands)
    return parser


def _command(commands: Commands, name: str, job: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.set_defaults(job=job)
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return command


def _add_demo(commands: Commands) -> None:
    demo = _command(commands, "demo", "demo", "score, tier, schedule, draw and report a small synthetic county")
    demo.add_argument(
        "--out", type=given, default="credit-score-demo", metavar="DIR", help="run folder (default: %(default)s)"
    )
    demo.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the summary (default: en)")


def _add_run(commands: Commands) -> None:
    run = _command(commands, "run", "run", "score, tier, schedule, draw and report a folder of records")
    run.add_argument("folder", type=given, metavar="FOLDER", help=RECORDS)
    _policy_option(run)
    run.add_argument("--as-of", required=True, metavar="DATE", help="the day, as 2023-06-30")
    run.add_argument("--as-known-on", metavar="DATE", help="by what was known on this day (default: the same day)")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the draw (default: 0)")
    learned = "CSV of a learned PD by firm (subject, pd), for departments that evaluate by credit and risk"
    run.add_argument("--pd", type=given, metavar="FILE", help=learned)
    run.add_argument("--out", type=given, required=True, metavar="DIR", help="run folder; appears whole or not at all")
    run.add_argument("--engine", choices=("duckdb",), default="duckdb", help="where tables live (default: duckdb)")
    run.add_argument("--memory", metavar="SIZE", help="most memory the engine may take, as 2GB")
    run.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the summary (default: en)")
    _json_option(run)


def _add_check(commands: Commands) -> None:
    text = "read a folder of records and tell what would be rejected, without scoring"
    check = _command(commands, "check", "check", text)
    check.add_argument("folder", type=given, metavar="FOLDER", help=RECORDS)
    _policy_option(check)
    check.add_argument("--rejected", type=given, metavar="FILE", help="write the rejected rows to a CSV file")
    check.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the reasons (default: en)")
    _json_option(check)


def _add_quality(commands: Commands) -> None:
    _on_records(commands, "quality", "withheld, late, missing and wrong (四清零) by unit and month, each by its clock")


def _add_clocks(commands: Commands) -> None:
    clocks = _on_records(commands, "clocks", "every clock by unit, disputes too, and those that still run")
    other = "with the periods of other places, which the county is not held to"
    clocks.add_argument("--compared", action="store_true", help=other)


def _add_coverage(commands: Commands) -> None:
    text = "what the catalogue of resources expects of each unit, and what arrived"
    coverage = _on_records(commands, "coverage", text)
    first = "first day of the first month (default: 1 January of the year before)"
    coverage.add_argument("--since", metavar="DATE", help=first)


def _add_repair(commands: Commands) -> None:
    text = "who may ask for credit repair now or soon, what is missing, and the notices to serve"
    repair = _on_records(commands, "repair", text)
    first = "penalties decided before it are owed no notice (default: the policy's first day of the duty)"
    repair.add_argument("--since", metavar="DATE", help=first)
    repair.add_argument("--reminders", action="store_true", help="list whom to remind, by which day")
    notices = "write the notice of each penalty that was not served one; appears whole or not at all"
    repair.add_argument("--notices", type=given, metavar="DIR", help=notices)


def _on_records(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    """A command that reads records as of a day and tells what they come to."""
    command = _command(commands, name, f"commands_records.{name}", text)
    command.add_argument("folder", type=given, metavar="FOLDER", help="records, one file a table, or a store of them")
    _policy_option(command)
    command.add_argument("--as-of", required=True, metavar="DATE", help="the day, as 2023-06-30")
    known = "by what was known on this day: of a store, and for repair of any records"
    command.add_argument("--as-known-on", metavar="DATE", help=known)
    command.add_argument("--rows", type=given, metavar="FILE", help="write the rows behind the figures to a CSV file")
    command.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    _json_option(command)
    return command


def _add_explain(commands: Commands) -> None:
    explain = _command(commands, "explain", "explain", "tell why a subject has its score, by which rules, until when")
    explain.add_argument(
        "subject", type=given, metavar="SUBJECT", help="pseudonym, or code of an enterprise, as in the run"
    )
    explain.add_argument("--run", type=given, required=True, metavar="RUN", help="run folder")
    explain.add_argument("--lang", choices=("zh", "en"), default="zh", help="language (default: zh)")
    _json_option(explain)


def _add_policy(commands: Commands) -> None:
    text = "show, compare or check rules"
    policy = commands.add_parser("policy", help=text, description=text.capitalize() + ".")
    actions = policy.add_subparsers(metavar="ACTION", required=True)
    show = _command(actions, "show", "policy_show", "every number in force on a day, with its basis and reference")
    show.add_argument("policy", type=given, metavar="POLICY", help="bundled name or folder")
    show.add_argument("--as-of", default=AS_OF, metavar="DATE", help="the day (default: %(default)s)")
    _json_option(show)
    diff = _command(actions, "diff", "policy_diff", "what differs between two days, or two policies")
    diff.add_argument("before", metavar="POLICY@DATE", help="as gaoyang@2023-06-30")
    diff.add_argument("after", metavar="POLICY@DATE", help="as gaoyang@2026-04-01")
    _json_option(diff)
    check = _command(actions, "check", "policy_check", "read a policy folder and refuse what is wrong or unjust")
    check.add_argument("policy", type=given, metavar="POLICY", help="bundled name or folder")


def _add_calibrate(commands: Commands) -> None:
    text = "the tier table of a run and proposed cut-offs; changes neither policy nor run"
    calibrate = _command(commands, "calibrate", "commands_tiers.calibrate", text)
    calibrate.add_argument("run", type=given, metavar="RUN", help="run folder")
    calibrate.add_argument("--tiers", type=int, metavar="N", help="number of tiers, 3 to 6 (default: the policy's)")
    objective = "what is sought (default: likelihood with labels, else shares)"
    calibrate.add_argument("--objective", choices=("likelihood", "information", "shares"), help=objective)
    shares = "target share of each tier, the best first, as .4,.3,.2,.1 (default: those in force)"
    calibrate.add_argument("--shares", type=_shares, metavar="S,S,…", help=shares)
    labels = "CSV of what visits found (subject, bad, and draw_probability where it is known)"
    calibrate.add_argument("--labels", type=given, metavar="FILE", help=labels)
    calibrate.add_argument("--min-share", type=float, metavar="S", help="least share of a tier")
    calibrate.add_argument("--min-z", type=float, metavar="Z", help="least standard errors between neighbouring rates")
    draws = "draws of the bootstrap behind the intervals (default: %(default)s)"
    calibrate.add_argument("--replications", type=int, default=200, metavar="N", help=draws)
    calibrate.add_argument("--seed", type=int, default=0, metavar="N", help="seed of these draws (default: 0)")
    calibrate.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    _json_option(calibrate)


def _shares(text: str) -> list[float]:
    """Numbers between commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("are no numbers between commas, as .4,.3,.2,.1") from None


def _add_draw(commands: Commands) -> None:
    text = "the list of firms to visit, of one department or all, checked against the run's seed"
    draw = _command(commands, "draw", "draw", text)
    draw.add_argument("run", type=given, metavar="RUN", help="run folder")
    draw.add_argument("--department", type=given, metavar="ID", help="only this department's list")
    draw.add_argument("--out", type=given, metavar="FILE", help="write the list as CSV instead of printing it")
    _json_option(draw)


def _add_verify_draw(commands: Commands) -> None:
    text = "recompute a draw from frame, schedule and seed and compare it with a list"
    verify = _command(commands, "verify-draw", "verify_draw", text)
    where = "draw.csv in its run folder, or a list issued from it (then with --run)"
    verify.add_argument("list", type=given, metavar="LIST", help=where)
    verify.add_argument("--run", type=given, metavar="RUN", help="run folder (default: the folder of the list)")
    alone = "the list is of this department alone"
    verify.add_argument("--department", type=given, metavar="ID", help=alone)
    verify.add_argument("--seed", type=int, metavar="N", help="the seed as published (default: the manifest's)")


def _add_estimate(commands: Commands) -> None:
    text = "what visits found, as rates of the random stream by tier, department and sector, with intervals"
    estimate = _command(commands, "estimate", "commands_estimate.estimate", text)
    estimate.add_argument("run", type=given, metavar="RUN", help="run folder that the list was drawn from")
    visits = "CSV: department, subject, day, bad (1, 0 or empty), and perhaps stream, inspector_1 and inspector_2"
    estimate.add_argument("--visits", type=given, required=True, metavar="FILE", help=visits)
    drawn = "folder of a draw for use (default: the run's own list)"
    estimate.add_argument("--lot", type=given, metavar="LOT", help=drawn)
    by = "of what the rates are, several between commas (default: tier,department)"
    estimate.add_argument("--by", type=_domains, default=["tier", "department"], metavar="NAME,…", help=by)
    wanted = "half-width that a rate of a tier should have (default: %(default)s)"
    estimate.add_argument("--half-width", type=float, default=0.05, metavar="W", help=wanted)
    afforded = "random visits that can be afforded (default: as needed)"
    estimate.add_argument("--budget", type=int, metavar="N", help=afforded)
    out = "folder of tables, among them those for the credit platform; appears whole or not at all"
    estimate.add_argument("--out", type=given, metavar="DIR", help=out)
    estimate.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    _json_option(estimate)


def _add_simulate(commands: Commands) -> None:
    text = "years of a scenario: load, violations and firms under a schedule, with intervals"
    simulate = _command(commands, "simulate", "commands_simulate.simulate", text)
    simulate.add_argument("scenario", type=given, metavar="SCENARIO", help="YAML file, or a bundled name (dandong)")
    engines = ("auto", "mean", "cells", "events", "firms")
    simulate.add_argument("--engine", choices=engines, default="auto", help="default: the cheapest that is valid")
    drawn = "how often it is drawn; 0 for means alone (default: 200)"
    simulate.add_argument("--replications", type=int, metavar="N", help=drawn)
    simulate.add_argument("--seed", type=int, default=0, metavar="N", help="seed (default: 0)")
    simulate.add_argument("--threads", type=_count, metavar="N", help="threads; the result is the same for any number")
    simulate.add_argument("--out", type=given, metavar="DIR", help="run folder; appears whole or not at all")
    simulate.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    _json_option(simulate)


def _count(text: str) -> int:
    """A whole number of at least 1."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("is no whole number of at least 1")
    return int(text)


def _domains(text: str) -> list[str]:
    """Names between commas, each once."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",")))
    if not names or not set(names) <= set(DOMAINS):
        raise argparse.ArgumentTypeError(f"are not of {', '.join(DOMAINS)}")
    return names


def _add_synth(commands: Commands) -> None:
    synth = _command(commands, "synth", "synth", "write a synthetic county; nothing in it is real")
    synth.add_argument("--enterprises", type=int, default=2000, metavar="N", help="enterprises (default: %(default)s)")
    synth.add_argument("--individuals", type=int, default=3000, metavar="N", help="persons (default: %(default)s)")
    same = "seed; the same gives the same bytes (default: %(default)s)"
    synth.add_argument("--seed", type=int, default=SEED, metavar="N", help=same)
    forms = "csv, parquet, or units: as reporting units send them, GB 18030 and Excel in Chinese (default: csv)"
    synth.add_argument("--format", choices=("csv", "parquet", "units"), default="csv", help=forms)
    synth.add_argument("--events", action="store_true", help="with disputes, repairs and a register of decisions")
    synth.add_argument("--no-dirt", dest="dirt", action="store_false", help="without faulty rows")
    synth.add_argument("--out", type=given, required=True, metavar="DIR", help="folder; appears whole or not at all")


def _add_intake(commands: Commands) -> None:
    text = "take a folder of records into a store, which keeps every batch and adds nothing twice"
    intake = _command(commands, "intake", "commands_store.intake", text)
    intake.add_argument("folder", type=given, metavar="FOLDER", help="records as CSV, Excel or Parquet")
    intake.add_argument("--store", type=given, required=True, metavar="DIR", help="the store; made with the first")
    intake.add_argument("--received-on", required=True, metavar="DATE", help="the day the folder came, as 2023-06-30")
    _policy_option(intake)
    intake.add_argument("--lang", choices=("zh", "en"), default="en", help="language of the reasons (default: en)")
    _json_option(intake)


def _add_forget(commands: Commands) -> None:
    text = "delete a person from stores and run folders, leaving a dated hash, and prove it"
    forget = _command(commands, "forget", "commands_store.forget", text)
    forget.add_argument("subject", type=given, metavar="SUBJECT", help="pseudonym, or the number with the key at hand")
    forget.add_argument("places", type=given, nargs="+", metavar="DIR", help="stores and run folders to delete from")
    forget.add_argument("--on", required=True, metavar="DATE", help="the day of the deletion, as 2023-06-30")
    forget.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")


def _add_due(commands: Commands) -> None:
    text = "what of natural persons is due for deletion by law, and with --delete its deletion"
    due = _command(commands, "due", "commands_store.due", text)
    due.add_argument("store", type=given, metavar="STORE", help="the store of records")
    due.add_argument("runs", type=given, nargs="*", metavar="RUN", help="run folders to delete from as well")
    due.add_argument("--on", required=True, metavar="DATE", help="the day, as 2023-06-30")
    due.add_argument("--delete", action="store_true", help="delete all that is listed, leaving a dated hash of each")
    due.add_argument("--rows", type=given, metavar="FILE", help="write the list to a CSV file")
    due.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    _policy_option(due)
    _json_option(due)


def _policy_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--policy", type=given, default="gaoyang", metavar="NAME", help="bundled name or folder (default: gaoyang)"
    )


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON for a program to read")


if __name__ == "__main__":
    sys.exit(main())
