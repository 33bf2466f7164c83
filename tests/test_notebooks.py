"""A notebook answers one question, and each checked cell has a stored output: without one nbval lets it pass."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
FOUND = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPECTED = {
    "00_tour", "01_points", "02_inspection_load", "03_records", "04_scorecard", "05_tiers", "06_what_if",
    "07_optimal_schedule", "08_draw_and_learn", "session",
}  # fmt: skip
IGNORED = "# NBVAL_IGNORE_OUTPUT"
MACHINE_PATH = re.compile(r"(?<![\w./<])/(?:[\w.-]+/)+[\w.-]+|\b[A-Za-z]:\\|file://")
CHINESE = re.compile(r"[\u4e00-\u9fff]{6}")
SHOWS = {"print", "display", "show"}

every_notebook = pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)


def cells(path, kind="code"):
    return [cell for cell in nbformat.read(str(path), as_version=4).cells if cell.cell_type == kind]


def name_of(function):
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def shows(source):
    """Whether a cell prints or shows something: a call that does, or a last line that is an expression."""
    tree = ast.parse(source)
    called = {name_of(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return bool(called & SHOWS) or (bool(tree.body) and isinstance(tree.body[-1], ast.Expr))


def lengths(source):
    """Lines of each function that a cell defines."""
    return [n.end_lineno - n.lineno + 1 for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]


def has_picture(cell):
    return any(kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {}))


def has_widget(cell):
    return any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in cell.outputs)


def text_of(path):
    """All of a notebook but its pictures."""
    notebook = nbformat.read(str(path), as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            pictures = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            for kind in pictures:
                del output["data"][kind]
    return json.dumps(notebook, ensure_ascii=False).replace("\\n", "\n")


def test_the_notebooks_are_there():
    assert {path.stem for path in FOUND} >= EXPECTED


@every_notebook
def test_the_first_cell_asks_and_answers_in_english_with_a_line_in_chinese(path):
    first = nbformat.read(str(path), as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert "**Question.**" in first.source
    assert "**Answer.**" in first.source
    assert CHINESE.search(first.source)


@every_notebook
def test_the_last_cell_asserts_the_conclusion(path):
    last = nbformat.read(str(path), as_version=4).cells[-1]
    assert last.cell_type == "code"
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(last.source)))
    assert last.outputs


@every_notebook
def test_every_cell_that_prints_or_shows_has_a_stored_output(path):
    bare = [cell.id for cell in cells(path) if shows(cell.source) and not cell.outputs]
    assert not bare, f"{path.name}: no stored output in {bare}; run the notebook and keep what it says"


@every_notebook
def test_every_cell_was_run_once_and_in_order(path):
    counts = [cell.execution_count for cell in cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_no_cell_stored_an_error_or_a_warning(path):
    for cell in cells(path):
        kinds = {output.output_type for output in cell.outputs}
        streams = {output.name for output in cell.outputs if output.output_type == "stream"}
        assert "error" not in kinds, cell.id
        assert "stderr" not in streams, cell.id


@every_notebook
def test_only_pictures_go_unchecked(path):
    for cell in cells(path):
        assert cell.source.startswith(IGNORED) == has_picture(cell), cell.id
        assert not set(cell.metadata.get("tags", [])) & {"nbval-ignore-output", "nbval-skip"}, cell.id
        assert "NBVAL_SKIP" not in cell.source, cell.id


@every_notebook
def test_there_is_a_picture_or_a_widget(path):
    assert any(has_picture(cell) or has_widget(cell) for cell in cells(path))


@every_notebook
def test_no_function_is_longer_than_five_lines(path):
    assert all(length <= 5 for cell in cells(path) for length in lengths(cell.source))


@every_notebook
def test_nothing_tells_of_the_machine_it_ran_on(path):
    notebook = nbformat.read(str(path), as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    assert not any("execution" in cell.metadata for cell in notebook.cells), "timings; see CONTRIBUTING.md"
    assert not MACHINE_PATH.findall(text_of(path))


@pytest.mark.parametrize(
    "source", ["print(1)", "x = 1\nx", "plt.show()", "for x in y:\n    print(x)", "display(table)"]
)
def test_a_cell_that_prints_or_shows_is_recognised(source):
    assert shows(source)


@pytest.mark.parametrize("source", ["x = 1", "import json", "_ = ax.plot(x)", "assert x", ""])
def test_a_cell_that_says_nothing_needs_no_output(source):
    assert not shows(source)


@pytest.mark.parametrize("text", ["saved /home/me/run/x.csv", "'/tmp/a'", "C:\\data", "file:///x"])
def test_a_path_of_a_machine_is_recognised(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text", ["../data/samples", "3/4/5/6 %", "30/20/10/5/3", "</td></tr>", "https://example.org/a/b"]
)
def test_a_relative_path_or_a_list_of_numbers_is_no_path_of_a_machine(text):
    assert not MACHINE_PATH.search(text)


def test_a_long_function_is_recognised():
    assert lengths("def f(x):\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return a + b + c + d") == [6]
