from datetime import date

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.inspection.estimate import evaluation_table, inspector_ratios, tier_gradients, visit_table


def visits(by_firm, seed=1, n=6000):
    """Strict inspectors are sent to the worse tier; rates rise by the firm, or by who looks."""
    random = np.random.default_rng(seed)
    tier = random.integers(0, 2, n)
    strict = random.random(n) < np.where(tier == 1, 0.8, 0.2)
    chance = np.where(tier == 1, 0.4, 0.15) if by_firm else np.where(strict, 0.45, 0.15)
    inspector = np.where(strict, random.integers(0, 3, n), random.integers(3, 6, n))
    return pd.DataFrame({
        "tier_code": tier, "bad": (random.random(n) < chance).astype(int), "department": "health",
        "inspector": [f"I-{i}" for i in inspector],
    })  # fmt: skip


def test_a_gradient_of_the_inspectors_goes_within_inspectors_and_one_of_the_firms_stays():
    habit, firm = (
        tier_gradients(visits(by_firm)).set_index("within_one").loc["inspector"] for by_firm in (False, True)
    )
    assert habit["odds_ratio"] > 1.5
    assert habit["within_low"] < 1 < habit["within_high"]
    assert firm["within_low"] > 1
    assert set(tier_gradients(visits(True))["within_one"]) == {"department", "inspector"}


def test_an_inspector_who_finds_more_than_his_like_stands_apart():
    rows = visits(True)
    one = rows["inspector"] == "I-0"
    rows.loc[one, "bad"] = (np.random.default_rng(2).random(one.sum()) < 0.8).astype(int)
    table = inspector_ratios(rows).set_index("inspector")
    assert table.index[0] == "I-0"
    assert table.loc["I-0", "apart"]
    assert table.loc["I-0", "low"] > 1
    assert table["found"].sum() == rows["bad"].sum()
    assert table["expected"].sum() == pytest.approx(rows["bad"].sum())


def test_where_all_look_alike_hardly_anyone_stands_apart():
    apart = [inspector_ratios(visits(True, seed, n=900))["apart"].sum() for seed in range(30)]
    assert sum(apart) <= 8  # of 180, at 5 % a county by Bonferroni


def test_visits_without_their_inspector_are_refused():
    rows = visits(True)
    with pytest.raises(FitError, match="no visit names its inspector"):
        inspector_ratios(rows.assign(inspector=None))
    with pytest.raises(FitError, match="visits without department"):
        tier_gradients(rows.drop(columns="department"))


def test_one_number_in_two_departments_is_two_inspectors():
    rows = visits(True)
    both = pd.concat([rows, rows.assign(department="fire", bad=0)], ignore_index=True)
    told = inspector_ratios(both).set_index(["department", "inspector"])
    assert len(told) == 12
    assert told["visits"]["health"].to_dict() == rows.groupby("inspector").size().to_dict()
    # Within an inspector of one department a tier does not meet the other department's firms.
    apart = tier_gradients(both).set_index("within_one")["within"]
    named = tier_gradients(both.assign(inspector=both["department"] + both["inspector"])).set_index("within_one")
    assert apart["inspector"] == named["within"]["inspector"]


def test_a_gradient_within_departments_needs_no_inspector():
    rows = visits(True)
    told = tier_gradients(rows.assign(inspector=None))
    assert told["within_one"].tolist() == ["department"]
    assert told["within"][0] == tier_gradients(rows).set_index("within_one")["within"]["department"]


INSPECTIONS = pd.DataFrame({
    "inspection_id": ["V-1", "V-2", "V-3"], "enterprise_id": ["9133", "S-abc", "9144"], "department": ["b", "a", "a"],
    "inspector_id": ["I-1"] * 3, "inspected_on": [date(2023, 5, 2), date(2023, 5, 1), date(2023, 5, 1)],
    "stream": "random", "draw_probability": 0.1, "violation_found": [True, True, False], "days": 1.0,
})  # fmt: skip


def test_results_name_firms_and_no_natural_person_and_nothing_that_gives_a_tier_away():
    table, left_out = visit_table(INSPECTIONS)
    assert left_out == 1
    assert table["subject"].tolist() == ["9144", "9133"]
    assert table["result"].tolist() == ["nothing_found", "violation_found"]
    assert not {"tier", "tier_code", "draw_probability", "inspector_id"} & set(table.columns)


def test_evaluations_are_internal_on_every_row():
    tiers = pd.DataFrame({"subject": ["9133", "S-1"], "department": "a", "tier": ["B", "C"]})
    table, left_out = evaluation_table(tiers, "2023-06-30")
    assert left_out == 1
    assert table.to_numpy().tolist() == [["9133", "a", "B", "2023-06-30", "internal"]]


def test_a_label_that_is_none_is_refused():
    visits = pd.DataFrame({"tier_code": [0, 1], "bad": [0, 2], "department": "a", "inspector": ["i", "j"]})
    with pytest.raises(FitError, match="a label that is not 0 or 1"):
        inspector_ratios(visits)
