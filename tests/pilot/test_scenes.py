"""Scenes of a day: who qualifies, cost and uptake by month, and no person or score in any table."""

from dataclasses import replace
from datetime import date
from math import sqrt

import ibis
import pandas as pd
import pytest
from scipy.stats import binom

import credit_score as cs
from credit_score.pilot.reach import NOTHING_TOLD, least_told, member_counts
from credit_score.pilot.scenes import Z, benefit_counts, expected, open_scenes, qualifying_firms, scene_tables

POLICY = cs.load_policy("gaoyang")
RULES = POLICY.at("2023-06-30")
KEY = "a key of the tests, no secret"
DAY = "2023-06-30"
HONOUR = {"item": "honesty.honour_municipal", "catalogue_kind": "诚实守信相关荣誉信息", "unit": "publicity"}
TITLE = {"item": "profession.title", "catalogue_kind": "职称和职业信息", "unit": "human_resources"}
RATED = {"item": "tax.a_rating", "catalogue_kind": "信用评价结果信息", "unit": "tax"}
N_EAST, N_WEST = 40, 30


def persons():
    """40 of the east, 30 of the west; enrolled, but for the last who has left."""
    for i in range(N_EAST + N_WEST + 1):
        yield {
            "person_id": f"person-{i:03}", "age": 20 + i % 50, "age_on": "2023-01-01", "household_id": f"h{i}",
            "town": "east" if i < N_EAST else "west", "village": "v", "enrolled_on": "2023-01-01",
            "left_on": "2023-05-01" if i == N_EAST + N_WEST else "",
        }  # fmt: skip


def records():
    """Every other person has a title (505 points), every fourth an honour beside it (515); firm-0 is rated A twice."""
    about = {"occurred_on": "2023-02-01", "reported_on": "2023-02-02"}
    for i in range(N_EAST + N_WEST + 1):
        for kind in [TITLE] * (i % 2 == 0) + [HONOUR] * (i % 4 == 0):
            yield about | kind | {"subject_kind": "individual", "subject_id": f"person-{i:03}"}
    for firm in (0, 0, 1):
        yield about | RATED | {"subject_kind": "enterprise", "subject_id": f"firm-{firm}"}


def firms():
    for i in range(5):
        yield {
            "enterprise_id": f"firm-{i}", "legal_form": "company", "sector": "other", "size": "small", "town": "east",
            "registered_on": "2010-01-01",
        }  # fmt: skip


USES = [
    ("scene.bus", "east", "2023-04-01", 12, 2.4), ("scene.bus", "west", "2023-04-01", 8, 1.6),
    ("scene.bus", "east", "2023-05-01", 4, 0.8), ("scene.bus", "east", "2023-07-01", 50, 10.0),
    ("scene.firm_loan", "east", "2023-05-01", 1, 200.0),
]  # fmt: skip


@pytest.fixture(scope="module")
def runs():
    """Runs that were made, by what providers supplied and day."""
    return {}


@pytest.fixture
def county(plain_county, runs):
    """The county's run under the bundled policy with plain identifiers, with or without what providers supplied."""

    def made(uses=tuple(USES), on=DAY):
        if (uses, on) not in runs:
            runs[uses, on] = new(uses, on)
        return runs[uses, on]

    def new(uses, on):
        listed = [{"record_id": f"r{i}"} | row for i, row in enumerate(records())]
        names = ("scene", "town", "month", "uses", "cost")
        told = [{"use_id": f"u{i}"} | dict(zip(names, row, strict=True)) for i, row in enumerate(uses)]
        tables = {"scene_uses": told} if told else {}
        folder, policy = plain_county(
            enterprises=list(firms()), individuals=list(persons()), credit_records=listed, **tables
        )
        return cs.run_county(cs.read_records(folder, policy=policy, key=KEY), policy, as_of=on, seed=1)

    return made


@pytest.fixture
def tables(county):
    return county().pilot


def test_scenes_that_are_open_are_those_in_force_on_the_day():
    assert open_scenes(RULES, date(2023, 3, 31)) == ()
    assert len(open_scenes(RULES, date(2023, 6, 30))) == 12
    assert len(open_scenes(RULES, date(2023, 10, 31))) == 16


def test_a_policy_without_scenes_leaves_no_table(county):
    run = county()
    without = run.rules.model.model_copy(update={"scenes": None})
    standing = run.standing.__class__(run.records, RULES.__class__(without, RULES.on), run.as_known_on, run.tables, "")
    assert scene_tables(standing) == {}
    assert open_scenes(standing.rules, RULES.on) == ()


def test_members_who_qualify_are_those_with_the_score_and_who_left_is_none(tables):
    scenes = tables["scenes"].set_index("scene")
    assert scenes.loc["scene.bus", ["members", "qualifying"]].tolist() == [70, 35]
    assert scenes.loc["scene.theatre", "qualifying"] == 18
    assert scenes.loc["scene.bus", "share"] == 0.5
    assert pd.isna(scenes.loc["scene.loan", "qualifying"])  # nobody has 530 points


def test_firms_qualify_by_records_in_force_and_each_counts_once(tables):
    scenes = tables["scenes"].set_index("scene")
    assert scenes.loc["scene.approval", ["members", "qualifying"]].tolist() == [5, 2]
    assert scenes.loc["scene.bid", "qualifying"] == 0


def test_firms_need_a_record_of_each_item_that_is_asked_for(county):
    run = county()
    scene = next(s for s in run.rules.model.scenes.scenes if s.id == "scene.approval")
    both = scene.eligibility.model_copy(update={"items": ("tax.a_rating", "honour.county")})
    assert sorted(qualifying_firms(run.standing, scene).execute()["subject"]) == ["firm-0", "firm-1"]
    assert qualifying_firms(run.standing, scene.model_copy(update={"eligibility": both})).execute().empty


@pytest.mark.parametrize(
    ("own", "of", "told"), [(0, 0, 2), (0, 30, None), (9, 30, None), (10, 30, 12), (20, 30, 22), (21, 30, None)]
)
def test_a_count_of_firms_is_told_where_that_of_sole_proprietors_and_their_rest_may_be(county, own, of, told):
    run = county()
    firms = ["firm-0", "firm-1", *(f"S-{i}" for i in range(of))]
    rated = ["firm-0", "firm-1", *(f"S-{i}" for i in range(own))]
    tables = {
        "scores_enterprise": ibis.memtable({"subject": firms}),
        "ledger_enterprise": ibis.memtable({"subject": rated, "item": ["tax.a_rating"] * len(rated)}),
    }
    standing = replace(run.standing, tables=run.tables | tables)
    scenes = scene_tables(standing)["scenes"].set_index("scene")
    assert scenes.loc["scene.approval", "members"] == 2 + of
    assert scenes["qualifying"].astype(object).where(scenes["qualifying"].notna(), None)["scene.approval"] == told
    assert pd.isna(scenes.loc["scene.approval", "expected_uses"]) == (told is None)


def test_expected_cost_is_those_who_qualify_times_take_up_times_cost_with_a_binomial_interval(tables):
    bus = tables["scenes"].set_index("scene").loc["scene.bus"]
    assert (bus["take_up"], bus["cost_of_use"]) == (0.3, 0.2)
    assert bus["expected_cost"] == pytest.approx(35 * 0.3 * 0.2)
    half = 1.959964 * sqrt(35 * 0.3 * 0.7)
    assert bus["expected_uses_low"] == pytest.approx(10.5 - half)
    assert bus["expected_cost_high"] == pytest.approx((10.5 + half) * 0.2)


@pytest.mark.parametrize(("n", "take_up"), [(0, 0.3), (5, 0.0), (5, 1.0), (3, 0.01), (1, 0.9)])
def test_expected_uses_stay_between_none_and_one_each(n, take_up):
    found = expected(n, take_up, 2.0)
    assert 0 <= found["uses_low"] <= found["uses"] <= found["uses_high"] <= n
    assert found["cost_high"] == pytest.approx(2 * found["uses_high"])


def test_the_normal_interval_of_many_uses_is_that_of_the_binomial():
    found = expected(2000, 0.3, 1.0)
    assert found["uses_low"] == pytest.approx(binom.ppf(0.025, 2000, 0.3), abs=1.5)
    assert found["uses_high"] == pytest.approx(binom.ppf(0.975, 2000, 0.3), abs=1.5)
    assert pytest.approx(1.96, abs=1e-3) == Z


def test_uses_are_summed_by_month_that_is_over_and_few_uses_of_persons_are_not_told(tables):
    months = tables["scene_months"].set_index(["scene", "month"])
    assert [m for s, m in months.index if s == "scene.bus"] == ["2023-04", "2023-05", "2023-06"]
    assert months.loc[("scene.bus", "2023-04"), ["uses", "cost"]].tolist() == [20, pytest.approx(4.0)]
    assert months.loc[("scene.bus", "2023-04"), "uptake"] == pytest.approx(20 / 35)
    assert pd.isna(months.loc[("scene.bus", "2023-05"), "uses"])
    assert pd.isna(months.loc[("scene.bus", "2023-05"), "cost"])
    assert pd.isna(months.loc[("scene.bus", "2023-06"), "uses"])  # none was supplied
    assert months.loc[("scene.firm_loan", "2023-05"), ["uses", "cost"]].tolist() == [1, 200.0]


@pytest.mark.thorough
def test_a_month_that_is_not_over_is_not_there_yet(county):
    months = county(on="2023-06-29").pilot["scene_months"]
    assert months["month"].max() == "2023-05"


@pytest.mark.thorough
def test_without_the_table_of_uses_nothing_is_observed_and_what_is_expected_stays(county):
    months = county(uses=()).pilot["scene_months"]
    assert months["uses"].isna().all()
    assert months["expected_cost"].notna().any()


def test_reach_is_told_by_town_and_age_band_or_withheld(tables):
    reached = tables["scene_reach"].set_index(["scene", "by", "group"])
    assert reached.loc[("scene.bus", "town", "east"), ["members", "qualifying"]].tolist() == [40, 20]
    assert reached.loc[("scene.bus", "town", "west"), ["members", "qualifying"]].tolist() == [30, 15]
    assert reached.sort_index().loc[("scene.theatre", "town"), "qualifying"].isna().all()
    assert {g for _, by, g in reached.index if by == "age"} == {
        "18-34",
        "35-59",
        "60+",
    }  # the bands of the published set


def test_without_a_rule_of_publication_nothing_of_persons_is_told(county):
    run = county()
    rules = run.rules.__class__(run.rules.model.model_copy(update={"publication": None}), run.rules.on)
    standing = run.standing.__class__(run.records, rules, run.as_known_on, run.tables, "")
    assert least_told(rules) == NOTHING_TOLD
    found = scene_tables(standing)
    assert found["scene_reach"]["qualifying"].isna().all()
    persons_only = found["scenes"]["subjects"] == "individual"
    assert found["scenes"].loc[persons_only, "expected_cost"].isna().all()


def test_members_by_score_sum_to_all_members_in_bins_of_the_policys_points(county):
    run = county()
    counts = benefit_counts(member_counts(run.standing), run.rules)
    assert counts.set_index("from_score")["members"].to_dict() == {500: 35, 505: 17, 515: 18}


def words(tables):
    """Every cell and heading of tables, as text."""
    for table in tables.values():
        yield from map(str, table.columns)
        yield from (str(v) for column in table for v in table[column])


def test_no_table_holds_a_person_and_only_internal_counts_know_of_scores(county):
    run = county()
    made = scene_tables(run.standing)
    persons_of_run = set(run.tables["scores_individual"].subject.execute())
    assert len(persons_of_run) == 70
    text = "\n".join(words(made))
    assert not [p for p in persons_of_run if p in text]
    assert "person-" not in text
    assert not {"subject", "person_id", "score_milli", "household_id", "village"} & {
        c for table in made.values() for c in table.columns
    }


def test_no_file_of_a_run_for_banks_or_providers_names_a_person(run_folder, county_run):
    persons_of_run = set(county_run.tables["scores_individual"].subject.execute())
    files = [*sorted((run_folder / "pilot").glob("*scene*.csv")), run_folder / "pilot" / "benefit_counts.csv"]
    assert len(files) == 6
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [p for p in persons_of_run if p in text]
        assert "P-" not in text
        assert "S-" not in text
