import numpy as np
import pytest

from credit_score.tiers import TierCalibrator


@pytest.fixture(scope="module")
def firms():
    rng = np.random.default_rng(4)
    score = rng.integers(0, 40, 3000)
    return score, rng.random(3000) < 1 / (1 + np.exp(0.15 * (score - 5)))


def costs(firms, **more):
    return TierCalibrator(**more).fit(*firms).costs_.set_index("constraint")


def test_each_constraint_that_is_set_has_a_row(firms):
    found = costs(firms, min_share=0.05, max_share=0.6, min_count=20, min_z=2)
    assert found.index.tolist() == ["min_share", "max_share", "min_count", "trend", "min_z"]
    assert found["value"].tolist() == [0.05, 0.6, 20, "ascending", 2]
    assert costs(firms, min_share=0, min_z=0).index.tolist() == ["trend"]


@pytest.mark.parametrize("objective", ["likelihood", "information", "shares", "detections"])
def test_no_constraint_costs_less_than_nothing_and_the_rest_does_not_bind(firms, objective):
    more = {"shares": {"shares": [0.05, 0.45, 0.45, 0.05]}}
    more["detections"] = {"ratios": [0.05, 0.1, 0.2, 0.5], "capacity": 500}
    found = costs(firms, objective=objective, min_share=0.15, min_z=3, **more.get(objective, {}))
    assert (found["difference"] >= -1e-9).all()
    assert found["difference"].to_numpy() == pytest.approx((found["without"] - found["objective"]).to_numpy())
    free = TierCalibrator(objective=objective, min_share=0, min_z=3, **more.get(objective, {})).fit(*firms)
    assert found.loc["min_share", "without"] == pytest.approx(free.objective_)
    assert found.loc["min_share", "difference"] > 0


def test_given_cut_offs_are_compared_with_the_best_by_likelihood(firms):
    found = costs(firms, objective="fixed", cutoffs=[35, 30, 25], min_z=1)
    best = TierCalibrator(min_z=1).fit(*firms)
    assert found.loc["fixed", "without"] == pytest.approx(best.objective_)
    assert found.loc["fixed", "difference"] > 0
    own = costs(firms, objective="fixed", cutoffs=best.cutoffs_, min_z=1)
    assert own.loc["fixed", "difference"] == pytest.approx(0, abs=1e-8)


def test_what_no_limits_allow_has_no_cost(firms):
    assert np.isnan(costs(firms, objective="fixed", cutoffs=[35, 30, 25], min_z=99).loc["fixed", "difference"])
