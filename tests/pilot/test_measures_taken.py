"""What units did with measures: those whose ground has ended are to be lifted at once, and the delay is counted."""

from datetime import date

import pytest
from as_firms import HONOUR, KEY, LISTED, SERIOUS, event, firm, record, standings, taken

from credit_score.long_list import Tables
from credit_score.pilot.items import as_day
from credit_score.pilot.measures_taken import measure_tables
from credit_score.policy import load_policy
from credit_score.records.door.identity import pseudonym

ON = "2023-06-30"
LIMIT, FAST = "measure.limit_procurement", "measure.fast_lane"
SHOP = pseudonym("shop", "sole_proprietor", KEY.encode())
# firm, what became of its record, begun, ended, fed back; then by hand: state, why, its ground ended on, days late
CASES = {
    "running": ("", "", "2023-02-01", "", "2023-02-11", "running", "", None, 0),
    "kept": ("repaired", "2023-05-01", "2023-02-01", "2023-05-01", "", "ended", "", None, 0),
    "early": ("repaired", "2023-05-01", "2023-02-01", "2023-04-20", "", "ended", "", None, 0),
    "slow": ("repaired", "2023-05-01", "2023-02-01", "2023-05-04", "", "lifted_late", "repaired", "2023-05-01", 3),
    "still": ("repaired", "2023-05-01", "2023-02-01", "", "", "to_lift", "repaired", "2023-05-01", 60),
    "wrong": ("withdrawn", "2023-06-20", "2023-02-01", "", "", "to_lift", "withdrawn", "2023-06-20", 10),
    "after": ("", "", "2023-02-01", "2023-07-05", "2023-07-05", "running", "", None, 0),
    "bare": ("none", "", "2023-06-10", "", "", "to_lift", "no_record", "2023-06-10", 20),
    "hasty": ("", "", "2023-01-11", "", "", "to_lift", "no_record", "2023-01-11", 170),
    "alone": ("", "", "2023-06-20", "", "", "to_lift", "no_unit", "2023-06-20", 10),
    "again": ("repaired", "2023-03-01", "2023-02-01", "", "", "running", "", None, 0),
    "gap": ("repaired", "2023-03-01", "2023-02-01", "", "", "to_lift", "repaired", "2023-03-01", 121),
    "spent": ("repaired", "2023-03-01", "2023-06-20", "", "", "to_lift", "no_record", "2023-06-20", 10),
    "old": ("old", "", "2022-12-01", "", "", "to_lift", "expired", "2023-06-25", 5),
}  # fmt: skip


@pytest.fixture(scope="module")
def on(tmp_path_factory):
    """A firm for each case, one listed without a measure, a cooperative, a shop, and discipline without a basis."""
    firms = [firm(name) for name in (*CASES, "open", "serious")] + [firm("coop", "cooperative")]
    rows = [record(f"of-{n}", n, LISTED) for n, case in CASES.items() if case[0] not in ("none", "old")]
    rows += [record("of-old", "old", LISTED, "2020-06-25", "2020-07-01"), record("of-open", "open", LISTED)]
    rows += [record(f"of-{n}-2", n, LISTED, day, day) for n, day in (("again", "2023-02-20"), ("gap", "2023-04-01"))]
    rows += [
        record("of-serious", "serious", SERIOUS),
        record("of-coop", "coop", LISTED),
        record("of-shop", "shop", HONOUR),
    ]
    events = [event(f"e-{n}", f"of-{n}", c[0], c[1]) for n, c in CASES.items() if c[0] in ("repaired", "withdrawn")]
    units = {"alone": "ecology"}
    acts = [
        taken(f"m-{n}", n, LIMIT, *case[2:5], unit=units.get(n, "administrative_approval")) for n, case in CASES.items()
    ]
    acts += [
        taken("m-serious", "serious", "measure.serious_list", "2023-06-20"),
        taken("m-coop", "coop", LIMIT, "2023-06-20"),
        taken("m-shop", "shop", FAST, "2023-06-01", "", "2023-06-21", "housing"),
        taken("m-later", "open", LIMIT, "2023-07-01"),
    ]  # fmt: skip
    return standings(
        tmp_path_factory.mktemp("acts"), enterprises=[*firms, firm("shop", "sole_proprietor")],
        credit_records=rows, record_events=events, measures_taken=acts,
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(on):
    return Tables(measure_tables(on(ON)))


def day(text):
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("name", list(CASES))
def test_the_state_of_a_measure_taken_is_as_worked_out_by_hand(told, name):
    row = told["measures_taken"].set_index("measure_id").loc[f"m-{name}"]
    state, why, over, late = CASES[name][5:]
    assert (row["state"], row["why"], as_day(row["ground_ended_on"]), row["days_late"]) == (state, why, day(over), late)


def test_discipline_without_a_basis_or_on_a_form_the_law_does_not_name_is_to_be_lifted_from_its_first_day(told):
    rows = told["measures_taken"].set_index("measure_id")
    for name, why in (("m-serious", "no_basis"), ("m-coop", "no_record")):
        row = rows.loc[name]
        assert (row["state"], row["why"], row["days_late"]) == ("to_lift", why, 10)


def test_measures_judged_a_few_at_a_time_are_those_judged_at_once(on, told, monkeypatch):
    monkeypatch.setattr("credit_score.engine.embedded.BATCH", 3)
    standing = on(ON)
    again = Tables(measure_tables(standing))
    for name in ("measures_taken", "measure_statistics", "measures_matched"):
        assert again[name].equals(told[name]), name
    assert not [name for name in standing.records.engine.list_tables() if name.startswith("measures_begun")]


def test_what_is_to_be_lifted_comes_first_and_discipline_before_rewards(told):
    states = list(told["measures_taken"]["state"])
    n = states.count("to_lift")
    assert n == 10
    assert set(states[:n]) == {"to_lift"}
    assert told["measures_taken"]["direction"].iloc[-1] == "reward"


def test_what_is_dated_after_the_day_is_not_there_yet(on, told):
    rows = told["measures_taken"].set_index("measure_id")
    assert "m-later" not in rows.index
    assert rows.loc["m-after", ["ended_on", "fed_back_on"]].isna().all()
    later = Tables(measure_tables(on("2023-07-10")))["measures_taken"].set_index("measure_id")
    assert later.loc["m-after", "state"] == "ended"
    assert later.loc["m-later", "state"] == "running"


def test_a_matched_measure_that_nobody_has_taken_is_open(told):
    matched = told["measures_matched"]
    states = matched.set_index(["enterprise_id", "measure"])["state"]
    assert states[("open", LIMIT)] == "open"
    assert states[("running", LIMIT)] == "taken"
    assert states[("running", "measure.limit_land")] == "open"
    assert states[(SHOP, FAST)] == "taken"


def test_statistics_count_by_month_unit_and_direction_what_the_rows_say(told):
    table = told["measure_statistics"].set_index(["month", "unit", "direction"])
    february = table.loc[("2023-02", "administrative_approval", "discipline")]
    assert (february["n"], february["fed_back"], february["days_to_feedback"]) == (9, 1, 10)
    assert february["feedback_share"] == pytest.approx(1 / 9)
    assert (february["to_lift"], february["lifted_late"], february["days_late"]) == (3, 1, 194)
    june = table.loc[("2023-06", "housing", "reward")]
    assert (june["n"], june["fed_back"], june["days_to_feedback"], june["to_lift"]) == (1, 1, 20, 0)
    assert table["n"].sum() == len(told["measures_taken"])
    assert not table["refused"].any()


def test_before_a_repair_is_known_its_measure_is_running_and_nothing_is_late(on):
    rows = Tables(measure_tables(on("2023-04-30")))["measures_taken"].set_index("measure_id")
    assert rows.loc["m-still", "state"] == "running"
    assert rows.loc["m-still", "days_late"] == 0


def test_without_a_file_of_what_units_did_no_measure_is_called_open(tmp_path):
    on = standings(tmp_path, enterprises=[firm("f")], credit_records=[record("r", "f", LISTED)])
    told = Tables(measure_tables(on(ON)))
    assert set(told["measures_matched"]["state"]) == {""}
    assert told["measures_taken"].empty
    assert told["measure_statistics"].empty


def test_a_policy_without_measures_has_no_tables(on, altered_policy):
    folder = altered_policy()
    (folder / "measures.yaml").unlink()
    assert measure_tables(on(ON, policy=load_policy(folder))) == {}
