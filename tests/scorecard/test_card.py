"""A card scores by its attributes alone; what it lacks, or what overlaps in it, is refused."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.scorecard import Attribute, Card, Characteristic, Scaling

INF = float("inf")


def interval(low, high, points):
    return Attribute("interval", points, low=low, high=high)


SIZE = Characteristic("size", (
    interval(-INF, 0.5, -7), interval(0.5, 2, 3), interval(2, INF, 12), Attribute("special", -1, special=9.0),
    Attribute("missing", 4),
))  # fmt: skip
SECTOR = Characteristic("sector", (
    Attribute("values", 10, values=("farm", "food")), Attribute("other", 0, values=("rare",)), Attribute("missing", 2),
))  # fmt: skip
CARD = Card((SIZE, SECTOR), 500, Scaling(20, 600, 50))


def table(**more):
    data = {"size": [0.4, 0.5, 1.9, 2.0, 9.0, np.nan], "sector": ["farm", "food", "rare", "new", None, "farm"]}
    return pd.DataFrame(data | more)


def test_points_by_hand_an_end_belongs_to_the_interval_that_begins_there():
    assert CARD.points(table()).tolist() == [503, 513, 503, 512, 501, 514]
    parts = CARD.parts(table())
    assert parts["size"].tolist() == [-7, 3, 3, 12, -1, 4]
    assert (parts.sum(axis=1) + 500).tolist() == CARD.points(table()).tolist()


def test_order_of_columns_types_and_index_say_nothing():
    one = table()
    other = one[["sector", "size"]].assign(size=one["size"].astype("Float64"), sector=one["sector"].astype("category"))
    assert CARD.points(other.set_index(pd.Index(range(9, 15)))).tolist() == CARD.points(one).tolist()


def test_reasons_name_what_loses_most_and_stop_where_nothing_is_lost():
    found = CARD.reasons(table(), n=2)
    assert found.iloc[0].tolist() == ["size", ""]  # -7 of 12; 10 of 10
    assert found.iloc[3].tolist() == ["sector", ""]
    assert found.iloc[4].tolist() == ["size", "sector"]


def test_pdo_points_double_the_odds_and_the_reference_holds():
    scaling = Scaling(20, 600, 50)
    odds = np.exp(-scaling.bad_logit(np.array([600.0, 620, 580])))
    assert odds == pytest.approx([50, 100, 25])
    assert scaling.score(scaling.bad_logit(537.0)) == pytest.approx(537)


def test_the_page_says_each_attribute_in_signs():
    told = CARD.table().groupby("characteristic", sort=False)["attribute"].agg(list)
    assert told["size"] == ["(−∞, 0.5)", "[0.5, 2)", "[2, ∞)", "= 9", "–"]
    assert told["sector"] == ["farm, food", "*", "–"]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ([interval(-INF, 1, 0), interval(2, INF, 0)], "gap between 1 and 2; let each interval begin"),
        ([interval(-INF, 3, 0), interval(2, INF, 0)], "overlap between 3 and 2"),
        ([interval(0, 1, 0), interval(1, INF, 0)], "gap between -inf and 0"),
        ([interval(-INF, 1, 0)], "no attribute from 1 on"),
        ([interval(-INF, -INF, 0)], "holds no number"),
        ([interval(-INF, INF, 0), Attribute("special", 0)], "of kind 'special' without what it stands for"),
        ([Attribute("values", 0)], "of kind 'values' without what it stands for"),
        ([Attribute("missing", 0)], "neither intervals nor values alone"),
        ([interval(-INF, INF, 0), Attribute("values", 0, values=("a",))], "neither intervals nor values alone"),
        (
            [Attribute("values", 0, values=("a",)), Attribute("values", 1, values=("a",))],
            "'a' stands in two attributes",
        ),
        ([interval(-INF, INF, 0), Attribute("missing", 0), Attribute("missing", 1)], "has two attributes 'missing'"),
    ],
)
def test_attributes_that_leave_a_gap_or_overlap_are_refused(attributes, message):
    with pytest.raises(FitError, match="characteristic 'size'.*" + message.replace("(", r"\(")):
        Characteristic("size", tuple(attributes))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sector": [1.0] * 6}, "column 'sector' holds numbers, the card asks for categories"),
        ({"size": ["1"] * 6}, "column 'size' holds categories, the card asks for numbers"),
        ({"size": [1, 2, INF, 4, 5, -INF]}, "column 'size' holds 2 infinite values, the first in row 2; make them"),
        ({"size": pd.date_range("2023-01-01", periods=6)}, "column 'size' is of type datetime64"),
    ],
)
def test_columns_that_cannot_be_scored_are_refused(more, message):
    with pytest.raises(FitError, match=message):
        CARD.points(table(**more))


def test_what_the_card_has_no_attribute_for_is_refused_where_it_occurs():
    bare = Card((Characteristic("sector", (Attribute("values", 1, values=("farm", "food")),)),), 0)
    assert bare.points(table().iloc[:2]).tolist() == [1, 1]
    with pytest.raises(FitError, match=r"no attribute for 'new', 'rare'|no attribute for 'rare', 'new'"):
        bare.points(table().dropna())
    with pytest.raises(FitError, match="has missing values, and the card has no attribute for them"):
        bare.points(table().iloc[4:])
    with pytest.raises(FitError, match="no column sector; give a table with every characteristic"):
        bare.points(table()[["size"]])
    with pytest.raises(FitError, match="characteristic size stands twice"):
        Card((SIZE, SIZE), 0)


@pytest.mark.parametrize("more", [{"pdo": 0}, {"ref_odds": -1}, {"ref_score": float("nan")}])
def test_a_scaling_without_meaning_is_refused(more):
    with pytest.raises(FitError, match="give finite numbers, pdo and ref_odds above 0"):
        Scaling(**more)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (table().to_dict(), r"dict of shape \(\); give a frame, or an array with a row a case"),
        (table()["size"], r"Series of shape \(6,\); give a frame"),
        (np.ones(2), r"ndarray of shape \(2,\); give a frame"),
        (
            pd.concat([table(), table()[["size"]]], axis=1),
            "column size stands twice; give each column a name of its own",
        ),
    ],
)
def test_rows_that_are_no_table_or_have_a_column_twice_are_refused(rows, message):
    with pytest.raises(FitError, match=message):
        CARD.points(rows)


def test_a_name_as_text_and_as_number_is_one_name():
    card = Card((Characteristic("1", (interval(-INF, INF, 5), Attribute("missing", 0))),), 0)
    assert card.points(pd.DataFrame({1: [2.0], "2": [3.0]})).tolist() == [5]
    with pytest.raises(FitError, match="column 1 stands twice"):
        card.points(pd.DataFrame({1: [2.0], "1": [3.0]}))
    assert card.points(pd.DataFrame([[1.0, 2, 3]], columns=["1", "other", "other"])).tolist() == [5]
