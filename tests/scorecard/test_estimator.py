"""The classifier keeps scikit-learn's contract, with both ways of learning."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from credit_score.scorecard import Boosting, ScorecardClassifier

FEW = Boosting(rounds=20, min_leaf=1)
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")  # of noise


@pytest.mark.thorough
@parametrize_with_checks([ScorecardClassifier(), ScorecardClassifier(method="boosted", boosting=FEW)])
def test_the_estimator_keeps_the_contract(estimator, check):
    check(estimator)
