"""The gallery has every figure of the package with its picture in both languages, and nothing else."""

import ast
import re
from pathlib import Path

import pytest

import credit_score
from credit_score.language import LANGUAGES

PACKAGE, ROOT = Path(credit_score.__file__).parent, Path(__file__).parents[1]
PAGE, PICTURES = ROOT / "docs" / "figures.md", ROOT / "docs" / "img" / "figures"
LARGEST, LARGEST_IN_ALL = 60_000, 1_450_000
ON_THE_PAGE = ("scores", "loads", "fronts", "burden")  # panels of a session's page that draw
PARTS = ("What it shows.", "How to read it.", "What to do next.")


def drawn():
    """Functions that draw a figure, by module and name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("plot_"):
                yield f"{module}.{node.name}"


FIGURES = [*drawn(), *(f"report.what_if.{panel}" for panel in ON_THE_PAGE)]
SECTIONS = {
    name: text
    for text in re.split(r"^##+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for name in re.findall(r"^`(\w+\.\S+)` · ", text, flags=re.MULTILINE)
}


def test_every_figure_has_its_section_and_no_section_is_left_of_a_figure_that_is_gone():
    assert len(FIGURES) > 20
    assert sorted(SECTIONS) == sorted(FIGURES)


def test_the_panels_shown_are_those_of_the_page_that_have_a_drawing():
    source = (PACKAGE / "report" / "what_if.js").read_text(encoding="utf-8")
    parts = re.split(r"^function ", source, flags=re.MULTILINE)
    with_drawing = {
        name
        for part in parts
        for name in re.findall(r'panel\("(\w+)"', part)
        if '%", height' in part or " figure(" in part
    }
    assert with_drawing == set(ON_THE_PAGE)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_to_see_and_do_in_three_paragraphs_and_has_a_chinese_caption(name):
    found = re.findall(r"^\*\*(.+?)\*\* \S", SECTIONS[name], flags=re.MULTILINE)
    assert tuple(found) == PARTS
    assert re.search(r"` · [^（]*[一-鿿][^（]*（\[中文图\]\(", SECTIONS[name])


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_shows_the_picture_in_english_and_leads_to_the_one_in_chinese(name):
    pictures = re.findall(r"\]\(img/figures/(.+?)\)", SECTIONS[name])
    assert sorted(pictures) == [f"{name}.en.png", f"{name}.zh.png"]


def test_no_picture_is_missing_or_of_a_figure_that_is_gone():
    assert {path.name for path in PICTURES.iterdir()} == {f"{n}.{lang}.png" for n in FIGURES for lang in LANGUAGES}


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) < LARGEST_IN_ALL
