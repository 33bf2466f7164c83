"""Criteria for credit households, villages and towns."""

from credit_score.policy.dated import Frozen, Share


class ThreeCredit(Frozen):
    """The published criteria of a credit village: least share of credit households."""

    village_households: Share
