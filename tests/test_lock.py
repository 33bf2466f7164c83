"""requirements.txt: every platform, every library, every hash, and no package host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [
    Requirement(text)
    for text in [*PROJECT["dependencies"], *(t for x in ("lab", "dev") for t in PROJECT["optional-dependencies"][x])]
]


def entries():
    """The locked requirements: {canonical name: list of (Requirement, number of hashes)}."""
    joined = re.sub(r"\\\n", " ", LOCK)
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        requirement = Requirement(line.split("--hash=")[0].strip())
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, len(hashes)))
    return found


def test_the_lock_names_no_host_and_no_path():
    assert not re.search(r"://|\bfile:|^-|--(extra-)?index-url|--find-links|--trusted-host| @ ", LOCK, re.MULTILINE)


def test_every_locked_requirement_is_one_version_with_hashes():
    locked = entries()
    assert len(locked) > 100
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
