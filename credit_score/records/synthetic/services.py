"""What firms do in the pilot, block by block: join the platform, authorise queries, apply; and what is done with them.

Every share is an assumption made for demonstration: the county is to stand below most of the plan's targets, and to
move towards them month by month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_score.records.synthetic.codes import measures, pilot_codes
from credit_score.records.synthetic.columns import coded, iso_days, serial
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.firms import Firms
from credit_score.records.synthetic.office import JOINED
from credit_score.records.synthetic.shape import LAST_DAY, LEGAL_FORMS

NUMBERED = {"authorisations": "A-", "report_uses": "U-", "measures_taken": "M-"}
_FIRST_DAY, _PILOT = np.datetime64("2022-07-01"), np.datetime64("2023-03-15")
_JOINED_SHARE, _REAL_NAME_SHARE, _AUTHORISED_SHARE, _WITHDRAWN_SHARE = 0.175, 0.70, 0.90, 0.05
_ONE_BANK_SHARE = 0.5
_APPLIED_SHARE = 0.085
_USES_OF_REPORTS = 0.07  # a firm, from January to June 2023
_USERS = ("administrative_approval", "housing", "natural_resources", "market_supervision")
_TAKEN_SHARE = {"discipline": 0.7, "reward": 0.2}
_ENDED_SHARE, _FED_BACK_SHARE = 0.15, 0.75
_NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class _Members:
    """Firms that joined: positions in the block, the days of joining and of the real name (NaT: not yet)."""

    firm: np.ndarray
    joined: np.ndarray
    real_name: np.ndarray


def firm_services(
    rng: np.random.Generator, *, firms: Firms, records: pa.Table, start: Mapping[str, int]
) -> dict[str, pa.Table]:
    """The raw tables of a block of firms by name; `start` rows of each were numbered before it."""
    members = _members(rng, firms)
    columns = {
        "platform": {
            "enterprise_id": firms.ids.take(pa.array(members.firm)),
            "joined_on": iso_days(members.joined),
            "real_name_on": iso_days(members.real_name),
        },
        "authorisations": _authorisations(rng, firms, members),
        "report_uses": _report_uses(rng, firms),
        "measures_taken": _measures_taken(rng, firms, records),
        "joint_building": _applications(rng, firms),
    }
    return {name: _numbered(name, own, start.get(name, 0)) for name, own in columns.items()}


def _numbered(name: str, columns: dict[str, object], start: int) -> pa.Table:
    """The columns as a table, with a key of its own where it has one."""
    if name in NUMBERED:
        own = schema(name)
        n = len(columns["enterprise_id"])  # type: ignore[arg-type]
        columns = {own.names[0]: serial(NUMBERED[name], start + 1 + np.arange(n), width=10), **columns}
    return pa.table({c: columns[c] for c in schema(name).names}, schema=schema(name))


def _recent(rng: np.random.Generator, first: np.ndarray) -> np.ndarray:
    """Weekdays from `first` to the last day, more of them recent."""
    span = np.maximum((LAST_DAY - first).astype(np.int64), 0)
    age = (rng.random(len(first)) ** 1.4 * (span + 1)).astype(np.int64)
    return np.busday_offset(LAST_DAY - age, 0, roll="forward")


def _later(rng: np.random.Generator, days: np.ndarray, least: int, most: int) -> np.ndarray:
    """From `least` to `most` weekdays later, NaT where that is after the last day."""
    later = np.busday_offset(days, rng.integers(least, most + 1, len(days)), roll="forward")
    return np.where(later <= LAST_DAY, later, _NEVER)


def _members(rng: np.random.Generator, firms: Firms) -> _Members:
    n = len(firms.number)
    joined = _recent(rng, np.maximum(firms.registered, _FIRST_DAY))
    firm = np.flatnonzero(rng.random(n) < _JOINED_SHARE)
    real_name = _later(rng, joined[firm], 0, 15)
    return _Members(firm, joined[firm], np.where(rng.random(len(firm)) < _REAL_NAME_SHARE, real_name, _NEVER))


def _authorisations(rng: np.random.Generator, firms: Firms, members: _Members) -> dict[str, object]:
    """Given after the real name, half of them to a bank on the platform; one in twenty is withdrawn."""
    known = np.flatnonzero(~np.isnat(members.real_name))
    given = _later(rng, members.real_name[known], 0, 25)
    gives = ~np.isnat(given) & (rng.random(len(known)) < _AUTHORISED_SHARE)
    given = given[gives]
    withdrawn = np.where(rng.random(len(given)) < _WITHDRAWN_SHARE, _later(rng, given, 10, 60), _NEVER)
    bank = rng.integers(len(JOINED), size=len(given))
    there = (JOINED[bank] <= given) & (rng.random(len(given)) < _ONE_BANK_SHARE)
    return {
        "enterprise_id": firms.ids.take(pa.array(members.firm[known[gives]])),
        "bank_id": serial("B-", bank + 1, width=2).take(pa.array(np.arange(len(bank)), mask=~there)),
        "given_on": iso_days(given),
        "withdrawn_on": iso_days(withdrawn),
    }


def _report_uses(rng: np.random.Generator, firms: Firms) -> dict[str, object]:
    """Reports used by government in all of its fields but the last."""
    firm = np.repeat(np.arange(len(firms.number)), rng.poisson(_USES_OF_REPORTS, len(firms.number)))
    fields = pilot_codes("report_uses")
    used = _recent(rng, np.maximum(firms.registered[firm], np.datetime64("2023-01-03")))
    order = np.argsort(used, kind="stable")
    return {
        "unit": coded(rng.integers(len(_USERS), size=len(firm)), _USERS),
        "report_use": coded(rng.integers(max(1, len(fields) - 1), size=len(firm)), fields),
        "enterprise_id": firms.ids.take(pa.array(firm[order])),
        "used_on": iso_days(used[order]),
    }


def _applications(rng: np.random.Generator, firms: Firms) -> dict[str, object]:
    applied = _recent(rng, np.maximum(firms.registered, np.datetime64("2023-02-01")))
    firm = np.flatnonzero(rng.random(len(firms.number)) < _APPLIED_SHARE)
    return {"enterprise_id": firms.ids.take(pa.array(firm)), "applied_on": iso_days(applied[firm])}


def _measures_taken(rng: np.random.Generator, firms: Firms, records: pa.Table) -> dict[str, object]:
    """Measures that follow from records of the last year, one of a kind a firm, since they are in force."""
    item = np.array(records.column("item").to_pylist(), dtype=object)
    day = np.array(records.column("reported_on").to_pylist(), dtype="datetime64[D]")
    firm = pc.index_in(records.column("subject_id"), firms.ids).to_numpy()
    listed = measures()
    rows, kinds = [], []
    for kind, measure in enumerate(listed):
        of_form = np.isin(firms.legal_form, [LEGAL_FORMS.index(form) for form in measure.legal_forms])
        found = np.flatnonzero(np.isin(item, list(measure.items)) & (day >= _FIRST_DAY) & of_form[firm])
        found = found[np.unique(firm[found], return_index=True)[1]]
        found = found[rng.random(len(found)) < _TAKEN_SHARE[measure.direction]]
        rows.append(found)
        kinds.append(np.full(len(found), kind))
    row, kind = np.concatenate([*rows, np.empty(0, int)]).astype(int), np.concatenate([*kinds, np.empty(0, int)])
    begun = _later(rng, np.maximum(day[row], _PILOT), 1, 25)
    there = ~np.isnat(begun)
    row, kind, begun = row[there], kind[there].astype(int), begun[there]
    n = len(row)
    ended = np.where(rng.random(n) < _ENDED_SHARE, _later(rng, begun, 20, 50), _NEVER)
    fed_back = np.where(rng.random(n) < _FED_BACK_SHARE, _later(rng, begun, 3, 25), _NEVER)
    turn = rng.integers(1_000, size=n)
    may = [measure.units.at(LAST_DAY.item()) for measure in listed]
    own = [figure.value if figure else _USERS for figure in may]
    return {
        "enterprise_id": firms.ids.take(pa.array(firm[row])),
        "measure": coded(kind, [measure.id for measure in listed]),
        "unit": pa.array([own[k][t % len(own[k])] for k, t in zip(kind, turn, strict=True)], pa.string()),
        "begun_on": iso_days(begun),
        "ended_on": iso_days(ended),
        "fed_back_on": iso_days(fed_back),
    }
