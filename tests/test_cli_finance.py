"""The command on finance as a person or a program meets it."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from as_a_user import refused, saved_quickly, told
from as_firms import A_RATING, HONOUR, LISTED, firm, record, run_of

from credit_score.commands_finance import _targets

RULE = """base_line: 100000
bands:
  - {from_score: 1000, factor: 1.5, loss: 0.01}
  - {factor: 0.5, loss: 0.1}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A saved run of thirty firms with good records, twelve on the list and eleven shops."""
    place = tmp_path_factory.mktemp("finance")
    good, bad = [f"g{i}" for i in range(30)], [f"b{i}" for i in range(12)]
    shops = [f"s{i}" for i in range(11)]
    grants = [(f"g{i}", "001") for i in range(30)] + [("b0", "001"), ("s0", "001"), ("g0", "002")]
    made = run_of(
        place, "2023-06-30",
        enterprises=[firm(n) for n in (*good, *bad)] + [firm(n, "sole_proprietor", size="micro") for n in shops],
        credit_records=[record(f"r-{n}", n, HONOUR) for n in good]
        + [record(f"r-{n}", n, LISTED) for n in (*bad, *shops)] + [record("tax", "g0", A_RATING)],
        banks=[{"bank_id": b, "name": f"Bank {b}", "joined_on": on} for b, on in (("001", "2023-04-01"), ("002", ""))],
        platform=[{"enterprise_id": n, "joined_on": "2023-05-01", "real_name_on": ""} for n in good[:20]],
        authorisations=[
            {"authorisation_id": f"a{i}", "enterprise_id": of, "bank_id": to, "given_on": "2023-05-01"}
            for i, (of, to) in enumerate(grants)
        ],
    )  # fmt: skip
    return saved_quickly(made, place / "out")


@pytest.fixture
def rule(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_text(RULE, encoding="utf-8")
    return path


def test_it_tells_the_funnel_by_step_month_and_group(run):
    code, out, err = told("finance", run)
    assert (code, err) == (0, "")
    assert "Draft" in out
    lines = [line.split() for line in out.splitlines()]
    assert ["on", "the", "platform", "20", "53", "37.7%", "≥", "20%"] in lines
    assert ["authorised", "32", "53", "60.4%", ">", "10%"] in lines
    assert ["2023-05", "37.7%", "0.0%", "60.4%"] in lines


def test_it_speaks_chinese(run):
    _, out, _ = told("finance", run, "--lang", "zh")
    for words in ("融资信用服务平台", "入驻平台", "授权查询", "个体工商户", "组织形式"):
        assert words in out


def test_a_bank_is_told_its_own_firms_and_no_tier(run):
    code, out, _ = told("finance", run, "--bank", "001", "--json")
    firms = json.loads(out)["firms"]
    assert code == 0
    assert len(firms) == 32
    assert {tuple(sorted(row)) for row in firms} == {(
        "authorisation_id", "disputed_items", "enterprise_id", "given_on", "items", "legal_form", "registered_on",
        "sector", "size",
    )}  # fmt: skip
    _, out, _ = told("finance", run, "--bank", "001")
    assert "without score, tier and points" in out
    assert "County honour, Tax credit rating A" in out


def test_a_banks_rule_gives_sums_by_tier_and_size(run, rule):
    code, out, _ = told("finance", run, "--rule", rule, "--json", "--quiet")
    data = json.loads(out)
    assert code == 0
    assert data["firms"] == 53
    assert data["sums"]["before"] == 5_300_000
    assert data["sums"]["after"] == 30 * 150_000 + 12 * 50_000 + 11 * 100_000
    assert data["held"] == 11
    assert sum(row["after"] for row in data["by_tier"]) == data["sums"]["after"]


def test_the_sums_are_marked_internal_and_say_what_is_not_known(run, rule):
    _, out, _ = told("finance", run, "--rule", rule, "--quiet")
    assert "Internal." in out
    assert "the rule would put 11 of them lower" in out
    assert "what is really lost is not known" in out


def test_small_groups_are_left_out_and_no_sum_gives_them_away(run, rule):
    _, out, _ = told("finance", run, "--rule", rule, "--bank", "001", "--json", "--quiet")
    data = json.loads(out)
    assert data["firms"] == 32
    assert data["held"] is None  # one shop, which is a person
    assert all(row["firms"] is None and row["after"] is None for row in data["by_tier"])


def test_targets_are_the_plans_own_where_the_run_has_its_indicators():
    indicators = pd.DataFrame(
        {"indicator": ["platform", "authorised", "banks"], "comparison": ["at_least", "above", "at_least"],
         "target": ["0.2", "0.1", "0.5"]}
    )  # fmt: skip
    run = SimpleNamespace(manifest={"outputs": {"pilot/indicators.csv": ""}}, table=lambda name: indicators)
    funnel = pd.DataFrame({"step": ["platform", "real_name", "authorised", "banks_joined"]})
    assert _targets(run, funnel) == ["≥ 20%", "", "> 10%", "≥ 50%"]


def test_bad_input_is_told_in_one_line(run, rule, tmp_path):
    refused("unknown bank '009'", "finance", run, "--bank", "009")
    refused("bank '002' has not joined the platform; a bank sees firms through the platform alone",
            "finance", run, "--bank", "002")  # fmt: skip
    rule.write_text(RULE.replace("1.5", "15"), encoding="utf-8")
    refused("rule.yaml, line 3: bands.factor: Input should be less than or equal to 10, not '15'",
            "finance", run, "--rule", rule, "--quiet")  # fmt: skip
    refused("no such file of a bank's rule", "finance", run, "--rule", tmp_path / "none.yaml", "--quiet")


@pytest.mark.thorough
def test_a_run_without_finance_is_refused_with_what_is_missing(tmp_path):
    alone = run_of(tmp_path, "2023-06-30", enterprises=[firm("f")], credit_records=[record("r", "f", HONOUR)])
    refused("the run holds nothing on finance", "finance", saved_quickly(alone, tmp_path / "out"))
