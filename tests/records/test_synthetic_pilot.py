"""The synthetic county stands in the middle of its pilot: below most targets, moving, and consistent with itself."""

import pandas as pd
import pyarrow as pa
import pytest

from credit_score.policy import load_policy
from credit_score.records.synthetic import make_county
from credit_score.records.synthetic.dictionary import RAW_TABLES
from credit_score.records.synthetic.office import JOINED
from credit_score.records.synthetic.ratings import A_RATING, LATER_ITEMS
from credit_score.records.synthetic.streams import BLOCK
from credit_score.records.synthetic.write import HeldBack

MODEL = load_policy("gaoyang").model
LAST = "2023-06-30"
OF_FIRMS = ("platform", "authorisations", "report_uses", "measures_taken", "joint_building")
LATER = [item.id for item in LATER_ITEMS]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A clean county of two blocks of firms and villages of some hundred households."""
    folder = tmp_path_factory.mktemp("pilot") / "county"
    make_county(folder, n_enterprises=BLOCK + 10_000, n_individuals=40_000, seed=3, format="parquet", dirt=False)
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in RAW_TABLES}


def close(share, n, told):
    """Whether a share of n is within four standard errors of what is told."""
    return abs(share - told) < 4 * (told * (1 - told) / n) ** 0.5


def test_one_firm_in_six_is_on_the_platform_and_fewer_have_a_real_name_or_authorise(county):
    n, platform, given = len(county["enterprises"]), county["platform"], county["authorisations"]
    assert close(len(platform) / n, n, 0.175)
    assert close(platform["real_name_on"].notna().sum() / n, n, 0.110)
    standing = given[given["withdrawn_on"].isna()]
    assert 0.08 < standing["enterprise_id"].nunique() / n < 0.10
    assert given["withdrawn_on"].notna().any()
    assert close(len(county["joint_building"]) / n, n, 0.085)


def test_more_firms_join_month_by_month(county):
    by_month = county["platform"].groupby(county["platform"]["joined_on"].str[:7]).size()
    assert by_month["2023-06"] > by_month["2023-02"] > by_month["2022-08"] > 0


def test_things_come_in_their_order_and_none_before_the_firm(county):
    platform, given, taken = county["platform"], county["authorisations"], county["measures_taken"]
    real = platform.dropna(subset="real_name_on")
    assert (real["joined_on"] <= real["real_name_on"]).all()
    both = given.merge(platform, on="enterprise_id")
    assert len(both) == len(given)
    assert (both["real_name_on"] <= both["given_on"]).all()
    for column in ("ended_on", "fed_back_on"):
        known = taken.dropna(subset=column)
        assert len(known)
        assert (known["begun_on"] <= known[column]).all()
    founded = county["enterprises"].set_index("enterprise_id")["registered_on"]
    days = {"platform": "joined_on", "report_uses": "used_on", "joint_building": "applied_on",
            "measures_taken": "begun_on"}  # fmt: skip
    for name, column in days.items():
        rows = county[name]
        assert (founded.loc[rows["enterprise_id"]].to_numpy() <= rows[column].to_numpy()).all(), name
        assert rows[column].max() <= LAST


def test_every_reference_of_the_pilot_finds_its_row(county):
    firms, banks = set(county["enterprises"]["enterprise_id"]), set(county["banks"]["bank_id"])
    for name in OF_FIRMS:
        assert set(county[name]["enterprise_id"]) <= firms, name
    assert set(county["authorisations"]["bank_id"].dropna()) <= banks
    assert set(county["village_finance"]["bank_id"]) <= banks
    assert set(county["youth_households"]["household_id"]) <= set(county["households"]["household_id"])
    assert set(county["village_finance"]["village"]) <= set(county["households"]["village"])


def test_a_bank_is_authorised_once_it_is_on_the_platform(county):
    banks = county["banks"].set_index("bank_id")["joined_on"]
    named = county["authorisations"].dropna(subset="bank_id")
    assert len(named) > 100
    assert (banks.loc[named["bank_id"]].to_numpy() <= named["given_on"].to_numpy()).all()
    assert banks.notna().sum() == len(JOINED) == 4
    assert len(banks) == 10


def test_a_measure_is_taken_by_a_unit_that_may_and_on_a_record_it_follows_from(county):
    measures = {m.id: m for m in MODEL.measures.measures}
    records = county["credit_records"]
    items = records.groupby("subject_id")["item"].agg(set)
    forms = county["enterprises"].set_index("enterprise_id")["legal_form"]
    taken = county["measures_taken"]
    assert set(taken["measure"]) == set(measures)
    for row in taken.itertuples():
        own = measures[row.measure]
        assert items[row.enterprise_id] & set(own.items)
        assert row.unit in own.units.at(pd.Timestamp(row.begun_on).date()).value
        assert forms[row.enterprise_id] in own.legal_forms
    assert not taken.duplicated(["enterprise_id", "measure"]).any()


def test_four_firms_in_a_hundred_that_were_rated_are_a(county):
    rated = county["credit_records"]
    rated = rated[rated["item"].isin([A_RATING, *LATER]) & rated["item"].str.startswith("tax.")]
    last = (
        rated[rated["occurred_on"] > "2022-06-30"].sort_values("occurred_on").drop_duplicates("subject_id", keep="last")
    )
    assert 0.03 < (last["item"] == A_RATING).mean() < 0.05
    assert set(last["item"]) == {f"tax.{grade}_rating" for grade in "abmcd"}
    others = rated[rated["item"] != A_RATING]
    assert set(others["occurred_on"].str[:7]) == {"2022-04", "2023-04"}
    per_firm = others.groupby(["subject_id", others["occurred_on"].str[:4]]).size()
    assert per_firm.max() == 1


def test_later_records_come_after_all_others_and_before_replacements(tmp_path):
    facts = make_county(tmp_path / "county", n_enterprises=400, n_individuals=100, seed=2, events=True, dirt=False)
    records = pd.read_csv(facts.folder / "credit_records.csv")
    later = records["item"].isin(LATER)
    n_replaced = pd.read_csv(facts.folder / "record_events.csv")["replaced_by"].notna().sum()
    assert later.any()
    assert n_replaced
    assert later.to_numpy()[-n_replaced - later.sum() : -n_replaced].all()
    assert records["record_id"].is_unique


def test_activities_are_few_in_some_months_and_lack_a_theme_day_and_a_kind_of_place(county):
    held = county["activities"]
    own = held[held["activity"] == "education"]
    by_month = own.groupby(own["held_on"].str[:7]).size()
    assert list(by_month.index) == [f"2023-0{m}" for m in range(1, 7)]
    assert (by_month < 2).any()
    assert (by_month >= 2).any()
    themes = held[held["activity"].str.startswith("theme_")].set_index("activity")["held_on"].to_dict()
    assert themes == {"theme_0315": "2023-03-15", "theme_0614": "2023-06-14"}
    assert set(own["place"]) == {p.id for p in MODEL.pilot.places[:-1]}
    assert set(held["activity"]) == {a.id for a in MODEL.pilot.activities} - {"theme_1204"}


def test_cases_are_closed_in_time_late_and_not_at_all(county):
    cases = county["government_cases"]
    closed, is_open = cases.dropna(subset="closed_on"), cases[cases["closed_on"].isna()]
    assert (closed["closed_on"] <= closed["due_on"]).sum() == 6
    assert (closed["closed_on"] > closed["due_on"]).sum() == 3
    assert (is_open["due_on"] < LAST).sum() == 2
    assert (is_open["due_on"] > LAST).sum() == 1
    assert (closed["closed_on"] <= LAST).all()
    assert cases["body"].str.startswith("虚构").all()


def test_the_office_lacks_one_person_and_some_units_a_leader_or_a_liaison(county):
    posts = county["posts"]
    staff = posts[posts["role"] == "staff"]
    assert staff["until"].isna().sum() == 4
    assert len(staff) == 5
    with_leader, with_liaison = (set(posts[posts["role"] == role]["unit"]) for role in ("leader", "liaison"))
    assert with_liaison < with_leader
    units = {u.id for u in MODEL.policy.units}
    assert with_leader < units
    assert len(units - with_leader) < len(units) / 2


def test_reports_are_used_in_four_of_five_fields(county):
    fields = [field.id for field in MODEL.pilot.report_uses]
    assert set(county["report_uses"]["report_use"]) == set(fields[:-1])


def test_villages_of_both_kinds_are_there_and_a_few_of_which_nobody_reports(county):
    sums = county["village_finance"]
    assert (sums["borrowers_in_arrears"] <= sums["borrowers"]).all()
    assert (sums["bad_loans"] <= sums["loans"]).all()
    assert (sums["borrowers"] > 0).all()
    assert set(sums["reported_on"]) == {"2022-12-30", "2023-03-31", LAST}
    own = sums[sums["reported_on"] == LAST].groupby(["town", "village"])[["borrowers", "borrowers_in_arrears"]].sum()
    without = 1 - own["borrowers_in_arrears"] / own["borrowers"]
    assert 0.5 < (without >= 0.85).mean() < 0.9
    assert len(own) == county["households"].groupby(["town", "village"]).ngroups - 8
    assert own["borrowers"].min() > 10


def test_some_scenes_are_used_more_each_month_and_some_not_yet(county):
    uses = county["scene_uses"]
    assert set(uses["month"]) == {"2023-04-01", "2023-05-01", "2023-06-01"}
    assert uses.groupby("month")["uses"].sum().is_monotonic_increasing
    scenes = {s.id: s for s in MODEL.scenes.scenes}
    assert 0 < uses["scene"].nunique() < len(scenes)
    for row in uses.drop_duplicates(["scene", "month"]).itertuples():
        assert scenes[row.scene].in_force.at(pd.Timestamp(row.month).date()).value
    free = {s.id for s in scenes.values() if s.cost is None}
    assert (uses.loc[uses["scene"].isin(free), "cost"] == 0).all()
    assert not uses.duplicated(["scene", "town", "month"]).any()


def test_about_three_households_in_a_hundred_are_youth_households_and_few_are_no_more(county):
    youth, n = county["youth_households"], len(county["households"])
    assert close(len(youth) / n, n, 0.03)
    ended = youth.dropna(subset="ended_on")
    assert 0 < len(ended) < 0.1 * len(youth)
    assert (ended["named_on"] < ended["ended_on"]).all()


def test_what_is_held_back_comes_out_block_by_block_in_its_order(tmp_path):
    schema = pa.schema([("n", pa.int64())])
    with (tmp_path / "held").open("w+b") as file:
        held = HeldBack(file, schema)
        for n in (3, 0, 2):
            held.add(pa.table({"n": list(range(n))}, schema=schema))
        assert [block.column("n").to_pylist() for block in held.blocks()] == [[0, 1, 2], [0, 1]]
