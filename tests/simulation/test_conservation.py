"""What holds in every scenario, whatever its numbers: firms in are firms out, and no visit finds more than there is."""

import numpy as np
import pytest
from simulation.models import SCANDAL, TIERS, full

from credit_score.simulation import simulate


def at_random(seed):
    """A scenario of which the numbers are drawn."""
    rng = np.random.default_rng(seed)
    departments = [{"name": n, "days": rng.uniform(0.5, 2)} for n in ("x", "y")]
    departments[0]["capacity"] = rng.uniform(20, 300)
    ratings = [
        {"kind": "fixed"}, {"kind": "ladder", "release": rng.uniform()}, {"kind": "skip_lot", "clearance": 2},
        {"kind": "expiring", "cutoffs": [95, 85, 75], "penalty": 10, "months": 5, "most": 3, "repair": rng.uniform()},
    ]  # fmt: skip
    plan = {t: {"ratio": rng.uniform(), "frequency": rng.uniform(1, 3), "floor": int(rng.integers(9))} for t in TIERS}
    fields = {"cap": int(rng.integers(1, 5)) if rng.uniform() < 0.7 else None, "rating": ratings[seed % 4]}
    return full(
        int(rng.integers(30, 900)), periods=15, departments=departments, schedule=plan, sensitivity=rng.uniform(),
        shocks=[SCANDAL, {"of": "capacity", "first": 4, "times": 0.5}] if rng.uniform() < 0.5 else [], **fields,
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["mean", "cells", "firms"])
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(s, marks=pytest.mark.thorough) for s in range(4, 16))])
def test_firms_visits_and_findings_add_up(seed, engine):
    scenario = at_random(seed)
    result = simulate(scenario, engine=engine, n_replications=0 if engine == "mean" else 4, seed=seed)
    records, m = result.records, result.numbers
    # Firms of a tier are those of the month before, with who moved in, out, left and entered.
    after = np.concatenate([records.firms[:, 1:], records.last[:, None]], axis=1).sum(axis=-1)
    flow = records.moved.sum(axis=2) - records.moved.sum(axis=3) - records.left.sum(axis=-1)
    flow[..., m.chain[0, m.entry[0]]] += records.entered.sum(axis=-1)
    assert after == pytest.approx(records.firms.sum(axis=-1) + flow, abs=1e-6)
    total = scenario.n_firms + records.entered.sum(axis=(1, 2)) - records.left.sum(axis=(1, 2, 3))
    assert records.last.sum(axis=(1, 2)) == pytest.approx(total, abs=1e-6)
    room = 1e-9
    assert (records.found <= records.visits + room).all()
    assert (records.found <= records.violating + room).all()
    assert (records.violating <= records.firms + room).all()
    assert all((np.asarray(a) >= -room).all() for a in records[:-3])
    # What is left over of a visit counts in the next period: days to date are never more than there were.
    days, capacity = result.days.to_numpy(), result.capacity.to_numpy()
    assert (days.cumsum(axis=1) <= capacity.cumsum(axis=0) + 1e-6).all()
    assert (days < capacity + m.days[0]).all()
    if engine != "mean":
        assert all((a == np.rint(a)).all() for a in records[:8])


@pytest.mark.parametrize("engine", ["cells", "firms"])
@pytest.mark.parametrize("cap", [1, 2, 5])
def test_no_year_holds_more_visits_than_the_cap_allows_everybody(engine, cap):
    often = full(
        90, periods=36, cap=cap, schedule={t: {"ratio": 1, "frequency": 50} for t in TIERS}, rating={"kind": "fixed"}
    )
    closed = often.altered(types=[{**t, "leave": 0, "enter": 0} for t in (one.model_dump() for one in often.types)])
    visits = simulate(closed, engine=engine, n_replications=3).inspections.sum("tier").to_numpy()
    for first in range(25):
        assert (visits[:, first : first + 12].sum(axis=1) <= 90 * cap).all()
    # Everybody is visited as often as the wait between visits lets.
    assert (visits.sum(axis=1) == 90 * len(range(0, 36, -(-12 // cap)))).all()


@pytest.mark.parametrize("engine", ["mean", "cells", "firms"])
@pytest.mark.parametrize(
    ("days", "capacity", "visits"), [(1, 10, 10), (1, 23.9, 23.9), (1.5, 100, 200 / 3), (30, 100, 10 / 3)]
)
def test_days_left_over_of_a_visit_are_not_lost(engine, days, capacity, visits):
    """More is planned than a department of few days can do: in ten years it makes what all its days allow."""
    departments = [{"name": "x", "days": days, "capacity": capacity}]
    types = [{"name": "all", "firms": 1000, "start": {"D": 1}, "department": "x"}]
    scenario = full(departments=departments, types=types, periods=120, rating={"kind": "fixed"})
    made = simulate(scenario, engine=engine, n_replications=0 if engine == "mean" else 2).inspections
    made, visits = made.sum(["period", "tier"]).to_numpy(), capacity / days
    assert made == pytest.approx(10 * visits) if engine == "mean" else (made == np.floor(10 * visits + 1e-9)).all()


@pytest.mark.parametrize("engine", ["cells", "firms"])
def test_visits_without_days_wait_and_are_made_later(engine):
    departments = [{"name": "x", "days": 1, "capacity": 120}]
    types = [{"name": "all", "firms": 500, "start": {"D": 1}, "department": "x"}]
    plan = {t: {"ratio": 0.36} for t in TIERS}
    shock = {"of": "capacity", "first": 3, "periods": 2, "times": 3}
    scenario = full(departments=departments, types=types, schedule=plan, shocks=[shock], rating={"kind": "fixed"})
    result = simulate(scenario, engine=engine, n_replications=2)
    # 15 visits a month are planned, 10 can be made; in months 3 and 4, 30.
    assert result.inspections.sum("tier").to_numpy().tolist() == [[10, 10, 25, 15] + [10] * 8] * 2
    assert result.waiting.sum("department").to_numpy().tolist() == [[5, 10, 0, 0, 5, 10, 15, 20, 25, 30, 35, 40]] * 2
