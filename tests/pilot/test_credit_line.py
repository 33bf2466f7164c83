"""A bank's own rule as a what-if: sums worked by hand, small groups left out, natural persons never below the base."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.pilot.credit_line import BankRule, credit_lines, lines_by, load_bank_rule

GOOD = """base_line: 100000
bands:
  - {from_score: 1000, factor: 1.5, loss: 0.01}
  - {items: [tax.a_rating], factor: 1.2, loss: 0.02}
  - {factor: 0.5, loss: 0.1}
"""
ITEMS = ["tax.a_rating", "honour.county"]


def cells(*rows):
    columns = ["score_milli", "tier", "size", "sole", "items", "firms"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def rule(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return load_bank_rule(path, ITEMS)


COUNTY = cells(
    (1000_000, "A", "small", False, "", 20), (999_999, "B", "small", False, "honour.county;tax.a_rating", 10),
    (900_000, "C", "micro", False, "honour.county", 30), (900_000, "C", "micro", True, "", 40),
)  # fmt: skip


def test_lines_and_expected_losses_are_as_worked_by_hand(rule):
    lines = credit_lines(COUNTY, rule)
    assert list(lines["before"]) == [2_000_000, 1_000_000, 3_000_000, 4_000_000]
    assert list(lines["after"]) == [3_000_000, 1_200_000, 1_500_000, 4_000_000]
    assert list(lines["loss_after"]) == pytest.approx([30_000, 24_000, 150_000, 400_000])
    assert list(lines["held"]) == [0, 0, 0, 40]


def test_sums_by_tier_and_size_add_up(rule):
    lines = credit_lines(COUNTY, rule)
    by_tier = lines_by(lines, "tier", 10).set_index("group")
    assert by_tier.loc["C", ["firms", "before", "after"]].tolist() == [70, 7_000_000, 5_500_000]
    for by in ("tier", "size"):
        assert lines_by(lines, by, 10)["after"].sum() == lines["after"].sum()


def test_a_small_group_is_left_out_and_another_that_the_whole_would_give_it_away_by(rule):
    told = lines_by(credit_lines(COUNTY, rule), "tier", 11).set_index("group")
    assert told.loc["B"].isna().all()
    assert told.loc["A"].isna().all()
    assert told.loc["C", "firms"] == 70


@given(st.floats(0.01, 10, allow_nan=False), st.integers(0, 2_000_000), st.booleans())
def test_no_natural_person_stands_below_the_base_line_whatever_the_rule(factor, score, sole):
    rule = BankRule.model_validate({"base_line": 1000.0, "bands": [{"factor": factor}]})
    after = credit_lines(cells((score, "A", "micro", sole, "", 1)), rule)["after"].iloc[0]
    assert after == pytest.approx(1000 * (max(factor, 1) if sole else factor))


def test_without_losses_nothing_is_said_of_them():
    rule = BankRule.model_validate({"base_line": 1000.0, "bands": [{"factor": 2.0}]})
    assert not rule.tells_loss
    assert lines_by(credit_lines(COUNTY, rule), "tier", 10)[["loss_before", "loss_after"]].isna().all(axis=None)


def test_the_first_band_that_takes_a_firm_counts(rule):
    assert rule.band(1000, ["tax.a_rating"]).factor == 1.5
    assert rule.band(999.999, ["tax.a_rating"]).factor == 1.2
    assert rule.band(999.999, ["honour.county"]).factor == 0.5


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("base_line: 100000", "base_line: 0", 1, "base_line: Input should be greater than 0, not '0'"),
        ("factor: 1.5", "factor: 11", 3, "bands.factor: Input should be less than or equal to 10, not '11'"),
        ("factor: 1.5", "factor: '2'", 3, "bands.factor: Input should be a valid number, not '2'"),
        ("loss: 0.1", "loss: 2", 5, "bands.loss: Input should be less than or equal to 1, not '2'"),
        ("from_score: 1000", "from_tier: A", 3, "bands.from_tier: unknown key"),
        ("from_score: 1000, ", "", 3, "bands: names neither from_score nor items, so no band after it is reached"),
        ("{factor: 0.5", "{from_score: 1, factor: 0.5", 5, "bands: the last band takes every firm that is left"),
        (", loss: 0.02", "", 4, "bands: has no loss where another band has one; give all or none"),
        ("tax.a_rating", "tax.z_rating", 4, "unknown item 'tax.z_rating'; known are honour.county, tax.a_rating"),
        ("base_line: 100000\n", "", 1, "'base_line' is missing"),
        ("base_line: 100000", "base_line: 1\nbase_line: 2", 2, "key 'base_line' stands twice"),
    ],
)
def test_a_faulty_rule_is_refused_in_one_line_with_its_place(tmp_path, old, new, line, message):
    path = tmp_path / "rule.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_bank_rule(path, ITEMS)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}, line {line}: ")


def test_a_rule_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="no such file of a bank's rule"):
        load_bank_rule(tmp_path / "none.yaml", ITEMS)
