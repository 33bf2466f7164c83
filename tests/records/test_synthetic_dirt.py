"""Dirt is counted again by a plain reading that shares no code with the generator."""

import csv
import json
from collections import Counter
from datetime import date

import pandas as pd
import pytest
from stdnum.cn import ric, uscc

from credit_score.records import read_records
from credit_score.records.synthetic import make_county

SIZES = {"n_enterprises": 1_500, "n_individuals": 2_500, "seed": 77}
COLUMNS = {
    "enterprises": "enterprise_id name legal_form sector industry size town registered_on",
    "individuals": "person_id age age_on household_id town village enrolled_on left_on",
    "households": "household_id town village",
    "departments": "department inspectors days_per_inspector",
    "inspectors": "inspector_id department",
    "credit_records": "record_id subject_kind subject_id item catalogue_kind unit occurred_on reported_on",
    "inspections": "inspection_id enterprise_id department inspector_id inspected_on stream draw_probability "
    "violation_found days",
    "banks": "bank_id name joined_on",
    "platform": "enterprise_id joined_on real_name_on",
    "authorisations": "authorisation_id enterprise_id bank_id given_on withdrawn_on",
    "village_finance": "finance_id bank_id town village reported_on borrowers borrowers_in_arrears loans bad_loans",
    "scene_uses": "use_id scene town month uses cost",
    "report_uses": "report_use_id unit report_use enterprise_id used_on",
    "measures_taken": "measure_id enterprise_id measure unit begun_on ended_on fed_back_on",
    "activities": "activity_id activity place unit held_on participants",
    "government_cases": "case_id body case_kind unit found_on due_on closed_on",
    "posts": "post_id unit role since until",
    "youth_households": "household_id named_on ended_on",
    "joint_building": "enterprise_id applied_on",
}
MAY_BE_EMPTY = {
    "name", "industry", "household_id", "enrolled_on", "left_on", "draw_probability", "real_name_on", "withdrawn_on",
    "ended_on", "fed_back_on", "closed_on", "until", "place",
}  # fmt: skip
MAY_BE_EMPTY_IN = {"banks": {"joined_on"}, "authorisations": {"bank_id"}}
DEPARTMENTS = "market_supervision ecology emergency housing agriculture health human_resources fire"
UNITS = (
    f"{DEPARTMENTS} tax court publicity town_government civil_affairs administrative_approval education justice "
    "natural_resources commerce leading_office public_security city_management runyang medical_insurance cyberspace "
    "civilization_office finance_office peoples_bank banking_supervision"
)
KINDS = (
    "登记注册基本信息 司法裁判及执行信息 行政管理信息 职称和职业信息 经营(活动)异常名录(状态)信息 "
    "严重失信主体名单信息 合同履行信息 信用承诺及履行情况信息 信用评价结果信息 "
    "遵守法律法规情况信息 诚实守信相关荣誉信息"
)
SECTORS = "textiles farm_products leisure_farming farm_machinery_parts food_service retail construction transport other"
CODES = {
    "sector": SECTORS.split(),
    "size": ["micro", "small", "medium", "large"],
    "legal_form": ["company", "cooperative", "sole_proprietor"],
    "department": DEPARTMENTS.split(),
    "unit": UNITS.split(),
    "catalogue_kind": KINDS.split(),
    "stream": ["random", "statutory", "complaint", "alert", "referral"],
    "report_use": ["procurement", "bidding", "market_access", "qualification", "approval"],
    "place": ["government", "enterprise", "school", "community", "village", "hospital", "market"],
    "role": ["leader", "liaison", "staff"],
}
NO_SUCH = {
    "unknown_code": {"scene": "scene.of_nobody", "measure": "measure.of_nobody"},
    "unknown_entry": {"bank_id": "B-99", "household_id": "H-999999999"},
}


def rows_of_csv(path, faults):
    """Readable rows of a file; lines that are none are counted in `faults`."""
    columns = path.read_bytes().splitlines()[0].decode().split(",")
    assert columns == COLUMNS[path.stem].split()
    for line in path.read_bytes().split(b"\n")[1:-1]:
        try:
            values = next(csv.reader([line.decode("utf-8")]))
        except UnicodeDecodeError:
            line.decode("gb18030")
            faults["wrong_encoding"] += 1
            continue
        if len(values) == len(columns):
            yield dict(zip(columns, values, strict=True))
        else:
            faults["malformed_row"] += 1


def rows_of_parquet(path, _):
    frame = pd.read_parquet(path).astype(object)
    yield from frame.where(frame.notna(), "").astype(str).to_dict(orient="records")


def is_wrong_identifier(value):
    person = value.startswith("13")
    return len(value) != 18 or (ric.calc_check_digit(value) != value[-1] if person else not uscc.is_valid(value))


def is_no_day(value):
    try:
        return date.fromisoformat(value).year > 2100
    except ValueError:
        return True


def is_code_of_nothing(column, value):
    return bool(value) and (value == NO_SUCH["unknown_code"].get(column) or value not in CODES.get(column, [value]))


def faults_of(row, table):
    identifiers = [row[c] for c in ("enterprise_id", "person_id", "subject_id") if c in row]
    days = {c: row[c] for c in row if c.endswith("_on") and row[c]}
    impossible = any(map(is_no_day, days.values()))
    order = [("occurred_on", "reported_on"), ("given_on", "withdrawn_on")]
    may_be_empty = MAY_BE_EMPTY | MAY_BE_EMPTY_IN.get(table, set())
    found = {
        "missing_value": any(not row[c] for c in row if c not in may_be_empty),
        "bad_identifier": any(map(is_wrong_identifier, identifiers)),
        "impossible_date": impossible or any(days.get(one, "") > days.get(two, "9") for one, two in order),
        "unknown_code": any(is_code_of_nothing(c, row[c]) for c in row),
        "unknown_entry": any(row.get(c) == value for c, value in NO_SUCH["unknown_entry"].items()),
        "minor": "age" in row and int(row["age"]) < 18,
        "not_first_of_month": "month" in row and row["month"][8:] != "01",
        "above_whole": "borrowers" in row and int(row["borrowers_in_arrears"]) > int(row["borrowers"]),
    }
    return [kind for kind, is_so in found.items() if is_so]


def read_plainly(path):
    """Faults by kind in one file, and its clean rows."""
    faults, clean, seen = Counter(), [], set()
    reader = rows_of_csv if path.suffix == ".csv" else rows_of_parquet
    for row in reader(path, faults):
        wrong = faults_of(row, path.stem)
        assert len(wrong) <= 1, "a row has one fault"
        key = next(iter(row.values()))
        if not wrong and key in seen:
            wrong = ["duplicate"]
        faults.update(wrong)
        if not wrong:
            seen.add(key)
            clean.append(row)
    return faults, clean


def unnumbered(row):
    """A row without its record number: dirty rows take numbers too, so later ones move up."""
    return {column: value for column, value in row.items() if column != "record_id"}


@pytest.fixture(scope="module", params=["csv", pytest.param("parquet", marks=pytest.mark.thorough)])
def dirty(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dirt") / request.param
    facts = make_county(folder, **SIZES, format=request.param)
    return facts, {name: read_plainly(folder / f"{name}.{request.param}") for name in COLUMNS}


def test_a_plain_reading_finds_the_stated_dirt(dirty):
    facts, read = dirty
    stated = json.loads((facts.folder / "synthetic.json").read_text(encoding="utf-8"))["dirt"]
    assert {name: dict(faults) for name, (faults, _) in read.items() if faults} == stated


def test_clean_rows_are_those_of_the_county_without_dirt(dirty, tmp_path):
    facts, read = dirty
    make_county(tmp_path / "pure", **SIZES, format=facts.format, dirt=False)
    for name, (_, clean) in read.items():
        _, pure = read_plainly(tmp_path / "pure" / f"{name}.{facts.format}")
        assert [unnumbered(row) for row in clean] == [unnumbered(row) for row in pure]


def test_every_kind_of_dirt_is_there(dirty):
    facts, _ = dirty
    kinds = {kind for counts in facts.dirt.values() for kind in counts}
    in_tables = {
        "bad_identifier", "duplicate", "impossible_date", "unknown_code", "missing_value", "minor", "unknown_entry",
        "not_first_of_month", "above_whole",
    }  # fmt: skip
    assert kinds == in_tables | ({"wrong_encoding", "malformed_row"} if facts.format == "csv" else set())


def test_dirt_is_about_one_row_in_a_hundred(dirty):
    facts, _ = dirty
    shares = [facts.n_dirty(name) / facts.rows[name] for name in ("enterprises", "individuals", "credit_records")]
    assert all(0.008 < share < 0.012 for share in shares)


# Ibis 12 calls DuckDB 1.5 by names, and asks pandas 3 for an option, that these deprecate.
@pytest.mark.filterwarnings("ignore:fetch_:DeprecationWarning", "ignore:The 'future.infer_string' option")
def test_intake_rejects_the_stated_dirt_and_nothing_else(dirty):
    facts, _ = dirty
    records = read_records(facts.folder)
    found = records.rejected.groupby(["table", "reason"]).size()
    stated = {(name, kind): n for name, counts in facts.dirt.items() for kind, n in counts.items()}
    assert found.to_dict() == stated


def test_a_county_without_dirt_has_none(tmp_path):
    facts = make_county(tmp_path / "county", **SIZES, dirt=False)
    assert facts.dirt == {}
    assert not any(read_plainly(tmp_path / "county" / f"{name}.csv")[0] for name in COLUMNS)
