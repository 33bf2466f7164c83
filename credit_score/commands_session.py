"""The command ``session``: the page on which a run's cut-offs and ratios are moved, served on this machine alone."""

import argparse
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.commands import DEMO_RUN, Steps, make_demo
from credit_score.errors import NotAvailable
from credit_score.language import say

if TYPE_CHECKING:
    from credit_score.session.place import Place

LAB = ("voila", "anywidget")


def session(arguments: argparse.Namespace) -> None:
    """The page of a session, until a signal stops it."""
    _check_lab()
    from credit_score.session.place import Place
    from credit_score.session.server import listening, serve

    place = Place.beside(arguments.run or DEMO_RUN, arguments.drafts, arguments.lang)
    if arguments.run:
        place.folder()
    with listening(arguments.port) as listener:
        if not arguments.run:
            _demonstration(place.run, arguments)
            place.folder()
        _compile(place, Steps(quiet=arguments.quiet))
        serve(place, listener, lambda address: _announce(address, place.drafts, arguments))


def verify(arguments: argparse.Namespace) -> None:
    """What a folder bears out of what its manifest says."""
    from credit_score.report import RunFolder
    from credit_score.session.decision import is_decision, verify_decision

    lang = arguments.lang
    if is_decision(arguments.folder):
        told = verify_decision(arguments.folder)
        people = {role: f"{p['name']} ({p['office']})" for role, p in _people(told).items()}
        print(say("verify.decision", lang, n=len(told["outputs"]), name=told["draft"], day=told["since"], **people))
        print(say("verify.chain", lang, hash=told["entry"]["hash"], run=told["run"]))
        return
    folder = RunFolder.open(arguments.folder)
    for name in folder.manifest["outputs"]:
        folder.file(name)
    print(say("verify.run", lang, n=len(folder.manifest["outputs"]), status=folder.manifest["status"]))


def _people(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {"author": told["author"], "signer": told["signature"]}


def _check_lab() -> None:
    if missing := [name for name in LAB if find_spec(name) is None]:
        what = f"the page needs {' and '.join(missing)}, not installed here"
        raise NotAvailable(what, remedy="install it with: python -m pip install 'credit_score[lab]'")


def _compile(place: "Place", steps: Steps) -> None:
    """Let the loops behind the intervals be compiled before anybody waits for them; later commands find them done."""
    from credit_score.session.bands import bands
    from credit_score.session.case import Case

    case = Case.open(place.run)
    with _told_if_slow(steps):
        bands(case, case.in_force, n=2)


@contextmanager
def _told_if_slow(steps: Steps) -> Iterator[None]:
    """Say what is waited for where it takes more than a moment."""
    timer = threading.Timer(1.5, steps, ["compiling loops, once on this machine; about half a minute"])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _demonstration(run: Path, arguments: argparse.Namespace) -> None:
    """Make the demonstration county where it is not there yet, and say that it is one."""
    print(say("session.demonstration", arguments.lang, run=run), flush=True)
    if not run.exists():
        make_demo(str(run), Steps(quiet=arguments.quiet))


def _announce(address: str, drafts: Path, arguments: argparse.Namespace) -> None:
    print(f"{say('served.open', arguments.lang)}\n{address}")
    print(say("served.drafts", arguments.lang, drafts=drafts), flush=True)
    if not arguments.no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
