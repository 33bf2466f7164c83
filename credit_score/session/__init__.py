"""The session: a run, its drafts and the page on which people move cut-offs and ratios; loaded on first use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"page": ["WhatIf", "open_session"], "place": ["Place"]}
)
