"""The scoreboard of a county: its frames, what it needs where it cannot be measured, its files and the command."""

import json
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest
from as_a_user import refused, saved_quickly, told

import credit_score as cs
from credit_score.errors import NotAvailable
from credit_score.pilot import Standing
from credit_score.pilot.counted import counted, counted_last
from credit_score.pilot.indicators import SIGNS, indicator_tables
from credit_score.pilot.indicators.quantities import QUANTITIES
from credit_score.pilot.spans import Span
from credit_score.records.contracts import contracts
from credit_score.records.duties.coverage import coverage_table, farm_coverage, first_day
from credit_score.records.duties.four_zeros import four_zeros

JUNE = Span(*[pd.Timestamp(d).date() for d in ("2023-06-30", "2023-06-01", "2023-06-30")])
NEEDS = {
    "zero.withheld": "register", "zero.missing": "register", "disputes": "Disputes and repairs",
    "report_uses": "Uses of credit reports", "a_taxpayers": "other ratings", "banks": "Banks",
    "platform": "Firms on the financing platform", "real_name": "Firms on the financing platform",
    "authorised": "Authorisations to query", "government": "Cases of government bodies", "events": "Activities",
    "places": "Activities", "theme_days": "Activities", "joint_building": "Joint building of honesty",
    "office": "Posts", "liaisons": "Posts",
}  # fmt: skip


@pytest.fixture(scope="module")
def bare(county_run):
    """The county without any table that only the pilot has, and without decisions, disputes and other ratings."""
    records, hidden = county_run.records, county_run.records.tables["credit_records"]
    empty = {t: records[t].limit(0) for t in ("decisions", "record_events")}
    kept = records.files[records.files["table"].isin(["enterprises", "individuals", "households", "credit_records"])]
    ratings = [f"tax.{grade}_rating" for grade in "bmcd"]
    tables = records.tables | empty | {"credit_records": hidden.filter(~hidden["item"].isin(ratings))}
    stripped = replace(records, tables=tables, files=kept)
    return Standing(stripped, county_run.rules, county_run.as_known_on, {}, "demonstration")


@pytest.fixture(scope="module")
def board(bare):
    return indicator_tables(bare)


def test_every_quantity_of_the_schema_is_computed_and_no_other():
    from typing import get_args

    from credit_score.policy.quantities import Quantity

    kinds = get_args(get_args(Quantity)[0])
    assert sorted(of for kind in kinds for of in get_args(kind.model_fields["of"].annotation)) == sorted(QUANTITIES)


def test_what_cannot_be_measured_is_grey_says_what_it_needs_and_has_no_number(board):
    grey = board["indicators"][board["indicators"]["light"] == "grey"].set_index("indicator")
    assert set(grey.index) == set(NEEDS)
    for indicator, needed in NEEDS.items():
        assert needed in grey.loc[indicator, "needs_en"]
    assert grey[["numerator", "denominator", "value", "gap"]].isna().all(axis=None)
    assert grey["needs_zh"].str.startswith("需要").all()
    assert set(board["indicator_trend"]["indicator"]).isdisjoint(NEEDS)


def test_what_can_be_measured_needs_nothing(board):
    rest = board["indicators"][board["indicators"]["light"] != "grey"]
    assert set(rest["indicator"]) == {"points", "three_credit", "zero.late", "zero.wrong", "collected", "farms",
                                      "commitments", "scenes"}  # fmt: skip
    assert (rest["needs_en"] == "").all()
    assert (rest["light"] == np.where(rest["gap"] == 0, "green", "amber")).all()


def test_the_last_point_of_a_trend_is_the_value_of_the_day(board):
    last = board["indicator_trend"].groupby("indicator").last()
    own = board["indicators"].set_index("indicator").loc[last.index]
    assert (last["month"] == "2023-06").all()
    for column in ("numerator", "denominator", "value"):
        pd.testing.assert_series_equal(last[column], own[column], check_names=False)


def test_a_trend_has_every_month_since_the_plan_began(board):
    months = board["indicator_trend"].groupby("indicator")["month"].agg(list)
    assert all(listed == [f"2023-0{m}" for m in range(1, 7)] for listed in months)


def test_coverage_and_farm_entities_are_those_of_the_duties(board, bare):
    rows = board["indicators"].set_index("indicator")
    table = coverage_table(bare.records["credit_records"], bare.rules, since=first_day(bare.on))
    special = table[table["group"] == "special"]
    assert rows.loc["collected", "numerator"] == special["arrived"].sum() > 0
    assert rows.loc["collected", "denominator"] == special["expected"].sum()
    farms = farm_coverage(bare.records["enterprises"], bare.records["credit_records"], bare.rules)
    assert (rows.loc["farms", "numerator"], rows.loc["farms", "denominator"]) == (farms.covered, farms.entities)


def test_late_reports_are_those_of_the_four_zeros_and_of_the_plans_clock(board, bare):
    zeros = four_zeros(bare.records, bare.rules)
    own = zeros[(zeros["measure"] == "late") & (zeros["clock"] == "publicity.seven_days")]
    row = board["indicators"].set_index("indicator").loc["zero.late"]
    assert (row["numerator"], row["denominator"]) == (own["n"].sum(), own["of"].sum())


def test_tasks_tell_their_indicators_or_what_is_tracked(board):
    tasks = board["plan_tasks"]
    assert list(tasks["task"]) == [*range(1, 20), 0]
    assert ((tasks["indicators"] != "") | (tasks["tracked_zh"] != "")).all()
    assert set(";".join(tasks["indicators"]).split(";")) - {""} == set(board["indicators"]["indicator"])


def test_no_table_of_the_scoreboard_counts_persons(board):
    institutions = board["indicators"].set_index("indicator").loc[["points", "three_credit"], "numerator"]
    assert set(institutions) <= {0, 1}


def test_a_policy_without_a_pilot_has_no_scoreboard_and_says_so(county_run):
    model = county_run.rules.model.model_copy(update={"pilot": None})
    other = replace(county_run, rules=replace(county_run.rules, model=model))
    assert "indicators" not in other.pilot
    with pytest.raises(NotAvailable, match=r"policy 'gaoyang' has no pilot section; add pilot\.yaml"):
        other.indicators  # noqa: B018


def events(*rows):
    frame = pd.DataFrame(rows, columns=["key", "begun", "ended"])
    days = {name: pd.to_datetime(frame[name]) for name in ("begun", "ended")}
    return ibis.memtable(frame.assign(**days), schema={"key": "string", "begun": "date", "ended": "date"})


def test_what_ends_on_a_day_does_not_stand_on_it_and_a_key_counts_once():
    rows = events(("a", "2023-06-01", "2023-06-30"), ("b", "2023-06-30", None), ("b", "2023-06-02", None),
                  ("c", "2023-05-31", None), ("d", "2023-07-01", None), ("e", None, None))  # fmt: skip
    assert counted(rows, [JUNE]) == (1,)
    assert counted(rows.drop("ended"), [JUNE]) == (2,)


def test_a_day_without_a_row_counts_nothing():
    assert counted(events(("a", "2023-08-01", None)), [JUNE, JUNE]) == (0, 0)


def test_of_two_values_on_one_day_the_later_id_is_the_last():
    frame = pd.DataFrame({"key": "a", "begun": pd.Timestamp("2023-06-02"), "value": ["x", "y"], "id": ["1", "2"]})
    types = {"key": "string", "begun": "date", "value": "string", "id": "string"}
    rows = ibis.memtable(frame, schema=types)
    assert [counted_last(rows, [JUNE], [value]) for value in "xy"] == [(0,), (1,)]


def test_the_run_folder_has_the_scoreboard_at_its_top_and_its_tables_below(run_folder, county_run):
    top, below = (pd.read_csv(run_folder / name) for name in ("indicators.csv", "pilot/indicators.csv"))
    pd.testing.assert_frame_equal(top, below)
    assert list(top["indicator"]) == list(county_run.indicators["indicator"])
    assert (top["status"] == "demonstration").all()
    assert {p.name for p in (run_folder / "pilot").iterdir()} >= {"indicator_trend.csv", "plan_tasks.csv"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("Late reports", "= 0 %", "The plan gives no number; tracked:")), ("zh", ("迟报率", "= 0%", "跟踪："))],
)
def test_the_command_tells_every_indicator_with_sign_and_word(run_folder, county_run, lang, words):
    code, out, _ = told("pilot", run_folder, "--lang", lang, "--quiet")
    assert code == 0
    for label in county_run.indicators[f"label_{lang}"]:
        assert label in out
    assert all(word in out for word in words)
    assert any(sign in out for sign in SIGNS.values())


def test_the_command_tells_a_program_numbers_and_null_for_what_is_not_known(run_folder, county_run):
    code, out, _ = told("pilot", run_folder, "--json", "--quiet")
    assert code == 0
    data = json.loads(out)
    rows = {row["indicator"]: row for row in data["indicators"]}
    assert len(rows) == len(county_run.indicators)
    grey = [row for row in rows.values() if row["light"] == "grey"]
    assert all(row["value"] is None and row["needs_en"] for row in grey)
    late = county_run.indicators.set_index("indicator").loc["zero.late"]
    assert (rows["zero.late"]["numerator"], rows["zero.late"]["gap"]) == (late["numerator"], late["gap"])
    assert {row["task"] for row in data["tasks"]} == set(range(20))
    assert data["trend"]


@pytest.mark.thorough
def test_a_run_of_a_policy_without_a_pilot_is_refused_in_one_line(county_run, tmp_path, altered_policy):
    folder = altered_policy()
    for name in ("pilot.yaml", "statements.yaml"):  # uses of reports, which statements name, are of the pilot
        (folder / name).unlink()
    policy = cs.load_policy(folder)
    other = replace(county_run, policy=policy, rules=policy.at(county_run.rules.on))
    saved_quickly(other, tmp_path / "run")
    assert not (tmp_path / "run" / "indicators.csv").exists()
    refused("holds no indicators.csv; run again under a policy with pilot.yaml", "pilot", tmp_path / "run")


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    refused("holds no manifest.json", "pilot", tmp_path)


def test_tables_that_indicators_need_are_tables_of_the_contract(county_run):
    named = {"banks", "platform", "authorisations", "joint_building", "government_cases", "report_uses", "posts"}
    assert named <= set(contracts(county_run.rules.model))
