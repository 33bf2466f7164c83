"""The guard and the measuring of the benchmarks: a count is of what was done, and what grew is named in one line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import ibis
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import cost
import counts
import guard

from credit_score.engine import kept, open_engine

BENCHMARKS = Path(guard.__file__).parent


def guarded(limits, *words):
    """The guard as it is run, with limits of a test's own."""
    command = [sys.executable, str(BENCHMARKS / "guard.py"), "start", "--limits", str(limits), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_grew_is_named_in_one_line_from_what_to_what(tmp_path):
    limits = tmp_path / "limits.json"
    assert guarded(limits, "--set").returncode == 0
    assert guarded(limits).returncode == 0
    held = json.loads(limits.read_text(encoding="utf-8"))
    name = "credit-score --help: modules"
    limits.write_text(json.dumps(held | {name: held[name] // 2}), encoding="utf-8")
    done = guarded(limits)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"guard: {name} grew from {held[name] // 2} to {held[name]} by more than 10%; if it must, ")


def test_setting_one_group_keeps_the_limits_of_the_others(tmp_path):
    limits = tmp_path / "limits.json"
    limits.write_text('{"run_county: engine queries": 5}', encoding="utf-8")
    guarded(limits, "--set")
    assert json.loads(limits.read_text(encoding="utf-8"))["run_county: engine queries"] == 5


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("a: engine queries", 101, "grew from 100 to 101;"),
        ("a: engine queries", 100, None),
        ("a: Python calls", 110, None),
        ("a: Python calls", 111, "grew from 100 to 111 by more than 10%;"),
        ("b: Python calls", 1, "is 1 and has no limit;"),
    ],
)
def test_a_figure_may_grow_by_its_margin_and_no_more(name, value, told):
    limits = {"a: engine queries": 100, "a: Python calls": 100}
    found = guard.grown({name: value}, limits)
    assert [told in line for line in found] == ([True] if told else [])


def test_every_limit_on_file_has_a_margin_and_every_group_stands_there():
    held = json.loads(guard.LIMITS.read_text(encoding="utf-8"))
    assert {name.partition(":")[0] for name in held} >= {
        "read_records",
        "run_county",
        "run.save",
        "ledger",
        *guard.STARTS,
    }
    assert [name for name in held if not name.endswith(tuple(guard.MARGINS))] == []


def test_queries_and_compilations_are_counted_as_they_are_made():
    engine = open_engine()
    found, table = counts.counted(lambda: kept(engine, "numbers", ibis.memtable({"n": [1, 2]})))
    assert found[counts.ENGINE] >= 1
    once, answer = counts.counted(lambda: table.n.sum().execute())
    twice, _ = counts.counted(lambda: [table.n.sum().execute(), table.n.sum().execute()])
    assert answer == 3
    assert once[counts.COMPILED] == 1
    for what in (counts.ENGINE, counts.COMPILED):
        assert twice[what] == 2 * once[what] > 0
    assert once[counts.CALLS] * 1.8 < twice[counts.CALLS] < once[counts.CALLS] * 2.2


def test_an_unknown_group_is_refused_with_those_that_there_are():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "guard.py"), "all"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no group all; there are start, county, ledger" in done.stderr


@pytest.fixture
def job_beside(monkeypatch, tmp_path):
    """A module of jobs beside the measuring script, as the scripts are."""
    script = tmp_path / "cost.py"
    script.write_text(Path(cost.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "jobs.py").write_text(
        "def holding(n):\n    ready = bytearray(n)\n    return lambda: len(bytearray(ready))\n"
        "def spinning(n):\n    return lambda: sum(range(n))\n"
        "def failing():\n    raise ValueError('a reason\\nin two lines')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(cost, "__file__", str(script))


def test_a_job_is_measured_in_a_process_of_its_own(job_beside):
    held = bytearray(400 << 20)
    found = cost.cost_of("jobs:holding", 50 << 20, libraries=["pytest"])
    assert found.answer == 50 << 20
    assert 100 << 20 <= found.peak < len(held)
    assert found.versions == {"pytest": pytest.__version__}
    assert re.fullmatch(r"[\d.e-]+ s, [\d.e-]+ s, 0\.1\d GiB", found.told())


def test_more_work_takes_more_cpu_seconds(job_beside):
    few, many = (cost.cost_of("jobs:spinning", n).cpu for n in (100_000, 5_000_000))
    assert many > 5 * few


def test_a_job_that_fails_says_why_in_one_line(job_beside):
    with pytest.raises(cost.DidNotRun, match=r"^ValueError: a reason$"):
        cost.cost_of("jobs:failing")
