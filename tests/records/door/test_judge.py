"""Each thing that can be wrong with a row, all in one folder: what is rejected, in which column, and why."""

import re

import pytest

from credit_score.errors import IDENTITY_NUMBER

FAULTS = [
    # table, what is changed in a copy of the first row, the column and the reason told
    ("enterprises", {"enterprise_id": ""}, "enterprise_id", "missing_value"),
    ("enterprises", {"enterprise_id": "firm 7 with its check character changed"}, "enterprise_id", "bad_identifier"),
    ("enterprises", {"legal_form": "guild"}, "legal_form", "unknown_code"),
    ("enterprises", {"sector": "Textile"}, "sector", "unknown_code"),
    ("enterprises", {"size": ""}, "size", "missing_value"),
    ("enterprises", {"town": "   "}, "town", "missing_value"),
    ("enterprises", {"registered_on": "2015-02-30"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "1899-12-31"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "2100-01-02"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "2015/13/5"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "5/1/2015"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "20151305"}, "registered_on", "impossible_date"),
    ("enterprises", {"town": "T1 13912345678"}, "town", "personal_number"),
    ("enterprises", {"town": "130628 19800101 0011"}, "town", "identity_number"),
    ("enterprises", {"industry": "和平路5号张三"}, "industry", "unknown_code"),
    ("enterprises", {"industry": "13912345678"}, "industry", "personal_number"),
    ("individuals", {"village": "139-1234-5678"}, "village", "personal_number"),
    ("credit_records", {"record_id": "2023130628198001010011"}, "record_id", "identity_number"),
    ("credit_records", {"record_id": "6222021234567890128"}, "record_id", "personal_number"),
    ("enterprises", {"name": "x" * 101}, "name", "too_long"),
    ("credit_records", {"item": "somebody did something"}, "item", "unknown_code"),
    ("enterprises", {"registered_on": "2015-01-05 10:30:00"}, "registered_on", "impossible_date"),
    ("enterprises", {"registered_on": "infinity"}, "registered_on", "impossible_date"),
    ("individuals", {"age": "17"}, "age", "minor"),
    ("individuals", {"age": "-3"}, "age", "minor"),
    ("individuals", {"age": "151"}, "age", "out_of_range"),
    ("individuals", {"age": "forty"}, "age", "not_a_number"),
    ("individuals", {"age": "40.5"}, "age", "not_a_number"),
    ("individuals", {"age": "nan"}, "age", "not_a_number"),
    ("individuals", {"age": "inf"}, "age", "not_a_number"),
    ("individuals", {"age": "9" * 30}, "age", "not_a_number"),
    ("individuals", {"enrolled_on": "soon"}, "enrolled_on", "impossible_date"),
    ("individuals", {"left_on": "2021-12-31"}, "left_on", "impossible_date"),
    ("credit_records", {"subject_kind": "person"}, "subject_kind", "unknown_code"),
    ("credit_records", {"subject_id": "firm 9"}, "subject_id", "unknown_subject"),
    ("credit_records", {"subject_id": "person 0"}, "subject_id", "bad_identifier"),
    ("credit_records", {"subject_id": "12"}, "subject_id", "bad_identifier"),
    ("credit_records", {"catalogue_kind": "闲话"}, "catalogue_kind", "unknown_code"),
    ("credit_records", {"unit": "bank"}, "unit", "unknown_code"),
    ("credit_records", {"reported_on": "2022-12-31"}, "reported_on", "impossible_date"),
    ("inspections", {"department": "tax"}, "department", "unknown_code"),
    ("inspections", {"stream": "gossip"}, "stream", "unknown_code"),
    ("inspections", {"draw_probability": "0"}, "draw_probability", "out_of_range"),
    ("inspections", {"draw_probability": "1.01"}, "draw_probability", "out_of_range"),
    ("inspections", {"draw_probability": "nan"}, "draw_probability", "out_of_range"),
    ("inspections", {"draw_probability": "half"}, "draw_probability", "not_a_number"),
    ("inspections", {"violation_found": "maybe"}, "violation_found", "not_true_or_false"),
    ("inspections", {"violation_found": ""}, "violation_found", "missing_value"),
    ("inspections", {"days": "-1"}, "days", "out_of_range"),
    ("departments", {"inspectors": "0"}, "inspectors", "out_of_range"),
    ("departments", {"days_per_inspector": "367"}, "days_per_inspector", "out_of_range"),
]
SOUND = [
    ("individuals", {"age": "18"}), ("individuals", {"age": " 40 "}), ("individuals", {"age": "40.0"}),
    ("individuals", {"enrolled_on": ""}), ("individuals", {"household_id": ""}),
    ("individuals", {"enrolled_on": "2022-01-01", "left_on": "2022-01-01"}),
    ("enterprises", {"name": "", "industry": ""}), ("enterprises", {"registered_on": "2016-02-29"}),
    ("enterprises", {"industry": "C1751"}), ("credit_records", {"record_id": "13062820230315001"}),
    ("enterprises", {"registered_on": "2015-01-05 00:00:00"}),
    ("credit_records", {"occurred_on": "2023-01-05"}), ("credit_records", {"item": "an.item.of.no.policy"}),
    ("inspections", {"draw_probability": "1"}), ("inspections", {"inspector_id": ""}), ("inspections", {"days": "0"}),
    ("inspections", {"violation_found": "TRUE"}),
]  # fmt: skip


class Faulty:
    """The small county with a row for each fault and each sound oddity, and where each row stands."""

    def __init__(self, hand):
        self.hand, self.tables, self.n = hand, hand.county(), 10
        self.faulty = [(t, self._append(t, change), column, reason) for t, change, column, reason in FAULTS]
        self.sound = [(t, self._append(t, change)) for t, change in SOUND]

    def _append(self, table, change):
        """A copy of the table's first row under a new key, changed; returns its position, the first being 1."""
        self.n += 1
        fresh = {
            "enterprises": {"enterprise_id": self.hand.firm(self.n)},
            "individuals": {"person_id": self.hand.person(self.n)},
            "credit_records": {"record_id": f"R{self.n}"},
            "inspections": {"inspection_id": f"V{self.n}"},
        }
        self.tables[table].append(self.tables[table][0] | fresh.get(table, {}) | self._identified(change))
        return len(self.tables[table])

    def _identified(self, change):
        names = {
            "firm 9": self.hand.firm(9),
            "person 0": self.hand.person(0),
            "firm 7 with its check character changed": self.hand.firm(7)[:-1] + "0",
        }
        return {column: names.get(value, value) for column, value in change.items()}


@pytest.fixture(scope="module")
def faulty(hand):
    return Faulty(hand)


@pytest.fixture(scope="module")
def judged(hand, faulty, tmp_path_factory):
    return hand.read(hand.write(tmp_path_factory.mktemp("judged") / "faulty", faulty.tables))


@pytest.mark.parametrize("i", range(len(FAULTS)), ids=[f"{t}-{next(iter(c.items()))}" for t, c, *_ in FAULTS])
def test_a_faulty_row_is_rejected_with_column_and_reason(hand, faulty, judged, i):
    table, row, column, reason = faulty.faulty[i]
    told = hand.rejected_by(judged, "table", "row", "column", "reason")
    assert {t for t in told if t[:2] == (table, row)} == {(table, row, column, reason)}


def test_nothing_else_is_rejected(hand, faulty, judged):
    expected = {(table, row) for table, row, *_ in faulty.faulty}
    assert hand.rejected_by(judged, "table", "row") == expected


@pytest.mark.parametrize("i", range(len(SOUND)), ids=[f"{t}-{next(iter(c.items()))}" for t, c in SOUND])
def test_an_odd_row_that_breaks_nothing_is_accepted(hand, faulty, judged, i):
    assert faulty.sound[i] not in hand.rejected_by(judged, "table", "row")


@pytest.mark.thorough
def test_parquet_of_the_same_texts_is_judged_alike(hand, faulty, judged, tmp_path):
    parquet = hand.read(hand.write(tmp_path / "parquet", faulty.tables, form="parquet"))
    columns = ("table", "row", "column", "value", "reason")
    assert hand.rejected_by(parquet, *columns) == hand.rejected_by(judged, *columns)
    assert parquet.counts.equals(judged.counts)
    for name in faulty.tables:
        assert hand.as_text(parquet, name) == hand.as_text(judged, name)


def test_what_is_accepted_and_what_is_rejected_is_all_that_was_read(faulty, judged):
    counts = judged.counts.set_index("table")
    assert counts["read"][counts["read"] > 0].to_dict() == {name: len(rows) for name, rows in faulty.tables.items()}
    assert (counts["accepted"] + counts["rejected"]).equals(counts["read"].rename(None))


def test_only_the_first_fault_of_a_row_is_told(hand, tmp_path):
    tables = hand.few()
    tables["enterprises"].append(
        tables["enterprises"][0] | {"enterprise_id": "12", "sector": "x", "registered_on": "y"}
    )
    records = hand.read(hand.write(tmp_path / "many", tables))
    assert hand.rejected_by(records, "row", "column", "reason") == {(4, "enterprise_id", "bad_identifier")}


@pytest.mark.parametrize(
    "number", ["110101198503073719", "11010119850307371x", "13062820080229371X", "130628850307371"]
)
@pytest.mark.parametrize("form", ["{}", "R-{}", "{}/2", "案件{}号"])
def test_an_identity_number_is_known_wherever_it_stands(number, form):
    assert re.search(IDENTITY_NUMBER, form.format(number))


@pytest.mark.parametrize(
    "text",
    [
        "130628202303150012", "130628230315001", "202303151030210001", "91130628MA0ABCDE1X", "R-0000000001",
        "高市监罚〔2023〕12号", "13812345678", "6222021234567890123",
    ],
)  # fmt: skip
def test_the_number_of_a_document_is_no_identity_number(text):
    assert not re.search(IDENTITY_NUMBER, text)
