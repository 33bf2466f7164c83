"""Tiers by credit and risk, by firm and department: what a department's own evaluation makes of it (行业信用评价).

For a department without an evaluation in force a firm's tier is the county's (:mod:`credit_score.tiers.assign`).
"""

from typing import TYPE_CHECKING, Any

from credit_score.policy.evaluation import Evaluation, evaluations
from credit_score.policy.ruleset import RuleSet
from credit_score.tiers.assign import code_by_score, forced_tiers

if TYPE_CHECKING:
    import ibis

BY_MATRIX = "matrix"
BY_INDUSTRY, BY_PD, OTHERWISE = "industry", "pd", "otherwise"
COLUMNS = (
    "subject", "department", "credit_tier", "risk_level", "risk_from", "tier_code", "tier", "decided_by",
)  # fmt: skip


def sector_tiers(
    register: "ibis.Table", scores: "ibis.Table", ledger: "ibis.Table", rules: RuleSet
) -> "ibis.Table | None":
    """The tier of each evaluated firm with its department, by credit and risk; None without an evaluation in force.

    The risk level is the worse of the industry's own and that of the firm's learned PD. Where the score gets worse or
    the risk higher the tier is never better; an overriding condition can only worsen it.

    Parameters
    ----------
    register : ``subject, sector, industry, pd`` of every firm; industry and PD may be null.
    scores : ``subject`` and ``score_milli`` of enterprises.
    ledger : their counted records.

    Returns ``subject, department, credit_tier, risk_level, risk_from`` (``industry``, ``pd`` or ``otherwise``),
    ``tier_code, tier`` and ``decided_by``: ``matrix``, or the id of the override that made the tier worse.
    """
    import ibis

    scored = scores.select("subject", "score_milli").join(register, "subject")
    found = [_evaluated(scored, ledger, evaluation) for evaluation in evaluations(rules)]
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def _evaluated(scored: "ibis.Table", ledger: "ibis.Table", own: Evaluation) -> "ibis.Table":
    import ibis

    firms = _firms(scored, own).left_join(forced_tiers(ledger, own.overrides), "subject").drop("subject_right")
    level, risk_from = _risk(firms, own)
    coded = firms.mutate(credit=code_by_score(firms.score_milli, own.tiers), level=level, risk_from=risk_from)
    cells = [(c, r, code) for c, row in enumerate(own.matrix) for r, code in enumerate(row)]
    joint = ibis.cases(*(((coded.credit == c) & (coded.level == r), code) for c, r, code in cells))
    coded = coded.mutate(joint=joint)
    overridden = coded.forced_code.fill_null(-1) > coded.joint
    placed = coded.mutate(
        department=ibis.literal(own.department),
        tier_code=ibis.ifelse(overridden, coded.forced_code, coded.joint).cast("int64"),
        decided_by=ibis.ifelse(overridden, coded.forced_by, BY_MATRIX),
    )
    tiers, levels = [t.id for t in own.tiers], [n.id for n in own.levels]
    return placed.mutate(
        credit_tier=_named(placed.credit, tiers),
        risk_level=_named(placed.level, levels),
        tier=_named(placed.tier_code, tiers),
    ).select(*COLUMNS)


def _firms(scored: "ibis.Table", own: Evaluation) -> "ibis.Table":
    """The firms that the department supervises and evaluates."""
    import ibis

    industry = scored.industry.fill_null("")
    named = scored.sector.isin(own.sectors) if own.sectors else ibis.literal(value=False)
    for code in own.industries:
        named |= industry.startswith(code)
    return scored.filter(scored.sector.isin(own.supervised), named)


def _risk(firms: "ibis.Table", own: Evaluation) -> tuple[Any, Any]:
    """The code of the risk level of each firm, and where it comes from."""
    import ibis

    industry = firms.industry.fill_null("")
    level, source = ibis.literal(own.otherwise), ibis.literal(OTHERWISE)
    if own.inherent:
        level = ibis.cases(*((industry.startswith(i.industry), i.level) for i in own.inherent), else_=own.otherwise)
        source = ibis.cases(*((industry.startswith(i.industry), BY_INDUSTRY) for i in own.inherent), else_=OTHERWISE)
    highest_first = sorted(enumerate(own.bounds, start=1), reverse=True)
    if not highest_first:
        return level, source
    learned = ibis.cases(*((firms.pd >= bound, code) for code, bound in highest_first), else_=0)
    return ibis.greatest(level, learned), ibis.ifelse(learned > level, BY_PD, source)


def _named(code: Any, names: list[str]) -> Any:
    import ibis

    return ibis.cases(*((code == i, name) for i, name in enumerate(names)))
