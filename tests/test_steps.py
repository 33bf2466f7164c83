"""Progress of real work: told while it lasts, at its rate, on one line of a terminal or a few lines elsewhere."""

import io
import re
import time

import pandas as pd
import pytest

from credit_score.engine import how_far, kept, open_engine
from credit_score.steps import Steps
from credit_score.steps import end as end_all

ROWS = 3_000_000
LINE = rf" s  sorting: pass \d, \d+% of {ROWS:,} rows, [\d,]+ rows/s, \d+ s left$"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(scope="module")
def engine():
    made = open_engine()
    made.raw_sql(f"CREATE TABLE t AS SELECT i, hash(i) AS h, (i % 1000)::VARCHAR AS s FROM range({ROWS}) r(i)")
    return made


def work(engine):
    engine.raw_sql("CREATE OR REPLACE TABLE u AS SELECT *, row_number() OVER (PARTITION BY s ORDER BY h) AS n FROM t")


def told(engine, stream, **more):
    with Steps(quiet=False, stream=stream, **{"after": 0.1, "every": 0.2} | more) as steps:
        steps.know({"sorting": ROWS})
        steps("sorting")
        work(engine)
        steps("done")
    return stream.getvalue()


def test_a_long_step_tells_share_rate_and_time_left_on_lines_of_their_own(engine):
    first, *lines, last = told(engine, io.StringIO()).splitlines()
    assert (first[-7:], last[-4:]) == ("sorting", "done")
    assert lines
    assert all(re.search(LINE, line) for line in lines)
    shares = [int(re.search(r"(\d+)%", line)[1]) for line in lines]
    assert shares == sorted(shares)


def test_a_terminal_has_one_line_rewritten_and_cleared(engine):
    text = told(engine, Terminal())
    assert text.count("\n") == 2
    assert "\r\x1b[K" in text
    assert text.endswith("done\n\x1b[K")


def test_a_short_step_and_a_quiet_command_tell_nothing_of_how_far(engine):
    assert told(engine, io.StringIO(), after=60.0).count("\n") == 2
    with Steps(quiet=True, stream=(stream := io.StringIO())) as steps:
        steps("sorting")
        work(engine)
    assert not stream.getvalue()


def test_nothing_is_told_once_it_is_over_even_where_work_goes_on(engine):
    steps = Steps(quiet=False, stream=(stream := io.StringIO()), after=0.0, every=0.05)
    steps("sorting")
    end_all()
    before = stream.getvalue()
    work(engine)
    assert stream.getvalue() == before


def test_an_engine_at_rest_tells_nothing(engine):
    kept(engine, "small", pd.DataFrame({"n": [1]}))
    time.sleep(0.01)
    assert how_far() is None


def test_a_stream_that_is_closed_stops_no_work(engine):
    stream = io.StringIO()
    steps = Steps(quiet=False, stream=stream, after=0.0, every=0.05)
    steps("sorting")
    stream.close()
    work(engine)
    assert engine.table("u").count().execute() == ROWS
    steps._over.set()
