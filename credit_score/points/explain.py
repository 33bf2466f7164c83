"""Why a subject has its score: the counted records, what the caps took, and the rule of each."""

from typing import TYPE_CHECKING

from credit_score.policy.ruleset import Catalogue

if TYPE_CHECKING:
    import pandas as pd


def explanation(rows: "pd.DataFrame", catalogue: Catalogue) -> "pd.DataFrame":
    """One row a dimension of one subject's ledger: points before caps, after caps, and lost to them.

    ``rows`` is the subject's ledger as a frame. Summed with the base, ``after_milli`` is the score.
    """
    import pandas as pd

    caps = {i.id: i.cap for i in catalogue.items}
    by_item = rows.groupby(["dimension", "item"])["points_milli"].sum().reset_index()
    by_item["capped"] = [_clipped(t, caps[i]) for t, i in zip(by_item["points_milli"], by_item["item"], strict=True)]
    out = []
    for d in catalogue.dimensions:
        mine = by_item[by_item["dimension"] == d.id]
        before, capped = int(mine["points_milli"].sum()), int(mine["capped"].sum())
        after = min(capped, d.cap) if d.floor is None else max(d.floor, min(capped, d.cap))
        out.append((d.id, before, after, before - after))
    return pd.DataFrame(out, columns=["dimension", "before_milli", "after_milli", "lost_milli"])


def caps_that_cut(rows: "pd.DataFrame", catalogue: Catalogue) -> list[tuple[str, str]]:
    """Rule and field of every bound that changed one subject's sums, as ``rule_table`` names them."""
    kind = catalogue.subject_kind
    totals = rows.groupby("item")["points_milli"].sum()
    held = {i.id: i.cap for i in catalogue.items if i.cap is not None}
    cut = [(f"{kind}:items:{item}", "cap") for item, cap in held.items() if abs(totals.get(item, 0)) > cap]
    for d in catalogue.dimensions:
        own = (i for i in catalogue.items if i.dimension == d.id)
        capped = sum(_clipped(int(totals.get(i.id, 0)), i.cap) for i in own)
        if capped > d.cap:
            cut.append((f"{kind}:dimensions:{d.id}", "cap"))
        elif d.floor is not None and capped < d.floor:
            cut.append((f"{kind}:dimensions:{d.id}", "floor"))
    return cut


def _clipped(total: int, cap: int | None) -> int:
    return total if cap is None else max(-cap, min(cap, total))
