"""The pilot's page, sheets and folder: self-contained, in both languages, whole or not at all."""

import json
import re
import shutil
from datetime import date

import pandas as pd
import pytest
from as_the_office import ON, PLAN, Folder, indicator, made, standing, task, without_duties
from icalendar import Calendar

from credit_score.errors import NotAvailable, RunError
from credit_score.language import LANGUAGES
from credit_score.report.pilot_figures import plot_gaps, plot_late
from credit_score.report.pilot_folder import save_pilot
from credit_score.report.pilot_page import drawings, pilot_pages
from credit_score.report.pilot_sheet import sheet_lines, unit_sheet
from credit_score.report.pilot_tables import pilot_tables_of

HOSTILE = "<script>alert(1)</script>"
BEFORE = made(
    [
        indicator("missed", ["tax"], "red", deadline=date(2023, 6, 20), numerator=4, gap=6),
        indicator("shared", ["tax", "court"], "amber", numerator=9, gap=1),
        indicator("no_table", ["court"], "grey", numerator=None, value=None, gap=None),
        indicator("met", ["fire"], "green", gap=0, numerator=12, label_zh="平台<企业>"),
    ],
    [task(9, ["health"]), task(11, ["tax", "court", "fire"], indicators="missed;shared;no_table;met")],
)
REGISTERS = {
    "posts": [("P1", "tax", "leader", date(2023, 3, 20), None)],
    "government_cases": [
        ("G1", f"甲局{HOSTILE}", "arrears", "housing", date(2023, 4, 1), date(2023, 5, 1), None),
        ("G2", "乙局", "arrears", "housing", date(2023, 4, 1), date(2023, 5, 1), date(2023, 4, 9)),
    ],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Folder(tmp_path_factory.mktemp("run"), standing(ON, without_duties(), **REGISTERS), BEFORE)


@pytest.fixture(scope="module")
def pages(run):
    return pilot_pages(run)


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("pilot") / "out"
    save_pilot(run, out, lang="en")
    return out


def text_of(html, lang):
    """What a reader of one language sees, without tags, in one line."""
    other = next(name for name in LANGUAGES if name != lang)
    body = html[html.index("<body>") : html.index("<script>\nconst")]
    body = re.sub(rf'<(span|figure) lang="{other}">.*?</\1>', "", body, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_tables_read_back_are_what_was_written(run):
    tables = pilot_tables_of(run)
    assert tables["unit_items"]["due_on"].map(type).isin([date, type(None)]).all()
    assert tables["indicators"]["numerator"].tolist()[0] == 4.0
    tax = tables["league"].set_index("unit").loc["tax"]
    assert (tax["late"], tax["days_late"], tax["gap_share"]) == (1, 10, 0.6)


def test_the_page_tells_scoreboard_league_registers_and_days_in_both_languages(pages):
    english, chinese = (text_of(pages["pilot.html"], lang) for lang in ("en", "zh"))
    assert "Indicator missed plan 4 ≥ 10 missed more to come 2023-06-20" in english
    assert "Indicator no_table plan – ≥ 10 not measurable needs a table" in english
    assert "Tax 1 0 10 days 0 1 1 0 0 Indicator missed : more to come" in english
    assert "Overdue 60 days late" in english
    assert "Tax 1 0 0 liaison (1)" in english
    assert "Housing and construction 0 0 0 leader (1), liaison (1)" in english
    assert "2023-01-01 … 2023-02-28 Phase Preparation" in english
    assert "逾期60天" in chinese
    assert "Overdue" not in chinese
    assert "9 Work 9 tracked Health" in english


def test_a_sheet_alone_holds_its_unit_and_no_other(pages):
    assert set(pages) == {"pilot.html", *(f"units/{u}.html" for u in units_asked())}
    told = text_of(pages["units/tax.html"], "en")
    assert "Tax 1 late of its own" in told
    assert "Indicator shared (shared by 2 units)" in told
    assert "Register of" not in told
    assert 'id="unit-court"' not in pages["units/tax.html"]


def units_asked():
    """Units with an item: those of indicators, tasks and cases, and all that lack somebody."""
    return [u.id for u in without_duties().at(ON).about.units if u.id not in PLAN.office.exempt] + ["leading_office"]


def test_what_units_write_is_escaped(pages):
    html = pages["pilot.html"]
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "平台&lt;企业&gt;" in html


def test_every_link_of_a_page_has_its_place_in_it(pages):
    for html in pages.values():
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert {link[1:] for link in re.findall(r'<a href="([^"]+)"', html)} <= set(ids)
        assert not re.findall(r'(?:src|href)="(?!#|data:)', html)


def test_registers_that_nobody_handed_in_are_not_measurable(tmp_path):
    html = pilot_pages(Folder(tmp_path, standing(ON, without_duties()), BEFORE))["pilot.html"]
    told = text_of(html, "en")
    assert "Not measurable: needs the table government_cases" in told
    assert "not measurable: needs the register of posts" in told


def test_an_empty_register_of_cases_is_said_to_be_empty(tmp_path):
    html = pilot_pages(Folder(tmp_path, standing(ON, without_duties(), government_cases=()), BEFORE))["pilot.html"]
    assert "No case is on the register by this day." in text_of(html, "en")


def test_the_folder_holds_page_sheets_calendar_and_tables_and_its_mark_lists_them(folder):
    told = json.loads((folder / "pilot.json").read_text("utf-8"))
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {"pilot.json", *told["outputs"]}
    assert {"pilot.html", "units/tax.html", "calendar.ics", "tables/league.csv"} <= files
    events = Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT")
    assert "Task 11: Indicator missed (deadline)" in {str(e["summary"]) for e in events}


def test_the_same_run_replaces_its_folder_by_the_same(run, folder, tmp_path):
    again = shutil.copytree(folder, tmp_path / "again")
    (again / "pilot.html").write_text("spoilt", encoding="utf-8")
    names = save_pilot(run, again, lang="en")
    assert len(names) > 20
    assert all((again / name).read_bytes() == (folder / name).read_bytes() for name in names)


def test_a_folder_of_something_else_is_not_replaced(run, tmp_path):
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match=r"letters\.txt.*not ours to replace"):
        save_pilot(run, tmp_path, lang="en")
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_a_run_without_sheets_is_refused(run, tmp_path):
    bare = Folder(tmp_path, standing(ON, without_duties()), BEFORE)
    bare.manifest["outputs"] = {}
    with pytest.raises(NotAvailable, match=r"holds no sheets of units.*pilot\.yaml"):
        pilot_pages(bare)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["Tax, 2023-06-30", "Late (1)",
                "  10 days late  task 11  Indicator missed: more to come  [pilot:indicators:missed]"]),
        ("zh", ["税务局，2023-06-30", "逾期（1项）",
                "  逾期10天  任务11  指标missed：还差  [pilot:indicators:missed]"]),
    ],
)  # fmt: skip
def test_a_sheet_in_lines_says_days_task_what_is_asked_and_the_rule(run, lang, lines):
    told = [line for line in sheet_lines(run, "tax", unit_sheet(run, "tax"), lang) if line]
    assert told[:3] == lines


def test_an_unknown_unit_is_refused_with_the_units_there_are(run):
    with pytest.raises(RunError, match="no unit 'taxes'; units are market_supervision, ecology, "):
        unit_sheet(run, "taxes")


def test_a_unit_of_which_nothing_is_asked_says_so(run):
    lines = list(sheet_lines(run, "leading_members", unit_sheet(run, "leading_members"), "en"))
    assert "Nothing is asked of it." in lines


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_show_what_is_late_and_the_gaps_in_the_order_of_the_league(run, ax, texts, lang):
    tables = pilot_tables_of(run)
    assert set(drawings(tables, lang)) == {"league", "gaps"}
    league = tables["league"]
    frame = league.assign(label=league[f"label_{lang}"], gap_label=league[f"gap_label_{lang}"])
    late = frame[(frame["late"] + frame["late_shared"] + frame["soon"]) > 0]
    plot_late(late, ax, lang=lang)
    assert [t for t in dict.fromkeys(texts(ax)) if t in set(late["label"])] == list(late["label"])
    assert "1 + 0 + 0" in texts(ax)


def test_numbers_of_items_stand_beside_the_longest_bar_inside_the_plot(ax):
    frame = pd.DataFrame({"label": ["a", "b"], "late": [6, 1], "late_shared": [0, 0], "soon": [0, 2]})
    plot_late(frame, ax, lang="en")
    left, right = ax.get_xlim()
    assert left == 0
    assert right > 6.5


def test_a_gap_stands_with_its_share_and_its_indicator(run, ax, texts):
    league = pilot_tables_of(run)["league"]
    frame = league.assign(label=league["label_en"], gap_label=league["gap_label_en"])
    plot_gaps(frame[frame["gap_share"] > 0], ax, lang="en")
    assert {"60%  Indicator missed", "10%  Indicator shared"} <= set(texts(ax))


def test_without_anything_late_there_is_no_figure(run):
    tables = pilot_tables_of(run)
    calm = tables["league"].assign(late=0, late_shared=0, soon=0, gap_share=float("nan"))
    assert drawings({**tables, "league": calm}, "en") == {}


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 420])
def test_the_page_opens_without_a_request_and_is_not_wider_than_its_window(page, folder, width):
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((folder / "pilot.html").as_uri())
    seen = {}
    for _ in range(2):
        seen[page.evaluate("document.documentElement.dataset.lang")] = page.inner_text("h1")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("#switch")
    assert seen == {"en": "Scoreboard of the pilot", "zh": "试点工作台账"}
    assert (faults, page.requests) == ([], [])


@pytest.mark.browser
def test_on_paper_each_sheet_begins_a_page_and_a_sheet_alone_begins_on_the_first(page, folder):
    breaks = "[...document.querySelectorAll('section.sheet')].map(s => getComputedStyle(s).breakBefore)"
    page.emulate_media(media="print")
    page.goto((folder / "pilot.html").as_uri())
    assert set(page.evaluate(breaks)) == {"page"}
    page.goto((folder / "units" / "tax.html").as_uri())
    assert page.evaluate(breaks) == ["auto"]
