"""Charts of tiers: rates with intervals, none where none is identified; odds in all beside odds within groups."""

import numpy as np
import pandas as pd
import pytest

from credit_score.tiers import gradient_table
from credit_score.tiers.plots import plot_gradient, plot_tier_rates

TIERS = pd.DataFrame({
    "name": list("ABC"), "share": [0.6, 0.3, 0.1], "rate": [np.nan, 0.1, 0.3], "rate_low": [0.0, 0.05, 0.2],
    "rate_high": [1.0, 0.2, 0.4],
})  # fmt: skip


@pytest.mark.parametrize(("lang", "told"), [("zh", "问题率无从得知"), ("en", "rate not identified")])
def test_a_tier_nobody_was_drawn_from_has_no_point_and_says_so(ax, texts, lang, told):
    assert plot_tier_rates(TIERS, ax, lang=lang) is ax
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert points.get_xdata().tolist() == [10.0, 30.0]
    assert sum(told in text for text in texts(ax)) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_odds_stand_twice_a_pair(ax, texts, lang):
    draw = np.random.default_rng(1)
    tier, group = draw.integers(0, 3, 600), draw.integers(0, 4, 600)
    table = gradient_table(tier, (draw.random(600) < 0.1 + 0.1 * tier).astype(int), group)
    assert plot_gradient(table, ax, lang=lang) is ax
    said = texts(ax)
    assert {"B : A", "C : B"} <= set(said)
    assert not any("$" in text for text in said)
    assert len(ax.get_legend().get_texts()) == 2
