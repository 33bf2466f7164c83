"""A tree of hashes over a list: one hash that stands for all of it, and short proofs that a leaf is in it.

SHA-256 as in RFC 6962 (Certificate Transparency): leaves and nodes are hashed with different first bytes, so that no
node passes for a leaf.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf(text: str) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + text.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for leaves in their order; of none, that of nothing."""
    level = list(leaves)
    if not level:
        return EMPTY
    while len(level) > 1:
        paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way from a leaf to the root, from the leaf up."""
    found, level = [], list(leaves)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            found.append(level[beside])
        paired = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level, place = paired + level[len(level) - len(level) % 2 :], place // 2
    return found


def root_by(own: bytes, place: int, n: int, beside: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at a place among ``n`` and the hashes beside its way lead to; None where they do not fit."""
    if not 0 <= place < n:
        return None
    left = list(beside)
    while n > 1:
        if place ^ 1 < n:
            if not left:
                return None
            other = left.pop(0)
            own = _node(other, own) if place % 2 else _node(own, other)
        place, n = place // 2, (n + 1) // 2
    return None if left else own
