"""A county in one call: records and a policy in; scores, tiers, schedule, draw and workload out.

``run_county`` is the table of contents of the package, from records to report.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_score.engine import dropped
from credit_score.errors import NotAvailable, PolicyError, RecordsError
from credit_score.inspection import (
    Breach,
    breaches,
    burden,
    county_share,
    draw_visits,
    inspection_frame,
    make_schedule,
    out_of_plan,
    with_drawn,
    workload,
)
from credit_score.long_list import LongList, Tables
from credit_score.outcomes import curve_before
from credit_score.points import all_scores, uncounted
from credit_score.points.scores import held
from credit_score.policy import Policy, RuleSet
from credit_score.policy.evaluation import evaluations
from credit_score.policy.loader import as_date
from credit_score.records import Records
from credit_score.records.duties.coverage import coverage_table, first_day
from credit_score.records.life import known_day
from credit_score.since import EarlierRun, earlier_run, rescored
from credit_score.tiers import assign_tiers, sector_tiers, tier_shares
from credit_score.tiers.given import PD_RANGE, check_figures

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    from numpy.typing import ArrayLike

    from credit_score.inspection import WhatIfCube
    from credit_score.inspection.county import CountyCube
    from credit_score.pilot import Standing
    from credit_score.report import RunFolder


def _silent(step: str) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class CountyRun:
    """What a county's records come to under a policy on a day, by what was known on ``as_known_on``.

    ``tables`` are in the engine: ``ledger``, ``scores_individual``, ``scores_enterprise``, ``tiers``, ``frame``,
    ``draw``, and where a department's evaluation is in force ``register`` and ``sector_tiers``. The attributes named in
    the documentation give them as frames. ``since``: of a run that took scores over from an earlier one, which one and
    how many subjects were scored anew.
    """

    records: Records = field(repr=False)
    policy: Policy
    rules: RuleSet = field(repr=False)
    as_known_on: date
    seed: int
    tables: dict[str, "ibis.Table"] = field(repr=False)
    schedule: "pd.DataFrame" = field(repr=False)
    workload: "pd.DataFrame" = field(repr=False)
    since: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def status(self) -> str:
        """``demonstration`` on synthetic records, ``draft`` under an unsigned policy, else ``in force``."""
        return self.rules.status(synthetic=self.records.synthetic)

    @cached_property
    def scores(self) -> "pd.DataFrame":
        """``subject_kind, subject, score_milli, n_records`` of everyone who has a score."""
        import pandas as pd

        kept_columns = ["subject", "score_milli", "n_records"]
        frames = [
            self.tables[f"scores_{kind}"].select(*kept_columns).order_by("subject").execute().assign(subject_kind=kind)
            for kind in ("individual", "enterprise")
        ]
        return pd.concat(frames, ignore_index=True)[["subject_kind", *kept_columns]]

    @cached_property
    def tiers(self) -> "pd.DataFrame":
        """``subject, score_milli, tier_code, tier, decided_by`` of every enterprise; internal."""
        return self.tables["tiers"].order_by("subject").execute()

    @cached_property
    def sector_tiers(self) -> "pd.DataFrame | None":
        """The tiers by credit and risk, a row a firm × department; None without an evaluation in force. Internal."""
        found = self.tables.get("sector_tiers")
        return None if found is None else found.order_by("department", "subject").execute()

    @cached_property
    def draw(self) -> "pd.DataFrame":
        """The firms to visit, with ``status`` on every row: nothing unsigned is for use."""
        return self.drawn.frame.assign(status=self.status)

    @cached_property
    def drawn(self) -> LongList:
        """The same in the engine, in its order, without the status."""
        return LongList(self.tables["draw"].order_by("department", "tier_code", "duty", "place"))

    @property
    def ledger(self) -> "pd.DataFrame":
        """A row a counted record: points, rule, reference, and the day it ends."""
        return self.tables["ledger"].order_by("subject", "record_id").execute()

    @property
    def rejected(self) -> "pd.DataFrame":
        """A row a refused row of the records, with the reason."""
        return self.records.rejected

    @cached_property
    def uncounted(self) -> "pd.DataFrame":
        """Accepted records that earn no points on the day: ``subject_kind, item, reason, n``, most first."""
        import pandas as pd

        catalogues = filter(None, (self.rules.individual, self.rules.enterprise))
        frames = [uncounted(self.records.tables, self.rules, c, self.as_known_on).execute() for c in catalogues]
        order = ["n", "subject_kind", "item", "reason"]
        listed = pd.concat(frames, ignore_index=True)
        return listed.sort_values(order, ascending=[False, True, True, True], ignore_index=True)

    @cached_property
    def quality(self) -> "pd.DataFrame":
        """The four zeros by unit and month; raises PolicyError without clocks, RecordsError beyond their calendar."""
        return self.standing.quality

    @cached_property
    def coverage(self) -> "pd.DataFrame":
        """The catalogue of resources since the year before, by unit; raises NotAvailable without one."""
        return coverage_table(self.records["credit_records"], self.rules, since=first_day(self.rules.on))

    @cached_property
    def standing(self) -> "Standing":
        """What the parts of the pilot read of this run."""
        from credit_score.pilot import Standing

        return Standing(self.records, self.rules, self.as_known_on, self.tables, self.status)

    @cached_property
    def pilot(self) -> Tables:
        """The tables of the pilot's parts by name; empty where the policy has none of their sections."""
        from credit_score.pilot import pilot_tables

        return pilot_tables(self.standing)

    @property
    def indicators(self) -> "pd.DataFrame":
        """The pilot's scoreboard, a row an indicator; raises NotAvailable where the policy has no pilot section."""
        if "indicators" not in self.pilot:
            remedy = "add pilot.yaml to the policy"
            raise NotAvailable(f"policy {self.rules.name!r} has no pilot section", remedy=remedy)
        return self.pilot["indicators"]

    @cached_property
    def tier_shares(self) -> "pd.DataFrame":
        """Per tier: ``tier, firms, share``."""
        return tier_shares(self.tables["tiers"], self.rules)

    @cached_property
    def county_share(self) -> float:
        """Share of registered enterprises that at least one department visits in the year."""
        visited = self.tables["draw"].select("subject").distinct().count().execute()
        return county_share(int(visited), int(self.tier_shares["firms"].sum()))

    @cached_property
    def breaches(self) -> "list[Breach]":
        """The limits of law and capacity that the schedule does not keep, the greatest excess first."""
        return breaches(self.workload, self.county_share, self.rules)

    def burden(self, by: str) -> "pd.DataFrame":
        """Expected visits a year per firm by ``sector``, ``size`` or ``tier``, the county's."""
        frame = self.tables["frame"]
        if by != "tier":
            return burden(frame, self.schedule, by)
        # A department's own tier of a firm can be another; here a firm stands once.
        county = frame.join(self.tables["tiers"].select("subject", county_tier="tier"), "subject")
        return burden(county, self.schedule, "county_tier").rename(columns={"county_tier": "tier"})

    def cube(
        self, expected_bad: "pd.DataFrame", *, sensitivity: "ArrayLike" = 1.0, width: float | None = None
    ) -> "WhatIfCube":
        """The what-if cube of the firms that a draw may choose, a row a firm × department, grouped in the engine.

        ``expected_bad``: ``subject`` (and ``department``, where chances differ) and ``expected_bad``, the chance of a
        violation in [0, 1]. ``sensitivity``: of a visit. Firms under a statutory duty stand outside: the capacity of a
        department is what they and the visits out of plan leave of it, at least 0. Raises FitError for a firm without a
        chance.
        """
        import ibis

        from credit_score.inspection import WhatIfCube

        frame = self.tables["frame"].filter(self.tables["frame"].duty == "")
        days = {d.id: float(self.rules.figure(d.days_per_visit).value) for d in self.rules.model.inspection.departments}
        visit = ibis.memtable({"department": list(days), "days": list(days.values())})
        key = [c for c in ("department", "subject") if c in expected_bad.columns]
        chances = ibis.memtable(expected_bad[[*key, "expected_bad"]])
        scores = self.tables["tiers"].select("subject", "score_milli")
        rows = frame.join(scores, "subject").join(visit, "department").left_join(chances, key)
        return WhatIfCube.of_table(rows, sensitivity=sensitivity, capacity=self._free_days(), width=width)

    @cached_property
    def county_cube(self) -> "CountyCube":
        """The county cube of all registered enterprises, with the violation curve of the year before where visits say.

        It answers drafts of cut-offs and ratios without the records; see :mod:`credit_score.inspection.county`.
        """
        from credit_score.inspection.county import county_cube

        tables = self.tables | {"enterprises": self.records["enterprises"]}
        curve, between = curve_before(self.records, self.policy, self.rules)
        return county_cube(tables, self.schedule, self.workload, self.rules, curve=curve, between=between)

    def _free_days(self) -> dict[str, float]:
        """Inspector-days a year of each department that statutory duties and visits out of plan leave."""
        duty = self.schedule[self.schedule["duty"] != ""]
        bound = (duty["visits_drawn"] * duty["days_per_visit"]).groupby(duty["department"]).sum()
        load = self.workload.set_index("department")
        left = load["capacity_days"] - load["out_of_plan_days"] - bound.reindex(load.index, fill_value=0.0)
        return left.clip(lower=0.0).to_dict()

    def save(self, out: Path | str, *, progress: Callable[[str], None] = _silent, by: str | None = None) -> Path:
        """Write the run folder, whole or not at all; returns its path. ``by`` ``town``: tables in a part a town.

        Raises RunError.
        """
        from credit_score.report import save_run

        return save_run(self, out, progress=progress, by=by)


def run_county(
    records: Records,
    policy: Policy,
    *,
    as_of: date | str,
    as_known_on: date | str | None = None,
    seed: int = 0,
    pd: "pd.DataFrame | None" = None,
    since: "RunFolder | Path | str | None" = None,
    progress: Callable[[str], None] = _silent,
) -> CountyRun:
    """Score, tier, schedule and draw a county on a day, by the rules in force on that day.

    Only what had happened by ``as_of`` and was known by ``as_known_on`` counts; by default the two are one day. Asked
    for a past day as known then, it gives the scores of then; as known later, with the corrections since. ``pd`` is a
    learned PD of firms, ``subject`` and ``pd`` in [0, 1], for the evaluations by credit and risk. ``since`` is an
    earlier run of the same store: only new or changed subjects are scored, and the run is the same to the last figure
    (:mod:`credit_score.since`). Raises PolicyError before the first rule, and where no evaluation in force counts a PD
    that is given; RecordsError where records, PDs and policy do not belong together, no enterprise stands in the
    register on the day, or ``as_known_on`` is before ``as_of``; RunError for an earlier run that is none of this store.
    """
    rules = policy.at(as_of)
    _check_counted(rules, pd)
    known = known_day(rules.on, as_date(as_known_on) if as_known_on else None)
    _check(records, policy, known)

    progress("scoring")
    earlier = earlier_run(since, records, rules, known) if since else None
    records = _within_work(records, rules.on, known, seed, pd, earlier)
    tables = rescored(records, rules, known, earlier, progress) if earlier else all_scores(records, rules, known)
    _check_register(records, tables["scores_enterprise"], rules)
    progress("placing in tiers")
    tables["tiers"] = held(
        records, "tiers", assign_tiers(tables["scores_enterprise"], tables["ledger_enterprise"], rules)
    )
    tables |= _by_sector(records, tables, rules, pd)
    progress("scheduling inspections")
    frame = inspection_frame(records.tables, tables["tiers"], rules, tables.get("sector_tiers"))
    tables["frame"] = held(records, "frame", frame)
    schedule = make_schedule(tables["frame"], rules, seed=seed)
    progress("drawing")
    cap = rules.figure(rules.model.inspection.cap).value
    tables["draw"] = _drawn(records, tables["frame"], schedule, cap, seed)
    schedule = with_drawn(schedule, tables["draw"])
    beside = out_of_plan(records["inspections"], rules.on)
    load = workload(schedule, records["departments"].execute(), beside)
    told = earlier.told(tables) if earlier else None
    return CountyRun(records, policy, rules, known, seed, tables, schedule, load, told)


def _drawn(records: Records, frame: "ibis.Table", schedule: "pd.DataFrame", cap: int, seed: int) -> "ibis.Table":
    """The draw; what each department draws is held as any table of the run is, until all of it is one."""
    turns: list[ibis.Table] = []

    def hold(name: str, table: "ibis.Table") -> "ibis.Table":
        turns.append(held(records, name, table))
        return turns[-1]

    drawn = held(records, "draw", draw_visits(frame, schedule, cap=cap, seed=seed, hold=hold))
    dropped(records.engine, turns)
    return drawn


def _within_work(
    records: Records, on: date, known: date, seed: int, pd: "pd.DataFrame | None", earlier: EarlierRun | None
) -> Records:
    """The records with the part of their work that is this run's, where what is computed is kept."""
    if records.work is None:
        return records
    also = None if pd is None else pd.to_dict("list"), earlier and earlier.fingerprint
    return replace(records, work=records.work.within(on, known, seed, *also))


def _check(records: Records, policy: Policy, known: date) -> None:
    first, end = records.known_between or (date.min, date.max)
    if not first <= known < end:
        raise RecordsError(
            "the store is not opened as known on " + str(known),
            where=str(records.folder),
            remedy=f"read it with as_known_on={str(known)!r}",
        )
    if records.policy_name != policy.name:
        raise RecordsError(
            f"records were read under policy {records.policy_name!r}, not {policy.name!r}",
            where=str(records.folder),
            remedy="read them again with policy= the one you run",
        )
    unasked = records.refusals.groupby("table")["reason"].agg(lambda why: set(why) == {"no_codes"})  # not in the policy
    for row in records.counts.itertuples():
        if row.rejected and not row.accepted and not unasked[row.table]:
            raise RecordsError(
                f"all {row.rejected} rows of {row.table!r} are rejected",
                where=str(records.folder),
                remedy="see why with: credit-score check, and mend the file",
            )


def _check_register(records: Records, firms: "ibis.Table", rules: RuleSet) -> None:
    if not firms.count().execute():
        raise RecordsError(
            f"no enterprise is registered by {rules.on}",
            where=str(records.folder),
            remedy="ask for a later day, or complete the table 'enterprises'",
        )


def _check_counted(rules: RuleSet, pd: "pd.DataFrame | None") -> None:
    """Refuse PDs that would count for nothing."""
    if pd is not None and not any(e.bounds for e in evaluations(rules)):
        raise PolicyError(
            f"no evaluation in force on {rules.on} counts a learned PD",
            where=f"policy {rules.name!r}",
            remedy="add risk.yaml with bounds under pd, or leave the PDs out",
        )


def _by_sector(
    records: Records, tables: dict[str, "ibis.Table"], rules: RuleSet, pd: "pd.DataFrame | None"
) -> dict[str, "ibis.Table"]:
    """The tiers by credit and risk, and of the register what they rest on; nothing without an evaluation in force."""
    if not evaluations(rules):
        return {}
    register = held(records, "register", _register(records, tables["scores_enterprise"], pd))
    found = sector_tiers(register, tables["scores_enterprise"], tables["ledger_enterprise"], rules)
    return {"register": register, "sector_tiers": held(records, "sector_tiers", found)}


def _register(records: Records, scores: "ibis.Table", pd: "pd.DataFrame | None") -> "ibis.Table":
    """``subject, sector, industry`` and learned ``pd`` (null where none is given) of every scored firm."""
    import ibis

    firms = records["enterprises"]
    listed = scores.select("subject").join(firms, scores.subject == firms.enterprise_id)
    listed = listed.select("subject", "sector", "industry")
    if pd is None:
        return listed.mutate(pd=ibis.null("float64"))
    subjects = scores.select("subject").execute()["subject"]
    given = ibis.memtable(check_figures(pd, PD_RANGE, subjects, where="the learned PDs"))
    return listed.left_join(given, "subject").drop("subject_right")
