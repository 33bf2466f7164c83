"""The optimal schedule: ratios and cut-offs for a budget, with a certificate and the price of every constraint."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "coupled": ["CoupledSchedule", "coupled_schedule"],
        "coupling": ["Coupling", "Joint", "Shared"],
        "front": ["pareto_front"],
        "problem": ["Bounds"],
        "schedule": ["OptimalSchedule", "optimal_schedule"],
        "shadow": ["Gain", "Price", "gains", "shadow_prices", "told"],
    },
)
