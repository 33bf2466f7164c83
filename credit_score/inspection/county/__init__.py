"""The county cube: firms by score bin and kind, from which any draft of cut-offs and ratios is answered at once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "answer": ["Answer", "Plan"],
        "cube": ["CountyCube"],
        "cutoffs": ["moved_cutoffs", "step"],
        "grouped": ["county_cube"],
        "strata": ["best_ratios", "by_score_cube", "strata_cube"],
    },
)
