import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_score.points import balance
from credit_score.policy.dated import Cap
from credit_score.policy.ruleset import Catalogue, Dimension, Item
from credit_score.policy.schema import Label

LABEL = Label(zh="名", en="name")
SCHEMA = {"subject": "string", "item": "string", "dimension": "string", "points_milli": "int64"}


def rows(catalogue, counted):
    """A ledger: subject → ids of its counted records."""
    items = {i.id: i for i in catalogue.items}
    listed = [(s, i, items[i].dimension, items[i].points) for s, ids in counted.items() for i in ids]
    return ibis.memtable(pd.DataFrame(listed, columns=list(SCHEMA)), schema=SCHEMA)


def scores(catalogue, counted):
    subjects = ibis.memtable({"subject": list(counted)}, schema={"subject": "string"})
    return balance(rows(catalogue, counted), subjects, catalogue).execute().set_index("subject")


def test_caps_cut_by_item_then_by_dimension_then_come_on_top_of_the_base(catalogue, item):
    rules = catalogue(
        item("a", 4_000, cap=6_000), item("b", 5_000), item("c", -30_000, dimension="e", cap=40_000),
        base=100_000, dimensions=(("d", 10_000, None), ("e", 0, None)),
    )  # fmt: skip
    row = scores(rules, {"f": ["a", "a", "a", "b", "b", "c", "c"]}).loc["f"]
    # a: 12 cut to 6; b: 10; together 16 cut to 10. c: −60 cut to −40. 100 + 10 − 40.
    assert (row["points_d_milli"], row["points_e_milli"], row["score_milli"]) == (10_000, -40_000, 70_000)
    assert row["n_records"] == 7


def test_a_dimension_does_not_sum_below_its_floor(catalogue, item):
    rules = catalogue(item("c", -30_000), base=100_000, dimensions=(("d", 0, -50_000),))
    assert scores(rules, {"f": ["c", "c", "c"]}).loc["f", "score_milli"] == 50_000


def test_who_has_no_record_stands_at_the_base(catalogue, item):
    row = scores(catalogue(item("a", 4_000)), {"f": [], "g": ["a"]}).loc["f"]
    assert (row["score_milli"], row["n_records"], row["points_d_milli"]) == (1_000_000, 0, 0)


def test_a_floor_above_zero_holds_with_and_without_records(catalogue, item):
    rules = catalogue(
        item("a", 4_000), item("b", 1_000, dimension="e"), dimensions=(("d", 9_000, 2_000), ("e", 9_000, None))
    )
    found = scores(rules, {"none": [], "other dimension": ["b"], "same": ["a"]})["points_d_milli"]
    assert dict(found) == {"none": 2_000, "other dimension": 2_000, "same": 4_000}


def test_a_score_is_an_integer_of_milli_points(catalogue, item):
    found = scores(catalogue(item("a", 333)), {"f": ["a"] * 3, "g": []})
    assert found["score_milli"].dtype == "int64"
    assert found.loc["f", "score_milli"] == 1_000_999


def test_everyone_asked_for_has_one_row_and_nobody_else_has(catalogue, item):
    rules = catalogue(item("a", 1_000))
    subjects = ibis.memtable({"subject": ["f", "g"]})
    found = balance(rows(rules, {"f": ["a", "a"], "stranger": ["a"]}), subjects, rules).execute()
    assert sorted(found["subject"]) == ["f", "g"]


def test_a_cap_below_zero_is_refused():
    with pytest.raises(ValueError, match="a cap of -1 is below 0"):
        Cap.model_validate({"2023-01-01": {"value": -1, "basis": "assumption", "reference": "none"}})


@st.composite
def catalogues_for_persons(draw):
    """Any catalogue that the schema lets through for persons: points, caps and bases of at least 0."""
    amounts = st.integers(0, 50_000)
    dimensions = tuple(Dimension(d, LABEL, draw(amounts), None) for d in ("d", "e"))
    items = tuple(
        Item(name, LABEL, draw(st.sampled_from("de")), "K", draw(amounts), 12, draw(st.none() | amounts), "r", "plan")
        for name in ("a", "b", "c")
    )
    return Catalogue("individual", draw(st.integers(0, 900_000)), dimensions, items)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(catalogues_for_persons(), st.lists(st.sampled_from("abc"), max_size=12), st.sampled_from("abc"))
def test_a_persons_score_is_never_below_the_base_and_never_falls_when_a_record_is_added(catalogue, have, more):
    found = scores(catalogue, {"before": have, "after": [*have, more], "none": []})["score_milli"]
    assert catalogue.base == found["none"] <= found["before"] <= found["after"]
