"""Firms that a draw treats alike: rates of strata in which the cap left firms different chances."""

import numpy as np
import pandas as pd
import pytest

from credit_score.inspection.estimate import visit_rates
from credit_score.inspection.estimate.classes import classes


def visits(subjects, chance, bad, *, tier=0, sector="S"):
    told = {"department": "d", "tier_code": tier, "subject": subjects, "stream": "random", "sector": sector}
    return pd.DataFrame(told | {"draw_probability": chance, "bad": bad})


def population(rows):
    names = ["tier_code", "sector", "firms", "draw_probability"]
    return pd.DataFrame(rows, columns=names).assign(department="d")


def test_a_complete_count_is_the_rate_whatever_the_chances():
    all_of_it = pd.concat([visits(["a", "b"], 1.0, [0, 0]), visits(["c", "d"], 0.25, [1, 1])])
    row = visit_rates(all_of_it, population([(0, "S", 2, 1.0), (0, "S", 2, 0.25)]), ["tier_code"]).iloc[0]
    assert row[["hajek", "hajek_low", "hajek_high", "ht"]].tolist() == [0.5] * 4


@pytest.mark.thorough
@pytest.mark.parametrize(("open_bad", "sure", "sure_bad"), [(20, 50, 5), (20, 150, 3)])
def test_firms_drawn_for_sure_do_not_speak_for_those_that_the_cap_closed(open_bad, sure, sure_bad):
    """Of 50 firms the cap leaves 10 open, who are all drawn; beside them stand firms that are drawn for sure."""
    rng, truth = np.random.default_rng(1), (open_bad + sure_bad) / (50 + sure)
    told = population([(0, "S", 50, 0.2), (0, "S", sure, 1.0)])
    known = visits([f"s{i}" for i in range(sure)], 1.0, (np.arange(sure) < sure_bad).astype(int))
    held = []
    for _ in range(150):
        drawn = rng.choice(50, 10, replace=False)
        sample = visits([f"x{i}" for i in drawn], 0.2, (drawn < open_bad).astype(int))
        row = visit_rates(pd.concat([sample, known]), told, ["tier_code"]).iloc[0]
        held.append(row["hajek_low"] <= truth <= row["hajek_high"])
    assert np.mean(held) > 0.95 - 4 * np.sqrt(0.05 * 0.95 / 150)


@pytest.mark.thorough
def test_a_sector_across_a_stratum_that_was_counted_keeps_the_doubt_of_the_other():
    rng, held = np.random.default_rng(2), []
    told = population([(0, "S", 60, 0.1), (0, "O", 540, 0.1), (3, "S", 5, 1.0), (3, "O", 5, 1.0)])
    counted = visits([f"k{i}" for i in range(10)], 1.0, [1, 1, 1, 1, 0] + [0] * 5, tier=3, sector=["S"] * 5 + ["O"] * 5)
    truth = (1 + 4) / 65
    for _ in range(150):
        drawn = rng.choice(600, 60, replace=False)
        sectors = np.where(drawn < 60, "S", "O")
        sample = visits([f"a{i}" for i in drawn], 0.1, (drawn == 0).astype(int), sector=sectors)
        row = visit_rates(pd.concat([sample, counted]), told, ["sector"]).set_index("sector").loc["S"]
        held.append(not row["identified"] or row["hajek_low"] <= truth <= row["hajek_high"])
    assert np.mean(held) > 0.95 - 4 * np.sqrt(0.05 * 0.95 / 150)


def test_a_sector_visited_only_where_everybody_was_has_no_rate():
    told = population([(0, "S", 50, 0.04), (0, "O", 450, 0.04), (3, "S", 5, 1.0)])
    sample = visits([f"o{i}" for i in range(20)], 0.04, [0] * 20, sector="O")
    counted = visits([f"k{i}" for i in range(5)], 1.0, [1, 1, 1, 1, 0], tier=3)
    row = visit_rates(pd.concat([sample, counted]), told, ["sector"]).set_index("sector").loc["S"]
    assert not row["identified"]
    assert np.isnan(row["hajek"])
    assert row["reason"] == "visited only where everybody was, and nobody of its other firms"


def test_chances_are_put_together_until_enough_visits_are_expected():
    told = population([(0, "S", 10, p) for p in (0.1, 0.2, 0.3, 0.6, 1.0)] + [(1, "S", 4, 0.5)])
    drawn = pd.concat(
        [visits(["a"], 0.1, 0), visits(["b"], 0.6, 0), visits(["c"], 1.0, 0), visits(["d"], 0.5, 0, tier=1)]
    )
    # Expected: 1 + 2 + 3 = 6, then 6, then those drawn for sure.
    assert classes(drawn, told, ["department", "tier_code"])["code"].tolist() == [0, 0, 0, 1, 2, 3]


def test_a_class_of_whom_nobody_was_visited_is_spoken_for_by_the_next():
    told = population([(0, "S", 100, p) for p in (0.1, 0.2, 0.3)])
    only_last = visits(["a"], 0.3, 0)
    assert classes(only_last, told, ["department", "tier_code"])["code"].tolist() == [0, 0, 0]
    only_first = visits(["a"], 0.1, 0)
    assert classes(only_first, told, ["department", "tier_code"])["code"].tolist() == [0, 0, 0]
