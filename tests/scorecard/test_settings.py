"""A setting is one finite number in its range, and what is none is told with its name and value."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.scorecard import Binning, Boosting, Card, ScorecardClassifier
from credit_score.scorecard.intervals import Resampling, bootstrap_interval
from credit_score.scorecard.metrics import calibration
from credit_score.scorecard.settings import check_number
from credit_score.scorecard.stability import psi


@pytest.mark.parametrize("value", [1, 2.0, np.int64(3), np.float32(1.5), 0.5])
def test_numbers_in_their_range_pass(value):
    check_number("x", value, least=0, above=0, most=3)
    with pytest.raises(FitError, match=r"^x .*; give a finite number of at least 9 and of at most 10$"):
        check_number("x", value, least=9, most=10)


@pytest.mark.parametrize("value", ["1", None, True, np.nan, np.inf, 0, [1], 1.5])
def test_what_is_no_whole_number_above_0_is_refused(value):
    with pytest.raises(FitError, match=r"^x .*; give a whole number above 0$"):
        check_number("x", value, above=0, whole=True)


BAD = np.array([0, 1, 0, 0, 1, 1] * 50)
ROWS = pd.DataFrame({"a": [0.0, 1, 2, 0, 3, 2] * 50, "b": ["u", "v", "u", "v", "v", "u"] * 50}), BAD


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"l1": "a"}, "l1 'a'; give a finite number of at least 0"),
        ({"l2": -1}, "l2 -1; give a finite number of at least 0"),
        ({"min_iv": np.nan}, "min_iv nan; give a finite number"),
        ({"max_bins": "3"}, "max_bins '3'; give a whole number of at least 1"),
        ({"trend": "up"}, "trend 'up'; use one of none, ascending"),
        ({"exclude": "a"}, "exclude 'a'; give a list of names"),
        ({"binning": {"a": {}}}, r"binning of 'a' is \{\}; give a Binning"),
        ({"boosting": {"rounds": 3}}, "boosting is .*; give a Boosting"),
        ({"fixed_weights": {"a": "much"}}, "weight of 'a' 'much'; give a finite number"),
    ],
)
def test_a_card_is_not_learned_under_a_setting_it_cannot_use(settings, message):
    with pytest.raises(FitError, match=message):
        ScorecardClassifier(**settings).fit(*ROWS)


def test_settings_of_their_own_are_refused_where_they_are_made():
    for made in (lambda: Binning(specials=(np.nan,)), lambda: Binning(specials=(np.inf,))):
        with pytest.raises(FitError, match=r"special (nan|inf); give a finite number"):
            made()
    for name, wrong in (("rounds", 0), ("leaves", 1), ("learning_rate", 0), ("seed", 1.5), ("l2", -1)):
        with pytest.raises(FitError, match=f"{name} {wrong}"):
            Boosting(**{name: wrong})


def test_a_column_without_a_name_is_refused():
    with pytest.raises(FitError, match="column 2 has no name; give each column a name"):
        ScorecardClassifier().fit(ROWS[0].rename(columns={"b": " "}), ROWS[1])


def test_an_empty_card_has_a_page_and_no_count_of_reasons_is_less_than_one():
    page = Card((), 500).table()
    assert len(page) == 0
    assert list(page.columns)[:3] == ["characteristic", "attribute", "points"]
    card = ScorecardClassifier().fit(*ROWS).card_
    for n in (0, -1, 2.5):
        with pytest.raises(FitError, match=r"n .*; give a whole number of at least 1"):
            card.reasons(ROWS[0], n)


def test_shares_beside_a_part_without_cases_are_refused_also_as_counts_of_one():
    for pair in (([1, 0], [0.5, 0.5]), ([0.5, 0.5], [1, 0]), ([0.4, 0.6], [0.0, 1.0])):
        with pytest.raises(FitError, match=r"share of part . is 0; give counts"):
            psi(*pair)
    assert psi([1, 0], [5, 5]) > 0


def test_a_metric_of_many_numbers_has_no_interval():
    with pytest.raises(FitError, match="metric 'calibration' gives Calibration, not one number"):
        bootstrap_interval(calibration, [0, 1, 0, 1] * 9, [0.2, 0.4, 0.3, 0.1] * 9, Resampling(1))
