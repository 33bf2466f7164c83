from datetime import date
from hashlib import sha256
from math import sqrt

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.inspection import county_share, make_schedule, with_drawn
from credit_score.inspection.schedule import n_drawn, uniform
from credit_score.policy import load_policy

RULES = load_policy("gaoyang").at("2023-06-30")
FOOD, MARKET = "minimum.food", "market_supervision"


def set_value(dated, value):
    for entry in dated.values():
        entry["value"] = value


def firms(department, code, n, *duty):
    return [(department, f"{department}{code}{duty}{i}", code, *duty) for i in range(n)]


@pytest.mark.parametrize(
    ("n", "ratio", "least", "u", "drawn"),
    [
        (150, 0.05, 0, 0.49, 7),  # 7.5 + 0.49
        (150, 0.05, 0, 0.50, 8),  # 7.5 + 0.50
        (150, 0.05, 10, 0.99, 10),  # the floor
        (6, 0.05, 10, 0.99, 6),  # never more than there are
        (10, 1.0, 0, 0.99, 10),
        (10, 0.0, 0, 0.99, 0),
        (0, 0.5, 5, 0.99, 0),
    ],
)
def test_firms_to_draw_are_the_share_rounded_by_chance_between_the_floor_and_all(n, ratio, least, u, drawn):
    assert n_drawn(n, ratio, least, u) == drawn


@given(st.integers(0, 10**7), st.floats(0, 1), st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_a_stratum_is_drawn_within_its_bounds_and_within_one_firm_of_its_share(n, ratio, least, u):
    drawn = n_drawn(n, ratio, least, u)
    assert min(n, least) <= drawn <= n
    assert abs(n_drawn(n, ratio, 0, u) - ratio * n) <= 1


@pytest.mark.parametrize(("n", "ratio"), [(7, 0.05), (150, 0.05), (33, 0.01), (9, 0.5)])
def test_random_rounding_is_unbiased_over_seeds(n, ratio):
    drawn = np.array([n_drawn(n, ratio, 0, uniform(seed, "market_supervision|B|")) for seed in range(4_000)])
    share = ratio * n % 1
    error = sqrt(share * (1 - share) / len(drawn))
    assert set(drawn) <= {int(ratio * n), int(ratio * n) + 1}
    assert abs(drawn.mean() - ratio * n) < 4 * error


def test_the_number_behind_the_rounding_can_be_recomputed_and_is_uniform():
    assert uniform(7, "x") == int(sha256(b"7|x").hexdigest()[:13], 16) / 16**13
    u = np.sort([uniform(seed, "x") for seed in range(4_000)])
    distance = np.abs(u - np.arange(0.5, 4_000) / 4_000).max()
    assert distance < 1.95 / sqrt(4_000)  # Kolmogorov's bound at one in a thousand
    assert u[0] >= 0
    assert u[-1] < 1


def test_a_schedule_has_a_row_a_stratum_with_numbers_days_and_rule(framed):
    rows = firms(MARKET, 3, 20) + firms("housing", 0, 400) + firms(MARKET, 1, 4, FOOD) + firms(MARKET, 1, 30)
    made = make_schedule(framed(rows), RULES, seed=1)
    assert made[["department", "tier", "duty", "firms"]].to_numpy().tolist() == [
        [MARKET, "B", "", 30], [MARKET, "B", FOOD, 4], [MARKET, "D", "", 20], ["housing", "A", "", 400],
    ]  # fmt: skip
    assert made["ratio"].tolist() == [0.05, 1.0, 0.5, 0.01]
    assert made["frequency"].tolist() == [1, 1, 2, 1]
    assert made["floor"].tolist() == [5, 0, 5, 5]
    assert made["days_per_visit"].tolist() == [1.0, 1.0, 1.0, 2.0]
    assert made["drawn"].tolist() == [5, 4, 10, 5]  # 1.5 and 4 lifted to the floor of 5; all 4; half of 20
    assert made["visits"].tolist() == [5, 4, 20, 5]
    assert made["rule"].tolist() == [
        "inspection:schedule:B", f"inspection:statutory_minimums:{FOOD}",
        "inspection:schedule:D", "inspection:schedule:A",
    ]  # fmt: skip
    assert made["reference"].str.len().min() > 0


def test_a_departments_own_ratio_goes_before_the_tiers_and_is_cited(framed, altered_policy):
    def own(section):
        ground = {"basis": "plan", "reference": "its own"}
        section["departments"][1]["ratio"] = {"B": {date(2023, 6, 1): {"value": 0.5, **ground}}}

    policy = load_policy(altered_policy(inspection=own))
    rows = framed(firms("ecology", 1, 100) + firms("ecology", 2, 100))
    after = make_schedule(rows, policy.at("2023-06-30"), seed=1)
    assert after["ratio"].tolist() == [0.5, 0.2]
    assert after["rule"].tolist() == ["inspection:departments:ecology:ratio", "inspection:schedule:C"]
    assert after["reference"][0] == "its own"
    assert make_schedule(rows, policy.at("2023-05-31"), seed=1)["ratio"].tolist() == [0.05, 0.2]


@pytest.mark.parametrize(("every", "visits"), [("P24M", 1), ("P12M", 1), ("P6M", 2), ("P5M", 3), ("P1M", 12)])
def test_a_duty_is_visited_as_often_as_its_months_go_into_a_year(framed, altered_policy, every, visits):
    def asked(section):
        set_value(section["statutory_minimums"][0]["every"], every)
        set_value(section["cap"], 12)

    folder = altered_policy(inspection=asked)
    made = make_schedule(framed(firms(MARKET, 1, 3, FOOD)), load_policy(folder).at("2023-06-30"), seed=1)
    assert (made["drawn"].item(), made["visits"].item()) == (3, 3 * visits)


def test_a_department_may_have_its_own_frequency_and_floor(framed, altered_policy):
    ground = {"basis": "plan", "reference": "its own"}

    def own(section):
        section["departments"][1] |= {"frequency": {"B": {date(2023, 6, 1): {"value": 3, **ground}}},
                                      "floor": {"B": {date(2023, 6, 1): {"value": 40, **ground}}}}  # fmt: skip

    rows = framed(firms("ecology", 1, 100))
    made = make_schedule(rows, load_policy(altered_policy(inspection=own)).at("2023-06-30"), seed=1)
    assert (made["frequency"].item(), made["floor"].item(), made["drawn"].item()) == (3, 40, 40)
    assert (made["ratio"].item(), made["rule"].item()) == (0.05, "inspection:schedule:B")


def test_an_own_number_of_no_tier_or_above_the_cap_is_refused(altered_policy):
    ground = {"basis": "plan", "reference": "its own"}
    for field, tier, value, what in (("floor", "E", 3, "unknown tier 'E'"), ("frequency", "B", 5, "annual cap is 4")):

        def own(section, field=field, tier=tier, value=value):
            section["departments"][1][field] = {tier: {date(2023, 6, 1): {"value": value, **ground}}}

        with pytest.raises(PolicyError, match=what):
            load_policy(altered_policy(inspection=own))


def test_a_cap_below_what_a_law_asks_for_is_refused(altered_policy):
    def asked(section):
        set_value(section["statutory_minimums"][0]["every"], "P2M")

    with pytest.raises(PolicyError, match=r"cap.*the annual cap of 4 is below the 6 visits that minimum.food asks for"):
        load_policy(altered_policy(inspection=asked))


def test_a_frequency_above_the_cap_is_refused_when_the_policy_is_read(altered_policy):
    folder = altered_policy(inspection=lambda s: set_value(s["schedule"]["D"]["frequency"], 5))
    with pytest.raises(PolicyError, match=r"schedule\.D\.frequency.*5 visits a year.*but the annual cap is 4"):
        load_policy(folder)


@pytest.mark.parametrize(("ratio", "frequency", "visits"), [(1.0, 4, 4), (0.5, 3, 2), (0.1, 4, 1), (0.01, 1, 1)])
def test_a_duty_never_lowers_what_the_tier_asks_for(framed, altered_policy, ratio, frequency, visits):
    def raised(section):
        set_value(section["schedule"]["C"]["ratio"], ratio)
        set_value(section["schedule"]["C"]["frequency"], frequency)

    rules = load_policy(altered_policy(inspection=raised)).at("2023-06-30")
    made = make_schedule(framed(firms(MARKET, 2, 3, FOOD)), rules, seed=1)
    assert made["visits"].item() == 3 * visits
    assert ("statutory" in made["rule"].item()) == (visits == 1)


def test_a_tier_left_alone_is_marked_rate_not_identified(framed, altered_policy):
    def left_alone(section):
        set_value(section["schedule"]["A"]["ratio"], 0)
        set_value(section["schedule"]["A"]["floor"], 0)

    rules = load_policy(altered_policy(inspection=left_alone)).at("2023-06-30")
    made = make_schedule(framed(firms("ecology", 0, 30) + firms("ecology", 1, 30)), rules, seed=1)
    assert made["rate_identified"].tolist() == [False, True]
    assert made["drawn"].tolist()[0] == 0


def test_the_schedule_is_the_same_for_a_seed_and_differs_between_seeds(framed):
    frame = framed(firms(MARKET, 1, 150) + firms(MARKET, 2, 33) + firms("ecology", 1, 150))
    made = [make_schedule(frame, RULES, seed=seed)["drawn"].tolist() for seed in (1, 1, *range(2, 12))]
    assert made[0] == made[1]
    assert len({tuple(d) for d in made}) > 1


def test_visits_drawn_are_those_of_the_draw_and_none_where_nothing_was_drawn():
    schedule = pd.DataFrame({"department": ["a", "b"], "tier_code": [0, 0], "duty": ["", ""], "visits": [4, 4]})
    draw = pd.DataFrame({"department": ["a", "a"], "tier_code": [0, 0], "duty": ["", ""], "visits": [2, 1]})
    made = with_drawn(schedule, ibis.memtable(draw))
    assert made["visits_drawn"].tolist() == [3, 0]


def test_a_firm_that_several_departments_visit_counts_once_in_the_county_share(county_run):
    visited = set(county_run.draw["subject"])
    assert len(visited) < len(county_run.draw)
    assert county_run.county_share == county_share(len(visited), len(county_run.tiers))
    assert county_share(2, 10) == 0.2
    assert county_share(0, 0) == 0
