from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.policy import load_policy
from credit_score.tiers import assign_tiers, tier_shares
from credit_score.tiers.assign import BY_SCORE

RULES = load_policy("gaoyang").at("2023-06-30")
GROUND = {"basis": "assumption", "reference": "a test"}
SERIOUS = "justice.serious_dishonesty"


def scores(**by_subject):
    return ibis.memtable(pd.DataFrame({"subject": list(by_subject), "score_milli": list(by_subject.values())}))


def counted(*pairs):
    return ibis.memtable(
        pd.DataFrame(list(pairs), columns=["subject", "item"]), schema={"subject": "string", "item": "string"}
    )


def tiers(by_subject, *pairs, rules=RULES):
    return assign_tiers(scores(**by_subject), counted(*pairs), rules).execute().set_index("subject")


def dated(value):
    return {date(2023, 3, 15): {"value": value, **GROUND}}


def override(name, item, tier):
    return {"id": name, "label": {"zh": "否决", "en": "override"}, "item": item, "tier": dated(tier)}


def test_a_cut_off_is_the_lowest_score_of_its_tier():
    found = tiers({"a": 1_000_000, "b": 999_999, "c": 949_999, "d": 849_999, "e": 850_000, "f": -(10**9)})
    assert dict(found["tier"]) == {"a": "A", "b": "B", "c": "C", "d": "D", "e": "C", "f": "D"}
    assert dict(found["tier_code"]) == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 2, "f": 3}
    assert set(found["decided_by"]) == {BY_SCORE}


def test_an_overriding_record_leads_to_its_tier_whatever_the_score():
    row = tiers({"a": 1_000_000}, ("a", SERIOUS), ("a", "honour.county")).loc["a"]
    assert (row["tier"], row["decided_by"]) == ("D", "override.serious_dishonesty")


def test_an_override_never_makes_a_tier_better(altered_policy):
    def mild(section):
        section["overrides"] = [override("override.mild", SERIOUS, "B")]

    rules = load_policy(altered_policy(enterprise=mild)).at("2023-06-30")
    found = tiers({"a": 1_000_000, "b": 950_000, "c": 900_000, "d": 0},
                  *((s, SERIOUS) for s in "abcd"), rules=rules)  # fmt: skip
    assert dict(found["tier"]) == {"a": "B", "b": "B", "c": "C", "d": "D"}
    assert dict(found["decided_by"]) == {"a": "override.mild", "b": BY_SCORE, "c": BY_SCORE, "d": BY_SCORE}


def test_of_several_overrides_the_worst_decides_and_of_equals_always_the_same(altered_policy):
    items = ("justice.judgment_unperformed", SERIOUS, "compliance.abnormal_list")

    def several(section):
        section["overrides"] = [
            override(f"o.{i}", item, tier) for i, (item, tier) in enumerate(zip(items, "BCC", strict=True))
        ]

    rules = load_policy(altered_policy(enterprise=several)).at("2023-06-30")
    for order in (items, items[::-1]):
        row = tiers({"a": 1_000_000}, *(("a", i) for i in order), rules=rules).loc["a"]
        assert (row["tier"], row["decided_by"]) == ("C", "o.1")


def test_without_overrides_scores_alone_decide(altered_policy):
    rules = load_policy(altered_policy(enterprise=lambda s: s.update(overrides=[]))).at("2023-06-30")
    assert tiers({"a": 1_000_000}, ("a", SERIOUS), rules=rules).loc["a", "tier"] == "A"


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_three_to_six_tiers_are_placed_by_the_same_expression(altered_policy, n):
    names = [f"{i:02d}" for i in range(1, n + 1)]  # codes that a spreadsheet would take for numbers

    def of_tiers(section):
        section["tiers"] = [
            {"id": t, "label": {"zh": t, "en": t}, "from_score": dated(100 * (n - i))} for i, t in enumerate(names)
        ]
        del section["tiers"][-1]["from_score"]

    def of_inspection(section):
        section["schedule"] = dict.fromkeys(names, section["schedule"]["B"])

    def of_enterprise(section):
        section["overrides"] = []

    folder = altered_policy(tiers=of_tiers, inspection=of_inspection, enterprise=of_enterprise)
    (folder / "risk.yaml").unlink()  # its matrix names the tiers A to D
    rules = load_policy(folder).at("2023-06-30")
    found = tiers({t: 100_000 * (n - i) for i, t in enumerate(names)}, rules=rules).sort_index()
    assert found["tier"].tolist() == names
    assert found["tier_code"].tolist() == list(range(n))


@settings(max_examples=25)
@given(st.lists(st.integers(700_000, 1_100_000), min_size=2, max_size=40))
def test_a_higher_score_is_never_in_a_worse_tier(points):
    found = tiers({f"f{i}": p for i, p in enumerate(points)}).sort_values("score_milli", ascending=False)
    assert found["tier_code"].is_monotonic_increasing
    assert len(found) == len(points)


def test_shares_list_every_tier_best_first_and_sum_to_one():
    placed = assign_tiers(scores(a=1_000_000, b=1_000_000, c=0), counted(), RULES)
    shares = tier_shares(placed, RULES)
    assert shares["tier"].tolist() == ["A", "B", "C", "D"]
    assert shares["firms"].tolist() == [2, 0, 0, 1]
    assert shares["share"].sum() == pytest.approx(1)


def test_shares_of_no_firm_are_zero():
    placed = assign_tiers(scores(a=0).limit(0), counted(), RULES)
    assert tier_shares(placed, RULES)["share"].tolist() == [0, 0, 0, 0]


def test_two_overrides_of_one_item_are_refused(altered_policy):
    def twice(section):
        section["overrides"] = [override("o.1", SERIOUS, "C"), override("o.2", SERIOUS, "D")]

    with pytest.raises(PolicyError, match=r"'justice\.serious_dishonesty' has two overrides; give it one tier"):
        load_policy(altered_policy(enterprise=twice))
