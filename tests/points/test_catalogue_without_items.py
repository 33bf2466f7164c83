from datetime import date

import ibis

from credit_score.points.ledger import item_table
from credit_score.policy.ruleset import Catalogue


def test_a_catalogue_without_items_is_an_empty_table_of_the_same_types():
    """A policy without points for persons has such a catalogue."""
    table = item_table(Catalogue("individual", 0, (), ()), date(2014, 9, 1))
    assert ibis.duckdb.connect().execute(table.count()) == 0
    assert {str(table.schema()[name]) for name in ("item", "reference")} == {"string"}
    assert str(table.schema()["counts_from"]) == "date"
    assert {str(table.schema()[name]) for name in ("points_milli", "months")} == {"int64"}
