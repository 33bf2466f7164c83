"""Evaluations by credit and risk: what the bundled policy says, what holds on a day, and what the schema refuses."""

from datetime import date
from itertools import pairwise

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import compare, load_policy, rule_table
from credit_score.policy.evaluation import evaluations

POLICY = load_policy("gaoyang")
DAY, LATER = date(2023, 3, 15), date(2024, 1, 1)
LABEL = {"zh": "名", "en": "name"}


@pytest.fixture
def with_risk(small, dated):
    """The small policy, tiers A to C, whose council evaluates shops by two levels of risk, with fields changed."""

    def label(name):
        return {"id": name, "label": {"zh": name, "en": name}}

    def cells(row):
        return {level: {"tier": dated(tier)} for level, tier in zip(("low", "high"), row, strict=True)}

    def made(*, levels=("low", "high"), more=(), **change):
        sections = small()
        own = label("shops") | {
            "department": "council", "sectors": ["shops"], "otherwise": dated("low"),
            "inherent": [label("of_bakers") | {"industries": ["14"], "level": dated("high")}],
            "pd": {"high": {"from_pd": dated(0.2)}},
            "matrix": {tier: cells(row) for tier, row in zip("ABC", ("AB", "BC", "CC"), strict=True)},
            "overrides": [label("caught") | {"item": "fine", "tier": dated("C")}],
        }  # fmt: skip
        listed = [label(level) | {"in_force": dated(True)} for level in levels]
        sections["risk"] = {"levels": listed, "evaluations": [own | change, *more]}
        return sections

    return made


def loaded(written, sections, on=DAY):
    return load_policy(written(sections)).at(on)


def refusal(written, sections):
    with pytest.raises(PolicyError) as caught:
        load_policy(written(sections))
    return str(caught.value)


# The bundled policy -----------------------------------------------------------------------------------------------


def test_the_four_levels_of_food_are_law_and_everything_else_is_an_assumption():
    table = rule_table(POLICY.at("2023-06-30"))
    own = table[table["rule"].str.startswith("risk:")]
    levels = own[own["rule"].str.startswith("risk:levels:")]
    assert levels["rule"].tolist() == [f"risk:levels:risk_{letter}" for letter in "ABCD"]
    assert set(levels["basis"]) == {"law"}
    assert set(levels["since"]) == {date(2022, 3, 15)}
    assert levels["reference"].str.contains("第二十一条第二款").all()
    assert levels["reference"].str.contains(r"Art 21\(2\)").all()
    assert set(own.loc[~own["rule"].str.startswith("risk:levels:"), "basis"]) == {"assumption"}
    assert own["reference"].str.contains(" / ").all()


def test_the_bundled_evaluation_is_of_food_and_never_better_than_credit_alone():
    (food,) = evaluations(POLICY.at("2023-06-30"))
    assert (food.id, food.department) == ("food", "market_supervision")
    minimum = next(m for m in POLICY.model.inspection.statutory_minimums if m.id == "minimum.food")
    assert set(food.industries) == set(minimum.industries)
    assert all(code >= credit for credit, row in enumerate(food.matrix) for code in row)
    high = {i.industry for i in food.inherent if i.level == 3}
    assert high == {"special_food_production", "central_kitchen", "collective_catering"}


# A day ------------------------------------------------------------------------------------------------------------


def test_an_evaluation_holds_the_numbers_of_its_day(written, with_risk):
    (own,) = evaluations(loaded(written, with_risk()))
    assert [t.cutoff for t in own.tiers] == [900_000, 800_000, None]
    assert not own.own_cutoffs
    assert [n.id for n in own.levels] == ["low", "high"]
    assert (own.otherwise, own.bounds, own.matrix) == (0, (0.2,), ((0, 1), (1, 2), (2, 2)))
    assert own.overrides == {"fine": ("caught", 2)}
    assert (own.sectors, own.supervised) == (("shops",), ("shops",))


def test_there_is_none_without_the_section_before_its_first_day_and_after_its_repeal(written, small, with_risk, dated):
    assert evaluations(loaded(written, small())) == ()
    ended = dated("low") | {LATER: None}
    policy = load_policy(written(with_risk(otherwise=ended), "ended"))
    assert len(evaluations(policy.at("2023-12-31"))) == 1
    assert evaluations(policy.at(LATER)) == ()
    begins = load_policy(written(with_risk(otherwise=dated("low", LATER)), "begins"))
    assert evaluations(begins.at(DAY)) == ()
    assert len(evaluations(begins.at(LATER))) == 1


def test_cut_offs_of_its_own_stand_in_the_place_of_the_countys_from_their_day(written, with_risk, dated):
    own = {tier: {"from_score": dated(cut, LATER)} for tier, cut in zip("AB", (950, 700), strict=True)}
    policy = load_policy(written(with_risk(cutoffs=own)))
    (before,), (after,) = (evaluations(policy.at(day)) for day in (DAY, LATER))
    assert [t.cutoff for t in before.tiers] == [900_000, 800_000, None]
    assert [t.cutoff for t in after.tiers] == [950_000, 700_000, None]
    assert (before.own_cutoffs, after.own_cutoffs) == (False, True)


def test_of_the_countys_overriding_condition_and_its_own_the_worse_counts(written, with_risk, dated):
    sections = with_risk()
    rule = {"id": "county", "label": {"zh": "县", "en": "county"}, "item": "fine"}
    for tier, name, expected in (("B", "mild", ("caught", 2)), ("C", "same", ("county", 2))):
        sections["enterprise"]["overrides"] = [rule | {"tier": dated(tier)}]
        (own,) = evaluations(loaded(lambda s, name=name: written(s, name), sections))
        assert own.overrides == {"fine": expected}


def test_the_longest_code_of_an_industry_comes_first(written, with_risk, dated):
    named = {"label": {"zh": "x", "en": "x"}}
    inherent = [
        {"id": "all", "industries": ["C"], "level": dated("low")} | named,
        {"id": "bread", "industries": ["C141", "C142"], "level": dated("high")} | named,
    ]
    (own,) = evaluations(loaded(written, with_risk(inherent=inherent)))
    assert [(i.industry, i.rule, i.level) for i in own.inherent] == [
        ("C141", "bread", 1), ("C142", "bread", 1), ("C", "all", 0),
    ]  # fmt: skip


def test_a_difference_of_two_policies_tells_numbers_terms_and_the_order_of_levels(written, small, with_risk, dated):
    before = loaded(written, with_risk())
    told = compare(before, loaded(lambda s: written(s, "b"), with_risk(otherwise=dated("high"), sectors="all")))
    assert set(zip(told["rule"], told["field"], told["change"], strict=True)) == {
        ("risk:evaluations:shops", "otherwise", "value"), ("risk:evaluations:shops", "sectors", "value"),
    }  # fmt: skip
    added = compare(loaded(lambda s: written(s, "c"), small()), before)
    assert set(added["change"]) == {"added"}
    assert {"risk:evaluations:shops:matrix:A:high", "risk:evaluations:shops:pd:high"} <= set(added["rule"])
    assert ("risk:levels", "order", "low high") in set(map(tuple, added[["rule", "field", "value_after"]].to_numpy()))


# What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: {"department": "army"}, "unknown department 'army'; known are council"),
        (lambda d: {"sectors": ["mines"]}, "unknown sector 'mines'; known are shops"),
        (lambda d: {"sectors": []}, "neither sectors nor industries are named"),
        (lambda d: {"otherwise": d("medium")}, "2023-03-15.value: unknown level 'medium'; known are high, low"),
        (lambda d: {"pd": {"medium": {"from_pd": d(0.2)}}}, "pd.medium: unknown level 'medium'"),
        (lambda d: {"pd": {"low": {"from_pd": d(0.2)}}}, "pd.low: unknown level 'low'; known are high"),
        (lambda d: {"pd": {"high": {"from_pd": d(20)}}}, "20 is outside [0, 1] share"),
        (lambda d: {"cutoffs": {"C": {"from_score": d(1)}}}, "cutoffs.C: unknown tier 'C'; known are A, B"),
        (lambda d: {"cutoffs": {"A": {"from_score": d(1)}}}, "cutoffs of 'B' is not in force; give all or none"),
        (
            lambda d: {"cutoffs": {"A": {"from_score": d(800)}, "B": {"from_score": d(800)}}},
            "cutoffs 800, 800 do not descend",
        ),
        (
            lambda d: {"inherent": [{"id": i, "label": LABEL, "industries": ["14"], "level": d("low")} for i in "ab"]},
            "industry '14' has two levels; give it one",
        ),
        (lambda d: {"sectors": [], "industries": ["15"]}, "industry '14' is none of the evaluation's 15"),
        (lambda d: {"persons": "all"}, "unknown key"),
    ],
)  # fmt: skip
def test_what_the_policy_does_not_have_or_cannot_hold_is_refused(written, with_risk, dated, change, said):
    told = refusal(written, with_risk(**change(dated)))
    assert said in told
    assert "risk.yaml, line" in told
    assert "rule " in told


def matrix(dated, *rows, levels=("low", "high")):
    return {
        t: {n: {"tier": dated(c)} for n, c in zip(levels, row, strict=False)}
        for t, row in zip("ABC", rows, strict=False)
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("AB", "BC"), "no tier for credit tier 'C' and risk level 'low'; fill every cell"),
        (("AB", "B", "CC"), "matrix.B: 2023-03-15: no tier for credit tier 'B' and risk level 'high'; fill every cell"),
        (("BA", "BC", "CC"), "matrix.A.high.tier: 2023-03-15: a higher risk leads to a better tier, 'A', than 'B'"),
        (("AC", "BB", "CC"), "matrix.B.high.tier: 2023-03-15: a worse credit tier leads to a better tier, 'B'"),
        (("AB", "BX", "CC"), "matrix.B.high.tier.2023-03-15.value: unknown tier 'X'; known are A, B, C"),
    ],
)  # fmt: skip
def test_a_matrix_with_a_gap_or_against_its_order_is_refused_with_cell_and_day(written, with_risk, dated, rows, said):
    assert said in refusal(written, with_risk(matrix=matrix(dated, *rows)))


def test_a_matrix_is_held_to_its_order_on_each_day_on_which_it_changes(written, with_risk, dated):
    later = matrix(dated, "AB", "BC", "CC")
    later["A"]["high"] = {"tier": dated("B") | dated("C", LATER)}
    assert "2024-01-01: no tier for" not in str(load_policy(written(with_risk(matrix=later), "sound")))
    later["B"]["high"] = {"tier": dated("B")}
    told = refusal(written, with_risk(matrix=later))
    assert "2024-01-01: a worse credit tier leads to a better tier, 'B', than 'C'" in told
    later["B"]["high"] = {"tier": dated("C") | {LATER: None}}
    assert "2024-01-01: no tier for credit tier 'B'" in refusal(lambda s: written(s, "gap"), with_risk(matrix=later))


def test_bounds_of_a_pd_ascend_and_are_all_given_or_none(written, with_risk, dated):
    levels = ("low", "middle", "high")
    whole = matrix(dated, "AAB", "BBC", "CCC", levels=levels)
    for n, (pd, said) in enumerate([
        ({"middle": 0.2, "high": 0.2}, "pd 0.2, 0.2 do not ascend"),
        ({"high": 0.2}, "pd of 'middle' is not in force; give all or none"),
    ]):  # fmt: skip
        bounds = {level: {"from_pd": dated(value)} for level, value in pd.items()}
        sections = with_risk(levels=levels, matrix=whole, pd=bounds)
        assert said in refusal(lambda s, n=n: written(s, f"p{n}"), sections)


def test_ids_levels_and_departments_stand_once(written, with_risk):
    assert "id 'low' stands twice" in refusal(written, with_risk(levels=("low", "low", "high")))
    other = with_risk()["risk"]["evaluations"][0] | {"id": "other", "overrides": []}
    told = refusal(lambda s: written(s, "two"), with_risk(more=[other]))
    assert "department 'council' has an evaluation already, 'shops'; give it one" in told


def test_a_level_that_is_not_in_force_is_refused(written, with_risk):
    sections = with_risk()
    sections["risk"]["levels"][1]["in_force"] |= {LATER: None}
    assert "2024-01-01: level 'high' is not in force" in refusal(written, sections)


def test_an_overriding_condition_of_a_department_only_worsens_names_an_item_and_has_an_id_of_its_own(
    written, with_risk, dated
):  # fmt: skip
    rule = with_risk()["risk"]["evaluations"][0]["overrides"][0]
    for n, (overrides, said) in enumerate([
        ([rule | {"tier": dated("A")}], "tier 'A' is the best; an overriding condition can only lead to a worse one"),
        ([rule | {"item": "gossip"}], "unknown item 'gossip'; known are fine"),
        ([rule | {"item": "honour"}], "unknown item 'honour'"),  # an item of persons
        ([rule, rule | {"id": "again"}], "item 'fine' has two overrides; give it one tier"),
    ]):  # fmt: skip
        assert said in refusal(lambda s, n=n: written(s, f"o{n}"), with_risk(overrides=overrides))
    sections = with_risk()
    sections["enterprise"]["overrides"] = [rule]
    assert "id 'caught' is an overriding condition elsewhere" in refusal(written, sections)


def test_a_sector_that_the_department_does_not_supervise_is_refused(written, with_risk):
    sections = with_risk(sectors=["mines"])
    sections["policy"]["sectors"].append({"id": "mines", "label": {"zh": "矿", "en": "Mines"}})
    sections["inspection"]["departments"][0]["sectors"] = ["shops"]
    assert "department 'council' does not supervise sector 'mines'" in refusal(written, sections)


def test_the_bundled_matrix_is_in_order_on_every_day():
    for day in POLICY.days():
        for own in evaluations(POLICY.at(day)):
            for row in own.matrix:
                assert list(row) == sorted(row)
            assert all(
                above <= below
                for upper, lower in pairwise(own.matrix)
                for above, below in zip(upper, lower, strict=True)
            )
