"""A card as SQL gives the integers of the card on every row, in a real PostgreSQL and a real Spark.

Run by ``nox -s engines``; Spark needs Java 17 or later. Cells are the hard ones: numbers beside cuts that no decimal
holds, NaN and NULL, quotes, backslashes and blanks in categories and in names.
"""

import itertools

import numpy as np
import pandas as pd
import pgserver
import psycopg
import pytest
from pyspark.sql import SparkSession

from credit_score.scorecard import Attribute, Binning, Card, Characteristic, ScorecardClassifier, card_sql

CUTS = [-2.5, 5e-324, 1e-300, 0.1, 0.1 + 0.2, float(np.nextafter(1, 2)), 7.0, 123456789.123456789, 1e300]
TEXTS = [
    "a", "A", " a", "a ", "", "it's", 'say "x"', "back\\slash", "\\n", "\\'", "tab\t", "new\nline", "餐饮", "é", "😀",
    "%_", "`tick`",
]  # fmt: skip
NUMBER, KIND = 'x "q" 值', "kind`s"


def hard():
    """A card with an attribute for every cut and text, and rows of every number with every text."""
    ends = itertools.pairwise([-np.inf, *CUTS, np.inf])
    numbers = [Attribute("interval", 3 * i - 5, low=a, high=b) for i, (a, b) in enumerate(ends)]
    kinds = [Attribute("values", 10 + i, values=(text,)) for i, text in enumerate(TEXTS)]
    card = Card(
        (
            Characteristic(NUMBER, (*numbers, Attribute("special", 77, special=-9.0), Attribute("missing", 99))),
            Characteristic(KIND, (*kinds, Attribute("other", -1, values=("rare",)), Attribute("missing", -50))),
        ),
        500,
    )
    beside = [np.nextafter(cut, end) for cut in CUTS for end in (-np.inf, np.inf)]
    edges = [0.0, -0.0, 1.7976931348623157e308, -1.7976931348623157e308, np.nan, -9.0, float(np.nextafter(-9, -10))]
    pairs = itertools.product([*CUTS, *beside, *edges], [*TEXTS, None, "never met", "rare"])
    return card, pd.DataFrame(pairs, columns=[NUMBER, KIND])


def learned():
    """A fitted card with special numbers, categories and missing values, and the rows it was fitted to."""
    draw = np.random.default_rng(1)
    n = 4000
    table = pd.DataFrame({
        "turnover": np.where(draw.random(n) < 0.1, np.nan, draw.gamma(2, 3, n)),
        "age": np.where(draw.random(n) < 0.05, -1.0, draw.integers(0, 40, n)),
        "sector": pd.array(draw.choice(["农", "food", "it's", None], n), dtype="str"),
    })  # fmt: skip
    chance = 1 / (1 + np.exp(1 - 0.2 * table["turnover"].fillna(4) + 0.02 * table["age"]))
    card = ScorecardClassifier(binning={"age": Binning(specials=(-1.0,))}).fit(table, draw.random(n) < chance).card_
    return card, table


CASES = {"hard": hard, "learned": learned}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri()) as connection:
        yield connection
    server.cleanup()


@pytest.fixture(scope="module")
def spark():
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.warehouse.dir", "/nowhere").getOrCreate()
    yield session
    session.stop()


def as_rows(table):
    """Rows for a database: numbers, NaN included, and texts or None."""
    columns = [
        list(column) if column.dtype.kind == "f" else [None if pd.isna(text) else text for text in column]
        for _, column in table.items()
    ]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("absent", ["NaN", "NULL"])
@pytest.mark.parametrize("case", CASES)
def test_postgresql_gives_the_integers_of_the_card(postgres, case, absent):
    card, table = CASES[case]()
    expected = dict(enumerate(card.points(table)))
    quoted = ['"' + name.replace('"', '""') + '"' for name in table.columns]
    numeric = [kind.kind == "f" for kind in table.dtypes]
    typed = [f"{q} {'double precision' if n else 'text'}" for q, n in zip(quoted, numeric, strict=True)]
    postgres.execute("DROP TABLE IF EXISTS firms")
    postgres.execute(f"CREATE TABLE firms (at bigint, {', '.join(typed)})")
    with postgres.cursor().copy("COPY firms FROM STDIN") as copy:
        for at, row in enumerate(as_rows(table)):
            copy.write_row((at, *row))
    if absent == "NULL":
        for q in itertools.compress(quoted, numeric):
            postgres.execute(f"UPDATE firms SET {q} = NULL WHERE {q} = 'NaN'")
    text = card_sql(card, "firms", dialect="postgres", also=("at",))
    assert dict(postgres.execute(text).fetchall()) == expected


@pytest.mark.parametrize("ansi", ["true", "false"])
@pytest.mark.parametrize("absent", ["NaN", "NULL"])
@pytest.mark.parametrize("case", CASES)
def test_spark_gives_the_integers_of_the_card(spark, tmp_path, case, absent, ansi):
    card, table = CASES[case]()
    expected = dict(enumerate(card.points(table)))
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    _parquet(table.rename_axis("at").reset_index(), tmp_path / "firms.parquet", nan=absent == "NaN")
    spark.read.parquet(str(tmp_path / "firms.parquet")).createOrReplaceTempView("firms")
    found = spark.sql(card_sql(card, "firms", dialect="spark", also=("at",))).collect()
    assert {row["at"]: row["score"] for row in found} == expected


def _parquet(table, path, *, nan):
    """Rows as a file, in which a missing number is NaN, or NULL."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        name: pa.array(table[name].to_numpy(), from_pandas=not nan) if table[name].dtype.kind == "f"
        else pa.array([None if pd.isna(v) else v for v in table[name]])
        for name in table.columns
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)
