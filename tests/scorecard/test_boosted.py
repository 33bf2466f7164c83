"""What boosted trees say, compiled: trends kept, specials outside them, what was never met neutral, counts as rows."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.scorecard import Binning, ScorecardClassifier

ROWS = 4000
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.OneCarries")  # x does, by design


@pytest.fixture(scope="module")
def hump():
    """Twice a number: of those near 0 most are bad, and -999 stands for firms of which hardly any is."""
    random = np.random.default_rng(0)
    x = random.uniform(-2, 2, ROWS)
    x[:800] = -999.0
    chance = np.where(x == -999, 0.02, np.where(np.abs(x) < 0.7, 0.6, 0.15))
    return pd.DataFrame({"x": x, "z": random.normal(size=ROWS)}), (random.random(ROWS) < chance).astype(int)


def page(card, name="x"):
    table = card.table_[card.table_["characteristic"] == name]
    return table.assign(rounded=table["points"].astype(int))


def fitted(rows, trend, **more):
    how = {"x": Binning(trend=trend, specials=(-999.0,), max_bins=5, **more)}
    return page(ScorecardClassifier("boosted", binning=how).fit(*rows))


@pytest.mark.parametrize("trend", ["ascending", "descending", "peak", "valley"])
def test_points_keep_the_trend_that_the_page_states(hump, trend):
    told = fitted(hump, trend)
    assert set(told["trend"]) == {trend}
    points = told[~told["attribute"].isin(["= -999", "–"])]["rounded"].to_numpy()
    steps = np.sign(np.diff(points))
    steps = steps[steps != 0]
    turns = int((np.diff(steps) != 0).sum())
    if trend in ("peak", "valley"):  # of the bad rate: points go the other way
        assert turns <= 1
        assert not len(steps) or steps[0] == (-1 if trend == "peak" else 1) or turns == 0
    else:
        assert turns == 0


def test_a_peak_is_found_where_it_is(hump):
    points = fitted(hump, "peak")
    inside = points[~points["attribute"].isin(["= -999", "–"])]["rounded"].to_numpy()
    assert inside.argmin() not in (0, len(inside) - 1)
    assert inside.min() < -20


@pytest.mark.parametrize("trend", ["ascending", "descending", "peak", "valley", "auto"])
def test_a_special_number_is_bound_by_no_trend(hump, trend):
    told = fitted(hump, trend).set_index("attribute")["rounded"]
    assert told["= -999"] == told.max() > 20


def test_a_shape_that_was_left_free_is_stated_as_no_trend(hump):
    assert set(fitted(hump, "auto")["trend"]) == {"none"}


def test_what_was_never_met_is_neutral(hump):
    rows, bad = hump
    kinds = pd.Categorical(np.where(np.arange(ROWS) % 2, "u", "v"))
    how = {
        "x": Binning(cuts=(-100.0, 0.0, 50.0), specials=(7.0,)),
        "kind": Binning(groups=(("u",), ("v",), ("never",))),
    }
    card = ScorecardClassifier("boosted", binning=how, min_iv=-1).fit(rows.assign(kind=kinds), bad)
    for name in ("x", "kind"):
        table = page(card, name) if name in set(card.table_["characteristic"]) else pd.DataFrame()
        if len(table):
            assert (table.loc[table["count"] == 0, "rounded"] == 0).all()
    points = card.points(rows.assign(kind=kinds))
    assert np.abs(points - card.card_.base_points).max() < 500


def test_a_weight_that_counts_is_so_many_equal_rows(hump):
    rows, bad = hump
    times = np.random.default_rng(1).integers(0, 4, ROWS)
    weighted = ScorecardClassifier("boosted").fit(rows, bad, sample_weight=times)
    again = np.repeat(np.arange(ROWS), times)
    repeated = ScorecardClassifier("boosted").fit(rows.iloc[again].reset_index(drop=True), bad[again])
    assert (weighted.points(rows) == repeated.points(rows)).all()


def test_a_distance_that_trees_do_not_keep_is_refused(hump):
    with pytest.raises(FitError, match="min_z for x, z with method 'boosted'"):
        ScorecardClassifier("boosted", min_z=2).fit(*hump)


@pytest.mark.parametrize(("how", "told"), [
    (Binning(groups=(("u",),)), "'x': groups for a column of numbers"),
    (Binning(cuts=(1.0,)), "'kind': cuts for a column of categories"),
    (Binning(specials=(1.0,)), "'kind': specials for a column of categories"),
    (Binning(groups=("uv", "w")), "'kind': group 'uv', which is no list of categories; write"),
])  # fmt: skip
def test_what_is_set_by_hand_for_the_other_kind_is_refused(hump, how, told):
    rows, bad = hump
    name = told.split("'")[1]
    table = rows.assign(kind=pd.Categorical(np.where(np.arange(ROWS) % 2, "u", "v")))
    with pytest.raises(FitError, match=told):
        ScorecardClassifier(binning={name: how}).fit(table, bad)


def test_a_weight_set_to_zero_by_hand_is_told_as_such(hump):
    card = ScorecardClassifier(fixed_weights={"x": 0.0}).fit(*hump)
    assert card.excluded_["x"] == "its weight was set to 0 by hand"


def test_a_column_without_a_value_is_missing_whatever_it_is_read_as(hump):
    rows, bad = hump
    kinds = pd.Categorical(np.where((bad == 1) ^ (np.arange(ROWS) % 3 == 0), "u", "v"))
    card = ScorecardClassifier().fit(rows.assign(kind=kinds), bad)
    odd = pd.DataFrame([{"x": None, "z": 0.0, "kind": np.nan}])
    known = pd.DataFrame({"x": [np.nan], "z": [0.0], "kind": pd.Categorical([None], categories=["u", "v"])})
    assert card.points(odd).tolist() == card.points(known).tolist()
