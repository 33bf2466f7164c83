import numba
import numpy as np
import pytest

from credit_score.simulation import Scenario, ScenarioError, simulate, totals
from credit_score.simulation.engines import prepared
from credit_score.simulation.ranges import drawn


def full(**more):
    """Two departments, moving tiers, fines, entry and exit: every total is something."""
    start = {"A": 0.7, "B": 0.3}
    types = [
        {"name": n, "firms": 400, "start": start, "department": d, "onset": o, "cure": 0.05, "violating": 0.1,
         "leave": 0.01, "enter": 40.0}
        for n, d, o in (("x", "fire", 0.02), ("y", "food", {"value": 0.05, "low": 0.02, "high": 0.08}))
    ]  # fmt: skip
    told = {
        "tiers": ("A", "B"), "periods": 12, "types": types, "sensitivity": 0.8, "fines": {"A": 10.0, "B": 30.0},
        "schedule": {"A": {"ratio": 0.3}, "B": {"ratio": 0.9, "frequency": 2}},
        "departments": [
            {"name": "fire", "days": 2.0}, {"name": "food", "days": {"value": 1.0, "low": 0.5, "high": 2.0}},
        ],
        "rating": {"kind": "ladder", "release": 0.5},
    }  # fmt: skip
    return Scenario(**(told | more))


def by_hand(result):
    """The totals from the arrays of a result, axis by axis."""
    sums = {name: getattr(result, name) for name in ("inspections", "detections", "days", "fines")}
    means = {name: getattr(result, name) for name in ("prevalence", "compliance", "undetected")}
    means["violations"] = result.prevalence * result.firms.sum("tier")
    over = {name: array.sum([d for d in array.dims if d != "replication"]) for name, array in sums.items()}
    for name, array in means.items():
        whole = array.sum("tier") if "tier" in array.dims else array
        over[name] = whole.mean("period")
    return {name: array.to_numpy() for name, array in over.items()}


@pytest.mark.parametrize(("engine", "n"), [("mean", 0), ("cells", 20)])
def test_totals_are_those_of_the_arrays_of_a_result(engine, n):
    told = totals.totals(full(), list(totals.TOTALS), engine=engine, n=max(n, 1), seed=5)
    expected = by_hand(simulate(full(), engine=engine, n_replications=n, seed=5))
    assert set(told) == set(expected)
    for name, values in told.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-12)


def test_totals_of_many_draws_are_the_same_in_any_batches_and_threads(monkeypatch):
    draws = drawn(full(), 50, seed=1)
    whole = totals.totals(full(), ["undetected", "days"], draws, threads=1)
    monkeypatch.setattr(totals, "BATCH", 7)
    monkeypatch.setattr(totals, "CACHED_BYTES", 3 * totals.n_bytes(12, 4, 2, 3))
    for threads in (1, 2):
        parts = totals.totals(full(), ["undetected", "days"], draws, threads=threads)
        assert all(np.array_equal(parts[name], whole[name]) for name in whole)
    assert len(np.unique(whole["days"])) == 50


def test_many_draws_need_no_loop_compiled_anew():
    assert numba.typeof(prepared(full(), drawn(full(), 3, seed=1))) == numba.typeof(prepared(full()))


def test_what_is_no_total_is_refused():
    with pytest.raises(ScenarioError, match="no total 'profit'; totals are"):
        totals.totals(full(), ["profit"])
