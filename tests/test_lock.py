"""requirements.txt, and benchmarks/yardstick.txt: every platform, library and hash, and no package host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
APART = ("benchmarks/yardstick.txt", "engines/requirements.txt")
LOCKS = {path: (ROOT / path).read_text(encoding="utf-8") for path in ("requirements.txt", *APART)}
RIVALS = (ROOT / "benchmarks" / "yardstick.in").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What the project stands on too: SQL written by hand runs on the same engine, pandas on the same library.
OURS_TOO = {"duckdb", "pandas", "pyarrow"}
DECLARED = [
    Requirement(text)
    for text in [*PROJECT["dependencies"], *(t for x in ("lab", "dev") for t in PROJECT["optional-dependencies"][x])]
]


def entries(lock="requirements.txt"):
    """The locked requirements: {canonical name: list of (Requirement, number of hashes)}."""
    joined = re.sub(r"\\\n", " ", LOCKS[lock])
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        requirement = Requirement(line.split("--hash=")[0].strip())
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(hashes)))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_host_and_no_path(lock):
    hosts = r"://|\bfile:|^-|--(extra-)?index-url|--find-links|--trusted-host| @ "
    assert not re.search(hosts, LOCKS[lock], re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "least"), [("requirements.txt", 100), ("benchmarks/yardstick.txt", 20), ("engines/requirements.txt", 5)]
)
def test_every_locked_requirement_is_one_version_with_hashes(lock, least):
    locked = entries(lock)
    assert len(locked) > least
    for name, versions in locked.items():
        for requirement, n_hashes in versions:
            assert [clause.operator for clause in requirement.specifier] == ["=="], name
            assert n_hashes > 0, name


@pytest.mark.parametrize("declared", DECLARED, ids=lambda requirement: requirement.name)
def test_every_declared_library_is_locked_within_its_bounds(declared):
    versions = entries().get(canonicalize_name(declared.name), [])
    assert versions, f"{declared.name} is not in requirements.txt; run: python -m nox -s lock"
    for requirement, _ in versions:
        (pin,) = requirement.specifier
        assert Version(pin.version) in declared.specifier, f"{requirement} is outside {declared}"


def test_what_only_spark_needs_is_not_locked():
    assert "pyspark" not in entries()


def test_the_rivals_of_the_benchmarks_are_locked_apart_and_no_lock_of_the_project_has_more_of_them_than_it_needs():
    named = [Requirement(line) for line in RIVALS if not line.startswith("#")]
    assert {rival.name for rival in named} >= OURS_TOO | {"optbinning", "toad", "polars", "mesa", "simpy"}
    for rival in named:
        ((found, _),) = entries("benchmarks/yardstick.txt")[canonicalize_name(rival.name)]
        (pin,) = found.specifier
        assert Version(pin.version) in rival.specifier
        assert rival.name in OURS_TOO or canonicalize_name(rival.name) not in entries()
