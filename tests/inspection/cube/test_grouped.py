import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from credit_score.errors import FitError
from credit_score.inspection import WhatIfCube


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    n = 900
    firms = pd.DataFrame({"sector": random.choice(["a", "b"], n // 3), "size": random.choice(["s", "l"], n // 3)})
    frame = pd.DataFrame({
        "score_milli": random.integers(-5_000, 100_000, n), "department": np.tile(["x", "y", "z"], n // 3),
        "expected_bad": random.random(n), "days": random.random(n), "subject": np.arange(n) // 3,
    })  # fmt: skip
    return frame.join(firms, on="subject")


def test_the_engine_groups_to_the_same_cube_as_the_arrays_give(rows):
    held = WhatIfCube.of_table(ibis.memtable(rows), sensitivity=0.8)
    by_array = WhatIfCube.build(
        rows["score_milli"] / 1000, rows["expected_bad"], rows["department"], rows["days"], 0.8, rows["sector"],
        rows["size"], rows["subject"], n_bins=1000,
    )  # fmt: skip
    assert held.departments == by_array.departments == ("x", "y", "z")
    assert held.firms.tolist() == by_array.firms.tolist()
    for cutoffs in ([80, 50, 20], [60.5, 12]):
        ratios = np.linspace(0.1, 0.9, len(cutoffs) + 1)
        both = held.evaluate(cutoffs, ratios), by_array.evaluate(cutoffs, ratios)
        for name in ("inspections", "detections", "undetected", "days", "variance", "predictive_variance", "burden"):
            ours, theirs = (getattr(kpi, name) for kpi in both)
            assert ours == pytest.approx(theirs)


def test_without_firms_each_row_is_one_and_without_sector_there_is_no_burden(rows):
    table = ibis.memtable(rows)
    assert WhatIfCube.of_table(table.drop("subject")).firms.sum() == len(rows)
    assert WhatIfCube.of_table(table.drop("size")).sizes == ("",)
    assert WhatIfCube.of_table(table.drop("sector", "size")).bearers is None


@pytest.mark.parametrize(("change", "told"), [
    (lambda t: t.drop("days"), "a table without days"),
    (lambda t: t.filter(t.days < 0), "no row"),
    (lambda t: t.mutate(expected_bad=t.expected_bad * 3), "rows without score, department, days, or a chance"),
    (lambda t: t.mutate(department=ibis.null("string")), "900 of 900 rows without"),
    (lambda t: t.mutate(days=ibis.literal(float("inf"))), "900 of 900 rows without"),
])  # fmt: skip
def test_rows_that_cannot_be_are_refused(rows, change, told):
    with pytest.raises(FitError, match=told):
        WhatIfCube.of_table(change(ibis.memtable(rows)))


@pytest.mark.parametrize("width", [0.003, 0.007, 0.3, 17.1, None])
def test_the_engine_and_the_arrays_put_every_score_into_the_same_bin(width):
    milli = np.arange(-3000, 100_000, 7)
    frame = pd.DataFrame({"score_milli": milli, "expected_bad": 0.1, "department": "x", "days": 1.0})
    held = WhatIfCube.of_table(ibis.memtable(frame), width=width)
    by_array = WhatIfCube.build(milli / 1000, frame["expected_bad"], frame["department"], frame["days"], width=width)
    assert held.bounds.tolist() == by_array.bounds.tolist()
    assert (held.prefix[..., 0] == by_array.prefix[..., 0]).all()


@pytest.mark.parametrize(("change", "told"), [
    ({"days": [1.0, np.nan]}, "1 of 2 rows without score"),
    ({"score_milli": [1.0, np.nan]}, "1 of 2 rows without score"),
    ({"score_milli": [1.0, np.inf]}, "1 of 2 rows without score"),
    ({"score_milli": [1.0, 1.5]}, "1 of 2 rows without score.*a score is in whole thousandths"),
    ({"score_milli": [1.0, 1e300]}, "1 of 2 rows without score"),
    ({"expected_bad": [0.5, np.nan]}, "1 of 2 rows without score"),
    ({"department": [1.0, np.nan]}, "1 of 2 rows without score"),
    ({"sector": ["s", None]}, "1 of 2 rows without sector"),
    ({"size": ["s", None]}, "1 of 2 rows without size"),
    ({"subject": [1, None]}, "1 of 2 rows without subject"),
    ({"subject": [7, 7], "sector": ["s", "t"]}, "1 firms stand in two sectors or sizes"),
    ({"subject": [7, 7], "size": ["s", "t"]}, "1 firms stand in two sectors or sizes"),
    ({"days": ["one", "two"]}, "days of kind string that is no number"),
])  # fmt: skip
def test_what_arrays_may_not_hold_a_table_may_not_either(change, told):
    whole = {"score_milli": [1000, 2000], "expected_bad": [0.1, 0.2], "department": ["x", "y"], "days": [1.0, 2.0]}
    whole |= {"sector": ["s", "s"], "size": ["l", "l"], "subject": [1, 2]}
    with pytest.raises(FitError, match=told):
        WhatIfCube.of_table(ibis.memtable(pa.table(whole | change)))


def test_a_table_of_too_many_departments_is_refused():
    many = pd.DataFrame({"score_milli": 1000, "expected_bad": 0.1, "department": np.arange(1500), "days": 1.0})
    with pytest.raises(FitError, match="1,500 different labels of department"):
        WhatIfCube.of_table(ibis.memtable(many))


@pytest.mark.parametrize("kind", ["int64", "float32", "decimal(9, 3)"])
def test_numbers_of_every_kind_give_the_same_cube(rows, kind):
    table = ibis.memtable(rows.assign(days=np.arange(len(rows)) % 3, expected_bad=np.arange(len(rows)) % 2))
    cast = table.mutate(**{c: table[c].cast(kind) for c in ("score_milli", "expected_bad", "days")})
    one, other = WhatIfCube.of_table(table), WhatIfCube.of_table(cast)
    assert (one.prefix == other.prefix).all()
    assert (one.bounds == other.bounds).all()


def test_a_bin_is_a_whole_number_of_thousandths(rows):
    with pytest.raises(FitError, match="whole thousandths"):
        WhatIfCube.of_table(ibis.memtable(rows), width=0.0005)
    with pytest.raises(FitError, match="bins nan wide"):
        WhatIfCube.of_table(ibis.memtable(rows), width=float("nan"))
    with pytest.raises(FitError, match="0 bins"):
        WhatIfCube.of_table(ibis.memtable(rows), n_bins=0)
