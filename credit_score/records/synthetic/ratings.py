"""Tax ratings of every April and commitments made: records that come after all others, so that those stay as they are.

The ratings complete the A ratings that a county had before: nearly every firm is rated in April, a firm that was A
keeps it more often than not, and of two ratings the later counts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_score.records.synthetic.clock import days_between
from credit_score.records.synthetic.events import UNITS, Events, reported_records
from credit_score.records.synthetic.firms import Firms
from credit_score.records.synthetic.items import COMMITMENT, RATING, Item
from credit_score.records.synthetic.shape import FIRST_DAY, LAST_DAY
from credit_score.records.synthetic.streams import choose_by_row

A_RATING = "tax.a_rating"
_GRADES = tuple(Item(f"tax.{grade}_rating", RATING, "tax", 0.0, 0.0) for grade in "bmcd")
_MADE = Item("commitment.made", COMMITMENT, "administrative_approval", 0.12, -0.1)
LATER_ITEMS = (*_GRADES, _MADE)
_RATED_SHARE, _LOST_SHARE = 0.97, 0.4
_NEW_SHARE = 0.8  # of firms in their first year that are M
_CAMPAIGN_FIRST, _CAMPAIGN_MEAN = np.datetime64("2023-03-15"), 0.4


def later_records(rng: np.random.Generator, *, firms: Firms, records: pa.Table) -> pa.Table:
    """Records of a block of firms that are numbered when all others are: their numbers are those of the block alone."""
    was_a = records.filter(pc.equal(records.column("item"), A_RATING))
    a_of = pc.index_in(was_a.column("subject_id"), firms.ids).to_numpy().astype(int)
    a_on = np.array(was_a.column("occurred_on").to_pylist(), dtype="datetime64[D]")
    parts = [*(_rated(rng, firms, a_of, a_on, year) for year in (2022, 2023)), *_made(rng, firms)]
    return reported_records(rng, parts, items=LATER_ITEMS, kind="enterprise", ids=firms.ids, start=0)


def _rated(rng: np.random.Generator, firms: Firms, a_of: np.ndarray, a_on: np.ndarray, year: int) -> Events:
    """The ratings of an April, of firms that stood when the year began; of those that were A some lose it."""
    first, last = np.datetime64(f"{year}-04-17"), np.datetime64(f"{year}-04-28")
    share = np.full(len(firms.number), _RATED_SHARE)
    share[a_of[(a_on >= first - 365) & (a_on < first)]] = _LOST_SHARE
    stood = firms.registered < np.datetime64(f"{year}-01-01")
    firm = np.flatnonzero(stood & (rng.random(len(share)) < share))
    new = (firms.registered[firm] >= np.datetime64(f"{year - 1}-01-01")) & (rng.random(len(firm)) < _NEW_SHARE)
    bad = np.clip(0.03 * np.exp(0.7 * firms.log_odds[firm]), 0.0, 0.3)
    grade = choose_by_row(rng, np.column_stack([1 - 4 * bad.clip(max=0.2), 0.08 + 0 * bad, 3 * bad, bad]))
    day = days_between(rng, np.full(len(firm), first), last)
    return Events(firm, np.where(new, 1, grade), np.full(len(firm), UNITS.index("tax")), day)


def _made(rng: np.random.Generator, firms: Firms) -> list[Events]:
    """Commitments made in the years before, and more of them since the campaign began."""
    unit, item = UNITS.index(_MADE.unit), LATER_ITEMS.index(_MADE)
    since = np.maximum(firms.registered, FIRST_DAY)
    years = (LAST_DAY - since).astype(np.int64) / 365.25
    found = []
    for mean, first in ((_MADE.rate * years, since), (_CAMPAIGN_MEAN, np.maximum(since, _CAMPAIGN_FIRST))):
        firm = np.repeat(np.arange(len(since)), rng.poisson(mean, len(since)))
        n = len(firm)
        found.append(Events(firm, np.full(n, item), np.full(n, unit), days_between(rng, first[firm], LAST_DAY)))
    return found
