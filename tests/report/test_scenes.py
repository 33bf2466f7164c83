"""The report's section on scenes, and its figures."""

import numpy as np
import pandas as pd
import pytest

from credit_score.language import LANGUAGES, say
from credit_score.long_list import Tables
from credit_score.pilot.levels import Asked, calibrate
from credit_score.report import scenes
from credit_score.report.page import report_page
from credit_score.report.scene_plots import plot_levels, plot_reach

COUNTS = pd.DataFrame({"from_score": np.arange(501.0, 510), "members": 20})
FOUND = calibrate(COUNTS, Asked((0.05, 0.1, 0.2), budget=700, price=100, take_up=0.2), base=500)
REACH = pd.DataFrame({"label": ["town East", "town West", "age band 18-29"], "share": [0.25, np.nan, 0.125]})


def test_the_section_tells_of_every_scene_and_counts_those_that_are_open(county_run):
    told = scenes.section(county_run)
    assert told["open"] == 12
    assert len(told["rows"]) == 16
    assert sum(row["open"] for row in told["rows"]) == 12
    assert told["measured"]
    listed = county_run.pilot["scenes"].set_index("rule")
    for row in told["rows"]:
        n = listed.loc[row["rule"], "qualifying"]
        assert row["qualifying"]["en"] == ("withheld" if pd.isna(n) else f"{n:,}")


def test_a_run_without_scenes_has_no_section_and_no_figure(county_run, monkeypatch):
    monkeypatch.setitem(vars(county_run), "pilot", {})
    assert scenes.section(county_run) is None
    assert list(scenes.drawings(county_run, "en")) == []


def test_the_page_shows_the_section_in_both_languages_and_cites_every_scene(county_run, quick_page):
    html = report_page(county_run)
    section = html[html.index('<section id="scenes">') : html.index('<section id="rejected">')]
    for lang in LANGUAGES:
        assert say("scene.listed", lang, day="2023-06-30", open=12, n=16) in section
        assert say("scene.statement_only", lang) in section
    for scene in county_run.rules.model.scenes.scenes:
        assert scene.benefit.zh in section
        assert f'href="#rule-scenes:scenes:{scene.id}"' in section
        assert f'id="rule-scenes:scenes:{scene.id}"' in html


def test_without_uses_from_providers_nothing_counts_as_measured(county_run, monkeypatch):
    months = county_run.pilot["scene_months"]
    unused = {"scene_months": months.assign(uses=months["uses"].mask(months["uses"].notna()))}
    monkeypatch.setitem(vars(county_run), "pilot", Tables(county_run.pilot.made | unused))
    told = scenes.section(county_run)
    assert not told["measured"]
    assert {row["observed"] for row in told["rows"]} == {None}


def test_uses_that_providers_supplied_are_shown_beside_what_is_expected(county_run, quick_page, monkeypatch):
    pilot = dict(county_run.pilot)
    months = pilot["scene_months"]
    bus = months["scene"] == "scene.bus"
    pilot["scene_months"] = months.assign(
        uses=months["uses"].where(bus).mask(bus, 1234), cost=months["cost"].mask(bus, 246.8)
    )
    monkeypatch.setitem(vars(county_run), "pilot", pilot)
    told = scenes.section(county_run)
    assert told["measured"]
    assert {row["observed"] for row in told["rows"]} == {None, 1234.0}
    html = report_page(county_run)
    assert "1,234 uses" in html
    assert "1,234 次" in html
    assert say("scene.needs_uses", "en") not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_of_reach_shows_each_share_and_says_what_is_withheld(ax, texts, lang):
    assert plot_reach(REACH, ax, county=0.2, lang=lang) is ax
    assert [bar.get_width() for bar in ax.patches] == [25, 0, 12.5]
    written = texts(ax)
    assert {"25.0%", "12.5%", say("cell_withheld", lang), say("axis.member_share", lang)} <= set(written)
    assert say("figure.county_share", lang, share="20.0%") in written


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_of_levels_shows_members_thresholds_cost_and_budget(ax, texts, lang):
    assert plot_levels(COUNTS, ax, found=FOUND, lang=lang) is ax
    assert [bar.get_height() for bar in ax.patches] == [20] * 9
    written = texts(ax)
    for level, start in zip(("5%", "10%", "20%"), FOUND.table["from_score"], strict=True):
        assert f"{level} ≥ {start:g}" in written
    beside = next(a for a in ax.figure.axes if a is not ax)
    assert say("axis.month_cost", lang) == beside.get_ylabel()
    cost = beside.lines[0]
    assert list(cost.get_ydata()) == FOUND.front["cost"].tolist()
    assert set(beside.lines[1].get_ydata()) == {700}


def test_the_figure_of_the_report_is_of_the_scene_that_reaches_furthest(county_run):
    (name, height, draw), *more = scenes.drawings(county_run, "en")
    assert (name, more) == ("scenes", [])
    frame = draw.args[0]
    reached = county_run.pilot["scene_reach"].set_index("scene").loc["scene.library"]
    assert len(frame) == (reached["by"] != "county").sum()
    assert draw.keywords["county"] == pytest.approx(reached.loc[reached["by"] == "county", "share"].iloc[0])
    assert height > 2
