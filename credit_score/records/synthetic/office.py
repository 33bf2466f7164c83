"""What the county does for its pilot: banks on the platform, activities, cases of government bodies, posts.

The numbers tell a county in the middle of its plan: two theme days of three, six kinds of place of seven, months with
too few activities, an office short of one person, cases closed in time, late and not at all.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from credit_score.records.synthetic.codes import pilot_codes, units
from credit_score.records.synthetic.columns import coded, iso_days, serial
from credit_score.records.synthetic.dictionary import schema
from credit_score.records.synthetic.shape import LAST_DAY, TOWNS

BANKS = tuple(f"虚构{stem}" for stem in (
    "农村商业银行", "村镇银行", "邮政储蓄支行", "城市商业银行", "甲银行支行", "乙银行支行", "丙银行支行", "丁银行支行",
    "戊银行支行", "己银行支行",
))  # fmt: skip
JOINED = np.array(["2022-10-17", "2022-12-05", "2023-02-20", "2023-05-08"], dtype="datetime64[D]")
_EDUCATION, _EVENTS = "education", (1, 2, 2, 1, 3, 2)  # from January to June, each at a place
_MONTHS = np.arange("2023-01", "2023-07", dtype="datetime64[M]")
_ORGANISERS = ("publicity", "education", "market_supervision", "town_government", "administrative_approval")
_BODIES = tuple(f"{TOWNS[i % len(TOWNS)]}{kind}" for i, kind in enumerate(
    ("人民政府", "中心卫生院", "人民政府", "中心小学", "水利站", "人民政府", "农业综合服务中心", "文化站",
     "便民服务中心", "人民政府", "敬老院", "中学")
))  # fmt: skip
_SUPERVISORS = ("leading_office", "court", "justice")
_OFFICE, _STAFF = "leading_office", 4
_WITHOUT_POSTS, _WITHOUT_LIAISON = 3, 3
_DAY = np.timedelta64(1, "D")


def banks_table() -> pa.Table:
    """The raw table `banks`: ten, of which the first four are on the platform."""
    joined = np.full(len(BANKS), np.datetime64("NaT", "D"))
    joined[: len(JOINED)] = JOINED
    columns = {"bank_id": serial("B-", np.arange(len(BANKS)) + 1, width=2), "name": list(BANKS)}
    return pa.table(columns | {"joined_on": iso_days(joined)}, schema=schema("banks"))


def activities_table(rng: np.random.Generator) -> pa.Table:
    """The raw table `activities`: theme days that have been, education at places by month, each other kind once."""
    listed, places = pilot_codes("activities"), pilot_codes("places")
    themes = {a: _in_this_year(a.removeprefix("theme_")) for a in listed if a.startswith("theme_")}
    held = {listed.index(a): day for a, day in themes.items() if day <= LAST_DAY}
    campaigns = [i for i, a in enumerate(listed) if a not in themes and a != _EDUCATION]
    months = np.concatenate([np.repeat(_MONTHS, _EVENTS), np.resize(_MONTHS, len(campaigns))])
    first = months.astype("datetime64[D]")
    days = np.busday_offset(first + rng.integers(2, 25, len(first)), 0, roll="forward")
    day = np.concatenate([list(held.values()), days]).astype("datetime64[D]")
    order, n_events = np.argsort(day, kind="stable"), sum(_EVENTS)
    activity = np.array([*held, *([listed.index(_EDUCATION)] * n_events), *campaigns])
    at_places = rng.permutation(n_events) % max(1, len(places) - 1)
    place = np.array([*([-1] * len(held)), *at_places, *([-1] * len(campaigns))])
    columns = {
        "activity_id": serial("C-", np.arange(len(day)) + 1, width=6),
        "activity": coded(activity[order], listed),
        "place": coded(place[order], places),
        "unit": coded(rng.integers(len(_ORGANISERS), size=len(day)), _ORGANISERS),
        "held_on": iso_days(day[order]),
        "participants": rng.integers(30, 400, len(day)),
    }
    return pa.table(columns, schema=schema("activities"))


def _in_this_year(month_and_day: str) -> np.datetime64:
    return np.datetime64(f"{str(LAST_DAY)[:4]}-{month_and_day[:2]}-{month_and_day[2:]}")


def government_cases_table(rng: np.random.Generator) -> pa.Table:
    """The raw table `government_cases`: six closed in time, three late; two open and late, one open and not yet due."""
    state = np.array([0] * 6 + [1] * 3 + [2] * 2 + [3])
    n = len(state)
    first = np.array(["2022-09-01", "2022-10-01", "2023-01-09", "2023-06-01"], dtype="datetime64[D]")[state]
    found = np.busday_offset(first + rng.integers(0, np.array([180, 120, 60, 15])[state]), 0, roll="forward")
    due = found + 60 * _DAY
    closed = np.where(state == 0, found + rng.integers(20, 56, n), due + rng.integers(5, 36, n))
    order = np.argsort(found, kind="stable")
    kinds = pilot_codes("case_kinds")
    kind = rng.integers(len(kinds), size=n)
    columns = {
        "case_id": serial("G-", np.arange(n) + 1, width=6),
        "body": list(_BODIES),
        "case_kind": coded(kind, kinds),
        "unit": coded(kind % len(_SUPERVISORS), _SUPERVISORS),
        "found_on": iso_days(found[order]),
        "due_on": iso_days(due[order]),
        "closed_on": iso_days(np.where(state <= 1, closed, np.datetime64("NaT", "D"))[order]),
    }
    return pa.table(columns, schema=schema("government_cases"))


def posts_table(rng: np.random.Generator) -> pa.Table:
    """The raw table `posts`: four at the office, and one who left; leader and liaison of most units and each town."""
    others = np.array([u for u in units() if u not in (_OFFICE, "leading_members", "town_government")])
    odd = rng.permutation(len(others))[: _WITHOUT_POSTS + _WITHOUT_LIAISON]
    with_leader = np.delete(others, odd[:_WITHOUT_POSTS])
    with_liaison = np.delete(others, odd)
    towns = ["town_government"] * len(TOWNS)
    unit = [*([_OFFICE] * (_STAFF + 1)), *with_leader, *towns, *with_liaison, *towns]
    role = ["staff"] * (_STAFF + 1) + ["leader"] * (len(with_leader) + len(towns))
    role += ["liaison"] * (len(unit) - len(role))
    since = np.busday_offset(np.datetime64("2023-03-15"), rng.integers(0, 30, len(unit)), roll="forward")
    until = np.full(len(unit), np.datetime64("NaT", "D"))
    until[_STAFF] = np.datetime64("2023-06-01")
    columns = {"post_id": serial("T-", np.arange(len(unit)) + 1, width=6), "unit": unit, "role": role}
    return pa.table(columns | {"since": iso_days(since), "until": iso_days(until)}, schema=schema("posts"))
