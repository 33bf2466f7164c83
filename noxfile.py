"""What can be done with a checkout, each in an environment of its own: ``python -m nox --list``.

A session needs nothing but Python >= 3.11 and nox. It installs exactly what ``requirements.txt`` locks, checked by
hash, and then this package as a user would get it, built from the checkout.
"""

import os
import shutil
import sys
from itertools import takewhile
from pathlib import Path
from xml.etree import ElementTree as ET

import nox

nox.needs_version = ">=2024.4.15"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "virtualenv"

ROOT = Path(__file__).parent
# Libraries of the kernel's client warn on some systems; a notebook is judged by its outputs.
NBVAL = ["-W", "default", "--nbval", "--nbval-current-env", "--nbval-sanitize-with", "notebooks/sanitize.cfg"]
# A file of tests stays in one process, so that what its tests share is made once; the slowest are named at the end.
PARALLEL = ["--numprocesses", "auto", "--dist", "loadfile", "--durations", "25"]
# Processes that each start a thread a core wait for one another: of boosted trees a hundred times as long as they work.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
RELOCK = "python -m nox -s lock"
UV = "uv==0.13.9"
MUTMUT = "mutmut==3.8.1"
BENCHES = ["startup", "ledger", "scorecard", "cutoffs", "accuracy", "cube", "draw", "simulation", "session"]
AGAINST_RIVALS = {"ledger", "scorecard", "accuracy", "simulation"}


def install(session):
    """Put the locked libraries and this package into the session's environment."""
    if sys.version_info < (3, 11):  # noqa: UP036 - nox itself may run on an older Python
        session.error(f"Python 3.11 or later is needed; nox runs on {sys.version.split()[0]}")
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("--no-deps", "--no-build-isolation", ".")


def check_notebooks(session, folder):
    """Run the notebooks of a folder, one a core; every checked cell must give its stored output."""
    found = sorted(str(path) for path in Path(folder).rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not found:
        session.error(f"{folder}: no notebook there to check")
    session.run("pytest", *PARALLEL, *NBVAL, *found, env=ONE_THREAD)


@nox.session
def demo(session):
    """Score, tier, schedule and draw a synthetic county, write its report and print where it is."""
    install(session)
    out = ROOT / "build" / "demo"
    shutil.rmtree(out, ignore_errors=True)
    session.run("credit-score", "demo", "--out", str(out), *session.posargs)


@nox.session
def tests(session):
    """Run the tests, a process a core, and every notebook; arguments after -- go to pytest, without the notebooks.

    Every promise is among them. What is exhaustive by nature is left to ``thorough``.
    """
    install(session)
    session.run("pytest", *PARALLEL, "-m", "not thorough", *session.posargs, env=ONE_THREAD)
    if not session.posargs:
        check_notebooks(session, "notebooks")


@nox.session
def thorough(session):
    """Run the tests that ``tests`` leaves out: hundreds of made cases, whole runs compared; a process a core."""
    install(session)
    session.run("pytest", *PARALLEL, "-m", "thorough", *session.posargs, env=ONE_THREAD)


@nox.session
def notebooks(session):
    """Run the notebooks alone."""
    install(session)
    check_notebooks(session, "notebooks")


@nox.session
def lint(session):
    """Check style, complexity, formatting, and the types of the pure rooms."""
    install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def gallery(session):
    """Draw the pictures of docs/figures.md anew. Needs Chromium."""
    install(session)
    session.run("python", "tools/gallery.py")


@nox.session
def backtests(session):
    """Run the main job and learned cards on real records, found by CREDIT_SCORE_DATA or in ../shared/data beside it."""
    data = Path(os.environ.get("CREDIT_SCORE_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        session.skip(f"no real records: {data} is not a folder; set CREDIT_SCORE_DATA to the folder that holds them")
    install(session)
    session.env["CREDIT_SCORE_DATA"] = str(data.resolve())
    report = Path(session.create_tmp()) / "backtests.xml"
    session.run("pytest", *PARALLEL, f"--junitxml={report}", "backtests", *session.posargs, env=ONE_THREAD)
    skipped = sum(int(suite.get("skipped", 0)) for suite in ET.parse(report).iter("testsuite"))
    if skipped:
        session.error(f"{skipped} back-tests skipped, though {data} is there")
    check_notebooks(session, "backtests")


def measure(session, names, words):
    """Run benchmark scripts, each with some words. Figures are written to benchmarks/results.md."""
    install(session)
    session.chdir("benchmarks")
    for name in names:
        session.run("python", f"{name}.py", *words)


def install_rivals(session):
    """Put what is measured against into an environment of its own; where that fails, the board says so."""
    place = Path(session.create_tmp()).resolve() / "yardstick"
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    try:
        session.run("python", "-m", "venv", "--clear", str(place))
        pip = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r", "benchmarks/yardstick.txt")
        session.run(str(python), *pip, external=True)
    except nox.command.CommandFailed:
        session.warn("the rivals of benchmarks/yardstick.txt could not be installed; the board will say so")
        return
    session.env["CREDIT_SCORE_YARDSTICK"] = str(python)


@nox.session
def bench(session):
    """Measure ratios to yardsticks in one run: all of BENCHES, or those named after --; options go to each of them."""
    named = list(takewhile(lambda word: not word.startswith("-"), session.posargs))
    if unknown := sorted(set(named) - set(BENCHES)):
        session.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    names = named or BENCHES
    if AGAINST_RIVALS & set(names):
        install_rivals(session)
    measure(session, names, session.posargs[len(named) :])


@nox.session
def guard(session):
    """Hold counts of calls, queries and modules, and a ratio to SQL, to limits; ``--set`` after -- writes new ones."""
    measure(session, ["guard"], session.posargs)


@nox.session
def scale(session):
    """Measure a county at several sizes: seconds a step, peak memory, and the slope."""
    measure(session, ["scale"], session.posargs)


@nox.session
def fuzz(session):
    """Read 10,000 broken files and 1,000,000 broken rows; every row accounted for, or the file refused in one line."""
    measure(session, ["fuzz"], session.posargs)


@nox.session
def kill(session):
    """Kill a run and an intake a hundred times each; what stood there before stays, or the new one is whole."""
    measure(session, ["kill"], session.posargs)


@nox.session
def mutation(session):
    """Plant faults in points and tiers one at a time and count those the tests notice."""
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install(MUTMUT)
    session.run("python", "benchmarks/mutation.py")


def compile_lock(session, source, target, *more):
    """Lock what ``source`` asks for, for every platform, with the hashes of the public index."""
    own = {name: None for name in os.environ if name.startswith(("UV_", "PIP_"))}
    session.run(
        *("uv", "pip", "compile", source, *more, "--upgrade", "--no-config"),
        *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--custom-compile-command", RELOCK, "--quiet", "--output-file", target),
        env=own,
    )


@nox.session
def engines(session):
    """Hold Spark, alone and as a cluster, against DuckDB, and a card's SQL in Spark and PostgreSQL. Needs Java 17."""
    install(session)
    session.install("--require-hashes", "-r", "engines/requirements.txt")
    session.run("pytest", "-W", "default", "--durations", "10", "engines", *session.posargs, env=ONE_THREAD)


@nox.session
def lock(session):
    """Write requirements.txt anew from pyproject.toml, and the locks of the benchmarks' rivals and of real engines."""
    session.install(UV)
    extras = ("--extra", "lab", "--extra", "dev", "--constraints", "constraints.txt")
    compile_lock(session, "pyproject.toml", "requirements.txt", *extras)
    compile_lock(session, "benchmarks/yardstick.in", "benchmarks/yardstick.txt")
    compile_lock(session, "engines/requirements.in", "engines/requirements.txt", "--constraints", "requirements.txt")
