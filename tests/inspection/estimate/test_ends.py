"""The ends of a rate: closed forms, the roots they are, and how often they cover where few visits stand for many."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from credit_score.inspection.estimate import visit_rates
from credit_score.inspection.estimate.ends import Drawn, rate_ends, wilson
from credit_score.inspection.schedule import n_drawn

Z = norm.ppf(0.975)


def rates_of(*strata, drawn=None):
    """The rate of strata (firms, visits that came back, found), by the chance of those ``drawn``."""
    drawn = drawn or [n for _, n, _ in strata]
    chance = [m / firms for (firms, _, _), m in zip(strata, drawn, strict=True)]
    drawn_from = pd.DataFrame({
        "department": range(len(strata)), "tier_code": 0, "firms": [s[0] for s in strata], "draw_probability": chance,
    })  # fmt: skip
    rows = [
        {"department": i, "bad": int(j < found), "draw_probability": chance[i]}
        for i, (_, n, found) in enumerate(strata)
        for j in range(n)
    ]
    visits = pd.DataFrame(rows).assign(tier_code=0, stream="random")
    return visit_rates(visits, drawn_from, ["tier_code"]).iloc[0]


def test_of_none_or_all_found_the_interval_is_of_the_visits_made():
    """Wilson's z² ÷ (n + z²), n the visits corrected for the population and for few degrees of freedom."""
    n = 300 * 9999 / 9700 * (Z / student.ppf(0.975, 299)) ** 2
    none, every = rates_of((10_000, 300, 0)), rates_of((10_000, 300, 300))
    assert (none["hajek_low"], none["hajek_high"]) == (0, pytest.approx(Z**2 / (n + Z**2)))
    assert (1 - every["hajek_high"], 1 - every["hajek_low"]) == (0, pytest.approx(none["hajek_high"]))


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.97, 1.0])
def test_wilsons_ends_lie_z_standard_errors_of_their_own_away(rate):
    for end in wilson(rate, 40, Z):
        assert (rate - end) ** 2 == pytest.approx(Z**2 * end * (1 - end) / 40, abs=1e-12)


def test_what_was_visited_wholly_is_known_and_adds_no_width():
    alone, beside = rates_of((500, 20, 2)), rates_of((500, 20, 2), (20, 20, 6))
    assert beside["hajek"] == pytest.approx((500 * alone["hajek"] + 6) / 520)
    width, before = (row["hajek_high"] - row["hajek_low"] for row in (beside, alone))
    assert width < before * 500 / 520 * 1.1
    assert rates_of((20, 20, 6), (3, 3, 0))[["hajek_low", "hajek_high"]].tolist() == pytest.approx([6 / 23] * 2)


def test_visits_that_did_not_come_back_are_taken_to_be_like_those_of_their_stratum():
    whole, part = rates_of((1000, 100, 10), (1000, 100, 50)), rates_of((1000, 100, 10), (1000, 20, 10), drawn=[100] * 2)
    assert part["hajek"] == part["ht"] == pytest.approx(whole["hajek"]) == pytest.approx(0.3)
    assert part["hajek_high"] - part["hajek_low"] > 1.5 * (whole["hajek_high"] - whole["hajek_low"])


# Strata (firms, ratio, share in violation) of which the heavy ones often find nothing, or nothing else.
SPARSE = {
    "rare": [(3000, 0.02, 0.03), (500, 0.1, 0.05)], "common": [(3000, 0.02, 0.97), (500, 0.1, 0.95)],
    "beside one known": [(20, 1.0, 0.3), (500, 0.04, 0.1)], "many that hide few": [(3000, 0.01, 0.08), (100, 0.5, 0.4)],
}  # fmt: skip


@pytest.mark.parametrize("strata", SPARSE.values(), ids=SPARSE)
def test_intervals_cover_where_few_visits_stand_for_many_firms(strata):
    """1,000 years: a standard error of about .007."""
    random = np.random.default_rng(4)
    firms, ratio = np.array([s[0] for s in strata]), [s[1] for s in strata]
    bad = np.array([round(n * p) for n, _, p in strata])
    covered = 0
    for _ in range(1000):
        n = np.array([n_drawn(f, r, 0, random.random()) for f, r in zip(firms, ratio, strict=True)])
        found = random.hypergeometric(bad, firms - bad, n)
        of = np.repeat([0, 1], n)
        labels = np.concatenate([np.arange(m) < k for m, k in zip(n, found, strict=True)]).astype(float)
        drawn = Drawn(labels, (firms / n)[of], of, (firms - n) / (firms - 1))
        low, high = rate_ends(drawn, np.full(len(of), True), 0.95)
        covered += low <= bad.sum() / firms.sum() <= high
    assert covered / 1000 >= 0.94
