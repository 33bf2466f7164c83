"""What a schedule costs the departments, and who bears it."""

from typing import TYPE_CHECKING

from credit_score.errors import RecordsError, first_five

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def workload(schedule: "pd.DataFrame", departments: "pd.DataFrame") -> "pd.DataFrame":
    """Inspector-days by department against capacity.

    Parameters
    ----------
    schedule : strata with ``department, visits_drawn, days_per_visit``.
    departments : ``department, inspectors, days_per_inspector`` (inspection days a year of one inspector).

    Returns ``department, visits, days, inspectors, capacity_days, utilisation`` (days ÷ capacity; above 1
    is more than there is). Raises RecordsError for a department with visits and no inspectors.
    """
    made = schedule.assign(visits=schedule["visits_drawn"], days=schedule["visits_drawn"] * schedule["days_per_visit"])
    by = made.groupby("department", sort=False, as_index=False)[["visits", "days"]].sum()
    joined = by.merge(departments, on="department", how="left")
    missing = joined.loc[joined["inspectors"].isna() & (joined["visits"] > 0), "department"]
    if len(missing):
        raise RecordsError(
            f"department {first_five(missing)} has visits to make and no inspectors",
            where="table 'departments'",
            remedy="add a row for it with inspectors and days_per_inspector",
        )
    joined["capacity_days"] = joined["inspectors"] * joined["days_per_inspector"]
    joined["utilisation"] = joined["days"] / joined["capacity_days"]
    return joined[["department", "visits", "days", "inspectors", "capacity_days", "utilisation"]]


def burden(frame: "ibis.Table", schedule: "pd.DataFrame", by: str) -> "pd.DataFrame":
    """Expected visits a year per firm, by a column of the frame (``sector``, ``size`` or ``tier``).

    Every firm of a stratum is drawn with the same chance, so each bears visits ÷ firms of its stratum;
    summed over departments. Returns ``<by>, firms, visits, visits_per_firm``.
    """
    import ibis

    schema = {"department": "string", "tier_code": "int64", "duty": "string", "intensity": "float64"}
    intensity = schedule["visits_drawn"] / schedule["firms"]
    columns = {c: list(schedule[c]) for c in ("department", "tier_code", "duty")} | {"intensity": list(intensity)}
    rates = ibis.memtable(columns, schema=schema)
    joined = frame.join(rates, ["department", "tier_code", "duty"])
    grouped = joined.group_by(by).aggregate(firms=joined.subject.nunique(), visits=joined.intensity.sum())
    return grouped.mutate(visits_per_firm=grouped.visits / grouped.firms).order_by(by).execute()
