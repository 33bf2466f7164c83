"""A card as SQL gives the integers of the card, on every row, in DuckDB; other dialects say the same words."""

from decimal import Decimal
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.scorecard import Attribute, Binning, Card, Characteristic, ScorecardClassifier, card_sql

SPECIAL = -9.0


def by_duckdb(card, table):
    with duckdb.connect() as connection:
        connection.register("rows", table.assign(at=np.arange(len(table))))
        text = card_sql(card, "rows", also=("at",))
        return connection.sql(text).df().sort_values("at")["score"].to_numpy()


@pytest.mark.parametrize("method", ["woe", "boosted"])
def test_sql_equals_python_on_every_row(rows, more_rows, method):
    card = ScorecardClassifier(method=method, binning={"age": Binning(specials=(SPECIAL,))}).fit(*rows).card_
    table = more_rows[0].assign(sector=more_rows[0]["sector"].astype(object))
    table.loc[:20, "sector"] = "never met"
    table.loc[20:40, "sector"] = None
    assert (by_duckdb(card, table) == card.points(table)).all()


@settings(max_examples=60)
@given(
    cuts=st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=6, unique=True).map(sorted),
    near=st.lists(st.integers(-2, 2), min_size=6, max_size=6),
)
def test_at_and_beside_every_cut_both_agree(cuts, near):
    """Any cut a double can hold: a decimal literal would be rounded twice on its way to one."""
    ends = [-np.inf, *cuts, np.inf]
    listed = [Attribute("interval", i, low=a, high=b) for i, (a, b) in enumerate(pairwise(ends))]
    card = Card((Characteristic("x", (*listed, Attribute("missing", 99))),), 0)
    steps = [c for cut, k in zip(cuts, near, strict=False) for c in (cut, np.nextafter(cut, np.inf * (k or 1)))]
    table = pd.DataFrame({"x": [*steps, np.nan, 0.0, -0.0, 1.7976931348623157e308, -1.7976931348623157e308]})
    assert (by_duckdb(card, table) == card.points(table)).all()


def test_names_and_values_cannot_leave_their_quotes():
    values = ("it's", 'a "b"', "; DROP TABLE rows; --")
    card = Card((Characteristic('x"; --', (Attribute("values", 5, values=values), Attribute("other", 1))),), 10)
    table = pd.DataFrame({'x"; --': [*values, "else"]})
    assert by_duckdb(card, table).tolist() == [15, 15, 15, 11]


def test_a_row_that_python_refuses_has_no_score():
    card = Card((Characteristic("x", (Attribute("values", 5, values=("a",)),)),), 10)
    found = by_duckdb(card, pd.DataFrame({"x": ["a", "b", None]}))
    assert found[0] == 15
    assert np.isnan(found[1:].astype(float)).all()


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_every_dialect_parses_as_its_own_and_keeps_the_cuts(rows, dialect):
    card = ScorecardClassifier().fit(*rows).card_
    text = card_sql(card, "firms", dialect=dialect)
    tree = sqlglot.parse_one(text, read=dialect)
    numbers = {float(n.this) for n in tree.find_all(sqlglot.exp.Literal) if not n.is_string}
    assert {abs(e) for c in card.characteristics for e in c.edges} <= numbers


def test_another_dialect_is_refused():
    with pytest.raises(FitError, match="dialect 'oracle'; use one of duckdb, postgres, spark"):
        card_sql(Card((), 0), "t", dialect="oracle")


def test_true_and_false_with_gaps_are_numbers_in_python_and_in_sql():
    """As pandas reads them from a CSV: an object column, whose texts an engine writes otherwise."""
    random = np.random.default_rng(2)
    bad = random.random(2000) < 0.3
    licensed = np.where(random.random(2000) < 0.1, None, (random.random(2000) < 0.7) ^ bad)
    table = pd.DataFrame({"licensed": pd.Series(licensed, dtype=object)})
    card = ScorecardClassifier().fit(table, bad.astype(int)).card_
    assert len(set(card.points(table))) == 3
    assert (by_duckdb(card, table.astype("boolean")) == card.points(table)).all()


@pytest.mark.parametrize("kept", ["object", "category"])
def test_decimals_are_numbers_in_python_and_in_sql_however_many_digits_they_have(kept):
    random = np.random.default_rng(2)
    bad = random.random(2000) < 0.3
    debt = [Decimal("1.50") if b ^ (r < 0.3) else Decimal(2) for b, r in zip(bad, random.random(2000), strict=True)]
    table = pd.DataFrame({"debt": pd.Series([None, *debt[1:]], dtype=object).astype(kept)})
    card = ScorecardClassifier().fit(table, bad.astype(int)).card_
    assert card.characteristics[0].is_numeric
    assert len(set(card.points(table))) == 3
    assert (by_duckdb(card, table.astype(object)) == card.points(table)).all()


def test_a_category_of_true_and_false_is_read_as_a_column_of_them():
    random = np.random.default_rng(2)
    bad = random.random(2000) < 0.3
    licensed = pd.Series((random.random(2000) < 0.7) ^ bad)
    plain, table = pd.DataFrame({"licensed": licensed}), pd.DataFrame({"licensed": licensed.astype("category")})
    table.loc[:40, "licensed"] = None
    card = ScorecardClassifier().fit(plain, bad.astype(int)).card_
    assert card.points(plain)[50:].tolist() == card.points(table)[50:].tolist()
    card = ScorecardClassifier().fit(table, bad.astype(int)).card_
    assert len(set(card.points(table))) == 3
    assert (by_duckdb(card, table.astype("boolean")) == card.points(table)).all()


def test_infinite_numbers_which_python_refuses_have_no_score():
    listed = [Attribute("interval", 1, high=0.0), Attribute("interval", 2, low=0.0), Attribute("missing", 99)]
    card = Card((Characteristic("x", tuple(listed)),), 0)
    found = by_duckdb(card, pd.DataFrame({"x": [np.inf, -np.inf, np.nan, 1.7e308, -1.7e308]}))
    assert pd.isna(found[:2]).all()
    assert found[2:].tolist() == [99, 2, 1]


def test_a_table_in_a_schema_is_told_in_parts():
    card = Card((Characteristic("x", (Attribute("interval", 7), Attribute("missing", 1))),), 10)
    with duckdb.connect() as connection:
        connection.execute('CREATE SCHEMA "the county"; CREATE TABLE "the county".firms AS SELECT 1.0 AS x')
        assert connection.sql(card_sql(card, ("the county", "firms"))).fetchall() == [(17,)]
