"""Points by rule: one ledger for persons and enterprises, and the score it sums to."""

from credit_score.points.balance import balance, with_both_ways
from credit_score.points.explain import caps_that_cut, explanation
from credit_score.points.ledger import ledger, ledger_of, uncounted
from credit_score.points.scores import all_scores

__all__ = [
    "all_scores",
    "balance",
    "caps_that_cut",
    "explanation",
    "ledger",
    "ledger_of",
    "uncounted",
    "with_both_ways",
]
