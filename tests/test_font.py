"""The bundled font draws every character that the package can put into a figure or a report."""

import ast
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.figure import Figure

import credit_score

PACKAGE = Path(credit_score.__file__).parent
FONT = PACKAGE / "report" / "fonts" / "NotoSansSC-subset.otf"
FAMILY = "Noto Sans SC Subset"
# Signs that are looked for in what units send, or that XML forbids, and are drawn nowhere.
SOUGHT = {"errors.py", "policy/held.yaml", "policy/spelling.py", "report/dossier/word.py"}
TEXTS = sorted(
    path
    for path in PACKAGE.rglob("*")
    if path.suffix in {".py", ".yaml", ".html", ".css", ".js"} and path.relative_to(PACKAGE).as_posix() not in SOUGHT
)


def shown(path):
    """The text of a file that a reader of a report may see: of Python, the string constants that are no docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    remarks = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in remarks)
    return "".join(node.value for node in constants if isinstance(node.value, str))


@pytest.fixture(scope="module")
def font():
    with TTFont(FONT) as opened:
        yield opened


@pytest.fixture
def registered(monkeypatch):
    """Matplotlib knows the font during a test and forgets it afterwards."""
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist])
    font_manager.fontManager.addfont(FONT)


def test_the_font_has_every_character_of_the_package(font):
    assert TEXTS
    characters = {character for path in TEXTS for character in shown(path) if character.isprintable()}
    missing = characters - {chr(code) for code in font.getBestCmap()}
    assert not missing, f"not in the font: {' '.join(sorted(missing))}; see report/fonts/README.md"


def test_the_font_has_every_character_of_gb_2312(font):
    cells = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    characters = {cell.decode("gb2312") for cell in cells if cell.decode("gb2312", errors="ignore")}
    assert len(characters) == 6763 + 682
    assert {ord(character) for character in characters} <= set(font.getBestCmap())


def test_the_font_keeps_its_licence_and_takes_no_reserved_name(font):
    names = font["name"]
    assert "SIL Open Font License, Version 1.1" in names.getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert names.getDebugName(0) == "© 2014-2021 Adobe (http://www.adobe.com/)."
    assert all("Source" not in names.getDebugName(i) for i in (1, 4, 6))


def test_matplotlib_finds_the_font_by_its_family(registered):
    assert Path(font_manager.findfont(FAMILY, fallback_to_default=False)) == FONT


def test_matplotlib_draws_chinese_without_a_missing_glyph(registered, tmp_path):
    with mpl.rc_context({"font.family": FAMILY}):
        figure = Figure()
        figure.subplots().set_title("高阳县：检查比例 × 频次 ≥ 下限，−3 ± 1 〔2023〕“甲”… — 30%")
        for suffix in ("png", "svg"):
            figure.savefig(tmp_path / f"figure.{suffix}")  # a missing glyph warns, and a warning is an error here
    assert (tmp_path / "figure.svg").stat().st_size > 10_000
