"""Tiers of enterprises: internal priors for where to look, never a verdict and never published."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assign": ["assign_tiers", "tier_shares"],
        "calibrator": ["TierCalibrator"],
        "gradient": ["ExplainedByGroups", "gradient_table", "mantel_haenszel"],
        "strata": ["stratum_rates"],
        "sector": ["sector_tiers"],
        "cutoffs": ["buffered", "tier_codes"],
        "stability": ["Migration", "cutoff_intervals", "migration_matrix", "tier_psi"],
        "table": ["jeffreys_interval", "master_scale"],
    },
)
