"""A run with a statement of a person and a report of a firm issued, in both languages."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from as_a_desk import AT, DESK, SELF, most_told

from credit_score.report import RunFolder
from credit_score.report.statements import Statement, issue


@dataclass(frozen=True)
class Issued:
    """A run, whose statements were issued, and the two statements with their files."""

    run: RunFolder
    person: Statement
    person_file: Path
    firm: Statement
    firm_file: Path


@pytest.fixture
def opened(run_folder, tmp_path):
    """A copy of the run, of which nothing was issued yet."""
    return RunFolder.open(shutil.copytree(run_folder, tmp_path / "run"))


@pytest.fixture(scope="package")
def issued(run_folder, tmp_path_factory):
    """Statements of a run; read it, do not change it."""
    place = tmp_path_factory.mktemp("statements")
    run = RunFolder.open(shutil.copytree(run_folder, place / "run"))
    person, firm = place / "person.html", place / "firm.html"
    told = issue(run, most_told(run, "individual"), SELF, person, at=AT)
    of_firm = issue(run, most_told(run, "enterprise", "compliance.penalty"), DESK, firm, at=AT)
    return Issued(run, told, person, of_firm, firm)


@pytest.fixture
def changeable(issued, tmp_path):
    """A copy of it all, to change."""
    place = shutil.copytree(issued.run.path.parent, tmp_path / "copy")
    files = (place / path.name for path in (issued.person_file, issued.firm_file))
    person, firm = files
    return Issued(RunFolder.open(place / "run"), issued.person, person, issued.firm, firm)
