"""Scorecards: learned from rows, read on a page, saved as text, scored by integers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "binning": ["Binning"],
        "boosted": ["Boosting"],
        "card": ["Attribute", "Card", "Characteristic", "Scaling"],
        "card_sql": ["card_sql"],
        "card_text": ["load_card", "save_card"],
        "checks": ["CardWarning", "MissingTells", "NothingTells", "OneCarries"],
        "classifier": ["ScorecardClassifier"],
        "labels": ["draw_weights"],
    },
)
