"""The scoreboard of the samples is the spreadsheet worked by hand from their files, row by row.

``scoreboard_by_hand.csv`` was counted from ``data/samples/*.csv`` and the plan's targets alone; ``how`` says which rows
were counted. An empty cell is what cannot be measured, or a count, which has no denominator.
"""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import credit_score as cs
from credit_score.pilot import Standing
from credit_score.pilot.indicators import indicator_tables

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
DAY = date(2023, 6, 30)
BY_HAND = pd.read_csv(Path(__file__).with_name("scoreboard_by_hand.csv")).set_index("indicator")


@pytest.fixture(scope="module")
def board():
    standing = Standing(cs.read_records(SAMPLES), cs.load_policy("gaoyang").at(DAY), DAY, {}, "demonstration")
    return indicator_tables(standing)["indicators"].set_index("indicator")


def test_the_sheet_and_the_scoreboard_have_the_same_indicators(board):
    assert BY_HAND.index.is_unique
    assert list(BY_HAND.index) == list(board.index)
    assert BY_HAND["how"].str.len().gt(20).all()


@pytest.mark.parametrize("column", ["numerator", "denominator", "gap"])
def test_counts_are_those_worked_by_hand(board, column):
    pd.testing.assert_series_equal(board[column], BY_HAND[column], check_exact=True)


def test_values_are_those_worked_by_hand_to_four_places(board):
    pd.testing.assert_series_equal(board["value"].round(4), BY_HAND["value"], rtol=1e-12)


def test_lights_are_those_worked_by_hand(board):
    assert dict(board["light"]) == dict(BY_HAND["light"])
