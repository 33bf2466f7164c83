"""Scenarios that several tests share."""

from credit_score.simulation import Scenario, simulate

TIERS = ("A", "B", "C", "D")
SHARES = dict(zip(TIERS, (0.4, 0.3, 0.2, 0.1), strict=True))
PREVALENCE = dict(zip(TIERS, (0.02, 0.05, 0.10, 0.25), strict=True))
RATIOS = dict(zip(TIERS, (0.01, 0.03, 0.08, 0.20), strict=True))


def static(n_firms=100_000, **fields):
    """A1 of the science: a year of static tiers, each with a known number of firms in violation."""
    firms = {"name": "all", "firms": n_firms, "start": SHARES, "violating": PREVALENCE}
    told = {
        "tiers": TIERS, "periods": 1, "per_year": 1, "types": [firms], "sensitivity": 0.8,
        "schedule": {tier: {"ratio": r} for tier, r in RATIOS.items()},
    }  # fmt: skip
    return Scenario(**(told | fields))


def full(n_firms=3000, **fields):
    """Everything at once: three types in two departments, a ladder, deterrence, firms that come and go, a scandal."""
    kinds = zip(("small", "middle", "large"), (0.004, 0.012, 0.03), ("x", "x", "y"), strict=True)
    types = [
        {
            "name": name, "firms": n_firms // 3, "start": SHARES, "department": department, "size": name,
            "onset": onset, "cure": 0.03, "violating": PREVALENCE, "leave": 0.005, "enter": n_firms * 0.02,
        }
        for name, onset, department in kinds
    ]  # fmt: skip
    told = {
        "tiers": TIERS, "periods": 12, "types": types, "departments": [{"name": "x"}, {"name": "y", "days": 2}],
        "schedule": {tier: {"ratio": min(4 * r, 1)} for tier, r in RATIOS.items()}, "sensitivity": 0.8, "fix": 0.9,
        "fines": dict(zip(TIERS, (1, 2, 4, 8), strict=True)), "rating": {"kind": "ladder", "release": 0.4},
        "behaviour": {"kind": "deterrence", "beta": 1.5},
    }  # fmt: skip
    return Scenario(**(told | fields))


SCANDAL = {"of": "onset", "first": 3, "periods": 4, "times": 3}


def plans(ratios):
    return {tier: {"ratio": r} for tier, r in ratios.items()}


def flat(ratio, tiers=TIERS):
    return plans(dict.fromkeys(tiers, ratio))


FIRMS = {"name": "x", "firms": 3000, "start": {"A": 0.8, "B": 0.2}, "onset": 0.03, "cure": 0.05, "violating": 0.2}


def moving(**more):
    """Firms that a finding moves down: visits drift from what was planned."""
    told = {
        "tiers": ("A", "B"), "periods": 36, "types": [FIRMS], "sensitivity": 0.8, "rating": {"kind": "ladder"},
        "schedule": {"A": {"ratio": 0.2}, "B": {"ratio": 0.8}},
    }  # fmt: skip
    return Scenario(**(told | more))


def visits(scenario):
    return float(simulate(scenario, n_replications=0).inspections.sum())
