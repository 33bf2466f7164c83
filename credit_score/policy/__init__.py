"""Rules as dated data: read, ask for a day, compare."""

from credit_score.policy.amendment import make_amendment, with_head
from credit_score.policy.compare import compare, rule_table
from credit_score.policy.loader import Policy, amended, as_date, bundled, load_policy
from credit_score.policy.ruleset import RuleSet

__all__ = [
    "Policy",
    "RuleSet",
    "amended",
    "as_date",
    "bundled",
    "compare",
    "load_policy",
    "make_amendment",
    "rule_table",
    "with_head",
]
