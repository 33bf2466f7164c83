"""From ledger to score: caps by item, then bounds by dimension, then the base."""

from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import Catalogue, Dimension, Item

if TYPE_CHECKING:
    import ibis


def balance(ledger: "ibis.Table", subjects: "ibis.Table", catalogue: Catalogue) -> "ibis.Table":
    """The score of every subject, in integer milli-points.

    score = base + Σ_d clip(Σ_i clip(records of item i × its points, ± cap_i), floor_d, cap_d)

    A record earns its item's points, so that records are counted: a count takes an engine a quarter of the memory that
    a sum does, for every subject and item.

    Parameters
    ----------
    ledger : rows of :func:`credit_score.points.ledger.ledger` by the same catalogue.
    subjects : one column ``subject``; who has no row in the ledger stands at the base.

    Returns ``subject``, ``score_milli``, ``n_records`` and one column ``points_<dimension>_milli``
    for each dimension, after caps.
    """
    import ibis

    items = {f"_n_{k}": item for k, item in enumerate(catalogue.items)}
    counts = {name: ledger.count(where=ledger.item == item.id) for name, item in items.items()}
    by_subject = ledger.group_by("subject").aggregate(n_records=ledger.count(), **counts)
    joined = subjects.left_join(by_subject, "subject").drop("subject_right")
    filled = joined.mutate(**{name: joined[name].fill_null(0).cast("int64") for name in ("n_records", *counts)})
    points = {f"points_{d.id}_milli": _points(filled, items, d) for d in catalogue.dimensions}
    told = filled.mutate(**points)
    score = sum((told[column] for column in points), ibis.literal(catalogue.base))
    return told.mutate(score_milli=score.cast("int64")).select("subject", "score_milli", "n_records", *points)


def with_both_ways(scores: "ibis.Table", ledger: "ibis.Table", catalogue: Catalogue) -> "ibis.Table":
    """The scores with ``n_disputed`` and ``score_undisputed_milli``: the score as if no disputed record counted.

    Equal to the score where nothing is disputed.
    """
    disputed = ledger.filter(ledger.disputed)
    touched = disputed.group_by("subject").aggregate(n_disputed=disputed.count())
    rest = ledger.filter(~ledger.disputed).semi_join(touched, "subject")
    without = balance(rest, touched.select("subject"), catalogue).select("subject", _other=lambda t: t.score_milli)
    joined = scores.left_join(touched, "subject").drop("subject_right").left_join(without, "subject")
    both = joined.mutate(
        n_disputed=joined.n_disputed.fill_null(0), score_undisputed_milli=joined["_other"].fill_null(joined.score_milli)
    )
    return both.select(*scores.columns, "n_disputed", "score_undisputed_milli")


def _points(counts: "ibis.Table", items: dict[str, Item], dimension: Dimension) -> Any:
    """The points of a dimension: those of each item cut to ± its cap, their sum held within floor and cap.

    ``items``: those of the columns of ``counts``.
    """
    import ibis

    mine = {name: i for name, i in items.items() if i.dimension == dimension.id}
    earned = (_between(counts[name] * i.points, None if i.cap is None else -i.cap, i.cap) for name, i in mine.items())
    total = sum(earned, ibis.literal(0, "int64"))
    return _between(total, dimension.floor, dimension.cap).cast("int64")


def _between(total: Any, low: int | None, high: int | None) -> Any:
    """Ibis's own ``clip`` writes its argument out four times for every bound, nested."""
    import ibis

    total = total if high is None else ibis.least(total, high)
    return total if low is None else ibis.greatest(total, low)
