from datetime import date

import ibis
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta

from credit_score.errors import PolicyError
from credit_score.inspection import inspection_frame
from credit_score.policy import load_policy

ON = date(2023, 6, 30)
RULES = load_policy("gaoyang").at(ON)
FOOD, MARKET = "minimum.food", "market_supervision"
VISIT = {"enterprise_id": "f", "department": MARKET, "inspected_on": date(2022, 1, 1), "stream": "random"}


def months_before(n):
    return ON - relativedelta(months=n)


def frame(firms, visits=(), rules=RULES):
    """The frame of firms, each given by what differs from a textile company of tier B."""
    plain = {"sector": "textiles", "size": "small", "industry": None, "registered_on": date(2010, 1, 1)}
    listed = pd.DataFrame([plain | {"enterprise_id": name} | f for name, f in firms.items()])
    types = dict.fromkeys(["enterprise_id", "sector", "size", "industry"], "string") | {"registered_on": "date"}
    tiers = pd.DataFrame([(name, 1, "B") for name in firms], columns=["subject", "tier_code", "tier"])
    seen = pd.DataFrame([VISIT | v for v in visits], columns=list(VISIT))
    of_visits = dict.fromkeys(VISIT, "string") | {"inspected_on": "date"}
    tables = {
        "enterprises": ibis.memtable(listed[list(types)], schema=types),
        "inspections": ibis.memtable(seen, schema=of_visits),
    }
    return inspection_frame(tables, ibis.memtable(tiers), rules).execute()


def duty(firm, visits=(), department=MARKET, rules=RULES):
    found = frame({"f": firm}, visits, rules)
    return found.loc[found["department"] == department, "duty"].item()


def test_each_department_supervises_its_sectors():
    found = frame({"f": {"sector": "construction"}, "g": {"sector": "other"}})
    of = found.groupby("subject")["department"].agg(sorted)
    assert of["f"] == ["ecology", "emergency", "housing", "human_resources", MARKET]
    assert of["g"] == ["human_resources", MARKET]
    assert not found.duplicated(["department", "subject"]).any()
    assert set(found["tier"]) == {"B"}


@pytest.mark.parametrize(
    ("last_visit", "due"),
    [
        (months_before(13), True),  # 24 months end in 11 months
        (months_before(12), True),  # they end on the last day of the coming year
        (months_before(12) + relativedelta(days=1), False),
        (months_before(11), False),  # they end in 13 months
        (months_before(40), True),  # long overdue
        (ON, False),
    ],
)
def test_a_food_operator_is_due_when_24_months_since_the_last_visit_end_within_the_coming_year(last_visit, due):
    visits = [{"inspected_on": months_before(45)}, {"inspected_on": last_visit}]
    assert duty({"industry": "food_service"}, visits) == (FOOD if due else "")


@pytest.mark.parametrize(("registered", "due"), [(months_before(13), True), (months_before(1), False)])
def test_a_firm_never_visited_counts_from_its_registration(registered, due):
    assert duty({"industry": "food_production", "registered_on": registered}) == (FOOD if due else "")


@pytest.mark.parametrize("stream", ["complaint", "alert", "referral"])
def test_a_visit_on_a_complaint_alert_or_referral_does_not_discharge_the_duty(stream):
    assert duty({"industry": "food_retail"}, [{"inspected_on": ON, "stream": stream}]) == FOOD
    assert duty({"industry": "food_retail"}, [{"inspected_on": ON, "stream": "statutory"}]) == ""


def test_a_visit_by_another_department_or_after_the_day_does_not_discharge_the_duty():
    elsewhere = {"inspected_on": ON, "department": "human_resources"}
    later = {"inspected_on": ON + relativedelta(days=1)}
    assert duty({"industry": "food_retail"}, [elsewhere, later]) == FOOD


def test_other_industries_and_other_departments_have_no_duty():
    assert duty({"industry": None}) == ""
    assert duty({"industry": "smithy"}) == ""
    assert duty({"industry": "food_retail"}, department="human_resources") == ""


def test_a_repealed_minimum_binds_nobody(altered_policy):
    def repeal(section):
        section["statutory_minimums"][0]["every"][date(2023, 6, 1)] = None

    rules = load_policy(altered_policy(inspection=repeal)).at(ON)
    assert duty({"industry": "food_retail"}, rules=rules) == ""


def test_of_two_minimums_the_first_that_is_due_places_the_firm_once(altered_policy):
    def another(section):
        first = section["statutory_minimums"][0]
        section["statutory_minimums"].append(first | {"id": "minimum.second", "industries": ["food_retail", "smithy"]})

    rules = load_policy(altered_policy(inspection=another)).at(ON)
    assert duty({"industry": "food_retail"}, rules=rules) == FOOD
    assert duty({"industry": "smithy"}, rules=rules) == "minimum.second"


def test_a_minimum_of_an_unknown_department_is_refused(altered_policy):
    def wrong(section):
        section["statutory_minimums"][0]["department"] = "nobody"

    with pytest.raises(PolicyError, match="unknown department 'nobody'"):
        load_policy(altered_policy(inspection=wrong))
