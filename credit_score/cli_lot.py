"""The steps of the command ``lot`` on the command line."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from credit_score.cli_command import Commands, command, given

Step: TypeAlias = Callable[..., argparse.ArgumentParser]


def add_lot(commands: Commands) -> None:
    """Add ``lot`` and its steps."""
    text = "a draw for use, step by step: list frozen, seals, seed, draw, and after the visits the list"
    lot = commands.add_parser("lot", help=text, description=text.capitalize() + ".")
    actions = lot.add_subparsers(metavar="STEP", required=True)
    step = partial(_step, actions)
    freeze = step("freeze", "freeze the list of a run, signed, and print the hash to publish", lot=False)
    freeze.add_argument("run", type=given, metavar="RUN", help="run folder")
    freeze.add_argument(
        "--task", type=given, required=True, metavar="TEXT", help="what the draw is for; part of the seed"
    )
    freeze.add_argument(
        "--out", type=given, required=True, metavar="LOT", help="folder of the draw; kept by its keeper"
    )
    _staff(freeze)
    sealing = command(
        actions, "sealing", "commands_lot.sealing", "the seal of a value, computed by the body that keeps it"
    )
    sealing.add_argument("--task", type=given, required=True, metavar="TEXT", help="the task of the draw")
    sealing.add_argument("--list-hash", type=given, required=True, metavar="HEX", help="published at the freeze")
    _contribution(sealing)
    seal = step("seal", "take in the seal of a body", job="sealed")
    seal.add_argument("--body", type=given, required=True, metavar="NAME", help="who seals")
    seal.add_argument("--seal", type=given, required=True, metavar="HEX", help="as lot sealing printed it")
    _contribution(step("open", "open the seal of a body, once all have sealed", job="opened"))
    announce = step("announce", "name one public random value of a later day, in the stead of seals")
    announce.add_argument(
        "--name", type=given, required=True, metavar="TEXT", help="which value, as a lottery and its issue"
    )
    announce.add_argument("--value-on", required=True, metavar="DATE", help="the day it will be drawn")
    value = step("value", "take in the public value that was announced", job="came_out")
    value.add_argument("--value", type=given, required=True, metavar="TEXT", help="the value")
    abandon = step("abandon", "give up the seals or the announced value of this round")
    abandon.add_argument("--reason", type=given, required=True, metavar="TEXT", help="recorded and shown")
    draw = step("draw", "draw by the seed; the list stays closed", run=True)
    draw.add_argument("--reason", metavar="TEXT", help="of another draw from the list; recorded and shown")
    _add_after(step, actions)


def _add_after(step: Step, actions: Commands) -> None:
    """The steps after the draw."""
    diary = step("diary", "pair inspectors, merge calls, and find a day for each; CSV, Excel and iCalendar", run=True)
    _staff(diary)
    diary.add_argument("--reason", metavar="TEXT", help="of another diary, or other inspectors; recorded and shown")
    diary.add_argument(
        "--begins", required=True, metavar="DATE", help="first day of the visits, not before the day of this step"
    )
    diary.add_argument(
        "--ends", metavar="DATE",
        help="last day of the visits (default: of a year); an earlier one where the calendar of working days ends",
    )  # fmt: skip
    diary.add_argument("--out", type=given, required=True, metavar="DIR", help="folder; appears whole or not at all")
    diary.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the events (default: zh)")
    step("done", "the visits are done")
    publish = step("publish", "write the list, without tiers, once the visits are done")
    publish.add_argument(
        "--out", type=given, required=True, metavar="FILE", help="CSV to publish, outside the folder of the draw"
    )
    proof = step("proof", "what a firm needs to check its own place, as JSON", run=True, on=False)
    proof.add_argument("--department", type=given, required=True, metavar="ID", help="whose list")
    proof.add_argument("--firm", type=given, required=True, metavar="CODE", help="the firm")
    held = command(
        actions, "check-proof", "commands_lot.checked_proof", "hold a firm's proof against the published hashes"
    )
    held.add_argument("proof", type=given, metavar="FILE", help="as lot proof printed it")
    held.add_argument("--list-hash", type=given, required=True, metavar="HEX", help="published at the freeze")
    held.add_argument("--result-hash", type=given, metavar="HEX", help="published at the draw")
    step("show", "what the record says", on=False)
    verify = step("verify", "compute list, seed, draw and diaries again, with the key", run=True, on=False)
    verify.add_argument(
        "--last-hash",
        type=given,
        metavar="HEX",
        help="hash of the record that was published last: nothing may be cut off",
    )
    verify.add_argument("--lang", choices=("zh", "en"), default="en", help="language of what is told (default: en)")


def _step(
    actions: Commands,
    name: str,
    text: str,
    *,
    job: str = "",
    lot: bool = True,
    run: bool = False,
    on: bool = True,
) -> argparse.ArgumentParser:
    """A step of a draw for use: on which lot, from which run, on which day."""
    step = command(actions, name, f"commands_lot.{job or name}", text)
    if lot:
        step.add_argument("lot", type=given, metavar="LOT", help="folder of the draw")
    if run:
        step.add_argument("--run", type=given, required=True, metavar="RUN", help="run folder that was frozen")
    if on:
        step.add_argument("--on", required=True, metavar="DATE", help="the day of this step, as 2023-07-01")
    return step


def _staff(step: argparse.ArgumentParser) -> None:
    """Who goes, and who may not meet whom."""
    step.add_argument(
        "--inspectors", type=given, metavar="FILE", help="CSV: inspector, department, and perhaps skills, leave"
    )
    step.add_argument("--recusals", type=given, metavar="FILE", help="CSV: inspector, subject who may not meet")


def _contribution(step: argparse.ArgumentParser) -> None:
    """What a body seals."""
    step.add_argument("--body", type=given, required=True, metavar="NAME", help="who contributes")
    step.add_argument("--value", type=given, required=True, metavar="TEXT", help="the value, kept until it is opened")
    step.add_argument("--nonce", type=given, required=True, metavar="TEXT", help="16 random signs or more, kept too")
