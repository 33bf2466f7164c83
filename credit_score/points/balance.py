"""From ledger to score: caps by item, then bounds by dimension, then the base."""

from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import Catalogue, Dimension, Item

if TYPE_CHECKING:
    import ibis


def balance(ledger: "ibis.Table", subjects: "ibis.Table", catalogue: Catalogue) -> "ibis.Table":
    """The score of every subject, in integer milli-points.

    score = base + Σ_d clip(Σ_i clip(Σ points of item i, ± cap_i), floor_d, cap_d)

    Parameters
    ----------
    ledger : rows of :func:`credit_score.points.ledger.ledger`.
    subjects : one column ``subject``; who has no row in the ledger stands at the base.

    Returns ``subject``, ``score_milli``, ``n_records`` and one column ``points_<dimension>_milli``
    for each dimension, after caps.
    """
    by_item = ledger.group_by("subject", "item", "dimension").aggregate(
        total=ledger.points_milli.sum(), n=ledger.count()
    )
    by_item = by_item.mutate(total=_capped(by_item.item, by_item.total, catalogue.items))
    sums = {_column(d): _within(by_item.total.sum(where=by_item.dimension == d.id), d) for d in catalogue.dimensions}
    by_subject = by_item.group_by("subject").aggregate(n_records=by_item.n.sum(), **sums)
    joined = subjects.left_join(by_subject, "subject").drop("subject_right")
    filled = joined.mutate(**{c: joined[c].fill_null(0).cast("int64") for c in [*sums, "n_records"]})
    score: Any = catalogue.base
    for column in sums:
        score = score + filled[column]
    return filled.mutate(score_milli=score).select("subject", "score_milli", "n_records", *sums)


def _column(dimension: Dimension) -> str:
    return f"points_{dimension.id}_milli"


def _capped(item: Any, total: Any, items: tuple[Item, ...]) -> Any:
    """A sum cut to ± the item's cap; items without a cap pass."""
    import ibis

    cuts = [(item == i.id, total.clip(lower=-i.cap, upper=i.cap)) for i in items if i.cap is not None]
    return ibis.cases(*cuts, else_=total) if cuts else total


def _within(total: Any, dimension: Dimension) -> Any:
    return total.fill_null(0).clip(lower=dimension.floor, upper=dimension.cap)
