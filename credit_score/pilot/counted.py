"""Counts at several days by one query: what had begun by each day, or happened in the period before it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from credit_score.pilot.spans import EVER, Span

if TYPE_CHECKING:
    import ibis

Counts = tuple[int, ...]


def counted(rows: "ibis.Table", spans: Sequence[Span]) -> Counts:
    """Distinct keys at each span: ``key``, ``begun`` within it and, where there is such a column, not ``ended`` by it.

    What ends on a day does not stand on it.
    """
    if "ended" not in rows.columns and all(span.since == EVER for span in spans):
        return _counted_first(rows, spans)
    joined = _within(rows, spans)
    if "ended" in rows.columns:
        joined = joined.filter(joined.ended.isnull() | (joined.ended > joined.until))
    keys = joined.select("at", "key").distinct()
    return at_each(keys.group_by("at").aggregate(n=keys.key.count()), spans)


def _counted_first(rows: "ibis.Table", spans: Sequence[Span]) -> Counts:
    """Of what never ends: keys by the day on which each first began, and those days at each span."""
    import ibis

    first = rows.filter(rows.begun >= ibis.date(EVER)).group_by("key").aggregate(begun=lambda t: t.begun.min())
    joined = _within(first.group_by("begun").aggregate(keys=first.key.count()), spans)
    return at_each(joined.group_by("at").aggregate(n=joined["keys"].sum()), spans)


def counted_last(rows: "ibis.Table", spans: Sequence[Span], values: Sequence[str]) -> Counts:
    """Keys whose last row within each span has one of some values: ``key``, ``begun``, ``value``, ``id`` for ties."""
    import ibis

    joined = _within(rows.filter(rows.value.notnull()), spans)
    latest = ibis.window(group_by=["at", "key"], order_by=[ibis.desc("begun"), ibis.desc("id")])
    placed = joined.mutate(place=ibis.row_number().over(latest))
    chosen = placed.filter(placed.place == 0, placed.value.isin(list(values)))
    return at_each(chosen.group_by("at").aggregate(n=chosen.count()), spans)


def at_each(found: "ibis.Table", spans: Sequence[Span]) -> Counts:
    """The numbers ``n`` by day ``at`` in the order of the spans, 0 where there is none."""
    table = found.select("at", "n").to_pyarrow()
    numbers = dict(zip(table["at"].to_pylist(), table["n"].to_pylist(), strict=True))
    return tuple(int(numbers.get(span.at, 0)) for span in spans)


def _within(rows: "ibis.Table", spans: Sequence[Span]) -> "ibis.Table":
    import ibis

    columns = {name: [getattr(span, name) for span in spans] for name in ("at", "since", "until")}
    days = ibis.memtable(columns, schema=dict.fromkeys(columns, "date"))
    return days.join(rows, [rows.begun >= days.since, rows.begun <= days.until])
