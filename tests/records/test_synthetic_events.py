"""What became of records, by known amount: steps in their order, repairs after their time, decisions never reported."""

import json
from itertools import pairwise

import pandas as pd
import pytest

from credit_score.policy import load_policy
from credit_score.records import read_records
from credit_score.records.contracts import EVENTS as CONTRACT_EVENTS
from credit_score.records.synthetic import make_county
from credit_score.records.synthetic.dictionary import EVENT_TABLES
from credit_score.records.synthetic.lives import CORRECTED_TO, EVENTS, FIRST_REPLACEMENT, REPAIR_AFTER

SIZES = {"n_enterprises": 6_000, "n_individuals": 200, "seed": 41}
STEPS = ["disputed", "verified", "forwarded", "settled", "told"]
OUTCOMES = ["upheld", "corrected", "withdrawn"]
LAST = "2023-06-30"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A clean county with events: facts and tables."""
    folder = tmp_path_factory.mktemp("events") / "county"
    facts = make_county(folder, **SIZES, format="parquet", dirt=False, events=True)
    names = (*EVENT_TABLES, "credit_records")
    return facts, {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


@pytest.fixture(scope="module")
def events(county):
    """Events with the item and the days of their record."""
    records = county[1]["credit_records"].drop(columns="unit")
    return county[1]["record_events"].merge(records, on="record_id", validate="many_to_one")


@pytest.fixture(scope="module")
def disputes(events):
    """A row a dispute, the days of its steps in columns; null where a step is not known yet."""
    named = events.assign(step=events["event"].where(~events["event"].isin(OUTCOMES), "settled"))
    named = named[named["step"].isin(STEPS)]
    return named.pivot_table(index="record_id", columns="step", values="happened_on", aggfunc="first")[STEPS]


@pytest.mark.parametrize("file_format", ["csv", "parquet", "units"])
def test_other_tables_keep_their_bytes_and_replacements_come_after_all_records(tmp_path, file_format):
    sizes = {"n_enterprises": 300, "n_individuals": 300, "seed": 8, "format": file_format}
    for name, events in (("without", False), ("with", True)):
        make_county(tmp_path / name, **sizes, events=events)
    for path in (tmp_path / "without").rglob("*.*"):
        if path.name in ("README.md", "synthetic.json"):
            continue
        before = path.read_bytes()
        after = (tmp_path / "with" / path.relative_to(tmp_path / "without")).read_bytes()
        assert after == before or (path.suffix == ".csv" and after.startswith(before)) or file_format == "parquet"
    if file_format == "parquet":
        one, two = (pd.read_parquet(tmp_path / n / "credit_records.parquet") for n in ("without", "with"))
        pd.testing.assert_frame_equal(two.head(len(one)), one)


def test_without_events_nothing_tells_of_them(tmp_path):
    facts = make_county(tmp_path / "county", n_enterprises=30, n_individuals=0, seed=1)
    assert facts.events == {}
    assert not (tmp_path / "county" / "record_events.csv").exists()
    assert "events" not in json.loads((tmp_path / "county" / "synthetic.json").read_text(encoding="utf-8"))
    assert "record_events" not in (tmp_path / "county" / "README.md").read_text(encoding="utf-8")


def test_the_stated_amounts_are_the_rows_of_the_tables(county):
    facts, tables = county
    assert set(EVENTS) == set(CONTRACT_EVENTS)
    counted = tables["record_events"]["event"].value_counts().to_dict()
    never = int((~tables["truth/decisions"]["reported"]).sum())
    assert facts.events == counted | {"decisions": len(tables["decisions"]), "decisions_never_reported": never}
    assert set(counted) == set(EVENTS)
    about = json.loads((facts.folder / "synthetic.json").read_text(encoding="utf-8"))
    assert about["events"] == facts.events
    assert f"| disputed | {counted['disputed']:,} |" in (facts.folder / "README.md").read_text(encoding="utf-8")


def test_steps_of_a_dispute_come_in_their_order_and_none_is_left_out(disputes):
    assert len(disputes) > 100
    for before, after in pairwise(STEPS):
        both = disputes[disputes[after].notna()]
        assert both[before].notna().all()
        assert (both[before] <= both[after]).all()
    assert disputes["told"].isna().any()


def test_most_disputes_are_told_within_twenty_days_and_some_are_late(disputes):
    done = disputes.dropna()
    days = (pd.to_datetime(done["told"]) - pd.to_datetime(done["disputed"])).dt.days
    assert 0.8 < (days <= 20).mean() < 1


def test_nothing_is_known_before_it_happened_or_after_the_last_day(events):
    assert (events["happened_on"] <= events["known_on"]).all()
    assert (events["happened_on"] >= events["occurred_on"]).all()
    assert events["known_on"].max() <= LAST
    assert (events.loc[events["event"] == "disputed", "happened_on"] > events["reported_on"][0]).all()


def test_a_correction_names_the_record_that_replaces_it(county, events):
    records = county[1]["credit_records"].set_index("record_id")
    corrected = events[events["event"] == "corrected"]
    assert events["replaced_by"].notna().equals(events["event"] == "corrected")
    new = records.loc[corrected["replaced_by"]].reset_index()
    assert (new["item"].to_numpy() == corrected["item"].map(CORRECTED_TO).to_numpy()).all()
    assert (new["subject_id"].to_numpy() == corrected["subject_id"].to_numpy()).all()
    assert (new["reported_on"].to_numpy() == corrected["known_on"].to_numpy()).all()
    assert (new["record_id"].str[2:].astype(int) > FIRST_REPLACEMENT).all()


def test_repair_is_asked_for_after_the_minimum_period_of_the_rules(events):
    repair = load_policy("gaoyang").model.repair
    by_policy = {i: c.minimum.at(pd.Timestamp("2023-06-30").date()).value for c in repair.classes for i in c.items}
    assert by_policy == REPAIR_AFTER
    asked = events[events["event"] == "repair_applied"]
    first = [pd.Timestamp(d) + pd.DateOffset(months=REPAIR_AFTER[i]) for d, i in zip(
        asked["occurred_on"], asked["item"], strict=True)]  # fmt: skip
    assert (pd.to_datetime(asked["happened_on"]).to_numpy() >= pd.Series(first).to_numpy()).all()


def test_repairs_are_granted_or_refused_once_and_never_for_a_disputed_record(events, disputes):
    settled = events[events["event"].isin(["repaired", "repair_refused"])]
    assert settled["record_id"].is_unique
    assert set(settled["record_id"]) < set(events.loc[events["event"] == "repair_applied", "record_id"])
    assert not settled["record_id"].isin(disputes.index).any()


def test_most_penalties_have_their_notice_served(county, events):
    served = events[events["event"] == "notice_served"]
    penalties = county[1]["credit_records"]["item"].isin(list(REPAIR_AFTER)) & (
        county[1]["credit_records"]["record_id"] < f"R-{FIRST_REPLACEMENT:010d}"
    )
    n = penalties.sum()
    assert served["record_id"].is_unique
    assert len(served) / n == pytest.approx(0.85, abs=4 * (0.85 * 0.15 / n) ** 0.5)


def test_the_register_holds_every_reported_decision_and_those_that_never_were(county):
    records, register, truth = (county[1][n] for n in ("credit_records", "decisions", "truth/decisions"))
    assert register["record_id"].is_unique
    assert truth["record_id"].equals(register["record_id"])
    reported = register["record_id"].isin(records["record_id"])
    assert reported.equals(truth["reported"])
    assert 0.01 < (~reported).mean() < 0.03


@pytest.mark.parametrize("file_format", ["csv", pytest.param("units", marks=pytest.mark.thorough)])
def test_intake_rejects_the_stated_dirt_of_events_and_decisions(tmp_path, file_format):
    sizes = {"n_enterprises": 500, "n_individuals": 20, "seed": 12}
    facts = make_county(tmp_path / "county", **sizes, format=file_format, events=True)
    records = read_records(facts.folder)
    found = records.rejected.groupby(["table", "reason"]).size()
    assert {k: n for k, n in found.items() if k[0] in EVENT_TABLES} == {
        (name, kind): n for name in EVENT_TABLES for kind, n in facts.dirt.get(name, {}).items()
    }
    clean = sum(n for event, n in facts.events.items() if event in EVENTS)
    assert int(records["record_events"].count().execute()) == clean
    assert int(records["decisions"].count().execute()) == facts.events["decisions"]
