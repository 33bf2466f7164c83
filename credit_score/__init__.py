"""credit_score: a laboratory for counties that run a social-credit pilot.

Points by dated rules, tiers, inspection schedules and their workload, and a report; every number
cites its rule. Names load on first use, so that importing the package is quick.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "county": ["CountyRun", "run_county"],
        "errors": [
            "CreditScoreError",
            "FitError",
            "NotAvailable",
            "NotIdentified",
            "PolicyError",
            "RecordsError",
            "RunError",
            "VerificationError",
        ],
        "inspection": ["WhatIfCube", "optimal_schedule"],
        "policy": ["Policy", "RuleSet", "compare", "load_policy", "rule_table"],
        "records": ["Records", "read_records"],
        "scorecard": ["Binning", "Boosting", "Card", "ScorecardClassifier", "card_sql", "load_card", "save_card"],
        "simulation": ["Scenario", "ScenarioError", "SimulationResult", "simulate"],
        "tiers": ["TierCalibrator"],
    },
)
