import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import credit_score as cs
from credit_score.errors import CreditScoreError, first_five, impersonal, masked

FAMILY = ("PolicyError", "RecordsError", "RunError", "VerificationError", "NotAvailable")


def test_an_error_says_where_what_and_what_to_do():
    error = CreditScoreError("unknown unit 'percent'", where="tiers.yaml, line 3", remedy="write a share")
    assert str(error) == "tiers.yaml, line 3: unknown unit 'percent'; write a share"
    assert (error.what, error.where, error.remedy) == ("unknown unit 'percent'", "tiers.yaml, line 3", "write a share")


def test_where_and_remedy_may_be_left_out():
    assert str(CreditScoreError("no such thing")) == "no such thing"
    assert str(CreditScoreError("no such thing", remedy="look again")) == "no such thing; look again"


@given(st.text(), st.text(), st.text())
def test_an_error_is_one_line_whatever_it_is_made_of(what, where, remedy):
    assert len(str(CreditScoreError(what, where=where, remedy=remedy)).splitlines()) <= 1


@pytest.mark.parametrize("name", FAMILY)
def test_every_error_is_of_one_family(name):
    assert issubclass(getattr(cs.errors, name), CreditScoreError)
    assert getattr(cs, name) is getattr(cs.errors, name)


def test_an_error_survives_the_way_between_processes():
    error = CreditScoreError("wrong", where="here", remedy="mend it")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("130628180001010008", "18 characters, digits"),
        ("13062818000101001X", "18 characters, digits and letters"),
        ("张三", "2 characters, letters"),
        ("a-1", "3 characters, digits and letters and other signs"),
        ("???", "3 characters, other signs"),
        ("", "empty"),
        (None, "empty"),
        (12345, "5 characters, digits"),
    ],
)
def test_a_masked_value_is_its_length_and_kind(value, told):
    assert masked(value) == told


@given(st.text(min_size=3), st.text(min_size=3))
def test_values_of_one_length_and_kind_are_masked_alike(one, other):
    told = masked(one)
    assert told == masked("".join(reversed(one)))
    if len(one) != len(other):
        assert told != masked(other)


def test_the_first_five_values_are_shown_and_the_others_counted():
    assert first_five("abc") == "a, b, c"
    assert first_five(range(7)) == "0, 1, 2, 3, 4 and 2 more"
    assert first_five([]) == ""


def test_an_identity_number_in_any_part_of_an_error_is_taken_out_of_it():
    number = "13062818610315001X"
    error = CreditScoreError(f"key {number!r}", where=f"/home/x/{number}.csv", remedy=f"mend a{number.lower()}b")
    assert str(error) == "/home/x/(an identity number).csv: key '(an identity number)'; mend a(an identity number)b"
    assert number not in error.where + error.what + error.remedy
    for spread in (
        "130628-18610315-001X",
        "１３０６２８１８６１０３１５００１ｘ",
        "1 3 0 6 2 8 18610315 001 X",
        "7130628180001010016",
    ):
        assert impersonal(f"key {spread!r}") == "key '(an identity number)'"
    text = "91130628MA0ABCDE1X of 2023-06-30, R-0000000001"
    assert impersonal(text) == text
