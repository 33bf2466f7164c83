"""Tiers of enterprises: internal priors for where to look, never a verdict and never published."""

from credit_score.tiers.assign import assign_tiers, tier_shares

__all__ = ["assign_tiers", "tier_shares"]
