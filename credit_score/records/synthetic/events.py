"""Credit records: Poisson events whose rates depend on the subject, each reported some weekdays later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.clock import days_between, known, report_days
from credit_score.records.synthetic.columns import coded, iso_days
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.firms import COVERS, Firms
from credit_score.records.synthetic.identifiers import record_ids
from credit_score.records.synthetic.items import (
    CLEAN,
    ENTERPRISE_ITEMS,
    ENTRY,
    PERSON_ITEMS,
    PROBLEM_FOUND,
    SUPERVISOR,
    Item,
)
from credit_score.records.synthetic.people import People
from credit_score.records.synthetic.shape import DEPARTMENTS, FIRST_DAY, LAST_DAY
from credit_score.records.synthetic.streams import choose_by_row
from credit_score.records.synthetic.visits import Visits

_ENTERPRISE_LIST = (*ENTERPRISE_ITEMS, PROBLEM_FOUND, CLEAN, ENTRY)
_OTHER_UNITS = tuple(dict.fromkeys(i.unit for i in (*_ENTERPRISE_LIST, *PERSON_ITEMS) if i.unit != SUPERVISOR))
UNITS = tuple(dict.fromkeys((*DEPARTMENTS, *_OTHER_UNITS)))


@dataclass(frozen=True)
class Events:
    """Records before they are reported: position of the subject, item, unit and day, each of shape (records,)."""

    subject: np.ndarray
    item: np.ndarray
    unit: np.ndarray
    day: np.ndarray


def enterprise_records(
    rng: np.random.Generator, *, firms: Firms, visits: Visits, start: int, factor: float = 1.0
) -> pa.Table:
    """The raw table `credit_records` of a block of firms; `start` records were numbered before it.

    `factor` raises the rates of what is no visit and no entry.
    """
    parts = (_firm_events(rng, firms, factor), _visit_events(visits), _entry_events(firms))
    return reported_records(rng, parts, items=_ENTERPRISE_LIST, kind="enterprise", ids=firms.ids, start=start)


def person_records(rng: np.random.Generator, *, people: People, start: int, factor: float = 1.0) -> pa.Table:
    """The raw table `credit_records` of a block of persons: positive items only. `factor` raises their rates."""
    rates = (
        factor
        * np.array([i.rate for i in PERSON_ITEMS])
        * np.exp(np.array([i.slope for i in PERSON_ITEMS]) * people.activity[:, None])
    )
    since = np.full(len(people.activity), FIRST_DAY)
    events = _poisson(rng, rates * people.recorded[:, None], since=since)
    unit = _fixed_units(PERSON_ITEMS)[events.item]
    parts = (Events(events.subject, events.item, unit, events.day),)
    return reported_records(rng, parts, items=PERSON_ITEMS, kind="individual", ids=people.ids, start=start)


def _firm_events(rng: np.random.Generator, firms: Firms, factor: float) -> Events:
    """Penalties, lists, judgments, commitments, contracts, honours: rate × exp(slope × log odds) × years."""
    rates = (
        factor
        * np.array([i.rate for i in ENTERPRISE_ITEMS])
        * np.exp(np.array([i.slope for i in ENTERPRISE_ITEMS]) * firms.log_odds[:, None])
    )
    events = _poisson(rng, rates, since=np.maximum(firms.registered, FIRST_DAY))
    supervisor = choose_by_row(rng, COVERS.T[firms.sector[events.subject]].astype(float))
    fixed = _fixed_units(ENTERPRISE_ITEMS)[events.item]
    return Events(events.subject, events.item, np.where(fixed < 0, supervisor, fixed), events.day)


def _poisson(rng: np.random.Generator, rates: np.ndarray, *, since: np.ndarray) -> Events:
    """Events of rates (n, items) a year, spread evenly over the days from `since` to the last day."""
    years = (LAST_DAY - since).astype(np.int64) / 365.25
    counts = rng.poisson(rates * years[:, None])
    subject, item = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), rates.shape[1])
    return Events(subject, item, np.full(len(item), -1), days_between(rng, since[subject], LAST_DAY))


def _visit_events(visits: Visits) -> Events:
    """A record for each past inspection: a problem found, or clean."""
    found, clean = _ENTERPRISE_LIST.index(PROBLEM_FOUND), _ENTERPRISE_LIST.index(CLEAN)
    return Events(visits.firm, np.where(visits.found, found, clean), visits.department, visits.day)


def _entry_events(firms: Firms) -> Events:
    """An entry in the register for firms that began in these years."""
    subject = np.flatnonzero(firms.registered >= FIRST_DAY)
    item = np.full(len(subject), _ENTERPRISE_LIST.index(ENTRY))
    return Events(subject, item, np.full(len(subject), UNITS.index(ENTRY.unit)), firms.registered[subject])


def _fixed_units(items: Sequence[Item]) -> np.ndarray:
    """The unit code of each item; −1 where a supervising department reports."""
    return np.array([UNITS.index(i.unit) if i.unit != SUPERVISOR else -1 for i in items])


def reported_records(
    rng: np.random.Generator, parts: Sequence[Events], *, items: Sequence[Item], kind: str, ids: pa.Array, start: int
) -> pa.Table:
    """Records of some subjects as raw `credit_records`: those reported by the last day, in order of report."""
    subject, item, unit, day = (
        np.concatenate([getattr(part, field) for part in parts]) for field in ("subject", "item", "unit", "day")
    )
    reported = report_days(rng, day)
    order = np.argsort(reported, kind="stable")
    order = order[known(reported[order])]
    columns = {
        "record_id": record_ids(start + np.arange(len(order))),
        "subject_kind": coded(np.zeros(len(order)), [kind]),
        "subject_id": ids.take(pa.array(subject[order])),
        "item": coded(item[order], [i.id for i in items]),
        "catalogue_kind": coded(item[order], [i.kind for i in items]),
        "unit": coded(unit[order], UNITS),
        "occurred_on": iso_days(day[order]),
        "reported_on": iso_days(reported[order]),
    }
    return pa.table(columns, schema=schema("credit_records"))
