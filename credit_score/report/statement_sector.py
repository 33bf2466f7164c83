"""Both parts of a tier by credit and risk, told to the firm: the score's, the risk's, and what they lead to."""

from typing import TYPE_CHECKING, Any

from credit_score.policy.evaluation import Evaluation, Inherent, evaluations
from credit_score.report.content import labels
from credit_score.report.number import exact
from credit_score.report.told import Told
from credit_score.tiers.sector import BY_INDUSTRY, BY_MATRIX, BY_PD

if TYPE_CHECKING:
    from credit_score.report.run_folder import RunFolder


def sector_rows(run: "RunFolder", subject: str) -> list[dict[str, Any]]:
    """The tiers by credit and risk of a firm, a row a department, with its ``industry`` and ``pd`` (None without)."""
    if not evaluations(run.rules()):
        return []
    tiers = run.table("sector_tiers.parquet", subject=subject).drop(columns=["subject", "status"])
    firm = run.table("register.parquet", subject=subject)[["industry", "pd"]]
    firm = firm.astype(object).where(firm.notna(), None)
    return [row | own for row in tiers.to_dict("records") for own in firm.to_dict("records")]


def sector_tier(row: dict[str, Any], score_milli: int, told: Told) -> list[str]:
    """Lines on one department's tier: where it comes from, with the rule of each part."""
    own = next(e for e in evaluations(told.rules) if e.department == row["department"])
    rule = f"risk:evaluations:{own.id}"
    tiers = {t.id: t for t in own.tiers}
    level = next(n for n in own.levels if n.id == row["risk_level"])
    credit, cutoff = told.by_cutoff(
        tiers[row["credit_tier"]], own.tiers, score_milli, f"{rule}:cutoffs" if own.own_cutoffs else "tiers:tiers"
    )
    risk, ground = _risk(row, own, rule, told)
    joint = own.tiers[own.matrix[tiers[row["credit_tier"]].code][own.levels.index(level)]]
    names = {"credit": told.label(tiers[row["credit_tier"]]), "level": told.label(level)}
    department = labels(told.rules, "departments")[own.department][told.lang]
    heading = {"department": department, "evaluation": told.label(own), "tier": told.label(tiers[row["tier"]])}
    return [
        told.say("explain.sector", **heading),
        "  " + told.say("explain.sector_credit", credit=names["credit"], why=credit), cutoff,
        "  " + told.say("explain.sector_risk", level=names["level"], why=risk), ground,
        "  " + told.say("explain.sector_both", tier=told.label(joint), **names),
        told.rule(f"{rule}:matrix:{row['credit_tier']}:{row['risk_level']}", "tier"),
        *_override(row, own, rule, told),
    ]  # fmt: skip


def _risk(row: dict[str, Any], own: Evaluation, rule: str, told: Told) -> tuple[str, str]:
    """Why the level, in words, and the number that decided."""
    pd = None if row["pd"] is None else exact(row["pd"])
    if row["risk_from"] == BY_PD:
        bound = exact(own.bounds[[n.id for n in own.levels].index(row["risk_level"]) - 1])
        return told.say("explain.risk_pd", pd=pd, bound=bound), told.rule(f"{rule}:pd:{row['risk_level']}", "from_pd")
    also = told.say("explain.pd_kept", pd=pd) if pd and own.bounds else ""
    if row["risk_from"] == BY_INDUSTRY:
        found = _inherent(row["industry"], own)
        why = told.say("explain.risk_industry", industry=told.label(found))
        return why + also, told.rule(f"{rule}:inherent:{found.rule}", "level")
    return told.say("explain.risk_otherwise") + also, told.rule(rule, "otherwise")


def _inherent(industry: str, own: Evaluation) -> Inherent:
    return next(i for i in own.inherent if industry.startswith(i.industry))


def _override(row: dict[str, Any], own: Evaluation, rule: str, told: Told) -> list[str]:
    """The overriding condition that made the tier worse than credit and risk do, the county's or the department's."""
    if row["decided_by"] == BY_MATRIX:
        return []
    county = row["decided_by"] in {o.id for o in told.rules.model.enterprise.overrides}
    under = "enterprise:overrides" if county else f"{rule}:overrides"
    why = told.say("explain.by_override", rule=row["decided_by"])
    line = told.say("explain.sector_override", tier=row["tier"], why=why)
    return [f"  {line}", told.rule(f"{under}:{row['decided_by']}", "tier")]
