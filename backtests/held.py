"""Committed figures against those found again: leaf by leaf."""

import json
from pathlib import Path
from typing import Any


def leaves(node: Any, name: str = "") -> dict[str, Any]:
    """Every leaf of a nested result by its path."""
    if not isinstance(node, dict | list):
        return {name: node}
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    return {path: leaf for key, child in pairs for path, leaf in leaves(child, f"{name}/{key}").items()}


def unlike(found: Any, committed: Path, *, within: float) -> list[str]:
    """What differs from the committed figures, by path; fractions may differ by ``within``."""
    now, then = leaves(json.loads(json.dumps(found))), leaves(json.loads(committed.read_text(encoding="utf-8")))
    odd = [f"{name}: only in one" for name in sorted(now.keys() ^ then.keys())]
    for name in now.keys() & then.keys():
        a, b = now[name], then[name]
        same = abs(a - b) <= within if isinstance(a, float) and isinstance(b, float) else a == b
        if not same:
            odd.append(f"{name}: {a}, committed {b}")
    return odd


def short(value: float, digits: int = 3) -> str:
    """A fraction as the pages write it: .912, −.093."""
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def spanned(interval: dict[str, float], digits: int = 3) -> str:
    """A figure with its interval as the pages write it: .584 (.543 to .626)."""
    value, low, high = (short(interval[name], digits) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
