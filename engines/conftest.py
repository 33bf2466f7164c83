"""What tests on Spark share: an engine on this machine, and a small county read by either engine."""

import os
import sys
from pathlib import Path

import pytest

import credit_score as cs
from credit_score.engine import open_engine
from credit_score.errors import CreditScoreError
from credit_score.records.synthetic import make_county

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
DAY, SEED = "2023-06-30", 7


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Spark on two cores; where it cannot start the test skips with the reason, or fails if Spark is required."""
    try:
        return open_engine("spark", master="local[2]", spill=tmp_path_factory.mktemp("spark"))
    except CreditScoreError as error:
        if os.environ.get("CREDIT_SCORE_REQUIRE_SPARK") == "1":
            pytest.fail(f"{error}, and CREDIT_SCORE_REQUIRE_SPARK=1 asks for it")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """Raw records of 300 firms and as many persons, disputes and decisions, some rows to refuse."""
    folder = tmp_path_factory.mktemp("county") / "records"
    make_county(folder, n_enterprises=300, n_individuals=300, seed=SEED, events=True)
    return folder


@pytest.fixture(scope="session")
def on_duckdb(county):
    """The county's run on DuckDB."""
    return _run(county, open_engine())


@pytest.fixture(scope="session")
def on_spark(county, spark):
    """The same on Spark, from the raw files on."""
    return _run(county, spark)


def _run(county, engine):
    policy = cs.load_policy("gaoyang")
    records = cs.read_records(county, policy=policy, engine=engine)
    return cs.run_county(records, policy, as_of=DAY, seed=SEED)
