from datetime import date

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import compare, load_policy, rule_table
from credit_score.policy.clocks import Span

ALL = {"kinds": "all", "items": "all", "units": "all"}
LATER = date(2024, 1, 1)


@pytest.fixture
def clock(dated):
    """A clock of ten working days from decision to report, changed as a test needs it."""

    def made(**changes):
        made = {"id": "report", "label": {"zh": "报送", "en": "Report"}, "covers": ALL, "starts": "decided"}
        made |= {"ends": "reported", "working_days": dated(10), "held": dated(True)} | changes
        return {field: value for field, value in made.items() if value is not None}

    return made


@pytest.fixture
def policy(written, small):
    """The small policy with clocks."""

    def made(*clocks, name="policy"):
        return load_policy(written(small() | {"clocks": list(clocks)}, name))

    return made


def spans(policy, **options):
    return policy.model.clocks[0].spans(**options)


def test_a_policy_needs_no_clocks(written, small):
    assert load_policy(written(small())).model.clocks is None


def test_the_limit_is_that_of_its_span(policy, clock, dated):
    made = policy(clock(working_days=dated(10) | dated(5, day=LATER)))
    first = Span(date(2023, 3, 15), LATER, 10, working=True)
    assert spans(made) == (first, Span(LATER, None, 5, working=True))


def test_a_limit_may_change_from_working_days_to_calendar_days(policy, clock, dated):
    made = policy(clock(working_days=dated(10) | {LATER: None}, calendar_days=dated(20, day=LATER)))
    assert [(s.limit, s.working) for s in spans(made)] == [(10, True), (20, False)]


def test_a_clock_that_the_county_is_not_held_to_is_a_comparison(policy, clock):
    made = policy(clock(held=None))
    assert spans(made) == ()
    assert [s.limit for s in spans(made, compared=True)] == [10]


def test_a_clock_is_held_to_from_the_day_on_which_it_is(policy, clock, dated):
    made = policy(clock(held=dated(True, day=LATER)))
    assert [s.since for s in spans(made)] == [LATER]
    assert [s.since for s in spans(made, compared=True)] == [date(2023, 3, 15), LATER]


def test_its_numbers_stand_in_the_rules_and_a_change_shows(policy, clock, dated):
    before = policy(clock()).at("2023-03-15")
    after = policy(clock(working_days=dated(7), ends="told"), name="after").at("2023-03-15")
    table = rule_table(before).set_index(["rule", "field"])
    assert table.loc[("clocks:report", "working_days"), ["value", "unit", "label_en"]].tolist() == [
        10, "working days", "Report",
    ]  # fmt: skip
    changed = compare(before, after).set_index("field")
    assert changed["value_after"].to_dict() == {"working_days": 7, "ends": "told"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"working_days": None}, "has no limit; give working_days or calendar_days"),
        ({"starts": "disputed"}, "a clock from 'disputed' cannot end when the record is reported"),
        ({"ends": "known"}, "'known' ends a clock that starts with an event, not with 'decided'"),
        ({"starts": "told", "ends": "told"}, "starts and ends with 'told'"),
        ({"starts": "annulled"}, "not 'annulled'"),
        ({"covers": ALL | {"kinds": ["no"]}}, "unknown kind 'no'; known are acts"),
        ({"covers": ALL | {"items": ["no"]}}, "unknown item 'no'; known are fine, honour"),
        ({"covers": ALL | {"units": ["no"]}}, "unknown unit 'no'; known are council"),
        ({"covers": ALL | {"items": [], "others": ["fine"]}}, "item 'fine' stands in a catalogue; name it under items"),
        ({"covers": ALL | {"items": [], "others": ["a licence"]}}, "others"),
        ({"penalty": 1}, "unknown key"),
    ],
)
def test_a_clock_that_cannot_run_is_refused_with_its_rule(policy, clock, changes, told):
    with pytest.raises(PolicyError, match=told) as caught:
        policy(clock(**changes))
    assert "clocks.yaml, line" in str(caught.value)


def test_an_item_without_points_is_covered_by_its_code(policy, clock):
    covers = policy(clock(covers=ALL | {"items": ["fine"], "others": ["licence.granted"]})).model.clocks[0].covers
    assert covers.named_items == ("fine", "licence.granted")


@pytest.mark.parametrize("days", [0, -1, 3661, 2.5, True, "7"])
def test_a_limit_is_a_whole_number_of_days_from_1_to_3660(policy, clock, dated, days):
    with pytest.raises(PolicyError, match="rule report"):
        policy(clock(working_days=dated(days)))


def test_two_limits_on_one_day_are_refused(policy, clock, dated):
    with pytest.raises(PolicyError, match="2023-03-15: a limit in working days and one in calendar days"):
        policy(clock(calendar_days=dated(20)))


def test_an_id_that_two_clocks_share_is_refused(policy, clock):
    with pytest.raises(PolicyError, match="id 'report' stands twice"):
        policy(clock(), clock())


@pytest.mark.parametrize(
    ("rule", "field", "value", "basis", "source"),
    [
        ("publicity.seven_days", "working_days", 7, "plan", "任务4"),
        ("publicity.market_supervision", "working_days", 20, "law", "第九条"),
        ("withdrawal.market_supervision", "working_days", 3, "law", "第十一条"),
        ("dispute.credit_reporting", "calendar_days", 20, "law", "第二十五条"),
        ("dispute.credit_reporting", "held", True, "assumption", "手头没有河北省的规定"),
        ("dispute.shandong_own", "working_days", 3, "published", "第三十九条"),
        ("dispute.shandong_others", "working_days", 7, "published", "第三十九条"),
        ("dispute.shenzhen_provider", "working_days", 2, "published", "第五十一条"),
    ],
)
def test_the_county_has_the_periods_of_its_sources(rule, field, value, basis, source):
    row = (
        rule_table(load_policy("gaoyang").at("2023-06-30")).set_index(["rule", "field"]).loc[(f"clocks:{rule}", field)]
    )
    assert (row["value"], row["basis"]) == (value, basis)
    assert source in row["reference"]


def test_the_county_is_held_to_no_period_of_another_place():
    clocks = load_policy("gaoyang").model.clocks
    held = {c.id for c in clocks if c.spans()}
    published = {
        c.id for c in clocks for d in (c.working_days, c.calendar_days) if d and d.at(LATER).basis == "published"
    }
    assert len(held) == len(published) == 4
    assert held & published == set()
