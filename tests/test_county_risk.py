"""A county whose departments evaluate by credit and risk: tiers, frame, statement, verification, learned PDs."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from as_a_user import saved_quickly

import credit_score as cs
from credit_score.errors import PolicyError, RecordsError, VerificationError
from credit_score.files import fingerprint
from credit_score.policy.loader import BUNDLED
from credit_score.report import RunFolder, statement, verified

KEY = "a key of the tests, no secret"
ON = "2023-06-30"


class Plain(yaml.SafeDumper):
    """Writes equal values out one by one: a policy may not point at a value elsewhere."""

    def ignore_aliases(self, data):
        return True


FIRM = {
    "legal_form": "company", "sector": "food_service", "industry": "food_service", "size": "small", "town": "t",
    "registered_on": "2010-01-01",
}  # fmt: skip
RECORD = {
    "subject_kind": "enterprise", "catalogue_kind": "行政管理信息", "unit": "market_supervision",
    "occurred_on": "2023-01-10", "reported_on": "2023-01-12",
}  # fmt: skip
MINOR, SERIOUS = "compliance.penalty_minor", "justice.serious_dishonesty"


FIRMS = {
    "canteen": {}, "fined": {}, "bakery": {"sector": "farm_products", "industry": "food_production"},
    "listed": {"sector": "retail", "industry": "food_retail"}, "mill": {"sector": "textiles", "industry": ""},
}  # fmt: skip
HONOUR = ("listed", "honour.municipal", {"catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity"})
RECORDS = [
    ("fined", MINOR, {}), ("bakery", MINOR, {}), HONOUR, HONOUR, HONOUR,
    ("listed", "tax.a_rating", {"catalogue_kind": "信用评价结果信息", "unit": "tax"}),
    ("listed", SERIOUS, {"catalogue_kind": "严重失信主体名单信息", "unit": "court"}),
]  # fmt: skip


def write(path, rows):
    pd.DataFrame(rows).to_csv(path, index=False)


@pytest.fixture(scope="module")
def food(tmp_path_factory):
    """Runs a county of five firms: a canteen, one with a penalty, a bakery with one, a shop on the list, a mill."""
    policies, folder = tmp_path_factory.mktemp("food"), tmp_path_factory.mktemp("records")
    records = [
        RECORD | {"record_id": f"r{i}", "subject_id": firm, "item": item} | facts
        for i, (firm, item, facts) in enumerate(RECORDS)
    ]
    write(folder / "enterprises.csv", [FIRM | {"enterprise_id": name} | facts for name, facts in FIRMS.items()])
    write(folder / "credit_records.csv", records)
    departments = [d.id for d in cs.load_policy("gaoyang").model.inspection.departments]
    staff, read = {"inspectors": 3, "days_per_inspector": 90}, {}
    write(folder / "departments.csv", [{"department": d} | staff for d in departments])

    def run(given=None, change=lambda policy: None):
        """Records are read once for each change of the policy: runs share them and nothing else."""
        own = shutil.copytree(BUNDLED / "gaoyang", policies / f"p{len(list(policies.iterdir()))}")
        about = own / "policy.yaml"
        about.write_text(about.read_text("utf-8").replace("cn_uscc", "plain").replace("cn_ric", "plain"), "utf-8")
        change(own / "risk.yaml")
        policy = cs.load_policy(own)
        if change not in read:
            read[change] = cs.read_records(folder, policy=policy, key=KEY)
        return cs.run_county(read[change], policy, as_of=ON, seed=1, pd=given)

    return run


def pds(**values):
    return pd.DataFrame({"subject": list(values), "pd": list(values.values())})


def by_department(run, subject):
    frame = run.tables["frame"].execute()
    return frame[frame["subject"] == subject].set_index("department")["tier"].to_dict()


@pytest.mark.thorough
def test_a_department_with_an_evaluation_uses_its_own_tier_and_every_other_the_countys(food):
    """1000 − 10 = 990 is B; a bakery has risk C, and B × C is C.

    1000 − 200 + 20 + 60 cut to 40 = 860 is C; a shop has risk A, and C × A is C; the list leads to D all the same.
    """
    run = food()
    assert run.tiers.set_index("subject")["tier"].to_dict() == {
        "bakery": "B", "canteen": "A", "fined": "B", "listed": "D", "mill": "A",
    }  # fmt: skip
    own = run.sector_tiers.set_index("subject")
    assert own["tier"].to_dict() == {"bakery": "C", "canteen": "A", "fined": "B", "listed": "D"}
    assert own["decided_by"].to_dict() == {
        "bakery": "matrix", "canteen": "matrix", "fined": "matrix", "listed": "override.serious_dishonesty",
    }  # fmt: skip
    assert by_department(run, "bakery") == {
        "market_supervision": "C", "ecology": "B", "agriculture": "B", "human_resources": "B",
    }  # fmt: skip
    assert by_department(run, "mill")["market_supervision"] == "A"
    drawn = run.draw.query("department == 'market_supervision'").set_index("subject")["tier"]
    assert (drawn == run.tables["frame"].execute().query("department == 'market_supervision'")
            .set_index("subject")["tier"].reindex(drawn.index)).all()  # fmt: skip


@pytest.mark.thorough
def test_a_learned_pd_counts_with_the_department_only(food):
    before, after = food(), food(pds(canteen=0.3, mill=0.9, fined=0.01))
    assert after.tiers.equals(before.tiers)
    own = after.sector_tiers.set_index("subject")
    assert own.loc["canteen", ["risk_level", "risk_from", "tier"]].tolist() == ["risk_D", "pd", "C"]
    assert own.loc["fined", ["risk_level", "risk_from", "tier"]].tolist() == ["risk_B", "industry", "B"]
    assert by_department(after, "mill") == by_department(before, "mill")
    assert by_department(after, "canteen")["health"] == "A"


def test_pds_that_belong_to_nobody_or_count_for_nothing_are_refused(food):
    with pytest.raises(RecordsError, match=r"the learned PDs: the subject of row 1 .* is no enterprise of the run"):
        food(pds(nobody=0.5))
    with pytest.raises(RecordsError, match="the learned PDs: pd 2 in row 1 is outside"):
        food(pds(mill=2))
    with pytest.raises(PolicyError, match=rf"policy 'gaoyang': no evaluation in force on {ON} counts a learned PD"):
        food(pds(mill=0.5), without_bounds)
    with pytest.raises(PolicyError, match=r"counts a learned PD; add risk\.yaml"):
        food(pds(mill=0.5), Path.unlink)


def without_bounds(path):
    section = yaml.safe_load(path.read_text("utf-8"))
    section["evaluations"][0].pop("pd")
    path.write_text(yaml.dump(section, allow_unicode=True, Dumper=Plain), "utf-8")


@pytest.mark.thorough
@pytest.mark.usefixtures("quick_page")
def test_without_an_evaluation_a_run_is_as_it_was_before_there_were_any(food, tmp_path):
    run = food(change=Path.unlink)
    assert run.sector_tiers is None
    out = run.save(tmp_path / "out")
    assert not (out / "sector_tiers.parquet").exists()
    assert not (out / "register.parquet").exists()
    told = statement(RunFolder.open(out), "bakery", lang="en")
    assert told["sector_tiers"] == []
    assert "Tier with" not in told["text"]
    assert by_department(run, "bakery")["market_supervision"] == "B"


@pytest.fixture(scope="module")
def saved(food, tmp_path_factory):
    return saved_quickly(food(pds(canteen=0.3, fined=0.01)), tmp_path_factory.mktemp("saved") / "out")


def explained(folder, subject, lang="en"):
    return statement(RunFolder.open(folder), subject, lang=lang)["text"]


def test_a_statement_tells_both_parts_of_a_tier_with_their_rules(saved):
    text = explained(saved, "bakery")
    assert "Tier: Tier B, fair credit, by score (990 reaches the cut-off 950)" in text
    told = text[text.index("Tier with Market supervision") :]
    assert "by its evaluation “Food production and operation”: Tier C, some risk" in told
    assert "credit: Tier B, fair credit, by score (990 reaches the cut-off 950)" in told
    assert "risk: Risk level C, by the inherent risk of its industry, Food production" in told
    assert "both: Tier B, fair credit × Risk level C → Tier C, some risk" in told
    for rule in (
        "tiers:tiers:B, lowest score", "risk:evaluations:food:inherent:risk.food_production, risk level",
        "risk:evaluations:food:matrix:B:risk_C, tier it leads to",
    ):  # fmt: skip
        assert f"rule {rule} (assumption)" in told
    zh = explained(saved, "bakery", "zh")
    assert "两者合并：B级（信用较好） × C级风险 → C级（信用一般）" in zh


def test_a_statement_tells_of_a_pd_whether_it_decides_or_not(saved):
    told = explained(saved, "canteen")
    assert "risk: Risk level D, by its learned PD of 0.3, which reaches 0.3 and is worse than its industry" in told
    assert "rule risk:evaluations:food:pd:risk_D, lowest PD (assumption)" in told
    assert "by the inherent risk of its industry, Food service; its learned PD of 0.01 makes it no higher" in explained(
        saved, "fined"
    )
    assert "PD" not in explained(saved, "bakery")


def test_a_statement_tells_the_overriding_condition_after_what_credit_and_risk_lead_to(saved):
    told = explained(saved, "listed")
    both, made = told.index("both: "), told.index("made D, by the overriding condition override.serious_dishonesty")
    assert both < made
    assert told.count("rule enterprise:overrides:override.serious_dishonesty, tier it leads to") == 2
    data = statement(RunFolder.open(saved), "listed", lang="en")["sector_tiers"]
    assert [(row["department"], row["tier"], row["pd"]) for row in data] == [("market_supervision", "D", None)]
    json.dumps(data)


def test_a_firm_outside_the_evaluation_is_told_the_countys_tier_alone(saved):
    assert "Tier with" not in explained(saved, "mill")


def test_the_report_shows_the_matrix_with_the_firms_in_it(saved):
    html = (saved / "report.html").read_text(encoding="utf-8")
    assert "This department places 4 firms by credit and risk together" in html
    assert "2 of them have a learned PD, which decides the risk level of 1." in html
    assert "1 are in a worse tier by an overriding condition." in html
    assert 'href="#rule-risk:evaluations:food:matrix:B:risk_C"' in html
    assert 'id="rule-risk:evaluations:food:matrix:B:risk_C"' in html


# Held against itself ----------------------------------------------------------------------------------------------


def forged(folder, name, change):
    path = folder / name
    change(pd.read_parquet(path)).to_parquet(path)
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    told["outputs"][name] = fingerprint(path)
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")


def check(folder):
    opened = RunFolder.open(folder)
    return verified(opened, opened.table("draw.csv"))


def test_a_run_with_pds_is_what_register_scores_ledger_and_policy_give(saved, food):
    assert check(saved) == len(food(pds(canteen=0.3, fined=0.01)).draw)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("sector_tiers.parquet", lambda t: t.assign(tier="A", tier_code=0), r"sector_tiers\.parquet: \d rows are not"),
        ("sector_tiers.parquet", lambda t: t.assign(risk_level="risk_A"), r"sector_tiers\.parquet: \d rows are not"),
        ("sector_tiers.parquet", lambda t: t[1:], r"sector_tiers\.parquet: 1 rows are not what"),
        ("sector_tiers.parquet", lambda t: pd.concat([t, t[:1]]), r"sector_tiers\.parquet: 1 rows are not what"),
        ("register.parquet", lambda t: t.assign(pd=0.9), r"sector_tiers\.parquet: \d rows are not what"),
        ("register.parquet", lambda t: t.assign(industry=""), r"sector_tiers\.parquet: 4 rows are not what"),
        ("register.parquet", lambda t: t[1:], r"register\.parquet: 1 firms stand twice, are missing"),
        ("register.parquet", lambda t: pd.concat([t, t[:1]]), r"register\.parquet: 1 firms stand twice"),
        (
            "frame.parquet",
            lambda t: t.assign(tier_code=t["tier_code"].where(t["subject"] != "bakery", 1)),
            r"frame\.parquet: 1 firms have another tier than their score and the policy give",
        ),
    ],
)  # fmt: skip
def test_a_tier_by_credit_and_risk_that_was_changed_is_refused(saved, tmp_path, name, change, said):
    folder = shutil.copytree(saved, tmp_path / "forged")
    forged(folder, name, change)
    with pytest.raises(VerificationError, match=said):
        check(folder)
