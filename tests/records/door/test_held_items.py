"""The floor over the items of records: forbidden ones of anybody, and of persons those that need a consent."""

import random

import pytest

from credit_score.records.door.held_items import conditional

FORBIDDEN = ["宗教信仰", "religion.member", "blood_type", "疾病诊断", "medical.history", "ｒｅｌｉｇｉｏｎ"]
# A record of a person on an income, by what was consented to: purpose, given, withdrawn, and whether that is enough for
# a record that happened on 2023-01-01 and was reported on 2023-01-05.
CONSENTS = [
    ("income", "2022-06-01", "", True), ("income", "2023-01-01", "", True), ("收入", "2022-06-01", "", True),
    ("income", "2023-01-02", "", False), ("income", "2022-06-01", "2023-01-05", False),
    ("income", "2022-06-01", "2022-12-01", False), ("income", "2022-06-01", "2023-01-06", True),
    ("deposits", "2022-06-01", "", False), (None, "", "", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(hand):
    """Tables with a record for each case, and the reason that each record must get ('' if accepted)."""
    tables = hand.county()
    tables["individuals"] = [hand.a_person(n) for n in range(len(CONSENTS))]
    records, consents, expected = [], [], {}

    def add(kind, subject, item, reason):
        row = hand.record(len(records) + 1, kind, subject, item=item)
        records.append(row)
        expected[row["record_id"]] = reason

    for item in FORBIDDEN:
        add("individual", hand.person(0), item, "forbidden_data")
        add("enterprise", hand.firm(1), item, "forbidden_data")
    for n, (purpose, given, withdrawn, enough) in enumerate(CONSENTS):
        if purpose:
            consents.append({"consent_id": f"C{n}", "person_id": hand.person(n), "purpose": purpose, "given_on": given,
                             "withdrawn_on": withdrawn})  # fmt: skip
        add("individual", hand.person(n), "annual_income", "" if enough else "no_consent")
    for item in ("annual_income", "tax_amount", "bank.deposit", "property"):
        add("enterprise", hand.firm(1), item, "")
    add("individual", hand.person(0), "contract.fulfilled", "")
    tables |= {"credit_records": records, "consents": consents}
    return tables, expected


@pytest.fixture(scope="module")
def read(hand, made, tmp_path_factory):
    return hand.read(hand.write(tmp_path_factory.mktemp("held") / "held", made[0]))


def verdicts(records, tables, name="credit_records"):
    """Record id → reason, '' where the record was accepted."""
    told = dict.fromkeys(records[name].execute()["record_id"], "")
    for row in records.rejected.query("table == @name").itertuples():
        told[tables[row.file][row.row - 1]["record_id"]] = row.reason
    return told


def test_each_record_is_accepted_or_refused_as_the_law_asks(made, read):
    tables, expected = made
    assert verdicts(read, {"credit_records.csv": tables["credit_records"]}) == expected
    assert set(expected.values()) == {"", "forbidden_data", "no_consent"}
    assert set(read.rejected["column"]) == {"item"}


@pytest.mark.thorough
def test_neither_order_of_rows_nor_how_they_are_spread_over_files_changes_a_verdict(hand, made, read, tmp_path):
    tables, expected = made
    for seed in (1, 2):
        shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in tables.items()}
        folder = hand.write(
            tmp_path / str(seed), {n: r for n, r in shuffled.items() if n not in ("credit_records", "consents")}
        )
        files = {}
        for name in ("credit_records", "consents"):
            for part in range(2):
                files[f"{name}-{part}.csv"] = shuffled[name][part::2]
                hand.write(folder, {f"{name}-{part}": shuffled[name][part::2]})
        again = hand.read(folder)
        assert verdicts(again, files) == expected
        assert hand.as_text(again, "credit_records") == hand.as_text(read, "credit_records")


def test_without_a_single_consent_what_needs_one_is_refused_and_the_rest_is_not(hand, made, tmp_path):
    tables = {name: rows for name, rows in made[0].items() if name != "consents"}
    told = verdicts(hand.read(hand.write(tmp_path / "none", tables)), {"credit_records.csv": tables["credit_records"]})
    asked = {i: reason for i, reason in made[1].items() if reason != "forbidden_data"}
    persons = {row["record_id"] for row in tables["credit_records"] if row["item"] == "annual_income"
               and row["subject_kind"] == "individual"}  # fmt: skip
    assert {i: told[i] for i in asked} == {i: "no_consent" if i in persons else "" for i in asked}


def test_the_kinds_that_need_a_consent_are_those_of_article_14():
    assert conditional() == ["deposits", "income", "insurance", "property", "securities", "tax_amount"]
