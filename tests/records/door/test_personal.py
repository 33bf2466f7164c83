"""Numbers of persons are known however they are written, and numbers of documents pass."""

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from credit_score.errors import impersonal
from credit_score.records.door.personal import digits_in, identity_number_in, personal_number_in


def number(day, serial="001", place="130628"):
    """A valid identity number of somebody born on a day."""
    first = f"{place}{day}{serial}"
    return first + ric.calc_check_digit(first + "0")


def card(first):
    """A number that passes Luhn's check."""
    return first + luhn.calc_check_digit(first)


def found(test, *texts):
    """What a test says of each text, in order."""
    con = ibis.duckdb.connect()
    table = con.create_table("t", ibis.memtable({"i": range(len(texts)), "text": texts}))
    return table.select("i", told=test(table.text)).order_by("i").execute()["told"].tolist()


IDENTIFYING = [
    "2023130628198001010011", "130628-19800101-0011", "130628 19800101 0011", " ".join("130628198001010011"),
    "130628.1980.0101.0011", "130628·19800101·0011", "130628\u200b19800101\u200b0011", number("20150101"),
    number("20231231"), f"R-{number('20150101')}-7", f"00{number('19900228', '012')}0", "130628-1800-0101-0015",
]  # fmt: skip
DOCUMENTS = [
    "高市监罚〔2023〕5号", "13062820230315001", "130628202303150012", "202303151030210001", "91130628MA0ABCDE1X",
    "R-0000000001", "0312-6612345", "2023-0371-0125-001", "冀保高阳罚〔2023〕第000123号", "2023-06-30-000123456",
    number("20150101")[:-1] + "3", "虚构乙镇第06村", "20230630000123", "130628230630001",
]  # fmt: skip
OF_PERSONS = [
    "13912345678", "139-1234-5678", "139 1234 5678", "+86 139 1234 5678", "8613912345678", "1 3 9 1 2 3 4 5 6 7 8",
    "和平路5号张三13912345678", card("622202123456789012"), "6222 0212 3456 7890 128", card("622848123456789"),
    card("411111111111111"), f"账号{card('622202123456789012')}",
]  # fmt: skip


@pytest.mark.parametrize("text", IDENTIFYING)
def test_an_identity_number_is_known_however_it_is_written(text):
    assert found(identity_number_in, text) == [True]
    assert "(an identity number)" in impersonal(text)


@pytest.mark.parametrize("text", OF_PERSONS)
def test_a_mobile_telephone_or_bank_card_is_known(text):
    assert found(personal_number_in, text) == [True]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_number_of_a_document_or_place_passes(text):
    assert found(identity_number_in, text) + found(personal_number_in, text) == [False, False]
    assert impersonal(text) == text


@pytest.mark.parametrize("text", ["12345678901", "139123456789", "6222021234567890123", card("622821202306301")])
def test_a_number_that_is_no_mobile_and_no_card_passes(text):
    assert found(personal_number_in, text) == [False]


def test_nothing_is_found_where_there_is_no_text_and_a_long_text_is_searched_at_its_beginning():
    assert found(identity_number_in, "", "x" * 100_000, "9" * 5_000) == [False, False, False]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.dates(), st.integers(0, 9), st.text("0123456789-. x", max_size=6)), min_size=1, max_size=8)
)
def test_the_engine_and_the_errors_agree_on_a_number_in_a_run_of_digits(rows):
    texts = []
    for day, digit, around in rows:
        born = day.replace(year=1950 + day.year % 79) if (day.month, day.day) != (2, 29) else day.replace(year=1952)
        texts.append(f"{around.replace('x', '')}1{number(f'{born:%Y%m%d}')[:-1]}{digit}")
    assert found(identity_number_in, *texts) == [impersonal(text) != text for text in texts]


@pytest.mark.parametrize(
    "text", ["", "R-0000000001", "2023-06-30", "虚构乙镇第06村", "1.5", "虚构戊纺织0000001号经营部", "2023年4月"]
)
def test_of_a_text_of_few_digits_nothing_more_is_asked(text):
    assert found(digits_in, text) == [False]


SEPARATED = st.text("0123456789", max_size=20) | st.text("0123456789 -.·\u200b\u3000xX号A\t", max_size=40)
NUMBERS = st.sampled_from([*IDENTIFYING, *OF_PERSONS]) | st.dates().map(lambda d: number(f"{d.replace(day=1):%Y%m%d}"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SEPARATED, SEPARATED | NUMBERS, SEPARATED).map("".join), min_size=40, max_size=80))
def test_where_a_number_of_a_person_stands_there_are_digits_enough(texts):
    """What few digits pass is not looked into: so no number may hide in it."""
    told = found(lambda text: (identity_number_in(text) | personal_number_in(text)) & ~digits_in(text), *texts)
    assert not any(told)
