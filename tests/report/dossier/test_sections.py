"""What a dossier says: the same numbers as the cube, in both languages, and what is not known is not told."""

from dataclasses import replace

import numpy as np
import pytest

from credit_score.language import LANGUAGES
from credit_score.report.dossier import Decision, sections
from credit_score.report.dossier.blocks import Command, Drawn, Live, Table, Text
from credit_score.report.dossier.decision import Totals
from credit_score.report.dossier.words import Words
from credit_score.report.number import rounded


@pytest.fixture(scope="module")
def made(decision):
    return {lang: {s.id: s for s in sections(decision, lang)} for lang in LANGUAGES}


def tables(section):
    return [b for b in section.blocks if isinstance(b, Table)]


def paragraphs(section):
    return " ".join(b.text for b in section.blocks if isinstance(b, Text))


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


def test_the_sections_stand_in_both_languages_in_one_order(made):
    assert list(made["zh"]) == list(made["en"])
    assert list(made["en"]) == [
        "decision", "rules", "tiers", "load", "found", "burden", "alternatives", "sensitivity", "try", "sources",
        "verify",
    ]  # fmt: skip
    for zh, en in zip(made["zh"].values(), made["en"].values(), strict=True):
        assert [type(b) for b in zh.blocks] == [type(b) for b in en.blocks]
        assert zh.heading != en.heading


def test_every_row_is_as_long_as_its_heading(made):
    found = [t for lang in LANGUAGES for s in made[lang].values() for t in tables(s)]
    assert len(found) > 20
    for table in found:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.headings) or 2}
        assert not table.widths or len(table.widths) == len(table.rows[0])


def test_the_totals_are_those_of_the_answers_with_their_intervals(made, decision):
    told = rows(tables(made["en"]["decision"])[1])
    was, now = decision.as_was, decision.as_decided
    found, low, high = now.detections.sum(), *(decision.bands["detections"][e] for e in ("low", "high"))
    assert told["Found"] == [
        f"{was.detections.sum():,.1f}", f"{found:,.1f} ({low:,.1f} to {high:,.1f})",
        f"{found - was.detections.sum():+,.1f}",
    ]  # fmt: skip
    assert told["Inspector-days in all"][:2] == [f"{was.load.sum():,.1f}", f"{now.load.sum():,.1f}"]
    assert told["Firms visited at least once"][:2] == [f"{was.county_share:.1%}", f"{now.county_share:.1%}"]
    assert told["Chance of being better than the policy in force"][1] == "87%"
    assert told["Chance of being better at the same inspector-days"][1] == "62%"
    assert "into which 90% of 50 simulated years fall" in paragraphs(made["en"]["decision"])


@pytest.mark.parametrize(("share", "told"), [(1.0, ">99%"), (0.0, "<1%"), (0.99, "99%"), (0.5, "50%")])
def test_a_chance_is_never_told_as_sure(decision, share, told):
    assert Words(decision, "en").chance({"as_it_stands": share}, "as_it_stands") == told


def test_who_decided_and_why_stands_first(made):
    told = rows(tables(made["zh"]["decision"])[0])
    assert told["拟定"] == ["王分析（信用办） 2023-06-30"]
    assert told["签署"] == ["张主任（发改局） 2023-06-30"]
    assert told["施行日期"] == ["2023-07-01"]
    assert "合成数据" in told["状态"][0]


def test_a_draft_says_that_nobody_signed(decision):
    draft = replace(decision, signer=None, signed_on=None, status="draft")
    told = rows(tables(sections(draft, "en")[0])[0])
    assert told["Signed by"] == ["not signed"]
    assert told["Status"][0].startswith("Draft")


def test_every_number_that_changes_is_told_old_and_new_with_its_ground(made):
    table = tables(made["en"]["rules"])[0]
    assert len(table.rows) == 3
    told = rows(table)
    assert told["Tier A, good credit, lowest score"][:2] == ["1000 points", "990 points"]
    assert told["Tier C, some risk, ratio"][:2] == ["20 %", "30 %"]
    assert told["Ecology and environment, Tier D, high risk, ratio"][:3] == ["50 % (common to all)", "60 %", ""]
    assert all(row[4] == "assumption: the rate of tier C has risen" for row in table.rows)


def test_where_nothing_changes_it_says_so(decision):
    same = replace(decision, after=decision.before, plan_after=decision.plan_before)
    rules = sections(same, "en")[1]
    assert paragraphs(rules) == "No number changes."


def test_a_tier_has_its_cutoffs_firms_and_rate(made, decision):
    now, was = decision.as_decided, decision.as_was
    for k, row in enumerate(tables(made["en"]["tiers"])[0].rows):
        low, high = (decision.bands["rates"][e][k] for e in ("low", "high"))
        assert row[4] == f"{now.rates[k]:.1%} ({low * 100:.1f} to {high * 100:.1f}%)"
        firms = [f"{a.registered[k]:,.0f}" for a in (was, now)]
        assert row[2] == (firms[1] if firms[0] == firms[1] else " → ".join(firms))
        assert row[6] == f"{now.drawn[k].sum():,.1f}"
    assert tables(made["en"]["tiers"])[0].rows[0][1] == "1000 → 990"


def test_load_adds_up_and_the_overloaded_are_named(made, decision):
    now = decision.as_decided
    over = now.load > decision.cube.capacity
    assert over.any()
    for d, row in enumerate(tables(made["en"]["load"])[0].rows):
        parts = [float(x.replace(",", "")) for x in row[1:4]]
        assert sum(parts) == pytest.approx(now.load[d], abs=0.16)
        assert row[4].endswith(f"{now.load[d]:,.1f}")
        assert ("▲" in row[6]) == over[d]
        assert (row[0] in paragraphs(made["en"]["load"])) == over[d]


def test_where_nobody_is_over_capacity_it_says_so(decision):
    roomy = replace(decision, cube=replace(decision.cube, capacity=decision.cube.capacity + 1e6))
    load = next(s for s in sections(roomy, "zh") if s.id == "load")
    assert "没有部门超出能力" in paragraphs(load)


def test_a_department_that_meets_its_capacity_is_not_over_it_for_a_last_digit(decision):
    cube = replace(decision.cube, capacity=decision.as_decided.load * (1 - 1e-15))
    full = replace(decision, cube=cube)
    assert (full.as_decided.load > cube.capacity).any()
    load = next(s for s in sections(full, "zh") if s.id == "load")
    assert "没有部门超出能力" in paragraphs(load)
    assert {row[-1] for row in tables(load)[0].rows} == {"100%"}
    [figure] = [block for block in load.blocks if isinstance(block, Drawn)]
    assert (figure.draw.args[0]["utilisation_in_all"] <= 1).all()
    assert Totals.of(full.as_decided).overloaded == 0


def test_found_and_missed_are_the_violations(made, decision):
    now = decision.as_decided
    for table, axis in zip(tables(made["en"]["found"]), (1, 0), strict=True):
        there, seen = now.violations.sum(axis=axis), now.detections.sum(axis=axis)
        for i, row in enumerate(table.rows):
            assert row[1] == f"{there[i]:,.1f}"
            assert row[2].split(" (")[0] == f"{seen[i]:,.1f}"
            assert row[3] == f"{there[i] - seen[i]:,.1f}"
            assert row[4] == f"{seen[i] / there[i]:.1%}"


def test_the_burden_is_that_of_the_answers(made, decision):
    for table, by in zip(tables(made["en"]["burden"]), ("sector", "size"), strict=True):
        was, now = decision.as_was.burden(by), decision.as_decided.burden(by)
        assert [row[1:] for row in table.rows] == [
            [rounded(a, 3), rounded(b, 3)] for a, b in zip(was, now, strict=True)
        ]


def test_alternatives_stand_side_by_side_with_their_chances(made, decision):
    who, beside = tables(made["en"]["alternatives"])
    assert beside.headings[1:] == ["In force now", "This decision", "只提高C级", "少查A级"]
    told = rows(beside)
    answers = [decision.as_was, decision.as_decided, *(a.answer(decision.cube) for a in decision.alternatives)]
    assert told["Undetected"] == [f"{a.undetected.sum():,.1f}" for a in answers]
    assert told["Chance of being better than the policy in force"] == ["–", "87%", "71%", "–"]
    assert told["Chance of being better at the same inspector-days"] == ["–", "62%", "40%", "–"]
    assert told["Cut-offs (points)"][1] == "990 / 950 / 850"
    assert told["Ratio of tier D"] == ["50%", "50%–60%", "50%–60%", "50%"]
    assert [row[0] for row in who.rows] == ["只提高C级", "少查A级"]


def test_many_drafts_stand_in_tables_that_a_page_holds(decision):
    drafts = tuple(replace(decision.alternatives[i % 2], name=str(i)) for i in range(9))
    made = {s.id: s for s in sections(replace(decision, alternatives=drafts), "en")}
    who, *beside = tables(made["alternatives"])
    assert len(who.rows) == 9
    assert [name for table in beside for name in table.headings[3:]] == [str(i) for i in range(9)]
    assert all(len(table.headings) <= 7 for table in beside)
    assert {table.headings[2] for table in beside} == {"This decision"}


def test_every_number_of_tiers_and_schedule_stands_on_a_ground(made, decision):
    told = " ".join(row[1] for row in tables(made["en"]["sources"])[0].rows)
    cited = [c for c in decision.after.cited() if c.rule.split(":")[0] in ("tiers", "inspection")]
    assert told.count(": ") >= len(cited) > 20
    assert "Tier C, some risk, ratio: 30 %" in told
    visits = tables(made["en"]["sources"])[1]
    assert [row[1:] for row in visits.rows] == [
        [f"{v:.0f}", f"{f:.0f}"] for v, f in zip(decision.cube.curve.visits, decision.cube.curve.found, strict=True)
    ]


def test_how_to_verify_names_fingerprints_and_commands_and_what_it_is_not(made):
    section = made["en"]["verify"]
    assert {row[1] for row in tables(section)[0].rows} == {"ab" * 32, "cd" * 32, "ef" * 32}
    lines = [b.line for b in section.blocks if isinstance(b, Command)]
    assert any("verify-draw" in line for line in lines)
    assert "credit-score verify ." in lines
    assert "no electronic signature" in paragraphs(section)
    assert "not a credit rating" in paragraphs(section)


def test_where_no_visit_says_rates_and_finds_are_not_told(decision):
    blind = replace(decision, cube=replace(decision.cube, curve=None), bands=None, payload=None, alternatives=())
    made = {s.id: s for s in sections(blind, "en")}
    assert rows(tables(made["decision"])[1])["Found"] == ["–", "–", "–"]
    assert [row[4] for row in tables(made["tiers"])[0].rows] == ["–"] * 4
    for name in ("found", "tiers", "sensitivity"):
        assert "There are no results of random visits" in paragraphs(made[name])
    assert [type(b) for b in made["found"].blocks] == [Text]
    assert [b.name for b in made["sensitivity"].blocks if isinstance(b, Drawn)] == ["swings-days"]
    assert not any(isinstance(b, Live) for b in made["try"].blocks)
    assert "without the live page" in paragraphs(made["try"])
    assert "No draft was kept" in paragraphs(made["alternatives"])


def test_without_bands_numbers_stand_alone_and_it_says_so(decision):
    made = {s.id: s for s in sections(replace(decision, bands=None), "en")}
    assert "No intervals were computed" in paragraphs(made["tiers"])
    assert rows(tables(made["decision"])[1])["Found"][1] == f"{decision.as_decided.detections.sum():,.1f}"


def test_a_department_without_capacity_has_no_use_told(decision, ax, texts):
    capacity = decision.cube.capacity.copy()
    capacity[0] = 0.0
    load = sections(replace(decision, cube=replace(decision.cube, capacity=capacity)), "en")[3]
    assert tables(load)[0].rows[0][6] == "– ▲ over capacity"
    next(b for b in load.blocks if isinstance(b, Drawn)).draw(ax)
    assert "–, over capacity" in texts(ax)


def test_totals_count_visits_of_duties_too(decision):
    now = decision.as_decided
    duty = np.einsum("bpz,pd->", decision.cube.counts, decision.cube.duty)
    assert Totals.of(now).visits == pytest.approx(now.visits.sum() + duty)
    assert isinstance(decision, Decision)
