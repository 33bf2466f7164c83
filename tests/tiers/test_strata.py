"""Rates of strata: by hand, unbiased under targeted draws, and none where nobody was drawn."""

import numpy as np
import pytest

from credit_score.errors import FitError
from credit_score.tiers import jeffreys_interval, stratum_rates


def test_worked_by_hand():
    table = stratum_rates([1, 0, 0, 1], [0.5, 0.25, np.nan, 1.0], ["a", "a", "a", "b"], strata=["a", "b", "c"])
    assert table["stratum"].tolist() == ["a", "b", "c"]
    assert table["drawn"].tolist() == [2, 1, 0]
    assert table["stands_for"].tolist() == [6, 1, 0]
    assert table["rate"][:2].tolist() == pytest.approx([2 / 6, 1])
    low, high = jeffreys_interval(2 / 6 * 36 / 20, 36 / 20)  # Kish: (2 + 4)² / (4 + 16)
    assert (table["low"][0], table["high"][0]) == pytest.approx((float(low), float(high)))


def test_of_a_stratum_nobody_was_drawn_from_no_rate_is_stated():
    table = stratum_rates([1, 1, 0], [np.nan, np.nan, 0.5], ["left alone", "left alone", "looked at"])
    told = table.set_index("stratum").loc["left alone"]
    assert not told["identified"]
    assert np.isnan([told["rate"], told["low"], told["high"]]).all()
    assert table.set_index("stratum").loc["looked at", "identified"]


def test_weights_undo_a_draw_that_goes_where_the_bad_are():
    draw, z = np.random.default_rng(2), []
    for _ in range(200):
        risky = draw.random(4000) < 0.3
        bad = draw.random(4000) < np.where(risky, 0.3, 0.05)
        chance = np.where(risky, 0.4, 0.05)
        seen = draw.random(4000) < chance
        z.append(stratum_rates(bad[seen], chance[seen], np.zeros(seen.sum()))["rate"][0] - 0.125)
        naive = bad[seen].mean()
        assert naive > 0.17
    assert abs(np.mean(z)) < 4 * np.std(z) / np.sqrt(len(z))


@pytest.mark.parametrize(
    ("columns", "more", "told"),
    [
        (([1], [0.0], ["a"]), {}, r"chance of being drawn 0 \(row 0\); give chances in \(0, 1\]"),
        (([1], [1.2], ["a"]), {}, r"chance of being drawn 1\.2"),
        (([1], [np.nan], ["a"]), {}, "no row was drawn at random"),
        (([2], [0.5], ["a"]), {}, "label 2; give 1 for bad"),
        (([1, 0], [0.5], ["a", "a"]), {}, "2 labels, 1 chances and 2 strata; give one of each a row"),
        (([1, 0], [0.5, 0.5], ["a"]), {}, "2 labels, 2 chances and 1 strata"),
        (([1, 0], [0.5, 0.5], ["a", None]), {}, "no stratum in row 1; give every row its stratum, or leave it out"),
        (([1, 0], [0.5, 0.5], [np.nan, 1.0]), {}, "no stratum in row 0"),
        (([1, 0], [0.5, 0.5], [np.nan, 1.0]), {"strata": [1.0, np.nan]}, "no stratum in row 0"),
        (([1], [0.5], ["a"]), {"strata": ["a", "a", "b"]}, "stratum a stands twice; name every stratum once"),
        (([1], [0.5], ["a"]), {"level": 1.5}, "level 1.5; give one between 0 and 1"),
        ((["x"], [0.5], ["a"]), {}, "a label of kind list that is no number; give numbers"),
        (([1], [0.5], ["a"]), {"strata": ["b"]}, "stratum 'a' is not among those given"),
    ],
)
def test_what_cannot_be_a_rate_is_refused(columns, more, told):
    with pytest.raises(FitError, match=told):
        stratum_rates(*columns, **more)
