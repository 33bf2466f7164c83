import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from credit_score.errors import RecordsError
from credit_score.records.synthetic.identifiers import (
    MOST_ENTERPRISES,
    MOST_INDIVIDUALS,
    check_sizes,
    enterprise_ids,
    person_ids,
    record_ids,
)

numbers = st.lists(st.integers(0, MOST_ENTERPRISES), min_size=1, max_size=50)


def codes_of(given_numbers, form=0):
    return enterprise_ids(np.array(given_numbers), np.full(len(given_numbers), form)).to_pylist()


def test_the_first_code_is_the_one_worked_out_by_hand():
    # 9·1 + 1·3 + 9·(9 + 27 + 19 + 26 + 16 + 17) = 1038, and 1038 + 16 = 34 · 31, so the check value is 16: G.
    assert codes_of([0]) == ["91999999000000000G"]


@given(numbers, st.integers(0, 2))
def test_enterprise_codes_pass_the_check_of_python_stdnum(given_numbers, form):
    assert all(uscc.is_valid(code) for code in codes_of(given_numbers, form))


@given(numbers, st.integers(0, 2))
def test_enterprise_codes_carry_a_region_that_no_place_has(given_numbers, form):
    assert {code[:8] for code in codes_of(given_numbers, form)} == {["91999999", "93999999", "92999999"][form]}


@given(st.lists(st.integers(0, MOST_INDIVIDUALS), min_size=1, max_size=50))
def test_identity_numbers_pass_the_check_of_python_stdnum(given_numbers):
    for number in person_ids(np.array(given_numbers)).to_pylist():
        assert len(number) == 18
        assert ric.calc_check_digit(number) == number[-1]


@given(st.lists(st.integers(0, MOST_INDIVIDUALS), min_size=1, max_size=50))
def test_nobody_who_could_carry_an_identity_number_was_born_after_1859(given_numbers):
    born = [ric.get_birth_date(number) for number in person_ids(np.array(given_numbers)).to_pylist()]
    assert all(1800 <= day.year <= 1859 for day in born)


def test_no_two_of_a_million_numbers_share_an_identifier():
    many = np.arange(1_000_000)
    assert len(enterprise_ids(many, np.zeros(len(many), dtype=int)).unique()) == len(many)
    assert len(person_ids(many).unique()) == len(many)


def test_the_last_numbers_have_identifiers_of_their_own():
    assert len(set(codes_of([0, 1, MOST_ENTERPRISES - 1, MOST_ENTERPRISES]))) == 4
    assert len(person_ids(np.array([0, 21_892_085, 21_892_086, MOST_INDIVIDUALS])).unique()) == 4


def test_serial_numbers_start_at_one():
    assert record_ids(np.array([0, 41])).to_pylist() == ["R-0000000001", "R-0000000042"]


@pytest.mark.parametrize("sizes", [(-1, 0), (0, -1), (MOST_ENTERPRISES + 1, 0), (0, MOST_INDIVIDUALS + 1)])
def test_sizes_without_identifiers_are_refused(sizes):
    with pytest.raises(RecordsError, match=r"asked for; choose a number from 0 to"):
        check_sizes(*sizes)
