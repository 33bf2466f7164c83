"""Criteria of credit households, villages and towns: what the bundled policy says, and what the schema refuses."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import compare, load_policy, rule_table
from credit_score.policy.three_credit import CreditHousehold, StatusBenefit

POLICY = load_policy("gaoyang")
SINCE = "2023-03-15.value"


@pytest.fixture
def with_criteria(small, dated):
    """The small policy with criteria, one benefit and a view of its sector: sections to write."""

    def made(**change):
        sections = small()

        def rule(name, **fields):
            return {"id": name, "label": {"zh": "名", "en": "name"}} | fields

        own = {
            "household": rule("h", from_score=dated(505), members=dated(1)),
            "village": rule("v", households=dated(0.7), without_arrears=dated(0.85), bad_loans_below=dated(0.05)),
            "town": rule("t", villages=dated(0.5)), "county": rule("c", towns=dated(0.6)),
            "benefits": [rule("b", of="village", kind="rate", in_force=dated(True))],
            "sector_view": rule(
                "s", sectors=dated(["shops"]), within=dated("P12M"), committed=["promise"], rated=["tax.a", "tax.b"],
                best_rated="tax.a", honoured=["honour"], penalised=["fine"],
            ),
        }  # fmt: skip
        for name, value in change.items():
            own[name] = own[name] | value if isinstance(value, dict) else value
        sections["three_credit"] = own
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_published_criteria_are_those_of_the_bundled_policy():
    table = rule_table(POLICY.at("2023-06-30")).set_index(["rule", "field"])
    own = table[table.index.get_level_values("rule").str.startswith("three_credit:")]
    published = own[own["basis"] == "published"]["value"].to_dict()
    assert published == {
        ("three_credit:village", "households"): 0.7, ("three_credit:village", "without_arrears"): 0.85,
        ("three_credit:village", "bad_loans_below"): 0.05, ("three_credit:town", "villages"): 0.5,
        ("three_credit:county", "towns"): 0.6,
    }  # fmt: skip
    assert own.loc[("three_credit:sector_view", "sectors"), "basis"] == "plan"
    assert set(own.loc["three_credit:household"]["basis"]) == {"assumption"}


def test_that_the_county_counts_towns_is_said_to_be_a_reading():
    figure = POLICY.at("2023-06-30").figure(POLICY.model.three_credit.county.towns)
    assert "our reading" in figure.reference
    assert "本项目口径" in figure.reference


def test_the_sectors_are_those_that_task_3_names():
    view = POLICY.model.three_credit.sector_view
    assert view.sectors.at(date(2023, 6, 30)).value == (
        "farm_products", "leisure_farming", "textiles", "farm_machinery_parts",
    )  # fmt: skip


def test_a_credit_household_starts_above_the_base_so_that_the_base_and_not_being_enrolled_are_alike():
    day = date(2023, 6, 30)
    household, base = POLICY.model.three_credit.household, POLICY.model.individual.base
    assert household.from_score.at(day).value > base.at(day).value


def test_no_field_could_ask_for_every_member_or_exclude_one():
    assert set(CreditHousehold.model_fields) == {"id", "label", "from_score", "members"}


def test_no_field_of_a_benefit_could_withhold_it():
    assert set(StatusBenefit.model_fields) == {"id", "label", "of", "kind", "in_force"}


@pytest.mark.parametrize("key", ["every_member", "without", "excluded", "most_arrears", "penalty"])
def test_a_criterion_that_could_take_a_household_out_is_refused(written, with_criteria, dated, key):
    text = refusal(written(with_criteria(household={key: dated(1)})))
    assert f"{key}: unknown key" in text
    assert "three_credit.yaml, line " in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "higher_rate"}, "not 'higher_rate'"),
        ({"of": "person"}, "not 'person'"),
        ({"withhold": True}, "withhold: unknown key"),
        ({"label": {"zh": "取消贷款资格", "en": "Loans"}}, "names withholding"),
        ({"label": {"zh": "优先就医", "en": "See a doctor first"}}, "names health care"),
        ({"label": {"zh": "入学加分", "en": "Points for a school"}}, "names schooling"),
    ],
)
def test_a_benefit_that_withholds_or_is_a_basic_public_service_is_refused(written, with_criteria, dated, change, told):
    benefit = {"id": "b", "label": {"zh": "名", "en": "name"}, "of": "town", "kind": "rate", "in_force": dated(True)}
    assert told in refusal(written(with_criteria(benefits=[benefit | change])))


@pytest.mark.parametrize(
    ("part", "field", "value", "told"),
    [
        ("household", "from_score", 500, "starts at 500, not above the base of 500; it would set those"),
        ("household", "members", 0, "0 members; a credit household has at least one who reaches the score"),
        ("village", "households", 1.2, "1.2 is outside [0, 1] share"),
        ("town", "villages", 0, "0 is outside (0, 1] share"),
        ("sector_view", "sectors", ["ships"], "unknown sector 'ships'; known are shops"),
        ("sector_view", "within", "P2W", "'P2W' is not a period with a known unit"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_with_its_place(written, with_criteria, dated, part, field, value, told):
    text = refusal(written(with_criteria(**{part: {field: dated(value)}})))
    assert told in text
    assert f"{part}.{field}.{SINCE.removesuffix('.value')}" in text


def test_a_best_rating_that_is_none_and_a_benefit_twice_are_refused(written, with_criteria, dated):
    assert "unknown rating 'tax.c'; known are tax.a, tax.b" in refusal(
        written(with_criteria(sector_view={"best_rated": "tax.c"}), "one")
    )
    sections = with_criteria()
    sections["three_credit"]["benefits"] *= 2
    assert "id 'b' stands twice" in refusal(written(sections, "two"))


def test_a_policy_without_benefits_and_view_or_without_persons_points_is_one(written, with_criteria):
    sections = with_criteria()
    del sections["three_credit"]["benefits"], sections["three_credit"]["sector_view"], sections["individual"]
    own = load_policy(written(sections)).model.three_credit
    assert (own.benefits, own.sector_view) == ((), None)


def test_a_criterion_that_changes_is_a_difference_of_two_days(written, with_criteria, dated):
    sections = with_criteria()
    sections["three_credit"]["village"]["households"] |= dated(0.8, day=date(2024, 1, 1))
    policy = load_policy(written(sections))
    changed = compare(policy.at("2023-03-15"), policy.at("2024-01-01")).iloc[0]
    assert (changed["value_before"], changed["value_after"]) == (0.7, 0.8)
