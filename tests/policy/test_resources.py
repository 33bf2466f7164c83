"""The catalogue of resources: what the bundled policy expects, and what the schema refuses."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import compare, load_policy, rule_table
from credit_score.policy.resources import Resource

POLICY = load_policy("gaoyang")


@pytest.fixture
def with_resources(small, dated):
    """The small policy with one resource, changed: sections to write."""

    def made(farms=None, **change):
        sections = small()
        label = {"zh": "水", "en": "Water"}
        water = {"id": "water", "label": label, "group": "special", "units": dated(["council"]), "items": ["water"]}
        sections["resources"] = {"resources": [water | {"every": dated("P1M"), "target": dated(1.0)} | change]}
        if farms:
            sections["resources"]["farm_entities"] = {"id": "farms", "label": label, "target": dated(1.0)} | farms
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_bundled_policy_expects_what_task_5_of_the_plan_names():
    groups = {}
    for resource in POLICY.model.resources.resources:
        groups.setdefault(resource.group, []).append(resource.label.zh)
    assert groups["special"] == ["水", "气", "仓储物流", "社保", "不动产", "合同履约", "职称和职业资格", "荣誉"]
    assert groups["administrative"] == ["行政强制", "行政奖励", "行政确认", "行政裁决", "行政监督检查"]
    assert groups["farm_entity"] == ["新型农业主体"]
    assert groups["township"] == ["乡镇层面信用信息", "村居层面信用信息"]


def test_targets_of_named_information_are_the_plans_and_every_unit_and_frequency_is_an_assumption():
    table = rule_table(POLICY.at("2023-06-30"))
    own = table[table["rule"].str.startswith("resources:")]
    assert set(own.loc[own["field"].isin(["units", "every"]), "basis"]) == {"assumption"}
    targets = own[own["field"] == "target"].set_index("rule")
    assert set(targets["value"]) == {1.0}
    planned = {r.id for r in POLICY.model.resources.resources if r.group == "special"}
    by_plan = targets.index[targets["basis"] == "plan"]
    assert {rule.rpartition(":")[2] for rule in by_plan} == planned | {"farm_entities"}


def test_every_unit_that_task_5_holds_responsible_and_can_send_a_resource_has_one():
    named = {unit for r in POLICY.model.resources.resources for d in r.units.days for unit in r.units.at(d).value}
    task_5 = {
        "administrative_approval", "human_resources", "education", "market_supervision", "ecology", "public_security",
        "justice", "agriculture", "natural_resources", "housing", "health", "city_management", "runyang",
        "town_government",
    }  # fmt: skip
    assert task_5 <= named


@pytest.mark.parametrize(
    ("item", "kind", "taken"),
    [("care.water", "acts", True), ("care", "acts", True), ("careful", "acts", False), ("care", "deeds", False)],
)
def test_a_resource_takes_an_item_and_those_below_it_of_its_kinds(dated, item, kind, taken):
    label, ground = {"zh": "水", "en": "Water"}, {"units": dated(["a"]), "target": dated(1.0)}
    both = Resource(id="w", label=label, group="special", kinds=["acts"], items=["care"], **ground)
    assert both.takes(item, kind) is taken


def test_a_policy_without_resources_is_one(written, small):
    assert load_policy(written(small())).model.resources is None


def test_a_resource_that_is_due_once_has_no_every(written, with_resources):
    sections = with_resources()
    del sections["resources"]["resources"][0]["every"]
    assert load_policy(written(sections)).model.resources.resources[0].every is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kinds": ["deeds"]}, "resources.kinds: unknown catalogue kind 'deeds'; known are acts"),
        ({"items": []}, "resource 'water' names neither kinds nor items"),
        ({"group": "royal"}, "not 'royal'"),
        ({"colour": "blue"}, "colour: unknown key"),
    ],
)
def test_what_a_resource_cannot_say_is_refused(written, with_resources, change, told):
    text = refusal(written(with_resources(**change)))
    assert told in text
    assert "resources.yaml, line " in text
    assert "rule water" in text


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (["council", "crown"], "units.2023-03-15.value: unknown unit 'crown'; known are council"),
        (["council", "council"], "'council' stands twice in the list"),
        ([], "[] is not a list of names"),
        ("council", "'council' is not a list of names"),
    ],
)
def test_units_are_a_list_of_the_policys_own_each_once(written, with_resources, dated, units, told):
    assert told in refusal(written(with_resources(units=dated(units))))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("target", 1.5, "1.5 is outside [0, 1] share"), ("every", "P2W", "'P2W' is not a period with a known unit")],
)
def test_a_number_out_of_its_range_is_refused(written, with_resources, dated, field, value, told):
    assert told in refusal(written(with_resources(**{field: dated(value)})))


def test_an_id_that_stands_twice_is_refused(written, with_resources):
    sections = with_resources()
    sections["resources"]["resources"] *= 2
    assert "id 'water' stands twice" in refusal(written(sections))


@pytest.mark.parametrize(
    ("farms", "told"),
    [
        ({"sectors": ["farms"]}, "farm_entities.sectors: unknown sector 'farms'; known are shops"),
        ({"legal_forms": ["guild"]}, "not 'guild'"),
        ({"sectors": []}, "neither legal forms nor sectors are named"),
    ],
)
def test_farm_entities_are_told_by_legal_forms_and_sectors_that_there_are(written, with_resources, farms, told):
    assert told in refusal(written(with_resources(farms=farms)))


def test_another_unit_from_a_later_day_is_a_difference_of_two_days(written, with_resources, dated):
    sections = with_resources()
    sections["policy"]["units"].append({"id": "port", "label": {"zh": "港务", "en": "Port"}})
    sections["resources"]["resources"][0]["units"] |= dated(["council", "port"], day=date(2024, 1, 1))
    policy = load_policy(written(sections))
    changed = compare(policy.at("2023-03-15"), policy.at("2024-01-01")).iloc[0]
    assert (changed["value_before"], changed["value_after"]) == ("council", "council, port")
