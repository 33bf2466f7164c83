"""Penalties counted by class and unit."""

import ibis
import pandas as pd

from credit_score.policy import load_policy
from credit_score.records.duties.repair import repair_table
from credit_score.records.duties.repair_counts import MISSING, STATES, repair_counts


def test_states_and_what_is_missing_are_counted_by_class_and_unit():
    rows = [
        ("minor", "tax", "may_apply_now", "notice_not_served, not_applied"), ("minor", "tax", "applied", "no_outcome"),
        ("minor", "tax", "ended", ""), ("serious", "fire", "not_yet", "notice_not_served"),
    ]  # fmt: skip
    table = ibis.memtable(pd.DataFrame(rows, columns=["class_id", "unit", "state", "missing"]))
    found = repair_counts(table).set_index(["class_id", "unit"])
    minor = found.loc[("minor", "tax")]
    assert minor[minor > 0].to_dict() == {
        "penalties": 3, "may_apply_now": 1, "applied": 1, "ended": 1, "notice_not_served": 1, "not_applied": 1,
        "no_outcome": 1,
    }  # fmt: skip
    assert found.loc[("serious", "fire"), ["penalties", "not_yet", "notice_not_served"]].tolist() == [1, 1, 1]


def test_every_penalty_of_the_synthetic_county_is_in_one_state(county_run):
    tables = county_run.records["credit_records"], county_run.records["record_events"]
    table = repair_table(*tables, load_policy("gaoyang").at("2023-06-30"))
    counted = repair_counts(table)
    assert counted["penalties"].sum() == table.count().execute() > 0
    assert (counted[list(STATES)].sum(axis=1) == counted["penalties"]).all()
    assert (counted[list(MISSING)].max(axis=1) <= counted["penalties"]).all()
