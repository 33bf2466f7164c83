from datetime import date

import ibis
import pandas as pd
import pytest

from credit_score.policy import load_policy
from credit_score.records.contracts import contracts
from credit_score.records.door.judge import checks
from credit_score.records.door.refused import REJECTED
from credit_score.records.duties.field_checks import FIELD_CHECKS, field_check_table
from credit_score.records.duties.quality import MEASURES, quality_rows, quality_table
from credit_score.records.duties.quality_told import quality_reading, quality_told
from credit_score.records.duties.unmeasured import CLOCK, REGISTER
from credit_score.records.reading.workbook_cells import REASONS

POLICY = load_policy("gaoyang")
ON = date(2023, 6, 30)
RULES = POLICY.at(ON)
SEVEN, TWENTY = "publicity.seven_days", "publicity.market_supervision"
ITEM = "compliance.penalty_general"
MAY, APRIL = date(2023, 5, 15), date(2023, 4, 17)
EVENTS = {"event_id": "string", "record_id": "string", "event": "string", "happened_on": "date", "known_on": "date",
          "unit": "string", "replaced_by": "string"}  # fmt: skip
DECISIONS = {"record_id": "string", "unit": "string", "item": "string", "decided_on": "date"}
LICENCE = {"item": "licence.granted", "unit": "administrative_approval"}


def penalty(record_id, decided=MAY, reported=date(2023, 5, 16), **more):
    return {
        "record_id": record_id, "subject_kind": "enterprise", "subject_id": "f1", "item": ITEM,
        "catalogue_kind": "行政管理信息", "unit": "ecology", "occurred_on": decided, "reported_on": reported,
    } | more  # fmt: skip


def tables(*records, happened=()):
    """Accepted records, and events as (record, event, happened_on, known_on), a fifth replaces the record."""
    made = [(f"e{i}", *event[:4], None, event[4] if event[4:] else None) for i, event in enumerate(happened)]
    events = ibis.memtable(pd.DataFrame(made, columns=list(EVENTS)), schema=EVENTS)
    return {"credit_records": ibis.memtable(pd.DataFrame(records)), "record_events": events}


def refused(*rows, **more):
    """Rejected rows as (table, column, reason)."""
    made = [(table, f"{table}.csv", i, column, "x", reason, "") for i, (table, column, reason) in enumerate(rows)]
    return pd.DataFrame(made, columns=REJECTED).assign(n=1, **more)


def decisions(*rows):
    """A register as (record_id, decided_on) of the ecology office, or with a unit, of one penalty or with an item."""
    made = [(name, *(*more, *("ecology", ITEM)[len(more) :]), day) for name, day, *more in rows]
    return ibis.memtable(pd.DataFrame(made, columns=list(DECISIONS)), schema=DECISIONS)


def found(table, **where):
    """``n, of, share`` of the one row that is meant."""
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table[["n", "of", "share"]].iloc[0].tolist()


def measured(*records, rejected=None, happened=(), register=None, on=ON):
    return quality_table(
        tables(*records, happened=happened), refused() if rejected is None else rejected, RULES, on, register
    )


def test_late_is_counted_by_unit_month_of_decision_and_clock():
    late = date(2023, 6, 5)
    table = measured(
        penalty("a"), penalty("b", reported=late), penalty("c", APRIL, date(2023, 4, 18)),
        penalty("m", reported=late, unit="market_supervision"),
    )  # fmt: skip
    assert found(table, unit="ecology", month="2023-05", measure="late") == [1, 2, 0.5]
    assert found(table, unit="ecology", month="2023-04", measure="late") == [0, 1, 0.0]
    assert found(table, unit="market_supervision", measure="late", clock=SEVEN) == [1, 1, 1.0]
    assert found(table, unit="market_supervision", measure="late", clock=TWENTY) == [0, 1, 0.0]
    assert set(table.loc[table["measure"] != "wrong", "clock"]) == {SEVEN, TWENTY}


def test_without_a_register_missing_and_withheld_are_not_measurable_and_never_zero():
    for register in (None, decisions()):
        table = measured(penalty("a"), register=register)
        unknown = table[table["measure"].isin(["missing", "withheld"])]
        assert len(unknown) == 2
        assert unknown["needs"].eq(REGISTER).all()
        assert unknown[["n", "of", "share"]].isna().all(axis=None)
        assert table.loc[table["measure"].isin(["late", "wrong"]), "needs"].eq("").all()


def test_a_decision_of_a_month_with_others_is_missing_and_one_of_a_silent_month_withheld():
    register = decisions(("a", MAY), ("b", MAY), ("c", APRIL), ("d", APRIL))
    table = measured(penalty("a"), register=register)
    assert found(table, month="2023-05", measure="missing") == [1, 2, 0.5]
    assert found(table, month="2023-05", measure="withheld") == [0, 2, 0.0]
    assert found(table, month="2023-04", measure="missing") == [0, 2, 0.0]
    assert found(table, month="2023-04", measure="withheld") == [2, 2, 1.0]
    assert table["needs"].eq("").all()


def test_licences_are_held_to_seven_working_days_like_penalties():
    # Seven working days from Monday 15 May 2023 end on the 24th: a came on it, b the day after, c not at all.
    granted = [penalty("a", reported=date(2023, 5, 24), **LICENCE), penalty("b", reported=date(2023, 5, 25), **LICENCE)]
    register = decisions(*((name, MAY, LICENCE["unit"], LICENCE["item"]) for name in "abc"))
    table = measured(*granted, register=register)
    assert set(table.loc[table["measure"] != "wrong", "clock"]) == {SEVEN}
    assert found(table, measure="late") == [1, 2, 0.5]
    assert found(table, measure="missing") == [1, 3, 1 / 3]
    assert found(table, measure="withheld") == [0, 3, 0.0]
    assert table["needs"].eq("").all()


def lacking(table, needs):
    """Unit, month and measure of what lacks something; never with a number."""
    rows = table[table["needs"] == needs]
    assert rows[["n", "of", "share"]].isna().all(axis=None)
    return sorted(rows[["unit", "month", "measure"]].itertuples(index=False, name=None))


def test_items_that_no_clock_covers_are_told_as_not_measured():
    honour = penalty("h", item="honour.county", unit="publicity", catalogue_kind="诚实守信相关荣誉信息")
    register = decisions(("a", MAY), ("x", APRIL, "fire", "fire.closure"), ("f", date(2023, 8, 1), "court", "order"))
    table = measured(penalty("a"), honour, register=register)
    assert lacking(table, CLOCK) == [
        (unit, month, m)
        for unit, month in (("fire", "2023-04"), ("publicity", "2023-05"))
        for m in ("late", "missing", "withheld")
    ]
    assert lacking(table, REGISTER) == []
    assert found(table, unit="ecology", measure="missing") == [0, 1, 0.0]
    told = quality_told(table, RULES, "en")
    assert set(told.loc[told["Unit"] == "Publicity", "Share"]) == {"Not measured: no clock covers these items", "0.0%"}


def test_where_a_register_holds_no_decision_of_a_unit_or_month_they_are_not_measurable():
    fire = penalty("f", unit="fire")
    table = measured(penalty("a"), penalty("c", APRIL), fire, register=decisions(("a", MAY)))
    assert lacking(table, REGISTER) == [
        ("ecology", "2023-04", "missing"), ("ecology", "2023-04", "withheld"),
        ("fire", "2023-05", "missing"), ("fire", "2023-05", "withheld"),
    ]  # fmt: skip
    assert found(table, unit="ecology", month="2023-05", measure="withheld") == [0, 1, 0.0]


def test_a_decision_of_the_register_that_is_not_reported_is_missing_and_not_late_too():
    records = penalty("a"), penalty("b", reported=date(2023, 8, 1))
    alone = measured(*records)
    assert found(alone, measure="late") == [1, 2, 0.5]
    table = measured(*records, register=decisions(("a", MAY), ("b", MAY)))
    assert found(table, measure="late") == [0, 2, 0.0]
    assert found(table, measure="missing") == [1, 2, 0.5]


def test_a_correction_is_wrong_once_and_makes_nobody_late():
    day = date(2023, 6, 20)
    records = penalty("a"), penalty("a2", reported=day, item="compliance.penalty_minor")
    happened = [("a", "corrected", day, day, "a2")]
    table = measured(*records, happened=happened)
    assert found(table, measure="late") == [0, 1, 0.0]
    assert found(table, measure="wrong") == [1, 2, 0.5]
    # Before the correction is known nothing tells that the record replaces another.
    known = [("a", "corrected", day, date(2023, 6, 21), "a2")]
    assert found(measured(*records, happened=known, on=day), measure="late") == [1, 2, 0.5]


def test_a_unit_that_reports_nothing_at_all_appears_through_the_register():
    table = measured(penalty("a"), register=decisions(("x", MAY, "fire")))
    assert found(table, unit="fire", measure="withheld") == [1, 1, 1.0]


def test_a_decision_whose_clock_still_runs_is_neither_missing_nor_withheld():
    # Seven working days from Monday 15 May end on the 24th.
    register = decisions(("a", MAY), ("b", MAY))
    running, run_out = (measured(penalty("a"), register=register, on=date(2023, 5, d)) for d in (24, 25))
    assert not running["measure"].isin(["missing", "withheld"]).any()
    assert found(run_out, measure="missing") == [1, 2, 0.5]


def test_a_decision_that_is_reported_after_the_day_is_still_missing_on_it():
    records = penalty("a"), penalty("b", reported=date(2023, 6, 20))
    register = decisions(("a", MAY), ("b", MAY))
    before, after = (measured(*records, register=register, on=date(2023, 6, d)) for d in (19, 20))
    assert found(before, measure="missing") == [1, 2, 0.5]
    assert found(after, measure="missing") == [0, 2, 0.0]
    assert found(after, measure="late") == [1, 2, 0.5]


def test_wrong_are_records_corrected_or_withdrawn_once_that_is_known():
    records = penalty("a"), penalty("b"), penalty("c")
    happened = [("a", "corrected", date(2023, 6, 1), date(2023, 6, 2)),
                ("a", "withdrawn", date(2023, 6, 8), date(2023, 6, 8)),
                ("b", "upheld", date(2023, 6, 1), date(2023, 6, 1))]  # fmt: skip
    assert found(measured(*records, happened=happened), measure="wrong") == [1, 3, 1 / 3]
    assert found(measured(*records, happened=happened, on=date(2023, 6, 1)), measure="wrong") == [0, 3, 0.0]


def test_rejected_rows_are_wrong_in_no_known_month_and_duplicates_are_not():
    rows = [("credit_records", "unit", "unknown_code"), ("credit_records", "record_id", "duplicate"),
            ("individuals", "age", "minor"), ("credit_records", "occurred_on", "impossible_date")]  # fmt: skip
    table = measured(penalty("a"), penalty("b"), rejected=refused(*rows))
    assert found(table, unit="unknown", month="unknown", measure="wrong") == [2, 4, 0.5]
    named = measured(penalty("a"), penalty("b"), rejected=refused(*rows, unit=[None, "ecology", "", "ecology"]))
    assert found(named, unit="unknown", month="unknown", measure="wrong") == [1, 4, 0.25]
    assert found(named, unit="ecology", month="unknown", measure="wrong") == [1, 3, 1 / 3]


def test_a_unit_of_which_every_row_was_rejected_is_told():
    rows = refused(("credit_records", "unit", "unknown_code"), unit=["fire"])
    assert found(measured(penalty("a"), rejected=rows), unit="fire", measure="wrong") == [1, 1, 1.0]


@pytest.fixture
def offending():
    """A county in which each measure is offended once or more: records, rejected, events, register."""
    records = penalty("a"), penalty("b", reported=date(2023, 6, 5)), penalty("z", reported=date(2023, 8, 1))
    rejected = refused(("credit_records", "unit", "unknown_code"), ("credit_records", "", "malformed_row"))
    happened = [("a", "corrected", date(2023, 6, 1), date(2023, 6, 1))]
    register = decisions(("a", MAY), ("m", MAY), ("w", APRIL))
    return tables(*records, happened=happened), rejected, RULES, ON, register


def test_the_offending_rows_say_which_and_why(offending):
    rows = quality_rows(*offending)
    told = rows[["measure", "record_id", "why"]].itertuples(index=False, name=None)
    assert sorted(told) == [
        ("late", "b", "reported_late"), ("late", "z", "still_open"), ("missing", "m", "others_reported"),
        ("withheld", "w", "none_reported"), ("wrong", "", "malformed_row"), ("wrong", "", "unknown_code"),
        ("wrong", "a", "corrected"),
    ]  # fmt: skip
    assert rows.loc[rows["why"] == "unknown_code", ["file", "row", "column"]].iloc[0].tolist() == [
        "credit_records.csv", 0, "unit",
    ]  # fmt: skip


def test_every_count_has_its_offending_rows(offending):
    counts, rows = quality_table(*offending), quality_rows(*offending)
    counted = counts[counts["n"] > 0].set_index(["unit", "month", "measure", "clock"])["n"]
    listed = rows.groupby(["unit", "month", "measure", "clock"]).size()
    assert counted.to_dict() == listed.to_dict()
    assert (counts["n"] <= counts["of"]).all()


def test_the_table_is_read_in_words_with_the_reading_beside_it(offending):
    told = quality_told(quality_table(*offending), RULES, "zh")
    assert list(told.columns) == ["报送单位", "决定月份", "指标", "时限", "数量", "总数", "占比"]
    assert {"瞒报", "迟报", "漏报", "错报"} == set(told["指标"])
    assert {"生态环境局", "未知"} == set(told["报送单位"])
    assert "假设" in quality_reading("zh")
    assert "is an assumption" in quality_reading("en")


def test_what_is_not_measurable_is_said_in_place_of_a_share():
    told = quality_told(measured(penalty("a")), RULES, "en").set_index("Measure")
    assert told.loc["Missing", ["Count", "Of", "Share"]].tolist() == [
        "", "", "Not measurable: needs a register of decisions",
    ]  # fmt: skip
    assert told.loc["Late", ["Count", "Of", "Share"]].tolist() == ["0", "1", "0.0%"]
    assert "7 working days" in told.loc["Late", "Clock"]


def test_the_synthetic_county_is_measured(county_run, county_folder):
    table = quality_table(county_run.records.tables, county_run.records.refusals, RULES, ON)
    assert set(table["measure"]) == set(MEASURES)
    late = table[table["measure"] == "late"]
    assert late["of"].sum() > 0
    assert (late["n"] <= late["of"]).all()


FLOOR = {"_fault_subject_id": "string", "_forbidden": "boolean", "_unconsented": "boolean"}


def test_the_field_checks_are_the_contract_s_reasons_and_no_others():
    contract = contracts(POLICY.model)["credit_records"]
    columns = dict.fromkeys(contract.columns, "string")
    types = {c: str(column.dtype) for c, column in contract.schema.columns.items()}
    raw = ibis.table(types | {f"_raw_{c}": t for c, t in columns.items()} | FLOOR, name="raw")
    given = {(c.column, c.reason) for c in checks(raw, contract)} | {("record_id", "duplicate")}
    named = [pair for check in FIELD_CHECKS for pair in check.pairs]
    assert len(named) == len(set(named))
    assert set(named) == given | {("", reason) for reason in ("wrong_encoding", "malformed_row", *REASONS)}


def test_a_rejected_row_is_counted_under_the_check_that_it_failed():
    mine = ("subject_id", "bad_identifier"), ("reported_on", "impossible_date"), ("", "malformed_row")
    rows = refused(*(("credit_records", *fault) for fault in mine), ("enterprises", "enterprise_id", "bad_identifier"))
    counts = field_check_table(rows).set_index("check")["n"]
    assert counts[counts > 0].to_dict() == {"subject_code": 1, "decision_date": 1, "line": 1}
    assert field_check_table(refused())["n"].sum() == 0
