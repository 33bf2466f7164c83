"""Three-credit on the page: the figure, and tables in words."""

import numpy as np
import pandas as pd
import pytest

from credit_score.report.page import drawings
from credit_score.report.three_credit import TITLES, three_credit_told
from credit_score.report.three_credit_figure import plot_three_credit, shares_by_town

WORDS = {"en": ("1 of 3 villages, 33%", "not told: villages with few households or borrowers", "Credit town: 50%"),
         "zh": ("1/3 个村，33%", "不公开：各村户数或借款户数较少", "信用镇标准 50%")}  # fmt: skip


@pytest.fixture(params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture
def drawn(villages_run, ax, lang):
    return plot_three_credit(shares_by_town(villages_run.pilot["towns"], lang), ax, criterion=0.5, lang=lang)


def test_the_figure_says_in_words_what_its_bars_are_and_what_is_not_told(drawn, texts, lang):
    said = texts(drawn)
    assert [word for word in WORDS[lang] if word not in said] == []
    assert {"east", "north", "south"} <= set(said)
    assert "%" in drawn.get_xlabel() or "％" in drawn.get_xlabel()


def test_a_bar_ends_at_its_share_and_one_that_is_not_told_is_hatched(drawn):
    told, untold = drawn.containers
    assert [bar.get_width() for bar in told] == pytest.approx([100 / 3, 50])
    assert [bar.get_hatch() for bar in told] == [None, None]
    assert [bar.get_hatch() for bar in untold] == ["..."]
    (line,) = drawn.lines
    assert list(line.get_xdata()) == [50, 50]


def test_a_county_of_which_nothing_may_be_told_is_drawn(ax, texts):
    frame = pd.DataFrame({"label": ["a"], "share": [np.nan], "text": ["not told"]})
    assert plot_three_credit(frame, ax, criterion=0.125, lang="en") is ax
    assert "Credit town: 12.5%" in texts(ax)


def test_the_report_draws_it_where_there_are_towns(villages_run):
    height, draw = drawings(villages_run, "zh")["three_credit"]
    assert height > 1
    assert callable(draw)


def test_tables_in_words_withhold_what_is_not_told_and_say_where_no_bank_has_reported(villages_run):
    told = three_credit_told(villages_run.pilot, villages_run.rules, "en")
    assert list(told) == [name for name in TITLES if name in told]
    villages = told["villages"].set_index("Village")
    assert villages.loc["east-1", ["Credit households", "In arrears"]].tolist() == ["withheld", "withheld"]
    assert villages.loc["north-1", ["Borrowers", "In arrears", "Bad loans"]].tolist() == ["–", "–", "–"]
    assert villages.loc["east-4", "Status"] == "within its town"
    towns = told["towns"].set_index("Town")
    assert towns.loc["east", ["Credit households", "In arrears", "Bad loans"]].tolist() == ["73", "39", "5.0%"]
    assert towns.loc["south", ["Credit households", "Borrowers"]].tolist() == ["withheld", "–"]


def test_only_one_town_is_told_where_it_is_asked_for(villages_run):
    told = three_credit_told(villages_run.pilot, villages_run.rules, "zh", town="north")
    assert told["towns"]["镇"].tolist() == ["north"]
    assert told["villages"]["村"].tolist() == ["north-1", "north-2"]


def test_without_tables_nothing_is_told(villages_run):
    assert three_credit_told({}, villages_run.rules, "zh") == {}


def test_the_page_has_the_section_with_its_figure_in_both_languages(villages_folder):
    page = (villages_folder / "report.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="three_credit">') :].partition("</section>")[0]
    for word in ("“三信”创建与重点行业", "Credit villages and towns, and sectors", *WORDS["en"][:2], *WORDS["zh"][:2]):
        assert word in section
    assert section.count("<svg") == 2
