from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from credit_score.errors import PolicyError
from credit_score.policy import load_policy
from credit_score.policy.schema import PolicyModel, Tiers

LATER = date(2024, 1, 1)


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("tiers", ["ABC", "ABCD", "ABCDE", "ABCDEF"])
def test_a_policy_may_have_three_to_six_tiers(written, small, tiers):
    rules = load_policy(written(small(tiers))).at("2023-03-15")
    assert [t.id for t in rules.tiers] == list(tiers)
    assert [t.code for t in rules.tiers] == list(range(len(tiers)))
    assert [t.cutoff for t in rules.tiers] == [900_000 - 100_000 * i for i in range(len(tiers) - 1)] + [None]


@pytest.mark.parametrize(("tiers", "told"), [("AB", "at least 3 items"), ("ABCDEFG", "at most 6 items")])
def test_two_tiers_or_seven_are_refused(written, small, tiers, told):
    text = refusal(written(small(tiers)))
    assert "tiers.yaml, line" in text
    assert told in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-1000, 2000), min_size=2, max_size=5))
def test_cutoffs_are_accepted_exactly_if_they_strictly_descend(small, dated, cutoffs):
    names = "ABCDEF"[: len(cutoffs) + 1]
    tiers = small(names)["tiers"]
    for tier, cutoff in zip(tiers["tiers"], cutoffs, strict=False):
        tier["from_score"] = dated(cutoff)
    if all(a > b for a, b in pairwise(cutoffs)):
        assert len(Tiers.model_validate(tiers).tiers) == len(names)
    else:
        with pytest.raises(ValidationError, match="do not descend"):
            Tiers.model_validate(tiers)


def test_cutoffs_that_cross_by_a_later_amendment_are_refused_with_that_day(written, small, dated):
    sections = small()
    sections["tiers"]["tiers"][0]["from_score"] |= dated(700, day=LATER)
    assert "rule B: tiers.from_score: 2024-01-01: cut-offs 700, 800 do not descend" in refusal(written(sections))


def test_on_each_day_all_cutoffs_hold_or_none(written, small):
    sections = small()
    sections["tiers"]["tiers"][1]["from_score"][LATER] = None
    assert "rule B: tiers.from_score: 2024-01-01: 1 of 2 cut-offs are in force" in refusal(written(sections))


def test_the_last_tier_takes_every_score_left_and_every_other_has_a_cutoff(written, small, dated):
    sections = small()
    sections["tiers"]["tiers"][2]["from_score"] = dated(0)
    assert "tier 'C' is the last and takes every score left" in refusal(written(sections))
    sections = small()
    del sections["tiers"]["tiers"][1]["from_score"]
    assert "tier 'B' has no from_score" in refusal(written(sections, "again"))


def test_a_tier_without_a_schedule_is_refused(written, small):
    sections = small()
    del sections["inspection"]["schedule"]["B"]
    assert "schedule: tier 'B' has no schedule" in refusal(written(sections))


def test_a_ratio_of_a_departments_own_is_for_a_tier_there_is(written, small, dated):
    sections = small()
    sections["inspection"]["departments"][0]["ratio"] = {"D": dated(0.5)}
    assert "departments.ratio.D: unknown tier 'D'; known are A, B, C" in refusal(written(sections))


def test_a_statutory_minimum_is_of_a_department_there_is(written, small, dated):
    sections = small()
    minimum = {"id": "food", "label": {"zh": "食", "en": "Food"}, "department": "councel", "industries": ["cafe"]}
    sections["inspection"]["statutory_minimums"] = [minimum | {"every": dated("P24M")}]
    assert "rule food: statutory_minimums.department: unknown department 'councel'" in refusal(written(sections))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"identifiers": {"enterprise": "duns", "person": "plain"}}, "not 'duns'"),
        ({"identifiers": {"enterprise": "plain"}}, "'person' is missing"),
        ({"calendar": "lunar"}, "not 'lunar'"),
        ({"sectors": []}, "sectors"),
        ({"name": "two words"}, "not 'two words'"),
        ({"name": "with:colon"}, "not 'with:colon'"),
        ({"signature": {"name": " ", "office": "Head", "signed_on": date(2023, 1, 1)}}, "signature.name"),
        ({"signature": {"name": "Wang", "office": "Head", "signed_on": 0}}, "'0' is not a day"),
    ],
)
def test_the_policys_own_words_are_held_to_what_is_known(written, small, change, told):
    sections = small()
    sections["policy"] |= change
    assert told in refusal(written(sections))


@pytest.mark.parametrize("group", ["sectors", "sizes", "units"])
def test_a_code_that_stands_twice_is_refused(written, small, group):
    sections = small()
    sections["policy"][group] *= 2
    assert "stands twice" in refusal(written(sections))


def test_a_policy_of_plain_identifiers_passes_the_same_contract(written, small):
    policy = load_policy(written(small()))
    assert policy.model.policy.identifiers.enterprise == "plain"
    assert policy.at("2023-03-15").enterprise.items[0].points == -10_000


def test_a_model_cannot_be_changed(small):
    model = PolicyModel.model_validate(small())
    with pytest.raises(ValidationError, match="frozen"):
        model.tiers = None
    with pytest.raises(ValidationError, match="frozen"):
        model.enterprise.items[0].points = None
