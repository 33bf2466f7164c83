"""The report as a file: self-contained, in both languages, every citation with its target, and nobody named."""

import base64
import io
import re
from collections import Counter
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml
from fontTools.ttLib import TTFont

from credit_score.language import reference_in, say
from credit_score.report.page import report_page
from credit_score.report.style import FONT

VOID = {"meta", "link", "br", "wbr", "img", "input", "hr"}
NAMESPACES = {
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
VOCABULARY = ("http://purl.org/dc/", "http://creativecommons.org/ns#")


class Page(HTMLParser):
    """Tags, ids, links and what each language reads."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.said, self.open = Counter(), Counter(), [], {"zh": "", "en": ""}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.tags[tag, held.get("lang")] += 1
        self.ids.update([held["id"]] if "id" in held else [])
        self.links += [held[k] for k in ("href", "src", "xlink:href", "action", "data") if k in held]
        if tag not in VOID:
            self.open.append((tag, held.get("lang") or self.open[-1][1] if self.open else None))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        within = {tag for tag, _ in self.open}
        if self.open and not within & {"style", "script", "head"}:
            for lang in self.said if self.open[-1][1] is None else {self.open[-1][1]} & set(self.said):
                self.said[lang] += data


@pytest.fixture(scope="module")
def html(run_folder):
    return (run_folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(html):
    return Page(html)


def dangling(text):
    """Citations in a page that lead nowhere."""
    found = Page(text)
    inside = [link[1:] for link in found.links if link.startswith("#")]
    assert inside
    return {link for link in inside if found.ids[link] != 1}


def test_the_page_asks_no_network_for_anything(html, parsed):
    addresses = set(re.findall(r"(?:https?:|wss?:|ftp:)?//[^\s\"'<>)]+", re.sub(r"data:[^)\"']+", "", html)))
    assert {a for a in addresses if not a.startswith(VOCABULARY)} == NAMESPACES
    assert all(link.startswith(("#", "data:")) for link in parsed.links)
    assert "@import" not in html
    assert not re.search(r"url\((?!data:|#)", html)


def test_the_page_forbids_whatever_is_not_in_it(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "*" not in policy


def test_every_figure_and_every_text_stands_in_both_languages(parsed, county_run):
    for tag in ("figure", "span"):
        assert parsed.tags[tag, "zh"] == parsed.tags[tag, "en"] > 0
    assert parsed.tags["figure", "zh"] == 10
    # The small trends of indicators hold no words, and stand once.
    measured = county_run.pilot["indicator_trend"].groupby("indicator")["value"].count()
    assert parsed.tags["svg", None] == 20 + (measured > 1).sum() > 20


def test_each_language_reads_as_itself(parsed):
    assert "谁承担检查" in parsed.said["zh"]
    assert "Who bears the inspections" in parsed.said["en"]
    assert "Who bears" not in parsed.said["zh"]
    said = re.sub(r"catalogue:\S+", "", parsed.said["en"]).replace("中文", "")  # ids of kinds are Chinese
    said = re.sub(r"虚构\w镇(第\d+村)?", "", said)  # towns and villages have one name
    assert not re.findall(r"[一-鿿]+", said)
    rules = parsed.said["zh"].split("每个数字的依据")[1]
    assert [w for w in ("个月", "检查人天", "次/年", "有效期", "抽查比例", "上限") if w not in rules] == []
    assert not re.search(r"inspector-days|visits a year|no source gives it", rules)


def test_every_citation_leads_to_its_rule(html, parsed):
    assert dangling(html) == set()
    assert [i for i, n in parsed.ids.items() if n > 1] == []
    cited = {link for link in parsed.links if link.startswith("#rule-")}
    assert {"#rule-enterprise", "#rule-individual", "#rule-inspection", "#rule-tiers:tiers:A"} <= cited
    assert {f"#rule-inspection:schedule:{t}" for t in "ABCD"} <= cited
    assert "#rule-inspection:statutory_minimums:minimum.food" in cited


def edited(section, edit):
    def change(folder):
        path = folder / f"{section}.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        edit(data)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    return change


def own_ratio_and_no_minimum(section):
    housing = next(d for d in section["departments"] if d["id"] == "housing")
    ratio = section["schedule"]["B"]["ratio"]
    housing["ratio"] = {"A": {day: entry | {"reference": "its own"} for day, entry in ratio.items()}}
    del section["county_minimum"], section["statutory_minimums"]


PERSONAL = ("individual", "scenes")
ALTERED = {
    "a department with a ratio of its own, no minimum": edited("inspection", own_ratio_and_no_minimum),
    "no points for persons": lambda folder: [(folder / f"{section}.yaml").unlink() for section in PERSONAL],
}


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
@pytest.mark.parametrize("change", ALTERED.values(), ids=list(ALTERED))
def test_every_citation_leads_to_its_rule_under_other_policies_too(small_run, change):
    text = report_page(small_run(change))
    assert dangling(text) == set()
    assert ("本政策不涉及个人积分" in text) == (change is ALTERED["no points for persons"])


def blind_and_finer(section):
    for field in ("ratio", "floor"):
        for entry in section["schedule"]["A"][field].values():
            entry["value"] = 0
    for entry in section["county_minimum"].values():
        entry["value"] = 0.025


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_rate_that_nothing_can_tell_is_said_to_be_unknown_and_its_tier_is_named(small_run):
    said = Page(report_page(small_run(edited("inspection", blind_and_finer)))).said
    assert "rate not identified" in said["en"]
    assert "Tier A: where ratio and floor are 0 nobody is drawn" in said["en"]
    assert "问题率不可估计" in said["zh"]
    assert "A 级有的层比例和下限均为 0" in said["zh"]
    assert "county minimum 2.5 %" in said["en"]


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_where_every_stratum_can_be_drawn_no_rate_is_said_to_be_unknown(small_run):
    said = Page(report_page(small_run())).said
    assert "rate not identified" not in said["en"]
    assert "不可估计" not in said["zh"]


def finer(section):
    for cutoff, tier in zip((1004.996, 950.001, -30.5), section["tiers"], strict=False):
        for entry in tier["from_score"].values():
            entry["value"] = cutoff


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_cut_offs_and_numbers_of_rules_are_shown_to_their_last_digit(small_run):
    said = Page(report_page(small_run(edited("tiers", finer)))).said["en"]
    assert {"1004.996", "950.001", "-30.5"} <= set(re.findall(r"-?\d+\.\d+", said.split("At a glance")[1]))
    assert "≥ 1004.996" in said


def test_planned_and_drawn_firms_stand_apart_and_a_duty_has_its_name(parsed, county_run):
    schedule = county_run.schedule
    assert (schedule["drawn"] > schedule["firms_drawn"]).any()
    duty = schedule[schedule["duty"] != ""].iloc[0]
    assert "Planned firms" in parsed.said["en"]
    assert "Firms drawn" in parsed.said["en"]
    assert "Every food operator at least once in two years" in parsed.said["en"].split("The rule behind")[0]
    assert duty["duty"] not in parsed.said["en"].split("The rule behind")[0]
    for row in schedule.itertuples():
        assert f"{row.floor}{row.drawn:,}{row.firms_drawn:,}{row.visits_drawn:,}" in parsed.said["en"]


def test_accepted_records_without_points_are_told_by_reason_and_item(parsed, county_run):
    told = county_run.uncounted
    assert len(told) > 3
    for reason, n in told.groupby("reason")["n"].sum().items():
        assert f"{say(f'uncounted.{reason}', 'en')}{n:,}" in parsed.said["en"]
    for row in told.itertuples():
        assert f"{row.item}{row.n:,}" in parsed.said["zh"]


def test_the_scoreboard_tells_every_indicator_with_a_sign_and_a_word_and_cites_its_rule(html, parsed, county_run):
    board = county_run.indicators
    for row in board.to_dict("records"):
        assert f'href="#rule-{row["rule"]}"' in html
        assert row["label_zh"] in parsed.said["zh"]
        assert row["label_en"] in parsed.said["en"]
        gap = row["needs_en"] or (row["gap_en"] if row["gap"] else "")
        assert gap.replace(" %", "\u00a0%") in parsed.said["en"]
    for light, word in {"green": "√ met", "amber": "▲ under way", "grey": "○ not measurable"}.items():
        assert parsed.said["en"].count(word) == (board["light"] == light).sum()
    for task in county_run.pilot["plan_tasks"].to_dict("records"):
        assert task["tracked_zh"] in parsed.said["zh"]


@pytest.mark.thorough
def test_a_policy_without_a_plan_has_a_page_without_a_scoreboard(small_run):
    def without(folder):
        for section in ("pilot", "statements"):  # statements are for the uses that the plan names
            (folder / f"{section}.yaml").unlink()

    page = report_page(small_run(without))
    assert 'id="pilot"' not in page


def test_no_subject_is_named(html, county_run):
    subjects = set(county_run.scores["subject"]) | set(county_run.records["enterprises"].execute()["enterprise_id"])
    names = set(county_run.records["enterprises"].execute()["name"].dropna())
    assert len(subjects) > 400
    assert len(names) > 50
    assert not [s for s in subjects | names if s in html]
    assert not re.search(r"\b[PSHI]-[0-9a-f]{24}\b", html)


def test_the_numbers_of_the_page_are_those_of_the_run(parsed, county_run):
    for lang in ("zh", "en"):
        said = re.sub(r"\s+", " ", parsed.said[lang])
        for row in county_run.tier_shares.itertuples():
            assert f"{row.firms:,.0f}{row.share:.1%}" in said.replace(" ", "")
        assert f"{county_run.workload['visits'].sum():,}" in said
        assert f"{county_run.records.counts['rejected'].sum():,}" in said


def test_every_number_in_force_stands_with_its_basis_and_reference(parsed, county_run):
    for cited in county_run.rules.cited():
        assert f"rule-{cited.rule}" in parsed.ids
        for lang in ("zh", "en"):
            assert reference_in(cited.figure.reference, lang) in parsed.said[lang]


def embedded_font(html):
    data = re.search(rf"font-family:'{FONT}';src:url\(data:font/woff;base64,([^)]+)\)", html)[1]
    return TTFont(io.BytesIO(base64.b64decode(data)))


def test_the_embedded_font_has_every_character_that_is_read(html, parsed):
    has = {chr(code) for code in embedded_font(html).getBestCmap()}
    read = {c for said in parsed.said.values() for c in said if not c.isspace()}
    assert len(read) > 300
    assert read <= has
    assert len(html) < 1_500_000


@pytest.mark.thorough
def test_a_label_with_markup_stays_text(small_run):
    markup = "<script>alert(1)</script> & $x^2$"

    def rename(about):
        for sector in about["sectors"]:
            sector["label"] = {"zh": markup, "en": markup}

    text = report_page(small_run(edited("policy", rename)))
    assert "<script>alert" not in text
    assert Page(text).tags["script", None] == 1
    assert "$x^2$" in text


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_a_county_without_rejected_rows_or_persons_has_a_report(small_run):
    run = small_run()
    text = report_page(run)
    found = Page(text)
    assert run.rejected.empty
    assert found.tags["figure", "zh"] == found.tags["figure", "en"] == 6
    assert dangling(text) == set()
    assert not re.search(r"\b(nan|inf|None)\b", found.said["en"])


def test_what_cannot_be_computed_is_not_shown_as_a_number(parsed):
    assert not re.search(r"\b(nan|inf|None|NaT|undefined)\b", parsed.said["en"])


def test_a_row_is_told_by_count_and_reason_never_by_value(html, county_run):
    values = county_run.rejected["value"]
    long = values[values.str.len() > 6]
    assert len(long) > 10
    assert not [v for v in pd.unique(long) if v in html]
