"""The house: a room imports only from rooms to its left and from the ground floor, and nothing goes in a circle.

Imports are read off the source, those inside functions and under ``TYPE_CHECKING`` too.
"""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import credit_score

PACKAGE = Path(credit_score.__file__).parent
GROUND = ("errors", "language", "engine", "files", "sheet", "long_list", "partition")
ROOMS = (
    "policy", "records", "points", "scorecard", "tiers", "inspection", "simulation", "pilot", "report", "session",
)  # fmt: skip
TOP = (
    "outcomes", "since", "county", "learning", "told", "steps", "commands", "commands_estimate", "commands_finance",
    "commands_lot", "commands_measures", "commands_pilot", "commands_publish", "commands_records", "commands_scenes",
    "commands_session", "commands_simulate", "commands_statement", "commands_store", "commands_three_credit",
    "commands_tiers", "cli_command", "cli_lot", "cli_records", "cli_inspection", "cli_statement", "cli_pilot", "cli",
    "__main__", "__init__",
)  # fmt: skip
HOUSE = (*ROOMS, *TOP)
STRANGERS = {("points", "scorecard"), ("scorecard", "points")}
HEAVY = ("ibis", "duckdb", "pandas", "numpy", "pyarrow", "pydantic", "pandera", "matplotlib", "yaml", "sklearn")


def module_name(path, package):
    """``credit_score.records.reading.raw`` of a file below the package's folder; a package is named by its folder."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path, name):
    """What a module imports, with full names; ``from a import b`` may mean the module a or the module a.b."""
    own = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = own.split(".")[: len(own.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_graph(package):
    """Module → modules of the package that it imports, whichever of a and a.b there is.

    The version is no door to the house: any module may take it from the package's own name.
    """
    version = f"{package.name}.__version__"
    modules = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    graph = {}
    for name, path in modules.items():
        told = (target for target in imported(path, name) if target != version)
        meant = (target if target in modules else target.rpartition(".")[0] for target in told)
        graph[name] = {target for target in meant if target in modules and target != name}
    return graph


def room_of(module):
    """The room, ground-floor module or top module that a module belongs to; the package itself is on top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def is_allowed(importer, target):
    """Whether one part of the house may import another: the ground floor, itself, or what is on its left."""
    if importer == target or target in GROUND:
        return True
    if importer in GROUND or (importer, target) in STRANGERS:
        return False
    return HOUSE.index(target) < HOUSE.index(importer)


def wrong_edges(graph):
    """Imports that the house does not allow, as ``importer → target``."""
    pairs = ((m, t) for m, targets in graph.items() for t in targets)
    return sorted(f"{m} → {t}" for m, t in pairs if not is_allowed(room_of(m), room_of(t)))


def circle(graph):
    """Modules that import one another in a circle, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.fixture(scope="module")
def graph():
    return import_graph(PACKAGE)


@pytest.fixture
def altered_house(tmp_path):
    """A package of the given files (path → source) under the house's own name, as a graph."""

    def build(files):
        for name, source in files.items():
            path = tmp_path / "credit_score" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return import_graph(tmp_path / "credit_score")

    return build


def test_the_graph_has_the_modules_and_imports_that_one_sees_in_the_files(graph):
    assert len(graph) > 40
    assert sum(map(len, graph.values())) > 80
    assert "credit_score.records.contract" in graph["credit_score.records.reading.raw"]
    assert "credit_score.policy" in graph["credit_score.county"]
    assert "credit_score.policy.catalogues" in graph["credit_score.policy.ruleset"]


def test_every_module_stands_in_a_known_part_of_the_house(graph):
    parts = {room_of(module) for module in graph}
    assert parts <= {*GROUND, *ROOMS, *TOP}
    assert {"policy", "records", "points", "tiers", "inspection", "report", "county", "cli"} <= parts


def test_no_room_imports_to_its_right(graph):
    assert wrong_edges(graph) == []


def test_no_module_imports_itself_by_a_circle(graph):
    assert circle(graph) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("policy/loader.py", "from credit_score.records.reading import raw"),
        ("policy/loader.py", "import credit_score.records.reading.raw"),
        ("policy/loader.py", "from credit_score import records"),
        ("policy/loader.py", "def late():\n    from credit_score.records.reading.raw import Raw"),
        (
            "policy/loader.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from credit_score.records.reading.raw import Raw",
        ),
        ("policy/loader.py", "from ..records.reading import raw"),
        ("policy/loader.py", "from .. import records"),
        ("points/ledger.py", "from credit_score.scorecard import woe"),
        ("scorecard/woe.py", "from credit_score.points import ledger"),
        ("inspection/draw.py", "from credit_score.county import run_county"),
        ("report/page.py", "from credit_score import cli"),
        ("report/page.py", "from credit_score import run_county"),
        ("report/page.py", "import credit_score as cs"),
        ("county.py", "import credit_score.cli"),
        ("errors.py", "from credit_score.policy import loader"),
        ("engine.py", "from credit_score import county"),
    ],
)
def test_a_wrong_import_is_found(altered_house, file, source):
    rooms = ("policy/loader", "records/reading/raw", "points/ledger", "scorecard/woe", "inspection/draw", "report/page")
    house = {f"{room}.py": "" for room in rooms} | {f"{room.split('/')[0]}/__init__.py": "" for room in rooms}
    house |= {"__init__.py": "", "county.py": "", "cli.py": "", "errors.py": "", "engine.py": ""}
    assert wrong_edges(altered_house(house)) == []
    found = wrong_edges(altered_house({file: source}))
    assert len(found) == 1
    assert found[0].startswith(f"credit_score.{file.removesuffix('.py').replace('/', '.')} → credit_score")


@pytest.mark.parametrize(
    "source",
    [
        "import credit_score.errors",
        "from credit_score.policy.loader import Policy",
        "from credit_score import __version__",
        "import pathlib",
    ],
)
def test_an_import_to_the_left_or_from_the_ground_floor_is_none(altered_house, source):
    files = {"__init__.py": "", "errors.py": "", "policy/__init__.py": "", "policy/loader.py": ""}
    assert wrong_edges(altered_house(files | {"records/reading/raw.py": source})) == []


def test_a_circle_is_found(altered_house):
    files = {
        "a.py": "import credit_score.b",
        "b.py": "def late():\n    from credit_score import c",
        "c.py": "from . import a",
    }
    assert set(circle(altered_house({"__init__.py": "", **files}))) == {f"credit_score.{m}" for m in "abc"}
    assert circle(altered_house({"c.py": ""})) == []


def modules_after(statement):
    """Names of the modules that a fresh Python holds after a statement."""
    command = [sys.executable, "-c", f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    "statement", ["import credit_score", "import credit_score.cli; credit_score.cli._parser().format_help()"]
)
def test_what_starts_every_command_loads_nothing_heavy(statement):
    loaded = modules_after(statement)
    assert "credit_score" in loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_a_public_name_loads_its_room_on_first_use():
    loaded = modules_after("import credit_score; credit_score.load_policy")
    assert {"credit_score.policy.loader", "pydantic"} <= loaded
    assert not {"ibis", "pandas", "matplotlib"} & loaded


def test_every_public_name_is_there():
    assert "run_county" in credit_score.__all__
    for name in credit_score.__all__:
        assert getattr(credit_score, name) is not None
