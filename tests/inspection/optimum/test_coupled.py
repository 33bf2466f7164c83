import re

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import PolicyError
from credit_score.inspection import WhatIfCube
from credit_score.inspection.optimum import Bounds, Coupling, Joint, Shared, coupled_schedule, optimal_schedule

CUT = [75, 50, 25]
SECTORS = {
    "market": ["food", "textiles", "transport"],
    "ecology": ["textiles", "transport"],
    "fire": ["food", "textiles"],
}
DAYS = {"market": 1.0, "ecology": 1.5, "fire": 1.0}
CAPACITY = {"market": 800.0, "ecology": 300.0, "fire": 150.0}
BOUNDS = Bounds(min_ratio=0.01)


@pytest.fixture(scope="module")
def cube():
    random = np.random.default_rng(1)
    n = 6000
    firms = pd.DataFrame({
        "firm": np.arange(n), "score": random.integers(0, 100, n).astype(float),
        "sector": random.choice(["food", "textiles", "transport"], n),
    })  # fmt: skip
    firms["chance"] = 0.5 / (1 + np.exp(1 + (firms["score"] - 50) / 15))
    rows = pd.concat([firms[firms["sector"].isin(s)].assign(department=d) for d, s in SECTORS.items()])
    return WhatIfCube.build(
        rows["score"], rows["chance"], rows["department"], DAYS, 0.8, rows["sector"], None, rows["firm"],
        capacity=CAPACITY,
    )  # fmt: skip


@pytest.mark.parametrize("aim", [("undetected", 0.0), ("undetected", 5.0), ("violations", 5.0), ("detections", 0.0)])
def test_departments_that_share_nothing_are_those_of_the_closed_forms(cube, aim):
    objective, deterrence = aim
    coupled = coupled_schedule(cube, CUT, Coupling(), objective=objective, deterrence=deterrence, bounds=BOUNDS)
    alone = optimal_schedule(cube, cutoffs=CUT, objective=objective, deterrence=deterrence, bounds=BOUNDS)
    assert coupled.value == pytest.approx(alone.value, rel=2e-9)
    assert coupled.gap <= 1e-8 * coupled.value
    assert coupled.days == pytest.approx(alone.kpi.days)
    assert coupled.prices == pytest.approx(alone.prices, rel=1e-3)


def test_the_price_of_a_day_is_what_a_day_more_gains(cube):
    best = coupled_schedule(cube, CUT, Coupling(), bounds=BOUNDS)
    for d, name in enumerate(cube.departments):
        more = WhatIfCube(**vars(cube) | {"capacity": cube.capacity + (np.arange(3) == d)})
        gained = best.value - coupled_schedule(more, CUT, Coupling(), bounds=BOUNDS).value
        assert gained == pytest.approx(best.prices[d], rel=1e-6), name


def test_shared_inspectors_go_where_they_find_most(cube):
    shared = (Shared(100.0, ("ecology", "fire")),)
    best = coupled_schedule(cube, CUT, Coupling(shared), bounds=BOUNDS)
    assert best.lent.sum() == pytest.approx(100)
    assert best.lent[0, cube.departments.index("market")] == 0
    alone = coupled_schedule(cube, CUT, Coupling(), bounds=BOUNDS)
    by_hand = []
    for days in np.linspace(0, 100, 5):
        split = WhatIfCube(**vars(cube) | {"capacity": cube.capacity + np.array([days, 100 - days, 0.0])})
        by_hand.append(coupled_schedule(split, CUT, Coupling(), bounds=BOUNDS).value)
    assert best.value <= min(by_hand) + 1e-6
    assert best.value < alone.value


def test_joint_visits_spare_firms_visits_and_departments_days(cube):
    best = coupled_schedule(cube, CUT, Coupling(joint=(Joint(("market", "ecology"), saved=0.3),)), bounds=BOUNDS)
    alone = coupled_schedule(cube, CUT, Coupling(), bounds=BOUNDS)
    assert best.value < alone.value
    assert best.n_saved > 0
    together = best.visits[best.visits["departments"].map(len) == 2]
    assert set(together["sector"]) <= {"textiles", "transport"}
    assert (best.days <= cube.capacity + 1e-6).all()


def test_whole_visits_are_whole_and_their_gap_is_told(cube):
    best = coupled_schedule(cube, CUT, Coupling(whole=True), bounds=BOUNDS)
    assert best.visits["visits"].to_numpy() == pytest.approx(best.visits["visits"].round())
    free = coupled_schedule(cube, CUT, Coupling(), bounds=BOUNDS)
    assert free.value - 1e-6 <= best.value
    assert best.value - best.gap >= free.value * (1 - 1e-9)
    assert best.gap <= 1e-3 * best.value
    assert np.isnan(best.prices).all()


def test_no_tier_and_sector_has_more_visits_than_the_cap_allows(cube):
    best = coupled_schedule(cube, CUT, Coupling(cap=0.05), bounds=BOUNDS)
    firms = np.diff(cube.bearers[best.kpi.edges], axis=0).max(axis=1)[..., 0]
    for (k, sector), n in best.visits.groupby(["tier_code", "sector"])["visits"].sum().items():
        assert n <= 0.05 * firms[k, cube.sectors.index(sector)] + 1e-6


@pytest.mark.parametrize(("asked", "told"), [
    ({"objective": "burden"}, "objective 'burden' is not coupled"),
    ({"coupling": Coupling((Shared(5, ("navy",)),))}, "no department 'navy'; there are ecology, fire, market"),
    ({"coupling": Coupling(cap=0.001)}, "no coupled schedule keeps capacity, floors and cap"),
    ({"bounds": Bounds(min_ratio=0.9)}, "no coupled schedule keeps capacity"),
])  # fmt: skip
def test_what_cannot_be_coupled_is_refused(cube, asked, told):
    with pytest.raises(PolicyError, match=told):
        coupled_schedule(cube, CUT, **{"coupling": Coupling(), "bounds": BOUNDS} | asked)


def told_of(cube, coupling, bounds):
    with pytest.raises(PolicyError, match="no coupled schedule keeps capacity, floors and cap: ") as refused:
        coupled_schedule(cube, CUT, coupling, bounds=bounds)
    return str(refused.value).partition("cap: ")[2]


def test_days_that_are_too_few_are_told_with_those_that_are_enough(cube):
    text = told_of(cube, Coupling(), Bounds(min_ratio=0.9))
    assert cube.departments == ("ecology", "fire", "market")
    rows = cube.prefix[-1, :, 0]
    need = 0.9 * rows * [1.5, 1.0, 1.0]
    told = dict(re.findall(r"days of (\w+), where ([\d,.]+) are", text))
    assert {d: float(n.replace(",", "")) for d, n in told.items()} == pytest.approx(
        dict(zip(cube.departments, need, strict=True)), rel=1e-5
    )
    enough = np.array([float(told[d].replace(",", "")) for d in cube.departments])
    able = WhatIfCube(**vars(cube) | {"capacity": enough})
    assert np.isfinite(coupled_schedule(able, CUT, Coupling(), bounds=Bounds(min_ratio=0.9)).value)


def test_shared_days_are_counted_before_more_are_asked_for(cube):
    coupling = Coupling((Shared(1000.0, ("fire", "ecology")),))
    text = told_of(cube, coupling, Bounds(min_ratio=0.3))
    more = [float(n.replace(",", "")) for n in re.findall(r"where ([\d,.]+) are", text)]
    has = [CAPACITY[d] for d in re.findall(r"days of (\w+)", text)]
    short = 0.3 * cube.prefix[-1, :, 0] * [1.5, 1.0, 1.0] - [CAPACITY[d] for d in cube.departments]
    assert sum(more) - sum(has) == pytest.approx(max(short[0] + short[1] - 1000, 0) + max(short[2], 0), rel=1e-4)


@pytest.mark.parametrize("whole", [False, True])
def test_a_cap_that_is_too_low_is_told_with_the_least_that_is_enough(cube, whole):
    bounds = Bounds(min_ratio=0.01)
    text = told_of(cube, Coupling(cap=0.001, whole=whole), bounds)
    least = float(re.fullmatch(r"a cap of 0.001 visits to a firm, where ([\d.]+) are needed; raise .*", text)[1])
    edges = coupled_schedule(cube, CUT, Coupling()).kpi.edges
    firms = np.diff(cube.bearers[edges], axis=0)[..., 0]
    by_hand = (0.01 * firms.sum(axis=(1, 2)) / firms.max(axis=1).sum(axis=1)).max()  # all visits spread over all firms
    assert least == pytest.approx(by_hand, rel=1e-5) if not whole else by_hand <= least <= 2 * by_hand
    best = coupled_schedule(cube, CUT, Coupling(cap=least * (1 + 1e-9), whole=whole), bounds=bounds)
    assert np.isfinite(best.value)


def test_whole_visits_that_no_ratio_between_the_bounds_makes_are_refused(cube):
    with pytest.raises(PolicyError, match="move min_ratio and max_ratio apart, or leave whole= out"):
        coupled_schedule(cube, CUT, Coupling(whole=True), bounds=Bounds(min_ratio=0.0101, max_ratio=0.0101))


@pytest.mark.parametrize(("made", "told"), [
    (lambda: Joint(("a", "b"), 1.5), r"joint visits that save 1.5 of their days; give a share in \[0, 1\)"),
    (lambda: Joint(("a", "b"), 1), "joint visits that save 1 of"),
    (lambda: Joint(("a", "b"), float("nan")), "joint visits that save nan"),
    (lambda: Joint(("a", "b"), "x"), "joint visits that save 'x'"),
    (lambda: Joint(("a",), 0.9), "joint visits of a; give 2 or more departments"),
    (lambda: Joint(("a", "a")), "joint visits of a, a; give 2 or more departments, each once"),
    (lambda: Shared(5, "ab"), "shared inspectors of 'ab'; give departments as a tuple"),
    (lambda: Shared(5, ()), "shared inspectors of no department"),
    (lambda: Shared(-5, ("a",)), "-5 shared days"),
    (lambda: Shared(float("inf"), ("a",)), "inf shared days"),
    (lambda: Coupling(cap=-1), "a cap of -1"),
    (lambda: Coupling(cap=float("nan")), "a cap of nan"),
    (lambda: Coupling(Shared(5, ("a",))), r"shared=Shared.*; give a tuple of Shared"),
    (lambda: Coupling(joint=(Shared(5, ("a",)),)), r"joint=\(Shared.*; give a tuple of Joint"),
])  # fmt: skip
def test_what_departments_cannot_share_is_refused(made, told):
    with pytest.raises(PolicyError, match=told):
        made()


@pytest.mark.parametrize("rows", [
    {"score": [1.0, 2, 3], "department": ["x", "y", "y"], "size": ["s", "s", "s"]},
    {"score": [1.0, 2, 3, 4], "department": ["x", "x", "y", "y"], "size": ["s", "s", "s", "s"]},
    {"score": [1.0, 1], "department": ["x", "y"], "size": ["small", "large"]},
])  # fmt: skip
def test_departments_of_different_firms_do_not_come_together(rows):
    chances = [0.1] * len(rows["score"])
    mixed = WhatIfCube.build(**rows, expected_bad=chances, days=1.0, sector=["s"] * len(chances), capacity=[5, 5])
    with pytest.raises(PolicyError, match="x and y supervise different firms of a sector"):
        coupled_schedule(mixed, [], Coupling(joint=(Joint(("x", "y")),)))


def test_a_cube_that_lacks_capacity_or_sectors_is_refused():
    bare = WhatIfCube.build([1.0, 2], [0.1, 0.2], ["x", "y"], 1.0)
    with pytest.raises(PolicyError, match="no capacity"):
        coupled_schedule(bare, [], Coupling())
    able = WhatIfCube.build([1.0, 2], [0.1, 0.2], ["x", "y"], 1.0, capacity=[5, 5])
    with pytest.raises(PolicyError, match="knows no sector"):
        coupled_schedule(able, [], Coupling(cap=1))
