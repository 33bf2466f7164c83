"""What a learned card is: a page with integers, invariant to how rows are told, and a door that says what is wrong."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from credit_score.errors import FitError
from credit_score.scorecard import Binning, Boosting, NothingTells, ScorecardClassifier

METHODS = ["woe", "boosted"]
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.OneCarries")  # turnover does, by design


@pytest.mark.parametrize("method", METHODS)
def test_the_page_holds_whole_points_that_rise_as_risk_falls(rows, method):
    card = ScorecardClassifier(method=method, min_z=2 if method == "woe" else 0).fit(*rows)
    page = card.table_
    assert page["points"].dtype == int
    assert page["share"].groupby(page["characteristic"]).sum().to_numpy() == pytest.approx(1)
    assert page.groupby("characteristic")["count"].sum().tolist() == [4000] * 3
    met = page[(page["count"] > 100) & (page["characteristic"] != "age")]  # age holds a special number, not told apart
    for _, part in met.groupby("characteristic"):
        by_rate = part.sort_values("bad_rate")["points"]
        assert (by_rate.diff().dropna() <= (0 if method == "woe" else 6)).all()


@pytest.mark.parametrize("method", METHODS)
def test_it_finds_what_is_there(rows, more_rows, method):
    card = ScorecardClassifier(method=method, binning={"age": Binning(specials=(-9.0,))}).fit(*rows)
    table, bad = more_rows
    pd_bad = card.predict_proba(table)[:, 1]
    assert roc_auc_score(bad, pd_bad) > 0.76
    assert log_loss(bad, pd_bad) < log_loss(bad, np.full(len(bad), bad.mean())) - 0.03
    assert pd_bad.mean() == pytest.approx(bad.mean(), abs=4 * np.sqrt(bad.mean() / len(bad)))


def test_the_probability_is_read_off_the_points(rows):
    card = ScorecardClassifier(pdo=30, ref_score=500, ref_odds=20).fit(*rows)
    points, table = card.points(rows[0]), rows[0]
    odds = 20 * 2 ** ((points - 500) / 30)
    assert card.predict_proba(table)[:, 0] == pytest.approx(odds / (1 + odds))
    assert points.dtype == np.int64
    parts = card.card_.parts(table).sum(axis=1)
    assert (parts + card.card_.base_points == points).all()


def test_worked_by_hand_two_groups_and_one_weight():
    """Goods 90 and 30, bads 10 and 70: WOE ln(.75/.125) and ln(.25/.875), weight 1 without a penalty."""
    x = np.repeat(["a", "b", "a", "b"], [90, 30, 10, 70])
    bad = np.repeat([0, 1], [120, 80])
    card = ScorecardClassifier(l2=0.0, pdo=20, ref_score=600, ref_odds=50).fit(pd.DataFrame({"x": x}), bad)
    page, factor = card.table_.set_index("attribute"), 20 / np.log(2)
    assert page.loc["a", "woe"] == pytest.approx(np.log(0.75 / 0.125))
    assert card.coefficients_.loc["x", "weight"] == pytest.approx(1, abs=1e-6)
    assert page.loc["a", "points"] == round(factor * np.log(0.75 / 0.125))
    assert page.loc["b", "points"] == round(factor * np.log(0.25 / 0.875))
    assert card.card_.base_points == round(600 - factor * (np.log(50) - np.log(120 / 80)))


@pytest.mark.parametrize("method", METHODS)
def test_a_monotone_transform_of_a_number_changes_no_score(rows, method):
    table, bad = rows
    told = table.assign(turnover=np.exp(table["turnover"]), age=table["age"] ** 3)
    one, other = (ScorecardClassifier(method=method).fit(t, bad).points(t) for t in (table, told))
    assert (one == other).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_rows_changes_no_card(rows, method):
    table, bad = rows
    order = np.random.default_rng(5).permutation(len(bad))
    one = ScorecardClassifier(method=method).fit(table, bad)
    other = ScorecardClassifier(method=method).fit(table.iloc[order], bad[order])
    pd.testing.assert_frame_equal(one.table_, other.table_)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000))
def test_a_weight_of_two_is_a_row_told_twice(rows, seed):
    table, bad = rows[0].iloc[:800], rows[1][:800]
    times = np.random.default_rng(seed).integers(0, 4, 800)
    weighed = ScorecardClassifier().fit(table, bad, sample_weight=times.astype(float))
    again = ScorecardClassifier().fit(table.loc[np.repeat(table.index, times)], np.repeat(bad, times))
    one, other = weighed.table_.drop(columns="count"), again.table_.drop(columns="count")
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-7)


def test_swapping_good_and_bad_turns_the_signs(rows):
    table, bad = rows[0][["turnover"]], rows[1]
    one, other = (ScorecardClassifier(l2=0.0).fit(table, y) for y in (bad, 1 - bad))
    assert one.table_["woe"].to_numpy() == pytest.approx(-other.table_["woe"].to_numpy(), abs=1e-12)
    assert one.table_["points"].tolist() == (-other.table_["points"]).tolist()


def test_missing_special_unseen_and_rare_values_have_attributes(rows):
    table, bad = rows
    table = table.assign(sector=table["sector"].astype(object))
    table.loc[:9, "sector"] = [f"rare {i}" for i in range(10)]
    card = ScorecardClassifier(binning={"age": Binning(specials=(-9.0,))}).fit(table, bad)
    kinds = {c.name: [a.kind for a in c.attributes] for c in card.card_.characteristics}
    assert kinds["age"][-2:] == ["special", "missing"]
    assert kinds["sector"].count("other") == 1
    asked = pd.DataFrame({"turnover": [np.nan, 0], "age": [-9.0, 1], "sector": ["never met", "rare 3"]})
    parts = card.card_.parts(asked)
    assert parts["sector"].nunique() == 1  # what was never met is treated as the rare ones are


def test_bins_trends_and_weights_by_hand_are_kept(rows):
    binning = {
        "turnover": Binning(cuts=(-1.0, 0.0, 1.0)),
        "sector": Binning(groups=(("farm", "textile"), ("food",))),
        "age": Binning(trend="ascending"),
    }
    card = ScorecardClassifier(binning=binning, fixed_weights={"turnover": 0.5}, lowest_zero=True).fit(*rows)
    by_name = {c.name: c for c in card.card_.characteristics}
    assert by_name["turnover"].edges.tolist() == [-1, 0, 1]
    assert by_name["turnover"].weight == 0.5
    assert [a.values for a in by_name["sector"].of("values", "other")] == [("farm", "textile"), ("food",), ("parts",)]
    assert all(min(a.points for a in c.attributes) == 0 for c in card.card_.characteristics)
    assert "age" not in by_name or by_name["age"].trend == "ascending"


def test_groups_by_hand_name_categories_that_are_numbers_as_numbers_or_as_texts(rows):
    table, bad = rows
    table = table.assign(sector=pd.Categorical(table["sector"].cat.codes))
    groups = {"numbers": ((0, 1), (2, 3)), "texts": (("0", "1"), ("2", "3")), "both": ((0, "1"), ("2", 3))}
    cards = [ScorecardClassifier(binning={"sector": Binning(groups=g)}).fit(table, bad).card_ for g in groups.values()]
    assert cards[0] == cards[1] == cards[2]
    sector = next(c for c in cards[0].characteristics if c.name == "sector")
    assert [a.text() for a in sector.attributes] == ["0, 1", "2, 3", "*", "–"]
    assert len(cards[0].table()) > 4


@pytest.mark.parametrize(("cuts", "rates", "trend"), [
    ((1,), [0.1, 0.4], "ascending"), ((1,), [0.4, 0.1], "descending"), ((1, 2), [0.1, 0.4, 0.2], "peak"),
    ((1, 2), [0.4, 0.1, 0.2], "valley"), ((1, 2, 3), [0.4, 0.1, 0.2, 0.1], "none"),
    ((0.5, 1), [0.1, None, 0.4], "ascending"), ((1, 2), [0.1, 0.1, 0.4], "ascending"),
])  # fmt: skip
@pytest.mark.parametrize("asked", ["auto", "descending", "peak"])
def test_of_cuts_by_hand_the_page_states_the_trend_that_the_rates_have(cuts, rates, trend, asked):
    met = [r for r in rates if r is not None]
    x = np.repeat(np.arange(len(met)), 100.0)
    bad = np.concatenate([np.arange(100) < 100 * r for r in met])
    page = ScorecardClassifier(binning={"x": Binning(cuts=cuts, trend=asked)}).fit(pd.DataFrame({"x": x}), bad).table_
    expected = [np.nan if r is None else r for r in rates]
    assert page["bad_rate"][: len(rates)].tolist() == pytest.approx(expected, nan_ok=True)
    assert set(page["trend"]) == {trend}


def test_of_bins_by_hand_that_hold_all_rows_in_one_it_is_not_said_that_they_are_rare(rows):
    table, bad = rows
    binning = {"sector": Binning(groups=(tuple(table["sector"].cat.categories),))}
    told = ScorecardClassifier(binning=binning).fit(table, bad).excluded_
    assert told["sector"] == "all rows are in one attribute of those by hand"


def test_what_is_left_out_is_named_with_the_reason(rows):
    table, bad = rows
    table = table.assign(same=1.0, empty=np.nan, copy=table["turnover"], name="x")
    card = ScorecardClassifier(exclude=["age"], min_iv=0.01).fit(table, bad)
    told = card.excluded_
    assert (told["age"], told["same"], told["empty"], told["name"]) == (
        "excluded", "one value alone", "no value", "one value alone",
    )  # fmt: skip
    assert ("weight is 0" in told.get("copy", "")) or ("weight is 0" in told.get("turnover", "")) or len(told) == 4


def test_l1_leaves_out_more_and_more(rows):
    sizes = [len(ScorecardClassifier(l1=l1).fit(*rows).card_.characteristics) for l1 in (0, 0.02, 0.1)]
    assert sizes[0] == 3
    assert sizes == sorted(sizes, reverse=True)
    with pytest.warns(NothingTells, match="no characteristic tells good from bad; all get the same score"):
        assert len(ScorecardClassifier(l1=10.0).fit(*rows).card_.characteristics) == 0


def test_ten_thousand_categories_are_a_few_attributes():
    rng = np.random.default_rng(0)
    town = rng.integers(0, 10_000, 30_000)
    bad = (rng.random(30_000) < 0.2).astype(int)
    table = pd.DataFrame({"town": pd.Categorical(town.astype(str)), "x": rng.normal(size=30_000)})
    card = ScorecardClassifier(min_iv=-1).fit(table, bad)
    assert len(card.table_) < 15


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, y: (t, np.zeros(len(y))), "Only binary classification is supported.*1 class"),
        (lambda t, y: (t, np.arange(len(y)) % 3), "Only binary classification is supported.*3 class"),
        (lambda t, y: (t.assign(age=np.inf), y), "column 'age' holds 4000 infinite values, the first in row 0"),
        (lambda t, y: (t.assign(age=pd.Timestamp(0)), y), "column 'age' is of type datetime64"),
        (lambda t, y: (t, y[:-1]), "4000 rows and 3999 labels"),
    ],
)
def test_data_of_which_no_card_can_be_made_is_refused(rows, change, message):
    with pytest.raises(FitError, match=message):
        ScorecardClassifier().fit(*change(*rows))


def test_negative_weights_and_weights_of_one_class_are_refused(rows):
    table, bad = rows
    with pytest.raises(ValueError, match="weight -1 in row 0; give weights of 0"):
        ScorecardClassifier().fit(table, bad, sample_weight=np.where(bad, 1.0, -1.0))
    with pytest.raises(FitError, match="only one class has weight"):
        ScorecardClassifier().fit(table, bad, sample_weight=bad)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "magic"}, "method 'magic'; use one of woe, boosted"),
        ({"trend": "up"}, "trend 'up'; use one of"),
        ({"max_bins": 0}, "max_bins 0; give a whole number"),
        ({"min_share": 2}, r"min_share 2; give a finite number of at least 0 and of at most 1"),
        ({"min_z": -1}, "min_z -1; give a finite number of at least 0"),
        (
            {"binning": {"turnover": Binning(cuts=(1.0, 0.0))}},
            "characteristic 'turnover': cuts 1.0, 0.0 do not ascend",
        ),
        (
            {"binning": {"turnover": Binning(cuts=(1.0, 1.0))}},
            "do not ascend, so that intervals would overlap; give finite",
        ),
        ({"binning": {"sector": Binning(groups=(("farm",), ("farm", "food")))}}, "'farm' stands in two groups"),
        (
            {"binning": {"sector": Binning(groups=(3,))}},
            "'sector': group 3, which is no list of categories; write each",
        ),
        ({"binning": {"sector": Binning(groups=3)}}, "'sector': group 3, which is no list of categories"),
        ({"binning": {"sector": Binning(groups=((), ("farm",)))}}, r"'sector': group \(\), which is no list of"),
        ({"binning": {"turnover": Binning(cuts=("a",))}}, "'turnover': cuts a do not ascend, so that"),
        ({"binning": {"turnover": Binning(cuts=3)}}, "'turnover': cuts 3 do not ascend, so that"),
        ({"exclude": [0, "age"]}, r"exclude \[0, 'age'\]; give a list of names"),
        ({"exclude": None}, "exclude None; give a list of names"),
        ({"fixed_weights": {"age": -1.0}}, "weight of 'age' -1.0; give a finite number of at least 0"),
        ({"binning": {"turnver": Binning()}}, "no column turnver; the columns are turnover, age, sector"),
        ({"fixed_weights": {"size": 1.0}}, "no column size"),
        ({"pdo": 0}, "pdo 0"),
    ],
)
def test_settings_without_meaning_are_refused(rows, settings, message):
    with pytest.raises(FitError, match=message):
        ScorecardClassifier(**settings).fit(*rows)


def test_boosting_is_the_same_for_one_seed(rows):
    one, other = (ScorecardClassifier(method="boosted", boosting=Boosting(rounds=50)).fit(*rows) for _ in range(2))
    assert one.card_ == other.card_


def test_a_misspelt_name_to_exclude_is_refused_before_it_leaves_the_column_in():
    table = pd.DataFrame({"age_of_firm": [1.0, 2, 3, 4] * 20, "debts": [0.0, 1, 0, 2] * 20})
    with pytest.raises(FitError, match="no column age; the columns are age_of_firm, debts"):
        ScorecardClassifier(exclude=["age"]).fit(table, [0, 1] * 40)


def test_a_column_that_stands_twice_is_refused():
    table = pd.DataFrame([[1.0, 2.0], [2.0, 1.0]] * 20, columns=["debts", "debts"])
    with pytest.raises(FitError, match="column debts stands twice; give each column a name of its own"):
        ScorecardClassifier().fit(table, [0, 1] * 20)
    model = ScorecardClassifier().fit(table.set_axis(["debts", "other"], axis=1), [0, 1] * 20)
    with pytest.raises(FitError, match="column debts stands twice"):
        model.points(table)


def test_rows_are_scored_alike_as_array_and_as_frame_whichever_was_fitted(rows):
    table, bad = rows[0][["turnover", "age"]], rows[1]
    array = table.to_numpy()
    forms = {"array": array, "numbered": pd.DataFrame(array), "odd numbers": pd.DataFrame(array, columns=[7, 3])}
    expected = ScorecardClassifier().fit(table, bad).points(table)
    for fitted in forms.values():
        model = ScorecardClassifier().fit(fitted, bad)
        assert model.points(fitted).tolist() == expected.tolist()
        assert model.points(array).tolist() == expected.tolist()
    model = ScorecardClassifier().fit(array, bad)
    assert all(model.points(form).tolist() == expected.tolist() for form in forms.values())
    named = pd.DataFrame(array, columns=["x0", "x1"])
    with pytest.warns(UserWarning, match="X has feature names, but"):
        assert model.points(named[["x1", "x0"]]).tolist() == expected.tolist()
    with pytest.raises(FitError, match="no column 0, 1"):
        ScorecardClassifier().fit(pd.DataFrame(array), bad).points(forms["odd numbers"])
    with pytest.raises(ValueError, match="3 features"):
        model.points(pd.DataFrame(np.ones((2, 3))))


def test_an_infinite_number_in_an_array_is_refused_with_its_column_and_row(rows):
    array = rows[0][["turnover", "age"]].to_numpy()
    odd = array.copy()
    odd[7, 1] = -np.inf
    told = "column 'x1' holds 1 infinite values, the first in row 7; make them missing"
    with pytest.raises(FitError, match=told):
        ScorecardClassifier().fit(odd, rows[1])
    with pytest.raises(FitError, match=told):
        ScorecardClassifier().fit(array, rows[1]).points(odd)


def test_a_column_of_lists_is_refused(rows):
    with pytest.raises(FitError, match="column 'listed' holds what is no category: unhashable type: 'list'; turn it"):
        ScorecardClassifier().fit(rows[0].assign(listed=[["a"]] * len(rows[0])), rows[1])
