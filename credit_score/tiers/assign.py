"""Scores to tiers, by the cut-offs of the policy and its overriding conditions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import RuleSet, Tier

if TYPE_CHECKING:
    import ibis
    import pandas as pd

BY_SCORE = "cut-off"


def assign_tiers(scores: "ibis.Table", ledger: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    """The tier of every enterprise: by its score, or worse by an overriding condition.

    Parameters
    ----------
    scores : ``subject`` and ``score_milli`` of enterprises.
    ledger : their counted records; an item named by an override leads to its tier while it counts.

    Returns ``subject, score_milli, tier_code`` (0 is best), ``tier`` and ``decided_by``:
    ``cut-off``, or the id of the override that made the tier worse than the score did.
    """
    import ibis

    forced = forced_tiers(ledger, rules.overrides)
    joined = scores.left_join(forced, "subject").drop("subject_right")
    by_score = code_by_score(joined.score_milli, rules.tiers)
    overridden = joined.forced_code.fill_null(-1) > by_score
    code = ibis.ifelse(overridden, joined.forced_code, by_score).cast("int64")
    tiers = joined.mutate(tier_code=code, decided_by=ibis.ifelse(overridden, joined.forced_by, BY_SCORE))
    names = ibis.cases(*((tiers.tier_code == t.code, t.id) for t in rules.tiers), else_="")
    return tiers.mutate(tier=names).select("subject", "score_milli", "tier_code", "tier", "decided_by")


def code_by_score(score: Any, tiers: tuple[Tier, ...]) -> Any:
    """The code of the best tier whose cut-off the score reaches; the last tier takes the rest."""
    import ibis

    reached = [(score >= t.cutoff, t.code) for t in tiers if t.cutoff is not None]
    return ibis.cases(*reached, else_=len(tiers) - 1)


def forced_tiers(ledger: "ibis.Table", overrides: Mapping[str, tuple[str, int]]) -> "ibis.Table":
    """The worst tier that a counted record of each subject forces: ``subject, forced_code, forced_by``.

    ``overrides``: item → (override id, tier code).
    """
    import ibis

    schema = {"item": "string", "forced_by": "string", "forced_code": "int64", "rank": "int64"}
    mildest_first = sorted(overrides.items(), key=lambda rule: (rule[1][1], rule[0]))
    listed = [(item, override, code, rank) for rank, (item, (override, code)) in enumerate(mildest_first)]
    columns: dict[str, list[object]] = {n: [r[i] for r in listed] for i, n in enumerate(schema)}
    listing = ibis.memtable(columns, schema=schema)
    hits = ledger.join(listing, "item")
    worst = hits.group_by("subject").aggregate(rank=hits["rank"].max())
    return worst.join(listing, "rank").select("subject", "forced_code", "forced_by")


def tier_shares(tiers: "ibis.Table", rules: RuleSet) -> "pd.DataFrame":
    """Per tier, best first: ``tier, firms, share``; tiers without a firm are shown with 0."""
    import pandas as pd

    counted = tiers.group_by("tier").aggregate(firms=tiers.count()).execute().set_index("tier")["firms"]
    firms = [int(counted.get(t.id, 0)) for t in rules.tiers]
    total = sum(firms)
    shares = [n / total if total else 0.0 for n in firms]
    return pd.DataFrame({"tier": [t.id for t in rules.tiers], "firms": firms, "share": shares})
