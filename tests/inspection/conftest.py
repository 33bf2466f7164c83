from collections import Counter
from hashlib import sha256

import ibis
import pandas as pd
import pytest

STRATUM = ("department", "tier_code", "duty")
FRAME = ["department", "subject", "tier_code", "tier", "duty"]
TYPES = dict.fromkeys(FRAME, "string") | {"tier_code": "int64"}


@pytest.fixture(scope="session")
def framed():
    """A sampling frame from rows of department, subject and tier code, perhaps a duty; tier 0 is A."""

    def made(rows):
        full = [(d, s, code, "ABCD"[code], *(duty or [""])) for d, s, code, *duty in rows]
        return ibis.memtable(pd.DataFrame(full, columns=FRAME), schema=TYPES)

    return made


@pytest.fixture(scope="session")
def quotas():
    """A schedule from rows of department, tier code and firms to draw, perhaps visits to each and a duty.

    The chance is 1/4 wherever any firm is to be drawn, and 1 under a duty.
    """

    def made(rows):
        full = [(d, code, drawn, *[*rest, *(1, "")[len(rest) :]]) for d, code, drawn, *rest in rows]
        made = pd.DataFrame(full, columns=["department", "tier_code", "drawn", "frequency", "duty"])
        return made.assign(draw_probability=[1.0 if q.duty else 0.25 * (q.drawn > 0) for q in made.itertuples()])

    return made


def rows(table, *columns):
    return table[list(columns)].to_numpy(object).tolist()


def digest(*parts):
    return sha256("|".join(map(str, parts)).encode()).hexdigest()


@pytest.fixture(scope="session")
def by_hand():
    """The draw by plain loops and hashlib: for each stratum the subjects open to it, and those drawn, in order."""

    def drawn(frame, schedule, *, cap, seed):
        strata = {tuple(s): (n, visits) for *s, n, visits in rows(schedule, *STRATUM, "drawn", "frequency")}
        listed, taken, still_open, picked = {}, Counter(), {}, {}
        for *stratum, subject in rows(frame, *STRATUM, "subject"):
            listed.setdefault(tuple(stratum), []).append(subject)
        turn = sorted(listed, key=lambda s: (s[2] == "", digest(seed, "turn", s[0]), s))
        for stratum in turn:
            n, visits = strata[stratum]
            still_open[stratum] = [f for f in listed[stratum] if stratum[2] or taken[f] + visits <= cap]
            picked[stratum] = sorted(still_open[stratum], key=lambda f: digest(seed, stratum[0], f))[:n]
            taken.update(dict.fromkeys(picked[stratum], visits))
        return still_open, picked

    return drawn
