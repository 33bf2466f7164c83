"""Firms written by hand, for tests: rows of their records and of what units did, and how a county of them stands."""

import csv
import shutil
from datetime import date

import credit_score as cs
from credit_score.pilot import Standing
from credit_score.points import ledger_of
from credit_score.policy import load_policy
from credit_score.policy.loader import BUNDLED
from credit_score.records import read_records

KEY = "a key of the tests, no secret"
KINDS = {
    "compliance.abnormal_list": "经营(活动)异常名录(状态)信息", "justice.serious_dishonesty": "严重失信主体名单信息",
    "honour.county": "诚实守信相关荣誉信息", "tax.a_rating": "信用评价结果信息",
}  # fmt: skip
LISTED, SERIOUS, HONOUR, A_RATING = KINDS


def firm(name, legal_form="company", **more):
    row = {"enterprise_id": name, "legal_form": legal_form, "sector": "textiles", "size": "small", "town": "t"}
    return row | {"registered_on": "2010-01-01"} | more


def record(name, subject, item, occurred="2023-01-10", reported="2023-01-12", **more):
    row = {"record_id": name, "subject_kind": "enterprise", "subject_id": subject, "item": item}
    days = {"occurred_on": occurred, "reported_on": reported}
    return row | {"catalogue_kind": KINDS[item], "unit": "market_supervision"} | days | more


def event(name, of, what, happened, known="", **more):
    row = {"event_id": name, "record_id": of, "event": what, "happened_on": happened, "known_on": known or happened}
    return row | {"unit": "market_supervision", "replaced_by": ""} | more


def taken(name, subject, measure, begun, ended="", fed_back="", unit="administrative_approval"):
    row = {"measure_id": name, "enterprise_id": subject, "measure": measure, "unit": unit, "begun_on": begun}
    return row | {"ended_on": ended, "fed_back_on": fed_back}


def plain_policy(place):
    """The bundled policy for plain identifiers, in a folder of its own."""
    folder = shutil.copytree(BUNDLED / "gaoyang", place / "policy")
    path = folder / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    held = "identifiers: {enterprise: cn_uscc, person: cn_ric}"
    assert held in text
    path.write_text(text.replace(held, "identifiers: {enterprise: plain, person: plain}"), encoding="utf-8")
    return load_policy(folder)


def written(place, policy, **tables):
    """Tables as lists of rows in a folder of CSV files, with the staff of every department."""
    staff = [
        {"department": d.id, "inspectors": 3, "days_per_inspector": 90} for d in policy.model.inspection.departments
    ]
    folder = place / "county"
    folder.mkdir()
    for name, rows in ({"departments": staff} | tables).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def standings(place, **tables):
    """How a county of tables as lists of rows stands, as a function of the day and of what was known by when."""
    policy = plain_policy(place)
    records = read_records(written(place, policy, **tables), policy=policy, key=KEY)
    assert records.rejected.empty, records.rejected

    def on(day, known=None, policy=policy):
        rules = policy.at(day)
        heard = date.fromisoformat(known) if known else rules.on
        ledger = ledger_of(records.tables, rules, rules.enterprise, heard)
        return Standing(records, rules, heard, {"ledger_enterprise": ledger}, rules.status(synthetic=False))

    return on


def run_of(place, on, **tables):
    """The run of a county of tables as lists of rows."""
    policy = plain_policy(place)
    records = read_records(written(place, policy, **tables), policy=policy, key=KEY)
    assert records.rejected.empty, records.rejected
    return cs.run_county(records, policy, as_of=on, seed=1)
