"""How far a benefit reaches: members above scores, by town and by age band, told so that nobody can be worked out.

Thresholds of several scenes are told side by side, so what lies between two of them is protected like a count of its
own: the counts of a group fall from threshold to threshold by at least the least count, or the later one is empty.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from credit_score.pilot.disclosure import least_count
from credit_score.pilot.standing import Standing
from credit_score.points.ledger import age_at
from credit_score.policy import RuleSet

if TYPE_CHECKING:
    import ibis
    import pandas as pd

GROUPINGS = ("county", "town", "age")
# Where the policy has no rule of publication nothing of persons is told.
NOTHING_TOLD = 10**9


def least_told(rules: RuleSet) -> int:
    """The smallest count of persons that may be told on the day: none at all where no rule says so."""
    return least_count(rules) or NOTHING_TOLD


def age_starts(rules: RuleSet) -> tuple[int, ...]:
    """Lowest age of each band in which persons are told; one band where the policy names none.

    The same bands everywhere: what two tables tell of bands that straddle tells of those in between.
    """
    publication = rules.model.publication
    return tuple(rules.figure(publication.age_bands).value) if publication else (rules.minimum_age,)


def band_names(starts: Sequence[int]) -> list[str]:
    """Age bands by their lowest ages: ``18-34``, ``35-59``, ``60+``."""
    return [*(f"{low}-{high - 1}" for low, high in pairwise(starts)), f"{starts[-1]}+"]


def age_band(people: "ibis.Table", standing: Standing) -> "ibis.Value":
    """The band of a person's age on the day; those below the first band stand in it."""
    import ibis

    starts, age = age_starts(standing.rules), age_at(people, standing.on)
    *names, last = band_names(starts)
    below = [(age < high, name) for high, name in zip(starts[1:], names, strict=True)]
    return ibis.cases(*below, else_=last) if below else ibis.literal(last)


def member_counts(standing: Standing) -> "pd.DataFrame":
    """Consenting members by group and score: ``by`` (county, town, age), ``group, score_milli, members``.

    Raw counts, for computing only: a count of them is told through :func:`reach` alone.
    """
    import ibis
    import pandas as pd

    scores, people = standing.tables["scores_individual"], standing.records["individuals"]
    members = scores.select("subject", "score_milli").join(people, scores.subject == people.person_id)
    groups = {"county": ibis.literal(""), "town": members.town, "age": age_band(members, standing)}
    frames = []
    for by, group in groups.items():
        keyed = members.mutate(group=group)
        counted = keyed.group_by("group", "score_milli").aggregate(members=keyed.count()).execute()
        frames.append(counted.assign(by=by))
    listed = pd.concat(frames, ignore_index=True)[["by", "group", "score_milli", "members"]]
    return listed.sort_values(["by", "group", "score_milli"], ignore_index=True)


def reach(counts: "pd.DataFrame", starts: Mapping[str, int], least: int) -> "pd.DataFrame":
    """Members of a group who reach each start: ``start, by, group, members, qualifying, share``.

    ``counts``: of :func:`member_counts`; ``starts``: name → lowest score in milli-points. ``members`` and
    ``qualifying`` (Int64) are empty where they may not be told; tell all starts that a reader sees in one call.
    """
    import pandas as pd

    ascending = sorted(set(starts.values()))
    frames = []
    for by in GROUPINGS:
        rows = counts[counts["by"] == by]
        groups = sorted(rows["group"].unique())
        held = np.array([_reaching(rows, groups, start) for start in (None, *ascending)]).reshape(
            1 + len(ascending), len(groups)
        )
        told = pd.DataFrame(held).astype("Int64").where(shown(held, least))
        for name, start in starts.items():
            members, qualifying = (told.iloc[row] for row in (0, 1 + ascending.index(start)))
            made = {"start": name, "by": by, "group": groups, "members": members, "qualifying": qualifying}
            frames.append(pd.DataFrame(made))
    columns = ["start", "by", "group", "members", "qualifying"]
    found = pd.concat(frames, ignore_index=True) if starts else pd.DataFrame(columns=columns)
    return found.assign(share=(found["qualifying"] / found["members"]).astype("Float64"))


def _reaching(rows: "pd.DataFrame", groups: list[str], start: int | None) -> list[int]:
    """Members of each group at a start or above; all of them where it is None."""
    above = rows if start is None else rows[rows["score_milli"] >= start]
    return [int(n) for n in above.groupby("group")["members"].sum().reindex(groups, fill_value=0)]


def shown(counts: np.ndarray, least: int) -> np.ndarray:
    """Which of nested counts may be told, (T, G) booleans; row by row each counts part of the row before.

    A count is empty below ``least``, and where it leaves less than ``least`` of the last count of its group that is
    told. More are emptied, smallest first, until no difference of sums over the empty ones, within a row or between
    two rows, is below ``least``: sums of rows may be known.
    """
    told = np.zeros(counts.shape, bool)
    for row, own in enumerate(counts):
        told[row] = (own >= least) & (_last_told(counts, told, row) - own >= least)
        for group in np.argsort(own, kind="stable"):
            if _closed(counts, told, row, least):
                break
            told[row, group] = False
    return told


def _last_told(counts: np.ndarray, told: np.ndarray, row: int) -> np.ndarray:
    """The last count of each group that is told above a row; without one there is nothing to subtract from."""
    last = np.full(counts.shape[1], np.iinfo(np.int64).max)
    for above in range(row):
        last = np.where(told[above], counts[above], last)
    return last


def _closed(counts: np.ndarray, told: np.ndarray, row: int, least: int) -> bool:
    """Whether sums over what is empty give nothing away: none is of one group alone, and none is too small.

    Of a single group no sum is known.
    """
    if counts.shape[1] == 1:
        return True
    empty = ~told[row]
    if empty.any() and (empty.sum() == 1 or counts[row][empty].sum() < least):
        return False
    either = (empty | ~told[above] for above in range(row))
    return all(
        not both.any() or (counts[above] - counts[row])[both].sum() >= least for above, both in enumerate(either)
    )


def evenness(reached: "pd.DataFrame") -> "pd.DataFrame":
    """How even a reach is over the groups that are told: ``start, by, groups, least, most, ratio, chi2, p``.

    ``ratio``: greatest share over least, 1 where all are alike. ``chi2`` and ``p``: Pearson's test that the shares of
    all groups are one, with groups − 1 degrees of freedom. Its caveats: members have joined by choice and are no
    sample; groups that are too small stand outside; of many tests some are low by chance. A start with fewer than
    two groups told has none.
    """
    import pandas as pd

    listed = reached[(reached["by"] != "county") & reached["share"].notna()]
    rows = [
        {"start": start, "by": by} | _even(own)
        for (start, by), own in listed.groupby(["start", "by"], sort=False)
        if len(own) > 1
    ]
    columns = ["start", "by", "groups", "least", "most", "ratio", "chi2", "p"]
    return pd.DataFrame(rows, columns=columns)


def _even(own: "pd.DataFrame") -> dict[str, float]:
    reached = own["qualifying"].to_numpy(np.int64)
    chi2, p = _pearson(np.array([reached, own["members"].to_numpy(np.int64) - reached], dtype=float))
    least, most = float(own["share"].min()), float(own["share"].max())
    return {
        "groups": len(own), "least": least, "most": most, "ratio": most / least,
        "chi2": chi2, "p": p,
    }  # fmt: skip


def _pearson(observed: np.ndarray) -> tuple[float, float]:
    """Pearson's test of a table of two rows: Σ (o − e)² / e, and its chance under χ² with columns − 1 degrees.

    ``scipy.stats.chi2_contingency`` without its correction, whose import alone takes a second.
    """
    from scipy.special import chdtrc

    expected = observed.sum(axis=1, keepdims=True) * observed.sum(axis=0, keepdims=True) / observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return statistic, float(chdtrc(observed.shape[1] - 1, statistic))
