"""The dossier of a decision: what is decided and why, what it costs, finds and misses, and how anyone can check it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "decision": ["Alternative", "Decision", "Person"],
        "page": ["dossier_html", "dossier_pdf"],
        "sections": ["sections"],
        "sensitivity": ["sensitivity"],
        "word": ["dossier_docx"],
        "write": ["write_dossier"],
    },
)
