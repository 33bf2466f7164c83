from collections import Counter
from hashlib import sha256
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from credit_score.inspection import draw_visits, sampling_frame
from credit_score.inspection.draw import REACH, reach, turns
from credit_score.inspection.schedule import with_visits

DEPARTMENTS = ("a", "b", "c")


def one_stratum(n, name="f"):
    return [("a", f"{name}{i}", 0) for i in range(n)]


def everywhere(n):
    """Firms f0, f1, …: the first under one department, the second under two, the third under three, and again."""
    return [(d, f"f{i}", i % 2) for i in range(n) for d in DEPARTMENTS[: 1 + i % 3]]


def drawn(frame, schedule, *, cap=99, seed=7):
    found = draw_visits(frame, schedule, cap=cap, seed=seed).execute()
    return found.sort_values(["department", "tier_code", "duty", "place"], ignore_index=True)


def test_the_firms_with_the_smallest_keys_are_drawn_and_a_key_is_sha256_of_seed_department_and_firm(framed, quotas):
    found = drawn(framed(one_stratum(20)), quotas([("a", 0, 5, 2)]))
    keys = {f"f{i}": sha256(f"7|a|f{i}".encode()).hexdigest() for i in range(20)}
    assert found["subject"].tolist() == sorted(keys, key=keys.get)[:5]
    assert found["key"].tolist() == sorted(keys.values())[:5]
    assert found["place"].tolist() == [1, 2, 3, 4, 5]
    assert set(found["visits"]) == {2}
    assert set(found["draw_probability"]) == {0.25}


@pytest.mark.thorough
@pytest.mark.parametrize("cap", [1, 99])
@pytest.mark.parametrize("far", [True, False], ids=["reach as it is", "reach too short"])
@pytest.mark.parametrize("most", [890, 900])
def test_what_is_within_reach_is_drawn_as_if_all_were_sorted(framed, quotas, by_hand, monkeypatch, cap, far, most):
    """With a cap of 1 the departments that draw last find most of their firms closed, or all of them."""
    if not far:
        monkeypatch.setattr("credit_score.inspection.draw.reach", lambda drawn, firms: "0" * REACH)
    frame = framed([(d, f"f{i}", 0) for i in range(900) for d in DEPARTMENTS])
    schedule = quotas([(d, 0, n, 1) for d, n in zip(DEPARTMENTS, (3, most, 5), strict=True)]).assign(firms=900)
    found = drawn(frame, schedule, cap=cap)
    _, picked = by_hand(frame.execute(), schedule, cap=cap, seed=7)
    for (department, _, _), firms in picked.items():
        assert found.loc[found["department"] == department, "subject"].tolist() == firms


def test_a_key_that_is_within_reach_is_one_of_more_than_are_drawn():
    assert reach(5, 0) == reach(500, 100) == "f" * 12
    assert int(reach(100, 10**6), 16) / 16**12 == pytest.approx(240 / 10**6, rel=1e-6)


def test_every_stratum_is_drawn_exactly_as_often_as_it_is_to_be(framed, quotas):
    rows = [("a", f"f{i}", i % 4) for i in range(40)] + [("a", f"g{i}", 1, "duty") for i in range(3)]
    wanted = {(0, ""): 0, (1, ""): 3, (2, ""): 10, (3, ""): 7, (1, "duty"): 3}
    schedule = quotas([("a", code, n, 1, duty) for (code, duty), n in wanted.items()])
    found = Counter(map(tuple, drawn(framed(rows), schedule)[["tier_code", "duty"]].to_numpy().tolist()))
    assert found == {stratum: n for stratum, n in wanted.items() if n}


@settings(max_examples=8)
@given(
    st.integers(0, 10**6),
    st.integers(1, 6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), min_size=6, max_size=6),
)
def test_the_engine_draws_what_plain_loops_draw(framed, quotas, by_hand, seed, cap, numbers):
    frame = framed(everywhere(24))
    strata = [(d, code) for d in DEPARTMENTS for code in (0, 1)]
    schedule = quotas([(*stratum, *n) for stratum, n in zip(strata, numbers, strict=True)])
    found = drawn(frame, schedule, cap=cap, seed=seed)
    _, expected = by_hand(frame.execute(), schedule, cap=cap, seed=seed)
    got = {s: group["subject"].tolist() for s, group in found.groupby(["department", "tier_code", "duty"])}
    assert got == {s: firms for s, firms in expected.items() if firms}


@pytest.mark.parametrize("cap", [2, 99])
def test_the_order_of_rows_does_not_matter(framed, quotas, cap):
    rows = everywhere(40)
    schedule = quotas([(d, code, 4) for d in DEPARTMENTS for code in (0, 1)])
    shuffled = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))]
    turned = schedule.iloc[::-1].reset_index(drop=True)
    expected = drawn(framed(rows), schedule, cap=cap)
    assert drawn(framed(shuffled), turned, cap=cap).equals(expected)


@pytest.mark.thorough
@given(st.integers(0, 29), st.text("uvwxyz", min_size=3, max_size=8))
@settings(max_examples=8)
def test_another_code_for_one_firm_moves_that_firm_only(framed, quotas, changed, name):
    rows, schedule = one_stratum(30), quotas([("a", 0, 30)])
    renamed = [("a", name, 0) if i == changed else row for i, row in enumerate(rows)]
    before, after = (drawn(framed(r), schedule).set_index("subject")["key"] for r in (rows, renamed))
    others = [f for f in before.index if f != f"f{changed}"]
    assert [f for f in after.index if f != name] == others
    assert after[others].equals(before[others])


def test_one_more_firm_takes_at_most_the_last_place(framed, quotas):
    schedule = quotas([("a", 0, 10)])
    before = drawn(framed(one_stratum(60)), schedule)["subject"].tolist()
    for i in range(4):
        after = drawn(framed([*one_stratum(60), ("a", f"new{i}", 0)]), schedule)["subject"].tolist()
        kept = [f for f in after if f != f"new{i}"]
        assert kept == before[: len(kept)]
        assert len(kept) >= 9


def test_the_same_seed_gives_the_same_list_and_another_seed_another(framed, quotas):
    frame, schedule = framed(everywhere(60)), quotas([(d, code, 5) for d in DEPARTMENTS for code in (0, 1)])
    assert drawn(frame, schedule, cap=2).equals(drawn(frame, schedule, cap=2))
    lists = {tuple(drawn(frame, schedule, seed=seed)["subject"]) for seed in range(3)}
    assert len(lists) == 3


def test_every_firm_of_a_stratum_is_drawn_equally_often_over_seeds(framed, quotas, by_hand):
    frame, schedule = framed(one_stratum(8)).execute(), quotas([("a", 0, 3)])
    counted = Counter()
    for seed in range(2_000):
        counted.update(by_hand(frame, schedule, cap=9, seed=seed)[1]["a", 0, ""])
    # Three of eight without replacement: the statistic is shrunk by 5/7 against that of independent counts.
    statistic, _ = chisquare([counted[f"f{i}"] for i in range(8)])
    assert sum(counted.values()) == 6_000
    assert statistic * 7 / 5 < 24.3  # chi-square with 7 degrees of freedom at one in a thousand


def test_being_open_to_a_department_says_nothing_about_being_drawn_by_it(framed, quotas, by_hand):
    """Firms under many departments, some closed by the cap, and firms under one have the same chance once open."""
    rows = [("a", f"one{i}", 0) for i in range(6)] + [(d, f"all{i}", 0) for i in range(6) for d in DEPARTMENTS]
    frame, schedule = framed(rows).execute(), quotas([(d, 0, 3) for d in DEPARTMENTS])
    difference = []
    for seed in range(2_000):
        still_open, picked = by_hand(frame, schedule, cap=1, seed=seed)
        chance = len(picked["a", 0, ""]) / len(still_open["a", 0, ""])
        difference.append(sum((f in picked["a", 0, ""]) - chance for f in still_open["a", 0, ""] if f[:3] == "all"))
    assert any(len(by_hand(frame, schedule, cap=1, seed=seed)[0]["a", 0, ""]) < 12 for seed in range(20))
    assert abs(np.mean(difference)) < 4 * np.std(difference) / sqrt(len(difference))


def strata_of(rows, ratio, floor):
    counted = Counter((d, code) for d, _, code in rows)
    return pd.DataFrame(
        [(d, code, "ABCD"[code], "", n, ratio, floor, 1) for (d, code), n in counted.items()],
        columns=["department", "tier_code", "tier", "duty", "firms", "ratio", "floor", "frequency"],
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("ratio", "floor"), [(0.05, 0), (0.33, 0), (0.05, 2), (0.3, 3), (1.0, 0), (0.0, 0)])
def test_the_stated_probability_is_how_often_a_firm_is_drawn_over_seeds(framed, by_hand, ratio, floor):
    rows, seeds = one_stratum(10), 1_000 if 0 < ratio < 1 else 100  # of a certainty few seeds tell as much as many
    frame, strata = framed(rows).execute(), strata_of(rows, ratio, floor)
    stated = with_visits(strata, seed=0)["draw_probability"].item()
    counted = [
        "f3" in by_hand(frame, with_visits(strata, seed=seed), cap=9, seed=seed)[1]["a", 0, ""] for seed in range(seeds)
    ]
    assert abs(np.mean(counted) - stated) <= 4 * sqrt(stated * (1 - stated) / seeds)


@pytest.mark.parametrize("cap", [1, 2, 3])
def test_a_probability_is_stated_only_where_no_firm_could_have_been_closed_by_the_cap(framed, quotas, cap):
    rows = [(d, f"f{i}", 0) for i in range(12) for d in DEPARTMENTS]
    found = drawn(framed(rows), quotas([(d, 0, 3) for d in DEPARTMENTS]), cap=cap)
    stated = found.groupby("department")["draw_probability"].agg(lambda chance: set(chance.fillna(0)))
    assert [stated[d] for d in turns(DEPARTMENTS, 7)] == [{0.25}] * cap + [{0}] * (3 - cap)


def surely_open(rows, schedule, cap, seed):
    """By plain loops the strata of the draw by lot of which no firm could have been closed before its turn."""
    numbers = {(q.department, q.tier_code, q.duty): (q.frequency, q.draw_probability) for q in schedule.itertuples()}
    order, most, shut = turns({d for d, *_ in rows}, seed), Counter(), set()
    for d, firm, code, duty in sorted(rows, key=lambda row: (row[3] == "", order.index(row[0]))):
        visits, chance = numbers[d, code, duty]
        if not duty and most[firm] + visits > cap:
            shut.add((d, code, duty))
        most[firm] += visits * (chance > 0)
    return {stratum for stratum in numbers if not stratum[2]} - shut


@pytest.mark.thorough
@settings(max_examples=25)
@given(st.data(), st.integers(1, 4), st.integers(0, 10**6))
def test_where_a_probability_is_stated_is_what_plain_loops_find(framed, quotas, data, cap, seed):
    strata = st.sampled_from([None, (0, ""), (0, ""), (1, ""), (0, "duty")])
    held = data.draw(st.lists(st.tuples(strata, strata, strata), min_size=1, max_size=12))
    rows = [(d, f"f{i}", *own) for i, firm in enumerate(held) for d, own in zip(DEPARTMENTS, firm, strict=True) if own]
    numbers = {
        key: data.draw(st.tuples(st.integers(0, 4), st.integers(1, 3)))
        for key in sorted({(d, *s) for d, _, *s in rows})
    }
    schedule = quotas([(d, code, n, visits, duty) for (d, code, duty), (n, visits) in numbers.items()])
    assume(rows)
    found = drawn(framed(rows), schedule, cap=cap, seed=seed).query("duty == ''")
    sure = surely_open(rows, schedule, cap, seed)
    stated = [(q.department, q.tier_code, "") in sure for q in found.itertuples()]
    assert found["draw_probability"].notna().tolist() == stated


def test_a_stratum_from_which_nothing_can_be_drawn_closes_no_firm(framed, quotas):
    first, second, _ = turns(DEPARTMENTS, 7)
    rows = [(d, f"f{i}", 0) for i in range(12) for d in (first, second)]
    found = drawn(framed(rows), quotas([(first, 0, 0), (second, 0, 3)]), cap=1)
    assert found["draw_probability"].tolist() == [0.25] * 3


def test_every_department_is_first_to_draw_equally_often_over_seeds():
    first = Counter(turns(DEPARTMENTS, seed)[0] for seed in range(3_000))
    assert chisquare([first[d] for d in DEPARTMENTS]).pvalue > 0.001
    assert turns(DEPARTMENTS, 1) == turns(DEPARTMENTS[::-1], 1)


@pytest.mark.thorough
@pytest.mark.parametrize("cap", [1, 2, 3, 4])
def test_no_firm_is_planned_above_the_cap(framed, quotas, cap):
    frame, schedule = (
        framed(everywhere(60)),
        quotas([(d, code, 9, 1 + code % 2) for d in DEPARTMENTS for code in (0, 1)]),
    )
    for seed in range(2):
        found = drawn(frame, schedule, cap=cap, seed=seed)
        assert found.groupby("subject")["visits"].sum().max() <= cap


def test_statutory_duties_stand_above_the_cap_and_leave_room_for_nothing_else(framed, quotas):
    rows = [("a", "f", 0, "duty"), ("b", "f", 0, "other duty"), ("c", "f", 0), ("c", "g", 0)]
    schedule = quotas([("a", 0, 1, 2, "duty"), ("b", 0, 1, 2, "other duty"), ("c", 0, 2, 1)])
    found = drawn(framed(rows), schedule, cap=3)
    assert found[["department", "subject", "visits"]].to_numpy().tolist() == [
        ["a", "f", 2],
        ["b", "f", 2],
        ["c", "g", 1],
    ]
    assert found["draw_probability"].fillna(0).tolist() == [1, 1, 0]


def test_a_stratum_that_is_not_to_be_drawn_has_no_rows(framed, quotas):
    found = drawn(framed(one_stratum(5)), quotas([("a", 0, 0)]))
    assert found.empty
    assert "key" in found.columns


def test_the_sampling_frame_holds_nothing_but_the_strata(county_run):
    assert sampling_frame(county_run.tables["frame"]).columns == ("department", "subject", "tier_code", "tier", "duty")


def test_the_draw_of_a_county_is_that_of_plain_loops(county_run, by_hand):
    cap = county_run.rules.figure(county_run.rules.model.inspection.cap).value
    _, expected = by_hand(county_run.tables["frame"].execute(), county_run.schedule, cap=cap, seed=county_run.seed)
    got = {s: g["subject"].tolist() for s, g in county_run.draw.groupby(["department", "tier_code", "duty"])}
    assert got == {s: firms for s, firms in expected.items() if firms}
    at_random = county_run.draw.query("duty == ''").groupby("subject")["visits"].sum()
    assert at_random.max() <= cap
