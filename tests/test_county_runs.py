"""Runs share the records they are made from and nothing else."""

from pathlib import Path

import pytest

import credit_score as cs

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


@pytest.fixture(scope="module")
def records():
    return cs.read_records(SAMPLES)


@pytest.mark.thorough
def test_a_later_run_on_the_same_records_leaves_an_earlier_one_as_it_was(records):
    policy = cs.load_policy("gaoyang")
    first = cs.run_county(records, policy, as_of="2023-06-30", seed=1)
    before = (len(first.ledger), first.burden("tier"))
    cs.run_county(records, policy, as_of="2026-04-01", seed=1)
    assert len(first.ledger) == before[0]
    assert first.burden("tier").equals(before[1])
    assert first.tier_shares["firms"].tolist() == first.burden("tier")["firms"].tolist()


def test_what_is_held_on_the_way_to_a_run_is_dropped(county_run):
    left = [name for name in county_run.records.engine.list_tables() if name.startswith(("turn_", "visited_"))]
    assert left == []
    assert any(name.startswith("draw_") for name in county_run.records.engine.list_tables())
