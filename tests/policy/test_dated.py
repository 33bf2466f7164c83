from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from credit_score.policy.dated import AdultAge, Cap, Count, Days, Holds, Name, Period, Points, Share, Visits, Weight

GROUND = {"basis": "assumption", "reference": "made for a test"}
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
timelines = st.dictionaries(days, st.none() | st.integers(-1000, 1000), min_size=1, max_size=8)


def points(timeline):
    return Points.model_validate({d: None if v is None else {"value": v, **GROUND} for d, v in timeline.items()})


def refusal(kind, value, **more):
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({date(2023, 3, 15): {"value": value, **GROUND, **more}})
    return caught.value.errors()[0]["msg"]


def test_a_value_holds_from_its_day_up_to_and_without_the_day_of_the_next():
    five_then_ten = points({date(2023, 3, 15): 5, date(2024, 1, 1): 10})
    assert five_then_ten.at(date(2023, 3, 14)) is None
    assert five_then_ten.at(date(2023, 3, 15)).value == 5000
    assert five_then_ten.at(date(2023, 12, 31)).value == 5000
    assert five_then_ten.at(date(2024, 1, 1)).value == 10_000
    figure = five_then_ten.at(date(2023, 6, 30))
    assert (figure.since, figure.until) == (date(2023, 3, 15), date(2024, 1, 1))
    assert five_then_ten.at(date(2030, 1, 1)).until is None


def test_null_repeals_from_its_day_and_a_later_entry_begins_anew():
    repealed = points({date(2023, 1, 1): 5, date(2024, 1, 1): None, date(2025, 1, 1): 7})
    assert repealed.at(date(2023, 12, 31)).until == date(2024, 1, 1)
    assert repealed.at(date(2024, 1, 1)) is None
    assert repealed.at(date(2024, 12, 31)) is None
    assert repealed.at(date(2025, 1, 1)).value == 7000


@given(timelines, days)
def test_on_any_day_the_last_entry_begun_is_the_one_in_force(timeline, on):
    begun = [d for d in timeline if d <= on]
    expected = timeline[max(begun)] if begun else None
    figure = points(timeline).at(on)
    assert (figure.value if figure else None) == (None if expected is None else expected * 1000)


@given(timelines)
def test_intervals_meet_without_a_gap_or_an_overlap(timeline):
    dated = points(timeline)
    for day in dated.days:
        figure = dated.at(day)
        if figure and figure.until:
            assert dated.at(figure.until - timedelta(days=1)) == figure
            after = dated.at(figure.until)
            assert after is None or after.since == figure.until


def test_points_are_held_as_integer_thousandths_without_a_rounding_error():
    assert [points({date(2023, 1, 1): v}).at(date(2023, 1, 1)).value for v in (0.1, 0.3, -2.5, 1.005)] == [
        100, 300, -2500, 1005,
    ]  # fmt: skip


@given(st.integers(-(10**12), 10**12))
def test_every_thousandth_up_to_a_thousand_million_points_is_held_exactly(thousandths):
    dated = Points.model_validate({date(2023, 1, 1): {"value": thousandths / 1000, **GROUND}})
    assert dated.at(date(2023, 1, 1)).value == thousandths


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Points, 0.0005, "0.0005 is finer than .001"),
        (Points, "30", "'30' is not a number"),
        (Points, True, "True is not a number"),
        (Points, None, "None is not a number"),
        (Points, float("nan"), "nan is not a finite number"),
        (Points, float("-inf"), "-inf is not a finite number"),
        (Points, 1e30, "1e+30 is outside"),
        (Cap, -1, "a cap of -1 is below 0"),
        (Share, 3, r"3 is outside [0, 1] share"),
        (Share, -0.1, r"-0.1 is outside [0, 1] share"),
        (Share, "0.1", "'0.1' is not a number of share"),
        (Share, float("nan"), r"nan is outside [0, 1] share"),
        (Weight, 0, r"0 is outside [0.001, 10] weight"),
        (Weight, 0.3333, "0.3333 is finer than .001"),
        (Count, 1.5, "1.5 is not a whole number of at least 0"),
        (Count, -1, "-1 is not a whole number of at least 0"),
        (Visits, 0, "a drawn firm is visited at least once"),
        (Days, 0, r"0 is outside [0.001, 365] inspector-days"),
        (AdultAge, 17, "nobody under 18 is scored"),
        (AdultAge, 18.5, "18.5 is not a whole number of years"),
        (Period, "P24W", "'P24W' is not a period with a known unit"),
        (Period, "24", "'24' is not a period with a known unit"),
        (Period, "P", "'P' is not a period with a known unit"),
        (Period, "P0M", "'P0M' is not a period"),
        (Period, 24, "24 is not a period"),
        (Holds, False, "to end it write null"),
        (Name, 4, "4 is not a name"),
    ],
)
def test_a_value_out_of_its_range_is_refused_with_the_value_found(kind, value, told):
    assert told in refusal(kind, value)


@pytest.mark.parametrize(("text", "months"), [("P24M", 24), ("P2Y", 24), ("P1Y6M", 18), ("P1M", 1)])
def test_a_period_is_held_in_months(text, months):
    assert Period.parse(text) == months


def test_a_unit_may_be_stated_and_is_then_held_to_the_unit_of_the_field():
    day = date(2023, 3, 15)
    assert Share.model_validate({day: {"value": 0.1, "unit": "share", **GROUND}}).at(day).unit == "share"
    assert "unknown unit 'percent'; this number is in 'share'" in refusal(Share, 0.1, unit="percent")


@pytest.mark.parametrize("missing", ["value", "basis", "reference"])
def test_an_entry_without_value_basis_or_reference_is_refused(missing):
    entry = {"value": 1, **GROUND}
    del entry[missing]
    with pytest.raises(ValidationError, match=missing):
        Points.model_validate({date(2023, 3, 15): entry})


@pytest.mark.parametrize("reference", ["", "  "])
def test_a_reference_of_blanks_is_no_reference(reference):
    assert "at least 1 character" in refusal(Points, 1, reference=reference)


def test_an_unknown_basis_is_refused():
    assert "'law', 'plan', 'published', 'decision' or 'assumption'" in refusal(Points, 1, basis="rumour")


@pytest.mark.parametrize("day", ["2023-02-30", "soon", 0, 20230315, datetime(2023, 3, 15, tzinfo=UTC), None])
def test_a_key_that_is_no_day_is_refused(day):
    with pytest.raises(ValidationError, match="is not a day"):
        Points.model_validate({day: {"value": 1, **GROUND}})


def test_a_dated_value_without_a_date_is_refused():
    with pytest.raises(ValidationError, match="no date is given"):
        Points.model_validate({})
