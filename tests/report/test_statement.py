import json
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import yaml

from credit_score.errors import RunError
from credit_score.language import reference_in
from credit_score.records.door.identity import pseudonym
from credit_score.report import RunFolder, statement


@pytest.fixture(scope="module")
def opened(run_folder):
    return RunFolder.open(run_folder)


def some(run, query, table="tiers"):
    return getattr(run, table).query(query)["subject"].iloc[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_statement_tells_score_records_rules_and_the_day_each_ends(opened, county_run, lang):
    subject = county_run.ledger.query("subject_kind == 'enterprise'")["subject"].mode()[0]
    rows = county_run.ledger[county_run.ledger["subject"] == subject]
    text = statement(opened, subject, lang=lang)["text"]
    assert len(rows) > 3
    for row in rows.itertuples():
        assert pd.Timestamp(row.expires_on).date().isoformat() in text
        assert reference_in(row.reference, lang) in text
        assert f"enterprise:items:{row.item}" in text
    assert ("演示" if lang == "zh" else "Demonstration") in text
    assert ("核实" if lang == "zh" else "verify") in text


def test_the_data_of_a_statement_sums_to_its_score(opened, county_run):
    for kind, base in (("individual", 500), ("enterprise", 1000)):
        for subject in county_run.ledger.query(f"subject_kind == '{kind}'")["subject"].unique()[:5]:
            told = statement(opened, subject, lang="en")
            after = sum(d["after_milli"] for d in told["dimensions"])
            assert told["score"] * 1000 == base * 1000 + after
            assert told["kind"] == kind
            json.dumps(told, allow_nan=False, default=lambda value: value.item())


def test_the_rule_of_the_cut_off_that_decided_is_cited(opened, county_run):
    reached = statement(opened, some(county_run, "tier == 'B'"), lang="en")["text"]
    assert "reaches the cut-off 950" in reached
    assert "tiers:tiers:B" in reached
    last = statement(opened, some(county_run, "tier == 'D' and decided_by == 'cut-off'"), lang="en")["text"]
    assert "below every other cut-off" in last
    assert "tiers:tiers:C" in last


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_the_overriding_condition_and_the_caps_that_cut_are_cited(small_run, tmp_path):
    """1000 − 200 + 20 + 60 cut to 40: tier C by score, D by the condition."""
    honour = {"item": "honour.municipal"}
    records = [
        {"item": "justice.serious_dishonesty", "catalogue_kind": "严重失信主体名单信息"},
        {"item": "tax.a_rating", "catalogue_kind": "信用评价结果信息"}, honour, honour, honour,
    ]  # fmt: skip
    told = statement(RunFolder.open(small_run(records=records).save(tmp_path / "out")), "firm-1", lang="en")
    assert told["score"] == 860
    text = told["text"]
    assert "Tier: Tier D, high risk, by the overriding condition override.serious_dishonesty" in text
    assert "rule enterprise:overrides:override.serious_dishonesty, tier it leads to (assumption)" in text
    assert "Honours: +60 points, counted +40 (20 cut by caps)" in text
    assert text.count("rule enterprise:dimensions:") == 1
    assert "rule enterprise:dimensions:honour, cap (assumption)" in text
    assert text.count("rule enterprise:items:honour.municipal, points, expires after (assumption)") == 1


HEAVY = {"item": "compliance.penalty_minor", "catalogue_kind": "行政管理信息"}


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_weight_is_told_with_the_points_it_multiplies_and_cited_once(small_run, tmp_path, lang):
    """1000.996 − 2 × 10 × 3 = 940.996."""

    def weighted(folder):
        path = folder / "enterprise.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["base"][date(2023, 3, 15)]["value"] = 1000.996
        compliance = next(d for d in data["dimensions"] if d["id"] == "compliance")
        compliance["weight"] = {date(2023, 3, 15): {"value": 3, "basis": "plan", "reference": "三倍 / threefold"}}
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    run = small_run(weighted, records=[HEAVY, HEAVY])
    told = statement(RunFolder.open(run.save(tmp_path / "out")), "firm-1", lang=lang)
    text = told["text"]
    assert told["score"] == 940.996
    assert {"940.996", "1000.996"} <= set(re.findall(r"\d+\.\d+", text))
    assert text.count("-10 × 3 = -30") == 2
    rule = "规则 enterprise:dimensions:compliance，权重（实施方案）：三倍\n" if lang == "zh" else (
        "rule enterprise:dimensions:compliance, weight (plan): threefold\n")  # fmt: skip
    assert text.count(rule) == 1
    assert text.count("enterprise:items:compliance.penalty_minor") == 1


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_the_amendment_that_ends_a_record_is_cited_with_its_own_ground(small_run, tmp_path):
    records = [HEAVY | {"occurred_on": "2026-02-01", "reported_on": "2026-02-02"}]
    run = small_run(records=records, on="2026-03-01")
    text = statement(RunFolder.open(run.save(tmp_path / "out")), "firm-1", lang="en")["text"]
    assert "no longer counts from 2026-05-01" in text
    assert "rule enterprise:items:compliance.penalty_minor, points (assumption)" in text
    assert "rule enterprise:items:compliance.penalty_minor, expires after (law): Measures for credit repair" in text


@pytest.mark.parametrize(("lang", "other"), [("zh", "no source gives it"), ("en", "无出处")])
def test_a_statement_keeps_to_its_language(opened, county_run, lang, other):
    for kind in ("enterprise", "individual"):
        subject = county_run.ledger.query(f"subject_kind == '{kind}'")["subject"].mode()[0]
        text = statement(opened, subject, lang=lang)["text"]
        assert other not in text
        assert lang == "zh" or not re.search(r"[一-鿿]", text)


def test_a_persons_statement_speaks_of_benefits_and_of_nothing_else(opened, county_run):
    persons = county_run.scores.query("subject_kind == 'individual'").sort_values("score_milli")
    least, most = (statement(opened, s, lang="en")["text"] for s in persons["subject"].iloc[[0, -1]])
    assert "No benefit follows from points at present; and nothing else follows from them." in least
    assert "Benefits you may ask for" in most
    assert "Larger credit line (from 510 points; assumption:" in most
    for text in (least, most):
        assert "may not be used to punish" in text
        assert "Tier" not in text
        assert "inspection" not in text


def test_a_person_is_found_by_the_identity_number_where_the_key_is_at_hand(run_folder, tmp_path, monkeypatch):
    opened = RunFolder.open(run_folder)
    number, key = "130628185001010011", "0123456789abcdef0123456789abcdef"
    name = pseudonym(number, "person", key.encode())
    scores = pd.read_parquet(run_folder / "scores_individual.parquet")
    path = tmp_path / "scores_individual.parquet"
    scores.assign(subject=[name, *scores["subject"][1:]]).to_parquet(path)
    held = replace(opened, manifest=opened.manifest)
    monkeypatch.setattr(RunFolder, "file", lambda self, file: path if file == path.name else self.path / file)
    with pytest.raises(RunError, match=r"no score for this subject \(18 characters, digits\)"):
        statement(held, number, lang="en")
    monkeypatch.setenv("CREDIT_SCORE_KEY", key)
    assert statement(held, f" {number} ", lang="en")["subject"] == name
    monkeypatch.delenv("CREDIT_SCORE_KEY")
    (tmp_path / "key").write_text(key)
    (tmp_path / "key").chmod(0o600)
    monkeypatch.setenv("CREDIT_SCORE_KEY_FILE", str(tmp_path / "key"))
    assert statement(held, number, lang="en")["subject"] == name
    assert number not in json.dumps(statement(held, number, lang="zh"), default=str)


@pytest.mark.parametrize("subject", ["", "nobody", "P-000000000000000000000000", "110101190001011237"])
def test_a_subject_without_a_score_is_refused_without_being_repeated(opened, subject):
    with pytest.raises(RunError, match=r"no score for this subject.*nothing follows from having none") as told:
        statement(opened, subject, lang="en")
    assert not subject or subject not in str(told.value)


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_where_the_longest_publicity_ends_a_record_it_is_cited_and_the_items_own_period_is_not(small_run, tmp_path):
    """A minor penalty of 2026-02-01, six months by its item, three from 2026-04-01 by its class."""

    def own_period(folder):
        path = folder / "enterprise.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        minor = next(i for i in data["items"] if i["id"] == HEAVY["item"])
        minor["expires_after"] = {date(2023, 3, 15): {"value": "P6M", "basis": "plan", "reference": "六个月 / six"}}
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    records = [HEAVY | {"occurred_on": "2026-02-01", "reported_on": "2026-02-02"}]
    run = small_run(own_period, records=records, on="2026-03-01")
    text = statement(RunFolder.open(run.save(tmp_path / "out")), "firm-1", lang="en")["text"]
    assert "no longer counts from 2026-05-01" in text
    assert "rule repair:classes:minor, longest publicity (law): Measures for credit repair" in text
    assert "expires after" not in text
