"""The report opened in a browser without a network: it renders, in both languages, with its own font."""

import pytest

from credit_score.report.style import FONT

pytestmark = pytest.mark.browser

# Texts of visible figures that reach beyond their figure by more than a pixel.
BEYOND = """() => [...document.querySelectorAll('figure svg')].filter(svg => svg.getBoundingClientRect().width)
    .flatMap(svg => { const box = svg.getBoundingClientRect(); return [...svg.querySelectorAll('text')].filter(text => {
        const own = text.getBoundingClientRect();
        return own.left < box.left - 1 || own.right > box.right + 1
            || own.top < box.top - 1 || own.bottom > box.bottom + 1;
    }).map(text => svg.getAttribute('aria-label') + ': ' + text.textContent) })"""
OPEN = "document.querySelector('#rules details').open"
IN_VIEW = """(() => { const box = document.querySelector(':target').getBoundingClientRect();
    return box.top >= -1 && box.bottom <= innerHeight + 1 })()"""
VISIBLE = "[...document.querySelectorAll('figure svg')].filter(svg => svg.getBoundingClientRect().width).length"


@pytest.fixture
def report(page, run_folder):
    """The report, open; ``page.faults`` lists what the browser complained of."""
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((run_folder / "report.html").as_uri())
    page.evaluate("document.fonts.ready")
    return page


def comes_true(page, expression):
    """Whether an expression comes true within two seconds; the page's own policy forbids the browser to poll it."""
    for _ in range(40):
        if page.evaluate(expression):
            return True
        page.wait_for_timeout(50)
    return False


def language(page):
    return page.evaluate("document.documentElement.dataset.lang")


def test_the_report_opens_without_a_request_or_a_complaint(report):
    report.wait_for_timeout(200)
    assert report.requests == []
    assert report.faults == []
    assert report.title().startswith("信用分级分类监管报告")


def test_the_button_switches_the_language_of_text_and_figures(report):
    assert language(report) == "en"  # the browser's own language
    seen = {}
    for _ in range(2):
        seen[language(report)] = report.inner_text("body")
        assert report.evaluate(VISIBLE) == 10
        report.click("#switch")
    assert set(seen) == {"zh", "en"}
    assert language(report) == "en"
    assert "Workload against capacity" in seen["en"]
    assert "Workload against capacity" not in seen["zh"]
    assert "工作量与能力" in seen["zh"]
    assert "检查人天（一年）" in seen["zh"]
    assert report.faults == []


def test_chinese_is_rendered_with_the_font_that_the_page_brings(report):
    report.click("#switch")
    report.evaluate("document.fonts.ready")
    loaded = report.evaluate("[...document.fonts].map(face => face.family.replaceAll('\"', '') + ' ' + face.status)")
    assert loaded == [f"{FONT} loaded"]
    assert report.evaluate(f"document.fonts.check(\"16px '{FONT}'\", '高阳县检查级别')")
    used = "element => getComputedStyle(element).fontFamily"
    assert FONT in report.eval_on_selector("h1", used)
    assert FONT in report.eval_on_selector("figure[lang=zh] svg text", used)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_text_reaches_beyond_its_figure_and_nothing_beyond_the_page(report, width):
    report.set_viewport_size({"width": width, "height": 900})
    for _ in range(2):
        assert report.evaluate(BEYOND) == []
        assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
        report.click("#switch")


def test_a_text_that_reaches_beyond_its_figure_would_be_found(report):
    report.evaluate("[...document.querySelectorAll('figure[lang=en] text')].at(-1).textContent = 'long'.repeat(200)")
    assert len(report.evaluate(BEYOND)) == 1


def test_a_citation_leads_to_its_rule(report):
    report.click("a.cite >> nth=0")
    target = report.evaluate("document.querySelector(':target').id")
    assert report.url.endswith(f"#{target}")
    assert target.startswith("rule-")
    assert report.is_visible(":target")
    assert comes_true(report, IN_VIEW)


def test_a_citation_opens_the_folded_rules_again_when_its_rule_is_the_target_already(report):
    assert not report.evaluate(OPEN)
    for _ in range(2):
        report.click("a.cite >> nth=0")
        assert comes_true(report, OPEN)
        report.evaluate("document.querySelector('#rules details').open = false")


def test_an_address_that_names_a_rule_opens_it(report):
    address = report.url.split("#")[0]
    report.goto("about:blank")
    report.goto(f"{address}#rule-tiers:tiers:A")
    assert comes_true(report, OPEN)
    assert comes_true(report, IN_VIEW)


def test_no_table_is_wider_than_its_place_on_a_screen_of_1280(report):
    for _ in range(2):
        report.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
        wide = "[...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth).length"
        assert report.evaluate(wide) == 0
        report.click("#switch")


def test_every_citation_that_can_be_clicked_has_a_target(report):
    missing = """[...document.querySelectorAll('a.cite')].map(a => decodeURIComponent(a.hash.slice(1)))
        .filter(id => !document.getElementById(id))"""
    assert report.evaluate("document.querySelectorAll('a.cite').length") > 20
    assert report.evaluate(missing) == []


def test_the_status_is_seen_at_once(report):
    box = report.locator(".status").bounding_box()
    assert box["y"] + box["height"] < 400
    assert "Demonstration" in report.inner_text(".status")
