import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError, NotAvailable, PolicyError
from credit_score.inspection import WhatIfCube

A1 = {"n": [40_000, 30_000, 20_000, 10_000], "p": [0.02, 0.05, 0.10, 0.25], "r": [0.01, 0.03, 0.08, 0.20]}
CUTOFFS = [90, 70, 50]


def population_a1():
    """The population of A1, a row a firm: score by tier, and whether it is in violation."""
    states = [np.arange(n) < n * p for n, p in zip(A1["n"], A1["p"], strict=True)]
    return np.repeat([90.0, 70.0, 50.0, 30.0], A1["n"]), np.concatenate(states).astype(float)


@pytest.fixture(scope="module")
def cube_a1():
    score, bad = population_a1()
    return WhatIfCube.build(score, bad, np.zeros(len(score), int), 1.0, sensitivity=0.8, capacity=[7000])


@st.composite
def counties(draw):
    """Rows of a county, and cut-offs and ratios to ask of it."""
    n = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = pd.DataFrame({
        "score": random.integers(0, draw(st.sampled_from([3, 40, 1000])), n) / draw(st.sampled_from([1, 4, 10])),
        "bad": random.random(n) * random.integers(0, 2, n),
        "department": random.choice(["health", "fire", "transport"], n),
        "days": random.random(n),
        "sector": random.choice(["food", "textiles"], n),
        "size": random.choice(["small", "large"], n),
    })  # fmt: skip
    n_tiers = draw(st.integers(1, 6))
    n_departments = rows["department"].nunique()
    ratios = random.random((n_tiers, n_departments)) if draw(st.booleans()) else random.random(n_tiers)
    return rows, np.sort(random.choice(rows["score"], n_tiers - 1))[::-1], ratios, random.random(n_departments)


def brute_force(rows, cutoffs, ratios, sensitivity):
    """The figures of a question, firm by firm."""
    names = sorted(rows["department"].unique())
    tier = [sum(score < c for c in cutoffs) for score in rows["score"]]
    place = [names.index(d) for d in rows["department"]]
    wide = np.broadcast_to(ratios if np.ndim(ratios) == 2 else np.array(ratios)[:, None], (len(ratios), len(names)))
    found = {n: np.zeros((len(wide), len(names))) for n in ("inspections", "detections", "undetected", "by_day")}
    for k, d, p, days in zip(tier, place, rows["bad"], rows["days"], strict=True):
        r = wide[k, d]
        found["inspections"][k, d] += r
        found["detections"][k, d] += r * sensitivity[d] * p
        found["undetected"][k, d] += p - r * sensitivity[d] * p
        found["by_day"][k, d] += r * days
    visits = pd.Series([wide[k, d] for k, d in zip(tier, place, strict=True)])
    borne = visits.groupby([rows["sector"], rows["size"]]).mean()
    return found | {"days": found["by_day"].sum(axis=0), "burden": borne}


@settings(deadline=None)
@given(counties())
def test_the_cube_answers_as_a_count_of_every_firm_does(county):
    rows, cutoffs, ratios, sensitivity = county
    cube = WhatIfCube.build(
        rows["score"], rows["bad"], rows["department"], rows["days"], sensitivity, rows["sector"], rows["size"],
        width=0.05,
    )  # fmt: skip
    kpi, expected = cube.evaluate(cutoffs, ratios), brute_force(rows, cutoffs, ratios, sensitivity)
    for name in ("inspections", "detections", "undetected", "days"):
        assert getattr(kpi, name) == pytest.approx(expected[name], abs=1e-9)
        assert (getattr(kpi, name) >= 0).all()
    for (sector, size), visits in expected["burden"].items():
        assert kpi.burden[cube.sectors.index(sector), cube.sizes.index(size)] == pytest.approx(visits)


@settings(deadline=None)
@given(counties(), st.floats(0, 1))
def test_more_visits_find_more_miss_less_and_cost_more(county, share):
    rows, cutoffs, ratios, sensitivity = county
    cube = WhatIfCube.build(*(rows[c] for c in ("score", "bad", "department", "days")), sensitivity, width=0.05)
    few, many = cube.evaluate(cutoffs, ratios * share), cube.evaluate(cutoffs, ratios)
    assert (few.detections <= many.detections + 1e-12).all()
    assert (few.undetected >= many.undetected - 1e-12).all()
    assert (few.days <= many.days + 1e-12).all()


def test_the_static_oracle_holds_exactly(cube_a1):
    kpi = cube_a1.evaluate(CUTOFFS, A1["r"])
    assert kpi.inspections.sum() == 4900
    assert kpi.detections.sum() == pytest.approx(570.4, abs=1e-9)
    assert kpi.undetected.sum() == pytest.approx(6229.6, abs=1e-9)
    assert kpi.variance.sum() == pytest.approx(422.398, abs=5e-4)
    uniform = cube_a1.evaluate(CUTOFFS, [0.049] * 4)
    assert kpi.detections.sum() / uniform.detections.sum() == pytest.approx(2.140, abs=5e-4)
    assert kpi.utilisation == pytest.approx([0.7])
    assert kpi.hit_rate == pytest.approx([0.016, 0.04, 0.08, 0.2])


def test_a_second_visit_finds_what_the_first_missed(cube_a1):
    kpi = cube_a1.evaluate(CUTOFFS, A1["r"], [1, 1, 1, 2])
    assert kpi.inspections.sum() == 4900 + 2000
    assert kpi.detections[3, 0] == pytest.approx(2500 * 0.2 * (1 - 0.2**2))
    assert kpi.detections[:3].sum() == pytest.approx(570.4 - 400)
    assert kpi.days == pytest.approx([6900])


def test_labels_may_be_text_numbers_or_categories_and_keep_the_order_of_categories():
    told = pd.Categorical(["b", "a", "b"], categories=["b", "a", "c"])
    cube = WhatIfCube.build([1, 2, 3], [0.1, 0.2, 0.3], told, {"a": 1, "b": 2, "c": 9})
    assert cube.departments == ("b", "a", "c")
    assert cube.evaluate([], [1.0]).days == pytest.approx([4, 1, 0])
    assert WhatIfCube.build([1, 2], [0, 1], [1, 1], 1.0).departments == (0, 1)


def test_a_firm_under_several_departments_counts_once_in_burden():
    rows = {"score": [5, 5, 1], "bad": [0, 0, 1], "department": ["x", "y", "x"], "days": 1.0}
    cube = WhatIfCube.build(**{"expected_bad" if k == "bad" else k: v for k, v in rows.items()},
                            sector=["s", "s", "t"], firm=[7, 7, 8])  # fmt: skip
    assert cube.firms.tolist() == [[1], [1]]
    assert cube.evaluate([3], [0.5, 1.0]).burden == pytest.approx(np.array([[1.0], [1.0]]))


def test_sums_are_the_same_to_the_last_digit_however_many_cores_there_are(monkeypatch):
    from credit_score.inspection.cube import cube as module

    monkeypatch.setattr(module, "CHUNK", 1000)
    random = np.random.default_rng(5)
    rows = random.normal(size=10_500), random.random(10_500), random.integers(0, 3, 10_500), random.random(10_500)
    first = WhatIfCube.build(*rows).prefix
    monkeypatch.setattr(module, "ThreadPoolExecutor", lambda: module_pool(1))
    assert (WhatIfCube.build(*rows).prefix == first).all()


def module_pool(n):
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(n)


def test_a_cut_off_between_bins_is_taken_and_one_inside_a_bin_is_refused_with_its_neighbours(cube_a1):
    assert cube_a1.evaluate([80, 60, 40], A1["r"]).inspections.sum() == 4900
    coarse = WhatIfCube.build([10.0, 11.5, 40.0], [0, 0, 1], [0, 0, 0], 1.0, width=5)
    with pytest.raises(PolicyError, match="cut-off 11 splits the bin of scores from 10 to 15; use 10 or 15"):
        coarse.evaluate([11], [0, 1])


def test_a_score_that_is_a_multiple_of_the_width_as_it_is_written_begins_a_bin():
    cube = WhatIfCube.build([0.0, 17.1, 30.0], [0.1] * 3, [0] * 3, 1.0, width=0.3)
    assert cube.evaluate([17.1], [1, 0]).inspections.ravel().tolist() == [2, 0]
    assert 17.1 in cube.bounds[0]


def test_cut_offs_are_moved_to_the_nearest_between_bins():
    cube = WhatIfCube.build(np.arange(100.0), np.zeros(100), np.zeros(100, int), 1.0, width=5)
    assert cube.snapped([87.4, 52.6, -3, 500]).tolist() == [85, 55, 5, 95]
    assert WhatIfCube.build([3.0], [0], [0], 1.0).snapped([1, 9]).tolist() == [3, 3]


def test_what_is_no_number_is_not_moved_between_bins():
    for cube in (WhatIfCube.build([3.0], [0], [0], 1.0), WhatIfCube.build([3.0, 4.0], [0, 0], [0, 0], 1.0)):
        with pytest.raises(PolicyError, match="a cut-off that is no number"):
            cube.snapped([np.nan])
        with pytest.raises(FitError, match="a cut-off of kind list that is no number"):
            cube.snapped(["x"])


@pytest.mark.parametrize(("asked", "told"), [
    ((["x"], [0.1, 0.2]), "a cut-off of kind list"), (([50], ["x", "y"]), "a ratio of kind list"),
    (([50], [0.1, 0.2], ["x", "y"]), "a frequency of kind list"),
])  # fmt: skip
def test_words_for_numbers_are_refused(cube_a1, asked, told):
    with pytest.raises(FitError, match=told):
        cube_a1.evaluate(*asked)


@pytest.mark.parametrize(("cutoffs", "ratios", "told"), [
    (CUTOFFS, [0.01, 0.03, 0.08, 1.2], "inspection ratio 1.2 is outside"),
    (CUTOFFS, [0.01, -0.03, 0.08, 0.2], "inspection ratio -0.03 is outside"),
    (CUTOFFS, [0.01, np.nan, 0.08, 0.2], "inspection ratio nan is outside"),
    ([50, 70, 90], A1["r"], "cut-offs 50, 70, 90 do not descend"),
    ([90, np.nan, 50], A1["r"], "do not descend"),
    (CUTOFFS, [0.1, 0.2], r"numbers of shape \(2,\) for 4 tiers and 1 departments"),
    (CUTOFFS, np.ones((4, 3)), r"numbers of shape \(4, 3\) for 4 tiers"),
    (50.0, [0.1, 0.2], r"cut-offs of shape \(\)"),
])  # fmt: skip
def test_a_question_that_cannot_be_is_refused(cube_a1, cutoffs, ratios, told):
    with pytest.raises(PolicyError, match=told):
        cube_a1.evaluate(cutoffs, ratios)


def test_a_frequency_that_cannot_be_is_refused(cube_a1):
    with pytest.raises(PolicyError, match="frequency of -2"):
        cube_a1.evaluate(CUTOFFS, A1["r"], [1, 1, 1, -2])
    with pytest.raises(PolicyError, match="numbers of shape"):
        cube_a1.evaluate(CUTOFFS, A1["r"], [1, 1])


@pytest.mark.parametrize(("change", "told"), [
    ({"score": [1, np.nan]}, "scores that are no finite number: nan in row 1"),
    ({"score": [1, np.inf]}, "inf in row 1"),
    ({"score": []}, "no row"),
    ({"expected_bad": [0.1, 1.2]}, "chance of a violation 1.2 in row 1"),
    ({"expected_bad": [0.1, np.nan]}, "chance of a violation nan in row 1"),
    ({"expected_bad": [0.1]}, r"2 scores and a chance of a violation of shape \(1,\)"),
    ({"days": [1, -1]}, "-1 days in row 1"),
    ({"days": [1, np.inf]}, "inf days in row 1"),
    ({"days": {"x": 1}}, "no days of a visit of department y"),
    ({"sensitivity": 1.5}, r"sensitivity 1.5 of x, 1.5 of y; give numbers in \[0, 1\]"),
    ({"capacity": [1, -2]}, "capacity -2 of y"),
    ({"capacity": [1]}, r"capacity of shape \(1,\) for 2 departments"),
    ({"department": ["x", None]}, "no department in row 1"),
    ({"department": [-1, 0]}, "department -1 in row 0"),
    ({"department": [0, 5000]}, "5,001 different labels of department"),
    ({"sector": ["s"]}, "2 scores and sector of shape"),
    ({"sector": ["s", "t"], "firm": [1, 1]}, "1 firms stand in two sectors or sizes"),
    ({"sector": ["s", "t"], "firm": [None, "z"]}, "no firm in row 0"),
    ({"sector": ["s", "t"], "firm": [1.0, np.nan]}, "no firm in row 1"),
    ({"width": 0.0}, "bins 0.0 wide"),
    ({"n_bins": 0}, "0 bins"),
])  # fmt: skip
def test_rows_that_cannot_be_are_refused(change, told):
    rows = {"score": [1, 2], "expected_bad": [0.1, 0.2], "department": ["x", "y"], "days": 1.0}
    with pytest.raises(FitError, match=told):
        WhatIfCube.build(**rows | change)


def test_what_the_cube_was_not_given_it_does_not_tell(cube_a1):
    kpi = cube_a1.evaluate(CUTOFFS, A1["r"])
    with pytest.raises(NotAvailable, match="no sector or size"):
        _ = kpi.burden
    with pytest.raises(NotAvailable, match="no capacity"):
        _ = WhatIfCube.build([1.0], [0], [0], 1.0).evaluate([], [1]).utilisation


def test_work_without_inspectors_is_more_than_there_is():
    kpi = WhatIfCube.build([1.0, 2.0], [0, 0], [0, 1], 1.0, capacity=[0, 0]).evaluate([], [[1.0, 0.0]])
    assert kpi.utilisation.tolist() == [np.inf, 0]


@given(st.integers(2, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_both_variances_are_those_of_every_possible_draw(n, ratio, sensitivity, seed):
    """By the law of total variance over ⌊rN + U⌋, from the exact moments of a sample without replacement."""
    random = np.random.default_rng(seed)
    assume(n > 1)
    chance = random.random(n)
    for q, name in ((chance, "predictive_variance"), ((chance < 0.5).astype(float), "variance")):
        cube = WhatIfCube.build(np.ones(n), q, np.zeros(n, int), 1.0, sensitivity)
        found = getattr(cube.evaluate([], [ratio]), name).sum()
        assert found == pytest.approx(exact_variance(q * sensitivity, ratio), abs=1e-9)


def exact_variance(q, ratio):
    """Variance of the sum of independent events of chances q over a sample of random size, by inclusion chances."""
    n = len(q)
    first, second = 0.0, 0.0
    low = int(np.floor(ratio * n))
    for size, chance in ((low, 1 - (ratio * n - low)), (low + 1, ratio * n - low)):
        if chance <= 0:
            continue
        mean = size * q.mean()
        pairs = (q.sum() ** 2 - (q**2).sum()) / (n * (n - 1)) * size * (size - 1)
        first += chance * mean
        second += chance * (mean + pairs)
    return second - first**2


def test_the_table_has_a_row_a_tier_and_department(cube_a1):
    table = cube_a1.evaluate(CUTOFFS, A1["r"]).table()
    assert list(table["tier_code"]) == [0, 1, 2, 3]
    assert table["detections"].sum() == pytest.approx(570.4)
