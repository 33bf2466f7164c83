"""The violation curve: held to scikit-learn's fit, to the sandwich of independent rows, and to its own draws."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from credit_score.errors import FitError
from credit_score.inspection.violation_curve import ViolationCurve, violation_curve

DEPARTMENTS = ["ecology", "fire", "health"]


def outcomes(n=4000, seed=1, without=()):
    luck = np.random.default_rng(seed)
    table = pd.DataFrame({
        "score": luck.normal(900, 60, n), "department": luck.choice([d for d in DEPARTMENTS if d not in without], n),
        "subject": [f"firm {i}" for i in range(n)], "draw_probability": luck.uniform(0.05, 0.5, n),
    })  # fmt: skip
    logit = -1 - 0.8 * (table["score"] - 900) / 60 + (table["department"] == "fire")
    return table.assign(bad=(luck.uniform(size=n) < expit(logit)).astype(int))


def test_without_a_prior_the_curve_is_scikit_learns_weighted_regression():
    seen = outcomes()
    curve = violation_curve(seen, DEPARTMENTS, prior=1e4)
    inputs = pd.get_dummies(seen["department"], dtype=float).assign(score=(seen["score"] - 900) / 60)
    weight = 1 / seen["draw_probability"]
    theirs = LogisticRegression(C=1e8, tol=1e-10, max_iter=500, fit_intercept=False)
    theirs.fit(inputs, seen["bad"], weight / weight.mean())
    asked = pd.DataFrame({"score": [780.0, 900, 1010]}).merge(pd.DataFrame({"department": DEPARTMENTS}), how="cross")
    dummies = pd.get_dummies(asked["department"], dtype=float).assign(score=(asked["score"] - 900) / 60)
    ours = curve.chances(asked["score"].to_numpy(), asked["department"].map(DEPARTMENTS.index).to_numpy())
    assert ours == pytest.approx(theirs.predict_proba(dummies)[:, 1], abs=1e-5)


def test_of_one_department_and_no_slope_the_variance_is_that_of_a_weighted_rate():
    """For a logit of a weighted mean p: Σ w² (y − p)² ÷ (Σ w p (1 − p))², the delta method."""
    seen = outcomes(n=500).assign(department="fire", score=np.tile([899.0, 901.0], 250))
    curve = violation_curve(seen, ["fire"], prior=1e4)
    w = (1 / seen["draw_probability"]).to_numpy()
    halves = [seen["score"].to_numpy() == s for s in (899.0, 901.0)]
    logits, variances = [], []
    for half in halves:
        y, v = seen["bad"].to_numpy()[half], w[half]
        p = v @ y / v.sum()
        logits.append(np.log(p / (1 - p)))
        variances.append((v**2) @ (y - p) ** 2 / (v.sum() * p * (1 - p)) ** 2)
    assert curve.levels[0] == pytest.approx(np.mean(logits), abs=1e-5)
    assert curve.covariance[0, 0] == pytest.approx(sum(variances) / 4, rel=1e-4)
    assert curve.covariance[1, 1] == pytest.approx(sum(variances) / 4, rel=1e-4)


def test_visits_to_one_firm_are_not_taken_as_independent():
    seen = outcomes(n=300)
    four_times = pd.concat([seen] * 4, ignore_index=True)
    once, copied = (violation_curve(rows, DEPARTMENTS, prior=1e4) for rows in (seen, four_times))
    assert copied.levels == pytest.approx(once.levels, abs=1e-6)
    assert copied.covariance == pytest.approx(once.covariance, rel=1e-4, abs=1e-8)


def test_a_department_without_a_visit_has_the_mean_level_and_is_known_less():
    curve = violation_curve(outcomes(without=["health"]), DEPARTMENTS, prior=2.0)
    assert curve.levels[2] == pytest.approx(curve.levels[:2].mean())
    assert curve.covariance[2, 2] > 4 > curve.covariance[:2, :2].max()
    assert curve.visits[2] == 0


def test_a_department_where_few_visits_found_nothing_is_not_told_as_without_violations():
    seen = outcomes(n=400)
    few = (seen["department"] != "health") | (seen.groupby("department").cumcount() < 5)
    seen = seen[few].assign(bad=lambda t: t["bad"].where(t["department"] != "health", 0))
    curve = violation_curve(seen, DEPARTMENTS)
    assert curve.found[2] == 0
    assert curve.chances(np.array([900.0]), np.array([2]))[0] > 0.01


def test_draws_have_the_mean_and_the_covariance_of_the_curve():
    curve = violation_curve(outcomes(n=600), DEPARTMENTS)
    drawn = curve.draws(20_000, seed=3)
    spread = np.sqrt(np.diag(curve.covariance))
    assert np.abs(drawn.mean(axis=0) - [*curve.levels, curve.slope]).max() < 5 * spread.max() / np.sqrt(20_000)
    assert np.cov(drawn.T) == pytest.approx(curve.covariance, abs=0.05 * spread.max() ** 2)
    assert np.array_equal(drawn, curve.draws(20_000, seed=3))


def test_a_curve_told_as_json_is_the_same_curve():
    curve = violation_curve(outcomes(n=200), DEPARTMENTS)
    again = ViolationCurve.from_dict(json.loads(json.dumps(curve.to_dict())))
    assert again.to_dict() == curve.to_dict()
    score, department = np.array([700.0, 950.0]), np.array([0, 2])
    assert np.array_equal(again.chances(score, department), curve.chances(score, department))


def test_visits_that_all_found_the_same_give_no_curve():
    with pytest.raises(FitError, match=r"all 50 visits found the same.*with and without a violation"):
        violation_curve(outcomes(n=50).assign(bad=0), DEPARTMENTS)
