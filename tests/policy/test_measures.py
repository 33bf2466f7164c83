"""Measures as policy: enterprises only, each on its ground, and none of discipline on an assumption."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table

POLICY = load_policy("gaoyang")
ON = date(2023, 6, 30)
LATER = date(2024, 1, 1)
LAWS = ("企业信息公示暂行条例", "山东省社会信用条例", "实施方案任务10")


def measure(name, dated, **more):
    label = {"zh": name, "en": name}
    own = {"direction": "discipline", "items": ["fine"], "units": dated(["council"]), "in_force": dated(True)}
    return {"id": name, "label": label} | own | more


@pytest.fixture
def with_measures(small, dated):
    """The small policy with one measure of discipline, changed: sections to write."""

    def made(subjects="enterprise", remedies=(), **change):
        sections = small()
        one = measure("limit", dated, **change)
        sections["measures"] = {"subjects": subjects, "measures": [one], "remedies": list(remedies)}
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_a_policy_without_measures_is_one(written, small):
    assert load_policy(written(small())).model.measures is None


def test_every_measure_of_the_county_rests_on_words_of_a_source_at_hand():
    table = rule_table(POLICY.at(ON)).query("field == 'in_force'")
    table = table[table["rule"].str.startswith("measures:measures:")]
    assert len(table) == len(POLICY.model.measures.measures) == 9
    assert table["reference"].str.contains("|".join(LAWS)).all()
    assert all(m.words for m in POLICY.model.measures.measures)


def test_discipline_that_no_law_at_hand_allows_is_an_assumption_that_says_what_must_replace_it():
    assumed = [m for m in POLICY.model.measures.measures if m.in_force.at(ON).basis == "assumption"]
    assert [m.id for m in assumed] == ["measure.serious_list", "measure.unperformed_judgment"]
    for found in assumed:
        assert not found.may_be_taken(ON)
        reference = found.in_force.at(ON).reference
        assert "使用前须以全国失信惩戒措施基础清单和本县清单" in reference
        assert "To be replaced by the national list" in reference


def test_discipline_by_law_reaches_only_the_enterprises_that_the_law_speaks_of():
    lawful = [m for m in POLICY.model.measures.measures if m.direction == "discipline" and m.may_be_taken(ON)]
    assert {m.in_force.at(ON).basis for m in lawful} == {"law"}
    assert {m.legal_forms for m in lawful} == {("company",)}


@pytest.mark.parametrize("basis", ["law", "published"])
@pytest.mark.parametrize("direction", ["discipline", "reward"])
def test_a_measure_on_a_law_or_a_published_list_may_be_taken(written, with_measures, dated, basis, direction):
    items = {"reward": ["deed"], "discipline": ["fine"]}[direction]
    sections = with_measures(in_force=dated(True, basis=basis), direction=direction, items=items)
    fine = sections["enterprise"]["items"][0]
    sections["enterprise"]["items"].append(fine | {"id": "deed", "points": dated(3)})
    (found,) = load_policy(written(sections)).model.measures.measures
    assert found.may_be_taken(ON)
    assert not found.may_be_taken(date(2023, 3, 14))


@pytest.mark.parametrize("basis", ["assumption", "plan"])
def test_neither_an_assumption_nor_a_plan_is_a_ground_for_discipline(written, with_measures, dated, basis):
    (found,) = load_policy(written(with_measures(in_force=dated(True, basis=basis)))).model.measures.measures
    assert not found.may_be_taken(ON)


def test_a_measure_that_is_repealed_may_be_taken_no_more(written, with_measures, dated):
    sections = with_measures(in_force=dated(True, basis="law") | {LATER: None})
    (found,) = load_policy(written(sections)).model.measures.measures
    assert [found.may_be_taken(day) for day in (ON, LATER)] == [True, False]


@pytest.mark.parametrize("subjects", ["individual", "person", "both"])
def test_measures_for_persons_are_refused_with_the_reason(written, with_measures, subjects):
    text = refusal(written(with_measures(subjects=subjects)))
    assert f"measures for '{subjects}' are refused: they touch enterprises only" in text
    assert "measures.yaml, line 1" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"items": ["honour"]}, "item 'honour' is one of persons; no measure follows from records of a person"),
        ({"items": ["theft"]}, "measures.items: unknown item of enterprises 'theft'; known are fine"),
        ({"direction": "reward"}, "item 'fine' is worth -10 points; no reward follows from it"),
        ({"direction": "revenge"}, "not 'revenge'"),
        ({"legal_forms": ["person"]}, "not 'person'"),
        ({"person": "owner"}, "unknown key"),
    ],
)
def test_what_a_measure_cannot_say_is_refused(written, with_measures, change, told):
    text = refusal(written(with_measures(**change)))
    assert told in text
    assert "measures.yaml, line" in text


def test_discipline_for_what_earns_points_is_refused(written, with_measures, dated):
    sections = with_measures()
    sections["enterprise"]["items"][0]["points"] = dated(10)
    assert "item 'fine' is worth 10 points; no discipline follows from it" in refusal(written(sections))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("units", ["crown"], "units.2023-03-15.value: unknown unit 'crown'; known are council"),
        ("longest", "P2W", "'P2W' is not a period with a known unit"),
        ("in_force", False, "False is not true; to end it write null"),
    ],
)
def test_a_value_out_of_its_range_is_refused(written, with_measures, dated, field, value, told):
    assert told in refusal(written(with_measures(**{field: dated(value)})))


def test_a_measure_without_its_ground_is_refused(written, with_measures):
    sections = with_measures()
    del sections["measures"]["measures"][0]["in_force"]
    assert "'in_force' is missing" in refusal(written(sections))


def test_an_id_that_stands_twice_is_refused(written, with_measures, dated):
    remedy = {"id": "limit", "label": {"zh": "移出", "en": "off"}, "items": ["fine"], "in_force": dated(True)}
    assert "id 'limit' stands twice" in refusal(written(with_measures(remedies=[remedy])))


def test_a_remedy_is_for_items_of_enterprises(written, with_measures, dated):
    remedy = {"id": "off", "label": {"zh": "移出", "en": "off"}, "items": ["honour"], "in_force": dated(True)}
    text = refusal(written(with_measures(remedies=[remedy])))
    assert "rule off: remedies.items: item 'honour' is one of persons" in text
