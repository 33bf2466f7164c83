"""A dossier as a Word document on A4, which an office can annotate and file."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width
from zipfile import ZipFile

from credit_score.files import undated
from credit_score.report.dossier.blocks import Block, Command, Drawn, Table, Text
from credit_score.report.dossier.decision import Decision
from credit_score.report.dossier.page import running, subtitle
from credit_score.report.dossier.sections import sections
from credit_score.report.dossier.words import Words
from credit_score.report.style import as_png

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

# Fonts that Word has where the document is opened; the name of the East Asian one is the one Chinese Word writes.
LATIN, HAN = "Times New Roman", "宋体"
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PAGE_CM, SIDE_CM, ENDS_CM = (21.0, 29.7), 1.8, 2.0
WIDTH_CM, LONGEST = PAGE_CM[0] - 2 * SIDE_CM, 22


def dossier_docx(decision: Decision, lang: str, path: Path | str) -> Path:
    """Write the dossier of a decision as ``.docx``, in Chinese or English; the same decision gives the same bytes.

    Raises PolicyError where cut-offs do not stand between bins of the cube.
    """
    import docx

    words, document = Words(decision, lang), docx.Document()
    _prepare(document, words)
    document.add_heading(words.say("dossier.title"), 0)
    document.add_paragraph(_xml(subtitle(words)))
    document.add_paragraph().add_run(words.status).bold = True
    for number, section in enumerate(sections(decision, lang), start=1):
        document.add_heading(f"{number} {section.heading}", 1)
        for block in section.blocks:
            _add(document, block)
    packed = BytesIO()
    document.save(packed)
    with ZipFile(packed) as made, ZipFile(path, "w") as kept:
        for name in made.namelist():
            kept.writestr(undated(name), made.read(name))
    return Path(path)


def _xml(text: str) -> str:
    """A text without the signs that no XML can hold."""
    return NOT_XML.sub("\ufffd", text)


def _prepare(document: "Document", words: Words) -> None:
    """Page, fonts, header, and what the file says of itself."""
    from docx.shared import Cm, Pt

    page, (width, height) = document.sections[0], PAGE_CM
    page.page_width, page.page_height = Cm(width), Cm(height)
    page.left_margin = page.right_margin = Cm(SIDE_CM)
    page.top_margin = page.bottom_margin = Cm(ENDS_CM)
    for name, size in (("Normal", 10.5), ("Title", 20), ("Heading 1", 14)):
        _set_font(document.styles[name], Pt(size))
    page.header.paragraphs[0].text = running(words)
    _number_pages(page.footer.paragraphs[0])
    written = datetime.combine(words.decision.written, datetime.min.time())
    about = document.core_properties
    about.title, about.author = words.say("dossier.title"), _xml(words.decision.author.name)[:255]
    about.created = about.modified = written
    about.comments = about.last_modified_by = ""


def _set_font(style: Any, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name, style.font.size, style.font.color.rgb = LATIN, size, RGBColor(0x1F, 0x29, 0x33)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's font would go before a named one
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:eastAsia"), HAN)


def _number_pages(paragraph: Any) -> None:
    """``page / pages`` as fields, which Word fills in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _add(document: "Document", block: Block) -> None:
    """A block as Word has it; what is for a screen is left out."""
    kinds: dict[type, Callable[..., None]] = {
        Text: _add_text,
        Table: _add_table,
        Drawn: _add_figure,
        Command: _add_command,
    }
    if type(block) in kinds and getattr(block, "kind", "") != "screen":
        kinds[type(block)](document, block)


def _add_text(document: "Document", text: Text) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = text.kind in ("lead", "alert")
    run = paragraph.add_run(_xml(text.text))
    run.bold = text.kind == "alert"
    if text.kind == "note":
        run.font.size = Pt(9)


def _add_command(document: "Document", command: Command) -> None:
    from docx.shared import Pt

    document.add_paragraph(command.text).paragraph_format.keep_with_next = True
    run = document.add_paragraph().add_run(command.line)
    run.font.name, run.font.size = "Courier New", Pt(9)


def _add_figure(document: "Document", drawn: Drawn) -> None:
    from docx.shared import Cm

    picture = document.add_picture(BytesIO(as_png(drawn.draw, height=drawn.height)), width=Cm(WIDTH_CM))
    picture._inline.docPr.set("descr", drawn.label)


def _add_table(document: "Document", table: Table) -> None:
    from docx.shared import Cm

    rows = [table.headings, *table.rows] if table.headings else table.rows
    made = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    made.autofit = False
    widths = _widths(table, rows)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for i, (row, texts) in enumerate(zip(made.rows, rows, strict=True)):
        _keep_whole(row, heading=bool(table.headings) and i == 0)
        for j, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
            cell.width = Cm(width)
            _fill(cell, text, right=j not in table.texts, bold=bool(table.headings) and i == 0)
            cell.paragraphs[0].paragraph_format.keep_with_next = table.is_short and i + 1 < len(rows)
    document.add_paragraph()


def _widths(table: Table, rows: list[list[str]]) -> list[float]:
    """Widths of columns in cm: as the table asks, or by the longest text of each, a Chinese sign as two."""
    asked = table.widths or [min(max(map(_reach, column)), LONGEST) + 4 for column in zip(*rows, strict=True)]
    return [WIDTH_CM * width / sum(asked) for width in asked]


def _reach(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _keep_whole(row: Any, *, heading: bool) -> None:
    """A row on one page; a heading on every page that the table reaches."""
    from docx.oxml import OxmlElement

    for name in ("w:cantSplit", *(["w:tblHeader"] if heading else [])):
        row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell: "_Cell", text: str, *, right: bool, bold: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(_xml(text))
    run.bold, run.font.size = bold, Pt(9)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
