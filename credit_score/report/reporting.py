"""How units report, for the run folder and the page: files reconciled, the four zeros, coverage of resources.

Units and counts only: no subject and no record is named here.
"""

from typing import TYPE_CHECKING, Any

from credit_score.errors import RecordsError, discreet
from credit_score.language import LANGUAGES, say
from credit_score.records.duties.calendar import working_calendar
from credit_score.records.duties.coverage import FarmCoverage, coverage_by, farm_coverage, first_day
from credit_score.records.duties.four_zeros import zeros_by_unit
from credit_score.records.duties.quality import MEASURES, UNKNOWN
from credit_score.records.duties.quality_told import quality_told
from credit_score.report.content import labels
from credit_score.report.run import Run

if TYPE_CHECKING:
    import pandas as pd

TOLD = ("unit", "month", "measure", "clock", "n", "of", "share")


def reporting_tables(run: Run) -> "dict[str, pd.DataFrame]":
    """``quality`` and ``coverage`` with their words in both languages, each where it can be told."""
    quality = _quality(run)
    found = {} if quality is None else {"quality": _quality_in_words(quality, run)}
    return found | ({"coverage": _coverage_in_words(run)} if run.rules.model.resources else {})


def _quality(run: Run) -> "pd.DataFrame | None":
    """The four zeros, or None where the policy has no clocks or their calendar does not reach."""
    if not run.rules.model.clocks:
        return None
    try:
        return run.quality
    except RecordsError:
        return None


def _quality_in_words(quality: "pd.DataFrame", run: Run) -> "pd.DataFrame":
    """The table with unit, measure, clock and share in words; the reading of the four words is an assumption."""
    words = {}
    for lang in LANGUAGES:
        told = quality_told(quality, run.rules, lang).set_axis(list(TOLD), axis="columns")
        words |= {f"{c}_{lang}": told[c] for c in ("unit", "measure", "clock", "share")}
    return quality.assign(**words, basis="assumption")


def _coverage_in_words(run: Run) -> "pd.DataFrame":
    names = labels(run.rules, "units")
    words = {f"unit_{lang}": [names[unit][lang] for unit in run.coverage["unit"]] for lang in LANGUAGES}
    return run.coverage.assign(**words)


def file_rows(run: Run) -> list[dict[str, Any]]:
    """The reconciliation, a row a file; a name that may identify somebody is masked."""
    return [row | {"file": discreet(row["file"])} for row in run.records.files.to_dict(orient="records")]


def quality_by_unit(run: Run) -> dict[str, Any] | None:
    """The four zeros summed by unit, in the policy's order; None where the policy has no clocks.

    ``rows``: each unit's ``label``, its ``clocks`` with a cell a measure, ``uncovered`` (whether it has items that no
    clock covers), and ``wrong``. A cell is None where nothing
    is to be measured, else ``n, of, share`` and ``needs``. ``beyond`` says why there are none, {zh, en}.
    """
    if not run.rules.model.clocks:
        return None
    quality = _quality(run)
    if quality is None:
        return {"rows": [], "beyond": _beyond(run)}
    summed = zeros_by_unit(quality)
    names = labels(run.rules, "units") | {UNKNOWN: {lang: say("quality.unknown", lang) for lang in LANGUAGES}}
    here = set(summed["unit"])
    rows = [_of_unit(summed[summed["unit"] == u], run) | {"label": names[u]} for u in names if u in here]
    return {"rows": rows, "beyond": None}


def _beyond(run: Run) -> dict[str, str]:
    calendar = working_calendar(run.rules.about.calendar)
    days = {"on": run.rules.on, "first": calendar.first, "last": calendar.last}
    return {lang: say("quality.beyond", lang, **days) for lang in LANGUAGES}


def _of_unit(summed: "pd.DataFrame", run: Run) -> dict[str, Any]:
    """A unit's cells: one for what is wrong, and for each of its clocks one a measure."""
    cells = {(row["measure"], row["clock"]): _cell(row) for row in summed.to_dict(orient="records")}
    names = labels(run.rules, "clocks")
    own = [clock for clock in names if clock in {c for _, c in cells}]
    clocks = [
        {"label": names[c], "rule": f"clocks:{c}"} | {m: cells.get((m, c)) for m in MEASURES if m != "wrong"}
        for c in own
    ]  # fmt: skip
    return {"clocks": clocks, "uncovered": ("late", "") in cells, "wrong": cells.get(("wrong", ""))}


def _cell(row: dict[str, Any]) -> dict[str, Any]:
    """A measure's numbers, or what it needs to have any."""
    if row["needs"]:
        return {"needs": row["needs"], "n": None}
    return {"needs": "", "n": int(row["n"]), "of": int(row["of"]), "share": float(row["share"])}


def coverage_by_resource(run: Run) -> dict[str, Any] | None:
    """Coverage summed over units, a row a resource, and that of farm entities; None without a catalogue of resources.

    ``rows``: ``label, rule, units`` (how many answer for it), ``expected, arrived, share`` (None where nothing is due
    yet), ``target``. ``farms`` is in words, {zh, en}, or None.
    """
    if not run.rules.model.resources:
        return None
    table = run.coverage
    summed = coverage_by(table, "resource").set_index("resource")
    units = table.groupby("resource")["unit"].nunique()
    told = table.drop_duplicates("resource").to_dict(orient="records")
    rows = [_of_resource(row, summed.loc[row["resource"]], int(units[row["resource"]])) for row in told]
    return {"since": first_day(run.rules.on), "rows": rows, "farms": _farms(run)}


def _of_resource(row: dict[str, Any], summed: "pd.Series", units: int) -> dict[str, Any]:
    due = int(summed["expected"])
    return {
        "label": {lang: row[f"label_{lang}"] for lang in LANGUAGES}, "rule": f"resources:resources:{row['resource']}",
        "units": units, "expected": due, "arrived": int(summed["arrived"]), "target": row["target"],
        "share": float(summed["share"]) if due else None,
    }  # fmt: skip


def _farms(run: Run) -> dict[str, str] | None:
    resources = run.rules.model.resources
    if not (resources and resources.farm_entities):
        return None
    found: FarmCoverage = farm_coverage(run.records["enterprises"], run.records["credit_records"], run.rules)
    return {lang: found.told(lang) for lang in LANGUAGES}
