"""Injustice cannot be written: each try is refused in one line, at its line."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy

UNJUST = ["overrides", "tiers", "cutoffs", "ratio", "ratios", "inspection", "scorecard", "model", "penalties"]


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert f"{folder}/individual.yaml, line " in text or f"{folder}/enterprise.yaml, line " in text
    return text


@pytest.mark.parametrize("key", UNJUST)
def test_a_catalogue_for_persons_has_no_such_key(written, small, line_of, key):
    sections = small()
    sections["individual"][key] = []
    folder = written(sections)
    text = refusal(folder)
    assert f"individual.yaml, line {line_of(folder / 'individual.yaml', f'{key}:')}" in text
    assert f"{key!r} is refused for persons" in text


@pytest.mark.parametrize("key", ["blacklist", "override", "tier", "floor", "decay_below_base"])
def test_a_catalogue_for_persons_has_no_key_that_is_not_its_own(written, small, key):
    sections = small()
    sections["individual"][key] = 1
    assert f"{key}: unknown key" in refusal(written(sections))


@pytest.mark.parametrize("place", ["items", "dimensions", "benefits"])
@pytest.mark.parametrize("key", ["overrides", "tier", "ratio"])
def test_nor_has_an_item_a_dimension_or_a_benefit_of_it(written, small, place, key):
    sections = small()
    sections["individual"][place][0][key] = "D"
    assert f"{place}.{key}: unknown key" in refusal(written(sections))


def test_an_item_below_zero_is_refused_for_persons_and_allowed_for_enterprises(written, small, dated, line_of):
    sections = small()
    sections["individual"]["items"][0]["points"] = dated(-0.001)
    folder = written(sections)
    text = refusal(folder)
    assert f"line {line_of(folder / 'individual.yaml', 'points:') + 1}, rule honour" in text
    assert "items.points.2023-03-15: -0.001 points are refused for persons; an item is worth 0 or more" in text
    assert sections["enterprise"]["items"][0]["points"][date(2023, 3, 15)]["value"] < 0


def test_an_amendment_below_zero_is_refused_with_its_own_day(written, small, dated):
    sections = small()
    sections["individual"]["items"][0]["points"] |= dated(-5, day=date(2030, 1, 1))
    assert "items.points.2030-01-01: -5 points are refused for persons" in refusal(written(sections))


def test_an_item_worth_nothing_is_no_injustice(written, small, dated):
    sections = small()
    sections["individual"]["items"][0]["points"] = dated(0)
    assert load_policy(written(sections)).at("2023-03-15").individual.items[0].points == 0


@pytest.mark.parametrize(
    ("floor", "why"),
    [(-0.001, "would let a person's score fall below its base"), (5, "those not enrolled would stand below them")],
)
def test_a_floor_below_or_above_zero_is_refused_for_persons(written, small, dated, floor, why):
    sections = small()
    sections["individual"]["dimensions"][0]["floor"] = dated(floor)
    assert f"a floor of {floor:g}" in refusal(written(sections))
    assert why in refusal(written(sections, "again"))


def test_a_cap_below_zero_is_refused(written, small, dated):
    sections = small()
    sections["individual"]["dimensions"][0]["cap"] = dated(-1)
    assert "a cap of -1 is below 0" in refusal(written(sections))


@pytest.mark.parametrize("start", [500, 499.999, 0])
def test_a_benefit_at_or_below_the_base_is_refused(written, small, dated, start):
    sections = small()
    sections["individual"]["benefits"][0]["from_score"] = dated(start)
    assert f"rule loan: benefits.from_score.2023-03-15: 2023-03-15: starts at {start:g}, not above" in refusal(
        written(sections)
    )


def test_a_base_that_rises_to_a_benefit_later_is_refused(written, small, dated):
    sections = small()
    sections["individual"]["base"] |= dated(505, day=date(2024, 1, 1))
    assert "2024-01-01: starts at 505, not above the base of 505" in refusal(written(sections))


@pytest.mark.parametrize("age", [17, 0])
def test_a_least_age_under_18_is_refused(written, small, dated, age):
    sections = small()
    sections["individual"]["minimum_age"] = dated(age)
    assert f"{age} years: nobody under 18 is scored" in refusal(written(sections))


@pytest.mark.parametrize("section", ["individual", "enterprise"])
def test_an_unknown_dimension_is_refused_with_the_known_ones(written, small, section):
    sections = small()
    sections[section]["items"][0]["dimension"] = "virtue"
    assert "items.dimension: unknown dimension 'virtue'; known are care" in refusal(written(sections))


@pytest.mark.parametrize("group", ["items", "dimensions"])
def test_an_id_that_stands_twice_is_refused_at_the_second(written, small, line_of, group):
    sections = small()
    sections["enterprise"][group] *= 2
    folder = written(sections)
    text = refusal(folder)
    assert "stands twice; an id is for life and for one rule" in text
    line = int(text.split("enterprise.yaml, line ")[1].split(",")[0])
    assert line > line_of(folder / "enterprise.yaml", f"id: {sections['enterprise'][group][0]['id']}")


def test_an_override_names_an_item_that_exists(written, small, dated):
    sections = small()
    override = {"id": "worst", "label": {"zh": "最差", "en": "Worst"}, "item": "fine", "tier": dated("C")}
    sections["enterprise"]["overrides"] = [override]
    assert load_policy(written(sections)).at("2023-03-15").overrides == {"fine": ("worst", 2)}
    override["item"] = "fines"
    assert "overrides.item: unknown item 'fines'; known are fine" in refusal(written(sections, "again"))


def test_two_overrides_of_one_item_are_refused_lest_the_last_win_silently(written, small, dated):
    sections = small()
    label = {"zh": "最差", "en": "Worst"}
    sections["enterprise"]["overrides"] = [
        {"id": name, "label": label, "item": "fine", "tier": dated(tier)} for name, tier in [("one", "B"), ("two", "C")]
    ]
    assert "item 'fine' has two overrides; give it one tier" in refusal(written(sections))


def test_a_floor_above_the_cap_is_refused(written, small, dated):
    sections = small()
    sections["enterprise"]["dimensions"][0]["floor"] = dated(60)
    assert "2023-03-15: a floor of 60 is above the cap of 50" in refusal(written(sections))


@pytest.mark.parametrize(
    "label", [{"zh": "诚信"}, {"zh": "诚信", "en": " "}, {"zh": "诚信", "en": "Honesty", "fr": "Foi"}]
)
def test_a_label_is_in_both_languages_and_in_no_other(written, small, label):
    sections = small()
    sections["individual"]["items"][0]["label"] = label
    assert "items.label" in refusal(written(sections))
