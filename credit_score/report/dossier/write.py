"""The files of a dossier."""

from pathlib import Path

from credit_score.language import LANGUAGES
from credit_score.report.dossier.decision import Decision
from credit_score.report.dossier.page import dossier_html, dossier_pdf
from credit_score.report.dossier.word import dossier_docx


def write_dossier(decision: Decision, folder: Path | str) -> list[Path]:
    """Write the dossier into a folder, in both languages: HTML, Word, and PDF where there is a Chromium to print it.

    ``dossier.zh.html``, ``dossier.zh.docx``, ``dossier.zh.pdf`` and so on; returns what was written. Raises PolicyError
    where cut-offs do not stand between bins of the cube.
    """
    written = []
    for lang in LANGUAGES:
        page, document, paper = (Path(folder) / f"dossier.{lang}.{kind}" for kind in ("html", "docx", "pdf"))
        html = dossier_html(decision, lang)
        page.write_text(html, encoding="utf-8")
        dossier_docx(decision, lang, document)
        printed = dossier_pdf(html, paper)
        written += [page, document, *([paper] if printed else [])]
    return written
