import re
from types import SimpleNamespace

import pandas as pd
import pytest

from credit_score.language import reference_in
from credit_score.policy import load_policy
from credit_score.report import content

POLICY = load_policy("gaoyang")

HONOUR = {"item": "honour.municipal"}
FORCED = [
    {"item": "justice.serious_dishonesty", "catalogue_kind": "严重失信主体名单信息"},
    {"item": "tax.a_rating", "catalogue_kind": "信用评价结果信息"},
    *[HONOUR] * 3,
]


def test_labels_are_given_in_both_languages(county_run):
    sizes = content.labels(county_run.rules, "sizes")
    assert sizes["micro"] == {"zh": "微型", "en": "Micro"}
    assert list(content.labels(county_run.rules, "tiers")) == ["A", "B", "C", "D"]


def test_an_unknown_group_of_labels_is_refused(county_run):
    with pytest.raises(KeyError):
        content.labels(county_run.rules, "colours")


def test_score_counts_hold_every_enterprise_once(county_run):
    counted = content.score_counts(county_run.tables["tiers"], "tier")
    assert counted["n"].sum() == county_run.tier_shares["firms"].sum()
    assert counted.groupby("tier")["n"].sum().to_dict() == dict(
        county_run.tier_shares.query("firms > 0")[["tier", "firms"]].to_numpy().tolist()
    )


def test_a_tiers_row_tells_its_cut_off_and_who_is_there_by_an_override(county_run, small_run):
    rows = content.tier_rows(county_run)
    assert [r["cutoff"] for r in rows] == [1000, 950, 850, None]
    assert [r["firms"] for r in rows] == county_run.tier_shares["firms"].tolist()
    assert [r["rule"] for r in rows] == [f"tiers:tiers:{t}" for t in "ABCD"]
    forced = content.tier_rows(small_run(lambda folder: None, records=FORCED))
    assert [(r["firms"], r["forced"]) for r in forced] == [(0, 0), (0, 0), (0, 0), (1, 1)]


def test_visits_by_tier_are_those_of_the_draw(county_run):
    wide = content.visits_by_tier(county_run, "en").set_index("label")
    assert wide.loc["Fire brigade"].sum() == county_run.draw.query("department == 'fire'")["visits"].sum()
    assert wide.to_numpy().sum() == county_run.draw["visits"].sum()


@pytest.mark.parametrize("by", ["sector", "size"])
def test_the_burden_is_listed_in_the_policys_order(county_run, by):
    frame = content.burden_labelled(county_run, by, "zh")
    names = content.labels(county_run.rules, f"{by}s")
    assert frame[by].tolist() == [n for n in names if n in set(frame[by])]
    assert frame["label"].tolist() == [names[n]["zh"] for n in frame[by]]


def test_the_mean_burden_lies_between_the_least_and_the_most(county_run):
    frame = county_run.burden("sector")
    mean = content.mean_burden(county_run)
    assert frame["visits_per_firm"].min() < mean < frame["visits_per_firm"].max()
    assert mean == pytest.approx((frame["visits_per_firm"] * frame["firms"]).sum() / frame["firms"].sum())


def test_reasons_come_most_first_in_words(county_run):
    told = content.reasons(county_run, "en")
    assert told["n"].is_monotonic_decreasing
    assert told["n"].sum() == len(county_run.rejected)
    assert "Below the least age" in set(told["label"])


def test_the_summary_adds_up(county_run):
    told = content.summary(county_run)
    load = county_run.workload
    assert told["visits"] == county_run.draw["visits"].sum() <= told["planned"]
    assert told["utilisation"] == pytest.approx(load["days"].sum() / load["capacity_days"].sum())
    assert told["overloaded"] == (load["days"] + load["out_of_plan_days"] > load["capacity_days"]).sum()
    assert told["individuals"] == (county_run.scores["subject_kind"] == "individual").sum()
    assert told["read"] - told["rejected"] == county_run.records.counts["accepted"].sum()
    assert told["county_minimum"] == 0.03


def test_limits_that_are_not_kept_are_told_in_both_languages_with_a_rule_that_is_cited(county_run):
    told = content.breaches(county_run)
    assert len(told) == len(county_run.breaches) > 0
    cited = {row["rule"] for row in content.rules_cited(county_run.rules)}
    for row, found in zip(told, county_run.breaches, strict=True):
        assert row["rule"] in cited
        assert f"{found.excess:,.1f} too many" in row["en"]
        assert f"超出 {found.excess:,.1f}" in row["zh"]


def test_rules_cited_mark_the_first_number_of_each_rule(county_run):
    cited = pd.DataFrame(content.rules_cited(county_run.rules))
    assert cited["first"].sum() == cited["rule"].nunique()
    assert cited["reference"].str.len().min() > 0
    assert set(cited["basis"]) <= {"law", "plan", "published", "assumption"}
    assert all(label["zh"] and label["en"] for label in cited["label"])


def test_a_reference_is_said_in_the_language_asked_for_and_whole_where_it_has_no_parts():
    assert reference_in("无出处（1/2） / no source, or / none", "zh") == "无出处（1/2）"
    assert reference_in("无出处（1/2） / no source, or / none", "en") == "no source, or / none"
    for whole in ("某办法 第二十二条", "Order 67, Arts 1 / 2", "甲/乙", ""):
        assert reference_in(whole, "zh") == reference_in(whole, "en") == whole


@pytest.mark.parametrize("day", POLICY.days(), ids=str)
def test_every_reference_of_the_bundled_policy_has_both_languages(day):
    for row in content.rules_cited(POLICY.at(day)):
        assert re.search(r"[一-鿿]", row["references"]["zh"])
        assert re.search(r"[A-Za-z]{3}", row["references"]["en"])
        assert not re.search(r"[一-鿿]", row["references"]["en"])


def test_a_departments_own_ratio_is_told_by_the_tier_it_is_for(altered_policy):
    def own(section):
        section["departments"][0]["ratio"] = {"B": section["schedule"]["B"]["ratio"]}

    cited = content.rules_cited(load_policy(altered_policy(inspection=own)).at("2023-06-30"))
    told = [row for row in cited if row["tier"]]
    assert [(row["rule"], row["field"]) for row in told] == [("inspection:departments:market_supervision:ratio", "B")]
    assert told[0]["tier"]["en"] == "Tier B, fair credit"


def test_records_without_points_are_summed_by_reason_most_first_and_named(county_run):
    told = content.uncounted(county_run)
    sums = [row["n"] for row in told["reasons"]]
    assert sums == sorted(sums, reverse=True)
    assert sum(sums) == county_run.uncounted["n"].sum() == sum(row["n"] for row in told["items"])
    assert {"zh": "合同已履行", "en": "Contract fulfilled"} in [row["label"] for row in told["items"]]


def test_no_record_without_points_gives_no_row_and_an_unknown_item_no_label(county_run):
    none = county_run.uncounted.iloc[:0]
    assert content.uncounted(SimpleNamespace(uncounted=none, rules=county_run.rules)) == {"reasons": [], "items": []}
    strange = pd.DataFrame([("enterprise", "no.such", "no_rule", 3)], columns=none.columns)
    told = content.uncounted(SimpleNamespace(uncounted=strange, rules=county_run.rules))
    assert told["items"][0]["label"] is None


def test_tiers_of_which_nobody_can_be_drawn_are_named_once_in_their_order(county_run):
    assert content.tiers_without_rate(county_run) == []
    blind = county_run.schedule.assign(rate_identified=~county_run.schedule["tier"].isin(["C", "A"]))
    assert content.tiers_without_rate(SimpleNamespace(schedule=blind, rules=county_run.rules)) == ["A", "C"]


def test_a_floor_above_its_stratum_is_told_with_both_numbers_and_its_rule(county_run):
    rows = county_run.schedule[county_run.schedule["floor"] > county_run.schedule["firms"]].to_dict("records")
    told = content.floors_above(county_run)
    assert len(told) == len(rows) > 0
    for found, row in zip(told, rows, strict=True):
        said = f"tier {row['tier']}: a floor of {row['floor']} where there are {row['firms']} firms"
        assert f"{said}; all of them are planned" in found["en"]
        assert f"下限 {row['floor']} 户，高于该级的 {row['firms']} 户" in found["zh"]
        assert found["rule"] == row["rule"]
        assert row["drawn"] == row["firms"]
