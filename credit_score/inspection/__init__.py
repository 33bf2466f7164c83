"""From tiers to visits: the cube, the schedule, the draw, the workload, and who bears it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "breaches": ["Breach", "breaches", "check_schedule"],
        "cube": ["Kpi", "WhatIfCube"],
        "draw": ["draw_visits", "sampling_frame"],
        "expected": ["expected_visits"],
        "frame": ["inspection_frame", "with_own_tiers"],
        "optimum": ["optimal_schedule", "pareto_front"],
        "out_of_plan": ["out_of_plan"],
        "schedule": ["county_share", "make_schedule", "with_drawn"],
        "verify": ["verify_draw"],
        "workload": ["burden", "workload"],
    },
)
