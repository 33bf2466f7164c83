"""A small county made by hand: every row in sight, identifiers that pass every check and can be nobody's."""

import csv
import json
from types import SimpleNamespace

import pandas as pd
import pytest
from stdnum.cn import ric, uscc

from credit_score.policy import load_policy
from credit_score.records import read_records

KEY = "a key for tests, of no use elsewhere"
FORMS = {"company": "1", "sole_proprietor": "2", "cooperative": "3"}


def person_number(n):
    """The n-th identity number: born in 1800–1859, in a county that has no such person."""
    first = f"130628{1800 + n % 60}0101{n:03d}"
    return first + ric.calc_check_digit(first + "0")


def firm_code(n, legal_form="company"):
    """The n-th unified social credit code, of the region 999999 that no place has."""
    first = f"9{FORMS[legal_form]}999999{n:09d}"
    return first + uscc.calc_check_digit(first)


def _firm(n, legal_form, **more):
    row = {"enterprise_id": firm_code(n, legal_form), "name": f"Name {n}", "legal_form": legal_form}
    return (
        row
        | {"sector": "textiles", "industry": "", "size": "small", "town": "T1", "registered_on": "2015-01-01"}
        | more
    )


def _person(n, **more):
    row = {
        "person_id": person_number(n),
        "age": "40",
        "age_on": "2023-06-30",
        "household_id": f"House {n}",
        "town": "T1",
        "village": "V1",
    }
    return row | {"enrolled_on": "2022-01-01", "left_on": ""} | more


def _record(n, subject_kind, subject_id, **more):
    row = {"record_id": f"R{n}", "subject_kind": subject_kind, "subject_id": subject_id, "item": "contract.fulfilled"}
    kind = {"catalogue_kind": "合同履行信息", "unit": "court"}
    return row | kind | {"occurred_on": "2023-01-01", "reported_on": "2023-01-05"} | more


def _visit(n, enterprise_id, **more):
    row = {"inspection_id": f"V{n}", "enterprise_id": enterprise_id, "department": "fire", "inspector_id": "Badge 1"}
    result = {"stream": "random", "draw_probability": "0.5", "violation_found": "false", "days": "1.5"}
    return row | {"inspected_on": "2023-02-01"} | result | more


def small_county():
    """Table → rows: a company, a sole proprietor and a cooperative; four persons; what was reported of them."""
    company, shop, farm = firm_code(1), firm_code(2, "sole_proprietor"), firm_code(3, "cooperative")
    return {
        "enterprises": [
            _firm(1, "company"), _firm(2, "sole_proprietor", sector="food_service", industry="food_service"),
            _firm(3, "cooperative", sector="farm_products", size="micro"),
        ],
        "individuals": [_person(n) for n in range(4)],
        "households": [{"household_id": f"House {n}", "town": "T1", "village": "V1"} for n in range(4)],
        "departments": [{"department": "fire", "inspectors": "3", "days_per_inspector": "200"}],
        "inspectors": [{"inspector_id": "Badge 1", "department": "fire"}],
        "credit_records": [
            _record(1, "enterprise", company), _record(2, "enterprise", shop), _record(3, "enterprise", farm),
            _record(4, "individual", person_number(0)), _record(5, "individual", person_number(1)),
        ],
        "inspections": [_visit(1, company), _visit(2, shop, stream="complaint", draw_probability="")],
    }  # fmt: skip


def few_tables():
    """The needed tables alone, with records of enterprises."""
    tables = small_county()
    return {"enterprises": tables["enterprises"], "credit_records": tables["credit_records"][:3]}


def write_county(folder, tables, form="csv", ends="\n", encoding="utf-8"):
    """Tables as files of a folder; an empty text is a missing value."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if form == "parquet":
            pd.DataFrame(rows).replace("", None).to_parquet(folder / f"{name}.parquet")
            continue
        with (folder / f"{name}.csv").open("w", newline="", encoding=encoding) as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator=ends)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def mark_synthetic(folder, mark=True, key="the demo key, which is public"):
    (folder / "synthetic.json").write_text(json.dumps({"synthetic": mark}), encoding="utf-8")
    (folder / "demo.key").write_text(key, encoding="utf-8")


def rejected_by(records, *columns):
    """The rejected rows as a set of tuples."""
    return set(records.rejected[list(columns)].itertuples(index=False, name=None))


def as_text(records, name):
    """An accepted table as sorted rows of text, whatever its types."""
    table = records[name].execute().astype(str)
    return table.sort_values(list(table.columns)).to_numpy().tolist()


GAOYANG = load_policy("gaoyang")


@pytest.fixture(scope="session")
def hand():
    """What builds and reads hand-made counties."""
    return SimpleNamespace(
        KEY=KEY, county=small_county, few=few_tables, write=write_county, person=person_number, firm=firm_code,
        record=_record, a_person=_person, a_firm=_firm, mark_synthetic=mark_synthetic, rejected_by=rejected_by,
        as_text=as_text,
        read=lambda folder, **more: read_records(folder, **{"policy": GAOYANG, "key": KEY} | more),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch):
    """No key from outside reaches a test."""
    monkeypatch.delenv("CREDIT_SCORE_KEY", raising=False)
    monkeypatch.delenv("CREDIT_SCORE_KEY_FILE", raising=False)


@pytest.fixture(scope="session")
def clean(hand, tmp_path_factory):
    """The small county as it is, read."""
    return hand.read(hand.write(tmp_path_factory.mktemp("hand") / "clean", hand.county()))


@pytest.fixture(scope="session")
def dirty(county_run):
    """The generated county, dirt and all, read."""
    return county_run.records
