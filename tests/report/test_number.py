"""Numbers before a reader: every digit, whatever the size, and none that is not there."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.report.number import exact, likely, percent, points, rounded, rounded_percent, signed


@pytest.mark.parametrize(
    ("milli", "text"), [(1_004_996, "1004.996"), (1_234_567_500, "1234567.5"), (-30_000, "-30"), (0, "0"), (1, "0.001")]
)
def test_points_are_written_to_a_thousandth_without_rounding(milli, text):
    assert points(milli) == points(np.int64(milli)) == text


@pytest.mark.parametrize(
    ("milli", "text"), [(4_995, "+4.995"), (-30_000, "-30"), (0, "0"), (1_234_567_001, "+1234567.001")]
)
def test_gains_and_losses_have_their_sign(milli, text):
    assert signed(milli) == text


@given(st.integers(-(10**12), 10**12))
def test_points_read_back_are_the_points_that_were_written(milli):
    assert Decimal(points(milli)) * 1000 == Decimal(signed(milli)) * 1000 == milli
    assert exact(milli / 1000) == points(milli)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_reads_back_as_itself(value):
    assert float(exact(value)) == value
    assert "e" not in exact(value).lower()


@pytest.mark.parametrize(("share", "text"), [(0.025, "2.5 %"), (0.03, "3 %"), (1.0, "100 %"), (0.0001, "0.01 %")])
def test_a_share_in_percent_is_exact(share, text):
    assert percent(share) == text


@pytest.mark.parametrize("value", ["many", None])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ArithmeticError):
        exact(value)


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(1234.56, 1, "1,234.6"), (0.0, 2, "0.00"), (-2.5, 0, "-2"), (np.float64(7), 0, "7")]
)
def test_a_computed_number_is_rounded_with_its_thousands_parted(value, digits, text):
    assert rounded(value, digits) == text
    assert rounded_percent(value / 100, digits) == f"{text.replace(',', '')}%"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_a_dash(value):
    assert rounded(value) == rounded_percent(value) == "–"


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (1.0, ">99%"), (0.995, ">99%"), (0.99, "99%"), (0.5, "50%"), (0.01, "1%"), (0.0, "<1%")],
)
def test_a_share_of_replications_is_never_told_as_certain(share, text):
    assert likely(share) == text
