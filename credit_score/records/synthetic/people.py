"""Persons in households, all of age; most are enrolled, some left, some never were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.clock import days_between
from credit_score.records.synthetic.columns import coded, iso_days
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.identifiers import household_ids, person_ids
from credit_score.records.synthetic.shape import LAST_DAY, TOWN_SHARES, TOWNS, VILLAGES_PER_TOWN
from credit_score.records.synthetic.streams import choose

_HOUSEHOLD_SIZES = (0.22, 0.36, 0.22, 0.14, 0.06)  # one to five adults
_ALONE_SHARE = 0.02  # persons whose household is not recorded
_ENROLLED_SHARE, _LEFT_SHARE = 0.60, 0.03
_RECORDED_THOUGH_NOT_ENROLLED = 0.15
_FIRST_ENROLMENT = np.datetime64("2021-01-04")
_AGES, _AGE_SD, _AGE_MEAN = (18, 95), 17.0, 48.0
_ACTIVITY_SD = 0.8
_YOUTH_SHARE, _ENDED_SHARE, _FIRST_NAMED = 0.03, 0.04, np.datetime64("2023-04-03")

VILLAGES = tuple(f"{town}第{k:02d}村" for town in TOWNS for k in range(1, VILLAGES_PER_TOWN + 1))


@dataclass(frozen=True)
class People:
    """A block of n persons in m households; arrays of shape (n,) but for `household_village`, (m,).

    `household` is a position in the block, or −1; villages are codes of ``VILLAGES``; `activity` drives how many
    records a person has, `recorded` who has any at all.
    """

    ids: pa.Array
    first_household: int
    household_village: np.ndarray
    household: np.ndarray
    village: np.ndarray
    age: np.ndarray
    enrolled: np.ndarray
    left: np.ndarray
    activity: np.ndarray
    recorded: np.ndarray


def make_people(rng: np.random.Generator, *, start: int, stop: int, first_household: int) -> People:
    """The persons numbered start … stop − 1, in households numbered from `first_household`."""
    n = stop - start
    household = _households(rng, n)
    n_households = int(household[-1]) + 1
    villages = _villages(rng, n_households)
    enrolled, left = _membership(rng, n)
    is_enrolled = ~np.isnat(enrolled)
    return People(
        ids=person_ids(np.arange(start, stop)),
        first_household=first_household,
        household_village=villages,
        household=np.where(rng.random(n) < _ALONE_SHARE, -1, household),
        village=villages[household],
        age=np.clip(np.rint(rng.normal(_AGE_MEAN, _AGE_SD, n)), *_AGES).astype(np.int32),
        enrolled=enrolled,
        left=left,
        activity=_ACTIVITY_SD * rng.standard_normal(n),
        recorded=is_enrolled | (rng.random(n) < _RECORDED_THOUGH_NOT_ENROLLED),
    )


def individuals_table(people: People) -> pa.Table:
    """The raw table `individuals` of a block."""
    households = household_ids(people.first_household + np.arange(len(people.household_village)))
    columns = {
        "person_id": people.ids,
        "age": people.age,
        "age_on": iso_days(np.full(len(people.age), LAST_DAY)),
        "household_id": households.take(pa.array(people.household, mask=people.household < 0)),
        "town": coded(people.village // VILLAGES_PER_TOWN, TOWNS),
        "village": coded(people.village, VILLAGES),
        "enrolled_on": iso_days(people.enrolled),
        "left_on": iso_days(people.left),
    }
    return pa.table(columns, schema=schema("individuals"))


def households_table(people: People) -> pa.Table:
    """The raw table `households` of a block: those with a member who names it."""
    used = np.unique(people.household[people.household >= 0])
    village = people.household_village[used]
    columns = {
        "household_id": household_ids(people.first_household + used),
        "town": coded(village // VILLAGES_PER_TOWN, TOWNS),
        "village": coded(village, VILLAGES),
    }
    return pa.table(columns, schema=schema("households"))


def youth_households_table(rng: np.random.Generator, people: People) -> pa.Table:
    """The raw table `youth_households` of a block: about 3 % of its households, named since April; few have ended."""
    used = np.unique(people.household[people.household >= 0])
    named = used[rng.random(len(used)) < _YOUTH_SHARE]
    day = days_between(rng, np.full(len(named), _FIRST_NAMED), LAST_DAY)
    ended = days_between(rng, np.minimum(day + 1, LAST_DAY), LAST_DAY)
    over = (rng.random(len(named)) < _ENDED_SHARE) & (ended > day)
    columns = {
        "household_id": household_ids(people.first_household + named),
        "named_on": iso_days(day),
        "ended_on": iso_days(np.where(over, ended, np.datetime64("NaT", "D"))),
    }
    return pa.table(columns, schema=schema("youth_households"))


def households_by_village(people: People) -> np.ndarray:
    """Households of a block in each village, shape (villages,)."""
    used = np.unique(people.household[people.household >= 0])
    return np.bincount(people.household_village[used], minlength=len(VILLAGES))


def _households(rng: np.random.Generator, n: int) -> np.ndarray:
    """The household of each of n persons, 0, 0, 1, 2, 2, 2, …; the last may be cut short."""
    sizes = choose(rng, _HOUSEHOLD_SIZES, n) + 1
    return np.repeat(np.arange(n), sizes)[:n]


def _villages(rng: np.random.Generator, n: int) -> np.ndarray:
    return choose(rng, TOWN_SHARES, n).astype(np.int64) * VILLAGES_PER_TOWN + rng.integers(VILLAGES_PER_TOWN, size=n)


def _membership(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Days of enrolment and of leaving, NaT where there is none."""
    never = np.datetime64("NaT", "D")
    enrolled = days_between(rng, np.full(n, _FIRST_ENROLMENT), LAST_DAY)
    left = days_between(rng, np.minimum(enrolled + 1, LAST_DAY), LAST_DAY)
    is_enrolled = rng.random(n) < _ENROLLED_SHARE
    has_left = is_enrolled & (rng.random(n) < _LEFT_SHARE) & (left > enrolled)
    return np.where(is_enrolled, enrolled, never), np.where(has_left, left, never)
