"""A county written by hand of three towns, whose three-credit can be worked out on paper, and runs of it."""

import csv
import shutil

import yaml

import credit_score as cs
from credit_score.policy.loader import BUNDLED

KEY, ON = "a key of the tests, no secret", "2023-06-30"
HONOUR = {
    "subject_kind": "individual", "item": "honesty.honour_national", "catalogue_kind": "诚实守信相关荣誉信息",
    "unit": "publicity", "occurred_on": "2023-01-10", "reported_on": "2023-01-12",
}  # fmt: skip
FIRM = {
    "legal_form": "company", "sector": "textiles", "size": "small", "town": "east", "registered_on": "2010-01-01",
}  # fmt: skip
# Village: households, and how many of them have a member with an honour.
VILLAGES = {
    ("east", "east-1"): (40, 28), ("east", "east-2"): (40, 15), ("east", "east-3"): (30, 18),
    ("east", "east-4"): (12, 12), ("north", "north-1"): (50, 40), ("north", "north-2"): (50, 35),
    ("south", "south-1"): (20, 8),
}  # fmt: skip
# Bank, village, day, borrowers, of them in arrears, loans, of them bad.
FINANCE = [
    ("a", "east", "east-1", "2023-05-31", 60, 9, 1_000_000, 49_999.99),
    ("a", "east", "east-2", "2023-05-31", 100, 30, 1_000_000, 50_000),
    ("a", "north", "north-2", "2023-03-31", 40, 40, 500_000, 500_000),  # an older report of the same bank
    ("a", "north", "north-2", "2023-05-31", 40, 2, 500_000, 1_000),
    ("b", "north", "north-2", "2023-04-30", 40, 3, 500_000, 1_000),
    ("b", "north", "north-2", "2023-07-31", 40, 40, 500_000, 500_000),  # not yet reported on the day
]  # fmt: skip


def tables(villages=VILLAGES, finance=FINANCE, **more):
    """The tables of a county: households by village, and one member of each."""
    households = [
        {"household_id": f"h-{village}-{i}", "town": town, "village": village}
        for (town, village), (n, _) in villages.items()
        for i in range(n)
    ]
    people = [
        {"person_id": f"p-{h['household_id']}", "age": 40, "age_on": ON, "enrolled_on": "2022-01-01", "left_on": ""} | h
        for h in households
    ]
    honoured = {f"h-{village}-{i}" for (_, village), (_, n) in villages.items() for i in range(n)}
    records = [
        HONOUR | {"record_id": f"r{i}", "subject_id": person["person_id"]}
        for i, person in enumerate(people)
        if person["household_id"] in honoured
    ]
    columns = ("bank_id", "town", "village", "reported_on", "borrowers", "borrowers_in_arrears", "loans", "bad_loans")
    sums = [{"finance_id": f"f{i}"} | dict(zip(columns, row, strict=True)) for i, row in enumerate(finance)]
    written = {
        "enterprises": [FIRM | {"enterprise_id": "firm-1"}], "households": households, "individuals": people,
        "credit_records": records, "banks": [{"bank_id": b, "name": f"Bank {b}"} for b in "ab"],
        "village_finance": sums,
    }  # fmt: skip
    return {name: rows for name, rows in (written | more).items() if rows}


def run_of(folder, edits=None, **own):
    """A run of a county: tables as lists of rows, the bundled policy with plain identifiers, ``edits`` by section."""
    policy = _policy(folder / "policy", edits or {})
    staff = [
        {"department": d.id, "inspectors": 3, "days_per_inspector": 90} for d in policy.model.inspection.departments
    ]
    records = folder / "records"
    records.mkdir(parents=True)
    for name, rows in ({"departments": staff} | own).items():
        with (records / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return cs.run_county(cs.read_records(records, policy=policy, key=KEY), policy, as_of=ON, seed=7)


def _policy(folder, edits):
    shutil.copytree(BUNDLED / "gaoyang", folder)
    plain = {"enterprise": "plain", "person": "plain"}
    for section, edit in ({"policy": lambda about: about.update(identifiers=plain)} | edits).items():
        path = folder / f"{section}.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        edit(data)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return cs.load_policy(folder)
