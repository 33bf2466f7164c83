"""Chances under an annual cap: by hand, by enumeration of every draw, and as rates that cover the truth."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.inspection.draw import turns
from credit_score.inspection.estimate import capped_chances, population_of, visit_rates
from credit_score.inspection.schedule import with_visits


def frame_of(held):
    """department → firms, all of one tier; or department → {firm: (tier, duty)}."""
    rows = [
        (d, s, *(firms[s] if isinstance(firms, dict) else (0, ""))) for d, firms in held.items() for s in sorted(firms)
    ]
    return pd.DataFrame(rows, columns=["department", "subject", "tier_code", "duty"])


def schedule_of(frame, **numbers):
    strata = frame.groupby(["department", "tier_code", "duty"], as_index=False).size()
    strata = strata.rename(columns={"size": "firms"}).assign(
        tier="A", floor=0, frequency=1, days_per_visit=1.0, rule="", reference="", **numbers
    )
    strata["ratio"] = np.where(strata["duty"] == "", strata["ratio"], 1.0)
    return with_visits(strata, seed=0)


def chances(frame, schedule, **options):
    told = capped_chances(frame, schedule, seed="s", **options)
    return told.set_index(["department", "subject"])["draw_probability"].to_dict()


def test_by_hand_two_departments_and_a_cap_of_one_visit():
    """The first draws a or c; if a, the second has b alone, else a or b: chances 1/4 and 3/4."""
    first, second = turns(["x", "y"], "s")
    frame = frame_of({first: "ac", second: "ab"})
    found = chances(frame, schedule_of(frame, ratio=0.5), cap=1, n_draws=20_000)
    assert found[first, "a"] == found[first, "c"] == 0.5
    tolerance = 4 * np.sqrt(0.25 * 0.75 / 20_000)
    assert found[second, "a"] == pytest.approx(1 / 4, abs=tolerance)
    assert found[second, "b"] == pytest.approx(3 / 4, abs=tolerance)


def test_a_duty_that_uses_up_the_cap_leaves_no_chance_and_others_share_it():
    frame = frame_of({"x": {"a": (0, "minimum.food")}, "y": {"a": (0, ""), "b": (0, ""), "c": (0, "")}})
    found = chances(frame, schedule_of(frame, ratio=2 / 3), cap=1, n_draws=50)
    assert found == {("x", "a"): 1.0, ("y", "a"): 0.0, ("y", "b"): 1.0, ("y", "c"): 1.0}


def test_a_cap_that_closes_nobody_leaves_the_closed_form():
    frame = frame_of({"x": "abcde", "y": "abcde"})
    schedule = schedule_of(frame, ratio=0.3)
    found = chances(frame, schedule, cap=2, n_draws=3)
    assert set(found.values()) == {0.3}


def test_the_number_drawn_adds_no_noise_where_duties_alone_close_firms():
    """Of 40 firms 5 are closed for sure; .4 of a firm is drawn on average from the other 35."""
    held = {"x": {f"f{i}": (0, "minimum.food") for i in range(5)}, "y": {f"f{i}": (0, "") for i in range(40)}}
    frame = frame_of(held)
    found = chances(frame, schedule_of(frame, ratio=0.01), cap=1, n_draws=7)
    assert {c for (d, _), c in found.items() if d == "y"} == {0.0, round(0.4 / 35, 6)}


@pytest.mark.parametrize(("change", "told"), [
    (lambda f, s: {"frame": f.iloc[:0]}, "a frame without firms"),
    (lambda f, s: {"frame": f.drop(columns="duty")}, "the frame without duty"),
    (lambda f, s: {"schedule": s.drop(columns="floor")}, "the schedule without floor"),
    (lambda f, s: {"schedule": s.iloc[1:]}, r"stratum that is not in the schedule \(department x, tier_code 0"),
    (lambda f, s: {"frame": pd.concat([f, f])}, r"a firm twice in one department \(department x"),
    (lambda f, s: {"schedule": pd.concat([s, s])}, "a firm twice in one department"),
    (lambda f, s: {"cap": 0}, "cap 0; give a whole number of at least 1"),
    (lambda f, s: {"n_draws": 0}, "n_draws 0; give a whole number of at least 1"),
])  # fmt: skip
def test_what_no_chance_can_be_computed_of_is_refused(change, told):
    frame = frame_of({"x": "ab", "y": "ab"})
    schedule = schedule_of(frame, ratio=0.5)
    asked = {"frame": frame, "schedule": schedule, "cap": 1, "n_draws": 5} | change(frame, schedule)
    with pytest.raises(FitError, match=told):
        capped_chances(asked.pop("frame"), asked.pop("schedule"), seed="s", **asked)


def enumerated(held, drawn, cap):
    """Every draw of departments in turn, each with its chance: the chance of each firm in each."""
    departments = turns(list(held), "s")
    found = {(d, s): 0.0 for d in held for s in held[d]}

    def step(at, visits, chance):
        if at == len(departments):
            return
        d = departments[at]
        free = [s for s in sorted(held[d]) if visits.get(s, 0) < cap]
        sets = list(combinations(free, min(drawn[d], len(free))))
        for chosen in sets:
            for s in chosen:
                found[d, s] += chance / len(sets)
            step(at + 1, visits | {s: visits.get(s, 0) + 1 for s in chosen}, chance / len(sets))

    step(0, {}, 1.0)
    return found


@pytest.mark.thorough
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_by_enumeration_of_every_draw_of_a_small_county(data):
    firms = "abcde"
    held = {d: "".join(data.draw(st.sets(st.sampled_from(firms), min_size=1))) for d in "xyz"}
    drawn = {d: data.draw(st.integers(0, len(held[d]))) for d in held}
    cap, n = data.draw(st.integers(1, 2)), 4000
    frame = frame_of(held)
    ratio = [drawn[d] / len(held[d]) for d in sorted(held)]
    found = chances(frame, schedule_of(frame, ratio=ratio), cap=cap, n_draws=n)
    for place, chance in enumerated(held, drawn, cap).items():
        assert found[place] == pytest.approx(chance, abs=5 * np.sqrt(max(0, chance * (1 - chance)) / n) + 2e-6), place


DEPARTMENTS, CAP = ("x", "y", "z"), 1
RATIOS = {0: 0.05, 1: 0.2, 2: 0.4}


def made_county():
    random = np.random.default_rng(5)
    tier = random.choice(3, 1500, p=[0.6, 0.3, 0.1])
    held = {
        d: {f"f{i:04}": (int(tier[i]), "") for i in np.flatnonzero(random.random(1500) < share)}
        for d, share in zip(DEPARTMENTS, (1.0, 0.6, 0.4), strict=True)
    }
    frame = frame_of(held)
    strata = schedule_of(frame, ratio=0.0).assign(tier=lambda t: t["tier_code"].astype(str))
    schedule = with_visits(strata.assign(ratio=strata["tier_code"].map(RATIOS)), seed=0)
    # Firms of many departments are the worse ones, so that a wrong chance would show.
    many = frame.groupby("subject").size().reindex(frame["subject"]).to_numpy()
    bad = random.random(len(frame)) < np.array([0.05, 0.15, 0.35])[frame["tier_code"]] * (many - 0.5)
    return frame, schedule, bad.astype(int)


def drawn_year(frame, schedule, random):
    """The rows drawn in a year: departments in their turn, firms with a visit behind them closed."""
    visited, rows = set(), []
    ratio = schedule.set_index(["department", "tier_code"])["ratio"]
    for d in turns(DEPARTMENTS, "s"):
        mine = frame[frame["department"] == d]
        taken = []
        for t, stratum in mine.groupby("tier_code"):
            free = stratum.index[~stratum["subject"].isin(visited)]
            n = min(int(ratio[d, t] * len(stratum) + random.random()), len(free))
            taken.append(random.choice(free, n, replace=False))
        rows.append(np.concatenate(taken))
        visited |= set(frame.loc[rows[-1], "subject"])
    return np.concatenate(rows).astype(int)


@pytest.mark.thorough
def test_rates_under_a_cap_cover_the_truth_as_often_as_they_say():
    """The bound is four standard errors of a coverage of .95 in 150 years, over three tiers."""
    frame, schedule, bad = made_county()
    told = capped_chances(frame, schedule, cap=CAP, seed="s")
    assert told["draw_probability"].nunique() > len(schedule)  # the cap tells firms of one stratum apart
    told = told.assign(bad=bad, stream="random", tier=told["tier_code"])
    drawn_from, truth = population_of(told, ["tier"]), told.groupby("tier")["bad"].mean()
    random, n_years = np.random.default_rng(1), 150
    covered, found, plain = np.zeros(3), [], []
    for _ in range(n_years):
        rates = visit_rates(told.loc[drawn_year(frame, schedule, random)], drawn_from, ["tier"]).set_index("tier")
        covered += ((rates["hajek_low"] <= truth) & (truth <= rates["hajek_high"])).to_numpy()
        found.append(rates["hajek"].to_numpy())
        plain.append(rates["naive"].to_numpy())
    error = np.std(found, axis=0) / np.sqrt(n_years)
    assert (np.abs(np.mean(found, axis=0) - truth.to_numpy()) < 4 * error + 0.004).all()
    assert (np.abs(np.mean(plain, axis=0) - truth.to_numpy()) > 4 * error + 0.004).any()
    assert (covered / n_years > 0.95 - 4 * np.sqrt(0.95 * 0.05 / n_years)).all()
