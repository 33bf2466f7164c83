"""The bundled policy: every figure on a ground, and the numbers that sources give."""

import pytest

from credit_score.policy import load_policy, rule_table

BASES = {"law", "plan", "published", "assumption"}
POLICY = load_policy("gaoyang")


@pytest.mark.parametrize("day", POLICY.days(), ids=str)
def test_every_figure_in_force_has_a_unit_a_basis_and_a_reference(day):
    table = rule_table(POLICY.at(day))
    assert len(table) > 100
    assert set(table["basis"]) <= BASES
    for column in ("unit", "reference", "label_zh", "label_en"):
        named = table[~table["rule"].isin(["individual", "enterprise"]) & ~table["rule"].str.startswith("inspection")]
        checked = named if column.startswith("label") else table
        assert checked[column].str.strip().str.len().gt(0).all(), column


def test_a_figure_that_is_an_assumption_says_so_and_one_that_is_law_names_it():
    table = rule_table(POLICY.at("2026-11-24"))
    by_law = table[table["basis"] == "law"]
    assert len(by_law) > 0
    assert by_law["reference"].str.contains("办法|条例|令|法", regex=True).all()
    assert (table["basis"] == "assumption").any()


@pytest.mark.parametrize(
    ("rule", "field", "value", "basis"),
    [
        ("individual", "base", 500, "published"),
        ("individual", "minimum_age", 18, "assumption"),
        ("individual:items:honesty.honour_county", "points", 5, "published"),
        ("individual:items:honesty.honour_county", "expires_after", 24, "assumption"),
        ("enterprise", "base", 1000, "assumption"),
        ("inspection", "county_minimum", 0.03, "law"),
        ("inspection:statutory_minimums:minimum.food", "every", 24, "law"),
        ("inspection", "cap", 4, "assumption"),
    ],
)
def test_on_the_day_of_the_demonstration_the_number_is(rule, field, value, basis):
    table = rule_table(POLICY.at("2023-06-30")).set_index(["rule", "field"])
    assert (table.loc[(rule, field), "value"], table.loc[(rule, field), "basis"]) == (value, basis)


def test_it_has_four_tiers_and_nobody_has_signed_it():
    rules = POLICY.at("2026-11-24")
    assert [t.id for t in rules.tiers] == ["A", "B", "C", "D"]
    assert not rules.signed


def test_it_tells_persons_nothing_but_points_and_benefits():
    rules = POLICY.at("2023-06-30")
    assert min(i.points for i in rules.individual.items) > 0
    assert all(d.floor is None for d in rules.individual.dimensions)
    assert {b.kind for b in POLICY.model.individual.benefits} <= {"credit_line", "rate", "subsidy", "service"}


def test_it_names_eleven_kinds_of_record_and_uses_only_those():
    rules = POLICY.at("2023-06-30")
    assert len(rules.kinds) == 11
    assert {i.catalogue_kind for c in (rules.individual, rules.enterprise) for i in c.items} <= set(rules.kinds)
