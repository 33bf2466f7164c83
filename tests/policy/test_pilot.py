"""The plan as data: what the bundled policy says of it, and what the schema refuses."""

from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table
from credit_score.policy.named import no_such
from credit_score.policy.plan import CountIndicator

POLICY = load_policy("gaoyang")
PILOT = POLICY.model.pilot
TARGETS = {
    "zero.withheld": ("equals", 0), "zero.late": ("equals", 0), "zero.missing": ("equals", 0),
    "zero.wrong": ("equals", 0), "disputes": ("at_most", 0), "collected": ("at_least", 1), "farms": ("at_least", 1),
    "commitments": ("at_least", 1), "report_uses": ("at_least", 5), "a_taxpayers": ("at_least", 0.05),
    "banks": ("at_least", 0.5), "platform": ("at_least", 0.2), "real_name": ("at_least", 0.1),
    "authorised": ("above", 0.1), "scenes": ("at_least", 15), "government": ("equals", 0), "events": ("at_least", 2),
    "places": ("at_least", 7), "theme_days": ("at_least", 3), "joint_building": ("at_least", 0.1),
    "office": ("at_least", 5), "liaisons": ("at_least", 1), "points": ("at_least", 1), "three_credit": ("at_least", 1),
}  # fmt: skip


UNITS = {
    "税务局": "tax", "人行高阳支行": "peoples_bank", "银保监组": "banking_supervision", "金融办": "finance_office",
    "网信办": "cyberspace", "文明办": "civilization_office", "司法局": "justice", "润阳公司": "runyang",
    "消防大队": "fire", "法院": "court", "领导小组成员单位": "leading_members", "宣传部": "publicity",
    "领导小组办公室": "leading_office", "商务局": "commerce", "应急管理局": "emergency", "民政局": "civil_affairs",
    "行政审批局": "administrative_approval", "市场监": "market_supervision", "人社局": "human_resources",
    "农业农村局": "agriculture", "教体局": "education", "卫健局": "health", "医保局": "medical_insurance",
    "公安局": "public_security", "住建局": "housing", "资规局": "natural_resources", "生态环境局": "ecology",
    "执法局": "city_management", "各镇": "town_government",
}  # fmt: skip


def named(name):
    return {"id": name, "label": {"zh": name, "en": name}}


@pytest.fixture
def with_pilot(small, dated):
    """The small policy with a plan of one task, two phases and one indicator, changed: sections to write."""

    def made(pilot=None, own_task=None, **indicator):
        sections = small()
        own = named("task") | {"number": 1, "units": dated(["council"]), "words": "全县企业的20%以上入驻"}
        count = named("joined") | {
            "task": 1, "unit": "share", "numerator": {"of": "platform_firms"}, "denominator": {"of": "firms"},
            "comparison": "at_least", "target": dated(0.2), "words": "20%以上",
        }  # fmt: skip
        lists = {field: [named(field)] for field in ("activities", "places", "case_kinds", "report_uses")}
        phases = [
            named("first") | {"first": date(2023, 1, 1), "last": date(2023, 2, 28)},
            named("second") | {"first": date(2023, 3, 1), "last": date(2023, 12, 31)},
        ]
        plan = {"tasks": [own | (own_task or {})], "phases": phases, "indicators": [count | indicator]}
        sections["pilot"] = lists | plan | (pilot or {})
        return sections

    return made


def refusal(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_bundled_plan_has_nineteen_tasks_and_its_safeguards_as_number_0():
    assert sorted(task.number for task in PILOT.tasks) == list(range(20))


def test_the_tasks_due_by_the_end_of_october_are_2_3_and_12_and_the_others_go_on():
    due = {task.number: task.deadline for task in PILOT.tasks if task.deadline}
    assert due == dict.fromkeys((2, 3, 12), date(2023, 10, 31))
    written = [t.number for t in PILOT.tasks if "完成时限:长期推进】" in t.words]
    assert sorted(written) == sorted(set(range(1, 20)) - set(due))


def test_every_task_quotes_the_plan_with_the_units_that_it_holds_responsible():
    for task in PILOT.tasks:
        if task.number:
            assert "【责任单位:" in task.words
            units = task.words.partition("【责任单位:")[2]
            responsible = set(task.units.at(date(2023, 3, 15)).value)
            assert {unit for word, unit in UNITS.items() if word in units} == responsible & set(UNITS.values())


def test_three_phases_follow_one_another_through_2023():
    assert [(p.first, p.last) for p in PILOT.phases] == [
        (date(2023, 1, 1), date(2023, 2, 28)),
        (date(2023, 3, 1), date(2023, 10, 31)),
        (date(2023, 11, 1), date(2023, 12, 31)),
    ]
    assert PILOT.last_day == date(2023, 12, 31)


def test_every_number_of_the_plan_is_a_target():
    told = {i.id: (i.comparison, i.target.at(date(2023, 6, 30)).value) for i in PILOT.indicators}
    assert told == TARGETS


def test_targets_stand_on_the_plan_but_where_it_gives_no_number_which_is_said():
    table = rule_table(POLICY.at("2023-06-30"))
    own = table[table["rule"].str.startswith("pilot:indicators:")]
    assumed = own[(own["field"] == "target") & (own["basis"] != "plan")]
    assert set(assumed["rule"]) == {"pilot:indicators:points", "pilot:indicators:three_credit"}
    assert assumed["reference"].str.contains("gives no number").all()
    assert set(own.loc[own["field"] == "within", "basis"]) == {"assumption"}


def test_tasks_without_a_number_say_what_is_tracked_instead():
    measured = {i.task for i in PILOT.indicators}
    without = {t.number for t in PILOT.tasks} - measured
    assert without == {1, 6, 9, 13, 14, 15, 18}
    assert without <= {t.number for t in PILOT.tasks if t.tracked}


def test_a_policy_with_a_plan_of_one_indicator_is_one(written, with_pilot):
    [own] = load_policy(written(with_pilot())).model.pilot.indicators
    assert (own.numerator.of, own.denominator.of) == ("platform_firms", "firms")


def test_a_count_has_no_denominator(written, with_pilot, dated):
    folder = written(with_pilot(unit="count", denominator=None, target=dated(3)))
    assert isinstance(load_policy(folder).model.pilot.indicators[0], CountIndicator)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"words": "30%以上"}, "rule joined: indicators.words: '30%以上' does not stand in task 1"),
        ({"task": 7}, "no task has the number 7; known are [1]"),
        ({"numerator": {"of": "happiness"}}, "'happiness'"),
        ({"numerator": {"of": "firms", "formula": "1 + 1"}}, "formula: unknown key"),
        ({"numerator": {"of": "activities", "kinds": ["parade"]}}, "unknown activity 'parade'; known are activities"),
        ({"numerator": {"of": "units", "without": ["crown"]}}, "unknown unit 'crown'; known are council"),
        (
            {"numerator": {"of": "judged_reports", "measure": "late", "clock": "noon"}},
            "unknown clock 'noon'",
        ),
        ({"comparison": "about"}, "'about'"),
        ({"unit": "days"}, "'days'"),
        ({"denominator": None}, "denominator"),
        ({"comparison": "equals"}, "a share of whole things seldom equals 0.2"),
        ({"colour": "blue"}, "colour: unknown key"),
    ],
)
def test_what_an_indicator_cannot_say_is_refused(written, with_pilot, change, told):
    text = refusal(written(with_pilot(**change)))
    assert told in text
    assert "pilot.yaml, line " in text


def test_only_events_are_counted_a_month(written, with_pilot, dated):
    text = refusal(written(with_pilot(unit="per_month", denominator=None, target=dated(3))))
    assert "'platform_firms' is not counted a month; choose unit count" in text


def test_a_share_above_1_or_a_count_that_is_no_whole_number_is_no_target(written, with_pilot, dated):
    assert "1.5 is outside [0, 1] share" in refusal(written(with_pilot(target=dated(1.5))))
    half = with_pilot(unit="count", denominator=None, target=dated(1.5))
    assert "1.5 is not a whole number of at least 0" in refusal(written(half, "other"))


def test_an_unknown_unit_is_refused(written, with_pilot, dated):
    text = refusal(written(with_pilot(own_task={"units": dated(["crown"])})))
    assert "unknown unit 'crown'; known are council" in text
    text = refusal(written(with_pilot(units=dated(["crown"])), "other"))
    assert "unknown unit 'crown'; known are council" in text


def test_a_task_without_an_indicator_says_what_is_tracked(written, with_pilot):
    text = refusal(written(with_pilot(pilot={"indicators": []})))
    assert "task 1 has neither an indicator nor a word of what is tracked instead" in text


def test_phases_do_not_overlap_and_indicators_need_one(written, with_pilot):
    phases = with_pilot()["pilot"]["phases"]
    turned = refusal(written(with_pilot(pilot={"phases": phases[::-1]})))
    assert "phase 'first' begins on 2023-01-01, before the one before it is over" in turned
    ended = [phases[0] | {"last": date(2022, 1, 1)}]
    assert "ends on 2022-01-01, before its first day" in refusal(written(with_pilot(pilot={"phases": ended}), "ended"))
    assert "indicators without phases" in refusal(written(with_pilot(pilot={"phases": []}), "none"))


def test_numbers_of_tasks_and_ids_of_indicators_stand_once(written, with_pilot):
    sections = with_pilot()
    sections["pilot"]["tasks"].append(sections["pilot"]["tasks"][0] | named("other"))
    assert "two tasks have one number" in refusal(written(sections))
    sections = with_pilot()
    sections["pilot"]["indicators"] *= 2
    assert "id 'joined' stands twice" in refusal(written(sections, "twice"))


def test_the_office_alone_answers_for_its_number_and_towns_and_departments_for_their_liaisons():
    own = {i.id: i.units.at(date(2023, 6, 30)).value for i in PILOT.indicators if i.task == 0}
    assert own == {"office": ("leading_office",), "liaisons": ("town_government", "leading_members")}


def test_a_policy_that_has_none_of_a_kind_is_told_so():
    assert "unknown clock 'weekly'; known are none" in str(no_such("clock", "weekly", []))
