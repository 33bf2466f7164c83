"""The files of a dossier: one HTML file without a network, a document for Word, and paper where a browser prints it."""

import re
from io import StringIO

import docx
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from docx.oxml.ns import qn

from credit_score.language import LANGUAGES, say
from credit_score.report.dossier import dossier_docx, dossier_pdf, write_dossier

BEYOND = """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
    const box = svg.getBoundingClientRect(); return [...svg.querySelectorAll('text')].filter(text => {
        const own = text.getBoundingClientRect();
        return own.left < box.left - 1 || own.right > box.right + 1
            || own.top < box.top - 1 || own.bottom > box.bottom + 1;
    }).map(text => svg.getAttribute('aria-label') + ': ' + text.textContent) })"""
VOCABULARY = ("http://www.w3.org/", "http://purl.org/dc/", "http://creativecommons.org/ns#")


@pytest.fixture(scope="module")
def folder(decision, tmp_path_factory):
    """The dossier in both languages, written once; read it, do not change it."""
    out = tmp_path_factory.mktemp("dossier")
    out.joinpath("written.txt").write_text("\n".join(p.name for p in write_dossier(decision, out)), encoding="utf-8")
    return out


def html(folder, lang):
    return (folder / f"dossier.{lang}.html").read_text(encoding="utf-8")


def test_every_file_that_is_told_is_there(folder):
    told = set((folder / "written.txt").read_text(encoding="utf-8").split())
    assert {f"dossier.{lang}.{kind}" for lang in LANGUAGES for kind in ("html", "docx")} <= told
    assert told | {"written.txt"} == {p.name for p in folder.iterdir()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tables_of_the_page_hold_the_numbers_of_the_answer(folder, decision, lang):
    facts, totals, rules, tiers, load, *_ = pd.read_html(StringIO(html(folder, lang)), flavor="lxml")
    assert facts.shape == (6, 2)
    found = totals.set_index(totals.columns[0]).loc[say("dossier.found_word", lang)]
    assert found.iloc[1].startswith(f"{decision.as_decided.detections.sum():,.1f}")
    assert len(rules) == 3
    assert list(tiers.iloc[:, 3]) == [f"{n / decision.cube.n_firms:.1%}" for n in decision.as_decided.registered]
    for told, days in zip(load.iloc[:, 4].astype(str), decision.as_decided.load, strict=True):
        assert float(told.split("→")[-1]) == pytest.approx(days, abs=0.051)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_person_wrote_is_text_and_never_a_tag(folder, lang):
    page = html(folder, lang)
    assert len(re.findall("<script", page)) == 2  # the numbers and the module
    assert "&lt;script&gt;window.hit = 1&lt;/script&gt;" in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_names_no_address_but_those_of_vocabularies(folder, lang):
    page = re.sub(r"data:[^)\"']+", "", html(folder, lang))
    assert {a for a in re.findall(r"https?://[^\s\"'<>)]+", page) if not a.startswith(VOCABULARY)} == set()
    assert "default-src 'none'" in page


@pytest.fixture(params=LANGUAGES)
def opened(request, page, folder):
    """The page in a browser; ``page.faults`` lists what the browser complained of."""
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((folder / f"dossier.{request.param}.html").as_uri())
    page.evaluate("document.fonts.ready")
    page.lang = request.param
    return page


@pytest.mark.browser
def test_it_opens_without_a_request_or_a_complaint_and_runs_nothing_that_was_written_into_it(opened, decision):
    opened.wait_for_timeout(200)
    assert opened.requests == []
    assert opened.faults == []
    assert opened.title() == say("dossier.title", opened.lang)
    assert opened.evaluate("window.hit") is None
    assert f"{decision.as_decided.detections.sum():,.1f}" in opened.inner_text("#what-if")


@pytest.mark.browser
def test_nobody_who_needs_a_reader_or_a_keyboard_is_shut_out(opened):
    found = Axe().run(opened).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_no_text_reaches_beyond_its_figure_and_nothing_beyond_the_page(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.querySelectorAll('figure svg text').length") > 50
    assert opened.evaluate(BEYOND) == []
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_on_paper_the_live_page_is_gone_and_a_line_says_where_it_is(opened):
    assert opened.is_visible("#what-if")
    assert not opened.is_visible("text=" + say("dossier.try_paper", opened.lang))
    opened.emulate_media(media="print")
    assert not opened.is_visible("#what-if")
    assert not opened.is_visible("nav")
    assert opened.is_visible("text=" + say("dossier.try_paper", opened.lang))


@pytest.mark.browser
@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_prints_on_pages_of_a4(folder, lang):
    paper = (folder / f"dossier.{lang}.pdf").read_bytes()
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) >= 3
    sizes = {tuple(map(round, map(float, box.split()))) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", paper)}
    assert sizes == {(0, 0, 595, 842)}
    assert say("dossier.title", lang).encode("utf-16-be").hex().upper().encode() in paper or lang == "en"


def test_where_there_is_no_browser_nothing_is_printed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    paper = tmp_path / "old.pdf"
    paper.write_bytes(b"of another decision")
    assert not dossier_pdf("<p>", paper)
    assert not paper.exists()


def test_a_browser_that_fails_leaves_no_paper(monkeypatch, tmp_path):
    fails = tmp_path / "chromium"
    fails.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    fails.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert not dossier_pdf("<p>", tmp_path / "new.pdf")
    assert not (tmp_path / "new.pdf").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_has_the_tables_and_figures_of_the_page(folder, lang):
    document = docx.Document(folder / f"dossier.{lang}.docx")
    page = html(folder, lang)
    tables = pd.read_html(StringIO(page), flavor="lxml")
    assert len(document.tables) == len(tables) > 10
    assert len(document.inline_shapes) == page.count("<figure>") > 7
    totals = {row.cells[0].text: row.cells[2].text for row in document.tables[1].rows}
    assert totals == dict(zip(["全年指标（预计值）" if lang == "zh" else "Expected in a year", *tables[1].iloc[:, 0]],
                              [say("dossier.after", lang), *tables[1].iloc[:, 2]], strict=True))  # fmt: skip
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == f"1 {say('dossier.decision', lang)}"
    assert len(headings) == 11


def test_the_document_is_on_a4_in_a_chinese_font_and_says_its_status_on_every_page(folder):
    document = docx.Document(folder / "dossier.zh.docx")
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    assert "演示（合成数据）" in page.header.paragraphs[0].text
    for name in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "宋体"
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)


def test_a_sign_that_no_xml_holds_is_replaced_in_the_document(folder):
    document = docx.Document(folder / "dossier.zh.docx")
    assert any("腾出人天\ufffd" in cell.text for table in document.tables for cell in table._cells)


def test_the_same_decision_gives_the_same_document(decision, monkeypatch, tmp_path):
    monkeypatch.setattr("credit_score.report.dossier.word._add_figure", lambda *_: None)
    one, other = (dossier_docx(decision, "zh", tmp_path / f"{n}.docx").read_bytes() for n in "ab")
    assert one == other
