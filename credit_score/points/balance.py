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
    import ibis

    sums = {_column(d): _sum(ledger, d, catalogue.items) for d in catalogue.dimensions}
    by_subject = ledger.group_by("subject").aggregate(n_records=ledger.count(), **sums)
    joined = subjects.left_join(by_subject, "subject").drop("subject_right")
    bounded = {_column(d): _within(joined[_column(d)], d) for d in catalogue.dimensions}
    filled = joined.mutate(n_records=joined.n_records.fill_null(0).cast("int64"), **bounded)
    score = sum((filled[column] for column in sums), ibis.literal(catalogue.base))
    return filled.mutate(score_milli=score.cast("int64")).select("subject", "score_milli", "n_records", *sums)


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


def _column(dimension: Dimension) -> str:
    return f"points_{dimension.id}_milli"


def _sum(ledger: "ibis.Table", dimension: Dimension, items: tuple[Item, ...]) -> Any:
    """The points of a dimension: items with a cap summed and cut to ± their cap, the others together."""
    capped = [i for i in items if i.dimension == dimension.id and i.cap is not None]
    inside = ledger.dimension == dimension.id
    total = _where(ledger, inside & ledger.item.notin([i.id for i in capped]) if capped else inside)
    for item in capped:
        total = total + _between(_where(ledger, ledger.item == item.id), -(item.cap or 0), item.cap)
    return total


def _where(ledger: "ibis.Table", chosen: Any) -> Any:
    """The points of chosen rows, 0 where a subject has none.

    Not a filtered sum with its null filled: Ibis then takes the sum for never null and drops a later
    ``fill_null`` for subjects without any row.
    """
    import ibis

    return ibis.ifelse(chosen, ledger.points_milli, 0).sum()


def _within(total: Any, dimension: Dimension) -> Any:
    """A sum held between the dimension's floor and cap; who has no record in it sums to 0 before that."""
    return _between(total.fill_null(0), dimension.floor, dimension.cap).cast("int64")


def _between(total: Any, low: int | None, high: int | None) -> Any:
    """Ibis's own ``clip`` writes its argument out four times for every bound, nested."""
    import ibis

    total = total if high is None else ibis.least(total, high)
    return total if low is None else ibis.greatest(total, low)
