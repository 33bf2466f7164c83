"""Hand-worked cases of every indicator of the bundled plan: a date, records, what is expected, the plan's own words.

Records are those that were accepted. Cells that a case does not give are those of a plain row.
"""

from pathlib import Path

import ibis
import pandas as pd
import pytest
import yaml

from credit_score import load_policy
from credit_score.pilot import Standing
from credit_score.pilot.indicators import indicator_tables
from credit_score.policy import RuleSet
from credit_score.records import Records
from credit_score.records.contracts import contracts

FOLDER = Path(__file__).parent / "policy_cases"
FIRM = {"legal_form": "company", "sector": "other", "size": "small", "town": "西演镇", "registered_on": "2020-01-02"}
PLAIN = {
    "enterprises": FIRM, "individuals": {"age": 40, "age_on": "2023-01-01", "town": "西演镇", "village": "一村"},
    "households": {"town": "西演镇", "village": "一村"},
    "credit_records": {"subject_kind": "enterprise", "subject_id": "E1", "item": "compliance.penalty_minor",
                       "catalogue_kind": "行政管理信息", "unit": "ecology"},
    "decisions": {"unit": "ecology", "item": "compliance.penalty_minor"}, "banks": {"name": "银行"},
    "activities": {"activity": "education", "unit": "publicity", "participants": 30},
    "government_cases": {"unit": "justice"}, "report_uses": {"unit": "tax", "enterprise_id": "E1"},
}  # fmt: skip
SAME_DAY = {"credit_records": ("reported_on", "occurred_on"), "record_events": ("known_on", "happened_on")}
FILES = sorted(FOLDER.glob("*.yaml"))
READ = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES]
CASES = [(told["indicator"], told["words"], case) for told in READ for case in told["cases"]]
NUMBERS, WORDS = ("numerator", "denominator", "value", "gap"), ("gap_zh", "gap_en", "light", "needs_en")
MODEL = load_policy("gaoyang").model
REFUSED = ("table", "file", "row", "column", "value", "reason", "unit")


@pytest.fixture(scope="module")
def known():
    """The contract of every table."""
    return contracts(MODEL)


def standing(case, indicator, known):
    """Where a county with these records stands under a policy that counts the one indicator."""
    scenes = MODEL.scenes.model_copy(update={"scenes": MODEL.scenes.scenes[: case.get("scenes")]})
    own = tuple(i for i in MODEL.pilot.indicators if i.id == indicator)
    pilot = MODEL.pilot.model_copy(update={"indicators": own})
    rules = RuleSet.of(MODEL.model_copy(update={"scenes": scenes, "pilot": pilot}), case["date"])
    given = {"enterprises": [{"enterprise_id": "E1"}], "credit_records": []} | case.get("records", {})
    tables = {name: table_of(contract, given.get(name, [])) for name, contract in known.items()}
    refusals = pd.DataFrame(case.get("rejected", []), columns=REFUSED).assign(n=1)
    files, none = pd.DataFrame({"table": list(given)}), pd.DataFrame()
    records = Records(FOLDER, "gaoyang", None, tables, None, refusals, none, files, none, {}, False, None)
    return Standing(records, rules, rules.on, {}, "draft")


def table_of(contract, rows):
    """Rows as the table that was accepted."""
    own, of = SAME_DAY.get(contract.name, (None, None))
    plain = PLAIN.get(contract.name, {})
    same = [{own: row[of]} if own else {} for row in rows]
    whole = [{contract.key: f"{i}"} | plain | same[i] | row for i, row in enumerate(rows)]
    types = {name: column.dtype.type for name, column in contract.schema.columns.items()}
    assert {name for row in whole for name in row} <= set(types)
    columns = {name: [row.get(name) for row in whole] for name in types}
    days = {name for name, kind in types.items() if str(kind) == "date"}
    told = {name: pd.to_datetime(pd.Series(v, dtype=object)) if name in days else v for name, v in columns.items()}
    return ibis.memtable(pd.DataFrame(told), schema=types)


def test_every_indicator_of_the_plan_has_a_case_and_no_case_is_of_anything_else():
    assert FILES
    assert sorted(told["indicator"] for told in READ) == sorted(i.id for i in MODEL.pilot.indicators)


@pytest.mark.parametrize(("indicator", "words", "case"), CASES, ids=[f"{i}: {c['name']}" for i, _, c in CASES])
def test_an_indicator_is_as_it_was_worked_by_hand(known, indicator, words, case):
    [row] = indicator_tables(standing(case, indicator, known))["indicators"].to_dict("records")
    expected = {"needs_en": ""} | case["expect"]
    assert row["words"] == words
    assert {name: row[name] for name in WORDS} == {name: expected[name] for name in WORDS}
    for name in NUMBERS:
        assert row[name] == pytest.approx(expected.get(name, float("nan")), abs=5e-5, nan_ok=True), name
