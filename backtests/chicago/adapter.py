"""From the study's table of visits to a folder of the records contract, using nothing from a day on.

Source: the model table of the City of Chicago's food-inspection forecasting study, one row a canvass
visit. Firms, records and past inspections are those of the visits before the day.
"""

import os
from datetime import date
from pathlib import Path

import pandas as pd

AS_OF = date(2014, 9, 1)
TABLE = Path("chicago_food", "model_table.csv.gz")
CHECKOUT = Path(__file__).resolve().parents[2]
KIND, DEPARTMENT = "inspection_outcome", "food_protection"
# Not in the data, and no conclusion rests on them.
STAFF = {"inspectors": 30, "days_per_inspector": 200}
DAYS_PER_VISIT = 0.5


def data_file() -> Path:
    """Where the table is looked for: in ``CREDIT_SCORE_DATA``, else in ``../shared/data`` beside the checkout."""
    folder = os.environ.get("CREDIT_SCORE_DATA") or CHECKOUT.parent / "shared" / "data"
    return Path(folder) / TABLE


def load_visits(path: Path) -> pd.DataFrame:
    """A row a visit, by date and then inspection id, dates read as dates."""
    visits = pd.read_csv(path, parse_dates=["Inspection_Date"])
    return visits.sort_values(["Inspection_Date", "Inspection_ID"], ignore_index=True)


def past_visits(visits: pd.DataFrame, before: date = AS_OF) -> pd.DataFrame:
    """The visits dated before the day: all that is known on it."""
    return visits[visits["Inspection_Date"] < pd.Timestamp(before)]


def write_folder(visits: pd.DataFrame, folder: Path, *, before: date = AS_OF) -> Path:
    """The records contract as CSV files in ``folder``; returns it.

    Only visits dated before ``before`` are read. A firm first visited later is in no table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    past = past_visits(visits, before)
    tables = {
        "enterprises": enterprises(past),
        "departments": pd.DataFrame([{"department": DEPARTMENT} | STAFF]),
        "inspectors": inspectors(past),
        "inspections": inspections(past),
        "credit_records": credit_records(past),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return folder


def enterprises(past: pd.DataFrame) -> pd.DataFrame:
    """A row a licence, from its first visit; no outcome is read.

    ``registered_on`` is the licence's first day: day of the visit less the licence's age, given there in
    years of 365 days.
    """
    first = past.drop_duplicates("License").sort_values("License")
    age = pd.to_timedelta((first["ageAtInspection"] * 365).round(), unit="D")
    began = first["Inspection_Date"] - age
    return pd.DataFrame(
        {
            "enterprise_id": first["License"].astype(str),
            "legal_form": "company",
            "sector": first["Facility_Type"].str.lower(),
            "size": "not_recorded",
            "town": "Chicago",
            "registered_on": began.dt.date,
        }
    )


def inspectors(past: pd.DataFrame) -> pd.DataFrame:
    """The six clusters of sanitarians that the study names by colours, each as one inspector."""
    return pd.DataFrame({"inspector_id": sorted(past["Inspector_Assigned"].unique()), "department": DEPARTMENT})


def inspections(past: pd.DataFrame) -> pd.DataFrame:
    """A row a past visit: who came, and whether a critical violation was found.

    Canvass visits are the city's own routine, so their stream is ``statutory``; nobody drew them by lot.
    """
    return pd.DataFrame(
        {
            "inspection_id": _inspection_id(past),
            "enterprise_id": past["License"].astype(str),
            "department": DEPARTMENT,
            "inspector_id": past["Inspector_Assigned"],
            "inspected_on": past["Inspection_Date"].dt.date,
            "stream": "statutory",
            "violation_found": past["criticalFound"].gt(0).map({True: "true", False: "false"}),
            "days": DAYS_PER_VISIT,
        }
    )


def credit_records(past: pd.DataFrame) -> pd.DataFrame:
    """A row an item that a past visit gave: critical, serious or minor violation found, failed, clean."""
    listed = [_records(past[holds], item) for item, holds in outcomes(past).items()]
    return pd.concat(listed).sort_values("record_id", ignore_index=True)


def outcomes(visits: pd.DataFrame) -> dict[str, pd.Series]:
    """Item → whether each visit gave it. Clean: not failed, nothing critical, nothing serious."""
    critical, serious, minor = (visits[f"{kind}Count"] > 0 for kind in ("critical", "serious", "minor"))
    failed = visits["fail_flag"] > 0
    return {
        "inspection.critical_found": critical,
        "inspection.serious_found": serious,
        "inspection.minor_found": minor,
        "inspection.failed": failed,
        "inspection.clean": ~(critical | serious | failed),
    }


def _records(visits: pd.DataFrame, item: str) -> pd.DataFrame:
    day = visits["Inspection_Date"].dt.date
    return pd.DataFrame(
        {
            "record_id": _inspection_id(visits) + f":{item}",
            "subject_kind": "enterprise",
            "subject_id": visits["License"].astype(str),
            "item": item,
            "catalogue_kind": KIND,
            "unit": DEPARTMENT,
            "occurred_on": day,
            "reported_on": day,
        }
    )


def _inspection_id(visits: pd.DataFrame) -> pd.Series:
    return visits["Inspection_ID"].astype("int64").astype(str)
