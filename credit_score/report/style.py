"""How figures look: one font that has both languages, and a colour for each tier, everywhere the same."""

import base64
import io
import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONT = "Noto Sans SC Subset"
FONT_FILE = files("credit_score").joinpath("report/fonts/NotoSansSC-subset.otf")
INK, QUIET, GRID, ALERT = "#1f2933", "#616e7c", "#d9e2ec", "#b42318"
NEUTRAL = "#486581"
WIDTH = 7.6
# Behind a number in a figure, so that no line crosses it.
PLATE: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
ON_WHITE: dict[str, Any] = {"figure.facecolor": "white", "savefig.dpi": 160}
# Blue to orange: told apart by colour-blind readers. In grey a blue and an orange can look alike; names and order
# in every figure say the rest.
_TIERS = ("#0b4f8a", "#3f8fc7", "#a9cfe8", "#f5bd6b", "#e07b20", "#8a3200")
_PICK = {1: (0,), 2: (0, 4), 3: (0, 3, 5), 4: (0, 2, 3, 5), 5: (0, 2, 3, 4, 5), 6: (0, 1, 2, 3, 4, 5)}


def tier_colours(n_tiers: int) -> tuple[str, ...]:
    """Colours of tiers, best first; of more than 6, shades between those of 6."""
    if n_tiers in _PICK:
        return tuple(_TIERS[i] for i in _PICK[n_tiers])
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    shades = LinearSegmentedColormap.from_list("tiers", _TIERS)
    return tuple(to_hex(shades(i / (n_tiers - 1))) for i in range(n_tiers))


@cache
def _register() -> None:
    from matplotlib import font_manager

    with as_file(FONT_FILE) as path:
        font_manager.fontManager.addfont(str(path))


def settings() -> dict[str, Any]:
    """Settings of matplotlib: the package's font, quiet axes, text kept as text in SVG."""
    _register()
    return {
        "font.family": [FONT, "DejaVu Sans"], "font.size": 10, "axes.unicode_minus": False, "text.color": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": QUIET, "axes.labelcolor": INK,
        "axes.axisbelow": True, "axes.grid": True, "axes.grid.axis": "x", "grid.color": GRID, "xtick.color": QUIET,
        "ytick.color": INK, "svg.fonttype": "none", "figure.facecolor": "none", "axes.facecolor": "none",
        "legend.frameon": False, "text.parse_math": False,
    }  # fmt: skip


def as_svg(
    draw: Callable[["Axes"], Any], *, name: str, label: str, height: float = 3.2, width: float = WIDTH
) -> str:  # fmt: skip
    """A figure as SVG to stand inside a page: ``draw`` is given the Axes. Height and width in inches.

    ``name`` keeps the ids of several figures on one page apart; ``label`` is what a screen reader says.
    """
    import matplotlib as mpl

    with mpl.rc_context(settings() | {"svg.hashsalt": name}):
        text = io.StringIO()
        _print_svg(_drawn(draw, height, width), text)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text.getvalue())
    return svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def _print_svg(figure: "Figure", to: io.StringIO) -> None:
    """``figure.savefig``, which draws a figure once to lay it out and once more, in one drawing; the same bytes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(figure).print_svg(to, metadata={"Date": None, "Creator": None})


def as_png(draw: Callable[["Axes"], Any], *, height: float = 3.2) -> bytes:
    """A figure as a picture on white, where a document holds no SVG."""
    import matplotlib as mpl

    with mpl.rc_context(settings() | ON_WHITE):
        packed = io.BytesIO()
        _drawn(draw, height).savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue()


def _drawn(draw: Callable[["Axes"], Any], height: float, width: float = WIDTH) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure.add_subplot())
    return figure


def save_figure(draw: Callable[["Axes"], Any], stem: Path, *, height: float = 3.2) -> None:
    """A figure as ``stem.svg``, letters as shapes so that it looks the same anywhere, and as ``stem.png``."""
    import matplotlib as mpl

    with mpl.rc_context(settings() | ON_WHITE | {"svg.fonttype": "path", "svg.hashsalt": stem.name}):
        figure = _drawn(draw, height)
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
        figure.savefig(stem.with_suffix(".png"), metadata={"Software": None})


def font_face(text: str) -> str:
    """The font as a CSS rule with it inside, cut down to the characters of a text."""
    return _font_face("".join(sorted(set(re.sub(r"\s", "", text)))) + " ")


@lru_cache(maxsize=8)
def _font_face(characters: str) -> str:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with as_file(FONT_FILE) as path:
        font = TTFont(path)
    options = Options(layout_features=[], notdef_outline=True, drop_tables=["DSIG"])
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    font.recalcTimestamp = False
    packed = io.BytesIO()
    font.save(packed)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return f"@font-face{{font-family:'{FONT}';src:url(data:font/woff;base64,{data}) format('woff');}}"
