"""The visits and the scores that a run's violation curve is made of: those of before, and none that a visit moved."""

from dataclasses import replace
from datetime import date

import ibis
import pytest

from credit_score.outcomes import NO_CURVE, curve_before, drawn_visits

FIRST = date(2023, 3, 15)


def test_the_curve_is_of_the_draws_since_the_policy_began(county_run):
    curve, between = curve_before(county_run.records, county_run.policy, county_run.rules)
    visits = county_run.records["inspections"].execute()
    drawn = visits[(visits["stream"] == "random") & visits["draw_probability"].notna()]
    drawn = drawn[drawn["inspected_on"].astype("datetime64[s]").between("2023-03-16", "2023-06-30")]
    assert between == ("2023-03-15", "2023-06-30")
    assert (curve.visits.sum(), curve.found.sum()) == (len(drawn), drawn["violation_found"].sum())
    assert len(drawn_visits(county_run.records, FIRST, county_run.rules.on)) == len(drawn) > 10


def test_a_record_that_became_known_after_the_first_day_moves_no_score_of_the_curve(county_run):
    tables = county_run.records.tables
    late = tables["credit_records"].mutate(reported_on=ibis.date(2023, 5, 1))
    records = replace(county_run.records, tables=tables | {"credit_records": late})
    curve, _ = curve_before(records, county_run.policy, county_run.rules)
    assert curve.centre == 1000
    assert curve.slope == pytest.approx(0)


def test_on_the_first_day_of_a_policy_there_is_no_curve(county_run):
    rules = county_run.policy.at(FIRST)
    assert curve_before(county_run.records, county_run.policy, rules) == NO_CURVE
