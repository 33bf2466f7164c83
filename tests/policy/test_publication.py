"""What a county publishes: what the bundled policy chooses, and what the schema refuses."""

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table

POLICY = load_policy("gaoyang")
LABEL = {"zh": "表", "en": "A table"}


@pytest.fixture
def with_publication(small, dated):
    """The small policy with a published set, changed: sections to write."""

    def made(table=None, **change):
        sections = small()
        members = {"id": "members", "label": LABEL, "of": "members", "by": ["town"], "purpose": LABEL}
        sections["publication"] = {
            "id": "publication", "label": LABEL, "least_count": dated(10), "round_to": dated(5),
            "age_bands": dated([18, 35, 60]),
            "tables": [members | {"in_force": dated(True)} | (table or {})],
        } | change  # fmt: skip
        return sections

    return made


def test_the_bundled_policy_withholds_counts_below_ten_and_rounds_to_fives_and_both_are_assumptions():
    publication, rules = POLICY.model.publication, POLICY.at("2023-06-30")
    assert rules.value(publication.least_count) == 10
    assert rules.value(publication.round_to) == 5
    own = rule_table(rules).set_index(["rule", "field"])["basis"]
    assert own["publication", "least_count"] == own["publication", "round_to"] == "assumption"


def test_the_bundled_policy_publishes_the_double_publicity_of_task_4_on_the_plans_word():
    own = rule_table(POLICY.at("2023-06-30")).set_index(["rule", "field"])
    assert own.loc[("publication:tables:double_publicity", "in_force"), "basis"] == "plan"


def test_a_small_policy_with_a_published_set_is_read(written, with_publication):
    policy = load_policy(written(with_publication()))
    assert policy.model.publication.tables[0].by == ("town",)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"of": "tiers"}, "of"),
        ({"of": "draw"}, "of"),
        ({"by": ["village"]}, "by"),
        ({"id": "../members"}, "id"),
        ({"by": ["unit"]}, "unknown dimension 'unit'; known are age_band, town"),
        ({"by": []}, "a table of members is by one or more of town, age_band"),
        ({"by": ["town", "town"]}, "names a dimension twice"),
        ({"of": "four_zeros"}, "unknown dimension 'town'"),
        ({"of": "scene_uses"}, "a window is for a table of sums through time"),
    ],
)
def test_a_table_that_cannot_be_made_is_refused(written, with_publication, table, message):
    with pytest.raises(PolicyError, match=message):
        load_policy(written(with_publication(table)))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("least_count", 1, r"1 is outside \[2, 1000\]; a single person must never be told"),
        ("round_to", 0, r"0 is outside \[1, 1000\]"),
        ("round_to", 11, "rounding to 11 is above the least count of 10"),
        ("age_bands", [35, 18], "is no list of ascending ages"),
        ("age_bands", [], "is no list of ascending ages"),
    ],
)
def test_a_number_that_protects_nothing_is_refused(written, with_publication, dated, field, value, message):
    with pytest.raises(PolicyError, match=message):
        load_policy(written(with_publication(**{field: dated(value)})))


def test_a_licence_that_is_an_item_with_points_is_refused(written, with_publication):
    with pytest.raises(PolicyError, match="item 'fine' stands in a catalogue already"):
        load_policy(written(with_publication(licences=[{"id": "fine", "label": LABEL}])))
