"""What a county cube holds: firms by score bin, kind and size, and how each department takes a kind of firm.

Where a firm is put depends on its score, and on what no cut-off moves: its sector, an overriding condition, the level
of risk that a department's own evaluation gives it, a statutory duty. Firms alike in all but the score and the size are
one kind. For each department a kind has a map from the tier by score to the tier it is put in: the same tier; never
better than the one that an overriding condition leads to; or that of the evaluation's matrix. So cut-offs can move, and
every firm is where the rules would put it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from credit_score.errors import RunError
from credit_score.inspection.violation_curve import ViolationCurve

FORMAT = 1
NOT_SUPERVISED = -1


@dataclass(frozen=True, eq=False)
class CountyCube:
    """Firms of a county, counted; B score bins (the best first), P kinds, Z sizes, D departments, K tiers, M maps.

    Attributes
    ----------
    tiers, departments, sectors, sizes : ids, in the policy's order.
    bounds : lower and upper score of a bin, (2, B); the upper is not in it. ``score``: mean score of its firms, (B,).
    counts : registered firms, (B, P, Z), each once.
    sector : of a kind, its place among sectors, (P,).
    home : the map to the county's tier of a kind, (P,).
    place : of a kind with a department, (P, D): its map, or −1 where the department does not supervise it.
    maps : the tier that a firm is put in by the tier of its score, (M, K).
    duty : visits a year to a firm under a statutory duty, (P, D); 0 where a draw may choose it.
    own : whether some evaluation's own cut-offs, which no draft moves, place the firms of a department, (D,).
    days : inspector-days of a visit, (D,). ``capacity``, ``out_of_plan``: inspector-days a year that there are, and
        that complaints, alerts and referrals take, (D,).
    curve : the chance that a visit finds a violation; None where no visit says.
    since, until : the days between which the visits of the curve were made; empty without a curve.
    """

    tiers: tuple[str, ...]
    departments: tuple[str, ...]
    sectors: tuple[str, ...]
    sizes: tuple[str, ...]
    bounds: np.ndarray
    score: np.ndarray
    counts: np.ndarray
    sector: np.ndarray
    home: np.ndarray
    place: np.ndarray
    maps: np.ndarray
    duty: np.ndarray
    own: np.ndarray
    days: np.ndarray
    capacity: np.ndarray
    out_of_plan: np.ndarray
    curve: ViolationCurve | None
    since: str = ""
    until: str = ""

    @property
    def n_firms(self) -> int:
        """Registered firms."""
        return int(self.counts.sum())

    @property
    def edges(self) -> np.ndarray:
        """Cut-offs that fall between bins, descending, (B − 1,)."""
        found: np.ndarray = self.bounds[0, :-1]
        return found

    @cached_property
    def prefix(self) -> np.ndarray:
        """Firms of the bins before, by kind and size, (B + 1, P, Z)."""
        return before(self.counts)

    @cached_property
    def n_places(self) -> np.ndarray:
        """Firms that a draw may choose, by bin, department and map, (B, D, M)."""
        firms = self.counts.sum(axis=2).astype(float)
        chosen = [
            [(self.place[:, d] == m) & (self.duty[:, d] == 0) for m in range(len(self.maps))]
            for d in range(len(self.departments))
        ]
        return np.einsum("bp,dmp->bdm", firms, np.array(chosen, float))

    def chances(self, draw: np.ndarray | None = None) -> np.ndarray:
        """The chance that a visit finds a violation, by bin and department, (B, D); NaN where it is not known."""
        shape = (len(self.score), len(self.departments))
        if self.curve is None:
            return np.full(shape, np.nan)
        return self.curve.chances(self.score[:, None], np.arange(shape[1])[None, :], draw)

    def to_dict(self) -> dict[str, Any]:
        """The cube as lists and numbers, to be written as JSON; counts flat, since most are 0 as runs of zeros."""
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        told = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in told.items()}
        shape = list(self.counts.shape)
        curve = None if self.curve is None else self.curve.to_dict()
        return {"format": FORMAT} | told | {"counts": _packed(self.counts), "shape": shape, "curve": curve}

    @classmethod
    def from_dict(cls, told: Any) -> "CountyCube":
        """The cube that :meth:`to_dict` told. Raises RunError for another format, and for what is not whole."""
        found = told.get("format") if isinstance(told, dict) else type(told).__name__
        if found != FORMAT:
            raise RunError(f"the county cube is of format {found!r}, not {FORMAT}", remedy="run again")
        try:
            return cls(**_fields(told))
        except (KeyError, TypeError, ValueError, IndexError):
            raise RunError("the county cube is not whole", remedy="run again") from None


def before(values: np.ndarray) -> np.ndarray:
    """Sums of what stands before, one row more than there are."""
    return np.concatenate([np.zeros_like(values[:1]), values.cumsum(axis=0)])


def _fields(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {k: tuple(map(str, told[k])) for k in ("tiers", "departments", "sectors", "sizes")}
    found |= {k: np.array(told[k], float) for k in ("bounds", "score", "days", "capacity", "out_of_plan")}
    found |= {k: np.array(told[k], np.int64) for k in ("sector", "home", "place", "maps", "duty")}
    found |= {"counts": _unpacked(told["counts"], told["shape"]), "own": np.array(told["own"], bool)}
    found |= {k: str(told[k]) for k in ("since", "until")}
    found["curve"] = None if told["curve"] is None else ViolationCurve.from_dict(told["curve"])
    _check(found)
    return found


def _check(found: Mapping[str, Any]) -> None:
    """Raise ValueError where shapes do not fit."""
    b, p, z = found["counts"].shape
    d, k = len(found["departments"]), len(found["tiers"])
    wanted = {
        "bounds": (2, b), "score": (b,), "sector": (p,), "home": (p,), "place": (p, d), "duty": (p, d), "own": (d,),
        "days": (d,), "capacity": (d,), "out_of_plan": (d,), "maps": (len(found["maps"]), k),
    }  # fmt: skip
    if z != len(found["sizes"]) or any(found[name].shape != shape for name, shape in wanted.items()):
        raise ValueError("shapes do not fit")
    most = max(found["place"].max(initial=-1), found["home"].max(initial=0))
    if most >= len(found["maps"]) or found["sector"].max(initial=0) >= len(found["sectors"]):
        raise ValueError("a place that is not there")


def _packed(counts: np.ndarray) -> list[int]:
    """Whole numbers one after the other, a run of n zeros as −n."""
    flat = counts.ravel()
    there = np.flatnonzero(flat)
    gaps = np.diff(np.append(-1, there)) - 1
    pairs = np.column_stack([-gaps, flat[there]]).ravel()
    return [int(n) for n in pairs[pairs != 0]]


def _unpacked(packed: list[int], shape: list[int]) -> np.ndarray:
    numbers = np.array(packed, np.int64)
    ends = np.cumsum(np.where(numbers < 0, -numbers, 1))
    flat = np.zeros(int(np.prod(shape)), np.int64)
    flat[ends[numbers > 0] - 1] = numbers[numbers > 0]
    return flat.reshape(shape)
