"""What the visits say: rates of violation from the random stream, who looked, and what a floor buys."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "chances": ["capped_chances"],
        "inspectors": ["inspector_ratios", "tier_gradients"],
        "platform": ["evaluation_table", "visit_table"],
        "precision": ["floor_needed", "floor_table", "precision_bought"],
        "rates": ["population_of", "violation_rate", "visit_rates"],
    },
)
