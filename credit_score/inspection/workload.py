"""What a schedule costs the departments, and who bears it."""

from typing import TYPE_CHECKING

from credit_score.errors import RecordsError, first_five
from credit_score.inspection.frame import STRATUM

if TYPE_CHECKING:
    import ibis
    import pandas as pd


COLUMNS = (
    "department", "visits", "days", "inspectors", "capacity_days", "utilisation", "out_of_plan_visits",
    "out_of_plan_days", "utilisation_in_all",
)  # fmt: skip


def workload(
    schedule: "pd.DataFrame", departments: "pd.DataFrame", beside: "pd.DataFrame | None" = None
) -> "pd.DataFrame":
    """Inspector-days by department against capacity.

    Parameters
    ----------
    schedule : strata with ``department, visits_drawn, days_per_visit``.
    departments : ``department, inspectors, days_per_inspector`` (inspection days a year of one inspector).
    beside : what no plan foresees, ``department, visits, days``, as :func:`out_of_plan` forecasts it.

    Returns ``department, visits, days, inspectors, capacity_days, utilisation`` (days ÷ capacity; above 1 is more than
    there is), ``out_of_plan_visits, out_of_plan_days`` and ``utilisation_in_all`` (with them). Raises RecordsError for
    a department with visits to make and no capacity.
    """
    made = schedule.assign(visits=schedule["visits_drawn"], days=schedule["visits_drawn"] * schedule["days_per_visit"])
    by = made.groupby("department", sort=False, as_index=False)[["visits", "days"]].sum()
    joined = by.merge(departments, on="department", how="left").fillna({"inspectors": 0, "days_per_inspector": 0})
    joined["inspectors"] = joined["inspectors"].astype(int)
    joined["capacity_days"] = joined["inspectors"] * joined["days_per_inspector"]
    _check_capacity(joined)
    there = joined["capacity_days"].where(joined["capacity_days"] > 0, 1.0)
    joined["utilisation"] = joined["days"] / there
    more = _out_of_plan(joined["department"], beside)
    joined = joined.assign(**more, utilisation_in_all=(joined["days"] + more["out_of_plan_days"]) / there)
    return joined[list(COLUMNS)]


def _out_of_plan(departments: "pd.Series", beside: "pd.DataFrame | None") -> dict[str, "pd.Series"]:
    """Visits and days of each department that no plan foresees."""
    if beside is None:
        return {"out_of_plan_visits": departments.map(lambda _: 0), "out_of_plan_days": departments.map(lambda _: 0.0)}
    summed = beside.groupby("department")[["visits", "days"]].sum()
    visits, days = (departments.map(summed[c]).fillna(0) for c in ("visits", "days"))
    return {"out_of_plan_visits": visits.astype(int), "out_of_plan_days": days.astype(float)}


def _check_capacity(load: "pd.DataFrame") -> None:
    missing = load.loc[(load["capacity_days"] == 0) & (load["visits"] > 0), "department"]
    if len(missing):
        raise RecordsError(
            f"department {first_five(missing)} has visits to make and no inspectors or inspection days",
            where="table 'departments'",
            remedy="add a row for it with inspectors and days_per_inspector",
        )


def burden(frame: "ibis.Table", schedule: "pd.DataFrame", by: str) -> "pd.DataFrame":
    """Expected visits a year per firm, by a column of the frame (``sector``, ``size`` or ``tier``).

    Every firm of a stratum has the same chance (but for the annual cap), so each bears visits drawn ÷ firms of
    its stratum, summed over departments; all together bear the visits drawn.

    Parameters
    ----------
    frame : a row a firm × department, with its stratum and the column ``by``.
    schedule : strata with ``firms`` and ``visits_drawn``.

    Returns ``<by>, firms, visits, visits_per_firm``, by ascending.
    """
    counted = frame.group_by(by, *STRATUM).aggregate(n=frame.count()).execute().sort_values([by, *STRATUM])
    counted = counted.merge(schedule[[*STRATUM, "firms", "visits_drawn"]], on=list(STRATUM), how="left")
    counted["visits"] = counted["visits_drawn"] * counted["n"] / counted["firms"]
    each = frame.select(by, "subject").distinct()
    firms = each.group_by(by).aggregate(firms=each.count()).execute().set_index(by)["firms"]
    borne = counted.groupby(by, as_index=False)["visits"].sum()
    borne.insert(1, "firms", borne[by].map(firms))
    return borne.assign(visits_per_firm=borne["visits"] / borne["firms"])
