"""Tables in words."""

from datetime import date

import pandas as pd
import pytest

from credit_score.policy import load_policy
from credit_score.records.duties.told import HEADINGS, in_words

RULES = load_policy("gaoyang").at("2023-06-30")
ROW = {
    "unit": "tax", "clock": "publicity.seven_days", "class_id": "minor", "resource": "water", "group": "township",
    "share": 0.25, "late": True, "due_on": date(2023, 7, 10), "ends_by_itself_on": None, "penalties": 3,
    "missing": "notice_not_served, not_applied",
}  # fmt: skip
TOLD = {
    "zh": ["税务局", "“双公示”7个工作日", "轻微失信", "水", "乡镇和村居", "25.0%", "是", "2023-07-10", "–", "3",
           "告知书未送达、尚未申请"],
    "en": ["Tax", "Double publicity, 7 working days", "Minor dishonesty", "Water", "Towns and villages", "25.0%", "yes",
           "2023-07-10", "–", "3", "Notice not served, Not asked for"],
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ids_days_and_shares_are_told_in_words(lang):
    told = in_words(pd.DataFrame([ROW]), list(ROW), RULES, lang)
    assert told.iloc[0].tolist() == TOLD[lang]
    assert not set(told.columns) & set(ROW)


def test_no_two_columns_have_one_heading():
    for lang in ("zh", "en"):
        for shown in (["clock", "unit", "started", "in_time", "late", "open"], ["penalties", "served", "share"]):
            told = in_words(pd.DataFrame(columns=shown), shown, RULES, lang)
            assert told.columns.is_unique
            assert told.empty
    assert set(ROW) <= set(HEADINGS)


def test_an_id_without_a_label_and_no_unit_are_told_as_they_are():
    told = in_words(pd.DataFrame({"unit": ["unknown", "elsewhere"]}), ["unit"], RULES, "en")
    assert told["Unit"].tolist() == ["Unknown", "elsewhere"]
