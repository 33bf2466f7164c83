"""Past inspections: who was drawn, who was reported, what was there and what the inspector found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.clock import days_between
from credit_score.records.synthetic.columns import coded, iso_days
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.firms import COVERS, Firms
from credit_score.records.synthetic.identifiers import inspection_ids, inspector_ids
from credit_score.records.synthetic.shape import DEPARTMENTS, FIRST_INSPECTION, LAST_DAY
from credit_score.records.synthetic.staff import Staff
from credit_score.records.synthetic.streams import choose

STREAMS = ("random", "statutory", "complaint", "alert", "referral")
SENSITIVITY = 0.8
_CAUSE_SHARES = (0.60, 0.25, 0.15)  # complaint, alert, referral
_CAUSES_A_YEAR = 0.008  # a firm and department, at average risk
_CAUSE_SLOPE = 0.8  # how the rate of complaints grows with the log odds of a violation
_STATUTORY_A_YEAR = 0.40
_LARGER_FIRMS = 2.0  # medium and large firms were drawn twice as often
_PERIODS = (
    (np.datetime64("2021-01-01"), np.datetime64("2021-12-31"), 1.0),
    (np.datetime64("2022-01-01"), np.datetime64("2022-12-31"), 1.0),
    (np.datetime64("2023-01-01"), LAST_DAY, 0.5),
)
_DEPARTMENTS = tuple(DEPARTMENTS.values())
_MARKET_SUPERVISION = tuple(DEPARTMENTS).index("market_supervision")
_DAYS = np.array([d.days_per_visit for d in _DEPARTMENTS])


@dataclass(frozen=True)
class Visits:
    """A block of past inspections, each array of shape (visits,); `firm` is a position in the block of firms."""

    firm: np.ndarray
    department: np.ndarray
    stream: np.ndarray
    probability: np.ndarray
    day: np.ndarray
    inspector: np.ndarray
    present: np.ndarray
    found: np.ndarray
    days: np.ndarray


@dataclass(frozen=True)
class _Planned:
    """Visits before anyone has gone: who, by which department, why, with which chance, on which day."""

    firm: np.ndarray
    department: np.ndarray
    stream: np.ndarray
    probability: np.ndarray
    day: np.ndarray


def make_visits(rng: np.random.Generator, *, firms: Firms, staff: Staff) -> Visits:
    """All visits to a block of firms, in order of day."""
    plans = [*_random(rng, firms), *_statutory(rng, firms), _for_cause(rng, firms)]
    firm, department, stream, probability, day = (
        np.concatenate([getattr(plan, field) for plan in plans])
        for field in ("firm", "department", "stream", "probability", "day")
    )
    order = np.argsort(day, kind="stable")
    planned = _Planned(firm[order], department[order], stream[order], probability[order], day[order])
    return _carried_out(rng, planned=planned, risk=firms.risk, staff=staff)


def inspections_table(visits: Visits, *, firms: Firms, start: int) -> pa.Table:
    """The raw table `inspections` of a block; `start` visits were numbered before it."""
    columns = {
        "inspection_id": inspection_ids(start + np.arange(len(visits.firm))),
        "enterprise_id": firms.ids.take(pa.array(visits.firm)),
        "department": coded(visits.department, tuple(DEPARTMENTS)),
        "inspector_id": inspector_ids(visits.inspector),
        "inspected_on": iso_days(visits.day),
        "stream": coded(visits.stream, STREAMS),
        "draw_probability": pa.array(visits.probability, mask=np.isnan(visits.probability)),
        "violation_found": visits.found,
        "days": visits.days,
    }
    return pa.table(columns, schema=schema("inspections"))


def inspections_truth(visits: Visits, *, start: int) -> pa.Table:
    """What only a synthetic county knows: whether a violation was there."""
    ids = inspection_ids(start + np.arange(len(visits.firm)))
    return pa.table({"inspection_id": ids, "violation_present": visits.present}, schema=schema("truth/inspections"))


def _random(rng: np.random.Generator, firms: Firms) -> list[_Planned]:
    """Draws of each department and period among the firms registered before the period began."""
    plans = []
    larger = np.where(firms.size >= 2, _LARGER_FIRMS, 1.0)
    for code, department in enumerate(_DEPARTMENTS):
        for first, last, share in _PERIODS:
            chance = np.round(department.past_ratio * share * larger, 4)
            eligible = COVERS[code, firms.sector] & (firms.registered < first)
            drawn = np.flatnonzero((rng.random(len(chance)) < chance) & eligible)
            plans.append(_plan(rng, drawn, code, stream=0, chance=chance[drawn], period=(first, last)))
    return plans


def _statutory(rng: np.random.Generator, firms: Firms) -> list[_Planned]:
    """Visits that food law asked for, by market supervision."""
    plans = []
    for first, last, share in _PERIODS:
        eligible = (firms.industry >= 0) & (firms.registered < first)
        drawn = np.flatnonzero((rng.random(len(eligible)) < _STATUTORY_A_YEAR * share) & eligible)
        nothing = np.full(len(drawn), np.nan)
        plans.append(_plan(rng, drawn, _MARKET_SUPERVISION, stream=1, chance=nothing, period=(first, last)))
    return plans


def _for_cause(rng: np.random.Generator, firms: Firms) -> _Planned:
    """Complaints, alerts and referrals: they reach risky firms more often, so their outcomes are no sample."""
    since = np.maximum(firms.registered, FIRST_INSPECTION)
    years = (LAST_DAY - since).astype(np.int64) / 365.25
    rate = _CAUSES_A_YEAR * np.exp(_CAUSE_SLOPE * firms.log_odds) * years
    counts = rng.poisson(np.where(COVERS[:, firms.sector], rate, 0.0))
    department, firm = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), len(rate))
    return _Planned(
        firm=firm,
        department=department,
        stream=choose(rng, _CAUSE_SHARES, len(firm)) + 2,
        probability=np.full(len(firm), np.nan),
        day=days_between(rng, since[firm], LAST_DAY),
    )


def _plan(
    rng: np.random.Generator,
    firm: np.ndarray,
    department: int,
    *,
    stream: int,
    chance: np.ndarray,
    period: tuple[np.datetime64, np.datetime64],
) -> _Planned:
    n = len(firm)
    day = days_between(rng, np.full(n, period[0]), period[1])
    return _Planned(firm, np.full(n, department), np.full(n, stream), chance, day)


def _carried_out(rng: np.random.Generator, *, planned: _Planned, risk: np.ndarray, staff: Staff) -> Visits:
    """A random inspector of the department goes.

    A violation is there with the firm's risk, and is found with 0.8 times the inspector's effect.
    """
    n = len(planned.firm)
    among = staff.count[planned.department]
    inspector = staff.first[planned.department] + (rng.random(n) * among).astype(np.int64)
    present = rng.random(n) < risk[planned.firm]
    found = present & (rng.random(n) < SENSITIVITY * staff.effect[inspector])
    length = np.array([0.5, 1.0, 1.0, 1.0, 1.5, 2.0])[rng.integers(6, size=n)]
    return Visits(
        **vars(planned), inspector=inspector, present=present, found=found, days=_DAYS[planned.department] * length
    )
