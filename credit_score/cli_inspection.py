"""The commands on the command line about tiers, visits and years of them."""

import argparse

from credit_score.cli_command import Commands, command, given, json_option, run_command
from credit_score.cli_lot import add_lot

DOMAINS = ("tier", "department", "sector")


def add_inspection(commands: Commands) -> None:
    """Add what goes from tiers to a draw, to what visits found, to years ahead."""
    _add_calibrate(commands)
    _add_draw(commands)
    _add_verify_draw(commands)
    add_lot(commands)
    _add_estimate(commands)
    _add_simulate(commands)
    _add_session(commands)
    _add_verify(commands)


def _add_calibrate(commands: Commands) -> None:
    text = "the tier table of a run and proposed cut-offs; changes neither policy nor run"
    calibrate = run_command(commands, "calibrate", "commands_tiers.calibrate", text)
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


def _shares(text: str) -> list[float]:
    """Numbers between commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("are no numbers between commas, as .4,.3,.2,.1") from None


def _add_draw(commands: Commands) -> None:
    text = "the list of firms to visit, of one department or all, checked against the run's seed"
    draw = command(commands, "draw", "draw", text)
    draw.add_argument("run", type=given, metavar="RUN", help="run folder")
    draw.add_argument("--department", type=given, metavar="ID", help="only this department's list")
    draw.add_argument("--out", type=given, metavar="FILE", help="write the list as CSV instead of printing it")
    json_option(draw)


def _add_verify_draw(commands: Commands) -> None:
    text = "recompute a draw from frame, schedule and seed and compare it with a list"
    verify = command(commands, "verify-draw", "verify_draw", text)
    where = "draw.csv in its run folder, or a list issued from it (then with --run)"
    verify.add_argument("list", type=given, metavar="LIST", help=where)
    verify.add_argument("--run", type=given, metavar="RUN", help="run folder (default: the folder of the list)")
    alone = "the list is of this department alone"
    verify.add_argument("--department", type=given, metavar="ID", help=alone)
    verify.add_argument("--seed", type=int, metavar="N", help="the seed as published (default: the manifest's)")


def _add_estimate(commands: Commands) -> None:
    text = "what visits found, as rates of the random stream by tier, department and sector, with intervals"
    estimate = command(commands, "estimate", "commands_estimate.estimate", text)
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
    json_option(estimate)


def _domains(text: str) -> list[str]:
    """Names between commas, each once."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",")))
    if not names or not set(names) <= set(DOMAINS):
        raise argparse.ArgumentTypeError(f"are not of {', '.join(DOMAINS)}")
    return names


def _add_simulate(commands: Commands) -> None:
    text = "years of a scenario: load, violations and firms under a schedule, with intervals"
    simulate = command(commands, "simulate", "commands_simulate.simulate", text)
    simulate.add_argument("scenario", type=given, metavar="SCENARIO", help="YAML file, or a bundled name (dandong)")
    engines = ("auto", "mean", "cells", "events", "firms")
    simulate.add_argument("--engine", choices=engines, default="auto", help="default: the cheapest that is valid")
    drawn = "how often it is drawn; 0 for means alone (default: 200)"
    simulate.add_argument("--replications", type=int, metavar="N", help=drawn)
    simulate.add_argument("--seed", type=int, default=0, metavar="N", help="seed (default: 0)")
    stated = "numbers as they stand: intervals of chance alone (default: ranges of what is not known are drawn too)"
    simulate.add_argument("--as-stated", action="store_true", help=stated)
    simulate.add_argument("--threads", type=_count, metavar="N", help="threads; the result is the same for any number")
    simulate.add_argument("--out", type=given, metavar="DIR", help="run folder; appears whole or not at all")
    simulate.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")
    json_option(simulate)


def _count(text: str) -> int:
    """A whole number of at least 1."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("is no whole number of at least 1")
    return int(text)


def _add_session(commands: Commands) -> None:
    text = "the page on which cut-offs and ratios of a run are moved, on this machine alone"
    session = command(commands, "session", "commands_session.session", text)
    run = "run folder (default: a demonstration county of synthetic data, made where it is not there yet)"
    session.add_argument("run", type=given, nargs="?", metavar="RUN", help=run)
    drafts = "folder of the drafts (default: <RUN>.drafts, beside the run folder)"
    session.add_argument("--drafts", type=given, metavar="DIR", help=drafts)
    session.add_argument("--port", type=_port, default=0, metavar="N", help="port to serve on (default: a free one)")
    session.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    session.add_argument("--lang", choices=("zh", "en"), default="zh", help="language to begin in (default: zh)")


def _add_verify(commands: Commands) -> None:
    text = "hold a run folder, or the folder of a signed decision, to its own fingerprints"
    verify = command(commands, "verify", "commands_session.verify", text)
    verify.add_argument("folder", type=given, metavar="FOLDER", help="run folder, or folder of a decision")
    verify.add_argument("--lang", choices=("zh", "en"), default="en", help="language (default: en)")


def _port(text: str) -> int:
    """A port of this machine."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("is no port from 1 to 65535")
    return int(text)
