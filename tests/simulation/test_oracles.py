"""The exact values of the science (A1–A5, A7), by every engine that nests them."""

import numpy as np
import pytest
from simulation.models import TIERS, static

from credit_score.simulation import Scenario, simulate

DRAWN = ("cells", "events", "firms")


def within_errors(values, mean, *, variance=None):
    """Whether the mean of replications is within four standard errors of what it should be."""
    spread = np.sqrt(variance) if variance is not None else values.std(ddof=1)
    return abs(values.mean() - mean) < 4 * spread / np.sqrt(len(values))


def sampled(engine):
    """Events are drawn each for itself; the others by quota."""
    return {"sampling": "bernoulli" if engine == "events" else "quota"}


def yearly(measure):
    return measure.sum(("tier", "period")).to_numpy()


def test_a1_the_mean_field_has_the_static_values():
    result = simulate(static(), n_replications=0)
    assert yearly(result.inspections)[0] == pytest.approx(4900, abs=1e-9)
    assert yearly(result.detections)[0] == pytest.approx(570.4, abs=1e-9)
    assert yearly(result.undetected)[0] == pytest.approx(6229.6, abs=1e-9)
    uniform = static(schedule={tier: {"ratio": 0.049} for tier in TIERS})
    assert yearly(simulate(uniform, n_replications=0).detections)[0] == pytest.approx(266.56, abs=1e-9)


@pytest.mark.parametrize(("engine", "n"), [("cells", 5000), ("firms", 400)])
def test_a1_draws_by_quota_have_mean_and_variance(engine, n):
    found = yearly(simulate(static(), engine=engine, n_replications=n, seed=3).detections)
    assert within_errors(found, 570.4, variance=422.398)
    assert abs(found.var(ddof=1) / 422.398 - 1) < 4 * np.sqrt(2 / n)


@pytest.mark.parametrize(("engine", "n"), [("cells", 5000), ("events", 400), ("firms", 400)])
def test_a1_independent_visits_have_the_mean_and_a_larger_variance(engine, n):
    found = yearly(simulate(static(sampling="bernoulli"), engine=engine, n_replications=n, seed=4).detections)
    # Each of n p firms in violation is visited and found with chance r d.
    chances = np.array([0.008, 0.024, 0.064, 0.16])
    firms = np.array([800, 1500, 2000, 2500])
    variance = float(firms @ (chances * (1 - chances)))
    assert variance == pytest.approx(497.293, abs=0.001)
    assert within_errors(found, 570.4, variance=variance)
    assert abs(found.var(ddof=1) / variance - 1) < 4 * np.sqrt(2 / n)


HARRINGTON = [
    (0.05, 0.40, 20, 20, 0.5, 0.95, 1, 0.2, 0.12),
    (0.05, 0.40, 0, 20, 1, 0.95, 1, 1 / 9, 0.8 / 9),
    (0.10, 0.50, 10, 10, 1, 0.90, 1, 1 / 6, 1 / 6),
    (0.05, 0.40, 20, 20, 0.5, 0.95, 0.8, 1 / 6, 0.65 / 6),
]


@pytest.mark.parametrize("row", HARRINGTON)
def test_a2_firms_between_the_costs_comply_in_the_second_group(row):
    *told, share, visits = row
    scenario = Scenario.harrington(*told, cost=5.0, n_firms=90_000_000)
    result = simulate(scenario, n_replications=0)
    assert result.compliance.to_numpy() == pytest.approx(share, abs=1e-8)
    assert result.tier_shares.sel(tier="G2").to_numpy() == pytest.approx(share, abs=1e-8)
    assert result.inspected.to_numpy() == pytest.approx(visits, abs=1e-8)


@pytest.mark.parametrize("engine", DRAWN)
def test_a2_by_every_engine(engine):
    scenario = Scenario.harrington(*HARRINGTON[0][:7], cost=5.0, n_firms=2000, periods=30).altered(**sampled(engine))
    result = simulate(scenario, engine=engine, n_replications=300, seed=5)
    assert within_errors(result.compliance.mean("period").to_numpy(), 0.2)
    assert within_errors(result.inspected.mean("period").to_numpy(), 0.12)


@pytest.mark.parametrize(("top", "told"), [(20.0, 0.24), (60.0, 0.0855)])
def test_a2_leverage_pays_or_does_not(top, told):
    # Below the first cost all comply, between the two in the second group only, above nobody ever does.
    middle = (min(21.641025641, top) - 1) / top
    compliance = 1 / top + 0.2 * middle
    inspections = 0.05 / top + 0.12 * middle + 0.4 * (1 - 1 / top - middle)
    result = simulate(Scenario.harrington(*HARRINGTON[0][:7], cost=(0.0, top), n_firms=10**8), n_replications=0)
    found, visited = float(result.compliance.mean()), float(result.inspected.mean())
    assert found == pytest.approx(compliance, abs=1e-7)
    assert found == pytest.approx(told, abs=5e-5)
    assert visited == pytest.approx(inspections, abs=1e-7)
    uniform = visited * 20 / top  # those comply whose cost is below visits × fine
    assert (found > uniform) == (top == 20)


LADDER = (0.965483, 0.032183, 0.002011, 0.000323)


def ladder(n_firms, **fields):
    chances = dict(zip(TIERS, (0.05, 0.1, 0.2, 0.3), strict=True))
    ratios = zip(TIERS, (0.02, 0.05, 0.15, 0.40), strict=True)
    told = {
        "tiers": TIERS, "periods": 20, "per_year": 1, "violations": "afresh", "sensitivity": 0.9, "at_rest": True,
        "types": [{"name": "all", "firms": n_firms, "start": {"A": 1}, "violates": chances}],
        "schedule": {t: {"ratio": r} for t, r in ratios}, "rating": {"kind": "ladder", "release": 0.6},
    }  # fmt: skip
    return Scenario(**(told | fields))


def test_a3_the_ladder_comes_to_rest():
    result = simulate(ladder(10**9), n_replications=0)
    # From the balance of moves between neighbours.
    ratios = (
        np.array([0.02 * 0.05, 0.05 * 0.1, 0.15 * 0.2]) * 0.9 / (np.array([0.05 * 0.9, 0.15 * 0.8, 0.4 * 0.7]) * 0.6)
    )
    exact = np.cumprod([1, *ratios]) / np.cumprod([1, *ratios]).sum()
    assert exact == pytest.approx(LADDER, abs=5e-7)
    assert result.tier_shares.to_numpy()[0] == pytest.approx(np.tile(exact, (20, 1)), abs=2e-9)
    per_firm = {m: float(getattr(result, m).sum("tier").mean()) / 10**9 for m in ("inspections", "detections")}
    assert per_firm["inspections"] == pytest.approx(0.021350, abs=5e-7)
    assert per_firm["detections"] == pytest.approx(0.001103, abs=5e-7)
    assert float(result.undetected.sum("tier").mean()) / 10**9 == pytest.approx(0.050889, abs=5e-7)


@pytest.mark.parametrize("engine", DRAWN)
def test_a3_by_every_engine(engine):
    result = simulate(ladder(4000, **sampled(engine)), engine=engine, n_replications=400, seed=6)
    shares = result.tier_shares.mean("period")
    for tier, exact in zip(TIERS[:2], LADDER[:2], strict=True):
        assert within_errors(shares.sel(tier=tier).to_numpy(), exact)


def rated(rating, periods, n_firms, tiers=("A",)):
    return Scenario(
        tiers=tiers, periods=periods, per_year=1, violations="afresh", schedule={t: {"ratio": 1} for t in tiers},
        types=[{"name": "all", "firms": n_firms, "start": {"100": 1}, "violates": 0.03}], rating=rating,
    )  # fmt: skip


def decaying(step):
    return {
        "kind": "decaying", "cutoffs": [], "base": 100, "penalty": 12, "keep": 0.97, "lowest": -100, "highest": 100,
        "step": step,
    }  # fmt: skip


def test_a4_a_score_that_decays_has_mean_and_variance():
    result = simulate(rated(decaying(0.02), 900, 1000), n_replications=0)
    assert float(result.score_mean[0, -1]) == pytest.approx(88, abs=1e-8)
    # What falls between two points of the grid adds at most step² ÷ (4 (1 − φ²)).
    more = float(result.score_variance[0, -1]) - 144 * 0.03 * 0.97 / (1 - 0.97**2)
    assert 0 < more < 0.02**2 / (4 * (1 - 0.97**2))


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["cells", "firms"])
def test_a4_by_every_engine_whose_firms_time_moves(engine):
    result = simulate(rated(decaying(0.1), 250, 400), engine=engine, n_replications=100, seed=8)
    assert within_errors(result.score_mean[:, -1].to_numpy(), 88 + 12 * 0.97**250)
    # The grid adds .04 at most, a tenth of a standard error.
    assert within_errors(result.score_variance[:, -1].to_numpy() * 400 / 399, 70.9036)


def test_a4_points_expire():
    rating = {"kind": "expiring", "cutoffs": [88], "penalty": 12, "months": 36}
    result = simulate(rated(rating, 40, 1000, ("A", "B")), n_replications=0)
    assert float(result.rated_shares.sel(tier="A")[0, -1]) == pytest.approx(0.97**36 + 36 * 0.03 * 0.97**35, abs=1e-12)
    assert float(result.rated_shares.sel(tier="A")[0, -1]) == pytest.approx(0.705935, abs=5e-7)


@pytest.mark.parametrize("engine", ["cells", "firms"])
def test_a4_points_expire_by_every_engine(engine):
    rating = {"kind": "expiring", "cutoffs": [88], "penalty": 12, "months": 36}
    result = simulate(rated(rating, 40, 500, ("A", "B")), engine=engine, n_replications=60, seed=9)
    assert within_errors(result.rated_shares.sel(tier="A")[:, -1].to_numpy(), 0.705935)


def lasting(n_firms, **fields):
    kind = {"name": "all", "firms": n_firms, "start": {"A": 1}, "onset": 0.02, "cure": 0.05}
    told = {"tiers": ["A"], "periods": 10, "per_year": 1, "types": [kind], "schedule": {"A": {"ratio": 0.08}}}
    return Scenario(**(told | {"sensitivity": 0.9, "fix": 0.95, "at_rest": True} | fields))


def test_a5_prevalence_comes_to_rest():
    ends = 1 - 0.95 * (1 - 0.08 * 0.9 * 0.95)
    result = simulate(lasting(10**9), n_replications=0)
    assert result.prevalence.to_numpy() == pytest.approx(0.02 / (0.02 + ends), abs=1e-9)
    assert 0.02 / (0.02 + ends) == pytest.approx(0.148170, abs=5e-7)


@pytest.mark.parametrize("engine", DRAWN)
def test_a5_by_every_engine(engine):
    result = simulate(lasting(5000, **sampled(engine)), engine=engine, n_replications=300, seed=10)
    assert within_errors(result.prevalence[:, -1].to_numpy(), 0.148170)


@pytest.mark.parametrize("engine", DRAWN)
@pytest.mark.parametrize("n_firms", [7, 5000])
def test_few_firms_begin_at_rest_too(engine, n_firms):
    """Of no status there is a whole number of firms: each replication rounds so that the means are those at rest."""
    scenario = Scenario.skip_lot((1, 0.5, 0.2, 0.05), 0.04, 8, n_firms=n_firms, periods=1)
    result = simulate(scenario.altered(**sampled(engine)), engine=engine, n_replications=4000, seed=12)
    for share, exact in zip(result.level_shares[:, 0].to_numpy().T, LEVELS, strict=True):
        assert within_errors(share, exact)


@pytest.mark.parametrize("n_firms", [10, 10_000])
def test_means_at_rest_are_exact_for_any_number_of_firms(n_firms):
    result = simulate(Scenario.harrington(0.05, 0.4, 20, 20, 0.5, 0.95, 0.8, cost=10, n_firms=n_firms), engine="mean")
    assert result.compliance.to_numpy() == pytest.approx(1 / 6, abs=1e-9)


LEVELS = (0.031256, 0.045096, 0.081329, 0.842319)


def test_a7_skip_lot_comes_to_rest():
    p, q, fractions = 0.04, (1 - 0.04) ** 8, np.array([1, 0.5, 0.2, 0.05])
    spent = np.array([(1 / q - 1) / p, q**0 * (1 - q) / (p * 0.5), q * (1 - q) / (p * 0.2), q**2 / (p * 0.05)])
    exact = spent / spent.sum()
    assert exact == pytest.approx(LEVELS, abs=6e-7)
    result = simulate(Scenario.skip_lot(fractions, p, 8, n_firms=10**9), n_replications=0)
    assert result.level_shares.to_numpy()[0] == pytest.approx(np.tile(exact, (120, 1)), abs=1e-8)
    assert result.inspected.to_numpy() == pytest.approx(float(exact @ fractions), abs=1e-8)
    assert float(exact @ fractions) == pytest.approx(0.112186, abs=6e-7)


@pytest.mark.parametrize("engine", DRAWN)
def test_a7_by_every_engine(engine):
    scenario = Scenario.skip_lot((1, 0.5, 0.2, 0.05), 0.04, 8, n_firms=3000, periods=30).altered(**sampled(engine))
    result = simulate(scenario, engine=engine, n_replications=200, seed=11)
    shares = result.level_shares.mean("period").to_numpy()
    assert all(within_errors(shares[:, k], LEVELS[k]) for k in range(4))
    assert within_errors(result.inspected.mean("period").to_numpy(), 0.112186)
