"""Each way of writing a cell reads as what Python's own calendar and numbers say; any other way stays unread."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.engine import open_engine
from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.reading.values import narrow, read_code, read_date, read_month, read_number

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FEW = settings(max_examples=15)
WIDE = {chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)} | {" ": "\u3000"}
# strftime's own codes; what follows says whether the form may drop leading noughts.
FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年%m月%d", "%Y-%m-%d 00:00:00", "%Y/%m/%d 0:00"]
BARE = ["{d.year}-{d.month}-{d.day}", "{d.year}/{d.month}/{d.day}", "{d.year}.{d.month}.{d.day}",
        "{d.year}年{d.month}月{d.day}日"]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return open_engine()


@pytest.fixture(scope="module")
def read(engine):
    """Texts read by an expression over a column, as Python values."""
    import pyarrow as pa

    def values(expression, texts):
        table = engine.create_table("cells", pa.table({"n": range(len(texts)), "a": pa.array(texts, pa.string())}),
                                    overwrite=True)  # fmt: skip
        found = table.select(n=table.n, value=expression(narrow(table.a))).order_by("n").to_pyarrow()
        return found["value"].to_pylist()

    return values


def wide(text):
    """A text with every ASCII sign in its full-width form."""
    return "".join(WIDE.get(sign, sign) for sign in text)


def written(day):
    """A day in every way that is read; an Excel serial counts from a day that Python computes."""
    forms = [*(day.strftime(form) for form in FORMS), *(form.format(d=day) for form in BARE), day.strftime("%Y%m%d")]
    # Excel counts 1900-01-01 as 1 and has a 29 February 1900 too many, so from March 1900 on day 0 is 1899-12-30.
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    if serial >= 10_000:
        forms += [str(serial), f"{serial}.0", f"{serial}.00"]
    return [*forms, *map(wide, forms)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023年3月15日", date(2023, 3, 15)), ("2023/3/5", date(2023, 3, 5)), ("2023.3.5", date(2023, 3, 5)),
        ("20230315", date(2023, 3, 15)), ("45000", date(2023, 3, 15)), ("45000.0", date(2023, 3, 15)),
        ("２０２３－０３－１５", date(2023, 3, 15)), ("２０２３年３月１５日", date(2023, 3, 15)),
        ("2023-03-15T00:00:00.000", date(2023, 3, 15)), ("10000", date(1927, 5, 18)), ("36526", date(2000, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)), ("2024年2月29日", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_day_is_read_from_each_way_of_writing_it(read, text, day):
    assert read(read_date, [text]) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-30", "2023年2月29日", "20230229", "2023-13-01", "2023/0/5", "5/3/2023", "15.3.2023", "23-3-15",
        "2023年3月", "2023", "202303", "2023-03-15 10:30:00", "2023-03-15 00:00:01", "二〇二三年三月十五日", "昨天",
        "45000.5", "450000", "4500", "infinity", "-infinity", "epoch", "today", "2023-03-15x", "x2023-03-15",
        "-023-01-01",
        "2023-03-15\n2023-03-16", "20a3-03-15", "2023-3-15-1", "1e5", "+45000", "45,000", "18991231", "٢٠٢٣-٠٣-١٥",
    ],
)  # fmt: skip
def test_what_is_no_day_in_any_of_these_ways_stays_unread(read, text):
    assert read(read_date, [text]) == [None]


@pytest.mark.parametrize("text", ["60", "61", "59", "1", "0", "00060", "00059", "01000", "9999"])
def test_serials_of_fewer_than_five_digits_are_not_taken_for_days(read, text):
    # Excel's 60 is a day that never was, and a number this small is more likely a count.
    assert read(read_date, [text]) == [None]


@FEW
@given(DAYS)
def test_a_day_written_any_of_these_ways_reads_as_itself(read, day):
    texts = written(day)
    assert read(read_date, texts) == [day] * len(texts)


@FEW
@given(st.lists(st.text(alphabet="0123456789-/.年月日 T:,x", max_size=12), min_size=1, max_size=40))
def test_a_text_reads_as_a_day_only_if_it_is_one_of_the_ways_of_that_day(read, texts):
    for text, day in zip(texts, read(read_date, texts), strict=True):
        if day is not None and day >= date(1900, 1, 1):
            digits = [part for part in "".join(c if c.isdigit() else " " for c in text).split() if part]
            told = {day.strftime("%Y%m%d"), str((day - date(1899, 12, 30)).days)}
            assert digits[0] in told or [int(d) for d in digits[:3]] == [day.year, day.month, day.day], text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234", "1234"), ("1,234,567.5", "1234567.5"), ("-12,345", "-12345"), ("+1,000", "+1000"),
        ("１，２３４", "1234"),
        ("１２．５", "12.5"), ("－３", "-3"), ("12", "12"), ("1,23", "1,23"), ("12,34,567", "12,34,567"),
        ("1,2345", "1,2345"), (",123", ",123"), ("1,,234", "1,,234"), ("1,234,", "1,234,"), ("1.234,5", "1.234,5"),
        ("一千", "一千"),
    ],
)  # fmt: skip
def test_thousands_separators_are_left_out_only_where_they_separate_thousands(read, text, plain):
    assert read(read_number, [text]) == [plain]


@FEW
@given(st.integers(-(10**15), 10**15))
def test_a_number_with_pythons_own_separators_reads_as_itself(read, number):
    texts = [f"{number:,}", wide(f"{number:,}"), str(number), f"{number:,}.25"]
    assert read(read_number, texts) == [str(number)] * 3 + [f"{number}.25"]


@FEW
@given(st.text(max_size=20))
def test_narrowing_loses_no_sign_but_spaces_at_the_ends(read, text):
    expected = "".join({v: k for k, v in WIDE.items()}.get(c, " " if c == "\xa0" else c) for c in text)
    if "\0" in text:
        return
    (found,) = read(lambda a: a, [text])
    assert found == text or (found or "") == expected.strip(" \t\n\r\v\f")


@pytest.mark.parametrize("text", ["\u3000", "\u3000\u3000", "\xa0", " \u3000 "])
def test_spaces_of_any_width_alone_are_no_text(read, text):
    assert read(lambda a: a, [text]) == [None]


def test_every_code_and_every_word_of_the_policy_reads_as_the_code(read):
    for contract in contracts(load_policy("gaoyang").model).values():
        for column, words in contract.words.items():
            codes = sorted(set(words.values()))
            texts = [*words, *map(wide, words), *codes]
            expected = [*words.values(), *words.values(), *codes]
            assert read(lambda a, w=words: read_code(a, w), texts) == expected, (contract.name, column)
        for kind, words in contract.item_words.items():
            assert read(lambda a, w=words: read_code(a, w), list(words)) == list(words.values()), kind


def test_every_code_that_a_column_may_hold_stays_itself_on_its_way(read):
    for contract in contracts(load_policy("gaoyang").model).values():
        for column, schema in contract.schema.columns.items():
            codes = [c for check in schema.checks if check.name == "isin" for c in check.statistics["allowed_values"]]
            if not codes:
                continue
            words = contract.words.get(column, {})
            assert read(lambda a, w=words: read_code(a, w), codes) == codes, (contract.name, column)


@pytest.mark.parametrize(
    ("text", "code"), [("是", "true"), ("否", "false"), ("有", "true"), ("无", "false"), ("?", "?")]
)
def test_yes_and_no_are_read_in_chinese(read, text, code):
    words = contracts(load_policy("gaoyang").model)["inspections"].words["violation_found"]
    assert read(lambda a: read_code(a, words), [text]) == [code]


def test_the_words_of_items_and_units_are_the_policys_labels_in_both_languages():
    model = load_policy("gaoyang").model
    known = contracts(model)["credit_records"]
    for unit in model.policy.units:
        assert known.words["unit"].get(unit.label.zh) == known.words["unit"].get(unit.label.en) == unit.id
    for kind, catalogue in (("individual", model.individual), ("enterprise", model.enterprise)):
        labels = [label for item in catalogue.items for label in (item.label.zh, item.label.en)]
        once = {item.label.zh: item.id for item in catalogue.items if labels.count(item.label.zh) == 1}
        assert once
        assert {word: known.item_words[kind].get(word, word) for word in once} == once


def test_the_purpose_of_a_consent_may_be_written_in_words():
    words = contracts(load_policy("gaoyang").model)["consents"].words["purpose"]
    assert words["收入"] == "income"
    assert words["Deposits"] == "deposits"


@FEW
@given(st.lists(DAYS, min_size=1, max_size=20))
def test_a_month_in_each_way_is_its_first_day_and_a_day_stays_that_day(read, days):
    ways = ["{d.year}-{d.month}", "{d.year}-{d.month:02d}", "{d.year}/{d.month}", "{d.year}.{d.month:02d}",
            "{d.year}年{d.month}月", "{d.year}{d.month:02d}"]  # fmt: skip
    months = [form.format(d=day) for day in days for form in ways]
    found = read(read_month, [*months, *map(wide, months)])
    assert found == [day.replace(day=1) for day in days for _ in ways] * 2
    assert read(read_month, [day.isoformat() for day in days]) == days


def test_what_is_no_month_stays_unread(read):
    assert read(read_month, ["2023-13", "2023年0月", "23-04", "April 2023", "2023", "202313"]) == [None] * 6
