"""Randomness by block: what is drawn for a block depends on the seed, the table and the block, on nothing before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BLOCK = 50_000
# A name's place is its code: new ones go to the end, so that what was drawn before stays as it is.
_NAMES = (
    "firms", "visits", "firm_events", "people", "person_events", "inspectors", "dirt_of_firms", "dirt_of_people",
    "record_events", "decisions", "dirt_of_events", "services", "dirt_of_services", "later_records", "youth",
    "dirt_of_youth", "activities", "government_cases", "posts", "village_finance", "scene_uses", "dirt_of_pilot",
    "dirt_of_later",
)  # fmt: skip
_CODES = {name: code for code, name in enumerate(_NAMES)}


def stream(seed: int, table: str, block: int = 0) -> np.random.Generator:
    """The random generator of one block of one table."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _CODES[table], block])))


def blocks(n: int) -> list[tuple[int, int]]:
    """Half-open ranges of at most `BLOCK` subjects that cover 0 … n − 1."""
    return [(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]


def choose(rng: np.random.Generator, shares: Sequence[float], n: int) -> np.ndarray:
    """`n` integer codes drawn with the given shares (any positive scale)."""
    edges = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(edges, rng.random(n), side="right").astype(np.int8)


def choose_by_row(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """One integer code a row, drawn with that row's shares; `shares` has shape (n, k)."""
    edges = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    drawn = (rng.random(len(shares))[:, None] >= edges).sum(axis=1)
    return drawn.astype(np.int8)
