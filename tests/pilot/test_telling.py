"""What of villages is told gives no small count away: held against a reader who tries every county that fits."""

from fractions import Fraction
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.pilot.three_credit.criteria import Criteria, needed
from credit_score.pilot.three_credit.telling import Part, sum_is_safe, told_in_town
from credit_score.pilot.three_credit.villages import village_tables

LEAST = 3
CRITERIA = Criteria(505_000, 1, LEAST, *map(Fraction, ("0.7", "0.85", "0.05", "0.5", "0.6")))


def of(households, credit, share="0.7"):
    return Part(households, credit, needed(Fraction(share), households))


@pytest.mark.parametrize(
    ("share", "n", "alone"), [("0.7", 29, False), ("0.7", 30, True), ("0.85", 59, False), ("0.85", 60, True)]
)
def test_a_village_stands_alone_from_as_many_households_and_borrowers_on_as_the_page_says(share, n, alone):
    assert of(n, 0, share).stands_alone(10) is alone


@settings(max_examples=50)
@given(st.integers(1, 200), st.sampled_from(["0.5", "0.7", "0.85"]), st.integers(2, 12))
def test_whatever_is_said_of_a_village_that_stands_alone_leaves_as_many_counts_as_a_small_cell_does(n, share, least):
    parts = [of(n, have, share) for have in range(n + 1)]
    assert len({part.stands_alone(least) for part in parts}) == 1  # it hangs on no count of who has what
    if parts[0].stands_alone(least):
        said = {part.told(least) for part in parts}
        assert sorted(count for lo, hi in said for count in range(lo, hi + 1)) == list(range(n + 1))
        few = (parts[0].need - least + 1, parts[0].need - 1)  # fewer than ``least`` more, and not none
        assert min(hi - lo + 1 for lo, hi in said - {few}) >= least
        assert all(lo <= part.have <= hi for part in parts for lo, hi in [part.told(least)])


def test_a_village_of_twelve_households_would_tell_that_three_at_most_are_not_of_credit_and_stands_not_alone():
    village = of(12, 12)
    assert village.told(10) == (9, 12)
    assert not village.stands_alone(10)


@pytest.mark.parametrize(
    ("n", "credit", "small"),
    [(60, 9, True), (60, 10, False), (60, 51, True), (60, 50, False), (60, 42, False), (60, 40, True), (60, 33, True),
     (60, 32, False)],
)  # fmt: skip
def test_a_count_is_small_where_it_or_what_is_left_or_what_lacks_is(n, credit, small):
    assert of(n, credit).is_small(10) is small


def test_a_sum_that_pins_a_small_count_down_is_not_told():
    assert not sum_is_safe([(0, 12), (0, 12)], [True, True], [0, 1], 10)  # 1 in all: 0 or 1 in each
    assert not sum_is_safe([(21, 30), (21, 30)], [True, True], [21, 21], 10)  # both just at the criterion
    assert sum_is_safe([(0, 40), (0, 40)], [True, True], [5, 9], 10)
    assert not sum_is_safe([(0, 40)], [True], [5], 10)
    assert sum_is_safe([(0, 40)], [False], [15], 10)


def test_of_a_town_of_one_village_neither_a_small_count_nor_the_sum_is_told():
    assert told_in_town([of(60, 5)], [True], 10) == ([False], False)
    assert told_in_town([of(60, 20)], [True], 10) == ([True], True)
    assert told_in_town([], [], 10) == ([], False)


# A reader who tries every county -----------------------------------------------------------------------------------

BORROWING = st.integers(12, 24).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
VILLAGE = st.integers(5, 13).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


def counted(villages, column="households", part="credit_households"):
    """Counted villages of one town; as borrowers and those in arrears where asked for, all of credit otherwise."""
    rows = [
        {"town": "t", "village": f"v{i}", "households": 200, "credit_households": 170, "borrowers": None,
         "borrowers_in_arrears": None, "loans": None, "bad_loans": None, "reported_on": None} | {column: n, part: count}
        for i, (n, count) in enumerate(villages)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(("households", "credit_households", "borrowers"), "Int64"))


def possible(row, n, count, met, share):
    """The counts of n that fit what a row tells of those who meet a criterion."""
    need, told = needed(share, n), row[count]
    if not pd.isna(told):
        return [int(told)]
    few = "fewer than 3 more" in row["lacks_en"]
    lacking = range(max(need - LEAST + 1, 0), need) if few else range(need - LEAST + 1)
    return list({"": range(n + 1), "yes": range(need, n + 1), "no": lacking}[row[met]])


def worlds(options, whole):
    """Every county that fits what is told of its villages, and of the town where its sum is."""
    return [w for w in product(*options) if pd.isna(whole) or sum(w) == whole]


def hold(parts, told, options, whole):
    """Each small count is untold, and has as many possible values as without the sum, or as a small cell."""
    fitting = worlds(options, whole)
    assert tuple(part.have for part in parts) in fitting
    for i, part in enumerate(parts):
        if part.is_small(LEAST):
            assert pd.isna(told[i])
            assert len({world[i] for world in fitting}) >= min(LEAST, len(options[i])) >= LEAST - 1


@settings(max_examples=60)
@given(st.lists(VILLAGE, min_size=1, max_size=4))
def test_hidden_cells_cannot_be_had_back_from_all_that_is_told_of_a_town_and_its_villages(villages):
    table, towns = village_tables(counted(villages), CRITERIA)
    rows, share = table.to_dict("records"), CRITERIA.households
    told = zip(rows, villages, strict=True)
    options = [possible(row, n, "credit_households", "households_met", share) for row, (n, _) in told]
    hold([of(*v) for v in villages], list(table["credit_households"]), options, towns.loc[0, "credit_households"])
    assert table["households_lacking"].isna().equals(table["credit_households"].isna())


@settings(max_examples=40)
@given(st.lists(BORROWING, min_size=1, max_size=3))
def test_borrowers_in_arrears_are_guarded_as_households_are(villages):
    frame = counted(villages, "borrowers", "borrowers_in_arrears").assign(loans=10**8, bad_loans=10**6)
    table, towns = village_tables(frame, CRITERIA)
    good = table.assign(good=[n - told for (n, _), told in zip(villages, table["borrowers_in_arrears"], strict=True)])
    rows, share = good.to_dict("records"), CRITERIA.without_arrears
    options = [possible(row, n, "good", "borrowers_met", share) for row, (n, _) in zip(rows, villages, strict=True)]
    whole = sum(n for n, _ in villages) - towns.loc[0, "borrowers_in_arrears"]
    hold([of(n, n - arrears, "0.85") for n, arrears in villages], list(good["good"]), options, whole)
    assert table["bad_loans_share"].isna().equals(table["borrowers_in_arrears"].isna())


def test_the_reader_has_a_sum_and_hidden_cells_to_work_with():
    table, towns = village_tables(counted([(12, 10), (12, 2), (12, 8), (12, 5)]), CRITERIA)
    assert table["credit_households"].isna().sum() >= 2
    assert towns.loc[0, "credit_households"] == 25
