"""A statement as one HTML file for A4 paper that asks no network for anything; the same one gives the same bytes."""

from importlib.resources import files

from credit_score.language import say
from credit_score.report.statements.content import Section, Statement, Version
from credit_score.report.style import font_face

WIDTHS = {2: (32, 68), 4: (27, 30, 25, 18), 5: (31, 21, 16, 16, 16), 6: (13, 26, 19, 14, 14, 14)}


def statement_html(made: Statement) -> str:
    """The page of a statement, in its languages one after the other, each begun on a page of its own.

    Every cell and text carries its place under ``data-field``, by which :mod:`verify` names what was changed.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    html = environment.get_template("statement.html").render(
        made=made, say=say, field=field, widths=widths, lang=made.versions[0].lang,
        title=made.versions[0].title, status=made.status.replace(" ", "_"), running=running,
    )  # fmt: skip
    return html.replace("/*FONT*/", font_face(html), 1)


def field(section: Section, row: int, column: int) -> str:
    """The place of a cell in words: the section, the row from 1 or the name in it, and the heading if there is one."""
    cells = section.rows[row].cells
    if section.headings:
        return f"{section.heading} · {row + 1} · {section.headings[column]}"
    return f"{section.heading} · {cells[0] if len(cells) > 1 else row + 1}"


def widths(section: Section) -> tuple[int, ...]:
    """The widths of a section's columns in percent, the same in every section with as many."""
    n = len(section.rows[0].cells)
    return WIDTHS.get(n, (100,))


def running(made: Statement, version: Version) -> str:
    """What stands at the head of every sheet: serial and code, and the status where it is not in force."""
    told = say("statement.running", version.lang, serial=made.serial, code=made.code)
    return told if made.status == "in force" else f"{told} · {version.status_word}"


def _template(name: str) -> str:
    return files("credit_score").joinpath(f"report/statements/{name}").read_text(encoding="utf-8")
