"""Coverage of the resource catalogue: what is expected, what arrived, by unit."""

import shutil
from datetime import date, timedelta
from itertools import pairwise

import ibis
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import NotAvailable, RecordsError
from credit_score.policy import load_policy
from credit_score.policy.loader import BUNDLED
from credit_score.records.duties.coverage import coverage_by, coverage_table, due_periods, farm_coverage

JANUARY, JUNE_END = date(2023, 1, 1), date(2023, 6, 30)
GROUND = {"basis": "assumption", "reference": "made for a test"}
SCHEMA = {
    "record_id": "string", "subject_kind": "string", "subject_id": "string", "item": "string",
    "catalogue_kind": "string", "unit": "string", "occurred_on": "date", "reported_on": "date",
}  # fmt: skip
REGISTER = {"enterprise_id": "string", "legal_form": "string", "sector": "string", "registered_on": "date"}


def since(value, day=date(2022, 1, 1)):
    return {day: {"value": value} | GROUND}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The bundled policy with two resources: water monthly from two units, titles once a quarter from one."""
    folder = tmp_path_factory.mktemp("policy") / "gaoyang"
    shutil.copytree(BUNDLED / "gaoyang", folder)
    data = yaml.safe_load((folder / "resources.yaml").read_text("utf-8"))
    water, titles = (next(r for r in data["resources"] if r["id"] == i) for i in ("water", "profession"))
    water |= {"units": since(["runyang", "housing"]) | since(["runyang"], date(2023, 5, 1)), "every": since("P1M")}
    titles |= {"units": since(["human_resources"]), "every": since("P3M")}
    data["resources"] = [water, titles]
    for resource in data["resources"]:
        resource["target"] = since(1.0)
    (folder / "resources.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return load_policy(folder)


def record(reported, unit="runyang", item="resource.water", kind="行政管理信息", subject="firm"):
    day = date.fromisoformat(reported) if isinstance(reported, str) else reported
    return {"subject_kind": "enterprise", "subject_id": subject, "item": item, "catalogue_kind": kind, "unit": unit,
            "occurred_on": day, "reported_on": day}  # fmt: skip


def table(rows):
    listed = [row | {"record_id": f"R{i}"} for i, row in enumerate(rows)]
    return ibis.memtable(pd.DataFrame(listed, columns=list(SCHEMA)), schema=SCHEMA)


HAND = [
    record("2023-01-31"), record("2023-02-01"), record("2023-02-28"),
    record("2023-04-15", item="resource.water.arrears"), record("2023-06-30"),
    record("2022-12-31"), record("2023-07-01"),  # out of the range
    record("2023-03-02", unit="court"),  # of a unit that does not answer for water
    record("2023-02-02", unit="housing"),
    record("2023-06-02", unit="human_resources", item="profession.title", kind="职称和职业信息"),
]  # fmt: skip


def test_the_hand_worked_county_has_the_gaps_that_one_sees_in_it(rules):
    found = coverage_table(table(HAND), rules.at(JUNE_END), since=JANUARY).set_index(["resource", "unit"])
    water = found.loc[("water", "runyang")]
    assert (water["expected"], water["arrived"], water["records"], water["others"]) == (6, 4, 5, 1)
    assert water["last_arrived_on"] == JUNE_END
    assert water["missing"] == "2023-03, 2023-05"
    assert water["gap_en"] == "2 of 6 periods missing: 2023-03, 2023-05"
    assert water["gap_zh"] == "6 期中缺 2 期：2023-03、2023-05"
    assert (water["share"], water["target"]) == (pytest.approx(2 / 3), 1.0)
    assert (water["basis"], water["reference"], water["unit_basis"]) == ("assumption", "made for a test", "assumption")
    housing = found.loc[("water", "housing")]  # it answered for water until the end of April
    assert (housing["expected"], housing["arrived"], housing["missing"]) == (4, 1, "2023-01, 2023-03, 2023-04")
    titles = found.loc[("profession", "human_resources")]
    assert (titles["expected"], titles["arrived"], titles["missing"], titles["every"]) == (2, 1, "2023-Q1", 3)
    assert len(found) == 3


def test_shares_by_group_and_by_unit_are_of_periods(rules):
    found = coverage_table(table(HAND), rules.at(JUNE_END), since=JANUARY)
    by_group = coverage_by(found, "group").set_index("group")
    assert by_group.loc["special", ["expected", "arrived", "records"]].tolist() == [12, 6, 7]
    assert by_group.loc["special", "share"] == 0.5
    by_unit = coverage_by(found, "unit").set_index("unit")["share"]
    assert by_unit.to_dict() == {"housing": 0.25, "human_resources": 0.5, "runyang": pytest.approx(2 / 3)}


def test_a_period_that_is_not_over_is_not_yet_missing(rules):
    april = date(2023, 4, 1)
    found = coverage_table(table(HAND), rules.at(date(2023, 6, 29)), since=april).set_index(["resource", "unit"])
    assert found.loc[("water", "runyang"), ["expected", "arrived", "records"]].tolist() == [2, 1, 1]
    titles = found.loc[("profession", "human_resources")]
    assert titles["expected"] == 0
    assert pd.isna(titles["share"])
    assert titles["gap_en"] == "not measurable: needs a whole period that is over by the day"
    assert pd.isna(coverage_by(found.reset_index(), "unit").set_index("unit").loc["human_resources", "share"])


def test_a_range_with_everything_says_so(rules):
    april = date(2023, 4, 1)
    found = coverage_table(table(HAND), rules.at(date(2023, 4, 30)), since=april).set_index(["resource", "unit"])
    assert found.loc[("water", "runyang"), "gap_en"] == "0 of 1 periods missing"
    assert found.loc[("water", "runyang"), "gap_zh"] == "1 期全部到齐"


def test_resources_that_no_unit_sends_yet_are_expected_and_nothing_arrived(clean):
    found = coverage_table(clean["credit_records"], load_policy("gaoyang").at(JUNE_END), since=JANUARY)
    water = found[found["resource"] == "water"].iloc[0]
    assert (water["unit"], water["expected"], water["arrived"], water["share"]) == ("runyang", 3, 0, 0.0)
    assert water["missing"] == "2023-04, 2023-05, 2023-06"  # the plan is of 15 March
    assert water["last_arrived_on"] is None


@pytest.mark.parametrize(
    ("every", "first", "last", "names"),
    [
        (1, JANUARY, date(2023, 3, 30), ["2023-01", "2023-02"]),
        (3, date(2022, 11, 1), JUNE_END, ["2023-Q1", "2023-Q2"]),
        (6, JANUARY, JUNE_END, ["2023-01/2023-06"]),
        (12, date(2021, 2, 1), date(2023, 1, 1), ["2022"]),
        (None, JANUARY, JUNE_END, ["2023-01/2023-06"]),
        (12, JANUARY, JUNE_END, []),
    ],
)
def test_periods_are_those_of_the_calendar_that_lie_whole_in_the_range(every, first, last, names):
    assert [s.name for s in due_periods(every, first, last)] == names


@given(st.sampled_from([1, 2, 3, 4, 6, 12]), st.integers(0, 40), st.integers(0, 1200))
def test_periods_follow_one_another_without_gap_or_overlap_within_the_range(every, month, days):
    first = date(2020 + month // 12, month % 12 + 1, 1)
    last = first + timedelta(days)
    spans = due_periods(every, first, last)
    assert all(first <= s.first < s.last <= last for s in spans)
    assert all(a.last + timedelta(1) == b.first for a, b in pairwise(spans))


DAYS = st.dates(date(2022, 11, 1), date(2023, 8, 1))
RECORDS = st.builds(
    record, DAYS, st.sampled_from(["runyang", "housing", "court", "human_resources"]),
    st.sampled_from(["resource.water", "resource.water.x", "resource.waters", "profession.title"]),
    st.sampled_from(["行政管理信息", "职称和职业信息"]),
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(RECORDS, max_size=8), RECORDS)
def test_one_more_record_never_lowers_a_coverage(rules, rows, more):
    def shares(listed):
        found = coverage_table(table(listed), rules.at(JUNE_END), since=JANUARY)
        return found.set_index(["resource", "unit"])[["expected", "arrived", "records", "others"]]

    before, after = shares(rows), shares([*rows, more])
    assert (after["expected"] == before["expected"]).all()
    assert (after >= before).all(axis=None)
    assert (after["arrived"] <= after["expected"]).all()


def register(*firms):
    return ibis.memtable(pd.DataFrame(firms, columns=list(REGISTER)), schema=REGISTER)


FIRMS = [
    ("farm-1", "cooperative", "textiles", date(2010, 1, 1)), ("farm-2", "company", "farm_products", date(2010, 1, 1)),
    ("farm-3", "cooperative", "farm_products", date(2023, 7, 1)),  # not yet there
    ("farm-4", "cooperative", "farm_products", date(2010, 1, 1)), ("mill", "company", "textiles", date(2010, 1, 1)),
]  # fmt: skip


def test_farm_coverage_is_entities_with_a_record_over_entities_in_the_register(rules):
    rows = [record("2023-01-31", subject=s) for s in ("farm-1", "farm-1", "mill")]
    rows.append(record("2023-07-01", subject="farm-2"))  # not yet known
    found = farm_coverage(register(*FIRMS), table(rows), rules.at(JUNE_END))
    assert (found.entities, found.covered, found.share, found.target) == (3, 1, 1 / 3, 1.0)
    assert found.told("en") == "1 of 3 new farm entities have at least one record"
    assert found.told("zh") == "3 个新型农业主体中 1 个至少有一条记录"


@pytest.mark.parametrize("firms", [None, register(), register(FIRMS[-1])])
def test_without_a_register_of_farm_entities_their_coverage_is_not_measurable(rules, firms):
    found = farm_coverage(firms, table(HAND), rules.at(JUNE_END))
    assert found.share is None
    assert found.told("en") == "not measurable: needs a register that lists new farm entities"


def test_farm_coverage_of_read_records_finds_the_cooperative(clean):
    found = farm_coverage(clean["enterprises"], clean["credit_records"], load_policy("gaoyang").at(JUNE_END))
    assert (found.entities, found.covered) == (1, 1)


@pytest.mark.parametrize("first", [date(2023, 1, 2), date(2023, 7, 1)])
def test_a_range_that_is_none_is_refused(rules, first):
    with pytest.raises(RecordsError, match=f"{first} to 2023-06-30 is no range of months; begin on the first day"):
        coverage_table(table(HAND), rules.at(JUNE_END), since=first)


def test_a_policy_without_resources_or_farm_entities_measures_nothing(tmp_path):
    folder = tmp_path / "gaoyang"
    shutil.copytree(BUNDLED / "gaoyang", folder)
    path = folder / "resources.yaml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("farm_entities:")], "utf-8")
    with pytest.raises(NotAvailable, match="says nothing of farm entities"):
        farm_coverage(register(*FIRMS), table(HAND), load_policy(folder).at(JUNE_END))
    path.unlink()
    with pytest.raises(NotAvailable, match=r"has no catalogue of resources; add resources\.yaml"):
        coverage_table(table(HAND), load_policy(folder).at(JUNE_END), since=JANUARY)
