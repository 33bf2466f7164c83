"""The page of a statement: one file without a request, accessible, and A4 paper with its serial on every sheet."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from credit_score.report.dossier.page import dossier_pdf
from credit_score.report.statements.page import statement_html, widths


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_the_same_statement_gives_the_same_bytes(issued, kind):
    assert statement_html(getattr(issued, kind)) == getattr(issued, f"{kind}_file").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["person", "firm"])
def test_every_text_of_the_statement_stands_on_the_page(issued, kind):
    made, page = getattr(issued, kind), getattr(issued, f"{kind}_file").read_text(encoding="utf-8")
    shown = (
        page.replace("&#39;", "'").replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )
    for version in made.versions:
        assert version.title in shown
        for part in version.sections:
            texts = [part.heading, *part.texts, *part.headings]
            texts += [text for row in part.rows for text in (*row.cells, *row.notes)]
            assert all(text in shown for text in texts)
    assert page.count(made.code) == 4  # in the heading and on every sheet, in both languages


def test_columns_of_every_table_fill_its_width(issued):
    for made in (issued.person, issued.firm):
        for part in (s for v in made.versions for s in v.sections if s.rows):
            assert sum(widths(part)) == 100
            assert len(widths(part)) == len(part.rows[0].cells)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["person", "firm"])
def test_the_page_asks_for_nothing_and_has_no_barrier(page, issued, kind):
    page.faults = []
    page.on("console", lambda m: page.faults.append(m.text) if m.type in ("error", "warning") else None)
    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto(getattr(issued, f"{kind}_file").as_uri())
    page.evaluate("document.fonts.ready")
    assert page.requests == []
    assert page.faults == []
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []


@pytest.mark.browser
def test_it_is_printed_on_a4(browser, issued, tmp_path):
    paper = tmp_path / "paper.pdf"
    assert browser
    assert dossier_pdf(issued.person_file.read_text(encoding="utf-8"), paper)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert all(abs(float(w) - 595.28) < 1 and abs(float(h) - 841.89) < 1 for w, h in boxes)
    assert 4 <= len(boxes) <= 6
