"""Figures into ``docs/reliability.md``, each section between its marks, in place of the last ones."""

import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"


def put(section: str, text: str, *, page: Path = PAGE) -> None:
    """Write a section's text between its marks; raises SystemExit where the page has no such marks."""
    first, last = f"<!-- {section} -->", f"<!-- end of {section} -->"
    held = page.read_text(encoding="utf-8")
    pattern = re.compile(rf"{re.escape(first)}\n.*?{re.escape(last)}", re.DOTALL)
    if not pattern.search(held):
        raise SystemExit(f"{page}: no place for {section!r} between {first} and {last}")
    page.write_text(pattern.sub(lambda _: f"{first}\n{text.strip()}\n{last}", held), encoding="utf-8")


def table(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows as a table in Markdown, numbers to the right."""
    names = list(heading)
    marks = ["---", *("---:" for _ in names[1:])]
    lines = [names, marks, *([_cell(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
