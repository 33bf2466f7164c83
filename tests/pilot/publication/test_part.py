"""The published tables of a run: counts against a count by hand, and what is never in them."""

import pandas as pd
import pytest

from credit_score.long_list import Tables
from credit_score.pilot.publication import publication_tables
from credit_score.pilot.publication.cubes import PERSONS, cube
from credit_score.pilot.publication.part import limits, published_tables
from credit_score.pilot.reach import band_names


@pytest.fixture(scope="module")
def tables(county_run):
    return Tables(publication_tables(county_run.standing))


@pytest.fixture(scope="module")
def people(county_run):
    """Adults of the register by hand, with age, whether enrolled, and score."""
    people = county_run.records["individuals"].execute()
    on = pd.Timestamp("2023-06-30")
    stated = pd.to_datetime(people["age_on"])
    months = (on.year - stated.dt.year) * 12 + on.month - stated.dt.month - (stated.dt.day > on.day)
    scores = county_run.tables["scores_individual"].execute().set_index("subject")["score_milli"]
    people = people.assign(age=people["age"] + months // 12, score=people["person_id"].map(scores))
    return people[people["age"] >= 18]


def test_members_by_town_are_those_with_a_score_to_the_nearest_five(tables, people):
    members = people[people["score"].notna()].groupby("town").size()
    shown = tables["published_members"].dropna(subset=["count"])
    assert len(shown) > 0
    for row in shown.itertuples():
        exact = members[row.town] if row.town else members.sum()
        assert exact >= 10
        assert abs(row.count - exact) <= 2
        assert row.count % 5 == 0


def test_the_cube_of_persons_holds_every_adult_once_and_benefits_begin_at_the_lowest_of_the_policy(county_run, people):
    listed = [t for t in published_tables(county_run.rules) if t.of in ("members", "members_with_benefit")]
    found = cube(PERSONS, county_run.standing, listed)
    assert found.n.sum() == len(people)
    own = county_run.rules.model.individual.benefits
    least = min(county_run.rules.figure(b.from_score).value for b in own)
    assert found.n[found.cells["benefit"] == "yes"].sum() == (people["score"] >= least).sum()
    assert not ((found.cells["enrolled"] == "no") & (found.cells["benefit"] == "yes")).any()


def test_a_count_is_withheld_exactly_where_it_is_empty(tables):
    counted = [t for t in tables.values() if "withheld" in t.columns]
    assert len(counted) == 5
    for table in counted:
        assert ((table["withheld"] == "yes") == table["count"].isna()).all()


def test_no_table_names_a_natural_person_and_none_holds_a_tier_points_or_a_draw(tables, county_run):
    persons = set(county_run.records["individuals"].execute()["person_id"])
    firms = county_run.records["enterprises"].execute()
    persons |= set(firms.loc[firms["legal_form"] == "sole_proprietor", "enterprise_id"])
    for table in tables.values():
        texts = set(map(str, table.to_numpy().ravel()))
        assert not texts & persons
        assert not any(t.startswith(("P-", "S-", "H-", "I-")) for t in texts)
        assert not set(table.columns) & {"tier", "tier_code", "score_milli", "score", "points", "draw_probability"}


def test_firms_are_all_registered_ones_that_are_no_natural_persons(tables, county_run):
    firms = county_run.records["enterprises"].execute()
    by = pd.to_datetime(firms["registered_on"]) <= pd.Timestamp("2023-06-30")
    assert tables["published_firms"]["count"].sum() == (by & (firms["legal_form"] != "sole_proprietor")).sum()


def test_totals_are_called_so_in_both_languages(tables):
    total = tables["published_members"].iloc[-1]
    assert (total["town"], total["town_zh"], total["town_en"]) == ("", "合计", "All")


def test_age_bands_are_named_by_their_ages():
    assert band_names((18, 35, 60)) == ["18-34", "35-59", "60+"]


def test_the_limits_are_those_of_the_policy(county_run):
    assert limits(county_run.rules) == (10, 5)
