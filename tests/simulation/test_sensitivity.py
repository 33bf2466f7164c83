import numpy as np
import pytest

from credit_score.simulation import Scenario, ScenarioError
from credit_score.simulation.sensitivity import sensitivity


def span(low, high):
    return {"value": (low + high) / 2, "low": low, "high": high}


def prevalence_a5(onset):
    """Oracle A5: l ÷ (l + h)."""
    h = 1 - (1 - 0.05) * (1 - 0.08 * 0.9 * 0.95)
    return onset / (onset + h)


def a5(**more):
    firms = {"name": "x", "firms": 10**9, "start": {"A": 1}, "onset": span(0.01, 0.05), "cure": 0.05}
    told = {
        "tiers": ("A",),
        "periods": 3,
        "per_year": 1,
        "at_rest": True,
        "types": [firms],
        "sensitivity": 0.9,
        "fix": 0.95,
    }
    return Scenario(**(told | {"schedule": {"A": {"ratio": 0.08}}} | more))


def static(p_a, p_b, sensitivity=1.0):
    """A year of 3,000 firms of tier A, unseen, and 1,000 of B, of which half are seen."""
    firms = {"name": "x", "firms": 4000, "start": {"A": 0.75, "B": 0.25}, "violating": {"A": p_a, "B": p_b}}
    schedule = {"A": {"ratio": 0.0}, "B": {"ratio": 0.5}}
    return Scenario(tiers=("A", "B"), periods=1, per_year=1, types=[firms], schedule=schedule, sensitivity=sensitivity)


def test_one_range_explains_everything():
    found = sensitivity(a5(), n=256)
    assert found.n_runs == 256 * 3
    row = found.indices.iloc[0]
    assert row["parameter"] == "types.0.onset"
    assert (row["first"], row["total"]) == (pytest.approx(1, abs=0.02), pytest.approx(1, abs=0.02))
    swing = found.swings.iloc[0]
    assert swing["at_low"] == pytest.approx(prevalence_a5(0.01), abs=1e-8)
    assert swing["at_high"] == pytest.approx(prevalence_a5(0.05), abs=1e-8)
    assert found.at_value == pytest.approx(prevalence_a5(0.03), abs=1e-8)
    fine = prevalence_a5(np.linspace(0.01, 0.05, 100_001))
    assert found.mean == pytest.approx(fine.mean(), rel=1e-3)
    assert found.variance == pytest.approx(fine.var(), rel=0.02)


def test_numbers_that_add_up_explain_their_shares_of_the_variance():
    """Prevalence is ¾ p_A + ¼ p_B, over widths of .04 and .3: shares as (.03)² to (.075)²."""
    found = sensitivity(static(span(0.1, 0.14), span(0.1, 0.4)), n=2048).indices.set_index("parameter")
    share = 0.03**2 / (0.03**2 + 0.075**2)
    for tier, expected in (("A", share), ("B", 1 - share)):
        row = found.loc[f"types.0.violating.{tier}"]
        assert row["first"] == pytest.approx(expected, abs=0.01)
        assert row["total"] == pytest.approx(expected, abs=0.01)
        assert abs(row["first"] - expected) < 2 * row["first_within"]


def test_numbers_that_multiply_explain_more_together_than_apart():
    """Detections are 500 p_B d: with squared variation a and c the variance is as (1 + a)(1 + c) − 1."""
    found = sensitivity(static(0.1, span(0.1, 0.5), span(0.2, 1.0)), "detections", n=4096)
    told = found.indices.set_index("parameter")
    a, c = ((high - low) ** 2 / 12 / ((high + low) / 2) ** 2 for low, high in ((0.1, 0.5), (0.2, 1.0)))
    whole = (1 + a) * (1 + c) - 1
    p, d = told.loc["types.0.violating.B"], told.loc["sensitivity"]
    assert (p["first"], d["first"]) == (pytest.approx(a / whole, abs=0.02), pytest.approx(c / whole, abs=0.02))
    assert p["total"] == pytest.approx(a * (1 + c) / whole, abs=0.02)
    assert d["total"] == pytest.approx(c * (1 + a) / whole, abs=0.02)
    assert found.variance == pytest.approx(whole * (500 * 0.3 * 0.6) ** 2, rel=0.02)


def test_swings_are_ordered_and_hold_the_others_at_their_values():
    found = sensitivity(static(span(0.1, 0.14), span(0.1, 0.4), span(0.5, 0.9)), "detections", n=8).swings
    assert list(found["parameter"]) == ["types.0.violating.B", "sensitivity", "types.0.violating.A"]
    np.testing.assert_allclose(found["at_low"], [500 * 0.1 * 0.7, 500 * 0.25 * 0.5, 500 * 0.25 * 0.7])
    np.testing.assert_allclose(found["swing"], [500 * 0.3 * 0.7, 500 * 0.25 * 0.4, 0], atol=1e-9)


def test_a_seed_of_0_is_a_seed_and_leaves_others_luck_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - this is what must stay
    one, again, other = (sensitivity(static(0.1, span(0.1, 0.4), span(0.5, 0.9)), n=16, seed=s) for s in (0, 0, 1))
    assert one.indices.equals(again.indices)
    assert not one.indices.equals(other.indices)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_indices_are_the_same_for_any_threads():
    one, two = (sensitivity(static(0.1, span(0.1, 0.4)), n=64, threads=n) for n in (1, 2))
    assert one.indices.equals(two.indices)


@pytest.mark.parametrize(
    ("scenario", "more", "match"),
    [
        (static(0.1, 0.2), {}, "no number of the scenario is a range"),
        (static(0.1, span(0.1, 0.4)), {"n": 1000}, "base sample 1000; take a power of 2, 1024"),
        (static(0.1, span(0.1, 0.4)), {"n": 0}, "base sample 0"),
        (static(0.1, span(0.1, 0.4)), {"measure": "inspections"}, "inspections is 500 whatever the ranges"),
        (static(0.1, span(0.1, 0.4)), {"measure": "fines"}, "fines is 0 whatever the ranges"),
        (static(0.1, span(0.1, 0.4)), {"measure": "profit"}, "no total 'profit'"),
        (static(0.1, span(0.1, 0.4)), {"seed": 1.5}, "seed 1.5"),
        (static(0.1, span(0.1, 0.4)), {"level": 95}, "level 95; give a share between 0 and 1"),
        (static(0.1, span(0.1, 0.4)), {"threads": 0}, "threads 0"),
    ],
)
def test_what_cannot_be_analysed_is_refused(scenario, more, match):
    with pytest.raises(ScenarioError, match=match):
        sensitivity(scenario, **({"n": 8} | more))


def shared(low, high, name="both"):
    return span(low, high) | {"shared": name}


def test_numbers_that_share_are_one_number():
    """Prevalence is ¾ p_A + ¼ p_B: apart they explain shares of the variance, as one all of a greater one."""
    apart = sensitivity(static(span(0.1, 0.2), span(0.1, 0.4)), n=512)
    found = sensitivity(static(shared(0.1, 0.2), shared(0.1, 0.4)), n=512)
    assert (apart.n_runs, found.n_runs) == (512 * 4, 512 * 3)
    row = found.indices.set_index("parameter").loc["both"]
    assert (row["first"], row["total"]) == (pytest.approx(1, abs=0.02), pytest.approx(1, abs=0.02))
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])
    widths = np.array([0.75 * 0.1, 0.25 * 0.3])
    assert found.variance == pytest.approx(widths.sum() ** 2 / 12, rel=0.02)
    assert apart.variance == pytest.approx((widths**2).sum() / 12, rel=0.02)
    swing = found.swings.iloc[0]
    assert (swing["at_low"], swing["at_high"]) == (pytest.approx(0.1), pytest.approx(0.75 * 0.2 + 0.25 * 0.4))


def test_numbers_that_share_a_range_show_its_ends():
    found = sensitivity(static(shared(0.1, 0.2), shared(0.1, 0.2), span(0.5, 0.9)), "undetected", n=8)
    row = found.indices.set_index("parameter").loc["both"]
    assert (row["low"], row["high"]) == (pytest.approx(0.1), pytest.approx(0.2))
    assert list(found.indices["parameter"]) == ["both", "sensitivity"]
