"""The command line as its user meets it, for tests: what it says, how it refuses, and what it must never say."""

import csv
import io
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from credit_score.cli import main


def told(*arguments):
    """Exit code, what went to stdout, and what went to stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as left:
            code = left.code
    return code, out.getvalue(), err.getvalue()


def refused(message, *arguments):
    """Bad input: exit code 1, exactly one line, nothing on stdout."""
    code, out, err = told(*arguments)
    lines = [line for line in err.splitlines() if " s  " not in line[:14]]
    assert code == 1
    assert not out
    assert len(lines) == 1
    assert lines[0].startswith("credit-score: ")
    assert message in lines[0]
    return lines[0]


def raw_identifiers(folder):
    """Identifiers of natural persons as they stand in the input files, in sound and in faulty rows."""
    found = set()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            for row in csv.DictReader(stream):
                columns = ["person_id", "household_id", "inspector_id"]
                columns += ["enterprise_id", "name"] if row.get("legal_form") == "sole_proprietor" else []
                columns += ["subject_id"] if row.get("subject_kind") == "individual" else []
                found |= {row[c] for c in columns if len(row.get(c) or "") > 5}
    return found


@contextmanager
def quick_pages():
    """Reports have neither figures nor font here: drawing them is most of what saving a small run costs."""
    with pytest.MonkeyPatch.context() as patch:
        for page in ("page", "scoreboard"):
            patch.setattr(f"credit_score.report.{page}.as_svg", lambda *_, **__: "<svg></svg>")
        patch.setattr("credit_score.report.page.font_face", lambda html: "")
        yield


def saved_quickly(run, out, **options):
    """A run saved without figures and font on its page, for tests that look at neither."""
    with quick_pages():
        return run.save(out, **options)
