"""When things happen and when they are reported: weekdays, delays mostly within seven of them.

Public holidays are left out on purpose: they only make a delay shorter in working days.
"""

from __future__ import annotations

import numpy as np

from credit_score.records.synthetic.shape import LAST_DAY

PROMPT_SHARE, LATE_SHARE = 0.88, 0.09  # the rest is very late
MOST_DELAY = 120


def days_between(rng: np.random.Generator, first: np.ndarray, last: np.datetime64) -> np.ndarray:
    """Weekdays drawn evenly between `first` (shape (n,)) and `last`, both included, moved on from weekends."""
    span = (last - first).astype(np.int64) + 1
    drawn = first + (rng.random(len(first)) * span).astype(np.int64)
    return np.minimum(np.busday_offset(drawn, 0, roll="forward"), np.busday_offset(last, 0, roll="backward"))


def report_days(rng: np.random.Generator, occurred: np.ndarray) -> np.ndarray:
    """Days of report: 0–7 weekdays later for 88 %, 8–20 for 9 %, 21–120 for 3 %."""
    n = len(occurred)
    kind = np.searchsorted([PROMPT_SHARE, PROMPT_SHARE + LATE_SHARE], rng.random(n), side="right")
    low, high = np.array([0, 8, 21])[kind], np.array([7, 20, MOST_DELAY])[kind]
    delay = low + (rng.random(n) * (high - low + 1)).astype(np.int64)
    return np.busday_offset(occurred, delay, roll="forward")


def known(reported: np.ndarray) -> np.ndarray:
    """Which reports had arrived on the last day, on which the county's tables were taken."""
    return reported <= LAST_DAY
