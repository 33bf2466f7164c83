"""The list that is drawn from, frozen before any seed exists: a public hash, and for each firm a proof of its place.

A leaf commits to department, firm and stratum with numbers that only the holder of the list's key can compute. So the
public hash, and a neighbour's proof, say nothing of a tier, even to someone who tries them all; an auditor with list
and key computes all of it again.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from credit_score.errors import RunError, VerificationError, discreet, masked
from credit_score.inspection.double_random import merkle
from credit_score.inspection.double_random.seed import HEX

if TYPE_CHECKING:
    import pandas as pd

KEY_BYTES = 32
DRAWN, NOT_DRAWN = "drawn", "not drawn"
PROOF = ("department", "subject", "nonce", "told", "leaf", "n", "beside")


@dataclass(frozen=True)
class FrozenList:
    """A list in its one order, by department and firm, with what its leaves commit to.

    ``rows``: department, firm, nonce and commitment to the stratum, or whether it was drawn; a row a leaf.
    """

    rows: tuple[tuple[str, str, str, str], ...]
    leaves: tuple[bytes, ...]

    @property
    def root(self) -> str:
        """The hash to publish, in hexadecimal: of how many leaves there are and of all of them."""
        return _sized(len(self.leaves), merkle.root(self.leaves))

    def proof(self, department: str, subject: str) -> dict[str, Any]:
        """What a firm needs to check that it stands in the list; nothing in it tells a tier. Raises RunError."""
        place = next((i for i, row in enumerate(self.rows) if row[:2] == (department, subject)), None)
        if place is None:
            what = f"the list of {discreet(department)} does not hold this firm ({masked(subject)})"
            raise RunError(what, remedy="check the code, and the department")
        beside = [hash_.hex() for hash_ in merkle.path(self.leaves, place)]
        return dict(zip(PROOF, (*self.rows[place], place, len(self.rows), beside), strict=True))


def frozen_list(frame: "pd.DataFrame", key: bytes) -> FrozenList:
    """The list of a sampling frame: ``department, subject, tier_code, duty``, a row each, in any order.

    Raises RunError for a key that is not of 32 bytes, a firm that stands twice with a department, and a name that holds
    the sign ``|``.
    """
    if len(key) != KEY_BYTES:
        raise RunError(f"a list key of {len(key)} bytes", remedy=f"give {KEY_BYTES} random bytes, kept secret")
    columns = (frame[c].astype(str) for c in ("department", "subject", "tier_code", "duty"))
    listed = sorted(zip(*columns, strict=True))
    if odd := sum("|" in d or "|" in s for d, s, *_ in listed):
        # A leaf joins its parts by it: two firms could be written alike.
        raise RunError(f"{odd} departments or codes of firms with the sign |", remedy="write them without it")
    if twice := sum(a[:2] == b[:2] for a, b in pairwise(listed)):
        raise RunError(f"{twice} firms stand twice with a department", remedy="give each a row")
    rows = tuple((d, s, _secret(key, "leaf", d, s), _stratum(key, d, s, tier, duty)) for d, s, tier, duty in listed)
    return FrozenList(rows, tuple(merkle.leaf("|".join(row)) for row in rows))


def check_proof(proof: Mapping[str, Any], root: str) -> None:
    """Raise VerificationError unless a proof leads to the published hash."""
    try:
        parts = [proof[name] for name in ("department", "subject", "nonce", "told")]
        if any("|" in part for part in parts) or not (parts[3] in (DRAWN, NOT_DRAWN) or HEX.fullmatch(parts[3])):
            raise ValueError
        own = merkle.leaf("|".join(parts))
        beside = [bytes.fromhex(hash_) for hash_ in proof["beside"]]
        place, n = proof["leaf"], proof["n"]
        if type(place) is not int or type(n) is not int:
            raise TypeError
        found = merkle.root_by(own, place, n, beside)
    except (KeyError, TypeError, ValueError):
        what = "this is no proof of a place in a list"
        raise VerificationError(what, where="the proof", remedy="ask the department for it again") from None
    if found is None or _sized(n, found) != root:
        what = "the proof does not lead to the published hash"
        raise VerificationError(what, where="the proof", remedy="the firm, its place or the list is another; complain")


def checked_list(frame: "pd.DataFrame", key: bytes, root: str) -> FrozenList:
    """The list, held to the published hash. Raises VerificationError unless frame and key give it."""
    listed = frozen_list(frame, key)
    if listed.root != root:
        raise VerificationError(
            f"list and key give the hash {listed.root[:16]}…, published was {root[:16]}…",
            where="the frozen list",
            remedy="a firm, a stratum or the key was changed after the freeze; do not draw from it",
        )
    return listed


def result_list(drawn: Iterable[tuple[str, str]], frozen: FrozenList, key: bytes) -> FrozenList:
    """The same firms, each with whether it was drawn in the stead of its stratum.

    ``drawn``: department and firm. The root is recorded at the draw, while the list stays closed; afterwards each firm
    checks by a proof whether it was drawn. Its place in the stratum is not told: it would hint at the tier.
    """
    chosen = set(drawn)
    rows = tuple(
        (d, s, _secret(key, "result", d, s), DRAWN if (d, s) in chosen else NOT_DRAWN) for d, s, _, _ in frozen.rows
    )
    return FrozenList(rows, tuple(merkle.leaf("|".join(row)) for row in rows))


def _sized(n: int, root: bytes) -> str:
    return sha256(f"{n}|{root.hex()}".encode()).hexdigest()


def _secret(key: bytes, *parts: str) -> str:
    return hmac.new(key, "|".join(parts).encode(), sha256).hexdigest()


def _stratum(key: bytes, department: str, subject: str, tier_code: str, duty: str) -> str:
    nonce = _secret(key, "stratum", department, subject)
    return sha256(f"{nonce}|{tier_code}|{duty}".encode()).hexdigest()
