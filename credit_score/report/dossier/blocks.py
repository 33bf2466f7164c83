"""What a dossier is made of, whatever the file it is written to: sections of texts, tables, figures and commands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHORT = 16


@dataclass(frozen=True)
class Text:
    """A paragraph; ``kind`` is ``lead``, ``note`` (small), ``alert``, ``screen`` or ``paper`` (only there)."""

    text: str
    kind: str = "lead"


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings (none: the first column names the rows).

    ``widths``: of columns, in percent; ``texts``: columns that are read, not compared, and stand on the left.
    """

    rows: list[list[str]]
    headings: list[str]
    widths: tuple[int, ...] = ()
    texts: tuple[int, ...] = (0,)

    @property
    def is_short(self) -> bool:
        """Whether it fits on one page with what stands around it."""
        return len(self.rows) <= SHORT


@dataclass(frozen=True)
class Drawn:
    """A figure: ``draw`` is given the Axes; ``label`` is what a screen reader says; ``height`` in inches."""

    name: str
    label: str
    draw: Callable[["Axes"], Any]
    height: float


@dataclass(frozen=True)
class Command:
    """A line for a terminal, and what it shows."""

    text: str
    line: str


@dataclass(frozen=True)
class Live:
    """The place of the page that computes in the file itself, where a file can hold one."""


Block = Text | Table | Drawn | Command | Live


@dataclass(frozen=True)
class Section:
    """A heading with blocks below it."""

    id: str
    heading: str
    blocks: list[Block]
