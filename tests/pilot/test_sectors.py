"""Sectors of the plan: what is counted of firms, and what would tell of too few sole proprietors."""

from dataclasses import replace
from datetime import date

import ibis
import pandas as pd
import pytest

from credit_score.pilot.sectors import PARTS, sector_table

LEAST = 10
TEXTS = ("record_id", "subject_kind", "subject_id", "item", "catalogue_kind", "unit")
RATED, MADE = "信用评价结果信息", "信用承诺及履行情况信息"


@pytest.fixture(scope="module")
def told(villages_run):
    """``told(companies=, sole=, records=, ledger=, platform=)``: the row of textiles; records as (firm, item, day)."""

    def made(companies=0, sole=0, *, records=(), ledger=(), platform=None, joint=None):
        firms = [f"c{i}" for i in range(companies)] + [f"S-{i}" for i in range(sole)]
        register = pd.DataFrame({
            "enterprise_id": firms, "sector": "textiles", "registered_on": date(2010, 1, 1),
            "legal_form": ["sole_proprietor" if f.startswith("S-") else "company" for f in firms],
        })  # fmt: skip
        kept = pd.DataFrame([
            {"record_id": f"r{i}", "subject_kind": "enterprise", "subject_id": firm, "item": item, "unit": "tax",
             "catalogue_kind": RATED, "occurred_on": day, "reported_on": day}
            for i, (firm, item, day) in enumerate(records)
        ], columns=[*TEXTS, "occurred_on", "reported_on"])  # fmt: skip
        counting = pd.DataFrame(list(ledger), columns=["subject", "item"])
        run, days = villages_run, dict.fromkeys(("occurred_on", "reported_on"), "date")
        given = {
            "enterprises": ibis.memtable(register, schema={
                "enterprise_id": "string", "sector": "string", "registered_on": "date", "legal_form": "string"}),
            "credit_records": ibis.memtable(kept, schema=dict.fromkeys(TEXTS, "string") | days),
        }  # fmt: skip
        for name, day, listed in (("platform", "joined_on", platform), ("joint_building", "applied_on", joint)):
            if listed is not None:
                frame = pd.DataFrame({"enterprise_id": listed, day: date(2023, 1, 1)})
                given[name] = ibis.memtable(frame, schema={"enterprise_id": "string", day: "date"})
        files = pd.DataFrame({"table": list(given)})
        tables = run.tables | {
            "ledger_enterprise": ibis.memtable(counting, schema={"subject": "string", "item": "string"})
        }
        records = replace(run.records, tables=run.records.tables | given, files=files)
        standing = replace(run.standing, records=records, tables=tables)
        return sector_table(standing)["sector_view"].set_index("sector").loc["textiles"]

    return made


def test_companies_are_counted_by_what_their_records_say(told):
    days = {"now": date(2023, 6, 1), "old": date(2022, 6, 30)}
    row = told(
        companies=5,
        records=[
            ("c0", "commitment.made", days["now"]), ("c1", "commitment.kept", days["now"]),
            ("c2", "commitment.made", days["old"]),  # a year ago to the day: no more
            ("c0", "tax.a_rating", days["now"]), ("c1", "tax.b_rating", days["now"]),
            ("c2", "tax.b_rating", date(2023, 5, 1)), ("c2", "tax.a_rating", date(2023, 1, 1)),
            ("c3", "tax.a_rating", days["old"]),
        ],
        ledger=[("c0", "honour.county"), ("c0", "honour.municipal"), ("c1", "compliance.penalty_minor"),
                ("c2", "compliance.penalty"), ("c3", "honourable")],
        platform=["c0", "c1", "c4"], joint=["c4"],
    )  # fmt: skip
    counts = row[["firms", *PARTS]].to_dict()
    assert counts == {
        "firms": 5, "committed": 2, "rated": 3, "best_rated": 1, "honoured": 1, "penalised": 1, "on_platform": 3,
        "joint_building": 1,
    }  # fmt: skip
    assert row["needs"] == ""


def test_a_count_without_a_file_needs_it_and_is_no_zero(told):
    row = told(companies=5)
    assert row["needs"] == "on_platform;joint_building"
    assert row[["on_platform", "joint_building"]].isna().all()
    assert row["honoured"] == 0


@pytest.mark.parametrize(
    ("companies", "sole", "of_companies", "of_sole", "shown"),
    [
        (5, 40, 3, 10, 13),  # 10 of 40 sole proprietors
        (5, 40, 3, 9, None),  # 12 less the 3 companies that everybody knows would be 9
        (5, 40, 3, 30, 33),
        (5, 40, 3, 31, None),  # all but 9
        (5, 40, 3, 0, None),  # that no sole proprietor is tells of each
        (50, 9, 20, 9, None),
        (50, 0, 3, 0, 3),
    ],
)
def test_a_count_of_firms_is_told_where_it_tells_of_no_few_sole_proprietors(
    told, companies, sole, of_companies, of_sole, shown
):
    honoured = [f"c{i}" for i in range(of_companies)] + [f"S-{i}" for i in range(of_sole)]
    row = told(companies, sole, ledger=[(firm, "honour.county") for firm in honoured])
    assert (None if pd.isna(row["honoured"]) else row["honoured"]) == shown
    assert pd.isna(row["firms"]) == (0 < sole < LEAST)


def test_a_taxpayers_are_a_part_of_the_rated_and_guarded_among_them(told):
    day = date(2023, 6, 1)
    rated = [(f"S-{i}", "tax.a_rating" if i < 25 else "tax.b_rating", day) for i in range(30)]
    row = told(5, 60, records=rated)
    assert row["rated"] == 30
    assert pd.isna(row["best_rated"])  # of the rated sole proprietors 5 are not


def test_where_no_sole_proprietor_is_rated_the_best_rated_are_not_told_either(told):
    day = date(2023, 6, 1)
    rated = [(f"c{i}", "tax.a_rating" if i < 28 else "tax.b_rating", day) for i in range(40)]
    row = told(60, 30, records=rated)
    assert row[["rated", "best_rated"]].isna().all()
    assert told(60, 0, records=rated)["best_rated"] == 28  # of companies alone


def test_no_column_tells_of_a_tier(told):
    row = told(companies=5)
    assert not [name for name in row.index if "tier" in name or "score" in name]
    assert set(row.index) == {"firms", *PARTS, "needs", "rule"}


def test_the_sectors_of_the_plan_have_a_row_each_though_there_are_no_firms(villages_run):
    table = villages_run.pilot["sector_view"]
    assert table["sector"].tolist() == ["farm_products", "leisure_farming", "textiles", "farm_machinery_parts"]
    assert table["firms"].tolist() == [0, 0, 1, 0]
