"""The files of a dossier."""

from concurrent.futures import ThreadPoolExecutor
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
    written, printed = [], []
    with ThreadPoolExecutor() as printer:  # a browser prints while the next file is made
        for lang in LANGUAGES:
            page, document, paper = (Path(folder) / f"dossier.{lang}.{kind}" for kind in ("html", "docx", "pdf"))
            html = dossier_html(decision, lang)
            page.write_text(html, encoding="utf-8")
            printed.append((paper, printer.submit(dossier_pdf, html, paper)))
            written += [page, dossier_docx(decision, lang, document)]
    return [*written, *(paper for paper, done in printed if done.result())]
