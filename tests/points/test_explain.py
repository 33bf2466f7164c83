import pandas as pd
import pytest

from credit_score.points import caps_that_cut, explanation


def ledger_rows(catalogue, *ids):
    items = {i.id: i for i in catalogue.items}
    rows = [(i, items[i].dimension, items[i].points) for i in ids]
    return pd.DataFrame(rows, columns=["item", "dimension", "points_milli"])


@pytest.fixture
def rules(catalogue, item):
    return catalogue(
        item("a", 4_000, cap=6_000), item("b", 5_000), item("c", -30_000, dimension="e", cap=40_000),
        dimensions=(("d", 10_000, None), ("e", 0, -35_000)),
    )  # fmt: skip


def test_an_explanation_shows_what_the_caps_took(rules):
    told = explanation(ledger_rows(rules, "a", "a", "a", "b", "b", "c", "c"), rules).set_index("dimension")
    assert told.loc["d"].tolist() == [22_000, 10_000, 12_000]
    assert told.loc["e"].tolist() == [-60_000, -35_000, -25_000]


def test_every_bound_that_cut_is_named_by_its_rule_and_no_other(rules):
    cut = caps_that_cut(ledger_rows(rules, "a", "a", "b", "b", "c", "c"), rules)
    assert cut == [
        ("enterprise:items:a", "cap"), ("enterprise:items:c", "cap"),
        ("enterprise:dimensions:d", "cap"), ("enterprise:dimensions:e", "floor"),
    ]  # fmt: skip
    assert caps_that_cut(ledger_rows(rules, "a", "b", "c"), rules) == []


def test_without_records_nothing_is_explained_away(rules):
    told = explanation(ledger_rows(rules), rules)
    assert told[["before_milli", "after_milli", "lost_milli"]].to_numpy().sum() == 0
    assert caps_that_cut(ledger_rows(rules), rules) == []


def test_base_and_dimensions_sum_to_every_score_of_a_county(county_run):
    ledger = county_run.ledger
    for kind, rules in (("individual", county_run.rules.individual), ("enterprise", county_run.rules.enterprise)):
        scores = county_run.scores[county_run.scores["subject_kind"] == kind].set_index("subject")["score_milli"]
        for subject, rows in list(ledger[ledger["subject_kind"] == kind].groupby("subject"))[:150]:
            told = explanation(rows, rules)
            assert rules.base + told["after_milli"].sum() == scores[subject]
            assert bool(caps_that_cut(rows, rules)) == bool((told["lost_milli"] != 0).any())
