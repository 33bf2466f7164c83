"""Each row of the sensitivity holds what the cube answers when one thing is another."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from credit_score.inspection.county import Answer, Plan
from credit_score.report.dossier import sensitivity


@pytest.fixture(scope="module")
def rows(decision):
    return sensitivity(decision).set_index(["factor", "tier"])


def figures(answer):
    return [answer.load.sum(), answer.detections.sum(), answer.undetected.sum()]


def at(row, end):
    return [row[f"{name}_{end}"] for name in ("days", "found", "undetected")]


def test_a_row_stands_for_each_cutoff_each_ratio_and_what_is_not_known(rows, decision):
    assert len(rows) == 2 * len(decision.cube.tiers) - 1 + 3
    assert list(dict.fromkeys(rows.index.get_level_values("factor"))) == [
        "cutoff", "ratio", "curve", "visit", "deterrence",
    ]  # fmt: skip


def test_a_cutoff_moves_by_ten_points(rows, decision):
    answer = decision.as_decided
    for k, cut in enumerate(answer.cutoffs):
        row = rows.loc["cutoff", k]
        assert (row["low"], row["high"]) == (cut - 10, cut + 10)
        for end, to in (("low", cut - 10), ("high", cut + 10)):
            moved = np.where(np.arange(len(answer.cutoffs)) == k, to, answer.cutoffs)
            assert at(row, end) == pytest.approx(figures(Answer(decision.cube, moved, answer.plan)))


def test_a_cutoff_stops_at_its_neighbour(decision):
    tight = replace(decision, after=decision.before)
    tight.__dict__["as_decided"] = Answer(decision.cube, (960.0, 955.0, 950.0), decision.plan_after)
    row = sensitivity(tight).set_index(["factor", "tier"]).loc["cutoff", 1]
    assert 950 < row["low"] < 955 < row["high"] < 960


def test_the_ratios_of_a_tier_move_by_a_fifth_and_stay_shares(rows, decision):
    answer = decision.as_decided
    for k in range(len(decision.cube.tiers)):
        for end, by in (("low", 0.8), ("high", 1.2)):
            ratios = answer.plan.ratios.copy()
            ratios[k] = np.minimum(ratios[k] * by, 1)
            plan = Plan(ratios, answer.plan.frequency, answer.plan.floors)
            assert at(rows.loc["ratio", k], end) == pytest.approx(figures(Answer(decision.cube, answer.cutoffs, plan)))


def test_nine_in_ten_curves_give_violations_between_the_ends(rows, decision):
    answer, row = decision.as_decided, rows.loc["curve", -1]
    drawn = [
        Answer(decision.cube, answer.cutoffs, answer.plan, draw).violations.sum()
        for draw in decision.cube.curve.draws(400, 99)
    ]
    low, high = (row[f"found_{end}"] + row[f"undetected_{end}"] for end in ("low", "high"))
    inside = np.mean([low <= v <= high for v in drawn])
    assert abs(inside - 0.9) < 4 * np.sqrt(2 * 0.9 * 0.1 / 400)  # both are of 400 curves


def test_where_a_visit_finds_a_part_more_is_there_and_as_much_is_found(rows, decision):
    answer, row = decision.as_decided, rows.loc["visit", -1]
    for end, part in (("low", 0.6), ("high", 0.8)):
        there = answer.violations.sum() / part
        assert at(row, end) == pytest.approx([answer.load.sum(), answer.detections.sum(), there - row[f"found_{end}"]])


def test_deterrence_is_a_sum_over_firms_of_what_the_rise_in_their_chance_leaves(rows, decision):
    cube, was, now = decision.cube, decision.as_was, decision.as_decided
    bins, kinds, departments = len(cube.score), len(cube.sector), len(cube.departments)
    chances = cube.chances()
    for end, beta in (("low", 0.5), ("high", 1.0)):
        found = missed = 0.0
        for b, p, d in product(range(bins), range(kinds), range(departments)):
            firms = cube.counts[b, p].sum()
            if not firms or cube.place[p, d] < 0 or cube.duty[p, d]:
                continue
            tiers = [cube.maps[cube.place[p, d], np.searchsorted(-a.cutoffs, -cube.bounds[0, b])] for a in (was, now)]
            before, after = was.chance[tiers[0], d], now.chance[tiers[1], d]
            left = firms * chances[b, d] * np.exp(-beta * (after - before))
            found, missed = found + left * after, missed + left * (1 - after)
        row = rows.loc["deterrence", -1]
        assert [row[f"found_{end}"], row[f"undetected_{end}"]] == pytest.approx([found, missed])


def test_where_no_visit_says_only_what_the_county_sets_is_told(decision):
    blind = replace(decision, cube=replace(decision.cube, curve=None))
    frame = sensitivity(blind)
    assert set(frame["factor"]) == {"cutoff", "ratio"}
    assert frame["found_low"].isna().all()
    assert frame["days_low"].notna().all()
