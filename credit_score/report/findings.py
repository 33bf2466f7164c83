"""What visits found, read back beside the list that sent them: rates by tier, department and sector, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import CreditScoreError, RecordsError, discreet, first_five, masked
from credit_score.files import whole_folder
from credit_score.inspection.double_random.merged import DAYS
from credit_score.inspection.estimate import (
    capped_chances,
    evaluation_table,
    floor_table,
    inspector_ratios,
    population_of,
    tier_gradients,
    visit_rates,
    visit_table,
)
from credit_score.inspection.frame import RANDOM
from credit_score.policy.loader import as_date
from credit_score.records.contracts import STREAMS
from credit_score.report.run_folder import RunFolder
from credit_score.sheet import write_csv
from credit_score.tiers.given import read_figures

if TYPE_CHECKING:
    import pandas as pd

MARK = "rates.csv"
KEY = ["department", "subject"]
NEEDED = ("department", "subject", "day", "bad")
INSPECTORS = ["inspector_1", "inspector_2"]
LABELS = {"0": 0, "1": 1}


@dataclass(frozen=True)
class Listed:
    """A list that was drawn, the strata it was drawn from and the seed that drew it, with the run of them.

    Its visits are of the days from ``begins`` to ``ends``: a year from the day that the run is of, or from the first
    day of the lot's diary, and before that from the draw on.
    """

    run: RunFolder
    drawn: "pd.DataFrame"
    schedule: "pd.DataFrame"
    seed: int | str
    begins: date
    ends: date

    @classmethod
    def of_run(cls, run: RunFolder) -> "Listed":
        """The list that a run proposes."""
        begins = date.fromisoformat(run.manifest["as_of"])
        ends = begins + timedelta(days=DAYS)
        return cls(run, run.table("draw.csv"), run.table("schedule.csv"), run.manifest["seed"], begins, ends)

    def frame(self) -> "pd.DataFrame":
        """Every firm × department of the run with its chance, and ``sector`` where the run holds it."""
        frame = capped_chances(
            self.run.table("frame.parquet"), self.schedule, cap=self.run.manifest["cap"], seed=self.seed
        )
        if not self.run.holds("register.parquet"):
            return frame
        return frame.merge(self.run.table("register.parquet")[["subject", "sector"]], on="subject", how="left")


@dataclass(frozen=True)
class Findings:
    """What came back: ``visits``, a row a visit with a result; ``n_drawn`` firms × departments, ``n_silent`` without.

    ``n_beside``: firms × departments that a duty, or a cap that never leaves room, keeps out of the random draw.
    ``rates``: domain → :func:`visit_rates`, with tiers by name. ``gradients``: of a pair of inspectors the first who is
    told counts. ``inspectors``: both count; empty where none is told. ``floors``: what a precision needs, by tier.
    """

    visits: "pd.DataFrame"
    n_drawn: int
    n_silent: int
    n_beside: int
    rates: "dict[str, pd.DataFrame]"
    inspectors: "pd.DataFrame"
    gradients: "pd.DataFrame"
    floors: "pd.DataFrame"


def find(
    listed: Listed, path: Path | str, by: Sequence[str], *, half_width: float = 0.05, budget: int | None = None
) -> Findings:
    """What the visits of a file say of a list.

    ``path``: as :func:`read_visits` reads it. ``by``: of ``tier``, ``department``, ``sector``. A firm is in violation
    where one of its random visits found something; the rate is of firms. Raises RecordsError for rows that cannot be
    read, FitError as :func:`visit_rates` and :func:`floor_table` do.
    """
    frame = listed.frame()
    if missing := [name for name in by if name not in frame.columns]:
        what = f"the run holds no {first_five(missing)}"
        raise RecordsError(what, where=str(listed.run.path), remedy="leave it out")
    visits = read_visits(path, listed, frame)
    names = listed.schedule.drop_duplicates("tier_code").set_index("tier_code")["tier"]
    at_random = listed.drawn[listed.drawn["duty"] == RANDOM]
    visited = visits.loc[visits["stream"] == "random", [*KEY, "bad"]].drop_duplicates(KEY)
    silent = at_random.merge(visited, on=KEY, how="left")["bad"].isna()
    drawn_from = {name: population_of(frame, [name]) for name in by}
    rates = {name: _with_tiers(visit_rates(visits, drawn_from[name], [name]), names) for name in by}
    beside = len(frame) - int(drawn_from[by[0]]["firms"].sum())
    first, each = _looked(visits)
    return Findings(
        visits, len(at_random), int(silent.sum()), beside, rates,
        inspector_ratios(each) if each["inspector"].notna().any() else each.iloc[:0],
        _named(tier_gradients(first.drop_duplicates([*KEY, "day"])), names) if len(first) else first,
        _floors(rates.get("tier"), half_width, budget),
    )  # fmt: skip


def read_visits(path: Path | str, listed: Listed, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Visits of a CSV as a diary or the list has them: ``department, subject, day, bad``.

    ``bad``: 1, 0, or empty where none was made. And perhaps ``stream`` (by default that of the list), and ``inspector``
    or ``inspector_1`` and ``inspector_2``, by number; other columns are passed over. Returns those with a result, with
    what the frame knows of the firm and ``draw_probability`` of random ones. Raises RecordsError with the row.
    """
    visits = _written(path)
    known = frame.drop(columns=["status", "duty"], errors="ignore")
    visits = visits.merge(known, on=KEY, how="left").merge(listed.drawn[[*KEY, "duty", "visits"]], on=KEY, how="left")
    _refuse(visits["tier"].isna(), visits, path, "is in no frame of the run", "write department and subject as it does")
    said, on_list = visits["stream"], visits["duty"].notna()
    visits["stream"] = said.where(said != "", np.where(visits["duty"] == RANDOM, "random", "statutory"))
    _refuse((said == "") & ~on_list, visits, path, "was not drawn, and names no stream", f"use one of {_streams()}")
    _refuse(~visits["stream"].isin(STREAMS), visits, path, "has an unknown stream", f"use one of {_streams()}")
    at_random = visits["stream"] == "random"
    _refuse(at_random & (visits["duty"] != RANDOM), visits, path, "is no random visit of the list", "name its stream")
    more = at_random & (visits[at_random].groupby(KEY).cumcount().reindex(visits.index) >= visits["visits"])
    _refuse(more, visits, path, "is a random visit more than the list has", "name the stream of follow-ups")
    days = [_day(path, listed, row, day) for row, day in zip(visits["row"], visits["day"], strict=True)]
    # A firm for which the cap next to never leaves room is in no rate, even if it was drawn for once.
    chance = visits["draw_probability"].where(at_random & (visits["draw_probability"] > 0))
    return visits.assign(day=days, bad=visits["bad"].map(LABELS).astype(int), draw_probability=chance)


def _written(path: Path | str) -> "pd.DataFrame":
    """The rows with a result, as text: the columns that are known, ``stream`` and inspectors empty where not given."""
    table = read_figures(path, NEEDED)
    _check_headings(table, path)
    if INSPECTORS[0] not in table.columns:
        table = table.rename(columns={"inspector": INSPECTORS[0]})
    table = table.reindex(columns=[*NEEDED, "stream", *INSPECTORS], fill_value="").map(str.strip)
    table = table.assign(row=np.arange(1, len(table) + 1))
    table = table[table["bad"] != ""]
    if table.empty:
        raise RecordsError("no row with a result", where=str(path), remedy="give a row a visit, with 1 or 0 in bad")
    _refuse(~table["bad"].isin(LABELS), table, path, "has no result of 1 or 0", "write 1 where a violation was found")
    twice = table.duplicated([*KEY, "day", "stream", *INSPECTORS])
    _refuse(twice, table, path, "repeats a visit of the same day and inspectors", "give each visit once")
    named = table[INSPECTORS].apply(lambda who: (who != "") & ~who.str.contains(r"\d")).any(axis=1)
    _refuse(named, table, path, "tells an inspector by name", "give the number of the inspector")
    return table


def _check_headings(table: "pd.DataFrame", path: Path | str) -> None:
    """Refuse a heading that is nearly one of those that may be left out: what it holds would be passed over."""
    known = ["stream", "inspector", *INSPECTORS]
    for name in set(table.columns) - {*known, "inspectors"}:
        if close := get_close_matches(str(name).lower(), known, n=1, cutoff=0.85):
            raise RecordsError(f"column {name!r}", where=str(path), remedy=f"write {close[0]}, or give it another name")


def save_findings(found: Findings, listed: Listed, out: Path | str) -> int:
    """Write the tables and those for the credit platform into a folder; returns rows of sole proprietors left out."""
    import pandas as pd

    visits = found.visits.rename(columns={"subject": "enterprise_id", "day": "inspected_on"})
    results = visit_table(visits.assign(violation_found=visits["bad"] == 1))
    stacked = [t.rename(columns={name: "domain"}).assign(by=name) for name, t in found.rates.items()]
    tables = {
        "rates": pd.concat(stacked, ignore_index=True), "inspectors": found.inspectors, "gradients": found.gradients,
        "floors": found.floors, "results": results.table,
    }  # fmt: skip
    if listed.run.holds("sector_tiers.parquet"):
        own = listed.run.table("sector_tiers.parquet")
        tables["evaluations"] = evaluation_table(own, listed.run.manifest["as_of"]).table
    with whole_folder(out, replaces=MARK) as folder:
        for name, table in tables.items():
            write_csv(table.assign(status=listed.run.manifest["status"]), folder / f"{name}.csv")
    return results.left_out


def _looked(visits: "pd.DataFrame") -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Random visits with the first inspector who is told, and a row for each who is."""
    import pandas as pd

    drawn = visits[visits["stream"] == "random"]
    who = drawn[INSPECTORS].where(drawn[INSPECTORS] != "")
    each = [drawn.assign(inspector=who[name]) for name in INSPECTORS]
    return drawn.assign(inspector=who[INSPECTORS[0]].fillna(who[INSPECTORS[1]])), pd.concat(each, ignore_index=True)


def _with_tiers(rates: "pd.DataFrame", names: "pd.Series") -> "pd.DataFrame":
    """Reasons that name a tier, not its code."""
    told = rates["reason"].str.replace(r"tier_code (\d+)", lambda code: f"tier {names[int(code[1])]}", regex=True)
    return rates.assign(reason=told)


def _named(gradients: "pd.DataFrame", names: "pd.Series") -> "pd.DataFrame":
    """Tiers by their names."""
    return gradients.assign(**{column: gradients[column].map(names) for column in ("better", "worse")})


def _floors(rates: "pd.DataFrame | None", half_width: float, budget: int | None) -> "pd.DataFrame":
    """Planned by the rate nearest to ½ that the interval of a tier holds, and by ½ where it has none; never 0 or 1."""
    import pandas as pd

    if rates is None:
        return pd.DataFrame()
    least = 0.5 / (rates["firms"] + 1)
    careful = pd.Series(0.5, rates.index).clip(rates["hajek_low"], rates["hajek_high"]).clip(least, 1 - least)
    strata = rates[["tier", "firms"]].assign(rate=careful.where(rates["identified"]))
    return floor_table(strata, ["tier"], half_width=half_width, budget=budget)


def _streams() -> str:
    return ", ".join(STREAMS)


def _day(path: Path | str, listed: Listed, row: int, day: str) -> Any:
    try:
        on = as_date(day)
    except CreditScoreError as error:
        raise RecordsError(error.what, where=f"{path}, row {row}", remedy=error.remedy) from None
    if listed.begins <= on <= listed.ends:
        return on
    what, year = f"{on} is no day of the list's year", f"{listed.begins} to {listed.ends}"
    raise RecordsError(what, where=f"{path}, row {row}", remedy=f"give visits of {year}")


def _refuse(wrong: "pd.Series", table: "pd.DataFrame", path: Path | str, what: str, remedy: str) -> None:
    if wrong.any():
        rows = table[wrong.to_numpy()]
        shown = first_five(
            f"row {row} ({discreet(d)}, {masked(s)})"
            for row, d, s in zip(rows["row"], rows["department"], rows["subject"], strict=True)
        )
        raise RecordsError(f"{shown} {what}", where=str(path), remedy=remedy)
