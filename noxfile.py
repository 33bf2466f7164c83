"""What can be done with a checkout, each in an environment of its own: ``python -m nox --list``.

A session needs nothing but Python >= 3.11 and nox. It installs exactly what ``requirements.txt`` locks, checked by
hash, and then this package as a user would get it, built from the checkout.
"""

import os
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import nox

nox.needs_version = ">=2024.4.15"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "virtualenv"

ROOT = Path(__file__).parent
# Libraries of the kernel's client warn on some systems; a notebook is judged by its outputs.
NBVAL = ["-W", "default", "--nbval", "--nbval-current-env", "--nbval-sanitize-with", "notebooks/sanitize.cfg"]
# A file of tests stays in one process, so that what its tests share is made once.
PARALLEL = ["--numprocesses", "auto", "--dist", "loadfile"]
RELOCK = "python -m nox -s lock"
UV = "uv==0.13.9"
MUTMUT = "mutmut==3.8.1"


def install(session):
    """Put the locked libraries and this package into the session's environment."""
    if sys.version_info < (3, 11):  # noqa: UP036 - nox itself may run on an older Python
        session.error(f"Python 3.11 or later is needed; nox runs on {sys.version.split()[0]}")
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("--no-deps", "--no-build-isolation", ".")


def check_notebooks(session, folder):
    """Run the notebooks of a folder one after the other; every checked cell must give its stored output."""
    found = sorted(str(path) for path in Path(folder).rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not found:
        session.error(f"{folder}: no notebook there to check")
    session.run("pytest", *NBVAL, *found)


@nox.session
def demo(session):
    """Score, tier, schedule and draw a synthetic county, write its report and print where it is."""
    install(session)
    out = ROOT / "build" / "demo"
    shutil.rmtree(out, ignore_errors=True)
    session.run("credit-score", "demo", "--out", str(out), *session.posargs)


@nox.session
def tests(session):
    """Run every test, a process a core, and every notebook; arguments after -- go to pytest, without the notebooks."""
    install(session)
    session.run("pytest", *PARALLEL, *session.posargs)
    if not session.posargs:
        check_notebooks(session, "notebooks")


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
def backtests(session):
    """Run the main job on real records, found by CREDIT_SCORE_DATA or in ../shared/data beside the checkout."""
    data = Path(os.environ.get("CREDIT_SCORE_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        session.skip(f"no real records: {data} is not a folder; set CREDIT_SCORE_DATA to the folder that holds them")
    install(session)
    session.env["CREDIT_SCORE_DATA"] = str(data.resolve())
    report = Path(session.create_tmp()) / "backtests.xml"
    session.run("pytest", f"--junitxml={report}", "backtests", *session.posargs)
    skipped = sum(int(suite.get("skipped", 0)) for suite in ET.parse(report).iter("testsuite"))
    if skipped:
        session.error(f"{skipped} back-tests skipped, though {data} is there")
    check_notebooks(session, "backtests")


def measure(session, *names):
    """Run benchmark scripts; what follows -- goes to them. Figures are written to benchmarks/results.md."""
    install(session)
    session.chdir("benchmarks")
    for name in names:
        session.run("python", f"{name}.py", *session.posargs)


@nox.session
def bench(session):
    """Measure ratios to yardsticks in one run: start-up, and the ledger against hand-written SQL and pandas."""
    measure(session, "startup", "ledger")


@nox.session
def scale(session):
    """Measure a county at several sizes: seconds a step, peak memory, and the slope."""
    measure(session, "scale")


@nox.session
def fuzz(session):
    """Read 10,000 broken files and 1,000,000 broken rows; every row accounted for, or the file refused in one line."""
    measure(session, "fuzz")


@nox.session
def kill(session):
    """Kill a run and an intake a hundred times each; what stood there before stays, or the new one is whole."""
    measure(session, "kill")


@nox.session
def mutation(session):
    """Plant faults in points and tiers one at a time and count those the tests notice."""
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install(MUTMUT)
    session.run("python", "benchmarks/mutation.py")


@nox.session
def lock(session):
    """Write requirements.txt anew from pyproject.toml, for every platform, with the hashes of the public index."""
    session.install(UV)
    own = {name: None for name in os.environ if name.startswith(("UV_", "PIP_"))}
    session.run(
        *("uv", "pip", "compile", "pyproject.toml", "--extra", "lab", "--extra", "dev", "--upgrade", "--no-config"),
        *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--constraints", "constraints.txt"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--custom-compile-command", RELOCK, "--quiet", "--output-file", "requirements.txt"),
        env=own,
    )
